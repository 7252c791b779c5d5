"""Lists of parts: authors with their affiliations, links. Metas with those that follow each, JSON objects, or elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scraper.authoring.places import member
from scraper.authoring.shapes import shapes
from scraper.authoring.ways import (
    ITEM,
    Found,
    Way,
    all_located,
    call_code,
    dated,
    loop_code,
    parted,
    pattern_code,
    text_code,
    tidied,
)
from scraper.pages import HtmlPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scraper.authoring.places import Linked, Places
    from scraper.authoring.shapes import Shape
    from scraper.pages import JsonNode
    from scraper.pages._html_metas import MetaGroup
    from scraper.quoting import Sourced
    from scraper.records.record import Part


_LINE: Final = 110  # a longer way than that is none that anybody wants to read


@frozen
class _Member:
    """A field of every part of a list.

    Attributes:
        name: The field.
        code: The code that reads it, in terms of the part's variable.
        values: What it gives, part by part; None where it gives nothing.
    """

    name: str
    code: str
    values: Sequence[Any]


def part_lists(places: Places, shape: Shape, part: type[Part], place: str) -> Iterator[Found]:
    """Yield the ways to a list of parts.

    Args:
        places: The page's places.
        shape: The field.
        part: The type of the parts.
        place: Where the list may stand.
    """
    found = None
    if place.startswith("/") and places.about:
        found = _objects(places.about, part, place[1:])
    elif isinstance(places.page, HtmlPage) and not place.startswith("<"):
        names = [place, place.replace(".", ":", 1)]
        found = next(filter(None, (_grouped(places.page, shape, part, name) for name in names)), None)
    if found is not None:
        yield found
    elif shape.seen.head:
        for way in places.find(place):
            yield from _bare(way, shape, part, shape.seen.head)


def _bare(way: Way, shape: Shape, part: type[Part], head: str) -> Iterator[Found]:
    """Parts of which a place shows the head alone, or a text that they are all cut out of."""
    read, separator = parted(way, shape.seen.separators)
    item, loop = ITEM, f"for {ITEM} in {way.many}"
    if separator:
        item, loop = "part.strip()", f"{loop} for part in {way.item}.split({text_code(separator)})"
    else:
        read = tidied(way, shape.seen.pattern)
        item = read.item
    heads = [value for value in read.values if value]
    if way.many and all_located(heads):
        members = [_Member(head, item, [value.value for value in heads])]
        yield _found(way.told, part, [*members, *_cut(part, item, heads, sure=True)], loop)
    elif way.many and (members := list(_cut(part, way.item, [value for value in way.values if value], sure=False))):
        yield _found(way.told, part, members, loop)


def _cut(part: type[Part], item: str, heads: Sequence[Sourced[str]], *, sure: bool) -> Iterator[_Member]:
    """Yield the fields that are cut out of texts: family names out of names.

    Args:
        part: The type of the parts.
        item: The code of a text.
        heads: The texts.
        sure: Whether only fields count that each of the texts shows.
    """
    for shape in (each for each in shapes(part, named=False) if "." in each.seen.places and each.seen.pattern):
        pattern = shape.seen.pattern or ""
        values: list[Any]
        if shape.many:
            code, values = f"{item}.re_all({pattern_code(pattern)})", [_texts(head.re_all(pattern)) for head in heads]
        else:
            way = Way("", item, "", item, tuple(heads)).apply("re", pattern)
            read = dated(way) if shape.seen.date else way
            code, values = (read.item, [value.value for value in read.values]) if read else ("", [])
        if values and (all(values) if sure else any(values)) and len(code) < _LINE:
            yield _Member(shape.name, code, values)


def _texts(values: Sequence[Sourced[str]]) -> list[str]:
    return [value.value for value in values if value]


def _found(told: str, part: type[Part], members: Sequence[_Member], loop: str) -> Found:
    """Put a list of parts together."""
    short = f"{part.__name__}({', '.join(f'{each.name}={each.code}' for each in members)})"
    call = short if len(members) == 1 else call_code(part.__name__, [(each.name, each.code) for each in members])
    rows = zip(*(each.values for each in members), strict=True)
    values = [{each.name: value for each, value in zip(members, row, strict=True) if value} for row in rows]
    return Found(told, loop_code(call, loop), [value for value in values if value])


# Metas


def _grouped(page: HtmlPage, shape: Shape, part: type[Part], name: str) -> Found | None:
    """Metas with those that follow each; None where none do.

    Where only the last of several is followed by any, the page may as well list all the heads before all the rest: nothing is tied.
    """
    fields = shapes(part, named=False)
    names = [place for field in fields for place in field.seen.places if page.metas(place)]
    groups = page.meta_groups(name, *names)
    followed = [any(group.getall(each) for each in names) for group in groups]
    if not shape.seen.head or not any(followed) or (len(groups) > 1 and not any(followed[:-1])):
        return None
    heads = tidied(Way("", "group.head", "", "group.head", tuple(group.head for group in groups)), shape.seen.pattern)
    if not all_located(heads.values) or not all(heads.values):
        return None
    tied = [found for field in fields if (found := _follower(field, groups, names)) is not None]
    head = _Member(shape.seen.head, heads.first, [value.value for value in heads.values])
    members = [head, *_cut(part, heads.first, heads.values, sure=True), *tied]
    used = [each for each in names if any(text_code(each) in found.code for found in tied)]
    loop = f"for group in page.meta_groups({', '.join(map(text_code, (name, *used)))})"
    return _found(f"metas {name} with those that follow each", part, members, loop)


def _follower(field: Shape, groups: Sequence[MetaGroup], names: Sequence[str]) -> _Member | None:
    """Return a field that metas behind the head show."""
    for name in (place for place in field.seen.places if place in names):
        literal = text_code(name)
        if field.many:
            ways = [tidied(Way("", "", "", ITEM, tuple(group.getall(name))), field.seen.pattern) for group in groups]
            item = next((way.item for way in sorted(ways, key=lambda way: -len(way.item)) if all_located(way.values)), None)
            if item is not None:
                values = [_texts(way.values) for way in ways]
                return _Member(field.name, f"[{item} for {ITEM} in group.getall({literal})]", values)
            continue
        way = tidied(Way("", f"group.get({literal})", "", "", tuple(group.get(name) for group in groups)), field.seen.pattern)
        if all_located(way.values):
            return _Member(field.name, way.first, [value.value for value in way.values])
    return None


# JSON


def _objects(about: Linked, part: type[Part], place: str) -> Found | None:
    """Objects in a member of the JSON object; None where there are none."""
    nodes = [node for node in about.node[place].each() if node.kind == "object"] if "/" not in place else []
    variable = part.__name__.lower()
    members = [found for field in shapes(part, named=False) if nodes and (found := _of_objects(field, nodes, variable)) is not None]
    if not members:
        return None
    return _found(f"{about.told} {place}", part, members, f"for {variable} in linked[{text_code(place)}].each()")


def _of_objects(field: Shape, nodes: Sequence[JsonNode], variable: str) -> _Member | None:
    """Return a field that members of the objects show."""
    for place in (each for each in field.seen.places if each.startswith("/")):
        ways = [_narrowed(next(iter(member(node, place, variable, "")), None), field) for node in nodes]
        shown = next((way for way in ways if way is not None and all_located(way.values if field.many else [way.value])), None)
        if shown is None:
            continue
        values = [None if way is None else _texts(way.values) if field.many else way.value.value for way in ways]
        return _Member(field.name, f"[{shown.item} for {ITEM} in {shown.many}]" if field.many else shown.first, values)
    return None


def _narrowed(way: Way | None, field: Shape) -> Way | None:
    return way and tidied(way, field.seen.pattern)
