"""To quote: from a stretch of a payload's text to a sourced value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.quoting.sourced import Sourced

if TYPE_CHECKING:
    from scraper.quoting.payload import PayloadMap

_REACH = 8  # code points to widen by where no byte boundary is; more than any charset puts in one unit
_WIDENINGS = sorted(((a, b) for a in range(_REACH + 1) for b in range(_REACH + 1)), key=sum)


def quote_as(
    page: PayloadMap, start: int, end: int, value: str, *, selector: str | None, as_: str, shift: int = 0
) -> Sourced[str] | None:
    """Quote code points `start` to `end` of a payload's text as a value; None where their bytes, read again, are another.

    Args:
        page: The payload, or a part of it.
        start: The first code point.
        end: The code point behind the last.
        value: What they read as.
        selector: How it was found.
        as_: How they read.
        shift: Bytes of the whole payload before this part of it.
    """
    span = page.span(start, end)
    if span is None:
        return None
    first, last = span
    return Sourced.located(value, (first + shift, last + shift), page.payload[first:last], selector, as_=as_, charset=page.charset)


def quote(page: PayloadMap, start: int, end: int, *, selector: str, as_: str = "raw") -> Sourced[str]:
    """Quote code points `start` to `end` of a payload's text.

    Where these are no byte boundaries, the spans reach a little wider and the cut is recorded as a step; where even that does
    not read back, the value is unlocated.
    """
    text = page.text
    for before, after in _WIDENINGS:
        first, last = max(0, start - before), min(len(text), end + after)
        found = quote_as(page, first, last, text[first:last], selector=selector, as_=as_)
        if found is not None:
            return found[start - first : end - first]
    return Sourced.unlocated(text[start:end], "the bytes around do not read back to the text", selector=selector)
