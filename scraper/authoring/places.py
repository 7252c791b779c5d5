"""Where a page shows something: each place that a record type names, looked up on the page at hand.

Names that go into code come from record types; of what a page brings itself, only plain tag names, classes and ids do.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scraper.authoring.ways import ITEM, Way, text_code
from scraper.errors import BadSelector
from scraper.pages import HtmlPage, JsonPage, TextPage, XmlPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scraper.pages import HtmlNode, JsonNode, Page, XmlNode

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z_-]*[A-Za-z]\d?")
_SPECIAL: Final = {"todo", "fixme", "xxx", "hack", "noqa"}  # words that linters look for in comments
_TOP: Final = re.compile(r"(?:/\d+|/@graph|/mainEntity(?:OfPage)?)*")
_DEEP: Final = 3
_LONGEST: Final = 300
_SCATTERED: Final = 100  # a word that stands in more texts than this is no label
_MANY: Final = 1_000  # a list of more than this is something else
_BEHIND: Final = (
    ("dt", "//dt[{0}]/following-sibling::dd[1]"),
    ("th", "//th[{0}]/following-sibling::td[1]"),
    ("td", "//td[{0}]/following-sibling::td[1]"),
    ("element", "//*[not(*)][{0}]/following-sibling::*[1]"),
    ("element", "//*[not(*)][{0}]/following-sibling::text()[normalize-space()][1]"),
)
"""Queries for what stands behind an element whose whole text is a label."""


@frozen
class Linked:
    """The JSON object that a page is about, and the code that finds it: a JSON-LD object, or the root of a JSON page."""

    node: JsonNode
    code: str
    told: str = "JSON-LD"


def linked(page: Page, types: Sequence[str]) -> Linked | None:
    """Return the object that describes a record; None if there is none, or more than one.

    Args:
        page: The page.
        types: The types it may be of, best first; none for the first object that has a type.
    """
    if isinstance(page, JsonPage):
        return Linked(page.root, "page.root", "JSON")
    if not isinstance(page, HtmlPage):
        return None
    for type_ in types or _types_of(page):
        found = [node for node in page.json_ld_all(type_) if _TOP.fullmatch(node.pointer)]
        if found:
            return Linked(found[0], f"page.json_ld({text_code(type_)})") if len(found) == 1 else None
    return None


def _types_of(page: HtmlPage) -> list[str]:
    """Return the types of the objects at the top of a page's JSON-LD that say more of themselves than a site does."""
    nodes = [node for block in page.json_ld_all() for each in block.each() for node in (each, *each["@graph"].each())]
    names = [str(name.text().value) for node in nodes for name in node["@type"].each()[:1] if name.text()]
    return [name for name in dict.fromkeys(names) if _NAME.fullmatch(name)]


class Places:
    """Looks up places on a page.

    Args:
        page: The page.
        about: The JSON object that the page is about.
    """

    def __init__(self, page: Page, about: Linked | None) -> None:
        self.page = page
        self.about = about

    def find(self, place: str) -> Iterator[Way]:
        """Yield the ways to a place that show something, best first; see `scraper.records.seen` for how places are written."""
        if place.startswith("/"):
            found = member(self.about.node, place, "linked", self.about.told) if self.about else []
        elif place.startswith("<"):
            found = self._selected(place[1:-1])
        elif place.endswith(":") and place[:-1]:
            found = self._labelled(place[:-1])
        else:
            found = self._named(place)
        for way in found:
            if any(value and value.value.strip() for value in way.values):
                yield way

    def _named(self, name: str) -> list[Way]:
        """Metas of a name; in XML, elements. Vocabularies write their dots as colons too."""
        if isinstance(self.page, XmlPage):
            return self._xml(name) if _NAME.fullmatch(name) else []
        if not isinstance(self.page, HtmlPage):
            return []
        first, dots, last = name.partition("..")
        if dots:
            return self._range(first, last)
        names = [name, name.replace(".", ":", 1)] if "." in name else [name]
        return [_meta(self.page, each) for each in names]

    def _range(self, first: str, last: str) -> list[Way]:
        """Two metas, joined by a hyphen; one where the other is missing or says the same."""
        one, other = _meta(self.page, first), _meta(self.page, last)
        if not one.value or not other.value or one.value.value == other.value.value:
            return [one]
        code = f'Sourced.join("-", [{one.first}, {other.first}])'
        return [Way(f"metas {first} and {last}", code, "", "", (type(one.value).join("-", [one.value, other.value]),))]

    def _selected(self, selector: str) -> list[Way]:
        """What a CSS selector finds: an attribute's values, or elements, by a selector that tells them from others."""
        if isinstance(self.page, TextPage):
            line = self.page.search(r"\S.*")
            return [Way("the first line, which is a guess", 'page.search(r"\\S.*")', "", "", (line,))] if selector == "h1" else []
        if isinstance(self.page, XmlPage):
            return self._xml(selector) if _NAME.fullmatch(selector) else []
        if not isinstance(self.page, HtmlPage):
            return []
        try:
            return _attributes(self.page, selector) if "::" in selector else _elements(self.page, selector)
        except BadSelector:
            return []

    def _xml(self, name: str) -> list[Way]:
        nodes: Sequence[XmlNode] = list(self.page.css(name)) if isinstance(self.page, XmlPage) else []
        code = f"page.css({text_code(name)})"
        return [Way(f"element {name}", f"{code}.text()", code, f"{ITEM}.text()", tuple(node.text() for node in nodes))]

    def _labelled(self, label: str) -> list[Way]:
        """What stands behind a label: in the same text, or behind the element that holds the label alone."""
        if isinstance(self.page, TextPage):
            pattern = rf"(?mi)^\s*{re.escape(label)}\s*:\s*(\S.*)"
            if len(re.findall(pattern, self.page.text)) != 1:  # of several, which one is meant?
                return []
            return [Way(f"the label {label}", f"page.search({_raw(pattern)})", "", "", (self.page.search(pattern),))]
        return _behind(self.page, label) if isinstance(self.page, HtmlPage) else []


