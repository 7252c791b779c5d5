"""The ledger of a job: which shards are done, kept in SQLite beside the output, so that `--resume` skips them.

The folder `.NAME.job` beside the output NAME holds the ledger and the parts: each finished shard's output, under the name of its
key. A shard is entered once its parts are whole and on disk under their names. So whatever dies, and whenever, what is entered is
done, and what is not entered is done again.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import attrs
import orjson

from scraper.archive.place import tag_of
from scraper.errors import UsageError
from scraper.jobs.counts import Counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_TABLES: Final = """
    create table if not exists archive (path text primary key, stamp text, digest text, cuts text) without rowid;
    create table if not exists shard (key text primary key, among text, sizes text, counts text) without rowid;
    create table if not exists finished (output text primary key, stamp text, key text, counts text) without rowid;
"""


@attrs.frozen(slots=True)
class Parts:
    """The part files of a shard."""

    out: Path
    rejects: Path

    def sizes(self) -> str:
        """Their sizes in bytes; raises FileNotFoundError."""
        return f"{self.out.stat().st_size} {self.rejects.stat().st_size}"


class Ledger:
    """What is done of a job; made by `open_ledger`."""

    def __init__(self, folder: Path, database: sqlite3.Connection) -> None:
        self.folder = folder
        self._database = database

    def parts(self, key: str) -> Parts:
        """Return where a shard's output goes."""
        return Parts(self.folder / f"{key}.jsonl.zst", self.folder / f"{key}.rejects.jsonl.zst")

    def archive(self, path: str, stamp: str) -> tuple[str, list[int]] | None:
        """Return an archive's digest and cuts, if it was planned before and has not changed since."""
        row = self._database.execute("select digest, cuts from archive where path = ? and stamp = ?", (path, stamp)).fetchone()
        return (row[0], orjson.loads(row[1])) if row else None

    def enter_archive(self, path: str, stamp: str, digest: str, cuts: Sequence[int]) -> None:
        """Enter how an archive was planned."""
        row = (path, stamp, digest, orjson.dumps(cuts).decode())
        self._write("insert or replace into archive values (?, ?, ?, ?)", row)

    def shard(self, key: str, among: str) -> Counts | None:
        """Return the account of a shard that is done, if its parts are still there, and would be the same.

        Args:
            key: The shard's key.
            among: Stands for the archives around: a shard with revisits is made of what is in them too.
        """
        row = self._database.execute("select among, sizes, counts from shard where key = ?", (key,)).fetchone()
        try:
            there = row is not None and self.parts(key).sizes() == row[1]
        except FileNotFoundError:
            return None
        counts = Counts.of(orjson.loads(row[2])) if there else None
        return counts if counts and (not counts.revisits or row[0] == among) else None

    def enter_shard(self, key: str, among: str, counts: Counts) -> None:
        """Enter a shard whose parts are whole; arguments as for `shard`."""
        row = (key, among, self.parts(key).sizes(), orjson.dumps(counts.to_json()).decode())
        self._write("insert or replace into shard values (?, ?, ?, ?)", row)

    def finished(self, outputs: Sequence[Path], key: str) -> Counts | None:
        """Return the account of the whole job, if these very outputs were made of it and have not been touched since."""
        found = None
        for path in outputs:
            select = "select counts from finished where output = ? and stamp = ? and key = ?"
            found = self._database.execute(select, (str(path), stamp(path), key)).fetchone()
            if found is None:
                return None
        return Counts.of(orjson.loads(found[0])) if found else None

    def enter_finished(self, outputs: Sequence[Path], key: str, counts: Counts) -> None:
        """Enter the outputs of the whole job."""
        for path in outputs:
            row = (str(path), stamp(path), key, orjson.dumps(counts.to_json()).decode())
            self._write("insert or replace into finished values (?, ?, ?, ?)", row)

    def forget_parts(self, *, but: frozenset[str] = frozenset()) -> None:
        """Remove the part files, but for those of some shards."""
        for path in self.folder.glob("*.jsonl.zst*"):
            if path.name.partition(".")[0] not in but:
                path.unlink(missing_ok=True)

    def _write(self, statement: str, row: tuple[str, ...]) -> None:
        with self._database:
            self._database.execute(statement, row)


@contextmanager
def open_ledger(output: Path, *, resume: bool) -> Iterator[Ledger]:
    """Open the ledger of an output, for one process at a time.

    Args:
        output: The job's output; the ledger's folder is beside it.
        resume: Keep what is done; else begin anew.

    Raises:
        UsageError: It cannot be written, or another process has it.
    """
    folder = output.with_name(f".{output.name}.job")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(folder / "ledger.sqlite", timeout=0)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"cannot write {folder}: {getattr(error, 'strerror', None) or error}") from error
    try:
        _prepare(database, resume=resume)
        ledger = Ledger(folder, database)
        if not resume:
            ledger.forget_parts()
        yield ledger
    except sqlite3.OperationalError as error:
        raise UsageError(f"{folder / 'ledger.sqlite'}: {error}; does another job write {output.name} now?") from error
    except sqlite3.DatabaseError as error:
        raise UsageError(f"{folder / 'ledger.sqlite'} is no ledger any more ({error}): remove {folder}") from error
    finally:
        database.close()


def _prepare(database: sqlite3.Connection, *, resume: bool) -> None:
    """Lock the database, and make the tables."""
    database.execute("pragma locking_mode = exclusive")
    database.execute("begin immediate")
    if not resume:
        for table in ("archive", "shard", "finished"):
            database.execute(f"drop table if exists {table}")
    database.commit()
    database.executescript(_TABLES)


def stamp(path: Path) -> str:
    """What tells that an output has changed; empty when it is not there."""
    try:
        return tag_of(path)
    except OSError:
        return ""
