"""Where the parts of a parsed HTML page stand in its source.

The parser knows the places of tags and attributes. Text has none: it is what stands between the nearest tags around it whose
places are known, and it is taken only if that source, comments and ignored tags left out, reads exactly as the text does. Some
things are on no place of their own: tags that the parser implied, elements that it made a second time while repairing wrong
nesting, text that it moved out of a table, attributes of a second `<body>`. These are answered with None, never with a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from turbohtml import Document, DocumentFragment, Element, Namespace, Node, Text

from scraper.pages._html_source import Piece
from scraper.quoting.references import text_origins

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from turbohtml import SourceLocation

    from scraper.pages._html_source import HtmlSource

# WHATWG HTML 13.2.5.2 and following, 13.2.6.4.7: how the content of these is tokenized.
_RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext"})
_ESCAPABLE = frozenset({"title", "textarea"})
_VOID = frozenset(
    {"area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link", "meta"}
    | {"param", "source", "track", "wbr"}
)
_DROPS_NEWLINE = frozenset({"pre", "listing", "textarea"})
_NEVER_CLOSED = frozenset({"html", "body"})  # what follows their end tags goes into them all the same
_CLOSED_APART = _NEVER_CLOSED | {"form"}  # a form's end tag may stand among the descendants of what is still open
_FAR = 256  # texts and comments between two tags: no page has more, and a hostile one would cost quadratic time
_TABLE = frozenset({"table", "tbody", "thead", "tfoot", "tr", "colgroup"})
_UNQUOTED = frozenset({"script", "style"})


def visible_texts(element: Element) -> list[Text]:
    """Return the text nodes in an element in document order, those in scripts and styles left out."""
    texts = [node for node in element.descendants if isinstance(node, Text)]
    return [text for text in texts if getattr(text.parent, "tag", "") not in _UNQUOTED]


class Places:
    """Finds the source of nodes and attributes.

    Args:
        source: The page's source.
    """

    __slots__ = ("_source",)

    def __init__(self, source: HtmlSource) -> None:
        self._source = source

    def attribute(self, element: Element, name: str) -> Piece | None:
        """Return the source of an attribute's value, without its quotes."""
        location = element.source_location
        span = location and location.attrs.get(name.lower())
        if not span:
            return None
        return self._source.attribute(self._source.offset(span.start_offset), self._source.offset(span.end_offset))

    def element(self, element: Element) -> Piece | None:
        """Return the source of an element with its tags; where its end tag is implied, up to the next tag outside of it."""
        location = element.source_location
        if location is None:
            return None
        start = self._source.offset(location.start_tag.start_offset)
        end = self._end(element, location)
        return Piece(start, end, "markup") if start < end else None

    def text(self, node: Text) -> Sequence[Piece] | None:
        """Return the source of a text node: several pieces where ignored tags stand in it."""
        found = self._only_child(node)
        return found if found is not None else self._between(node)

    def inside(self, element: Element) -> Sequence[Piece] | None:
        """Return the source of all visible text in an element, read in one go; None where that must be done text by text."""
        location = element.source_location
        if location is None or location.end_tag is None or element.tag in _NEVER_CLOSED or _is_special(element):
            return None
        start, end = self._source.offset(location.start_tag.end_offset), self._source.offset(location.end_tag.start_offset)
        groups = self._source.runs(start, end)
        return None if groups is None else [run for group in groups for run in group]

    def _end(self, element: Element, location: SourceLocation) -> int:
        if location.end_tag is not None and element.tag not in _NEVER_CLOSED:
            return self._source.offset(location.end_tag.end_offset)
        end = self._source.offset(location.start_tag.end_offset)
        if element.tag in _VOID or (element.namespace is not Namespace.HTML and self._source.text[end - 2 : end] == "/>"):
            return end
        position, _ = _forward(element)
        return len(self._source.text) if position is None else self._source.offset(position)

    def _only_child(self, node: Text) -> Sequence[Piece] | None:
        """The common case: nothing but a text between two tags."""
        parent = node.parent
        if not isinstance(parent, Element) or node.previous_sibling is not None or node.next_sibling is not None:
            return None
        location = parent.source_location
        if location is None or location.end_tag is None or parent.tag in _NEVER_CLOSED:
            return None
        start, end = self._source.offset(location.start_tag.end_offset), self._source.offset(location.end_tag.start_offset)
        piece = self._whole(parent, start, end)
        return [piece] if piece and self._reads(piece, node.data) else None

    def _whole(self, parent: Element, start: int, end: int) -> Piece | None:
        """Return all between two offsets as the one piece it is in this element, or None if there is markup in it."""
        if parent.namespace is Namespace.HTML:
            if parent.tag in _RAW:
                return Piece(start, end, "raw")
            if parent.tag in _DROPS_NEWLINE:
                start = self._after_newline(start, end)
            if parent.tag in _ESCAPABLE:
                return Piece(start, end, "text")
        return None if self._source.text.find("<", start, end) >= 0 else Piece(start, end, "text")

    def _after_newline(self, start: int, end: int) -> int:
        """Skip the newline, also one written as a reference, that the parser drops after `<pre>` and its like."""
        head = self._source.text[start : min(end, start + 64)]
        found = Piece(start, start + len(head), "text")
        return start + text_origins(head)[1] if self._source.read(found).startswith("\n") else start

    def _reads(self, piece: Piece, data: str) -> bool:
        if piece.reading == "text" and "&" not in data and self._source.text[piece.start : piece.end] == data:
            return True  # the quick way: no reference in it, and what else is special is not in the parser's text
        read = self._source.read(piece)
        if read == data:
            return True
        return piece.reading == "raw" and read.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd") == data

    def _between(self, node: Text) -> Sequence[Piece] | None:
        """Look between the nearest tags with a place on either side."""
        first, before = _backward(node)
        last, after = _forward(node)
        start = 0 if first is None else self._source.offset(first)
        end = len(self._source.text) if last is None else self._source.offset(last)
        parent = node.parent
        if first is None or start >= end:
            return None
        if isinstance(parent, Element) and _is_special(parent):
            if parent.tag in _RAW or parent.tag in _ESCAPABLE:
                piece = None if before or after else self._whole(parent, start, end)
                return [piece] if piece and self._reads(piece, node.data) else None
            start = self._after_newline(start, end) if node.previous_sibling is None else start
        groups = self._source.runs(start, end)
        return self._align(groups, node, before, after) if groups is not None else None

    def _align(
        self, groups: list[list[Piece]], node: Text, before: Sequence[Node], after: Sequence[Node]
    ) -> Sequence[Piece] | None:
        """Find the runs of a text: its group by counting comments, its place in the group by reading."""
        splits = sum(not isinstance(each, Text) for each in before)
        if len(groups) != splits + 1 + sum(not isinstance(each, Text) for each in after):
            return None
        rest = iter(groups[splits])
        taken: Sequence[Piece] | None = None
        for text in (*reversed(_leading_texts(before)), node, *_leading_texts(after)):
            runs = self._take(rest, text.data)
            if runs is None:
                return None
            if text is node:
                taken = [run for run in runs if self._source.read(run)]
        return taken if next(rest, None) is None else None

    def _take(self, runs: Iterator[Piece], data: str) -> list[Piece] | None:
        """Take runs as long as they make up a text."""
        taken, done = [], 0
        while done < len(data):
            run = next(runs, None)
            if run is None:
                return None
            read = self._source.read(run)
            if not data.startswith(read, done):
                return None
            taken.append(run)
            done += len(read)
        return taken


