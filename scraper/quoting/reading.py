"""How a span reads: the one function that narrowing and verifying share.

A span is decoded alone, never joined with its neighbours first: joined bytes could form a character, or an entity, that is not
on the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.errors import ReplayError
from scraper.quoting.payload import PayloadMap, decode

if TYPE_CHECKING:
    from collections.abc import Callable

Span = tuple[int, int]

VERBATIM = ("raw", "markup")
"""Readings in which the text is the decoded source itself: plain text, script and style; and source that is quoted as source."""


def read(raw: bytes, charset: str, as_: str) -> str:
    """Read a slice of a payload.

    Args:
        raw: The bytes of one span.
        charset: A charset as `stateless` returns it.
        as_: The reading's name.

    Raises:
        ReplayError: There is no such reading.
    """
    if as_ not in VERBATIM:
        raise ReplayError(f"no reading is named {as_!r}; known: {', '.join(VERBATIM)}")
    return decode(raw, charset)


def cutter(raw: bytes, charset: str) -> Callable[[int, int], Span | None]:
    """Return a function from code points of the reading to bytes of the slice; it answers None where no byte boundary is."""
    return PayloadMap(raw, charset).span
