"""The columns of a Parquet output: they follow from the schemas of the record types, so they are the same whatever the data.

    type · site · layout · site_version · the capture's (url, date, …) · the record's · problems · line

Each field of the record is a column of its name and JSON type, lists and parts nested as they are. Beside it stand `NAME_start`,
`NAME_end` and `NAME_selector`, nested alike: where in the payload each value was read (first byte, the byte behind the last, over
all its spans) and how it was found. `line` is the extraction itself: the columns are a view of it for analysts, and it is what
reads back byte for byte, steps and all.

What a column cannot hold (a number beyond 64 bits; data that breaks its schema) is null there and whole in `line`. What a schema
leaves open becomes JSON text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson
import pyarrow as pa
from attrs import field, frozen

from scraper.errors import UsageError
from scraper.records import load_schema
from scraper.records.leaves import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Json = dict[str, Any]
    Spread = tuple[Any, Any, Any, Any]

_PLACES: Final = {"_start": pa.int64(), "_end": pa.int64(), "_selector": pa.string()}
_SITE: Final = {"site": "name", "layout": "layout", "site_version": "version"}
_PROBLEM: Final = pa.struct([
    ("field", pa.string()), ("start", pa.int64()), ("end", pa.int64()), ("source", pa.string()), ("reason", pa.string())
])  # fmt: skip
_KEPT: Final = {"output", "number"}  # for `scraper query`
_INT64: Final = range(-(2**63), 2**63)
_SCALARS: Final = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
_NOTHING: Final = (None, None, None, None)


@frozen
class Shape:
    """An Arrow type taken apart, for a quick walk along a value.

    Attributes:
        type: The Arrow type.
        members: Of a struct, each member's name, its part of a JSON Pointer, and its shape.
        item: Of a list, its items' shape.
    """

    type: pa.DataType
    members: tuple[tuple[str, str, Shape], ...] = ()
    item: Shape | None = None

    @classmethod
    def of(cls, kind: pa.DataType) -> Shape:
        """Take a type apart."""
        if pa.types.is_struct(kind):
            return cls(kind, tuple((each.name, f"/{escaped(each.name)}", cls.of(each.type)) for each in kind))
        return cls(kind, item=cls.of(kind.value_type) if pa.types.is_list(kind) else None)


@frozen
class Column:
    """A column for a field of records.

    Attributes:
        name: Its name; beside it stand the columns `NAME_start`, `NAME_end` and `NAME_selector`.
        type: Its Arrow type.
        fields: The field it holds, by record type.
    """

    name: str
    type: pa.DataType
    fields: dict[str, str] = field(factory=dict)
    shape: Shape = field(init=False)

    @shape.default
    def _make_shape(self) -> Shape:
        return Shape.of(self.type)

    def names(self) -> tuple[str, ...]:
        """Return the names of the four columns: the values, their starts, ends and selectors."""
        return self.name, *(f"{self.name}{suffix}" for suffix in _PLACES)

    def spread(self, data: Json) -> Spread:
        """Return an extraction's values for the four columns."""
        key = self.fields.get(data["type"])
        if key is None or key not in data["record"]:
            return _NOTHING
        return _spread(data["record"][key], self.shape, f"/{escaped(key)}", data["provenance"])

    def arrow(self) -> dict[str, pa.DataType]:
        """Return the Arrow types of the four columns, by name."""
        return dict(zip(self.names(), (self.type, *(_alike(self.type, leaf) for leaf in _PLACES.values())), strict=True))


@frozen
class Columns:
    """The columns of an output, see `lay_out`.

    Attributes:
        types: The record types.
        capture: The columns of the capture.
        fields: The columns of the records' fields.
        schema: All columns.
    """

    types: frozenset[str]
    capture: dict[str, Shape]
    fields: tuple[Column, ...]
    schema: pa.Schema

    def batch(self, extractions: Sequence[tuple[str, Json]]) -> pa.RecordBatch:
        """Return rows for extractions, each given as its line (without line feed) and as data."""
        columns = {name: [] for name in self.schema.names}  # type: dict[str, list[Any]]
        for line, data in extractions:
            for name, value in self._row(line, data):
                columns[name].append(value)
        arrays = [pa.array(columns[each.name], each.type) for each in self.schema]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _row(self, line: str, data: Json) -> Iterator[tuple[str, Any]]:
        yield "type", data["type"]
        for name, key in _SITE.items():
            yield name, data["site"][key]
        for name, shape in self.capture.items():
            yield name, _spread(data["capture"].get(name), shape, "", {})[0]
        for column in self.fields:
            yield from zip(column.names(), column.spread(data), strict=True)
        yield "problems", [_problem(each) for each in data.get("problems", ())]
        yield "line", line


def lay_out(types: Iterable[str]) -> Columns:
    """Return the columns for records of some types, as in `article/1`; their order does not matter.

    Fields of one name and type share a column; a name that is taken gets an underscore behind it. A type without a schema, from a
    plugin that is not installed here, has no columns of its own.
    """
    known = frozenset(types)
    extraction = load_schema("extraction/1")
    capture = arrow_types(extraction["properties"]["capture"], extraction.get("$defs", {})) | {"date": pa.timestamp("us")}
    head = dict.fromkeys(("type", *_SITE), pa.string()) | capture
    tail = {"problems": pa.list_(_PROBLEM), "line": pa.string()}
    fields = _columns(sorted(known), {name.casefold() for name in head | tail} | _KEPT)
    found = head | {name: kind for each in fields for name, kind in each.arrow().items()} | tail
    return Columns(known, {name: Shape.of(kind) for name, kind in capture.items()}, fields, pa.schema(list(found.items())))


