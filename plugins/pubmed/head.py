"""The top of PubMed's article page: all that stands above the abstract.

    Review
    . 2023 Apr 11;14(1):71.
    doi: 10.…. Epub 2023 May 3.

    The title

    Jane Doe 1, John Roe 2
    Affiliations
    1 Example Hospital.
    PMID: 1

    Review
    The title
    Jane Doe et al. Example J Med. 2023.

Which of these lines are there depends on the article, and on the dump: lists behind buttons are left out of some.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from plugins._shared.authors import affiliations, are_authors, authors
from plugins._shared.imprint import DATE
from plugins._shared.lines import first, key, sections, shown, title
from plugins.pubmed.types import PUBLICATION_TYPES
from scraper.quoting import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugins._shared.lines import Text
    from scraper.records.article import Author

# A button before the citation leaves its period behind; where the journal is kept, it is one sentence without periods.
_CITATION = re.compile(rf"^(?:(?P<journal>[^\W_][^.,;]{{1,120}})?\.|(?={DATE}\s?[;:]\S))\s*(?P<imprint>{DATE}(?:\s?[;:.].*)?)$")
_NOTE = re.compile(
    r"(?:doi:\s*10\.|(?:Epub|eCollection|Print)\s+\d{4}|Online ahead of print|Free (?:PMC )?article\.?$|\[Article in\s"
    r"|Item in Clipboard$|Full text links$|Cite$|(?:[•*]\s*)?(?:PMID|PMCID|DOI):\s)",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"^(?P<name>[^\W\d_].{0,100}?)(?:\s+et al\.|\.)\s+(?P<journal>[^.]{2,120})\.(?:\s*\d{4}[\w\s-]*)?\s*\.?$")
_HEADINGS = frozenset({"authors", "author", "affiliations", "affiliation", "collaborators", "collaborators, affiliations"})
_CONTRIBUTION = re.compile(r"[#*]\s*(?:Contributed|These authors)", re.IGNORECASE)
_BELOW = frozenset({"abstract", "similar articles", "cited by", "references"})
_TYPE_DEPTH = 6


@attrs.frozen(kw_only=True)
class Head:
    """What the top of the page holds.

    Attributes:
        end: The place of the first line below it.
        notes: Lines of identifiers and dates.
    """

    end: int
    title: Text
    types: Sequence[Text]
    citation: Text
    notes: Sequence[Text]
    journal: Text
    authors: Sequence[Author]
    affiliations: Sequence[Text]

    def note(self, pattern: str) -> Text:
        """Return what an expression finds first in the notes."""
        return next((found for found in (line.squash().re(pattern) for line in self.notes) if found), MISSING)


def citation_place(lines: Sequence[Text]) -> int:
    """Return the place of the article's citation, which stands above every section; -1 for none."""
    for place, line in enumerate(lines):
        if line and _CITATION.match(line.squash().value):
            return place
        if key(line) in _BELOW:
            break
    return -1


def is_list(lines: Sequence[Text]) -> bool:
    """Whether a page shows several articles, each under its own citation."""
    return sum(bool(line) and line.value.startswith(".") and bool(_CITATION.match(line.squash().value)) for line in lines) > 1


def head(lines: Sequence[Text], headings: frozenset[str]) -> Head:
    """Read the top of a page.

    Args:
        lines: The page's lines, stripped.
        headings: The headings of the sections below, case-folded.
    """
    start = max(citation_place(lines), 0)
    place = _title_place(lines, start + 1)
    again = _repeated(lines, place, headings)
    body = next((place for place in range(place + 1, len(lines)) if key(lines[place]) in headings), len(lines))
    region = shown(line for line in lines[place + 1 : min(again, body)] if key(line) not in PUBLICATION_TYPES)
    named = lines[start].squash().groups(_CITATION)
    byline = first(lines[again + 1 :]).squash().groups(_BYLINE)
    people, places = _people([line for line in region if not _NOTE.match(line.value)], byline["name"])
    return Head(
        end=again + 1 if again < len(lines) else place + 1,
        title=title(shown(lines[place:]), headings | _HEADINGS),
        types=[line for line in shown(lines[:start])[-_TYPE_DEPTH:] if key(line) in PUBLICATION_TYPES],
        citation=named["imprint"],
        notes=[*shown(lines[start:place]), *(line for line in region if _NOTE.match(line.value))],
        journal=named["journal"] or byline["journal"],
        authors=people,
        affiliations=places,
    )


def _title_place(lines: Sequence[Text], start: int) -> int:
    """Return the place of the first line below the citation that is no note to it."""
    return next((place for place in range(start, len(lines)) if lines[place] and not _NOTE.match(lines[place].value)), len(lines))


def _repeated(lines: Sequence[Text], title_at: int, headings: frozenset[str]) -> int:
    """Return the place where the page repeats its title, above a line of author and journal; behind the page for nowhere."""
    again = [place for place in range(title_at + 1, len(lines)) if lines[place] and lines[place].value == lines[title_at].value]
    signed = [place for place in again if _BYLINE.match(first(lines[place + 1 :]).squash().value or "")]
    told = signed or [place for place in again if key(lines[place]) not in headings]
    return next(iter(told), len(lines))


def _people(region: Sequence[Text], first_author: Text) -> tuple[list[Author], list[Text]]:
    """Read authors, and the affiliations that no author is tied to; where the list is not shown, the byline has the first."""
    found = sections(region, _HEADINGS)
    listed = [*found.get("affiliations", []), *found.get("affiliation", [])]
    places = affiliations([line for line in listed if not _CONTRIBUTION.match(line.value)])
    lines = [line for line in found[""] if _is_list(line)] + [*found.get("authors", []), *found.get("author", [])]
    people = [each for line in lines if are_authors(line) for each in authors(line.squash(), places)]
    tied = any(each.affiliations for each in people)
    return people or authors(first_author, {}), [] if tied else list(places.values())


def _is_list(line: Text) -> bool:
    """Whether a line without a heading is a list of authors: one name alone could be anything, unless it bears a mark."""
    return "," in line.value or line.value[-1:].isdigit()
