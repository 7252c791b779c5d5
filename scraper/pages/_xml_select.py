"""Selecting in XML: CSS and XPath 1.0 to libxml2's XPath, and its results to nodes that can be located.

CSS selectors are written as for HTML (see `selectors`), but names are those of the document, case and all, and match in any
namespace: CSS says so where no default namespace is declared (Selectors 3, 6.1.1), and a selector cannot declare one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

import cssselect
from cssselect.parser import CombinedSelector, Element, FunctionalPseudoElement
from lxml import etree
from lxml.etree import _Element

from scraper.errors import BadSelector
from scraper.pages.selectors import parse_xpath

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cssselect.parser import Selector
    from cssselect.xpath import XPathExpr
    from lxml.etree import _ElementUnicodeResult

    Hit = _Element | _ElementUnicodeResult
    """An element, or a text or attribute that knows which it is."""

_EXSLT: Final = {"re": "http://exslt.org/regular-expressions"}


class _Translator(cssselect.GenericTranslator):
    """CSS to XPath.

    Args:
        any_namespace: Whether to match by local names; slower, so it is done only where namespaces are.
    """

    def __init__(self, *, any_namespace: bool) -> None:
        self._any_namespace = any_namespace

    def xpath_element(self, selector: Element) -> XPathExpr:
        if not self._any_namespace or selector.namespace or not selector.element:
            return super().xpath_element(selector)
        expression = self.xpathexpr_cls(element="*")
        expression.add_condition(f"local-name() = {self.xpath_literal(selector.element)}")
        return expression


@lru_cache(maxsize=4096)
def css_to_xpath(selector: str, *, any_namespace: bool) -> str:
    """Return the XPath expression of a CSS selector, relative to a node that may itself match.

    Raises:
        BadSelector: The selector cannot be read.
    """
    translator = _Translator(any_namespace=any_namespace)
    text = re.sub(r"^\s*(?=[>+~])|(?<=,)\s*(?=[>+~])", ":scope ", selector)
    try:
        return " | ".join(_xpath(each, translator) for each in cssselect.parse(text))
    except cssselect.SelectorError as error:
        raise BadSelector(f"selector {selector!r} cannot be read: {error}") from error


def _xpath(selector: Selector, translator: _Translator) -> str:
    """Write one member of a union; `X ::text` and `X *::text` are every text of X and below, as parsel has it."""
    tree, below = selector.parsed_tree, ""
    if selector.pseudo_element is not None and isinstance(tree, CombinedSelector) and tree.combinator == " ":
        last = tree.subselector
        if isinstance(last, Element) and not last.element and not last.namespace:
            tree, below = tree.selector, "/descendant-or-self::*"
    return f"descendant-or-self::{translator.xpath(tree)}{below}{_taken(selector)}"


def _taken(selector: Selector) -> str:
    match selector.pseudo_element:
        case None:
            return ""
        case "text":
            return "/text()"
        case FunctionalPseudoElement(name="attr", arguments=[name]) if name.type == "IDENT":
            return f"/@{name.value}"
    raise BadSelector(f"::{selector.pseudo_element} is not known, only ::text and ::attr(name) are")


def select(node: _Element, query: str, namespaces: Mapping[str, str]) -> list[Hit]:
    """Select by XPath relative to an element, in document order.

    Raises:
        BadSelector: The query cannot be read, or computes a value instead of selecting.
    """
    try:
        found = _compiled(query, frozenset(namespaces.items()))(node)
    except (etree.XPathError, ValueError) as error:
        raise BadSelector(f"query {query!r} cannot be read: {error}") from error
    if not isinstance(found, list) or not all(map(_is_hit, found)):
        raise BadSelector(f"query {query!r} computes a value: select what it is made of, then .text().squash()")
    return cast("list[Hit]", found)


def _is_hit(found: Any) -> bool:
    return isinstance(found, _Element) or (isinstance(found, str) and found.getparent() is not None)  # type: ignore[attr-defined]  # lxml's own str


@lru_cache(maxsize=4096)
def _compiled(query: str, namespaces: frozenset[tuple[str, str]]) -> Any:
    return etree.XPath(parse_xpath(query), namespaces=_EXSLT | dict(namespaces))
