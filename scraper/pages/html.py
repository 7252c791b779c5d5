"""`HtmlPage`: an HTML payload opened for quoting.

Select as in parsel, by CSS or XPath; what comes out are sourced values. The page is parsed once; where a value stands is worked
out when the value is asked for, and only then. Each claim is checked before it leaves: the payload's bytes, read again, are the
value. What has no place of its own on the page is unlocated, and says why.

The parser stays behind this module and its `_html_…` neighbours. Its tree follows WHATWG HTML, so selectors work as in a browser's
developer tools (there is a `tbody`).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

from turbohtml import Document, Element, Text, parse

from scraper.errors import QuotingError
from scraper.pages._html_json_ld import JSON_LD, NO_NODE, read_blocks
from scraper.pages._html_metas import Metas
from scraper.pages._html_places import Places, visible_texts
from scraper.pages._html_select import first_css, first_xpath, select_css, select_xpath
from scraper.pages._html_source import HtmlSource
from scraper.pages.selectors import parse_css
from scraper.quoting import MISSING, Sourced, decide_charset

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from scraper.pages._html_metas import MetaGroup
    from scraper.pages._html_select import Hit
    from scraper.pages._html_source import Piece
    from scraper.pages.json import JsonNode

_NO_TEXT_PLACE = "the parser moved or merged this text; its bytes cannot be established"
_NO_ELEMENT_PLACE = "the parser implied this element or made it again; it has no source of its own"
_NO_ATTRIBUTE_PLACE = "the parser took this attribute from another tag, or made its element again"
_NOT_READ_BACK = "the bytes around do not read back to the value"
_VERBATIM = {"raw", "markup"}
_COMMENT = "comments have no place"


class NodeList:
    """What a selector found: nodes, or their texts or attributes, in document order.

    Nothing is selected before it is asked for, and `get()` looks for the first match alone.
    """

    __slots__ = ("_all", "_first", "_found", "_page", "_selector")

    def __init__(
        self, page: HtmlPage, selector: str, every: Callable[[], Sequence[Hit]], first: Callable[[], Hit | None] | None = None
    ) -> None:
        self._page = page
        self._selector = selector
        self._all = every
        self._first = first
        self._found: Sequence[Hit] | None = None

    def get(self) -> Sourced[str]:
        """Return the first match as a value, or `MISSING`. An element's value is its source, tags included."""
        hit = self._one()
        return MISSING if hit is None else self._page._value(hit, self._selector)  # noqa: SLF001  # a friend, in its own module

    def getall(self) -> list[Sourced[str]]:
        """Return every match as a value."""
        value, selector = self._page._value, self._selector  # noqa: SLF001  # a friend, in its own module
        return [value(hit, selector) for hit in self._hits()]

    def text(self) -> Sourced[str]:
        """Return all text of the first match, see `HtmlNode.text`; `MISSING` if there is no match."""
        hit = self._one()
        return MISSING if hit is None else HtmlNode(self._page, hit, self._selector).text()

    def css(self, selector: str) -> NodeList:
        """Select relative to each node; see `HtmlNode.css`."""
        return self._chained(selector, [node.css(selector) for node in self])

    def xpath(self, query: str) -> NodeList:
        """Select relative to each node; see `HtmlNode.xpath`."""
        return self._chained(query, [node.xpath(query) for node in self])

    def _chained(self, selector: str, lists: list[NodeList]) -> NodeList:
        def every() -> list[Hit]:
            return [hit for found in lists for hit in found._hits()]  # noqa: SLF001  # its own class

        return NodeList(self._page, f"{self._selector} >> {selector}", every)

    def _one(self) -> Hit | None:
        """Return the first match; where nothing is selected yet, nothing behind it is looked for."""
        return self._first() if self._found is None and self._first is not None else next(iter(self._hits()), None)

    def _hits(self) -> Sequence[Hit]:
        if self._found is None:
            self._found = self._all()
        return self._found

    def __iter__(self) -> Iterator[HtmlNode]:
        return (HtmlNode(self._page, hit, self._selector) for hit in self._hits())

    def __getitem__(self, index: int) -> HtmlNode:
        return HtmlNode(self._page, self._hits()[index], self._selector)

    def __len__(self) -> int:
        return len(self._hits())

    def __bool__(self) -> bool:
        return bool(self._hits())

    def __repr__(self) -> str:
        return f"<NodeList {self._selector!r}>"

    def __reduce__(self) -> NoReturn:
        _stay()


