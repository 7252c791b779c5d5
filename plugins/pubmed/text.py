"""PubMed's article page as text: banner, type, citation, title, the same in short, then sections under headings."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from plugins._shared.abstract import abstract
from plugins._shared.citation import bare_doi, before_identifiers, reference
from plugins._shared.imprint import DATE, imprint, published
from plugins._shared.lines import item, key, parts, prose, sections, stripped
from plugins.pubmed.docsum import docsums
from plugins.pubmed.head import citation_place, head, is_list
from plugins.pubmed.types import PUBLICATION_TYPES
from scraper.quoting import MISSING
from scraper.records.article import Article, Figure, Funding, Journal, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plugins._shared.lines import Text
    from scraper.pages import TextPage

_HEADINGS = frozenset(
    (  # noqa: SIM905  # a list of 45 literals, one on each line, would fill a screen
        "abstract; plain language summary; pubmed disclaimer; conflict of interest statement; figures; comment in; comment on; "
        "erratum in; erratum for; update in; update of; republished in; republished from; retraction in; retraction of; "
        "retracted and republished in; expression of concern in; expression of concern for; corrected and republished in; "
        "corrected and republished from; original report in; summary for patients in; similar articles; cited by; references; "
        "publication types; mesh terms; substances; supplementary concepts; associated data; grants and funding; grants; "
        "related information; linkout - more resources; personal name as subject; full text links; page navigation; "
        "ncbi literature resources; follow ncbi; literature cited; secondary source id; full text sources; miscellaneous; "
        "medical; other literature sources; research materials"
    ).split("; ")
)
_SEARCH = re.compile(r"^(?:[\d,]+ results?|Search Results|Results by year|Sort by.*|Results per page.*)$", re.IGNORECASE)
_DISCLAIMER = "PubMed Disclaimer"
_BANNER = re.compile(r"Skip to main page content|Access keys NCBI Homepage")
_ADDRESS = re.compile(r"//pubmed\.ncbi\.nlm\.nih\.gov/\d|ncbi\.nlm\.nih\.gov/pubmed/\d")
_KEYWORDS = re.compile(r"^Keywords?:\s*(.*?)\.?$", re.IGNORECASE)
_RIGHTS = re.compile(r"^(?:©|\(c\)|copyright\b|published (?:by|\d{4}))", re.IGNORECASE)
_FURNITURE = re.compile(
    r"^(?:Actions|Cite|Share|Favorites|Permalink|Copy|Search in (?:PubMed|MeSH|NLM Catalog)|Add to (?:Search|Collections)"
    r"|(?:Show|See) (?:all|more|fewer).*|Collapse|Expand|\d+/\d+)$",
    re.IGNORECASE,
)
_LIST_NUMBER = re.compile(r"^\d+\.\s")
_LABEL = re.compile(
    r"^(?:(?:Supplementary|Supplemental|Extended Data|Online)\s)?(?:Fig(?:ure|s)?\b\.?|Scheme|Chart|Plate|Box|Table|Image|Video"
    r"|Graphical Abstract)\s*[A-Z]?\d*[A-Za-z]?[.:]?$",
    re.IGNORECASE,
)
_COUNT = re.compile(r"^(\d[\d,]*)\s+articles?$", re.IGNORECASE)


def recognises(page: TextPage) -> bool:
    """Whether a page is PubMed's of one article: one citation, a mark of the site, and none of a search's."""
    if not (_BANNER.search(page.text) or _DISCLAIMER in page.text or _ADDRESS.search(page.url or "")):
        return False  # lines are cut only where it is worth while
    lines = stripped(page)
    place = citation_place(lines)
    if place < 0 or is_list(lines) or any(_SEARCH.match(line.value) for line in lines if line):
        return False
    above = any(_BANNER.match(line.value) for line in lines[:place] if line) or bool(_ADDRESS.search(page.url or ""))
    return above or any(line.value == _DISCLAIMER for line in lines[place:] if line)


def extract(page: TextPage) -> Article:
    """Extract the article."""
    lines = stripped(page)
    top = head(lines, _HEADINGS)
    body = lines[top.end :]
    found = sections(body, _HEADINGS)
    paragraphs = found.get("abstract", [])
    read = imprint(before_identifiers(top.citation))
    return Article(
        title=top.title,
        authors=top.authors,
        affiliations=top.affiliations,
        journal=Journal(abbreviation=top.journal),
        **read.fields() | {"published": published(read.date or top.citation.re(f"^{DATE}"))},
        published_online=published(top.note(rf"\bEpub\s+({DATE})")),
        doi=bare_doi(top.note(r"(?i)\bdoi:\s*10\.\S+") or top.citation.re(r"(?i)\bdoi:\s*10\.\S+")),
        pmid=top.note(r"\bPMID:\s*([1-9]\d*)"),
        pmcid=top.note(r"\bPMCID:\s*(PMC\d+)"),
        language=top.note(r"^\[Article in ([^\]]+)\]"),
        publication_types=_types(top.types, found),
        abstract=abstract([line for line in _above_keywords(paragraphs) if not _RIGHTS.match(line.value)]),
        keywords=[word for line in paragraphs for word in parts(line.re(_KEYWORDS))],
        rights=next((line.squash() for line in paragraphs if _RIGHTS.match(line.value)), MISSING),
        conflict_of_interest=prose(found.get("conflict of interest statement", [])),
        figures=list(_figures(found.get("figures", []))),
        mesh_terms=_list(found, "mesh terms"),
        funding=[each for line in _list(found, "grants and funding", "grants") for each in _funding(line)],
        similar_articles=docsums(found.get("similar articles", [])),
        citing_articles=docsums(found.get("cited by", [])),
        citation_count=next((line.re(_COUNT) for line in found.get("cited by", [])[:1]), MISSING).int(),
        references=_references(found.get("references", [])),
    )


def _above_keywords(paragraphs: Sequence[Text]) -> list[Text]:
    """Return the abstract's own paragraphs: what stands behind the keywords is a notice, or an abstract in another language."""
    return list(takewhile(lambda line: not _KEYWORDS.match(line.value), paragraphs))


