"""Schemas: where they are, and whether data satisfies them.

Two validators, one verdict: jsonschema-rs, compiled, accepts good records in microseconds; only what it refuses goes to
jsonschema, the reference implementation, which says what is wrong in words.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import orjson

from scraper.errors import SchemaViolation, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACES = (Path(__file__).parents[1] / "schemas", Path(__file__).parents[2] / "schemas")  # installed; in a checkout

_METASCHEMA = jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"}, validate_formats=True)

_brought: dict[str, dict[str, Any]] = {}


@functools.cache
def load_schema(name: str) -> dict[str, Any]:
    """Return a schema (JSON Schema draft 2020-12) by name and version, as in `article/1`.

    Raises:
        UsageError: There is no such schema.
    """
    path = _own(name)
    if path is not None:
        return _read(path)
    if name in _brought:
        return _brought[name]
    known = ", ".join([f"plugins ({', '.join(sorted(_brought)) or 'none'})", *map(str, _PLACES)])
    raise UsageError(f"no schema is named {name!r} (looked in {known})")


def _own(name: str) -> Path | None:
    """Return the file of one of our own schemas."""
    return next((path for place in _PLACES if (path := place / f"{name}.json").is_file()), None)


def _read(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = orjson.loads(path.read_bytes())
    if not _METASCHEMA.is_valid(schema):
        _explain(schema)
    return schema


def _explain(schema: Any) -> None:
    """Say what is wrong with a schema.

    Raises:
        ValueError: It is none.
    """
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415  # loaded only when something is wrong

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise ValueError(str(error)) from error


def schemas_in(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the schemas of a plugin's folder by name and version: `book/1.json` is `book/1`.

    Raises:
        UsageError: There are none, or one cannot be read, is no schema, or has the name of one of ours.
    """
    found = {}
    for path in sorted(folder.glob("*/*.json")):
        name = f"{path.parent.name}/{path.stem}"
        if not re.fullmatch(r"[a-z0-9_]+/[0-9]+", name) or _own(name):
            raise UsageError(f"{path}: no name for a plugin's schema; small letters and a number, as book/1.json, and none of ours")
        try:
            found[name] = _read(path)
            jsonschema_rs.Draft202012Validator(found[name])
        except (OSError, ValueError) as error:
            raise UsageError(f"{path} is no schema: {error}") from error
    if not found:
        raise UsageError(f"{folder} holds no schemas: they are files like book/1.json")
    return found


def bring(schemas: Mapping[str, dict[str, Any]]) -> None:
    """Make known the schemas of plugins, in place of those that were brought before."""
    if _brought != schemas:
        _brought.clear()
        _brought.update(schemas)
        load_schema.cache_clear()
        _compiled.cache_clear()


@functools.cache
def _compiled(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(load_schema(name))


def check(name: str, data: Any) -> None:
    """Check JSON data against a schema.

    Args:
        name: The schema, as in `article/1`.
        data: Plain JSON values.

    Raises:
        SchemaViolation: The data does not satisfy it; the error names the field.
        UsageError: There is no such schema.
    """
    if _compiled(name).is_valid(data):
        return
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # loaded only when something is wrong
    from jsonschema.exceptions import best_match  # noqa: PLC0415

    error = best_match(Draft202012Validator(load_schema(name)).iter_errors(data))
    if error is None:
        raise SchemaViolation(f"refused by the compiled validator of {name} alone: please report this", field="")
    field = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in error.absolute_path)
    raise SchemaViolation(f"{error.message} (schema {name})", field=field)
