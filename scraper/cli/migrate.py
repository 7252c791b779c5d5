"""`scraper migrate`: old output lines in the newest version of their record types, every pointer kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from scraper.cli.console import progress, stderr, stdout
from scraper.errors import ScraperError, UsageError
from scraper.jobs.outputs import open_sink, read_lines
from scraper.records import check, migrate
from scraper.sites import load_registry
from scraper.sites.guest import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scraper.records import Migration


@click.command("migrate")
@click.argument("output", type=click.Path(path_type=Path))
@click.option("-o", "--new", required=True, type=click.Path(path_type=Path), help="Where the new lines go.")
def command(output: Path, new: Path) -> None:
    """Bring the lines of an output file to the newest version of their record types.

    Migrations are registered by plugins (scraper_migrations). Values move with their pointers, so that `scraper verify` says of
    the new file what it says of the old one. A line that no migration concerns, or whose migration fails, stays byte for byte as
    it was.

    Exit codes: 0 done; 1 a line could not be migrated (each is named); 2 the file cannot be read or written.
    """
    if new.absolute() == output.absolute():
        raise UsageError(f"{new}: old and new lines cannot be in the same file")
    migrations = [each for plugin in load_registry().plugins for each in plugin.migrations]
    number = migrated = failed = 0
    with progress("migrate", output.stat().st_size if output.is_file() else 0) as report, open_sink(new) as sink:
        for number, end, line in read_lines(output):
            made, error = _migrated(line, migrations)
            migrated += made != line
            if error:
                failed += 1
                stderr.print(f"{output}:{number} stays as it was: {error}")
            sink.write(made)
            report(end, number)
    stdout.print(f"{number} lines = migrated {migrated} + unchanged {number - migrated - failed} + failed {failed}")
    raise SystemExit(bool(failed))


def _migrated(line: bytes, migrations: Sequence[Migration]) -> tuple[bytes, str | None]:
    """Return the new line, or the line itself and what is wrong."""
    try:
        data = orjson.loads(line)
        check("extraction/1", data)
        made = migrate(data, migrations)
    except (orjson.JSONDecodeError, ScraperError) as error:
        return line, told(error)
    except Exception as error:  # noqa: BLE001  # a migration is a plugin's code: anything may come
        return line, f"its migration raised {told(error)}"
    return (line if made is data else orjson.dumps(made, option=orjson.OPT_APPEND_NEWLINE)), None
