"""Schemas: where they are, and whether data satisfies them.

Two validators, one verdict: jsonschema-rs, compiled, accepts good records in microseconds; only what it refuses goes to
jsonschema, the reference implementation, which says what is wrong in words.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from scraper.errors import SchemaViolation, UsageError

_PLACES = (Path(__file__).parents[1] / "schemas", Path(__file__).parents[2] / "schemas")  # installed; in a checkout


@functools.cache
def load_schema(name: str) -> dict[str, Any]:
    """Return a schema (JSON Schema draft 2020-12) by name and version, as in `article/1`.

    Raises:
        UsageError: There is no such schema.
    """
    for place in _PLACES:
        path = place / f"{name}.json"
        if path.is_file():
            schema: dict[str, Any] = orjson.loads(path.read_bytes())
            Draft202012Validator.check_schema(schema)
            return schema
    raise UsageError(f"no schema is named {name!r} (looked in {', '.join(map(str, _PLACES))})")


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
    error = best_match(Draft202012Validator(load_schema(name)).iter_errors(data))
    if error is None:
        raise SchemaViolation(f"refused by the compiled validator of {name} alone: please report this", field="")
    field = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in error.absolute_path)
    raise SchemaViolation(f"{error.message} (schema {name})", field=field)
