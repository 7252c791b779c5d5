"""The position oracle: overwrite what a value claims as its bytes, parse again, and look which value changed.

That a slice reads as the value proves little, because the same bytes often occur elsewhere on the page. So each claimed range is
overwritten with a marker of its own, in the page's charset; then exactly that value must read as its marker, and all others as
before. Marking many values at once is as strict as marking one by one, because a wrong claim shows as a value that is neither
its marker nor unchanged.

The marked page is read by the parser directly, not by the code under test.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, cast

import attrs
from turbohtml import Document, Element, Text, parse

from scraper.pages import HtmlNode, HtmlPage
from scraper.quoting import Sourced, open_payload, replay

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Edit = tuple[int, int, str]

QUERIES = {"text": "//text()", "attribute": "//@*"}
BLANK = " \t\n\f\r"  # what counts as white space for the tree builder
# Attributes of these (`type`, `encoding`, `shadowrootmode`) change what the parser makes of the page.
_STEERING = {"input", "annotation-xml", "template"}
# The parser makes these by itself where they are left out.
_IMPLIED = {"html", "head", "body", "tbody", "colgroup", "tr", "p", "br"}
_HEAD = {"html", "head"}


@attrs.define
class Tally:
    """What an oracle run saw, by kind of value.

    Attributes:
        seen: How many values were looked at.
        located: How many of them were located.
        proven: How many were marked and came out in their place.
        wrong: Descriptions of claims that are false.
    """

    seen: Counter[str] = attrs.field(factory=Counter)
    located: Counter[str] = attrs.field(factory=Counter)
    proven: Counter[str] = attrs.field(factory=Counter)
    wrong: list[str] = attrs.field(factory=list)

    def add(self, other: Tally) -> None:
        """Add another run's numbers."""
        self.seen += other.seen
        self.located += other.located
        self.proven += other.proven
        self.wrong += other.wrong

    def share(self, kind: str) -> float:
        """The located share of a kind."""
        return self.located[kind] / max(1, self.seen[kind])


def overwrite(payload: bytes, edits: Iterable[Edit], charset: str) -> bytes:
    """Return the payload with byte ranges replaced by texts."""
    parts, done = [], 0
    for start, end, text in sorted(edits):
        assert start >= done, f"claims overlap at byte {start}"
        parts += [payload[done:start], text.encode(charset)]
        done = end
    return b"".join([*parts, payload[done:]])


def reading(payload: bytes, charset: str) -> Document:
    """Parse a payload as any reader would."""
    return parse(open_payload(payload, charset).text)


def visible(element: Element) -> str:
    """Return the text in an element, that of scripts and styles left out."""
    texts = [node for node in element.descendants if isinstance(node, Text)]
    return "".join(text.data for text in texts if getattr(text.parent, "tag", "") not in {"script", "style"})


def mark(value: Sourced[str], number: int, payload: bytes) -> tuple[list[Edit], str]:
    """Return edits that put a unique text into each span, and what the value then reads as.

    Blank spans get blank texts, because the tree builder treats the two differently.
    """
    texts = []
    for place, (start, end) in enumerate(value.spans):
        unique = 1000 * number + place
        blank = not payload[start:end].decode(value.charset, "replace").strip(BLANK)
        texts.append(f"{unique:b}".replace("0", " ").replace("1", "\t") if blank else f".m{unique}m.")
    return [(*span, text) for span, text in zip(value.spans, texts, strict=True)], "".join(texts)


def examine(payload: bytes, declared: str | None, *, most: int = 0, seed: int = 0, ends: bool = True) -> Tally:
    """Run the oracle on one page.

    Args:
        payload: The page.
        declared: The charset label it comes with.
        most: How many values of each kind to look at; 0 for all.
        seed: For choosing them.
        ends: Whether to look at ends of elements too; where nesting is wrong, what follows an end tag is not the next sibling.
    """
    oracle = Oracle(payload, declared, most, seed)
    for kind in QUERIES:
        oracle.whole_values(kind)
        oracle.cut_values(kind)
    oracle.tags(ends=ends)
    oracle.texts_of_elements()
    return oracle.tally


