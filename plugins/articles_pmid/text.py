"""The digest site as text: a breadcrumb with the PMID, the title, an overview in rows, then three sections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugins._shared.abstract import abstract
from plugins._shared.authors import affiliations, authors
from plugins._shared.citation import before_identifiers, identifiers, is_author, is_journal, title_and_journal, without_labels
from plugins._shared.imprint import imprint, published
from plugins._shared.lines import first, item, parts, prose, sections, shown, stripped, title
from scraper.quoting import MISSING
from scraper.records.article import Article, Journal, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugins._shared.lines import Text
    from scraper.pages import TextPage

_BREADCRUMB = re.compile(r"^(?:Home\s*)?»\s*Articles\s*»\s*PMID:\s*(\d+)$")
_HEADINGS = frozenset({"overview", "authors", "affiliations", "abstract", "citing articles", "references"})
_NUMBER = re.compile(r"^\d+\.$")
_PMID = re.compile(r"\bPMID:\s*([1-9]\d*)")
_HEAD_DEPTH = 30


def recognises(page: TextPage) -> bool:
    """Whether a page is the digest site's: its breadcrumb, and the overview below it."""
    if "»" not in page.text:
        return False
    lines = stripped(page)
    start = _breadcrumb(lines)
    return start >= 0 and any(line.value == "Overview" for line in lines[start:] if line)


def extract(page: TextPage) -> Article:
    """Extract the article."""
    lines = stripped(page)
    start = _breadcrumb(lines)
    below = shown(lines[start + 1 :])
    found = sections(below[1:], _HEADINGS)
    rows = found.get("overview", [])
    places = affiliations(found.get("affiliations", []))
    people = [each for line in found.get("authors", []) for each in authors(item(line).squash(), places)]
    tied = any(author.affiliations for author in people)
    return Article(
        title=title(below, _HEADINGS),
        authors=people,
        affiliations=[] if tied else list(places.values()),
        journal=Journal(title=_row(rows, "Journal"), publisher=_row(rows, "Publisher")),
        published=published(_row(rows, "Date").squash()),
        pmid=_row(rows, "PMID") or lines[max(start, 0)].re(_BREADCRUMB),
        citation_count=_row(rows, "Citations").int(),
        abstract=abstract(found.get("abstract", [])),
        citing_articles=list(_citing(found.get("citing articles", []))),
        references=[_reference(item(line)) for line in found.get("references", []) if not _NUMBER.match(line.value)],
    )


def _breadcrumb(lines: Sequence[Text]) -> int:
    return next((place for place, line in enumerate(lines[:_HEAD_DEPTH]) if line and _BREADCRUMB.match(line.value)), -1)


def _row(rows: Sequence[Text], key: str) -> Text:
    """Return the value of an overview row ("Publisher MDPI")."""
    found = next((row for row in rows if row.value.startswith(f"{key} ")), MISSING)
    return first([found.removeprefix(key).strip()])


def _reference(shown: Text) -> Reference:
    """Read a reference: "Authors . Title. Journal. 2001; 117(1):44-51. PMC: 1. DOI: 10.…. View"."""
    citation = without_labels(shown.squash())
    names, mark, rest = citation.partition(" . ")
    body = before_identifiers(rest if mark else citation)
    read = imprint(body)
    # The site's abbreviations hold no periods, so what stands after the last one is the journal.
    work, named = title_and_journal(body[: read.start], dotted=False) if mark and read.start > 0 else (MISSING, MISSING)
    return Reference(
        citation=citation,
        title=work,
        authors=parts(names, ",") if mark else [],
        journal=named,
        **read.fields(),
        **identifiers(citation),
    )


def _citing(lines: Sequence[Text]) -> Iterator[Reference]:
    """Yield the citing articles: a line of title, one of authors and journal, one of identifiers that ends each of them."""
    held: list[Text] = []
    for line in lines:
        if _PMID.match(line.value):
            yield _citing_article(held, line)
            held = []
        else:
            held.append(line)


def _citing_article(lines: Sequence[Text], last: Text) -> Reference:
    """Read one citing article; of more lines than its two nobody knows what they are, and the citation alone holds them."""
    heading = lines[0] if len(lines) in (1, 2) else MISSING
    source = lines[1].squash() if len(lines) == 2 else MISSING  # noqa: PLR2004  # title and source
    read = imprint(source)
    names, named = _names_and_journal(source[: read.start] if read.start > 0 else MISSING)
    return Reference(
        citation=prose(lines),
        title=heading.squash().removesuffix("."),
        authors=names,
        journal=named,
        **read.fields(),
        **identifiers(last),
    )


def _names_and_journal(text: Text) -> tuple[list[Text], Text]:
    """Cut "Doe J, Roe R Example J Med." behind the last author's initials, of which the site gives each author as many.

    Where no initials stand, as behind a group's name, nothing tells where the journal begins.
    """
    *others, last = text.strip().removesuffix(".").split(",") or [MISSING]
    known = [name.strip() for name in others]
    longest = max((len(name.value.split()[-1]) for name in known if is_author(name.value)), default=1)
    found = last.strip().groups(
        rf"^(?P<name>\S+(?:\s(?![^\W\d_a-z]+\s)\S+)*?\s[^\W\d_a-z]{{1,{longest}}}(?:\s(?:Jr|Sr|2nd|3rd))?)\s(?P<journal>\S.*)$"
    )
    if not found["name"] or not is_author(found["name"].value) or not is_journal(found["journal"].value):
        return [], MISSING
    return [*known, found["name"]], found["journal"]
