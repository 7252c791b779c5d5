"""`XmlPage`: an XML payload opened for quoting.

Select as in HTML, by CSS or XPath; what comes out are sourced values. Text is that of XML 1.0: references resolved, ends of lines
as LF, attributes normalised; several spans where markup, comments or CDATA sections intervene. What a document's own DTD writes
into it (entities, defaults) stands nowhere in its place, and is unlocated. Nothing outside the payload is ever read.

A payload may hold thousands of records: `each` yields them one after another without a tree of the whole.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn, cast

from lxml.etree import QName, _Element

from scraper.errors import MalformedPayload, QuotingError
from scraper.pages._xml_select import css_to_xpath, select
from scraper.pages._xml_source import Around, XmlSource, expanded
from scraper.pages._xml_stream import Search
from scraper.quoting import MISSING, PayloadMap, Sourced, decide_charset, open_payload
from scraper.quoting.payload import decode, web_charset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from scraper.pages._xml_select import Hit
    from scraper.pages._xml_stream import Extent

_UNICODE = (
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<\x00", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)  # XML 1.0, appendix F: without a byte order mark

_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z][\w.-]*)[\"']")  # XML 1.0 §4.3.3


class XmlNodeList:
    """What a selector found: elements, or their texts or attributes, in document order; selected when it is asked."""

    __slots__ = ("_every", "_found", "_selector")

    def __init__(self, selector: str, every: Callable[[], Sequence[XmlNode]]) -> None:
        self._selector = selector
        self._every = every
        self._found: Sequence[XmlNode] | None = None

    def get(self) -> Sourced[str]:
        """Return the first match as a value, or `MISSING`. An element's value is its source, tags included."""
        found = self._nodes()
        return found[0].get() if found else MISSING

    def getall(self) -> list[Sourced[str]]:
        """Return every match as a value."""
        return [node.get() for node in self._nodes()]

    def text(self) -> Sourced[str]:
        """Return all text of the first match, see `XmlNode.text`; `MISSING` if there is no match."""
        found = self._nodes()
        return found[0].text() if found else MISSING

    def css(self, selector: str) -> XmlNodeList:
        """Select relative to each node; see `XmlNode.css`."""
        lists = [node.css(selector) for node in self]
        return XmlNodeList(f"{self._selector} >> {selector}", lambda: [node for found in lists for node in found])

    def xpath(self, query: str, *, namespaces: Mapping[str, str] | None = None) -> XmlNodeList:
        """Select relative to each node; see `XmlNode.xpath`."""
        lists = [node.xpath(query, namespaces=namespaces) for node in self]
        return XmlNodeList(f"{self._selector} >> {query}", lambda: [node for found in lists for node in found])

    def _nodes(self) -> Sequence[XmlNode]:
        if self._found is None:
            self._found = self._every()
        return self._found

    def __iter__(self) -> Iterator[XmlNode]:
        return iter(self._nodes())

    def __getitem__(self, index: int) -> XmlNode:
        return self._nodes()[index]

    def __len__(self) -> int:
        return len(self._nodes())

    def __bool__(self) -> bool:
        return bool(self._nodes())

    def __repr__(self) -> str:
        return f"<XmlNodeList {self._selector!r}>"

    def __reduce__(self) -> NoReturn:
        _stay()


