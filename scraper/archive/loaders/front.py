"""The front: opens a file, sees what it is, and has the right loader read it. Whatever is wrong becomes a rejection."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Final

from attrs import frozen

from scraper.archive.decoding import Broken, decode
from scraper.archive.loaders.drafts import Outcome, Rejected
from scraper.archive.loaders.foreign import archive_records
from scraper.archive.loaders.har import har_entries
from scraper.archive.loaders.inputs import Source, open_input
from scraper.archive.loaders.media import GZIP_MAGIC, is_archive, recognise
from scraper.archive.loaders.mhtml import mhtml_parts
from scraper.archive.loaders.saved import saved_page
from scraper.archive.loaders.wacz import wacz_records
from scraper.archive.members import Members
from scraper.errors import ArchiveError, LoadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive.loaders.origin import Origin, Origins

MAX_FILE: Final = 256 << 20
"""Default bound in bytes: of a single file once decompressed, and of each record of an archive."""
_START: Final = 64 << 10
_GZIP_TYPE: Final = "application/gzip"


@frozen
class Front:
    """Reads files of every format.

    Args:
        origins: What is said of each file.
        media_type: Take every file for a single page of this media type, whatever it is; None to look.
        max_file: Most bytes of a single file once decompressed, and of each record of an archive.
    """

    origins: Origins
    media_type: str | None = None
    max_file: int = MAX_FILE

    def read(self, source: Source) -> Iterator[Outcome]:
        """Read a file.

        Yields:
            Drafts of its records; rejections of it or of its parts; notes of what is passed over in it. Never nothing.
        """
        empty = True
        try:
            with os.fdopen(open_input(source.path), "rb") as file:
                for outcome in self._outcomes(file, source):
                    empty = False
                    yield outcome
            if empty:
                yield Rejected(path=source.path, reason="there is nothing to archive in it")
        except LoadError as error:
            yield Rejected(path=source.path, reason=error.reason)
        except ArchiveError as error:
            yield Rejected(path=source.path, reason=error.reason, error=type(error).__name__, offset=error.offset)
        except OSError as error:
            yield Rejected(path=source.path, reason=f"cannot be read: {error.strerror or error}")

    def _outcomes(self, file: IO[bytes], source: Source) -> Iterator[Outcome]:
        """What a file gives.

        Raises:
            LoadError: It gives nothing.
            NotAnArchive: It seemed to be an archive, and is none.
        """
        start = os.pread(file.fileno(), _START, 0)
        if not self.media_type:
            form = recognise(start, source.path.name)
            if form == "archive" or (form == "gzip" and is_archive(Members(file).start_of(0))):
                return archive_records(source.path, source, limit=self.max_file)
            if form == "zip":
                return wacz_records(file, source, limit=self.max_file)
        origin = self.origins.of(source)
        return self._whole(self._data(file, start, source), source, origin)

    def _whole(self, data: bytes, source: Source, origin: Origin) -> Iterator[Outcome]:
        """What a file gives that is read at once."""
        form = None if self.media_type else recognise(data[:_START], source.path.name.removesuffix(".gz"))
        if form == "har":
            return har_entries(data, source, origin)
        if form == "mhtml":
            return mhtml_parts(data, source, origin)
        return iter([saved_page(data, source, origin, forced=self.media_type)])

    def _data(self, file: IO[bytes], start: bytes, source: Source) -> bytes:
        """A file's bytes, decompressed when it was compressed with gzip.

        Raises:
            LoadError: It passes the bound, or is broken.
        """
        file.seek(0)
        data = file.read(min(self.max_file, os.fstat(file.fileno()).st_size) + 1)
        if len(data) > self.max_file:
            raise LoadError(f"larger than the bound of {self.max_file:,} bytes; raise --max-file to load it", path=source.path)
        if not start.startswith(GZIP_MAGIC) or self.media_type == _GZIP_TYPE:
            return data
        inflated = decode(memoryview(data), ["gzip"], limit=self.max_file)
        if isinstance(inflated, Broken):
            what = f"inflates to more than {self.max_file:,} bytes" if inflated.too_large else inflated.reason
            raise LoadError(f"compressed with gzip, and {what}", path=source.path)
        return bytes(inflated)
