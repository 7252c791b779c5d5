"""Outputs as a DuckDB database of two views, sealed: no network, no extensions, no other files.

    extractions   a row for each extraction, from all outputs: `output`, `number`, and the columns of scraper.jobs.outputs.columns
    pointers      a row for each value: whose it is, `field`, `path` (the field without list positions: /authors/*/name), and what
                  its pointer says, in the words of the line: spans, as, selector, steps, stated, unlocated

Parquet is read as it is. Outputs in other formats are turned into Parquet in a temporary folder first, which takes a while for
large ones: to ask more than once, `scraper convert` them.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson
from attrs import frozen

from scraper.errors import UsageError
from scraper.jobs.outputs import Line, copy_lines, is_parquet, open_sink
from scraper.jobs.outputs.extras import need

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

    Notice = Callable[[Path, Line], None]

_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_ROWS: Final = 1000  # rows fetched at once
_EXTRACTIONS: Final = "select {name} as output, file_row_number + 1 as number, * exclude (file_row_number) from {source}"
_POINTER: Final = 'STRUCT(spans BIGINT[][], "as" VARCHAR[], selector VARCHAR, steps JSON, stated VARCHAR, unlocated VARCHAR)'
# The pointers of a line are unnested from one list: a lateral join with json_each takes a hundred times as long.
_POINTERS: Final = rf"""
create view pointers as
select * exclude (entry), entry.key as field, regexp_replace(entry.key, '/[0-9]+\b', '/*', 'g') as path,
    unnest(entry.value)
from (
    select output, number, type, site, layout, url, date, warc, extractions.offset, length, record_id, payload_sha256,
        unnest(map_entries(from_json(line->'$.provenance', '{orjson.dumps(f"MAP(VARCHAR, {_POINTER})").decode()}'))) as entry
    from extractions
)
"""  # noqa: S608  # nothing from outside goes in


@frozen
class Answer:
    """What a statement answers.

    Attributes:
        columns: The columns' names.
        rows: The rows, read as they are asked for.
    """

    columns: list[str]
    rows: Iterator[tuple[Any, ...]]


@frozen
class Database:
    """Outputs, open for questions; see `open_database`.

    Attributes:
        outputs: The files.
    """

    outputs: tuple[Path, ...]
    _connection: DuckDBPyConnection

    def ask(self, sql: str, values: Sequence[Any] = ()) -> Answer:
        """Run a statement.

        Args:
            sql: The statement, in DuckDB's SQL.
            values: For its question marks.

        Raises:
            UsageError: DuckDB cannot run it; the error is DuckDB's.
        """
        with _explained():
            done = self._connection.execute(sql, values)
        return Answer([name for name, *_ in done.description or ()], _rows(done))


@contextlib.contextmanager
def open_database(outputs: Sequence[Path], notice: Notice = lambda _path, _line: None) -> Iterator[Database]:
    """Open outputs for questions.

    Args:
        outputs: The files, in any format.
        notice: Called for each line that is turned into Parquet, for progress.

    Raises:
        UsageError: A file cannot be read, or the extra is not installed.
    """
    need("duckdb", "to query outputs")
    need("pyarrow", "to query outputs")
    import duckdb  # noqa: PLC0415  # an extra

    with tempfile.TemporaryDirectory(prefix="scraper-query-") as name, duckdb.connect(config=_SETTINGS) as connection:
        folder = Path(name)
        sources = [_as_parquet(path, folder / f"{number}.parquet", notice) for number, path in enumerate(outputs)]
        with _explained():
            _seal(connection, folder, sources)
            _make_views(connection, outputs, sources)
        yield Database(tuple(outputs), connection)


def _as_parquet(path: Path, place: Path, notice: Notice) -> Path:
    """Put an output into the folder that DuckDB may read, under a name that holds nothing special."""
    if is_parquet(path):
        place.symlink_to(path.absolute())
    else:
        with open_sink(place) as sink:
            copy_lines(path, sink, lambda line: notice(path, line))
    return place


def _seal(connection: DuckDBPyConnection, folder: Path, sources: Sequence[Path]) -> None:
    """Leave the connection nothing but the outputs, and the folder to spill to."""
    real = [str(path.resolve()) for path in sources]
    for setting, value in (("temp_directory", str(folder)), ("allowed_directories", [str(folder)]), ("allowed_paths", real)):
        connection.execute(f"set {setting} = {_literal(value)}")
    connection.execute("set enable_progress_bar = false")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def _make_views(connection: DuckDBPyConnection, outputs: Sequence[Path], sources: Sequence[Path]) -> None:
    selects = [
        _EXTRACTIONS.format(name=_literal(str(path)), source=f"read_parquet({_literal(str(source))}, file_row_number = true)")
        for path, source in zip(outputs, sources, strict=True)
    ]
    connection.execute(f"create view extractions as {' union all by name '.join(selects)}")
    connection.execute(_POINTERS)


def _literal(value: str | list[str]) -> str:
    """Write a string, or a list of strings, in SQL."""
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return "'{}'".format(value.replace("'", "''"))


def _rows(done: DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while True:
        with _explained():
            rows = done.fetchmany(_ROWS)
        if not rows:
            return
        yield from rows


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Turn DuckDB's errors into ours."""
    import duckdb  # noqa: PLC0415  # an extra

    try:
        yield
    except duckdb.Error as error:
        raise UsageError(f"DuckDB says: {error}") from error