class XmlNode:
    """An element, or a text or an attribute that was selected by itself. Get one by selecting."""

    __slots__ = ("_hit", "_selector", "_source")

    def __init__(self, source: XmlSource, hit: Hit, selector: str) -> None:
        self._source = source
        self._hit = hit
        self._selector = selector

    @property
    def tag(self) -> str:
        """The element's name as written, with its prefix; empty for a text, an attribute or a comment."""
        element = self._element
        if element is None:
            return ""
        local = QName(element).localname
        return f"{element.prefix}:{local}" if element.prefix else local

    @property
    def parent(self) -> XmlNode | None:
        """The element around this one, or that a text or attribute belongs to; None for the root, or a streamed element."""
        if self._hit is self._source.root:
            return None
        above = self._hit.getparent()
        if above is not None and not isinstance(self._hit, _Element) and self._hit.is_tail:
            above = above.getparent()
        return None if above is None else XmlNode(self._source, above, self._below("parent"))

    @property
    def children(self) -> list[XmlNode]:
        """The elements directly below."""
        element = self._element
        below = [] if element is None else element.iterchildren("*")
        return [XmlNode(self._source, each, self._below("child")) for each in below]

    def __iter__(self) -> Iterator[XmlNode]:
        return iter(self.children)

    def get(self) -> Sourced[str]:
        """Return the value: the text, the attribute's value, or the element's source from start tag to end tag."""
        hit = self._hit
        if isinstance(hit, _Element):
            return self._source.markup(hit, self._selector)
        owner = cast("_Element", hit.getparent())
        if hit.is_attribute:
            return self._source.attribute(owner, str(hit.attrname), self._selector)
        return self._source.run(str(hit), owner, self._selector, tail=hit.is_tail)

    def text(self) -> Sourced[str]:
        """Return all text in the element, in order; `MISSING` if there is none.

        It has a span for each stretch that no markup interrupts.
        """
        element = self._element
        return self.get() if element is None else self._source.text(element, self._selector)

    def own_text(self) -> Sourced[str]:
        """Return the text directly in the element, without that of elements below; `MISSING` if there is none."""
        element = self._element
        return self.get() if element is None else self._source.own_text(element, self._selector)

    def attr(self, name: str) -> Sourced[str]:
        """Return an attribute's value by its name as written (`xml:lang`) or expanded (`{namespace}lang`), or `MISSING`."""
        element = self._element
        key = None if element is None else name if name.startswith("{") else expanded(name, element)
        if element is None or key is None or element.get(key) is None:
            return MISSING
        return self._source.attribute(element, key, f"{self._selector}::attr({name})")

    def css(self, selector: str) -> XmlNodeList:
        """Select by CSS at this node and below it; names match in any namespace.

        Raises:
            BadSelector: The selector cannot be read.
        """
        query = css_to_xpath(selector, any_namespace=self._source.has_namespaces)
        shown = self._below(selector)
        return XmlNodeList(shown, lambda: self._select(query, shown, {}))

    def xpath(self, query: str, *, namespaces: Mapping[str, str] | None = None) -> XmlNodeList:
        """Select by XPath 1.0 relative to this node.

        Args:
            query: The query; a trailing `/text()` or `/@x` gives quoted values.
            namespaces: Prefix → namespace, beside the prefixes that the root element declares.

        Raises:
            BadSelector: The query cannot be read, or computes a value instead of selecting; when the list is asked.
        """
        known = self._source.namespaces | dict(namespaces) if namespaces else self._source.namespaces
        shown = self._below(query)
        return XmlNodeList(shown, lambda: self._select(query, shown, known))

    def _select(self, query: str, shown: str, namespaces: Mapping[str, str]) -> list[XmlNode]:
        element = self._element
        if element is None:
            return []
        return [XmlNode(self._source, hit, shown) for hit in select(element, query, namespaces)]

    def _below(self, selector: str) -> str:
        return f"{self._selector} >> {selector}" if self._selector else selector

    @property
    def _element(self) -> _Element | None:
        """The element; None for anything else."""
        hit = self._hit
        return hit if isinstance(hit, _Element) and isinstance(hit.tag, str) else None

    def __repr__(self) -> str:
        return f"<XmlNode {self.tag or 'text'} {self._selector!r}>"

    def __reduce__(self) -> NoReturn:
        _stay()