def _raw(pattern: str) -> str:
    return f'r"{pattern}"'


def _meta(page: Any, name: str) -> Way:
    literal = text_code(name)
    return Way(f"meta {name}", f"page.meta({literal})", f"page.metas({literal})", ITEM, tuple(page.metas(name)))


def _attributes(page: HtmlPage, selector: str) -> list[Way]:
    code = f"page.css({text_code(selector)})"
    if len(page.css(selector)) > _MANY:
        return []
    return [Way(selector, f"{code}.get()", f"{code}.getall()", ITEM, tuple(page.css(selector).getall()))]


def _elements(page: HtmlPage, selector: str) -> list[Way]:
    """The elements of a selector; of a bare tag, each element that shows a short text, by a selector of its own."""
    nodes = page.css(selector)
    if len(nodes) > _MANY or not any(_short(node) for node in nodes):
        return []
    if not _NAME.fullmatch(selector):
        return [_by_css(page, selector)]
    own = dict.fromkeys(_specific(page, node) for node in itertools.islice(filter(_short, nodes), _DEEP))
    return [_by_css(page, each) for each in own if each is not None]


def _by_css(page: HtmlPage, selector: str) -> Way:
    code = f"page.css({text_code(selector)})"
    nodes = page.css(selector)
    return Way(selector, f"{code}.text()", code, f"{ITEM}.text()", tuple(node.text() for node in nodes))


def _short(node: HtmlNode) -> bool:
    text = node.text()
    return bool(text) and bool(text.value.strip()) and (node.tag in {"p", "div"} or len(text.value) <= _LONGEST)


def _specific(page: HtmlPage, node: HtmlNode) -> str | None:
    """Return the plainest selector whose first match is the element: by tag, class or id; None if there is none."""
    classes = [name for name in (node.attr("class").value or "").split() if _usable(name)]
    own = (node.attr("id").value or "").strip()
    chosen = [f"{node.tag}.{name}" for name in classes] + ([f"{node.tag}#{own}"] if _usable(own) else [])
    selectors = [node.tag, *chosen] if len(page.css(node.tag)) == 1 else [*chosen, node.tag]
    spans = node.get().spans
    return next((each for each in selectors if spans and page.css(each).get().spans == spans), None)


def _usable(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and name.lower() not in _SPECIAL


def _behind(page: HtmlPage, label: str) -> list[Way]:
    """What stands behind a label: behind the element that is the label, else in the same text."""
    if not 0 < len(page.xpath(f"//body//text()[contains(., '{label}')]")) <= _SCATTERED:
        return []
    for told, form in _BEHIND:
        for spelt in (label, f"{label}:"):
            query = form.format(f"normalize-space()='{spelt}'")
            text = page.xpath(query).text()
            if text:
                return [Way(f"the {told} behind {label}", f"page.xpath({text_code(query)}).text()", "", "", (text,))]
    return _within(page, label)


def _within(page: HtmlPage, label: str) -> list[Way]:
    """What stands behind a label in the same text."""
    query = f"//body//text()[starts-with(normalize-space(), '{label}:')]"
    text = page.xpath(query).get()
    way = Way(f"the text behind {label}", f"page.xpath({text_code(query)}).get()", "", "", (text,))
    return [way.apply("re", rf"{re.escape(label)}:\s*(\S.*)")] if text else []


# JSON


def member(node: JsonNode, place: str, code: str, told: str) -> list[Way]:
    """Return the way to a member of an object: `/a/b`, `/a:Type/b`, or `//b` for the first of that name at any depth.

    Args:
        node: The object.
        place: The place.
        code: The code that gives the object.
        told: What the object is, for people.
    """
    if place.startswith("//"):
        below = _deep(node, place[2:])
        return [] if below is None else member(node, below, code, told)
    first, *rest = place[1:].split("/")
    heads, many, one = _step(node, first, code)
    values = tuple(below.text() for head in heads for below in _down(head, rest))
    tail = "".join(f"[{text_code(part)}]" for part in rest) + ".text()"
    return [Way(f"{told} {place[1:]}", one + tail, many, ITEM + tail, values)] if values else []


def _step(node: JsonNode, part: str, code: str) -> tuple[list[JsonNode], str, str]:
    """Go down to a member: its values, code to run over them, and code of the first."""
    name, _, type_ = part.partition(":")
    below, at = node[name], f"{code}[{text_code(name)}]"
    if type_:
        found = below.find_all(type_)[:1]
        return found, f"[{at}.find({text_code(type_)})]", f"{at}.find({text_code(type_)})"
    return below.each(), f"{at}.each()", f"{at}[0]" if below.kind == "array" else at


def _down(node: JsonNode, parts: Sequence[str]) -> Iterator[JsonNode]:
    """Yield the value at the end of a way, if it is there; arrays on the way end it."""
    for part in parts:
        node = node[part]
    if node:
        yield node


def _deep(node: JsonNode, name: str, path: str = "", depth: int = _DEEP) -> str | None:
    """Return the place of the first leaf of a name below an object, the shallowest way down each member."""
    if node[name].text():
        return f"{path}/{name}"
    below = [(key, each) for key, each in node.items() if each.kind == "object" and _NAME.fullmatch(key)] if depth else []
    return next((found for key, each in below if (found := _deep(each, name, f"{path}/{key}", depth - 1))), None)