def _list(found: Mapping[str, list[Text]], *names: str) -> list[Text]:
    """Return the entries of a list, without the labels of its buttons."""
    return [item(line) for name in names for line in found.get(name, []) if not _FURNITURE.match(line.value)]


def _types(above: Sequence[Text], found: Mapping[str, list[Text]]) -> list[Text]:
    """Return the types above the citation and those of the section at the end, each once."""
    listed = [line for line in _list(found, "publication types") if key(line) in PUBLICATION_TYPES]
    return list({key(line): line for line in (*reversed(listed), *reversed(above))}.values())[::-1]


def _figures(lines: Sequence[Text]) -> Iterator[Figure]:
    """Yield the figures: a label, which the page gives twice, then a caption."""
    label: Text = MISSING
    caption: list[Text] = []
    for line, after in pairwise([*lines, MISSING]):
        again = bool(label) and line.value == label.value and not caption
        if not again and (_LABEL.match(line.value) or line.value == after.value):
            yield Figure(label=label, caption=prose(caption))
            label, caption = line, []
        elif not again and label:
            caption.append(line)
    yield Figure(label=label, caption=prose(caption))


def _references(lines: Sequence[Text]) -> list[Reference]:
    """Read the references: the numbered lines, or all where none is, as in a list without its marks."""
    numbered = [line for line in lines if _LIST_NUMBER.match(line.value)]
    return [reference(item(line)) for line in numbered or lines if not _FURNITURE.match(line.value)]


def _funding(line: Text) -> Iterator[Funding]:
    """Yield a grant, "number/acronym/agency/country"; other forms leave open which part is which."""
    named = line.split("/")
    if len(named) > 3:  # noqa: PLR2004  # numbers may hold slashes, the other three parts hold none
        last = len(line.value) - sum(len(part.value) + 1 for part in named[-3:])
        yield Funding(funder=named[-2].strip(), award=line[:last].strip())
