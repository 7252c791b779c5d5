"""A JSON Schema made from a record type's attrs class: what its author starts from.

Types come from the annotations, which need not exist at run time (`if TYPE_CHECKING: Text = Sourced[str]`), so the class's source
is read; descriptions come from the `Attributes:` sections of docstrings; a field without a default is required. What a schema says
beyond that, patterns and bounds, its author writes.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
import sys
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from scraper.errors import UsageError
from scraper.records.record import Part

if TYPE_CHECKING:
    from scraper.records.record import Record

Schema = dict[str, Any]

_LEAVES: Final[dict[str, Schema]] = {
    "str": {"type": "string", "minLength": 1},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
}
_LISTS: Final = {"Sequence", "list", "tuple", "List", "Tuple"}
_ATTRIBUTE: Final = re.compile(r"^    (\w+)(?: \([^)]*\))?: (.*(?:\n {6,}.*)*)", re.MULTILINE)


def generate(record: type[Record]) -> Schema:
    """Return a schema (JSON Schema draft 2020-12) for a record type.

    Raises:
        UsageError: A field's annotation says no type that a record can hold, or the class's source cannot be read.
    """
    parts: dict[str, Schema] = {}
    name, _, version = record.TYPE.partition("/")
    made = _object(record, parts)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": record.TYPE}
    head["title"] = f"{name.replace('_', ' ').capitalize()}, version {version}"
    return head | made | ({"$defs": parts} if parts else {})


def _object(type_: type[Part], parts: dict[str, Schema]) -> Schema:
    fields = attrs.fields(cast("Any", type_))
    summary, told = _docstring(type_)
    properties = {}
    for field in fields:
        meant = _meant(_annotation(field, type_), type_, parts)
        properties[field.name] = {**meant, "description": told[field.name]} if field.name in told else meant
    required = [field.name for field in fields if field.default is attrs.NOTHING]
    return {
        **({"description": summary} if summary else {}),
        "type": "object",
        **({"required": required} if required else {}),
        "additionalProperties": False,
        "properties": properties,
    }


def _annotation(field: attrs.Attribute[Any], type_: type[Part]) -> ast.expr:
    text = field.type if isinstance(field.type, str) else inspect.formatannotation(field.type)
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise UsageError(f"{type_.__name__}.{field.name}: its type cannot be read: {text}") from error


def _meant(node: ast.expr, type_: type[Part], parts: dict[str, Schema]) -> Schema:
    """Return the schema that an annotation means."""
    again = functools.partial(_meant, type_=type_, parts=parts)
    match node:
        case ast.Constant(value=str(text)):
            return again(ast.parse(text, mode="eval").body)
        case ast.BinOp(op=ast.BitOr()) | ast.Subscript(value=ast.Name(id="Optional" | "Union")):
            members = [each for each in _members(node) if not (isinstance(each, ast.Constant) and each.value is None)]
            if len(members) == 1:
                return again(members[0])
        case ast.Subscript(value=ast.Name(id="Sourced") | ast.Attribute(attr="Sourced"), slice=inner):
            return again(inner)
        case ast.Subscript(value=ast.Name(id=kind) | ast.Attribute(attr=kind), slice=inner) if kind in _LISTS:
            return {"type": "array", "minItems": 1, "items": again(inner.elts[0] if isinstance(inner, ast.Tuple) else inner)}
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _named(name, type_, parts)
    raise UsageError(f"{type_.__name__}: a record cannot hold {ast.unparse(node)}: values are Sourced, parts, or lists of these")


def _members(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, right=right):
            return [*_members(left), *_members(right)]
        case ast.Subscript(slice=ast.Tuple(elts=members)):
            return members
        case ast.Subscript(slice=member):
            return [member]
    return [node]


def _named(name: str, type_: type[Part], parts: dict[str, Schema]) -> Schema:
    """Return what a name means where a class was defined: a leaf's type, a part, or another name for these."""
    if name in _LEAVES:
        return dict(_LEAVES[name])
    found = vars(sys.modules[type_.__module__]).get(name)
    if isinstance(found, type) and issubclass(found, Part):
        key = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
        if key not in parts:
            parts[key] = {}  # known from here on: a part may hold its like
            parts[key] = {"minProperties": 1, **_object(found, parts)}
        return {"$ref": f"#/$defs/{key}"}
    aliases = _aliases(type_.__module__)
    if name not in aliases:
        raise UsageError(
            f"{type_.__name__}: {name!r} is no type that a record can hold: values are Sourced, parts, or lists of these"
        )
    return _meant(aliases[name], type_, parts)


@functools.cache
def _aliases(module: str) -> dict[str, ast.expr]:
    """Return the names that a module gives to types (`Text = Sourced[str]`), those under `if TYPE_CHECKING` too."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (OSError, TypeError) as error:
        raise UsageError(f"the source of {module} cannot be read: {error}") from error
    found = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = value
    return found


def _docstring(type_: type[Part]) -> tuple[str, dict[str, str]]:
    """Return a docstring's text, and what its `Attributes:` say."""
    text = inspect.getdoc(type_) or ""
    summary, _, attributes = text.partition("\nAttributes:\n")
    told = {found[1]: " ".join(found[2].split()) for found in _ATTRIBUTE.finditer(attributes)}
    return " ".join(summary.split()), told
