"""Lines of authors with marks that tie them to affiliations: "Jane Doe 1 2, John Roe 3"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugins._shared.lines import item
from scraper.quoting import MISSING
from scraper.records.article import Author

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plugins._shared.lines import Text

_SIGNS = r"\s\d*#†‡§¶"
_MARKED = re.compile(rf"^(?P<name>.*?[^{_SIGNS}-])?(?P<marks>[{_SIGNS}]*)$", re.DOTALL)
_LAST = re.compile(rf"^(?P<marks>[{_SIGNS}]*)and\s+(?P<name>\S.*)$", re.DOTALL)
_TWO = re.compile(r"^(?P<one>\S+(?:\s\S+){1,3}?)\s+and\s+(?P<other>\S+(?:\s\S+){1,3})$")
_DEGREES = frozenset(
    {
        "MD",
        "M.D.",
        "PhD",
        "Ph.D.",
        "MS",
        "MSc",
        "BS",
        "BSc",
        "MPH",
        "RN",
        "DDS",
        "DMD",
        "DVM",
        "MBBS",
        "FRCS",
        "FACS",
        "MBA",
        "PharmD",
    }
)
_PARTICLES = frozenset(
    "al and av bin da das de del den der des di do dos du el for ibn in la le of on the van vom von y zu zum zur".split()  # noqa: SIM905  # read as prose
)
_ELIDED = re.compile(r"\w{1,2}['’]\w")  # noqa: RUF001  # a typographic apostrophe, as on pages
_LONGEST = 100
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")


def affiliations(lines: Sequence[Text]) -> dict[str, Text]:
    """Return affiliations by their marks, and without them: "1Example Hospital", "2 Example College".

    Marks count only where every line bears the one that is due, so that "1st Department" and "10 Example Street" stay whole.
    """
    places = [item(line) for line in lines]
    for marks in (range(1, len(places) + 1), "abcdefghijklmnopqrstuvwxyz"):
        due = [str(mark) for mark in marks][: len(places)]
        if len(due) == len(places) and all(_bears(place.value, mark) for place, mark in zip(places, due, strict=True)):
            return {mark: place[len(mark) :].strip() for place, mark in zip(places, due, strict=True)}
    return {f"line {number}": place for number, place in enumerate(places, 1)}


def _bears(text: str, mark: str) -> bool:
    """Whether a text begins with a mark that is no part of it."""
    rest = text.removeprefix(mark)
    if rest == text or not rest.strip() or _ORDINAL.match(rest):
        return False
    return (
        rest[0].isupper()
        if mark.isalpha()
        else mark != "1" or not rest[0].isdigit() or bool(re.match(r"\d+(?:st|nd|rd|th)\b", rest))
    )


def authors(line: Text, places: Mapping[str, Text]) -> list[Author]:
    """Read a line of authors, with the affiliations that their marks name; degrees are left out."""
    people: list[tuple[Text, list[str]]] = []
    for name, marks in _people(line):
        if name and name.value not in _DEGREES:
            people.append((name, marks))
        elif people:
            people[-1][1].extend(marks)
    return [Author(name=name, affiliations=[places[mark] for mark in marks if mark in places]) for name, marks in people]


def _people(line: Text) -> Iterator[tuple[Text, list[str]]]:
    """Yield name and marks of each piece between commas; "1, 2" after a name makes pieces without a name."""
    for part in line.re_all(r"[^,;]+"):
        joined = part.groups(_LAST)
        if joined["name"]:
            yield MISSING, re.findall(r"\d+", str(joined["marks"]))
        piece = (joined["name"] or part).strip()
        two = piece.groups(_TWO)
        for each in (two["one"], two["other"]) if two["one"] else (piece,):
            found = each.groups(_MARKED)
            yield found["name"], re.findall(r"\d+", str(found["marks"] or ""))


def are_authors(line: Text) -> bool:
    """Whether a line can be nothing but names: every word capitalised, in scripts that know capitals, but for particles."""
    names = [name.value for name, _ in _people(line) if name]
    return bool(names) and all(_is_name(name) for name in names)


def _is_name(text: str) -> bool:
    capitalised = all(not word[0].islower() or word in _PARTICLES or _ELIDED.match(word) for word in text.split())
    return len(text) <= _LONGEST and capitalised and not re.search(r"[:?!()\[\]/@]|\.$|\d{3}", text)