class HtmlNode:
    """An element, or a text or an attribute that was selected by itself. Get one by selecting."""

    __slots__ = ("_hit", "_page", "_selector")

    def __init__(self, page: HtmlPage, hit: Hit, selector: str) -> None:
        self._page = page
        self._hit = hit
        self._selector = selector

    @property
    def tag(self) -> str:
        """The element's name, in lower case for HTML; empty for a text or an attribute."""
        return self._hit.tag if isinstance(self._hit, Element) else ""

    @property
    def parent(self) -> HtmlNode | None:
        """The element around this one, or the element that a text or an attribute belongs to."""
        above = self._hit[0] if isinstance(self._hit, tuple) else self._hit.parent
        return HtmlNode(self._page, above, f"{self._selector} >> parent") if isinstance(above, Element) else None

    @property
    def children(self) -> list[HtmlNode]:
        """The elements directly below."""
        below = self._hit.children if isinstance(self._hit, Element) else ()
        return [HtmlNode(self._page, child, f"{self._selector} >> child") for child in below if isinstance(child, Element)]

    def get(self) -> Sourced[str]:
        """Return the value: the text, the attribute's value, or the element's source from start tag to end tag."""
        return self._page._value(self._hit, self._selector)  # noqa: SLF001  # a friend, in its own module

    def text(self) -> Sourced[str]:
        """Return all text in the element, in order, scripts and styles left out; `MISSING` if there is none.

        It has a span for each stretch that no markup interrupts.
        """
        if not isinstance(self._hit, Element):
            return self.get()
        return self._page._all_text(self._hit, self._selector)  # noqa: SLF001  # a friend, in its own module

    def plain_text(self) -> str:
        """Return what `text()` says as a plain string, without its places: for decisions, not for values."""
        if not isinstance(self._hit, Element):
            return str(self.get().value)
        return "".join(text.data for text in visible_texts(self._hit))

    def plain_attr(self, name: str) -> str:
        """Return an attribute's value as a plain string, empty where there is none: for decisions, not for values."""
        return (self._hit.attr(name) or "") if isinstance(self._hit, Element) else ""

    def own_text(self) -> Sourced[str]:
        """Return the text directly in the element, without that of elements below; `MISSING` if there is none."""
        if not isinstance(self._hit, Element):
            return self.get()
        texts = [child for child in self._hit.children if isinstance(child, Text)]
        return self._page._joined(texts, self._selector)  # noqa: SLF001  # a friend, in its own module

    def attr(self, name: str) -> Sourced[str]:
        """Return an attribute's value, or `MISSING`."""
        if not isinstance(self._hit, Element) or self._hit.attr(name) is None:
            return MISSING
        return self._page._value((self._hit, name), f"{self._selector}::attr({name})")  # noqa: SLF001  # a friend

    def css(self, selector: str) -> NodeList:
        """Select by CSS at this node and below it.

        Raises:
            BadSelector: The selector cannot be read.
        """
        hit, parts = self._hit, parse_css(selector)
        if not isinstance(hit, Element):
            return NodeList(self._page, selector, list)
        shown = f"{self._selector} >> {selector}"
        return NodeList(self._page, shown, lambda: select_css(hit, parts), lambda: first_css(hit, parts))

    def xpath(self, query: str) -> NodeList:
        """Select by XPath 1.0 relative to this node.

        Raises:
            BadSelector: The query cannot be read, or computes a value instead of selecting; when the list is asked.
        """
        hit = self._hit
        if not isinstance(hit, Element):
            return NodeList(self._page, query, list)
        shown = f"{self._selector} >> {query}"
        return NodeList(self._page, shown, lambda: select_xpath(hit, query), lambda: first_xpath(hit, query))

    def __repr__(self) -> str:
        return f"<HtmlNode {self.tag or 'text'} {self._selector!r}>"

    def __reduce__(self) -> NoReturn:
        _stay()


