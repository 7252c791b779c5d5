"""A page → a layout: for each field of a record type the best place on the page that shows it, read back and found good.

What is proposed has been tried: the value is there, its bytes are known, it satisfies the schema. What else shows the field is kept
beside it, for the author to choose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import frozen
from jsonschema import Draft202012Validator

from scraper.authoring.parts import part_lists
from scraper.authoring.places import Places, linked
from scraper.authoring.shapes import field_schema, record_types, schema_of, shapes
from scraper.authoring.ways import Found, all_located, call_code, dated, indented, listed, parted, tidied
from scraper.pages import HtmlPage, JsonPage, XmlPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scraper.authoring.shapes import Shape
    from scraper.authoring.ways import Way
    from scraper.pages import Page
    from scraper.records import Record
    from scraper.records.record import Part

_LONGEST: Final = 20_000  # code points of a value


@frozen
class Proposal:
    """What is proposed for one field.

    Attributes:
        name: The field.
        best: The way that is taken.
        others: What else shows it.
        part: Of a part (`journal`), the name of its type.
        parts: Of a part, its own fields.
    """

    name: str
    best: Found
    others: tuple[Found, ...] = ()
    part: str | None = None
    parts: tuple[Proposal, ...] = ()


@frozen
class Proposed:
    """What is proposed for a page.

    Attributes:
        type: The record type.
        fields: The fields, in the record's order.
        linked: Code that finds the JSON object that fields are read from; None where none is.
        missing: The fields that the record must have, and for which nothing was found.
    """

    type: type[Record]
    fields: tuple[Proposal, ...]
    linked: str | None = None
    missing: tuple[str, ...] = ()


def choose_type(page: Page) -> type[Record] | None:
    """Return the record type of which a page shows most signs; None if it shows none."""
    signs = [(sum(_shows(page, sign) for sign in type_.SIGNS), type_) for type_ in record_types()]
    count, best = max(signs, key=lambda each: each[0], default=(0, None))
    return best if count else None


def _shows(page: Page, sign: str) -> bool:
    if sign.startswith("/"):
        return isinstance(page, HtmlPage) and bool(page.json_ld_all(sign[1:]))
    place, _, start = sign.partition("=")
    return any(value.value.strip().startswith(start) for way in Places(page, None).find(place) for value in way.values if value)


def propose(page: Page, type_: type[Record]) -> Proposed:
    """Propose how a page's record is read.

    Args:
        page: The page.
        type_: The record type.
    """
    about = linked(page, type_.LINKED)
    schema = schema_of(type_)
    fields = [found for shape in shapes(type_) if (found := _field(Places(page, about), shape, field_schema(schema, shape.name)))]
    names = {each.name for each in fields}
    uses = any("linked[" in each.best.code for each in fields)
    missing = tuple(name for name in schema.get("required", ()) if name not in names)
    return Proposed(type_, tuple(fields), about.code if about and uses else None, missing)


def _field(places: Places, shape: Shape, schema: Mapping[str, Any]) -> Proposal | None:
    if shape.part is not None and not shape.many:
        return _part(places, shape, shape.part, schema)
    validator = Draft202012Validator(schema)
    by_code = {each.code: each for each in _candidates(places, shape)}
    found = [each for each in by_code.values() if validator.is_valid(each.value)]
    if not found:
        return None
    found = _plainest(found)
    if shape.seen.every:
        found = _united(found, validator)
    return Proposal(shape.name, found[0], tuple(found[1:]))


def _plainest(found: list[Found]) -> list[Found]:
    """Put what says the same without markup before what says it with."""
    if not found[0].is_marked_up:
        return found
    plain = next((each for each in found if each.plain == found[0].plain and not each.is_marked_up), found[0])
    return [plain, *(each for each in found if each is not plain)]


def _part(places: Places, shape: Shape, part: type[Part], schema: Mapping[str, Any]) -> Proposal | None:
    """Propose a part by its fields, whose places are the page's."""
    target = _resolved(schema)
    own = [_field(places, each, field_schema(target, each.name)) for each in shapes(part, named=False)]
    parts = tuple(each for each in own if each is not None)
    if not parts:
        return None
    code = call_code(part.__name__, [(each.name, each.best.code) for each in parts])
    value = {each.name: each.best.value for each in parts}
    return Proposal(shape.name, Found("its parts", code, value), part=part.__name__, parts=parts)


def _resolved(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Follow a reference to a definition of the same schema."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return {**schema.get("$defs", {}).get(name, schema), "$defs": schema.get("$defs", {})}


def _united(found: Sequence[Found], validator: Draft202012Validator) -> list[Found]:
    """Take what all the places hold: each adds what those before it do not hold."""
    best = found[0]
    for each in found[1:]:
        new = [value for value in each.value if value not in best.value]
        if len(new) == len(each.value) and validator.is_valid([*best.value, *new]):
            best = Found(f"{best.told}, {each.told}", _joined(best.code, each.code), [*best.value, *new])
    return [best]


def _joined(best: str, more: str) -> str:
    """Write two lists as one, a list a line."""
    inner = best[1:-2].strip() if best.startswith("[\n    *") else f"*{indented(best)},"
    return f"[\n    {inner}\n    *{indented(more)},\n]"


def _candidates(places: Places, shape: Shape) -> Iterator[Found]:
    """Yield every way to fill a field, best first."""
    own = {JsonPage: f"/{shape.name}", XmlPage: shape.name}.get(type(places.page))
    for place in (*shape.seen.places, *filter(None, [own])):
        if shape.part is not None:
            yield from part_lists(places, shape, shape.part, place)
        elif place != ".":
            for way in places.find(place):
                yield from _list(way, shape) if shape.many else _value(way, shape)


def _list(way: Way, shape: Shape) -> Iterator[Found]:
    """Read a way as a list of values."""
    read, separator = parted(way, shape.seen.separators)
    read = read if separator else tidied(read, shape.seen.pattern)
    if way.many and all_located(read.values):
        yield Found(way.told, listed(read, separator), [value.value for value in read.values if value])


def _value(way: Way, shape: Shape) -> Iterator[Found]:
    """Read a way as one value."""
    read = dated(way) if shape.seen.date else tidied(way, shape.seen.pattern)
    read = read and read.best()
    if read is not None and way.told.endswith(")") and len({value.value for value in read.values if value}) > 1:
        return  # attributes of several elements that differ: which of them is meant, nobody knows
    if read is not None and shape.number:
        read = read.apply(shape.number)
    if read is not None and all_located([read.value]) and len(str(read.value.value)) < _LONGEST:
        yield Found(read.told, read.first, read.value.value)
