"""How the contestant without provenance reads abstracts: from a meta, or from the part of the page that is marked as one.

A meta's content may hold headings and paragraphs as markup; in the page a section's label is a heading, the first words of its
paragraph in bold, or words before a colon. The rules are those of the site `scholarly`, on elements of lxml.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree
from plain_values import clean, first

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import parsel
    from plain_values import Lookup

    Section = dict[str, str]
    Element = Any  # the stubs of lxml know too little

_METAS = (
    *("citation_abstract", "bepress_citation_abstract", "dc.abstract", "dcterms.abstract", "dc:abstract", "dcterms:abstract"),
    *("dc.description.abstract", "dcterms.description.abstract", "dc:description.abstract", "dcterms:description.abstract"),
    *("eprints.abstract", "/abstract"),
)
_DESCRIPTIONS = ("dc.description", "dcterms.description", "dc:description", "dcterms:description", "/description")
_SHORTEST = 60
_CUT = re.compile(r"(?:\.\.\.|…)\s*$")
_TITLE = re.compile(r"<(?P<tag>h[1-6]|(?:jats:)?title)(?:\s[^<>]*)?>(?P<heading>.*?)</(?P=tag)>", re.IGNORECASE | re.DOTALL)
_PARAGRAPH = re.compile(r"</?(?:p|jats:p|br)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_NAMES_ITSELF = frozenset({"abstract", "résumé", "resumen", "zusammenfassung", "resumo"})
_NAMES = _NAMES_ITSELF | {"summary"}  # which may be a section of the abstract as well


def abstract(page: parsel.Selector, texts: Lookup) -> list[Section]:
    """Read the abstract: from metas made for it, else from the page's own, else from a description that is not cut short."""
    said = next((found for name in _METAS for text in texts(name) if (found := _from_text(text))), [])
    return said or _marked(page) or _from_text(first(texts, _DESCRIPTIONS, _whole))


def _whole(text: str) -> str:
    return text if len(text) >= _SHORTEST and not _CUT.search(text) else ""


def _from_text(text: str) -> list[Section]:
    """Read a content: plain, or with the headings and paragraphs that its markup shows."""
    found: list[Section] = []
    heading, start = "", 0
    for title in _TITLE.finditer(text) if "<" in text else ():
        found += _headed(heading, text[start : title.start()])
        heading, start = _heading(clean(title["heading"])), title.end()
    return found + _headed(heading, text[start:])


def _headed(heading: str, text: str) -> list[Section]:
    paragraphs = [part for part in map(clean, _PARAGRAPH.split(text)) if part]
    if not heading and any(map(_is_structured, paragraphs)):
        return labelled(paragraphs)
    return [{"heading": "" if number else heading, "text": part} for number, part in enumerate(paragraphs)]


def _heading(text: str) -> str:
    """Return a heading without its colon; empty for the name of the abstract itself."""
    return "" if _is_name(text, _NAMES_ITSELF) else text.rstrip(": .")


def _is_name(text: str, names: frozenset[str] = _NAMES) -> bool:
    return text.strip(" \t\n:.").casefold() in names


# In the page

# How publishers mark the abstract, surest first.
_MARKED = (
    *("section[role=doc-abstract]", "section#abstract", "div#abstract", "section#Abs1", "div#Abs1-content", "section.abstract"),
    *("div.abstract", "div.hlFld-Abstract", "div.abstractSection", "section.html-abstract"),
)
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_INNER = (*_HEADINGS, "p", "div", "section", "ul", "ol", "table", "nav", "form")
_OTHER = re.compile(r"highlight|graphical|teaser|lay-?summary|plain-?language", re.IGNORECASE)
_KEYWORDS = re.compile(r"^(?:key\s?words?|index terms|subject (?:terms|headings)|mots[- ]clés|palabras clave)\b", re.IGNORECASE)
_WITHOUT_NAME = re.compile(r"^(?:Abstract|ABSTRACT|Summary|SUMMARY)\s*[:.]?\s+(?=\S)")
_DEPTH = 3
_texts: Any = etree.XPath("descendant::text()[not(parent::script or parent::style)]", smart_strings=False)


