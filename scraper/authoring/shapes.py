"""What a record type is made of: its fields, read from the attrs class, and where pages show them.

Knows no record type. A type that says nowhere what its fields are seen as is looked for by their names: `price` is a meta `price`,
a member of that name in JSON-LD, an element of that class.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

import scraper.records
from scraper.errors import UsageError
from scraper.records import Record
from scraper.records.record import Part
from scraper.records.schemas import load_schema
from scraper.records.seen import Seen, seen, seen_as

if TYPE_CHECKING:
    from collections.abc import Iterator

_TITLES: Final = {"title", "name", "headline"}
_DATE: Final = re.compile(r"(?:^|_)(?:date|published|created|updated|modified|issued)(?:$|_)")
_LISTS: Final = {"Sequence", "list", "tuple", "List", "Tuple"}
_NUMBERS: Final = {"int", "float"}


@attrs.frozen(slots=True)
class Shape:
    """One field.

    Attributes:
        name: Its name.
        seen: Where pages show it.
        many: Whether it is a list.
        part: The type of its parts; None for values.
        number: The step that makes a number of a text: `int` or `float`; None for texts.
    """

    name: str
    seen: Seen
    many: bool = False
    part: type[Part] | None = None
    number: str | None = None


def shapes(type_: type[Part], *, named: bool | None = None) -> list[Shape]:
    """Return the fields of a record type, or of a part's, that pages may show.

    Args:
        type_: The attrs class.
        named: Whether fields are looked for by their names; by default where nothing is said of any.
    """
    fields = attrs.fields(cast("Any", type_))
    by_name = not any(map(seen, fields)) if named is None else named
    return [_shape(field, type_, by_name=by_name) for field in fields]


def _shape(field: attrs.Attribute[Any], type_: type[Part], *, by_name: bool) -> Shape:
    words = re.findall(r"\w+", field.type if isinstance(field.type, str) else repr(field.type))
    known = vars(sys.modules[type_.__module__])
    part = next((found for found in map(known.get, words) if isinstance(found, type) and issubclass(found, Part)), None)
    number = next((word for word in words if word in _NUMBERS), None)
    said = seen(field) or (_seen_by_name(field.name) if by_name else Seen())
    return Shape(field.name, said, many=not _LISTS.isdisjoint(words), part=part, number=number)


def _seen_by_name(name: str) -> Seen:
    """Say where a field stands whose type says nothing: where pages name it."""
    camel = re.sub(r"_(\w)", lambda found: found[1].upper(), name)
    places = f"{name} og:{name} article:{name} product:{name} /{camel} //{camel} <[itemprop={camel}]> <.{name}>"
    places += " /headline /name og:title <h1> <title>" if name in _TITLES else ""
    date = bool(_DATE.search(name))
    return next(iter(seen_as(places + (" <time::attr(datetime)>" if date else ""), date=date).values()))


def record_types() -> list[type[Record]]:
    """Return every record type that is loaded, the bundled ones and those of plugins, by name."""
    for module in pkgutil.iter_modules(scraper.records.__path__, f"{scraper.records.__name__}."):
        importlib.import_module(module.name)
    return sorted(_below(Record), key=lambda type_: type_.TYPE)


def _below(type_: type[Record]) -> Iterator[type[Record]]:
    for each in type_.__subclasses__():
        if "TYPE" in vars(each) and "__attrs_attrs__" in vars(each):  # not the class that attrs made a slotted one of
            yield each
        yield from _below(each)


def record_type(name: str) -> type[Record]:
    """Return a record type by name, with or without its version.

    Raises:
        UsageError: There is none of that name.
    """
    known = record_types()
    for type_ in known:
        if name in {type_.TYPE, type_.TYPE.partition("/")[0], type_.__name__}:
            return type_
    raise UsageError(f"no record type is named {name!r}; known: {', '.join(type_.TYPE for type_ in known)}")


def schema_of(type_: type[Record]) -> dict[str, Any]:
    """Return a record type's schema; an empty one, which allows everything, where there is none."""
    try:
        return load_schema(type_.TYPE)
    except UsageError:
        return {}


def field_schema(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what a schema says of one field, with the definitions that it refers to."""
    return {"$defs": schema.get("$defs", {}), **schema.get("properties", {}).get(name, {})}
