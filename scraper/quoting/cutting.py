"""Cutting: from a range of a value's code points to the parts of its spans that read as it.

Nothing here knows values: what goes in is how they are kept, the bytes of each span and how they read. What comes out is a
candidate (a cut inside a character reference, say, does not read back), and `Sourced` checks it.
"""

from __future__ import annotations

import functools
import re
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from scraper.quoting.reading import cutter, read
from scraper.quoting.steps import before_squash, squash_places

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Part = tuple[int, int, int]
    """The number of a span, and the first byte and the end of the part, counted in the span."""

_SHORT = 4096  # bytes; of a longer text that is not ASCII, the bytes before each cut would be counted too often
_NOT_PLAIN = re.compile(r"[&<\\\r\0]")  # what some reading resolves, so that a part could read differently alone


def is_plain(value: str, raw: bytes, charset: str) -> bool:
    """Whether a value is its bytes in UTF-8, and no reading resolves any of it: then the same holds for any part of it.

    Args:
        value: The value.
        raw: The bytes of its one span.
        charset: What they are decoded with.
    """
    known = value.isascii() or (charset == "utf-8" and len(raw) <= _SHORT)
    return known and raw == value.encode() and not _NOT_PLAIN.search(value)


@functools.lru_cache(maxsize=8)
def parts_of(
    raws: tuple[bytes, ...], charset: str, readings: tuple[str, ...], *, squashed: bool
) -> Callable[[int, int], Sequence[Part] | None]:
    """Return a function from a range of code points of a value to parts of its spans; it answers None where no byte boundary is.

    It is kept for a while, because a value is seldom cut once.

    Args:
        raws: The bytes of each span.
        charset: What they are decoded with.
        readings: How each reads.
        squashed: Whether the value is what the spans read with its white space collapsed, or just that.
    """
    if len(raws) == 1 and not squashed:
        return functools.partial(_part_of_one, cutter(raws[0], charset, readings[0]))
    texts = [read(raw, charset, as_) for raw, as_ in zip(raws, readings, strict=True)]
    bounds = list(pairwise([0, *accumulate(map(len, texts))]))
    places = squash_places("".join(texts)) if squashed else None
    span_cutter = functools.cache(lambda number: cutter(raws[number], charset, readings[number]))

    def parts(start: int, end: int) -> Sequence[Part] | None:
        first, last = (start, end) if places is None else before_squash(places, start, end)
        found: list[Part] = []
        for number, (low, high) in enumerate(bounds):
            begin, stop = max(first, low) - low, min(last, high) - low
            if begin < stop or (first == last and low <= first <= high and not found):
                inside = span_cutter(number)(begin, stop)
                if inside is None:
                    return None
                found.append((number, *inside))
        return found

    return parts


def _part_of_one(cut: Callable[[int, int], tuple[int, int] | None], start: int, end: int) -> Sequence[Part] | None:
    inside = cut(start, end)
    return None if inside is None else ((0, *inside),)
