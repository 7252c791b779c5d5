"""The rejects file of a crawl: the lines that `scraper extract` writes to its own, for the pages that reached the spider."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from attrs import define

from scraper.errors import ArchiveError

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.records import Rejection


@define
class Rejects:
    """An open rejects file; lines are appended, as Scrapy does with the items of a feed.

    Attributes:
        path: The file.
    """

    path: Path
    _file: int

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a file, and make its folder if need be.

        Raises:
            ArchiveError: It cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return cls(path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666))
        except OSError as error:
            raise ArchiveError(f"cannot open the rejects file for writing: {error.strerror}", path=path) from error

    def add(self, rejection: Rejection) -> None:
        """Write a line; it is with the operating system when this returns.

        Raises:
            ArchiveError: The disk is full or failing.
        """
        line = rejection.line()
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError as error:
            raise ArchiveError(f"cannot write the rejects file: {error.strerror}", path=self.path) from error

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
