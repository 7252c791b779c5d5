"""The source of an HTML page: from the parser's positions to payload bytes, and what stands between two tags.

The parser counts code points of newline-normalised text. From there the way leads over the CRLF pairs to the decoded text, and
from that, by `PayloadMap`, to bytes. *Offsets* here are code points of the decoded text, newlines as they are.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate, count
from operator import add
from typing import TYPE_CHECKING, NamedTuple

from scraper.quoting import Sourced, open_payload
from scraper.quoting.cutting import hold
from scraper.quoting.quote import quote_as
from scraper.quoting.reading import READINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

# What the tokenizer makes of source between tags (WHATWG HTML, 13.2.5.1 to 13.2.5.53). Comments and processing instructions split
# text; tags that the tree builder ignored, doctypes and `</>` do not, although they interrupt the source.
_SPACE = r"[\t\n\f\r ]"
_ATTRIBUTE = rf"""(?:=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)
    (?:{_SPACE}*+={_SPACE}*+(?:"[^"]*+"|'[^']*+'|[^\t\n\f\r >"'][^\t\n\f\r >]*+|(?=>)))?+"""
_MARKUP = re.compile(
    rf"""(?P<silent><!doctype[^>]*+(?:>|\Z)|</>)
    |(?P<split><!--(?:-?>|.*?(?:--!?>|\Z))|<[!?][^>]*+(?:>|\Z)|</[^A-Za-z>][^>]*+(?:>|\Z))
    |</?(?P<tag>[A-Za-z][^\t\n\f\r />]*+)(?:[\t\n\f\r /]++|{_ATTRIBUTE})*+(?:>|\Z)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
# Inside these, `<` means something else; where one stands between two places, what is between is not read as text.
_OPAQUE = frozenset(
    {"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext", "table", "svg", "math"}
)
_BLANK = " \t\n\f\r"
_STRETCH = 32768  # code points
_VALUE = re.compile(rf"=?[^\t\n\f\r />=]*+{_SPACE}*+={_SPACE}*+")


class Piece(NamedTuple):
    """A stretch of source, `[start, end)` in offsets, and the name of how it reads."""

    start: int
    end: int
    reading: str


class HtmlSource:
    """A page's source.

    Args:
        payload: The payload bytes.
        charset: Its charset, as `decide_charset` returns it.

    Attributes:
        charset: The charset.
        map: The payload, and the way from offsets to its bytes.
        text: The decoded text, newlines as they are.

    Raises:
        UnsupportedCharset: The charset is stateful.
    """

    __slots__ = ("_folded", "_folding", "_folds", "charset", "map", "text")

    def __init__(self, payload: bytes, charset: str) -> None:
        self.map = open_payload(payload, charset)
        self.charset = charset
        self.text = self.map.text
        # The parser's positions of the CRLF pairs, each of which it counts once, as far as they have been looked for.
        self._folding = b"\r" in payload and "\r\n" in self.text
        self._folds: list[int] = []
        self._folded = 0

    def offset(self, position: int) -> int:
        """Return the offset of a position of the parser."""
        if not self._folding:
            return position
        while self._folded < position + len(self._folds) and self._folded < len(self.text):
            self._fold()
        return position + bisect_left(self._folds, position)

    def _fold(self) -> None:
        """Look for CRLF pairs in the next stretch of text; no pair is cut in two."""
        begun = self._folded
        end = begun + _STRETCH + (self.text[begun + _STRETCH - 1 : begun + _STRETCH] == "\r")
        parts = self.text[begun:end].split("\r\n")
        base = begun - len(self._folds)
        self._folds += list(map(add, accumulate(map(len, parts)), count(base)))[:-1]
        self._folded = end

    def read(self, piece: Piece) -> str:
        """Return what a piece reads as."""
        return READINGS[piece.reading].text(self.text[piece.start : piece.end])

    def quote(self, pieces: Sequence[Piece], value: str, selector: str) -> Sourced[str] | None:
        """Quote pieces that together read as a value; None where the payload's bytes, read again, do not."""
        if len(pieces) == 1:
            return self.quote_one(pieces[0], value, selector)
        spans, held, charset = [], [], self.charset
        for start, end, reading in pieces:
            span = self.map.span(start, end)
            if span is None:
                return None
            spans.append(span)
            held.append(hold(self.map.payload[span[0] : span[1]], charset, reading))
        if "".join([text for text, _ in held]) != value:
            return None
        readings = tuple([piece.reading for piece in pieces])
        return Sourced(value, tuple(spans), selector, readings=readings, charset=charset, held=tuple(held))

    def quote_one(self, piece: Piece, value: str, selector: str) -> Sourced[str] | None:
        """Quote one piece: the common case."""
        return quote_as(self.map, piece.start, piece.end, value, selector=selector, as_=piece.reading)

    def attribute(self, start: int, end: int) -> Piece:
        """Return the value of an attribute whose name begins at `start` and whose value, with its quotes, ends at `end`."""
        name = _VALUE.match(self.text, start, end)
        if name is None:
            return Piece(end, end, "attribute")
        first = name.end()
        quoted = end - first > 1 and self.text[first] in "\"'" and self.text[first] == self.text[end - 1]
        return Piece(first + quoted, end - quoted, "attribute")

    def runs(self, start: int, end: int) -> list[list[Piece]] | None:
        """Return the runs of text between two offsets: a list for each stretch between comments, one run or more in each.

        None where the source cannot be read alone, because it holds an element whose content is not markup.
        """
        text = self.text
        if text.find("<", start, end) < 0:
            return [[Piece(start, end, "text")] if start < end else []]
        groups: list[list[Piece]] = [[]]
        closed, moved = False, 0  # whether `</body>` was the last to count, and the comments that followed it
        for found in _MARKUP.finditer(text, start, end):
            if start < found.start():
                groups[-1].append(Piece(start, found.start(), "text"))
                closed = closed and not text[start : found.start()].strip(_BLANK)
            start = found.end()
            if found.lastgroup == "tag":
                if found["tag"].lower() in _OPAQUE:
                    return None
                closed = found[0][:6].lower() in {"</body", "</html"}
            elif found.lastgroup == "split" and closed:
                moved += 1
            elif found.lastgroup == "split":
                groups.append([])
        if start < end:
            groups[-1].append(Piece(start, end, "text"))
        # Comments after `</body>` stand behind all that the body holds, also what comes later in the source (13.2.6.4.19).
        return groups + [[] for _ in range(moved if end == len(text) else 0)]
