"""KoreaMed as text: the citation on the first line, the title, affiliations as a list, then sections without blank lines."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from plugins._shared.abstract import abstract
from plugins._shared.authors import affiliations, are_authors, authors
from plugins._shared.citation import bare_doi
from plugins._shared.imprint import DATE, imprint, published
from plugins._shared.lines import item, parts, sections, shown, stripped, title
from scraper.quoting import MISSING
from scraper.records.article import Article, Journal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugins._shared.lines import Text
    from scraper.pages import TextPage

_HEADINGS = frozenset(
    {
        *("authors", "author", "affiliations", "affiliation", "abstract", "keyword", "keywords", "mesh terms", "full text links"),
        *("actions", "cited", "export copy", "close", "share", "similar articles", "references", "figures", "tables"),
    }
)
_OWN = frozenset({"Full Text Links", "export Copy", "CITED", "Keyword"})
_HEAD_DEPTH = 30
_CITATION = re.compile(
    rf"^(?P<journal>[^\W_].{{1,120}}?)\.?\s+(?P<imprint>{DATE}\s?[;:.].*?)"
    r"(?:\s+(?P<doi>(?:doi:?\s*|https?://(?:dx\.)?doi\.org/)?10\.\d[\d.]*/\S+))?$"
)
_EPUB = re.compile(rf"\b(?:Epub|Published online)\s+({DATE})")
_SOCIETY = re.compile(r"koreamed@kamje\.or\.kr|Korean Association of Medical Journal Editors")
_RIGHTS = re.compile(r"^(?P<rights>(?:Copyright|©).*?)(?:\s+E-?mail\s*:.*)?$", re.IGNORECASE)


def recognises(page: TextPage) -> bool:
    """Whether a page is KoreaMed's: a citation above everything else, and its society or two of its own headings below."""
    if not any(mark in page.text for mark in _OWN):
        return False  # lines are cut only where it is worth while
    lines = stripped(page)
    start = _citation_line(lines)
    if start < 0 or not shown(lines[start + 1 :]):
        return False
    own = {line.value for line in lines[start:] if line} & _OWN
    return len(own) > 1 or bool(own and page.search(_SOCIETY))


def extract(page: TextPage) -> Article:
    """Extract the article."""
    lines = stripped(page)
    start = _citation_line(lines)
    below = shown(lines[start + 1 :])
    found = sections(below[1:], _HEADINGS)
    citation = lines[max(start, 0)].squash().groups(_CITATION)
    places = affiliations([*found.get("affiliations", []), *found.get("affiliation", [])])
    people = [each for line in _author_lines(found) for each in authors(line.squash(), places)]
    tied = any(author.affiliations for author in people)
    return Article(
        title=title(below, _HEADINGS),
        authors=people,
        affiliations=[] if tied else list(places.values()),
        journal=Journal(abbreviation=citation["journal"]),
        published_online=published(citation["imprint"].re(_EPUB)),
        doi=bare_doi(citation["doi"]),
        abstract=abstract(_above_rights(found.get("abstract", []))),
        keywords=_words(found, "keyword", "keywords"),
        mesh_terms=_words(found, "mesh terms"),
        rights=next((line.squash().groups(_RIGHTS)["rights"] for line in below[1:] if _RIGHTS.match(line.value)), MISSING),
        **imprint(citation["imprint"]).fields(),
    )


def _citation_line(lines: Sequence[Text]) -> int:
    """Return the place of the article's citation; -1 for none. A sentence that holds a year has no volume behind it."""
    for place, line in enumerate(lines[:_HEAD_DEPTH]):
        found = line.squash().groups(_CITATION) if line else {}
        if found and (found["doi"] or not imprint(found["imprint"]).is_bare):
            return place
    return -1


def _author_lines(found: Mapping[str, list[Text]]) -> list[Text]:
    """Return the lines of names between the title and the affiliations, which are a list."""
    lines = [line for name in ("", "authors", "author") for line in found.get(name, [])]
    return [line for line in lines if item(line) is line and are_authors(line)]


def _above_rights(lines: Sequence[Text]) -> list[Text]:
    """Return lines up to the copyright notice, which ends the page and has no heading."""
    return list(takewhile(lambda line: not _RIGHTS.match(line.value), lines))


def _words(found: Mapping[str, list[Text]], *names: str) -> list[Text]:
    return [word for name in names for line in _above_rights(found.get(name, [])) for word in parts(line)]
