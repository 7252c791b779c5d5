"""Walking the leaves of JSON values: each has a place, written as a JSON Pointer (RFC 6901)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def leaves_of(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the JSON Pointer (RFC 6901) and value of every leaf of a JSON value."""
    match value:
        case dict():
            for key, member in value.items():
                yield from leaves_of(member, f"{path}/{escaped(key)}")
        case list():
            for index, member in enumerate(value):
                yield from leaves_of(member, f"{path}/{index}")
        case _:
            yield path, value


def escaped(name: str) -> str:
    """Escape a name for a JSON Pointer (RFC 6901 §3)."""
    return name.replace("~", "~0").replace("/", "~1")
