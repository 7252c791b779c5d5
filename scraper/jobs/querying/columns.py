"""What the columns of an output mean, in the words of the schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scraper.errors import UsageError
from scraper.records import load_schema

if TYPE_CHECKING:
    from scraper.jobs.querying.database import Database

_OURS = {
    "output": "The output file.",
    "number": "The extraction's number in it, from 1, as `scraper explain` takes it.",
    "type": "The record's type.",
    "site": "The site that extracted the record.",
    "layout": "The site's layout.",
    "site_version": "The site's version.",
    "problems": "Values that are on the page and could not be read.",
    "line": "The extraction itself, as JSON.",
}


def record_types(database: Database) -> list[str]:
    """Return the types of the records in a database, the most frequent first."""
    return [name for (name,) in database.ask("select type from extractions group by type order by count(*) desc, type").rows]


def schema_of(record_type: str) -> dict[str, Any]:
    """Return the schema of a record type; an empty one for a type of a plugin that is not installed here."""
    try:
        return load_schema(record_type)
    except UsageError:
        return {}


def described_columns(database: Database) -> list[tuple[str, str, str]]:
    """Return name, SQL type and description of each column of `extractions`, but those for places: `NAME_start` and so on."""
    described = list(database.ask("describe extractions").rows)
    names = {row[0] for row in described}
    known = _descriptions(record_types(database)) | _OURS
    return [
        (name, kind, known.get(name, ""))
        for name, kind, *_ in described
        if not any(name.endswith(suffix) and name.removesuffix(suffix) in names for suffix in ("_start", "_end", "_selector"))
    ]


def _descriptions(types: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for schema in (*(schema_of(each) for each in types), load_schema("extraction/1")["properties"]["capture"]):
        defs = schema.get("$defs", {})
        for name, member in schema.get("properties", {}).items():
            behind = defs.get(member.get("$ref", "").removeprefix("#/$defs/"), {})
            found.setdefault(name, member.get("description") or behind.get("description", ""))
    return found
