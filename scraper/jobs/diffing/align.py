"""Which members of two lists belong together, so that one that is new does not make all behind it look changed.

Members keep their order. Those that are equal belong together; between them, those that are headed by the same words (an author's
name, a reference's citation); what is left between these, by position.

The longest common subsequence is found as the longest rising one of positions (Fredman 1975, doi:10.1016/0012-365X(75)90103-X),
a member that occurs again being another one each time. That takes n log n, whatever the lists hold; difflib takes the square of n
and more when members repeat, and a page with some thousand keywords is enough for that.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

import orjson

from scraper.records.leaves import leaves_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    Pair = tuple[int | None, int | None]
    Key = Callable[[Any], Hashable]

_WORDS: Final = re.compile(r"\w+")


def as_key(value: Any) -> bytes:
    """Return what is the same for equal JSON values only: 1, 1.0 and true are three values."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _head(member: Any) -> Hashable:
    """Return the words of a member's first leaf, without case and punctuation."""
    _, first = next(leaves_of(member), ("", None))
    if not isinstance(first, str):
        return as_key(first)
    return tuple(_WORDS.findall(unicodedata.normalize("NFKC", first).casefold())) or first


_KEYS: Final[tuple[Key, ...]] = (as_key, _head)


def aligned(old: Sequence[Any], new: Sequence[Any], keys: Sequence[Key] = _KEYS) -> Iterator[Pair]:
    """Yield the positions of members that belong together, in order; None where the other list has no such member.

    Args:
        old: JSON values.
        new: JSON values.
        keys: What members are compared by, one after the other; the last resort is their position.
    """
    if not (keys and old and new):
        yield from zip_longest(range(len(old)), range(len(new)))
        return
    key, *others = keys
    i = j = 0
    for at_old, at_new in [*_common([key(each) for each in old], [key(each) for each in new]), (len(old), len(new))]:
        for left, right in aligned(old[i:at_old], new[j:at_new], others):
            yield None if left is None else i + left, None if right is None else j + right
        if at_old < len(old):
            yield at_old, at_new
        i, j = at_old + 1, at_new + 1


def _common(old: list[Hashable], new: list[Hashable]) -> Iterator[tuple[int, int]]:
    """Yield the positions of a long common subsequence: the longest one, where nothing occurs twice."""
    start, shorter = 0, min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    yield from ((at, at) for at in range(start))
    middle = {each: at for at, each in enumerate(_numbered(new[start : len(new) - end]), start)}
    found = [(at, middle[each]) for at, each in enumerate(_numbered(old[start : len(old) - end]), start) if each in middle]
    yield from (found[at] for at in _rising([at_new for _, at_new in found]))
    yield from ((len(old) - at, len(new) - at) for at in range(end, 0, -1))


def _numbered(keys: list[Hashable]) -> Iterator[tuple[Hashable, int]]:
    """Yield each key with how often it was there before."""
    seen: Counter[Hashable] = Counter()
    for key in keys:
        yield key, seen[key]
        seen[key] += 1


def _rising(numbers: list[int]) -> list[int]:
    """Return the positions of the longest rising subsequence of different numbers."""
    lowest: list[int] = []  # the lowest number that ends a rising subsequence of each length
    ends: list[int] = []  # and its position
    before: list[int] = []  # the position before each one in its subsequence
    for at, number in enumerate(numbers):
        length = bisect_left(lowest, number)
        before.append(ends[length - 1] if length else -1)
        lowest[length : length + 1] = [number]
        ends[length : length + 1] = [at]
    chain, at = [], ends[-1] if ends else -1
    while at >= 0:
        chain.append(at)
        at = before[at]
    return chain[::-1]
