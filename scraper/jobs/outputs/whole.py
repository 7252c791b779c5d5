"""Files that are there whole or not at all: a file of the asked name is always complete, whatever was killed."""

from __future__ import annotations

import contextlib
import os
from typing import IO, TYPE_CHECKING

from scraper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """Open a file under a temporary name beside it, and rename it once it is on the disk and the block ended well.

    Args:
        path: The name that the file gets; its folder is made when it is missing.

    Yields:
        The file, empty, for writing and reading back. Nothing is left of it when the block raises.

    Raises:
        UsageError: The file cannot be written. Errors of the block's own writes are the block's: see `writing`.
    """
    part = path.with_name(f".{path.name}.part")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = part.open("w+b")
    try:
        yield file
        with writing(path):
            _settle(file)
            part.replace(path)
            _settle_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):  # a full disk refuses the last bytes of what is being thrown away
            file.close()
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says about a write into one line that names the file.

    Raises:
        UsageError: The block raised OSError.
    """
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()


def _settle_folder(folder: Path) -> None:
    """Make the new name last: it stands in the folder, which is written by itself."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
