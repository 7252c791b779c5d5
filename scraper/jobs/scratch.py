"""Room on disk for what does not fit into memory, gone when it is no longer needed.

It is a private SQLite database in the system's folder for temporary files (`SQLITE_TMPDIR` names another), which the system removes
even when the process is killed.
"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

from scraper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def open_scratch(what: str) -> Iterator[sqlite3.Connection]:
    """Open an empty database; it is gone when the block ends.

    Args:
        what: What needs the room, for messages: "merging".

    Raises:
        UsageError: The disk is full, or cannot be written.
    """
    try:
        with contextlib.closing(sqlite3.connect("")) as database:
            database.executescript("pragma synchronous = off; pragma journal_mode = off;")
            yield database
    except sqlite3.Error as error:
        raise UsageError(f"{what} needs room for temporary files (SQLITE_TMPDIR names the folder): {error}") from error