class XmlPage:
    """An XML payload. The whole is parsed when it is first selected from; `each` never does that.

    Of the XML declaration the encoding alone is read. Malformed bytes are U+FFFD, as on other pages.

    Args:
        payload: The bytes; a byte order mark is not part of the text.
        charset: The declared charset label, if there is one. A byte order mark overrules it, and it the XML declaration
            (RFC 7303 §3.2).
        url: The page's URL, if it is known.

    Attributes:
        charset: The charset that the payload is decoded with. To open the payload again with it changes nothing.
        root_tag: The root element's name, as written.

    Raises:
        MalformedPayload: There is no root element. What is wrong further on is found when it is parsed.
        UnsupportedCharset: The payload is in a stateful charset.
    """

    media_type = "application/xml"

    def __init__(self, payload: bytes, *, charset: str | None = None, url: str | None = None) -> None:
        self.url = url
        self.charset = _charset(payload, charset)
        self._payload = payload
        self._search = Search(payload, self.charset)
        try:
            self._prolog = self._search.prolog()
        except MalformedPayload as error:
            raise self._on_its_line(error) from error
        self.root_tag = self._prolog.root

    @cached_property
    def root(self) -> XmlNode:
        """The root element.

        Raises:
            MalformedPayload: The payload is not well-formed.
            ExcessivePayload: It is nested too deep, or its entities expand without bound.
        """
        mapped = open_payload(self._payload, self.charset)
        try:
            source = XmlSource(mapped, self._search.place(self._prolog.end), around=Around(self._prolog.doctype))
        except MalformedPayload as error:
            raise self._on_its_line(error) from error
        return XmlNode(source, source.root, "")

    def css(self, selector: str) -> XmlNodeList:
        """Select by CSS from the root element on, see `XmlNode.css`; raises as `root` does."""
        return self.root.css(selector)

    def xpath(self, query: str, *, namespaces: Mapping[str, str] | None = None) -> XmlNodeList:
        """Select by XPath 1.0 from the root element on, see `XmlNode.xpath`; raises as `root` does."""
        return self.root.xpath(query, namespaces=namespaces)

    def each(self, *names: str) -> Iterator[XmlNode]:
        """Yield each outermost element of these names, one after another, whatever the payload's size.

        What stands around an element is known to it (namespaces, absolute queries) but its siblings are not.

        Args:
            names: Local names of elements.

        Raises:
            MalformedPayload: An element is not well-formed, or the payload is not around them; what was whole has been yielded.
            ExcessivePayload: An element is nested too deep, or its entities expand without bound.
        """
        try:
            for extent in self._search.extents(set(names)):
                source = self._record(extent)
                yield XmlNode(source, source.root, source.root.tag)
        except MalformedPayload as error:
            raise self._on_its_line(error) from error

    def _record(self, extent: Extent) -> XmlSource:
        mapped = PayloadMap(self._payload[extent.start : extent.end], self.charset)
        return XmlSource(mapped, shift=extent.start, around=extent.around)

    def _on_its_line(self, error: MalformedPayload) -> MalformedPayload:
        before = decode(self._payload[: error.offset or 0], self.charset)
        return type(error)(error.reason, line=before.count("\n") + 1, offset=error.offset)

    def __reduce__(self) -> NoReturn:
        _stay()


def _charset(payload: bytes, declared: str | None) -> str:
    """Decide the charset: byte order mark, UTF-16 or UTF-32 by the zero bytes, the label, the XML declaration, UTF-8."""
    found = next((name for head, name in _UNICODE if payload.startswith(head)), None)
    stated = _DECLARATION.match(payload)
    label = stated[1].decode("ascii") if stated else None
    # A declaration that could be read as ASCII is not in UTF-16, whatever it says.
    label = "utf-8" if label and label.lower().startswith(("utf-16", "utf-32")) else label
    return decide_charset(payload, next((each for each in (found, declared, label) if each and web_charset(each)), None))


def _stay() -> NoReturn:
    raise QuotingError("pages and nodes do not travel between processes: send the payload, or the values, which hold no page")
