"""The common questions, as SQL that runs: made for the fields and values of the outputs at hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scraper.jobs.querying.columns import record_types, schema_of
from scraper.records.identity import identity_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.jobs.querying.database import Database

_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_]*")


@frozen
class Example:
    """A question in words and in SQL."""

    question: str
    sql: str


def examples(database: Database) -> list[Example]:
    """Return the common questions for what a database holds; none for one without extractions.

    Raises:
        UsageError: The outputs cannot be read.
    """
    types = record_types(database)
    return [*_of_type(database, types[0]), *_GENERAL] if types else []


_GENERAL: Final = (
    Example(
        "How many records of each site have each field?",
        "select site, path, count(distinct (output, number)) as records from pointers group by all order by all",
    ),
    Example(
        "Which selectors and steps made the values of each field?",
        "select site, path, selector, steps, count(*) as n from pointers group by all order by site, path, n desc",
    ),
    Example(
        "What is on the pages and could not be read, and why?",
        "select site, problem.field, problem.reason, count(*) as n, min(url) as example "
        "from (select site, url, unnest(problems) as problem from extractions) group by all order by n desc",
    ),
    Example(
        "Which values does no page hold: constants and look-ups?",
        "select site, path, stated, count(*) as n from pointers where stated is not null group by all order by all",
    ),
)


def _of_type(database: Database, record_type: str) -> Iterator[Example]:
    schema = schema_of(record_type)
    columns = {row[0] for row in database.ask("describe extractions").rows}
    fields = {name: member for name, member in schema.get("properties", {}).items() if name in columns}
    texts = [name for name, member in fields.items() if member.get("type") == "string"]
    keys = [name for name in (identity_fields(record_type) if schema else ()) if name in texts] or texts
    if keys:
        key = keys[0]
        lacking = f"select site, url, number from extractions where {_name(key)} is null"  # noqa: S608  # a quoted name
        yield Example(f"Which captures lack the field {key}?", lacking)
        yield from _origin(database, key)
        other = next((name for name in (*schema.get("required", ()), *texts) if name in texts and name != key), None)
        if other:
            yield _conflict(key, other)
    yield from _nested(fields, schema.get("$defs", {}))


def _origin(database: Database, key: str) -> Iterator[Example]:
    name = _name(key)
    found = next(database.ask(f"select min({name}) from extractions").rows)[0]  # noqa: S608  # a quoted name
    if found is not None:
        value = found.replace("'", "''")
        places = ", ".join(_name(f"{key}{suffix}") for suffix in ("", "_start", "_end", "_selector"))
        yield Example(
            f"Where did this {key} come from: which bytes, of which page, in which archive?",
            f"select {places}, url, date, warc, extractions.offset, length from extractions where {name} = '{value}'",  # noqa: S608  # quoted
        )


def _conflict(key: str, other: str) -> Example:
    values, name = f"count(distinct {_name(other)})", _name(key)
    return Example(
        f"Where do pages of one {key} disagree about the {other}? (scraper merge lists all conflicts)",
        f"select lower({name}) as {name}, list(distinct {_name(other)}) as found, list(distinct site) as sites "  # noqa: S608  # quoted
        f"from extractions where {name} is not null group by 1 having {values} > 1",
    )


def _nested(fields: dict[str, Any], defs: dict[str, Any]) -> Iterator[Example]:
    """A question to the first field that is a list of parts."""
    for field, schema in fields.items():
        part = defs.get(schema.get("items", {}).get("$ref", "").removeprefix("#/$defs/"), {})
        member = next((name for name, each in part.get("properties", {}).items() if each.get("type") == "string"), None)
        if member:
            picks = ", ".join(
                f"unnest({_name(field + suffix)}).{_name(member)} as {_name(member + suffix)}" for suffix in ("", "_start", "_end")
            )
            yield Example(f"What are the {field}, one a row, and where are they?", f"select url, {picks} from extractions")  # noqa: S608  # quoted
            return


def _name(column: str) -> str:
    """Write a column's name in SQL."""
    return column if _PLAIN.fullmatch(column) else '"{}"'.format(column.replace('"', '""'))