def _is_special(element: Element) -> bool:
    tag = element.tag
    return (tag in _RAW or tag in _ESCAPABLE or tag in _DROPS_NEWLINE) and element.namespace is Namespace.HTML


def _leading_texts(nodes: Sequence[Node]) -> list[Text]:
    """The texts up to the first node that is none."""
    found = []
    for node in nodes:
        if not isinstance(node, Text):
            break
        found.append(node)
    return found


def _backward(node: Node) -> tuple[int | None, list[Node]]:
    """Walk back to the nearest tag with a place; return where it ends, and the childless nodes passed, nearest first.

    Where a table was never closed, no text can follow it but such as was moved out of a table: then there is no such place.
    """
    passed: list[Node] = []
    while len(passed) < _FAR:
        before = node.previous_sibling
        if before is not None:
            node = before
            while isinstance(node, Element):
                location = node.source_location
                if location and location.end_tag and node.tag not in _CLOSED_APART:
                    return location.end_tag.end_offset, passed
                if node.tag in _TABLE:
                    return None, passed
                last = _child(node, -1)
                if last is None:
                    break
                node = last
            if _splits(node):
                passed.append(node)
                continue
        else:
            parent = node.parent
            if parent is None or isinstance(parent, Document):
                return 0, passed
            node = parent
        location = node.source_location
        if location:
            return location.start_tag.end_offset, passed
    return None, passed


def _forward(node: Node) -> tuple[int | None, list[Node]]:
    """Walk on to the nearest tag with a place; return where it begins (None at the end), and the nodes passed, nearest first."""
    passed: list[Node] = []
    while True:
        after = node.next_sibling
        while after is not None:
            if len(passed) >= _FAR:
                return -1, passed
            node = after
            location = node.source_location
            if location:
                return location.start_tag.start_offset, passed
            if _splits(node):
                passed.append(node)
            below = _child(node, 0)
            after = node.next_sibling if below is None else below
        parent = node.parent
        if parent is None or isinstance(parent, Document):
            return None, passed
        node = parent
        location = node.source_location
        if location and location.end_tag and isinstance(node, Element) and node.tag not in _CLOSED_APART:
            return location.end_tag.start_offset, passed


def _child(node: Node, index: int) -> Node | None:
    """Return a child by its number; unlike `children`, this does not build a list of them all."""
    try:
        return node[index]
    except IndexError:
        return None


def _splits(node: Node) -> bool:
    """Whether a node stands for source of its own: texts, comments and processing instructions do."""
    return not isinstance(node, (Element, Document, DocumentFragment)) and type(node).__name__ != "Doctype"