class Oracle:
    """The oracle on one page; see `examine`."""

    def __init__(self, payload: bytes, declared: str | None, most: int, seed: int) -> None:
        self.payload = payload
        self.page = HtmlPage(payload, charset=declared)
        self.tally = Tally()
        self._most = most
        self._chooser = random.Random(seed)  # noqa: S311  # no secret
        self._before = reading(payload, self.page.charset)

    def whole_values(self, kind: str) -> None:
        """Mark whole texts or attributes."""
        nodes, before = self._nodes(kind)
        edits: list[Edit] = []
        expected = dict(enumerate(before))
        for number in self._some(range(len(nodes))):
            value = nodes[number].get()
            label = kind if value.value.strip(BLANK) else f"blank {kind}"
            self._count(label, value)
            if value.origin == "located" and value.value and not self._steers(nodes[number], value):
                found, expected[number] = mark(value, number, self.payload)
                edits += found
                self.tally.proven[label] += 1
        self._compare(kind, nodes, edits, expected)

    def cut_values(self, kind: str) -> None:
        """Mark what is cut out of texts or attributes."""
        nodes, before = self._nodes(kind)
        edits: list[Edit] = []
        expected = dict(enumerate(before))
        for number in self._some(range(len(nodes))):
            value = nodes[number].get()
            start, end = number % 3, len(value.value) - number % 2
            cut = value[start:end]
            if cut.origin != "located" or cut.steps or not cut.value.strip(BLANK) or self._steers(nodes[number], value):
                continue
            found, marker = mark(cut, number, self.payload)
            edits += found
            expected[number] = _normalised(f"{value.value[:start]}{marker}{value.value[end:]}")
            self.tally.proven[f"cut {kind}"] += 1
        self._compare(kind, nodes, edits, expected)

    def tags(self, *, ends: bool) -> None:
        """Put an attribute into claimed start tags and a comment after claimed ends, and look where they come out."""
        nodes = list(self.page.css("*"))
        edits: list[Edit] = []
        begun, ended = [], []
        for number in self._some(range(len(nodes))):
            node, source = nodes[number], nodes[number].get()
            if source.origin == "located" or node.tag not in _IMPLIED:
                self._count("tag", source)
            if not (node.tag.isascii() and source.spans and source.value.lower().startswith(f"<{node.tag}".lower())):
                continue  # `<image>` is an `img`, and a damaged name has no length to go by
            start, end = source.spans[0]
            name = start + len(f"<{node.tag}".encode(self.page.charset))
            edits.append((name, name, f" data-oracle={number} "))
            begun.append(number)
            if ends and number % 2 and _next_is_sibling(node, source.value):
                edits.append((end, end, f"<!--{number}-->"))
                ended.append(number)
        marked = self._marked(edits)
        if len(marked) == len(nodes):
            self._look_at_tags(marked, begun, ended)
        elif ends:  # otherwise it may be that the attributes made formatting elements differ, which are then made again
            self.tally.wrong.append(f"{len(nodes)} elements became {len(marked)}")

    def texts_of_elements(self) -> None:
        """Mark every span of the text of elements that do not lie in one another."""
        nodes = list(self.page.css("*"))
        edits: list[Edit] = []
        wanted: dict[int, str] = {}
        taken = bytearray(len(self.payload))
        chosen = self._some(range(len(nodes)))
        for number in self._chooser.sample(chosen, len(chosen)):
            found = nodes[number].text()
            if not found or nodes[number].tag in {"html", "head", "body"}:
                continue
            self._count("text of element", found)
            reach = slice(found.spans[0][0], found.spans[-1][1]) if found.spans else slice(0)
            if found.origin != "located" or 1 in taken[reach] or self._steers(nodes[number], found):
                continue
            taken[reach] = b"\1" * (reach.stop - reach.start)
            marks, wanted[number] = mark(found, number, self.payload)
            edits += marks
        marked = self._marked(edits)
        for number, text in wanted.items():
            if number >= len(marked) or visible(marked[number]) != text:
                self.tally.wrong.append(f"text of element {number}: expected {text[:80]!r}")
        self.tally.proven["text of element"] += len(wanted)

    def _nodes(self, kind: str) -> tuple[list[HtmlNode], list[str]]:
        return list(self.page.xpath(QUERIES[kind])), self._values(self._before, kind)

    def _values(self, document: Document, kind: str) -> list[str]:
        return [_normalised(str(found)) for found in cast("list[str]", document.xpath(QUERIES[kind]))]

    def _some(self, numbers: Sequence[int]) -> list[int]:
        if not self._most or len(numbers) <= self._most:
            return list(numbers)
        return sorted(self._chooser.sample(numbers, self._most))

    def _count(self, kind: str, value: Sourced[str]) -> None:
        self.tally.seen[kind] += 1
        self.tally.located[kind] += value.origin == "located"
        if value.origin == "located" and replay(value.pointer(), self.payload, self.page.charset) != value.value:
            self.tally.wrong.append(f"{value!r} does not replay")

    def _steers(self, node: HtmlNode, value: Sourced[str]) -> bool:
        """Whether to overwrite a value changes what the parser makes of the rest of the page."""
        owner = node.parent
        if value.readings == ("attribute",):
            return owner is not None and owner.tag in _STEERING
        raws = [self.payload[start:end] for start, end in value.spans]
        return any("\0" in raw.decode(value.charset, "replace") for raw in raws)  # NUL is dropped, not blank

    def _compare(self, kind: str, nodes: Sequence[HtmlNode], edits: list[Edit], expected: dict[int, str]) -> None:
        """Read the marked page. A value without a place may have followed the value that it is a copy of."""
        after = self._values(reading(overwrite(self.payload, edits, self.page.charset), self.page.charset), kind)
        if len(after) != len(expected):
            self.tally.wrong.append(f"{len(expected)} values of kind {kind} became {len(after)}")
            return
        copies = set(expected.values())
        for number, text in enumerate(after):
            if text != expected[number] and not (nodes[number].get().origin == "unlocated" and text in copies):
                self.tally.wrong.append(f"{kind} {number}: expected {expected[number][:80]!r}, found {text[:80]!r}")

    def _marked(self, edits: list[Edit]) -> list[Element]:
        return list(reading(overwrite(self.payload, edits, self.page.charset), self.page.charset).iter_elements())

    def _look_at_tags(self, marked: Sequence[Element], begun: list[int], ended: list[int]) -> None:
        wrong = [number for number in begun if marked[number].attr("data-oracle") != str(number)]
        wrong += [number for number in ended if getattr(marked[number].next_sibling, "data", "") != str(number)]
        self.tally.wrong += [f"element {number} <{marked[number].tag}> is not where it was claimed" for number in wrong]
        self.tally.proven["tag"] += len(begun)


def _normalised(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def _next_is_sibling(node: HtmlNode, source: str) -> bool:
    """Whether what follows the end tag becomes the next sibling: not so for a form closed too early, or a head reopened."""
    if not source.lower().endswith(f"</{node.tag}>".lower()) or node.tag in {"html", "head", "body", "form", "plaintext"}:
        return False
    return node.parent is not None and node.parent.tag not in _HEAD
