"""References in metas: `citation_reference` as pairs ("citation_title=…;citation_year=…") or as plain text.

The guidelines of Google Scholar know both. Pairs show no citation, so that field stays absent then. A number among the pairs
(`citation_number`) is the issue on some sites and the place in the list on others: it is left out.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from plugins._shared.citation import is_author, reference
from plugins.scholarly.dates import date
from plugins.scholarly.head import distinct
from plugins.scholarly.identifiers import doi, pmcid, pmid
from plugins.scholarly.plain import clean
from scraper.quoting import MISSING, Sourced
from scraper.records.article import Funding, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugins._shared.lines import Text
    from plugins.scholarly.head import Head, Read

    Pairs = dict[str, list[Text]]

# DOIs and titles hold semicolons: a pair ends where the next begins.
_NAME = re.compile(r"(?:^|;)(?P<space>\s*)(?P<name>citation_\w+|dc\.\w+)\s*=\s*")
# One large publisher writes the journal without a name after the title, and two spaces before the next pair:
# "citation_title=…; Example J;  citation_year=…".
_BARE_JOURNAL = re.compile(r";\s(?P<journal>[^;=]{2,100})$")
_ALSO = re.compile(r"\s*(?:,\s*and\s|,|\band\s|;)\s*")
_FAMILY_FIRST = re.compile(r"^[^,;]+,(?!\s*and\b)[^,;]+$(?<!et al)(?<!et al\.)")
_RANGE = re.compile(r"\w\s?[-–]\s?\w")  # noqa: RUF001  # an en dash
_UNCERTAIN = re.compile(r",| and |;|\bet al\b|\bed\b")

_SOURCES: dict[str, tuple[Sequence[str], Read | None]] = {
    "title": (("citation_title", "dc.title"), None),
    "journal": (
        ("citation_journal_title", "citation_journal_abbrev", "citation_inbook_title", "citation_conference_title"),
        None,
    ),
    "published": (("citation_publication_date", "citation_date", "citation_year", "dc.date"), date),
    "volume": (("citation_volume",), None),
    "issue": (("citation_issue",), None),
    "pages": (("citation_pages",), None),
    "doi": (("citation_doi",), doi),
    "pmid": (("citation_pmid",), pmid),
    "pmcid": (("citation_pmcid",), pmcid),
}
"""For each field the names of the pairs that hold it, best first, and how their value is read."""
_FIRST_PAGE = ("citation_firstpage", "citation_first_page")
_LAST_PAGE = ("citation_lastpage", "citation_last_page")
_AUTHORS = ("citation_author", "citation_authors", "dc.creator")


def references(head: Head) -> list[Reference]:
    """Read every reference that the head holds."""
    found = [(text, pairs(text)) for text in head.metas("citation_reference")]
    return [_from_pairs(named) if named else reference(clean(text)) for text, named in found]


def funding(head: Head) -> list[Funding]:
    """Read funders and awards: pairs, or a funder's name."""
    return [each for text in head.metas("citation_funding_source") for each in _funding(text)]


def pairs(text: Text) -> Pairs:
    """Return the values of pairs by name; none for plain text."""
    named: Pairs = {}
    whole: str = text.value
    names = list(_NAME.finditer(whole))
    for name, after in zip_longest(names, names[1:]):
        start, end = name.end(), after.start() if after else len(whole)
        stop = start + len(whole[start:end].rstrip("; \t\n"))
        bare = _BARE_JOURNAL.search(whole, start, stop) if after and len(after["space"]) > 1 else None
        if bare:
            named.setdefault("citation_journal_title", []).append(text[slice(*bare.span("journal"))])
        value = clean(text[start : bare.start() if bare else stop])
        if value:
            named.setdefault(name["name"].lower(), []).append(value)
    return named


def _first(named: Pairs, names: Sequence[str], read: Read | None = None) -> Text:
    for name in names:
        for text in named.get(name, ()):
            value = read(text) if read else text
            if value:
                return value
    return MISSING


def _from_pairs(named: Pairs) -> Reference:
    found: dict[str, Any] = {field: _first(named, *sources) for field, sources in _SOURCES.items()}
    found["pages"] = found["pages"] or span(_first(named, _FIRST_PAGE), _first(named, _LAST_PAGE))
    names = [name for source in _AUTHORS for text in named.get(source, ()) for name in _authors(text)]
    return Reference(authors=distinct(names), **found)


def _authors(text: Text) -> Iterator[Text]:
    """Yield the names of a value: one, or several where each is certainly one; "Roe, Jane" is one."""
    ends = [*_ALSO.finditer(text.value)]
    starts, stops = [0, *(end.end() for end in ends)], [*(end.start() for end in ends), len(text.value)]
    names = [text[start:stop].strip() for start, stop in zip(starts, stops, strict=True)] if ends else []
    if names and all(name and _is_one(name.value) for name in names):
        yield from names
    elif not _UNCERTAIN.search(text.value) or _FAMILY_FIRST.match(text.value):
        yield text


def _is_one(name: str) -> bool:
    """Whether a text is one author: "Roe J", or initials first, "J. Roe" and "JK Roe"."""
    words = name.split()
    initials, family = words[:-1], words[-1]
    first = bool(initials) and all(re.fullmatch(r"(?:[^\W\d_]\.-?){1,4}|[A-Z](?:-?[A-Z]){0,3}", word) for word in initials)
    return is_author(name) or (first and family[:1].isupper() and len(family) > 1)


def span(first: Text, last: Text) -> Text:
    """Return pages, first to last, of two values; the first alone where it is a range, or nothing comes after it."""
    if not first or not last or first.value == last.value or _RANGE.search(first.value):
        return first
    return Sourced.join("-", [first, last])


def _funding(text: Text) -> Iterator[Funding]:
    named = pairs(text)
    funder = _first(named, ("citation_funder", "citation_funding_source")) if named else clean(text)
    awards = [*named.get("citation_grant_number", ()), *named.get("citation_award_number", ())]
    yield from [Funding(funder=funder, award=award) for award in awards] or [Funding(funder=funder)]
