"""Peeref as text: a type with a rating, the title, then sections under headings on lines of their own."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from plugins._shared.abstract import abstract, is_structured
from plugins._shared.citation import bare_doi
from plugins._shared.lines import first, item, parts, sections, shown, stripped
from scraper.quoting import MISSING
from scraper.records.article import Article, Author, Funding, Journal, Rating

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plugins._shared.lines import Text
    from scraper.pages import TextPage

_RESOURCES = "ask authors/readers for more resources"
_PRIMARY = "primary rating"
_INVITATION = "rate this paper"
_HEADINGS = frozenset(
    {
        *("journal", "publisher", "keywords", "categories", "funding", _RESOURCES, "automated summary", "summary", "abstract"),
        *("authors", "reviews", _PRIMARY, "secondary ratings", _INVITATION, "recommended", "protocol", "reagent"),
    }
)
_HEAD = re.compile(r"^(?:(?P<rating>\d+(?:\.\d+)?|-)\s+)?(?P<types>\D.*)$")
_TYPES = frozenset(
    {
        *("article", "review", "proceedings paper", "editorial material", "letter", "meeting abstract", "correction", "note"),
        *("book review", "book chapter", "data paper", "early access", "news item", "biographical-item", "reprint", "book"),
        *("retraction", "retracted publication", "software review", "discussion"),
    }
)
_VOLUME_LINE = re.compile(r"^Volume\s+(?P<volume>.*?),\s*Issue\s+(?P<issue>.*?),\s*Pages(?:\s+(?P<pages>.*))?$")
_AWARDS = re.compile(r"\[([^\]]*)\]")
_FUNDER = re.compile(r"^(?P<funder>.*?)\s*(?P<awards>(?:\[[^\]]*\]\s*)*)\.?$", re.DOTALL)
_NUMBER = re.compile(r"^\d+(?:\.\d+)?$")
_NO_AUTHOR = re.compile(r"I am an author|Click your name|Not enough|^\d")


def recognises(page: TextPage) -> bool:
    """Whether a page is Peeref's: a journal with volume or publisher, and one of the phrases that no other site has."""
    if "Journal" not in page.text or ("Publisher" not in page.text and "Volume" not in page.text):
        return False  # lines are cut only where it is worth while
    lines = stripped(page)
    start = _journal_line(lines)
    return start > 0 and any(
        line.value.casefold() in (_RESOURCES, _PRIMARY, "i am an author on this paper") for line in lines[start:] if line
    )


def extract(page: TextPage) -> Article:
    """Extract the article."""
    lines = stripped(page)
    start = max(_journal_line(lines), 0)
    found = sections(lines[start:], _HEADINGS)
    head = shown(lines[:start])[-2:]
    imprint = next((line for line in found.get("journal", []) if _VOLUME_LINE.match(line.value)), MISSING).groups(_VOLUME_LINE)
    paragraphs = _paragraphs(found)
    summary = _summary(found, paragraphs)
    return Article(
        title=head[-1].squash() if len(head) > 1 or (head and not _types(head[0])) else MISSING,
        publication_types=_types(head[0]) if len(head) > 1 else [],
        ratings=list(_ratings(_rating_lines(lines[start:]), head)),
        journal=_journal(found),
        volume=_given(imprint["volume"]),
        issue=_given(imprint["issue"]),
        pages=_given(imprint["pages"]),
        doi=next((bare_doi(line) for line in lines[start:] if line and re.match(r"(?i)doi:", line.value)), MISSING),
        keywords=[keyword for line in found.get("keywords", []) for keyword in parts(line)],
        funding=[each for line in found.get("funding", []) for each in _funding(item(line))],
        summary=summary.squash(),
        abstract=abstract(paragraphs[1:] if summary and summary is paragraphs[0] else paragraphs),
        authors=[Author(name=name) for line in found.get("authors", []) for name in _names(line)],
    )


def _journal_line(lines: Sequence[Text]) -> int:
    """Return the place of the heading "Journal", told from a title of that name by what stands below it; -1 for none."""
    keys = ["volume" if line and _VOLUME_LINE.match(line.value) else line.value if line else "" for line in lines]
    below = keys.index("volume") if "volume" in keys else keys.index("Publisher") if "Publisher" in keys else -1
    return max((place for place in range(below) if lines[place] and lines[place].value == "Journal"), default=-1)


def _given(value: Text) -> Text:
    """Return a value, or `MISSING` where a hyphen stands for it."""
    return first([value.strip()])


def _types(line: Text) -> list[Text]:
    """Return the types; without a rating before them only those that the index of this site is known to use."""
    head = line.groups(_HEAD)
    types = parts(head["types"])
    return types if head["rating"] or all(each.value.casefold() in _TYPES for each in types) else []


def _ratings(lines: Sequence[Text], head: Sequence[Text]) -> Iterator[Rating]:
    """Yield the ratings, each with the name on the line before; the one above the title repeats the primary and has no name."""
    numbered = [(name, value) for name, value in pairwise(lines) if _NUMBER.match(value.value) and not _NUMBER.match(name.value)]
    for name, value in numbered:
        yield Rating(name=name, value=value.float())
    alone = head[0].groups(_HEAD)["rating"] if len(head) > 1 and not numbered else MISSING
    if alone and alone.value != "-":
        yield Rating(value=alone.float())


def _rating_lines(lines: Sequence[Text]) -> list[Text]:
    """Return the lines from "Primary Rating" on, up to the invitation to rate."""
    named = [line for line in lines if line]
    keys = [line.value.casefold() for line in named]
    start = keys.index(_PRIMARY) if _PRIMARY in keys else len(keys)
    end = keys.index(_INVITATION, start) if _INVITATION in keys[start:] else len(keys)
    return named[start:end]


def _journal(found: Mapping[str, list[Text]]) -> Journal:
    titles = [line for line in found.get("journal", []) if not _VOLUME_LINE.match(line.value)]
    publishers = [line for line in found.get("publisher", []) if not line.value.upper().startswith("DOI:")]
    return Journal(title=first(titles[:1]), publisher=first(publishers[:1]))


def _funding(line: Text) -> Iterator[Funding]:
    """Yield a funder once for each award in brackets behind it, or once without any."""
    found = line.groups(_FUNDER)
    funder = found["funder"].squash()
    inside = found["awards"].re_all(_AWARDS) if found["awards"] else []
    awards = [award for each in inside for part in each.split(";") for award in parts(part, ",")]
    for award in awards:
        yield Funding(funder=funder, award=award)
    if not awards:
        yield Funding(funder=funder)


def _paragraphs(found: Mapping[str, list[Text]]) -> list[Text]:
    """Return what stands where the digest and the abstract do."""
    return [line for name in (_RESOURCES, "automated summary", "summary", "abstract") for line in found.get(name, [])]


def _summary(found: Mapping[str, list[Text]], paragraphs: Sequence[Text]) -> Text:
    """Return the digest, which is made of the abstract and stands before it.

    One paragraph alone is the abstract, because there is no digest without one; so are paragraphs that begin with a label.
    """
    named = found.get("automated summary") or found.get("summary")
    if named:
        return first(named)
    return paragraphs[0] if len(paragraphs) > 1 and not is_structured(paragraphs[0]) else MISSING


def _names(line: Text) -> list[Text]:
    """Return the authors that a line names, between semicolons if it has any ("Doe, Jane; Roe, John"), else between commas."""
    if _NO_AUTHOR.search(line.value):
        return []
    return parts(line, ";" if ";" in line.value else ",")
