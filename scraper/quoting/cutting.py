"""Cutting: from a range of a value's code points to the parts of its spans that read as it.

Nothing here knows values. What goes in is what a value *holds* of each of its spans: the text that it reads, and its bytes where
these say more than the text. What comes out is a candidate (a cut inside a character reference, say, does not read back), and
`Sourced` checks it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scraper.quoting.reading import cutter, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    Held = tuple[str, bytes | None]
    """What a span reads, and its bytes; no bytes where it is plain, see `is_plain`."""
    Part = tuple[int, int, int, Held]
    """The number of a span, first byte and end of a part of it, counted in the span, and what is held of the part."""

_SHORT = 4096  # bytes; of a longer text that is not ASCII, the bytes before each cut would be counted too often
_NOT_PLAIN = re.compile(r"[&<\\\r\0]")  # what some reading resolves, so that a part could read differently alone


def is_plain(text: str, raw: bytes, charset: str) -> bool:
    """Whether a text is these bytes in UTF-8, and no reading resolves any of it: then the same holds for any part of it.

    Args:
        text: What the bytes may read as.
        raw: The bytes.
        charset: What they are decoded with.
    """
    known = text.isascii() or (charset == "utf-8" and len(raw) <= _SHORT)
    return known and raw == text.encode() and not _NOT_PLAIN.search(text)


def hold(raw: bytes, charset: str, as_: str) -> Held:
    """Return what a value holds of a span.

    Args:
        raw: The span's bytes.
        charset: What they are decoded with.
        as_: How they read.
    """
    text = read(raw, charset, as_)
    return text, None if is_plain(text, raw, charset) else raw


def parts_of(spans: Sequence[Held], charset: str, readings: Sequence[str], start: int, end: int) -> list[Part] | None:
    """Return the parts of spans that a range of the text which they read together comes from; None where no byte boundary is.

    Args:
        spans: What is held of each.
        charset: What they are decoded with.
        readings: How each reads.
        start: The first code point of the range.
        end: The code point behind it.
    """
    found: list[Part] = []
    low = 0
    for number, held in enumerate(spans):
        high = low + len(held[0])
        begin, stop = max(start, low), min(end, high)
        if begin < stop or (start == end and low <= start <= high and not found):
            part = _part_of(held, charset, readings[number], begin - low, stop - low)
            if part is None:
                return None
            found.append((number, *part))
        if high > end:
            break
        low = high
    return found


def _part_of(held: Held, charset: str, as_: str, start: int, end: int) -> tuple[int, int, Held] | None:
    text, raw = held
    if raw is None:
        part = text[start:end]
        if text.isascii():
            return start, end, (part, None)
        first = len(text[:start].encode())
        return first, first + len(part.encode()), (part, None)
    inside = cutter(raw, charset, as_)(start, end)
    return None if inside is None else (*inside, hold(raw[slice(*inside)], charset, as_))
