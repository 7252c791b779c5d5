"""Where things stand in XML: an element's source, its tokens, and the tree that libxml2 makes of it.

Well-formed XML needs no grammar to be cut into tags, comments, processing instructions and CDATA sections: outside of the last
three, `<` always begins markup, and `>` ends it unless it is quoted. So the tree comes from libxml2 and the positions from
tokens, and the two are aligned one to one. Where their numbers differ (an entity whose text holds markup), nothing is located.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast
from xml.parsers import expat

import attrs
from lxml import etree

from scraper.errors import ExcessivePayload, MalformedPayload
from scraper.quoting import MISSING, PayloadMap, Sourced, Step
from scraper.quoting.cutting import hold
from scraper.quoting.quote import quote_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

_PARSER: Final = etree.XMLParser(
    encoding="utf-8",
    resolve_entities="internal",  # type: ignore[arg-type]  # known to lxml since 5.0, not to its stubs
    no_network=True,
    load_dtd=False,
    huge_tree=False,
)
_EXCESSIVE = {89, 114}  # libxml2's XML_ERR_ENTITY_LOOP, and XML_ERR_RESOURCE_LIMIT: depth, size, growth by entities

# XML 1.0 §2.5 comments, §2.6 processing instructions, §2.7 CDATA sections, §3.1 tags.
MARKUP: Final = (
    r"<(?:/(?P<end>[^\s<>]++)[^<>]*+>"
    r"|(?P<start>[^\s/<>!?]++)[^<>\"']*+(?:(?:\"[^\"<]*+\"|'[^'<]*+')[^<>\"']*+)*+>"
    r"|!\[CDATA\[(?P<cdata>.*?)\]\]>"
    r"|!--.*?-->|\?.*?\?>"
    r"|(?P<broken>))"
)
_TOKEN = re.compile(MARKUP, re.DOTALL)
_ATTRIBUTE = re.compile(r"([^\s=\"'/<>]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")  # XML 1.0 §3.1, Attribute
_WHITE = re.compile(r"\r\n|[\t\n\r]")  # what becomes one space in an attribute (XML 1.0 §2.11, then §3.3.3)

_OPENING = {"start", "empty", "other"}
_STRING = etree.XPath("string()", smart_strings=False)
_TEXTS = etree.XPath("text()", smart_strings=False)
_XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"

_DECLARED = "the bytes do not read back to it: its text comes from a declaration in the document's DTD"
_OUTSIDE = "it stands outside the streamed element, or entities with markup hide where it stands"

Token = tuple[int, int, str]
"""A piece of markup: its range in code points of the source, and its kind: start, end, empty, cdata or other."""


class Piece(NamedTuple):
    """A range of code points of the source, and how it reads."""

    start: int
    end: int
    as_: str


@attrs.frozen(slots=True)
class Around:
    """What stands around an element and decides what it means.

    Attributes:
        doctype: The document type declaration, where it has an internal subset; else nothing.
        tags: The start tags of the elements around, outermost first, each with its name.
    """

    doctype: str = ""
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def before(self) -> str:
        """What to read before the element."""
        return self.doctype + "".join(tag for tag, _ in self.tags)

    @property
    def after(self) -> str:
        """What to read after it."""
        return "".join(f"</{name}>" for _, name in reversed(self.tags))


_NOTHING = Around()


class XmlSource:
    """One element's source with its tree.

    Args:
        mapped: The payload, or the part of it that holds the element.
        start: The element's first code point in that text.
        shift: The byte of the payload at which `mapped` begins.
        around: What stands around the element, where that is not in `mapped`.

    Attributes:
        root: The element.

    Raises:
        MalformedPayload: The source is not well-formed; the error says the byte in the payload.
        ExcessivePayload: It passes a bound of libxml2: depth, length of a text, expansion of entities.
    """

    def __init__(self, mapped: PayloadMap, start: int = 0, *, shift: int = 0, around: Around = _NOTHING) -> None:
        self.mapped = mapped
        self.shift = shift
        self._start = start
        self.root = self._parse(around)
        self._tokens: list[Token] = []  # plain tuples: there are many
        self._closing: dict[int, int] = {}
        self._places: dict[Element, int] | None = None
        self._namespaces: dict[str, str] | None = None

    @property
    def has_namespaces(self) -> bool:
        """Whether a namespace may be declared in the element's source or around it."""
        return bool(self.root.nsmap) or "xmlns" in self.mapped.text

    @property
    def namespaces(self) -> dict[str, str]:
        """The prefixes that the element knows, for XPath."""
        if self._namespaces is None:
            self._namespaces = {prefix: uri for prefix, uri in self.root.nsmap.items() if prefix}
        return self._namespaces

    def _parse(self, around: Around) -> Element:
        data = around.before.encode() + self._as_utf8() + around.after.encode()
        try:
            element = etree.fromstring(data, _PARSER)
        except etree.XMLSyntaxError as error:
            raise self._refused(error, data, len(around.before)) from error
        for _ in around.tags:
            element = element[0]
        return element

    def _as_utf8(self) -> bytes:
        text, start = self.mapped.text, self.mapped.offset(self._start)
        if self.mapped.charset == "utf-8" and start is not None and "\ufffd" not in text:
            return self.mapped.payload[start:]
        return text[self._start :].encode()

    def _refused(self, error: etree.XMLSyntaxError, data: bytes, before: int) -> MalformedPayload:
        """Say where: libxml2 knows the line alone, so expat is asked for the byte."""
        # Its lines count in what it was given, not in the payload.
        message = re.sub(r"\s*,? line \d+(?:, column \d+)?", "", error.msg).partition("\n")[0]
        if cast("Any", error).code in _EXCESSIVE:
            return ExcessivePayload(message, offset=self.byte(self._start))
        parser = expat.ParserCreate("utf-8")
        place = self._start
        try:
            parser.Parse(data, True)
        except expat.ExpatError:
            place += max(0, len(data[: parser.ErrorByteIndex].decode(errors="replace")) - before)
        return MalformedPayload(message, offset=self.byte(min(place, len(self.mapped.text))))

    def byte(self, place: int) -> int | None:
        """Return the payload byte at which a code point of the source begins."""
        offset = self.mapped.offset(place)
        return None if offset is None else offset + self.shift

    # Aligning

    def _place(self, node: Element) -> int | None:
        """Return the number of the token that opens a node, or None if the node is not in the source."""
        if self._places is None:
            self._tokenize()
            nodes = list(self.root.iter())
            opening = [number for number, (_, _, kind) in enumerate(self._tokens) if kind in _OPENING]
            self._places = dict(zip(nodes, opening, strict=True)) if len(nodes) == len(opening) else {}
        return self._places.get(node)

    def _tokenize(self) -> None:
        text, tokens, opened = self.mapped.text, self._tokens, []
        for found in _TOKEN.finditer(text, self._start):
            start, end = found.span()
            kind = found.lastgroup or "other"
            if kind == "start":
                if text[end - 2] == "/":
                    kind = "empty"
                else:
                    opened.append(len(tokens))
            elif kind == "end":
                self._closing[opened.pop()] = len(tokens)
            tokens.append((start, end, kind))
            if not opened:
                break

    # Finding

    def text_pieces(self, element: Element) -> list[Piece] | None:
        """Return where all text inside an element stands; None if that is not known."""
        place = self._place(element)
        if place is None:
            return None
        last = self._closing.get(place, place)
        return [piece for number in range(place, last) for piece in self._after(number)]

    def own_pieces(self, element: Element) -> list[Piece] | None:
        """Return where the text stands that is an element's own, not its descendants'; None if that is not known."""
        place = self._place(element)
        if place is None:
            return None
        pieces, number, last = [], place, self._closing.get(place, place)
        while number < last:
            pieces.extend(self._after(number))
            number = self._closing.get(number + 1, number + 1)
        return pieces

    def run_pieces(self, node: Element, *, tail: bool) -> list[Piece] | None:
        """Return where one text node stands: the first inside an element, or (`tail`) the one behind a node."""
        place = self._place(node)
        if place is None:
            return None
        number = self._closing.get(place, place) if tail else place
        pieces = self._after(number)
        while self._tokens[number + 1][2] == "cdata":
            number += 1
            pieces.extend(self._after(number))
        return pieces

    def _after(self, number: int) -> list[Piece]:
        """Return the text from a token to the next: what stands in it if it is a CDATA section, then what follows it."""
        (start, end, kind), following = self._tokens[number], self._tokens[number + 1][0]
        pieces = self._section(start + len("<![CDATA["), end - len("]]>")) if kind == "cdata" else []
        if end < following:
            pieces.append(Piece(end, following, "xml"))
        return pieces

    def _section(self, start: int, end: int) -> list[Piece]:
        """Return what stands in a CDATA section: ends of lines are normalised there, references are not resolved."""
        text = self.mapped.text[start:end]
        if "&" not in text or "\r" not in text:
            return [Piece(start, end, "raw" if "&" in text else "xml")] if text else []
        found = re.finditer("&+|[^&]+", text)
        return [Piece(start + each.start(), start + each.end(), "raw" if each[0][0] == "&" else "xml") for each in found]

    def element_piece(self, element: Element) -> Piece | None:
        """Return where an element stands, tags and all."""
        place = self._place(element)
        if place is None:
            return None
        last = self._closing.get(place, place)
        return Piece(self._tokens[place][0], self._tokens[last][1], "markup")

    # Quoting

    def text(self, element: Element, selector: str) -> Sourced[str]:
        """Quote all text inside an element."""
        return self._quote(cast("str", _STRING(element)), self.text_pieces(element), selector)

    def own_text(self, element: Element, selector: str) -> Sourced[str]:
        """Quote an element's own text."""
        return self._quote("".join(cast("list[str]", _TEXTS(element))), self.own_pieces(element), selector)

    def run(self, value: str, node: Element, selector: str, *, tail: bool) -> Sourced[str]:
        """Quote one text node, see `run_pieces`."""
        return self._quote(value, self.run_pieces(node, tail=tail), selector)

    def markup(self, element: Element, selector: str) -> Sourced[str]:
        """Quote an element's verbatim source."""
        piece = self.element_piece(element)
        if piece is None:
            return Sourced.unlocated(etree.tostring(element, encoding="unicode", with_tail=False), _OUTSIDE, selector=selector)
        return self._quote(self.mapped.text[piece.start : piece.end], [piece], selector)

    def attribute(self, element: Element, key: str, selector: str) -> Sourced[str]:
        """Quote an attribute by its name in lxml's notation (`{namespace}name`), which must be there."""
        value = cast("str", element.get(key))
        place = self._place(element)
        if place is None:
            return Sourced.unlocated(value, _OUTSIDE, selector=selector)
        for name, start, end in self._attributes(self._tokens[place]):
            if expanded(name, element) == key:
                return self._attribute_value(value, start, end, selector)
        return Sourced.unlocated(value, _DECLARED, selector=selector)

    def _attributes(self, tag: Token) -> Iterator[tuple[str, int, int]]:
        for found in _ATTRIBUTE.finditer(self.mapped.text, tag[0], tag[1]):
            yield found[1], *found.span(2 if found[2] is not None else 3)

    def _attribute_value(self, value: str, start: int, end: int, selector: str) -> Sourced[str]:
        """Quote what stands in an attribute; tabs and ends of lines read as spaces there, so the value is joined around them."""
        source = self.mapped.text[start:end]
        ends = [(found.start(), found.end()) for found in _WHITE.finditer(source)]
        starts = [0, *(after for _, after in ends)]
        stops = [*(before for before, _ in ends), len(source)]
        pieces = [Piece(start + first, start + last, "xml") for first, last in zip(starts, stops, strict=True)]
        return self._quote(value, pieces, selector, sep=" " if ends else "")

    def _quote(self, value: str, pieces: list[Piece] | None, selector: str, *, sep: str = "") -> Sourced[str]:
        """Quote pieces, if their bytes read back to the value."""
        if pieces is None:
            return Sourced.unlocated(value, _OUTSIDE, selector=selector)
        if not pieces and not value:
            return MISSING
        if len(pieces) == 1:
            ((start, end, as_),) = pieces
            found = quote_as(self.mapped, start, end, value, selector=selector, as_=as_, shift=self.shift)
            return Sourced.unlocated(value, _DECLARED, selector=selector) if found is None else found
        spans = [self.mapped.span(piece.start, piece.end) for piece in pieces]
        located = [span for span in spans if span is not None]
        charset = self.mapped.charset
        held = [hold(self.mapped.payload[slice(*span)], charset, piece.as_) for span, piece in zip(located, pieces, strict=False)]
        if len(located) < len(pieces) or sep.join([text for text, _ in held]) != value:
            return Sourced.unlocated(value, _DECLARED, selector=selector)
        return Sourced(
            value,
            tuple((start + self.shift, end + self.shift) for start, end in located),
            selector,
            (Step.of("join", sep=sep),) if sep else (),
            readings=tuple(piece.as_ for piece in pieces),
            charset=charset,
            held=tuple(held),
        )


def expanded(name: str, element: Element) -> str | None:
    """Return an attribute's name in lxml's notation; None if its prefix is not declared (Namespaces in XML §6.2)."""
    prefix, colon, local = name.partition(":")
    if not colon:
        return name
    uri = _XML_NAMESPACE if prefix == "xml" else element.nsmap.get(prefix)
    return f"{{{uri}}}{local}" if uri else None
