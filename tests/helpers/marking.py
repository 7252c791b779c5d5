"""The position oracle for XML and JSON: overwrite what values claim as their bytes, and look what another reader makes of it.

That a slice reads as the value proves little, because the same bytes often occur elsewhere. So each claimed range is overwritten
with a marker of its own; then exactly that value must read as its marker, and all others as before. The marked payload is read by
libxml2 or the standard library directly, not by the code under test.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs
from lxml import etree

from scraper.pages import JsonPage, XmlPage
from scraper.quoting import MISSING, Sourced, replay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scraper.pages import JsonNode


@attrs.define
class Tally:
    """How many values were seen, and how many of them located and proven."""

    seen: int = 0
    located: int = 0

    def __iadd__(self, other: Tally) -> Tally:  # noqa: PYI034  # no subclasses
        self.seen += other.seen
        self.located += other.located
        return self


def marker(number: int) -> str:
    """Return a text that no page holds."""
    return f"Zq{number:06d}qZ"


def overwrite(payload: bytes, charset: str, values: Sequence[Sourced[Any]], marks: Sequence[str]) -> bytes:
    """Write each value's mark over its first span; over its others nothing, or an `x` where they are joined around something."""
    edits = sorted(
        (span, mark if number == 0 else "x" * joined(value))
        for value, mark in zip(values, marks, strict=True)
        for number, span in enumerate(value.spans)
    )
    for (before, _), (after, _) in pairwise(edits):
        assert before[1] <= after[0], "two values claim the same bytes"
    pieces, done = [], 0
    for (start, end), mark in edits:
        pieces += [payload[done:start], mark.encode(charset)]
        done = end
    return b"".join([*pieces, payload[done:]])


def joined(value: Sourced[Any]) -> bool:
    """Whether the value is joined around white space that its spans leave out."""
    return any(step.name == "join" for step in value.steps)


def prove_xml(payload: bytes, charset: str | None = None) -> Tally:
    """Prove the position of every text and attribute of a page, all at once."""
    page = XmlPage(payload, charset=charset)
    values = page.xpath("//text()").getall() + page.xpath("//@*").getall()
    return _prove(payload, page.charset, values, read=_xml_values, mark=marker)


def _xml_values(payload: bytes) -> list[str]:
    root = etree.fromstring(payload)
    return [str(text) for text in root.xpath("//text()")] + [str(value) for value in root.xpath("//@*")]


def prove_json(payload: bytes) -> Tally:
    """Prove the position of every string, number and truth value of a page, all at once."""
    page = JsonPage(payload)
    values = [leaf.get() for leaf in leaves(page.root)]
    return _prove(payload, page.charset, values, read=_json_values, mark=lambda number: str(10**9 + number), mark_text=marker)


def leaves(node: JsonNode) -> Iterator[JsonNode]:
    """Yield every leaf but null, in order."""
    if node.kind in {"array", "object"}:
        for child in node:
            yield from leaves(child)
    elif node.kind != "null":
        yield node


def _json_values(payload: bytes) -> list[Any]:
    found: list[Any] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict | list):
            for each in value.values() if isinstance(value, dict) else value:
                walk(each)
        elif value is not None:
            found.append(value)

    walk(json.loads(payload))
    return found


def _prove(
    payload: bytes,
    charset: str,
    values: Sequence[Sourced[Any]],
    *,
    read: Callable[[bytes], list[Any]],
    mark: Callable[[int], str],
    mark_text: Callable[[int], str] | None = None,
) -> Tally:
    # A text without any source, such as that of an empty CDATA section, is missing.
    values = [value if value is not MISSING else Sourced("", origin="unlocated") for value in values]
    assert [value.value for value in values] == read(payload)
    marks = [mark_text(n) if mark_text and isinstance(value.value, str) else mark(n) for n, value in enumerate(values)]
    expected: list[Any] = []
    for value, made in zip(values, marks, strict=True):
        if value.origin != "located":
            expected.append(value.value)
            continue
        assert replay(value.pointer(), payload, charset) == value.value
        rest = " x" * (len(value.spans) - 1) if joined(value) else ""
        expected.append(made + rest if isinstance(value.value, str) else int(made))
    marked = overwrite(payload, charset, values, marks)
    assert read(marked) == expected
    return Tally(len(values), sum(value.origin == "located" or not value for value in values))
