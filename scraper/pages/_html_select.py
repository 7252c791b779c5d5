"""Selecting in the parsed tree: CSS and XPath to *hits*, which know exactly what was hit.

A hit is an element, a text node, or an element with an attribute's name. The engines return texts and attributes as plain
strings; a text's node is learnt by evaluating the query once with a predicate that notes its context.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from turbohtml import Comment, Document, Element, ProcessingInstruction, Text, XPathString

from scraper.errors import BadSelector
from scraper.pages.selectors import parse_xpath

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from turbohtml import Node

    from scraper.pages.selectors import Part

    Hit = Element | Text | Comment | ProcessingInstruction | tuple[Element, str]
    Context = Document | Element


# CSS


def select_css(context: Context, parts: Sequence[Part]) -> Sequence[Hit]:
    """Return every hit of a selector, in document order."""
    if len(parts) == 1:
        return _part_hits(context, parts[0])
    if all(part.take == "element" and part.xpath is None for part in parts):
        return _elements(context, parts)
    return _in_order(context, {_key(hit): hit for part in parts for hit in _part_hits(context, part)})


def first_css(context: Context, parts: Sequence[Part]) -> Hit | None:
    """Return the first hit of a selector: what `select_css` would return first."""
    part = parts[0]
    if len(parts) == 1 and part.xpath is None and not part.deep:
        first = _first_owner(context, part)
        if first is None:
            return None
        hit = _first_hit(first, part)
        if hit is not None:
            return hit
    return next(iter(select_css(context, parts)), None)


def _first_owner(context: Context, part: Part) -> Element | None:
    if isinstance(context, Document):
        return context.select_one(part.css)
    if part.reflexive and context.matches(part.css):
        return context
    return context.select_one(part.scoped)


def _first_hit(owner: Element, part: Part) -> Hit | None:
    """The first owner's hit if that is certainly the first of all."""
    if part.take == "element":
        return owner
    if part.take == "attribute":
        return (owner, part.name) if owner.attr(part.name) is not None else None
    first = owner.children[0] if owner.children else None
    return first if isinstance(first, Text) else None


def _owners(context: Context, part: Part) -> list[Element]:
    if part.xpath is not None:
        return context.xpath(part.xpath)  # type: ignore[return-value]  # made from a selector, it selects elements
    if isinstance(context, Document):
        return context.select(part.css)
    below = context.select(part.scoped)
    return [context, *below] if part.reflexive and context.matches(part.css) else below


def _elements(context: Context, parts: Sequence[Part]) -> Sequence[Element]:
    """Return the elements that any of several parts selects, in document order: all of them in one go."""
    if isinstance(context, Document):
        return context.select(", ".join([part.css for part in parts]))
    below = context.select(", ".join([part.scoped for part in parts]))
    return [context, *below] if any(part.reflexive and context.matches(part.css) for part in parts) else below


def _part_hits(context: Context, part: Part) -> Sequence[Hit]:
    owners = _owners(context, part)
    if part.take == "element":
        return owners
    if part.deep:
        owners = list({each: None for owner in owners for each in (owner, *owner.iter_elements())})
    if part.take == "attribute":
        return [(owner, part.name) for owner in owners if owner.attr(part.name) is not None]
    return list(_texts(owners))


def _texts(owners: Sequence[Element]) -> Iterator[Text]:
    """Yield the owners' own texts in document order, which is not the order of owners where one lies in another."""
    if not any(_holds(outer, inner) for outer, inner in pairwise(owners)):
        for owner in owners:
            yield from (child for child in owner.children if isinstance(child, Text))
        return
    wanted, done = set(owners), set[Element]()
    for owner in owners:
        if owner not in done:
            done.update(owner.iter_elements())
            yield from (node for node in owner.descendants if isinstance(node, Text) and node.parent in wanted)


def _holds(outer: Element, inner: Element) -> bool:
    """Whether one element lies in another; in document order, if any do, two neighbours do."""
    return any(isinstance(child, Element) for child in outer.children) and outer in inner.ancestors


def _key(hit: Hit) -> tuple[Any, ...]:
    return hit if isinstance(hit, tuple) else (hit,)


def _in_order(context: Context, hits: dict[tuple[Any, ...], Hit]) -> Sequence[Hit]:
    """Sort hits of different kinds into document order: an element, its attributes, what is below it."""
    named: dict[Node, list[Hit]] = {}
    for hit in hits.values():
        named.setdefault(hit[0] if isinstance(hit, tuple) else hit, []).append(hit)
    found: list[Hit] = []
    for node in (context, *context.descendants):
        found += sorted(named.get(node, ()), key=lambda hit: isinstance(hit, tuple))
    return found


# XPath


def select_xpath(context: Context, query: str) -> Sequence[Hit]:
    """Return every hit of a query, in document order.

    Raises:
        BadSelector: The query cannot be read, or computes a value instead of selecting.
    """
    written = parse_xpath(query)
    results = _evaluated(context.xpath, written, query)
    if not isinstance(results, list):
        raise _computed(query)
    if any(isinstance(result, XPathString) and result.is_text for result in results):
        return [_hit(result, node, query) for result, node in _with_nodes(context, written)]
    return [_hit(result, None, query) for result in results]


def first_xpath(context: Context, query: str) -> Hit | None:
    """Return the first hit of a query.

    Raises:
        BadSelector: See `select_xpath`.
    """
    result = _evaluated(context.xpath_one, parse_xpath(query), query)
    if result is None:
        return None
    if isinstance(result, XPathString) and result.is_text:
        return select_xpath(context, query)[0]
    return _hit(result, None, query)


def _evaluated(evaluate: Callable[..., Any], written: str, query: str) -> Any:
    try:
        return evaluate(written, smart_strings=True)
    except ValueError as error:
        raise BadSelector(f"query {query!r} cannot be read: {error}") from error


def _with_nodes(context: Context, written: str) -> Iterator[tuple[Any, Any]]:
    """Evaluate a query once more, with a predicate that notes which node each result is."""
    nodes: list[Any] = []

    def here(at: Any) -> bool:
        nodes.append(at.context_node)
        return True

    results = context.xpath(f"({written})[here()]", smart_strings=True, extensions={(None, "here"): here})
    return zip(cast("list[Any]", results), nodes, strict=True)


def _hit(result: Any, node: Any, query: str) -> Hit:
    if isinstance(result, XPathString):
        if result.is_attribute and result.attrname is not None:
            return result.getparent(), result.attrname
        return cast("Text", node)
    if isinstance(result, (Element, Comment, ProcessingInstruction)):
        return result
    raise _computed(query)


def _computed(query: str) -> BadSelector:
    return BadSelector(
        f"query {query!r} computes a value, which has no place on the page: select nodes, and use .text().squash() on them"
    )
