"""What a record is: an attrs object whose leaves are sourced values, and how it becomes plain JSON with its pointers.

Record types subclass `Record` and its parts `Part`; this module knows none of them. A field may hold a sourced value, a part, or a
list of either. What is missing is left out, so that the JSON never holds `""` or `null`; a plain value is an error that
names the field, because provenance must not be forgotten.
"""

from __future__ import annotations

import functools
import math
from typing import Any, ClassVar, cast

import attrs

from scraper.errors import SchemaViolation, UnsourcedValue
from scraper.quoting import MISSING, Sourced, Unreadable

_EMPTY: tuple[()] = ()
"""No members: the default of fields that are lists."""


class Part:
    """A part of a record: subclasses are `attrs.frozen` classes of sourced values, parts and lists of these."""

    __slots__ = ()


class Record(Part):
    """A record: `TYPE` names its schema and version, as in `article/1`.

    Attributes:
        SIGNS: What shows that a page holds such a record, as `scraper.records.seen` writes places; `/Type` is an object in JSON-LD.
        LINKED: The types of the JSON-LD objects that describe such a record, best first.
    """

    __slots__ = ()
    TYPE: ClassVar[str]
    SIGNS: ClassVar[tuple[str, ...]] = ()
    LINKED: ClassVar[tuple[str, ...]] = ()


@attrs.frozen(slots=True)
class Plain:
    """A record in plain JSON values.

    Attributes:
        record: The values; absent fields are absent.
        provenance: JSON Pointer (RFC 6901) of each leaf → the pointer to its bytes.
        problems: What was there and could not be read: field, spans, bytes as text, reason.
    """

    record: dict[str, Any]
    provenance: dict[str, dict[str, Any]]
    problems: list[dict[str, Any]]


def plain(record: Record) -> Plain:
    """Turn a record into plain JSON values and its provenance.

    Raises:
        UnsourcedValue: A field holds a value without a source.
        SchemaViolation: A value cannot be written as JSON.
    """
    found = Plain({}, {}, [])
    return attrs.evolve(found, record=_part(record, "", found))


def _part(part: Part, path: str, found: Plain) -> dict[str, Any]:
    values = {}
    for name in _names(cast("Any", type(part))):
        value = getattr(part, name)
        if value is not MISSING and value is not None and value is not _EMPTY:  # most fields of most records
            value = _value(value, f"{path}/{name}", found)
            if value is not None:
                values[name] = value
    return values


@functools.cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in attrs.fields(kind))


def _value(value: Any, path: str, found: Plain) -> Any:
    """Return the JSON value at a path, or None for nothing."""
    if isinstance(value, Sourced):
        if value:
            found.provenance[path] = value.pointer()
            leaf = value.value
            return leaf if type(leaf) is str and leaf.isascii() else _leaf(leaf, path)  # the most common case, without the detour
        if isinstance(value, Unreadable):
            found.problems.append(_problem(value, path))
        return None
    if isinstance(value, Part):
        return _part(value, path, found) or None
    if isinstance(value, list | tuple):
        return _list(value, path, found) or None
    if value is None:
        return None
    raise UnsourcedValue(f"{value!r} has no source: quote it from the page, or say Sourced.stated(value, why)", field=path)


def _leaf(value: Any, path: str) -> Any:
    """Return a value that can be written as JSON.

    Raises:
        SchemaViolation: It cannot: a plugin's step may give anything.
    """
    match value:
        case str() if _is_text(value):
            return value
        case int() if -(1 << 63) <= value < 1 << 64:
            return value
        case float() if math.isfinite(value):
            return value
    raise SchemaViolation(f"{value!r} cannot be written as JSON: text, truth, numbers of 64 bits can", field=path)


def _is_text(value: str) -> bool:
    """Whether a text is whole: half of a surrogate pair has no UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _list(values: list[Any] | tuple[Any, ...], path: str, found: Plain) -> list[Any]:
    """Number the members that are there: what is missing leaves no gap."""
    members: list[Any] = []
    for value in values:
        member = _value(value, f"{path}/{len(members)}", found)
        if member is not None:
            members.append(member)
    return members


def _problem(value: Unreadable, path: str) -> dict[str, Any]:
    return {
        "field": path,
        "spans": [list(span) for span in value.spans],
        "source": value.found.source(),
        "reason": value.reason,
    }
