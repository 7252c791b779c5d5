"""`scraper schema`: a schema to start from, made of a record type, and whether one schema may follow another."""

from __future__ import annotations

import functools
import importlib
import json
from pathlib import Path
from typing import Any

import click
import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from scraper.authoring.shapes import record_type
from scraper.cli.console import stdout
from scraper.errors import UsageError
from scraper.records import Record, load_schema
from scraper.records.compatible import changes
from scraper.records.generate import generate
from scraper.sites import load_registry


class _Schema(click.Group):
    """Takes what is no subcommand for the name of a record type."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Return a subcommand, or the one that prints a schema of this name."""
        known = super().get_command(ctx, cmd_name)
        return known or click.Command(
            cmd_name, callback=functools.partial(_print, cmd_name), help=f"Print the schema of {cmd_name}."
        )


@click.group("schema", cls=_Schema, subcommand_metavar="NAME | diff OLD NEW")
def command() -> None:
    """Print a JSON Schema made from a record type's attrs class, as a starting point; or compare two schemas.

    NAME is a record type (article, article/1, book/1) of a plugin or of ours, or a class (plugins.books.book:Book). Types come from
    the annotations, descriptions from the docstring's Attributes, and fields without a default are required.

    \b
    Examples:
      scraper schema book/1 > plugins/books/schemas/book/1.json
      scraper schema plugins.books.book:Book
      scraper schema diff schemas/article/1.json article-new.json
    """


def _print(name: str) -> None:
    load_registry()  # plugins bring record types
    click.echo(json.dumps(generate(_class(name) if ":" in name else record_type(name)), indent=2, ensure_ascii=False))


def _class(name: str) -> type[Record]:
    """Return the class that `module:Class` names.

    Raises:
        UsageError: There is none, or it is no record type.
    """
    module, _, attribute = name.partition(":")
    try:
        found: Any = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"{name} cannot be imported: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Record) and hasattr(found, "TYPE")):
        raise UsageError(f"{name} is no record type: those are attrs classes under Record with a TYPE")
    return found


@command.command("diff")
@click.argument("old")
@click.argument("new")
def diff(old: str, new: str) -> None:
    """Say for each field what is different between two schemas, and whether the new one may replace the old one.

    OLD and NEW are files, or names of schemas (article/1). Compatible is what leaves every old record valid and gives readers
    no type that they do not know: a new optional field, a looser bound. Removing, renaming, requiring a field, or changing its
    type is not: that takes a new version, and a migration.

    Exit codes: 0 compatible; 1 not; 2 a schema cannot be read.
    """
    load_registry()  # plugins bring schemas
    found = changes(_schema(old), _schema(new))
    for change in found:
        stdout.print(f"{'compatible' if change.compatible else 'INCOMPATIBLE':<13} {change.field or '(the record)'}: {change.what}")
    bad = sum(not change.compatible for change in found)
    stdout.print(f"{bad} of {len(found)} changes are incompatible: a new version is needed" if bad else _good(len(found)))
    raise SystemExit(bool(bad))


def _good(count: int) -> str:
    return f"compatible: {count} changes" if count else "compatible: no change"


def _schema(name: str) -> dict[str, Any]:
    """Return a schema by its file or name.

    Raises:
        UsageError: There is none, or it is no schema.
    """
    path = Path(name)
    if not path.is_file():
        return load_schema(name)
    try:
        schema: dict[str, Any] = orjson.loads(path.read_bytes())
        Draft202012Validator.check_schema(schema)
    except (OSError, ValueError, SchemaError) as error:
        raise UsageError(f"{path} is no schema: {error}") from error
    return schema
