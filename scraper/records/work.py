"""`work/1`: what several pages say about one work, every claim with those who make it. Schema: `schemas/work/1.json`.

A claim is a value for a field; it names the extractions that make it, and these stand whole in the same line, so that each claim
keeps its capture, its site and its pointer. Nobody is said to be right: where extractions disagree, the field is listed as a
conflict.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

from scraper.records.leaves import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Json = dict[str, Any]

WORK: Final = "work/1"
Difference = Literal["spelling", "extent", "value"]

_WORDS: Final = re.compile(r"\w+")
_SEVERITY: Final[tuple[Difference, ...]] = ("spelling", "extent", "value")


def claims_of(extractions: Sequence[Json]) -> dict[str, list[Json]]:
    """Return what extractions say of each field.

    Args:
        extractions: As in `schemas/extraction/1.json`.

    Returns:
        JSON Pointer of the field → its values, each with the numbers of the extractions that say so. Lists are values as a whole;
        parts are taken apart. First comes the value that most sites show, then the one shown first.
    """
    found: dict[str, dict[bytes, Json]] = {}
    for number, extraction in enumerate(extractions):
        for field, value in _statements(extraction["record"], ""):
            key = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
            claim = found.setdefault(field, {}).setdefault(key, {"value": value, "extractions": []})
            claim["extractions"].append(number)
    sites = [extraction["site"]["name"] for extraction in extractions]
    return {field: sorted(found[field].values(), key=lambda claim: _rank(claim, sites)) for field in found}


def conflicts_of(claims: dict[str, list[Json]]) -> list[Json]:
    """Return the fields with several values, and how far these differ from the first: the greatest difference counts."""
    found = []
    for field, (first, *others) in claims.items():
        kinds = {difference(first["value"], other["value"]) for other in others}
        if kinds:
            found.append({"field": field, "difference": max(kinds, key=_SEVERITY.index)})
    return found


def difference(one: Any, other: Any) -> Difference:
    """Say how two unequal values differ.

    Returns:
        `spelling`: the same words, but for case, punctuation, width and marks of writing. `extent`: one is the beginning of the
        other (2023 and 2023-10), or a part of it (a list with more members). `value`: anything else.
    """
    one, other = _words(one), _words(other)
    if one == other:
        return "spelling"
    return "extent" if _within(one, other) or _within(other, one) else "value"


def _statements(part: Json, path: str) -> Iterator[tuple[str, Any]]:
    for key, value in part.items():
        field = f"{path}/{escaped(key)}"
        if isinstance(value, dict):
            yield from _statements(value, field)
        else:
            yield field, value


def _rank(claim: Json, sites: list[str]) -> tuple[int, int]:
    return -len({sites[number] for number in claim["extractions"]}), claim["extractions"][0]


def _words(value: Any) -> Any:
    """Take texts apart into folded words; a text without words stays as it is."""
    match value:
        case str():
            return tuple(_WORDS.findall(unicodedata.normalize("NFKC", value).casefold())) or value
        case list():
            return [_words(member) for member in value]
        case dict():
            return {key: _words(member) for key, member in value.items()}
    return value


def _within(part: Any, whole: Any) -> bool:
    match part, whole:
        case tuple(), tuple():
            return whole[: len(part)] == part
        case list(), list():
            return all(any(_within(member, other) for other in whole) for member in part)
        case dict(), dict():
            return all(key in whole and _within(member, whole[key]) for key, member in part.items())
    return bool(part == whole)