def _columns(types: list[str], taken: set[str]) -> tuple[Column, ...]:
    """Give each field of each record type its column."""
    columns: dict[tuple[str, pa.DataType], Column] = {}
    for record_type in types:
        for key, kind in _record_types(record_type).items():
            if (key, kind) not in columns:
                columns[key, kind] = column = Column(_free(key, taken), kind)
                taken |= {name.casefold() for name in column.arrow()}
            columns[key, kind].fields[record_type] = key
    return tuple(columns.values())


def _free(name: str, taken: set[str]) -> str:
    """Return a name of which neither itself nor a place's is taken; DuckDB's names know no case."""
    while any(f"{name}{suffix}".casefold() in taken for suffix in ("", *_PLACES)):
        name += "_"
    return name


def _record_types(record_type: str) -> dict[str, pa.DataType]:
    try:
        schema = load_schema(record_type)
    except UsageError:
        return {}
    return arrow_types(schema, schema.get("$defs", {}))


def arrow_types(schema: Json, defs: Json) -> dict[str, pa.DataType]:
    """Return the Arrow types of an object's properties, from its JSON Schema and the definitions this refers to."""
    return {name: _arrow(member, defs, ()) for name, member in schema.get("properties", {}).items()}


def _arrow(schema: Json, defs: Json, within: tuple[str, ...]) -> pa.DataType:
    """Return the Arrow type for a JSON Schema; text for what the schema leaves open, or what holds itself."""
    match schema:
        case {"$ref": str() as reference}:
            name = reference.removeprefix("#/$defs/")
            return _arrow(defs[name], defs, (*within, name)) if name in defs and name not in within else pa.string()
        case {"type": "array", "items": dict() as items}:
            return pa.list_(_arrow(items, defs, within))
        case {"type": "object", "properties": dict() as members} if members:
            return pa.struct([(name, _arrow(member, defs, within)) for name, member in members.items()])
        case {"type": "integer" | "number" | "boolean" as name}:
            return _SCALARS[name]
    return pa.string()


def _alike(kind: pa.DataType, leaf: pa.DataType) -> pa.DataType:
    """Return a type nested as another, with leaves of one type."""
    if pa.types.is_list(kind):
        return pa.list_(_alike(kind.value_type, leaf))
    if pa.types.is_struct(kind):
        return pa.struct([(member.name, _alike(member.type, leaf)) for member in kind])
    return leaf


def _spread(value: Any, shape: Shape, path: str, provenance: Json) -> Spread:
    """Return a value, and in its shape the starts, ends and selectors of its leaves."""
    if shape.members:
        return _spread_part(value, shape, path, provenance) if isinstance(value, dict) else _NOTHING
    if shape.item:
        return _spread_list(value, shape.item, path, provenance) if isinstance(value, list) else _NOTHING
    if value is None:
        return _NOTHING
    pointer = provenance.get(path, {})
    return _fitted(value, shape.type), *_extent(pointer), pointer.get("selector")


def _spread_part(value: Json, shape: Shape, path: str, provenance: Json) -> Spread:
    values, starts, ends, selectors = {}, {}, {}, {}
    for name, part, member in shape.members:
        if name in value:
            found = _spread(value[name], member, path + part, provenance)
            values[name], starts[name], ends[name], selectors[name] = found
    return values, starts, ends, selectors


def _spread_list(value: list[Any], item: Shape, path: str, provenance: Json) -> Spread:
    if not value:
        return [], [], [], []
    values, starts, ends, selectors = zip(
        *(_spread(member, item, f"{path}/{index}", provenance) for index, member in enumerate(value)), strict=True
    )
    return values, starts, ends, selectors


def _extent(pointer: Json) -> tuple[int | None, int | None]:
    """Return the first byte of a pointer's or problem's spans, and the byte behind the last."""
    spans = pointer.get("spans")
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else (None, None)


def _problem(problem: Json) -> Json:
    start, end = _extent(problem)
    return problem | {"start": start, "end": end}


def _fitted(value: Any, kind: pa.DataType) -> Any:
    """Return a leaf as its column takes it, or None."""
    if pa.types.is_string(kind):
        return value if isinstance(value, str | None) else orjson.dumps(value).decode()
    match value:
        case str() if pa.types.is_timestamp(kind):
            return _moment(value)
        case bool():
            return value if pa.types.is_boolean(kind) else None
        case int() | float() if pa.types.is_integer(kind):
            return int(value) if value == value // 1 and int(value) in _INT64 else None
        case int() | float() if pa.types.is_floating(kind):
            return float(value)
    return None


def _moment(date: str) -> datetime | None:
    """Read a WARC date (W3C date-time, as precise as it is) as UTC without zone."""
    try:
        found = datetime.fromisoformat(date)
    except ValueError:
        return None
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
