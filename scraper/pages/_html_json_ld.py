"""JSON-LD in the script elements of an HTML page.

The reader is tolerant where pages are sloppy and nothing is guessed: comment and CDATA marks around a block, a semicolon after it.
A block that is no JSON is left out and counted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scraper.errors import MalformedPayload
from scraper.pages.json import JsonNode
from scraper.quoting import PayloadMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scraper.pages._html_source import HtmlSource, Piece

JSON_LD = "application/ld+json"
NO_NODE = JsonNode.parse(PayloadMap(b"{}", "utf-8"))["none"]
"""A node that is not there."""

_BEFORE = re.compile(r"(?:\s|<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?|\ufeff)*")
_AFTER = re.compile(r"(?:\s|;|(?://)?\s*-->|(?://|/\*)?\s*\]\]>(?:\s*\*/)?)+\Z")
_MARKS = 256  # code points of them at a block's end; to look for them through all of its white space would take long


def read_blocks(source: HtmlSource, places: Iterable[Sequence[Piece] | None]) -> tuple[Sequence[JsonNode], int]:
    """Read each block that is JSON, and count those that are none; blank ones are neither.

    Args:
        source: The page's source.
        places: Where the blocks stand.
    """
    found, broken = [], 0
    for number, pieces in enumerate(places):
        start, end = _trimmed(source, pieces[0]) if pieces else (0, 0)
        if start == end:
            continue
        try:
            found.append(JsonNode.parse(source.map, start, end, selector=f"script[type={JSON_LD!r}][{number}]"))
        except MalformedPayload:
            broken += 1
    return found, broken


def _trimmed(source: HtmlSource, piece: Piece) -> tuple[int, int]:
    """Return a block's offsets without the marks around it."""
    before = _BEFORE.match(source.text, piece.start, piece.end)
    start = before.end() if before else piece.start
    end = start + len(source.text[start : piece.end].rstrip())
    after = _AFTER.search(source.text, max(start, end - _MARKS), end)
    return start, after.start() if after else end
