"""`scraper query`: SQL questions to outputs."""

from __future__ import annotations

import csv
import shlex
import sys
from itertools import islice
from pathlib import Path
from typing import Final

import click
from rich.table import Table
from rich.text import Text

from scraper.cli.console import stdout
from scraper.cli.reading import reading
from scraper.errors import UsageError
from scraper.jobs.querying import Answer, Database, as_json, described_columns, examples, open_database
from scraper.sites import load_registry

_SHOWN: Final = 100  # rows of a table
_DEPTH: Final = 60  # characters of a column's type


@click.command("query")
@click.argument("outputs", nargs=-1, required=True, metavar="OUT… [SQL]")
@click.option("--format", "form", type=click.Choice(["table", "csv", "jsonl"]), help="Default: a table on a terminal, else CSV.")
def command(outputs: tuple[str, ...], form: str | None) -> None:
    """Ask outputs in SQL (DuckDB).

    The outputs together are the view `extractions`: a column for each field of the record, beside it where in the page it was read
    (NAME_start, NAME_end: bytes of the payload; NAME_selector), and the capture and site. The view `pointers` has a row for each
    value. Without SQL, the columns and the common questions are shown, ready to run.

    Parquet is read directly; other formats are converted first each time (to ask often: scraper convert). SQL can read the outputs
    and nothing else. Needs: pip install 'scraper[parquet]'.

    \b
    Examples:
      scraper query out.parquet
      scraper query out.parquet "select site, count(*) from extractions group by all"
      scraper query old.parquet new.jsonl.zst "from extractions where title is null" --format jsonl
    """
    files, sql = _told_apart(outputs)
    load_registry()  # plugins bring schemas
    with reading("convert", files) as notice, open_database(files, notice) as database:
        if sql is None:
            _show_help(database)
        else:
            _show(database.ask(sql), form or ("table" if stdout.is_terminal else "csv"))


def _told_apart(words: tuple[str, ...]) -> tuple[list[Path], str | None]:
    """Tell the files from the statement: the last word, when it has white space in it and is no file."""
    *files, last = words
    if len(last.split()) > 1 and not Path(last).exists():
        if not files:
            raise UsageError("query takes output files before the SQL; see scraper query --help")
        return [Path(each) for each in dict.fromkeys(files)], last
    return [Path(each) for each in dict.fromkeys(words)], None


def _show(answer: Answer, form: str) -> None:
    if form == "table":
        _show_table(answer)
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows([_cell(value) for value in row] for row in answer.rows)
    else:
        for row in answer.rows:
            sys.stdout.write(as_json(dict(zip(answer.columns, row, strict=True))) + "\n")


def _cell(value: object) -> str:
    """Write a value as text: nothing for null, lists and parts as JSON."""
    return "" if value is None else value if isinstance(value, str) else as_json(value).strip('"')


def _show_table(answer: Answer) -> None:
    table = Table()
    for name in answer.columns:
        table.add_column(name, overflow="fold")
    for row in islice(answer.rows, _SHOWN):
        table.add_row(*(Text(_cell(value)) for value in row))
    stdout.print(table, soft_wrap=False)
    if next(answer.rows, None) is not None:
        stdout.print(f"the first {_SHOWN} rows; --format csv or jsonl gives all")


def _show_help(database: Database) -> None:
    table = Table("column", "type", "what it is", title="extractions", title_justify="left", box=None)
    for name, kind, what in described_columns(database):
        table.add_row(name, kind if len(kind) <= _DEPTH else f"{kind[: _DEPTH - 1]}…", what)
    stdout.print(table, soft_wrap=False)
    stdout.print("Beside each field of the record: NAME_start, NAME_end (bytes of the payload), NAME_selector.")
    files = " ".join(shlex.quote(str(path)) for path in database.outputs)
    for example in examples(database):
        stdout.print(f"\n{example.question}\n  scraper query {files} {_quoted(example.sql)}")


def _quoted(sql: str) -> str:
    """Quote a statement for a shell: readably where that is safe."""
    return shlex.quote(sql) if set(sql) & set('"$`\\!') else f'"{sql}"'