class HtmlPage:
    """An HTML payload.

    Args:
        payload: The payload bytes; a byte order mark is not part of the page.
        charset: The declared charset label, if there is one. A byte order mark overrules it.
        url: The page's URL, if it is known.

    Attributes:
        charset: The charset that the payload is decoded with. To open the payload again with it changes nothing.

    Raises:
        UnsupportedCharset: The payload is in a stateful charset.
    """

    media_type = "text/html"

    def __init__(self, payload: bytes, *, charset: str | None = None, url: str | None = None) -> None:
        self.url = url
        self._source = HtmlSource(payload, decide_charset(payload, charset, markup=True))
        self.charset = self._source.charset
        self._document: Document = parse(self._source.text, source_locations=True)
        self._places = Places(self._source)
        self._said: dict[tuple[Element, str], Sourced[str]] = {}  # what metas say that were asked for, under the name asked

    def css(self, selector: str) -> NodeList:
        """Select by CSS (W3C selectors, and `::text`, `::attr(x)`, `:contains("x")` as in Scrapy).

        Raises:
            BadSelector: The selector cannot be read.
        """
        document, parts = self._document, parse_css(selector)
        return NodeList(self, selector, lambda: select_css(document, parts), lambda: first_css(document, parts))

    def xpath(self, query: str) -> NodeList:
        """Select by XPath 1.0 (and `re:test`, `has-class`); `/text()` and `/@x` give quoted values.

        Raises:
            BadSelector: The query cannot be read, or computes a value instead of selecting; when the list is asked.
        """
        document = self._document
        return NodeList(self, query, lambda: select_xpath(document, query), lambda: first_xpath(document, query))

    @property
    def source(self) -> str:
        """The page's source, decoded: for a quick look whether it is worth while to select, not for values."""
        return self._source.text

    @property
    def title(self) -> Sourced[str]:
        """The text of the page's `<title>`."""
        found = self._document.select_one("head title")
        return MISSING if found is None else self._all_text(found, "title")

    @property
    def lang(self) -> Sourced[str]:
        """The page's language, as `<html lang>` says."""
        return self.css("html::attr(lang)").get()

    @property
    def canonical_url(self) -> Sourced[str]:
        """The canonical URL, as `<link rel=canonical>` says, verbatim."""
        return self.css("link[rel~=canonical i]::attr(href)").get()

    def meta(self, name: str) -> Sourced[str]:
        """Return the content of the first `<meta>` of a name (`name` or `property`, any case), or `MISSING`."""
        found = self._metas.named(name)
        return self._content(found[0], name) if found else MISSING

    def metas(self, name: str) -> list[Sourced[str]]:
        """Return the content of every `<meta>` of a name, in order."""
        return [self._content(meta, name) for meta in self._metas.named(name)]

    @property
    def meta_names(self) -> Collection[str]:
        """The names of all metas that have a content, in lower case: most that one could ask for are not there."""
        return self._metas.names

    def meta_groups(self, head: str, *members: str) -> list[MetaGroup]:
        """Return repeated metas with those that belong to each by position: an author, followed by its institutions.

        Args:
            head: The name that begins a group.
            members: The names that belong to the group before them; those before any head belong to none.
        """
        return self._metas.groups(head, members, self._content)

    def _content(self, meta: Element, name: str) -> Sourced[str]:
        found = self._said.get((meta, name))
        if found is None:
            found = self._said[meta, name] = self._attribute(meta, "content", f'meta[name="{name}"]::attr(content)')
        return found

    def json_ld(self, type_: str | None = None) -> JsonNode:
        """Return the first JSON-LD object of a type (see `JsonNode.find`), or the first block's value; absent if there is none."""
        return next(iter(self.json_ld_all(*([type_] if type_ else []))), NO_NODE)

    def json_ld_all(self, *types: str) -> list[JsonNode]:
        """Return every JSON-LD object of these types, through lists and `@graph`; without types each block's value.

        Blocks that are no JSON are left out, and counted in `json_ld_broken`.
        """
        blocks = self._json_ld[0]
        return [node for block in blocks for node in block.find_all(*types)] if types else list(blocks)

    @property
    def json_ld_broken(self) -> int:
        """How many JSON-LD blocks are no JSON."""
        return self._json_ld[1]

    @cached_property
    def _json_ld(self) -> tuple[Sequence[JsonNode], int]:
        scripts = self._document.select(f"script[type^={JSON_LD!r} i]")
        texts = [child for script in scripts for child in script.children if isinstance(child, Text)]
        return read_blocks(self._source, [self._places.text(text) for text in texts])

    @cached_property
    def _metas(self) -> Metas:
        return Metas(self._document)

    # Quoting

    def _value(self, hit: Hit, selector: str) -> Sourced[str]:
        if isinstance(hit, tuple):
            return self._attribute(*hit, selector)
        if isinstance(hit, Text):
            return self._quoted(self._places.text(hit), hit.data, selector, _NO_TEXT_PLACE)
        if isinstance(hit, Element):
            piece = self._places.element(hit)
            if piece is None:
                return Sourced.unlocated(hit.html, _NO_ELEMENT_PLACE, selector=selector)
            return self._quoted([piece], hit.html, selector, _NO_ELEMENT_PLACE)
        return Sourced.unlocated(hit.html, _COMMENT, selector=selector)

    def _attribute(self, element: Element, name: str, selector: str) -> Sourced[str]:
        piece, value = self._places.attribute(element, name), element.attr(name) or ""
        if piece is None:
            return Sourced.unlocated(value, _NO_ATTRIBUTE_PLACE, selector=selector)
        found = self._source.quote_one(piece, value, selector)
        return Sourced.unlocated(value, _NOT_READ_BACK, selector=selector) if found is None else found

    def _quoted(self, pieces: Sequence[Piece] | None, value: str, selector: str, why: str) -> Sourced[str]:
        """Quote pieces. `raw` and `markup` are verbatim, newlines as the payload has them; the rest must read as the value."""
        if pieces is None:
            return Sourced.unlocated(value, why, selector=selector)
        if any(piece.reading in _VERBATIM for piece in pieces):
            value = "".join(map(self._source.read, pieces))
        found = self._source.quote(pieces, value, selector)
        return Sourced.unlocated(value, _NOT_READ_BACK, selector=selector) if found is None else found

    def _all_text(self, element: Element, selector: str) -> Sourced[str]:
        texts = visible_texts(element)
        pieces = self._places.inside(element) if texts else None
        found = self._source.quote(pieces, "".join([text.data for text in texts]), selector) if pieces else None
        return self._joined(texts, selector) if found is None else found

    def _joined(self, texts: Sequence[Text], selector: str) -> Sourced[str]:
        if not texts:
            return MISSING
        value = "".join(text.data for text in texts)
        pieces: list[Piece] = []
        for text in texts:
            found = self._places.text(text)
            if found is None:
                return Sourced.unlocated(value, _NO_TEXT_PLACE, selector=selector)
            pieces += found
        return self._quoted(pieces, value, selector, _NO_TEXT_PLACE)

    def __reduce__(self) -> NoReturn:
        _stay()


def _stay() -> NoReturn:
    raise QuotingError("pages and nodes do not travel between processes: send the payload, or the values, which hold no page")
