"""The abstract in the page itself, where it is marked: by its element's name, or by a heading that says "Abstract"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugins._shared.abstract import abstract as labelled
from plugins._shared.abstract import is_label, is_structured
from plugins.scholarly.plain import tidy
from scraper.quoting import MISSING
from scraper.records.article import Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plugins._shared.lines import Text
    from scraper.pages import HtmlNode, HtmlPage

# How publishers mark the abstract, surest first. `Abs1` is Springer's, `hlFld` Atypon's.
_MARKED = (
    *("section[role=doc-abstract]", "section#abstract", "div#abstract", "section#Abs1", "div#Abs1-content", "section.abstract"),
    *("div.abstract", "div.hlFld-Abstract", "div.abstractSection", "section.html-abstract"),
)
_HEADINGS = "h2, h3, h4, h5"
_BLOCKS = "h2, h3, h4, h5, h6, p, div"
_INNER = "h2, h3, h4, h5, h6, p, div, section, ul, ol, table, nav, form"
_OTHER = re.compile(r"highlight|graphical|teaser|lay-?summary|plain-?language", re.IGNORECASE)
_ABSTRACT = frozenset({"abstract", "résumé", "resumen", "zusammenfassung", "resumo"})
_NAMES = _ABSTRACT | {"summary"}  # which may be a section of the abstract as well
_KEYWORDS = re.compile(r"^(?:key\s?words?|index terms|subject (?:terms|headings)|mots[- ]clés|palabras clave)\b", re.IGNORECASE)
_SHORTEST = 60
_DEPTH = 3


def marked_abstract(page: HtmlPage) -> list[Section]:
    """Read the abstract from the first place that is marked as one and holds a text."""
    return next(filter(None, (_from_node(node) for node in _places(page))), [])


def heading_of(text: Text) -> Text:
    """Return a heading without its colon; `MISSING` for the name of the abstract itself."""
    return MISSING if _is_name(text, _ABSTRACT) else text.rstrip(": .")


def _places(page: HtmlPage) -> Iterator[HtmlNode]:
    for selector in _MARKED:
        yield from (node for node in page.css(selector) if not _is_other(node))
    for heading in page.css(_HEADINGS):
        if _is_name(heading.text()):
            yield from (node for node in heading.xpath("following-sibling::*[1]") if node.tag in {"div", "section", "p", "span"})


def _is_other(node: HtmlNode) -> bool:
    """Whether the element, or one closely around it, is marked as something that stands beside the abstract."""
    each: HtmlNode | None = node
    for _ in range(_DEPTH):
        if each is None:
            break
        if _OTHER.search(f"{each.plain_attr('class')} {each.plain_attr('id')}"):
            return True
        each = each.parent
    return False


def _is_name(text: Text, names: frozenset[str] = _NAMES) -> bool:
    return bool(text) and text.value.strip(" \t\n:.").casefold() in names


def _from_node(node: HtmlNode) -> list[Section]:
    """Read headings and paragraphs in the order of the page, up to the keywords; an element without them is one paragraph."""
    if len(node.plain_text().strip()) < _SHORTEST:
        return []
    found: list[Section] = []
    heading = MISSING
    for each, text in _blocks(node):
        if _KEYWORDS.match(text.value):
            break
        if each.tag not in {"p", "div"}:
            heading = heading_of(tidy(text)) if found or not _is_name(text) else MISSING
        else:
            found += [Section(heading=heading, text=tidy(text))] if heading else _paragraph(each, text)
            heading = MISSING
    return _structured(found) or ([] if _is_list(node) else _plain(_without_name(node.text().strip())))


def _blocks(node: HtmlNode) -> list[tuple[HtmlNode, Text]]:
    """Return headings and paragraphs, from the heading that says "Abstract" on; innermost `div`s where there are no paragraphs."""
    blocks = _texts(each for each in node.css(_BLOCKS) if each.tag != "div")
    if not any(each.tag == "p" for each, _ in blocks):
        blocks = _texts(each for each in node.css(_BLOCKS) if each.tag != "div" or _is_innermost(each))
    named = [number for number, (each, text) in enumerate(blocks) if each.tag[0] == "h" and _is_name(text, _ABSTRACT)]
    return blocks[named[0] + 1 :] if named else blocks


def _texts(nodes: Iterable[HtmlNode]) -> list[tuple[HtmlNode, Text]]:
    """Return the nodes that show something, with it."""
    return [(node, text) for node, text in ((node, node.text().strip()) for node in nodes) if text]


def _structured(sections: list[Section]) -> list[Section]:
    """Return sections without what stands before the first heading, where it is one of several: authors, on some pages."""
    headed = [number for number, section in enumerate(sections) if section.heading]
    return sections[headed[0] :] if len(headed) > 1 else sections


def _is_innermost(node: HtmlNode) -> bool:
    return len(node.css(_INNER)) == 1  # itself


def _is_list(node: HtmlNode) -> bool:
    return bool(node.css("ul, ol, nav, form, table"))


def _paragraph(node: HtmlNode, text: Text) -> list[Section]:
    """Read a paragraph, whose first words may be marked as its heading: `<p><strong>Methods</strong> We kept …`."""
    children: Sequence[HtmlNode] = node.children
    first = children[0] if children else None
    label = first.text().strip() if first is not None and first.tag in {"strong", "b", "em", "i", "span"} else MISSING
    value: str = text.value
    if not label or not is_label(label.value.rstrip(": .")) or not value.startswith(label.value):
        return _plain(text)
    rest = text[len(label.value) :].lstrip(": .\t\n\xa0\u2014\u2013-")
    return [Section(heading=heading_of(tidy(label)), text=tidy(rest))] if rest else []


def _plain(text: Text) -> list[Section]:
    return labelled([text]) if is_structured(text) else [Section(text=tidy(text))]


def _without_name(text: Text) -> Text:
    """Narrow past the name that stands before the text."""
    return text.re(r"(?s)^(?:Abstract|ABSTRACT|Summary|SUMMARY)\s*[:.]?\s+(\S.*)$") or text
