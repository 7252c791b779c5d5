"""Reading output files, for the commands that look back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scraper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


def read_lines(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Yield the number (from 1), the end offset in bytes, and the content of each non-blank line of an output file.

    Raises:
        UsageError: The file cannot be read.
    """
    end = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                end += len(line)
                if line.strip():
                    yield number, end, line
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error


def where_archives_are(output: Path) -> list[Path]:
    """Return the folders in which archives are looked for when none is named: the output's, this one, and its `archives`."""
    return [output.absolute().parent, Path.cwd(), Path.cwd() / "archives"]
