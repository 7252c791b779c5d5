"""`TextPage`: a plain text payload opened for quoting.

Text has no structure but its lines, so a page offers lines, what stands between two marks, and regular expressions. Values are
verbatim: line ends inside a value are those of the payload, until `squash()` is asked to collapse them.
"""

from __future__ import annotations

import re
from typing import NoReturn

from scraper.errors import QuotingError
from scraper.quoting import MISSING, Sourced, decide_charset, open_payload, quote

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|$)")


class TextPage:
    """A plain text payload.

    Args:
        payload: The bytes; a byte order mark is not part of the text.
        charset: The declared charset label, if there is one.
        url: The page's URL, if it is known.

    Attributes:
        charset: The charset that the payload is decoded with. To open the payload again with it changes nothing.
        text: The decoded text.

    Raises:
        UnsupportedCharset: The payload is in a stateful charset.
    """

    media_type = "text/plain"

    def __init__(self, payload: bytes, *, charset: str | None = None, url: str | None = None) -> None:
        self.url = url
        self._map = open_payload(payload, decide_charset(payload, charset))
        self.charset = self._map.charset
        self.text = self._map.text
        self._lines: list[tuple[int, int]] | None = None

    @property
    def whole(self) -> Sourced[str]:
        """The whole text."""
        return self._quote(0, len(self.text), "whole")

    @property
    def line_count(self) -> int:
        """How many lines the page has; an end of line at the very end opens no further one."""
        return len(self._line_spans())

    def line(self, n: int) -> Sourced[str]:
        """Return line `n`, counted from 1 as editors do, without its end (LF, CRLF or CR); `MISSING` if there is none."""
        spans = self._line_spans()
        return self._quote(*spans[n - 1], f"line({n})") if 1 <= n <= len(spans) else MISSING

    def lines(self) -> list[Sourced[str]]:
        """Return every line."""
        return [self.line(number) for number in range(1, self.line_count + 1)]

    def between(self, start: str | re.Pattern[str], end: str | re.Pattern[str] | None = None) -> Sourced[str]:
        """Return what stands between two marks: after the first `start`, before the next `end`.

        Args:
            start: The opening mark: a literal text, or a compiled expression.
            end: The closing mark; None for the end of the page. A closing mark that is not there is `MISSING`.
        """
        opening = _compiled(start).search(self.text)
        if opening is None:
            return MISSING
        closing = None if end is None else _compiled(end).search(self.text, opening.end())
        if end is not None and closing is None:
            return MISSING
        stop = len(self.text) if closing is None else closing.start()
        return self._quote(opening.end(), stop, f"between({_shown(start)}, {_shown(end)})")

    def search(self, pattern: str | re.Pattern[str], group: int | str | None = None) -> Sourced[str]:
        """Return the first match of a regular expression: its first group if it has one, else the whole; or `MISSING`.

        `^` and `$` match at lines (a pattern given as text is compiled with `re.MULTILINE`).
        """
        compiled = re.compile(pattern, re.MULTILINE) if isinstance(pattern, str) else pattern
        found = compiled.search(self.text)
        chosen = group if group is not None else min(1, compiled.groups)
        if found is None or found[chosen] is None:
            return MISSING
        return self._quote(*found.span(chosen), f"search({_shown(compiled)})")

    def _quote(self, start: int, end: int, selector: str) -> Sourced[str]:
        return quote(self._map, start, end, selector=selector)

    def _line_spans(self) -> list[tuple[int, int]]:
        if self._lines is None:
            found = [match.span() for match in _LINE.finditer(self.text) if match[0]]
            self._lines = [(start, start + len(self.text[start:end].rstrip("\r\n"))) for start, end in found]
        return self._lines

    def __reduce__(self) -> NoReturn:
        raise QuotingError("pages do not travel between processes: send the payload, or the values, which hold no page")


def _compiled(mark: str | re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(re.escape(mark)) if isinstance(mark, str) else mark


def _shown(mark: str | re.Pattern[str] | None) -> str:
    return "end" if mark is None else repr(mark) if isinstance(mark, str) else f"/{mark.pattern}/"