def _marked(page: parsel.Selector) -> list[Section]:
    """Read the abstract from the first place that is marked as one and holds a text."""
    return next(filter(None, map(_from_element, _places(page))), [])


def _places(page: parsel.Selector) -> Iterator[Element]:
    for selector in _MARKED:
        yield from (found.root for found in page.css(selector) if not _is_other(found.root))
    for heading in page.root.iter(*_HEADINGS[:4]):
        if _is_name(_shown(heading)):
            yield from (after for after in list(heading.itersiblings("*"))[:1] if after.tag in {"div", "section", "p", "span"})


def _shown(element: Element) -> str:
    return "".join(_texts(element)).strip()


def _is_other(element: Element) -> bool:
    """Whether the element, or one closely around it, is marked as something that stands beside the abstract."""
    around = [element, *element.iterancestors()][:_DEPTH]
    return any(_OTHER.search(f"{each.get('class', '')} {each.get('id', '')}") for each in around)


def _from_element(element: Element) -> list[Section]:
    """Read headings and paragraphs in the order of the page, up to the keywords; an element without them is one paragraph."""
    whole = _shown(element)
    if len(whole) < _SHORTEST:
        return []
    found: list[Section] = []
    heading = ""
    for each, text in _blocks(element):
        if _KEYWORDS.match(text):
            break
        if each.tag in _HEADINGS:
            heading = _heading(_tidy(text)) if found or not _is_name(text) else ""
        else:
            found += [{"heading": heading, "text": _tidy(text)}] if heading else _paragraph(each, text)
            heading = ""
    if not found and next(element.iter("ul", "ol", "nav", "form", "table"), None) is None:
        return _plain(_WITHOUT_NAME.sub("", whole))
    headed = [number for number, section in enumerate(found) if section.get("heading")]
    return found[headed[0] :] if len(headed) > 1 else found  # what stands before are authors, on some pages


def _blocks(element: Element) -> list[tuple[Element, str]]:
    """Return headings and paragraphs, from the heading that says "Abstract" on; innermost `div`s where there are no paragraphs."""
    blocks = _with_text(element.iter(*_HEADINGS, "p"))
    if not any(each.tag == "p" for each, _ in blocks):
        blocks = _with_text(each for each in element.iter(*_HEADINGS, "p", "div") if each.tag != "div" or _is_innermost(each))
    named = [number for number, (each, text) in enumerate(blocks) if each.tag in _HEADINGS and _is_name(text, _NAMES_ITSELF)]
    return blocks[named[0] + 1 :] if named else blocks


def _with_text(elements: Iterable[Element]) -> list[tuple[Element, str]]:
    return [(element, text) for element in elements if (text := _shown(element))]


def _is_innermost(element: Element) -> bool:
    return sum(1 for _ in element.iter(*_INNER)) == 1  # itself


def _paragraph(element: Element, text: str) -> list[Section]:
    """Read a paragraph, whose first words may be marked as its heading: `<p><strong>Methods</strong> We kept …`."""
    child = next(element.iterchildren("*"), None)
    label = _shown(child) if child is not None and child.tag in {"strong", "b", "em", "i", "span"} else ""
    if not label or not _is_label(label.rstrip(": .")) or not text.startswith(label):
        return _plain(text)
    rest = text[len(label) :].lstrip(": .\t\n\xa0\u2014\u2013-")
    return [{"heading": _heading(_tidy(label)), "text": _tidy(rest)}] if rest else []


def _plain(text: str) -> list[Section]:
    text = _tidy(text)
    return labelled([text]) if _is_structured(text) else [{"text": text}]


def _tidy(text: str) -> str:
    return " ".join(text.split())


# Labels before the text

