"""Authors: repeated or joined in one meta, "Family, Given" or "Given Family", with what follows each in the head."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plugins.scholarly.head import Field, distinct, dublin
from plugins.scholarly.plain import clean, parts
from scraper.quoting import MISSING, Sourced
from scraper.records.article import Author

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plugins._shared.lines import Text
    from plugins.scholarly.head import Head
    from scraper.pages import JsonNode

_HEADS = ("citation_author", "bepress_citation_author")
_PLACES = ("institution", "affiliation", "institute")
_JOINED = Field(metas=("citation_authors", "eprints.creators_name", *dublin("creator"), *dublin("contributor")))
_LINKED = "author"

# What follows a name after a comma, and is no given name; without periods and spaces.
_TITLES = frozenset(
    "md phd ms msc ma ba bs bsc mph rn dds dmd dvm mbbs mba pharmd dphil scd edd psyd drph jd frcs facs jr sr ii iii iv".split()  # noqa: SIM905  # read as prose
)
_AND = re.compile(r"^(?:and|&)\s+")
_ORCID = re.compile(r"(?<!\d)\d{4}-\d{4}-\d{4}-\d{3}[\dX](?!\d)")
_EMAIL = re.compile(r"[^\s\x00-\x20\u180e\u200b\ufeff<>;,:]+@[^\s\x00-\x20\u180e\u200b\ufeff<>;,]+")
_NO_NAME = re.compile(r"^(?:https?:|www\.|\W*$)|@|^(?:n/?a|none|null|unknown|anonymous|admin|hwadmin)$", re.IGNORECASE)


def people(head: Head) -> tuple[list[Author], list[Text]]:
    """Read the authors, and the affiliations that no author is tied to."""
    for name in _HEADS:
        groups = [group for group in head.groups(name, *_members(name)) if _is_name(group[0])]
        if groups:
            return _grouped(name, groups)
    names = head.every(_JOINED, _names)
    found = [_author(name, alone=len(names) == 1) for name in names]
    return found or [each for node in head.nodes(_LINKED) for each in _from_linked(node)], []


def _members(head: str) -> list[str]:
    return [f"{head}_{what}" for what in (*_PLACES, "email", "orcid")]


def _grouped(head: str, groups: Sequence[tuple[Text, Mapping[str, Sequence[Text]]]]) -> tuple[list[Author], list[Text]]:
    """Read authors with what follows each.

    Where only the last of several is followed by affiliations, the page may as well list all authors before all places: nobody is
    tied to them then.
    """
    places = [distinct(clean(text) for what in _PLACES for text in members[f"{head}_{what}"]) for _, members in groups]
    if len(groups) == 1:
        names = list(_names(groups[0][0]))
        if len(names) > 1:
            return [_author(name) for name in names], places[0]
    loose = len(groups) > 1 and bool(places[-1]) and not any(places[:-1])
    found = []
    for (name, members), own in zip(groups, places, strict=True):
        tied: dict[str, Any] = {} if loose else {"affiliations": own, **_contact(head, members)}
        found.append(_author(clean(name.strip().rstrip(",;")), alone=len(groups) == 1, **tied))
    return found, places[-1] if loose else []


def _contact(head: str, members: Mapping[str, Sequence[Text]]) -> dict[str, Text]:
    emails = [text.re(_EMAIL).rstrip(".") for text in members[f"{head}_email"]]
    orcids = [text.re(_ORCID) for text in members[f"{head}_orcid"]]
    return {"email": next(filter(None, emails), MISSING), "orcid": next(filter(None, orcids), MISSING)}


def _names(text: Text) -> Iterator[Text]:
    """Yield each name of a content: joined by semicolons, or by commas where every part is a whole name."""
    joined = parts(text)
    for part in joined if len(joined) > 1 else _by_commas(joined[0]) if joined else []:
        name = part.strip().rstrip(",")
        name = clean(name[found.end() :] if (found := _AND.match(name.value or "")) else name)
        if _is_name(name):
            yield name


def _by_commas(text: Text) -> list[Text]:
    """Split at commas where nothing else can be meant: three names or more, each of two words or more."""
    names = text.split(",")
    whole = len(names) > 2 and all(len(name.value.split()) > 1 for name in names)  # noqa: PLR2004  # of two, one may be given names
    return names if whole else [text]


def _is_name(text: Text) -> bool:
    return bool(text) and not _NO_NAME.search(text.value.strip())


def _author(name: Text, *, alone: bool = False, **tied: Any) -> Author:
    """Return an author; where the name tells its parts apart with certainty, with these."""
    family, given = _parts(name)
    # One content alone, "Jane Roe, John Doe", may as well be two people.
    if alone and family and " " in family.value and " " in given.value:
        family = given = MISSING
    return Author(name=name, family=family, given=given, **tied)


def _parts(name: Text) -> tuple[Text, Text]:
    """Return family and given names of "Roe, Jane", with or without degrees after it; nothing where the comma is another's."""
    pieces = [part.strip() for part in name.split(",")]
    while len(pieces) > 2 and _is_title(pieces[-1]):  # noqa: PLR2004  # family and given names stay
        pieces.pop()
    # "Roe, MA" are initials; "Jane Roe, MA" is a degree.
    if len(pieces) != 2 or not all(pieces) or (" " in pieces[0].value and _is_title(pieces[1])):  # noqa: PLR2004
        return MISSING, MISSING
    return pieces[0], pieces[1]


def _is_title(text: Text) -> bool:
    return re.sub(r"[.\s]", "", text.value).casefold() in _TITLES


def _from_linked(node: JsonNode) -> Iterator[Author]:
    """Yield the author that a JSON-LD value names: a text, or a person with its parts."""
    if node.kind == "string":
        yield from (_author(name) for name in _names(node.text()))
        return
    given, family = clean(node["givenName"].text()), clean(node["familyName"].text())
    name = clean(node["name"].text())
    orcids = [text.text().re(_ORCID) for text in (node["@id"], node["identifier"], *node["sameAs"].each(), *node["url"].each())]
    places = [clean((each if each.kind == "string" else each["name"]).text()) for each in node["affiliation"].each()]
    if _is_name(name or family):
        yield Author(
            name=name or Sourced.join(" ", [given, family]),
            given=given,
            family=family,
            orcid=next(filter(None, orcids), MISSING),
            email=node["email"].text().re(_EMAIL),
            affiliations=distinct(places),
        )
