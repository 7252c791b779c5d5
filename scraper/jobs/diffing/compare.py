"""Two extractions of one capture, value by value.

same      the value, read from the same bytes
moved     the same value, read from other bytes
changed   another value
gained    a value where there was none
lost      no value where there was one
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from scraper.jobs.diffing.align import aligned, as_key
from scraper.records.leaves import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    Json = dict[str, Any]

Outcome = Literal["same", "moved", "changed", "gained", "lost"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("same", "moved", "changed", "gained", "lost")


class Place(NamedTuple):
    """A JSON value in a record.

    Attributes:
        path: Its JSON Pointer (RFC 6901): `/authors/0/name`.
        value: The value.
    """

    path: str
    value: Any

    def member(self, key: str | int) -> Place:
        """Return a member of an object or a list."""
        return Place(f"{self.path}/{key if isinstance(key, int) else escaped(key)}", self.value[key])


class Change(NamedTuple):
    """What became of a value.

    Attributes:
        outcome: What did.
        field: Its field: the JSON Pointer with `*` for positions in lists, `/authors/*/name`.
        old: The value before; None for one that was gained.
        new: The value after; None for one that was lost.
    """

    outcome: Outcome
    field: str
    old: Place | None
    new: Place | None


def changes(old: Json, new: Json) -> Iterator[Change]:
    """Yield what became of each value of a record, those that stayed the same too.

    Args:
        old: An extraction, as in `schemas/extraction/1.json`.
        new: Another one, of the same capture.
    """
    before, after = old["provenance"], new["provenance"]
    for field, left, right in _either(Place("", old["record"]), Place("", new["record"]), ""):
        if left is None or right is None:
            yield Change("lost" if left else "gained", field, left, right)
        elif left is not right and as_key(left.value) != as_key(right.value):
            yield Change("changed", field, left, right)
        elif _spans(before, left) != _spans(after, right):
            yield Change("moved", field, left, right)
        else:
            yield Change("same", field, left, right)


def _spans(provenance: Json, place: Place) -> Any:
    return provenance.get(place.path, {}).get("spans")


def _pairs(old: Place, new: Place, field: str) -> Iterator[tuple[str, Place | None, Place | None]]:
    """Yield the leaves of two values that belong together, each with its field."""
    match old.value, new.value:
        case dict(), dict():
            for key in old.value | new.value:
                left = old.member(key) if key in old.value else None
                right = new.member(key) if key in new.value else None
                yield from _either(left, right, f"{field}/{escaped(key)}")
        case list(), list():
            for at_old, at_new in aligned(old.value, new.value):
                left = None if at_old is None else old.member(at_old)
                right = None if at_new is None else new.member(at_new)
                yield from _either(left, right, f"{field}/*")
        case (dict() | list(), _) | (_, dict() | list()):
            yield from _either(old, None, field)
            yield from _either(None, new, field)
        case _:
            yield field, old, new


def _either(old: Place | None, new: Place | None, field: str) -> Iterator[tuple[str, Place | None, Place | None]]:
    if old and new:
        if old.path == new.path and as_key(old.value) == as_key(new.value):  # most are: one way through both
            yield from ((name, leaf, leaf) for name, leaf in _leaves(new.value, new.path, field))
        else:
            yield from _pairs(old, new, field)
    elif old:
        yield from ((name, leaf, None) for name, leaf in _leaves(old.value, old.path, field))
    elif new:
        yield from ((name, None, leaf) for name, leaf in _leaves(new.value, new.path, field))


def _leaves(value: Any, path: str, field: str) -> Iterator[tuple[str, Place]]:
    """Yield the leaves of a value, each with its field."""
    match value:
        case dict():
            for key, member in value.items():
                name = escaped(key)
                yield from _leaves(member, f"{path}/{name}", f"{field}/{name}")
        case list():
            for at, member in enumerate(value):
                yield from _leaves(member, f"{path}/{at}", f"{field}/*")
        case _:
            yield field, Place(path, value)
