"""Which fields of a record say what it is about, so that records of several sites can be joined.

A record type declares them in its schema: a top-level string property with the annotation `x-identity`, whose value says when two
values are the same.

    exact                    the characters are the same
    ascii-case-insensitive   but for the case of A to Z, as in DOI names (ISO 26324; DOI Handbook §2.4)
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any, Final

from scraper.errors import UsageError
from scraper.records.schemas import load_schema

if TYPE_CHECKING:
    from collections.abc import Callable

_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_SAME: Final[dict[str, Callable[[str], str]]] = {
    "exact": lambda value: value,
    "ascii-case-insensitive": lambda value: value.translate(_LOWER),
}


def identity_fields(record_type: str) -> dict[str, str]:
    """Return the identifying fields of a record type, as in `article/1`, and how their values are compared.

    Raises:
        UsageError: There is no such schema, or it names a comparison that there is not.
    """
    properties = load_schema(record_type).get("properties", {})
    found = {name: member["x-identity"] for name, member in properties.items() if "x-identity" in member}
    for name, comparison in found.items():
        if comparison not in _SAME:
            raise UsageError(f"schema {record_type}, property {name}: x-identity is {comparison!r}, not one of {', '.join(_SAME)}")
    return found


def identity_of(record_type: str, record: dict[str, Any]) -> dict[str, str]:
    """Return what identifies a record: field → value, in the form in which values are compared.

    Empty for a record that shows no identifier, and for one of a type whose schema is not known here.

    Raises:
        UsageError: The schema names a comparison that there is not.
    """
    try:
        load_schema(record_type)
    except UsageError:
        return {}
    fields = identity_fields(record_type)
    return {name: _SAME[how](record[name]) for name, how in fields.items() if isinstance(record.get(name), str)}