_KNOWN = (
    "abstract,aim,aims,analysis,applications,background,case,challenges,clinical relevance,context,"
    "clinical significance,clinical trial registration,clinical trial registration number,comparison,comparators,"
    "conclusion,conclusions,conclusion(s),content,contribution,data,data collection,data extraction,data source,"
    "data sources,data selection,data synthesis,design,diagnoses,diagnosis,discussion,eligibility criteria,ethics,"
    "evidence acquisition,evidence synthesis,experimental approach,exposure,exposures,findings,funding,goal,goals,"
    "highlights,hypothesis,impact,implications,importance,information sources,innovation,intervention,"
    "interventions,interpretation,introduction,key messages,key results,keypoints,key points,level of evidence,"
    "limitation,limitations,main outcome measure,main outcome measures,main outcome measure(s),main outcomes,"
    "main outcomes and measures,main results,material,materials,measurements,measures,method,methods,methodology,"
    "methods/design,motivation,novelty,objective,objectives,observations,outcome,outcomes,outlook,participants,"
    "patient,patient concerns,patients,population,presentation of case,principal findings,procedure,procedures,"
    "prospero registration,purpose,purpose of review,rationale,recent findings,recommendations,registration,"
    "relevance,research question,result,results,review methods,sample,scope,search strategy,selection criteria,"
    "setting,settings,significance,statement of significance,study design,study selection,subject,subjects,summary,"
    "supplementary information,systematic review registration,translation,treatment,trial registration,"
    "trial registration number,unlabelled,what this study adds,wider implications,case presentation,case report,"
    "case description,case summary,lessons,therapy,technique,availability and implementation,graphical abstract,"
    "synopsis,search methods,authors' conclusions,main body,short conclusion,practical applications,perspective,"
    "perspectives,future directions"
)
_LABELS = frozenset(_KNOWN.split(","))
_LONGEST = 200
_AND = re.compile(r"\s*(?:,|/|&|\band\b)\s*")
_SHAPED = re.compile(r"^(?P<heading>[^\W\d_a-z][^.:;?!]{0,60}?)\s*:\s+(?P<text>\S.*)$", re.DOTALL)
_INSIDE = re.compile(r"(?:^|(?<=[.?!)\]]\s))(?P<heading>[^\W\d_a-z][^.:;?!]{0,60}?)\s?:\s(?=\S)")


def _is_label(text: str) -> bool:
    if len(text) > _LONGEST:
        return False
    folded = _tidy(text.rstrip(":")).casefold()
    return folded in _LABELS or all(part in _LABELS for part in _AND.split(folded))


def _is_structured(paragraph: str) -> bool:
    return _begins_with_label(paragraph) or _is_label(paragraph)


def _begins_with_label(paragraph: str) -> bool:
    found = _SHAPED.match(paragraph)
    return bool(found and _is_label(found["heading"]))


def labelled(paragraphs: Sequence[str]) -> list[Section]:
    """Read paragraphs with labels, which stand before the text or on lines of their own, into sections."""
    alone = len(paragraphs) == 1
    # Labels that are in nobody's list count where every paragraph has one.
    anything = not alone and all(map(_SHAPED.match, paragraphs)) and any(map(_begins_with_label, paragraphs))
    found: list[Section] = []
    heading = ""
    for paragraph in paragraphs:
        if not alone and not heading and _is_label(paragraph):
            heading = paragraph.removesuffix(":").strip()
            continue
        found += [{"heading": heading, "text": paragraph}] if heading else _sections(paragraph, alone=alone, anything=anything)
        heading = ""
    return found


def _sections(text: str, *, alone: bool, anything: bool) -> list[Section]:
    """Return the sections of one paragraph; several in a row if it is the whole abstract."""
    inside = [found for found in _INSIDE.finditer(text) if _is_label(found["heading"])]
    if inside and not inside[0].start():
        inside = inside if alone else inside[:1]
        ends = [*(found.start() for found in inside[1:]), len(text)]
        return [
            {"heading": found["heading"], "text": text[found.end() : end].strip()} for found, end in zip(inside, ends, strict=True)
        ]
    shaped = _SHAPED.match(text) if anything else None
    return [shaped.groupdict() if shaped else {"text": text}]
