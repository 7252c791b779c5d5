"""WACZ 1.1.1: a ZIP with archives in its `archive/` folder. Each of them is copied, record by record.

A ZIP is hostile until proven otherwise: names in it are never used as names of files, and what a member inflates to is
bounded, whatever its header says.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from scraper.archive.loaders.drafts import Outcome, Rejected
from scraper.archive.loaders.foreign import archive_records
from scraper.errors import LoadError, NotAnArchive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive.loaders.inputs import Source

_MEMBER: Final = re.compile(r"archive/.*\.w?arc(\.gz)?", re.IGNORECASE | re.DOTALL)
_CHUNK: Final = 1 << 20
_RATIO: Final = 32
"""A WARC of text deflates to a tenth; a member that inflates beyond this and beyond the bound is a bomb."""
_UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


def wacz_records(file: IO[bytes], source: Source, *, limit: int) -> Iterator[Outcome]:
    """Make a draft of each record of each archive in a WACZ.

    Args:
        file: The open file.
        source: The file.
        limit: Most bytes of a record's block; and of a member, unless it deflates no better than archives do.

    Yields:
        As `archive_records`; a member that cannot be read is rejected.

    Raises:
        LoadError: It is no ZIP, or one without archives.
    """
    try:
        whole = zipfile.ZipFile(file)
    except _UNREADABLE as error:
        raise LoadError(f"a ZIP that cannot be read: {error}", path=source.path) from error
    with whole, tempfile.TemporaryDirectory(prefix="scraper-load-") as folder:
        members = [member for member in whole.infolist() if _MEMBER.fullmatch(member.filename)]
        if not members:
            raise LoadError("a ZIP that is no WACZ: it holds no archive/*.warc.gz", path=source.path)
        for member in members:
            yield from _records(whole, member, Path(folder) / "member", source, limit)


def _records(
    whole: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    taken: Path,
    source: Source,
    limit: int,
) -> Iterator[Outcome]:
    """The records of one member, which is taken out to a file for the reading."""
    try:
        _take(whole, member, taken, max(limit, _RATIO * member.compress_size))
    except _UNREADABLE as error:
        yield Rejected(path=source.path, part=member.filename, reason=f"the member cannot be read: {error}")
        return
    try:
        yield from archive_records(taken, source, limit=limit, part=member.filename)
    except NotAnArchive as error:
        yield Rejected(path=source.path, part=member.filename, error="NotAnArchive", reason=error.reason)


def _take(whole: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path, limit: int) -> None:
    """Inflate a member to a file; its CRC is checked on the way.

    Raises:
        ValueError: It passes the bound.
    """
    size = 0
    with whole.open(member) as packed, to.open("wb") as file:
        while piece := packed.read(_CHUNK):
            size += len(piece)
            if size > limit:
                raise ValueError(f"it inflates to more than {limit:,} bytes: a compression bomb, or raise --max-file")
            file.write(piece)
