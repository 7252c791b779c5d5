"""From a revisit to its original: the capture that holds the bytes which were met again (WARC 1.1 §6.7).

A revisit names its original by record id, by URL and date, by the digest of the payload, or by some of these. Everything that
it says must hold of a capture that is there: found, read, and checked as every capture is. What it says may also be too little
to establish one; then the reason is given, and no page. A revisit is never taken for the original of another.

The original may be in the same archive, or in another one of the job or of the same folder. Indexes are asked first: they are
sorted by URL and date, so that nothing is loaded to look one up. An archive that is searched without success is read,
once, unless its index is of this very file.
"""

from __future__ import annotations

import mmap
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import attrs
import orjson

from scraper.archive.capture import Capture, Skipped, UnreadableCapture
from scraper.archive.digests import read_digest
from scraper.archive.framing import Record
from scraper.archive.index import ARCHIVES, file_sha256, index_line, index_path, indexed_sha256, surt_key, timestamp
from scraper.archive.interpret import interpret
from scraper.archive.payload import dechunk, read_http, read_media_type
from scraper.archive.place import Place, as_path, is_remote, read_place
from scraper.archive.reader import MAX_PAYLOAD, open_archive, raw_records, records_at
from scraper.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from scraper.archive.capture import Revisit
    from scraper.archive.index import IndexLine

IDENTICAL: Final = "identical-payload-digest"
UNMODIFIED: Final = "server-not-modified"
_NOT_MODIFIED: Final = 304
_HEADROOM: Final = 1 << 20
_Lines = bytes | mmap.mmap


@attrs.define
class Originals:
    """Finds the originals of revisits.

    Making one costs nothing; files are opened when they are needed. The same archives and folders give the same originals,
    in whichever order they are asked for.

    Args:
        places: Archives of the job, in any order. They are searched, and all that are in their folders.
    """

    places: Iterable[Place] = ()
    _lines: dict[tuple[Path, bool], _Lines] = attrs.field(factory=dict, init=False)
    _folders: dict[Path, tuple[Path, ...]] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.places = tuple(as_path(place) for place in self.places)

    def resolve(self, revisit: Revisit, home: Place) -> Capture | UnreadableCapture | Skipped:
        """Find the capture whose payload a revisit stands for.

        Args:
            revisit: From `scan`.
            home: The archive that it is in, which is searched first.

        Returns:
            The original with its `revisit` set, readable or not; or a `Skipped` whose reason says why there is none.
        """
        found = self.locate(revisit, home)
        return found if isinstance(found, Skipped) else found[1]

    def locate(self, revisit: Revisit, home: Place) -> tuple[Path, Capture | UnreadableCapture] | Skipped:
        """As `resolve`, with the archive that holds the original.

        Args:
            revisit: As for `resolve`.
            home: As for `resolve`.
        """
        reason = _unusable(revisit)
        if reason is None:
            found = self._find(revisit, as_path(home))
            if found is None:
                reason = "revisit: its original is in none of the archives"
            elif not served_alike(revisit, found[1]):
                reason = "revisit: served as another media type or charset than its original"
            else:
                return found[0], attrs.evolve(found[1], revisit=revisit.visit)
        return Skipped(reason=reason, warc=revisit.warc, offset=revisit.offset, length=revisit.length, record_id=revisit.record_id)

    def _find(self, revisit: Revisit, home: Path) -> tuple[Path, Capture | UnreadableCapture] | None:
        for trusting in (True, False):
            for archive in self._archives(home):
                for offset in _offsets(self._listing(archive, trusting=trusting), revisit):
                    with suppress(ArchiveError):  # the index is of another file, or the place is damaged: go on looking
                        found = original_at(archive, offset, revisit)
                        if found is not None:
                            return archive, found
        return None

    def _archives(self, home: Path) -> Iterator[Path]:
        """Where to look: in the revisit's own archive, then in the others, the latest name first."""
        yield home
        others = {path for place in (home, *self.places) for path in (as_path(place), *self._beside(as_path(place)))}
        yield from sorted(others - {home}, key=lambda path: (path.name, str(path)), reverse=True)

    def _beside(self, archive: Path) -> tuple[Path, ...]:
        """The finished archives of an archive's folder."""
        folder = archive.parent
        if folder not in self._folders:
            found: list[Path] = []
            with suppress(OSError):  # a web server lists no folders
                found = [path for path in folder.iterdir() if path.name.endswith(ARCHIVES) and path.is_file()]
            self._folders[folder] = tuple(found)
        return self._folders[folder]

    def _listing(self, archive: Path, *, trusting: bool) -> _Lines:
        """The index lines of an archive: as its index has them; or, where that cannot be trusted, as the archive has them.

        Empty in the second round for an archive whose index is of this very file: it has said all there is.
        """
        key = archive, trusting
        if key not in self._lines:
            self._lines[key] = _indexed(archive) if trusting else b"" if _is_current(archive) else _read(archive)
        return self._lines[key]


def original_at(archive: Path, offset: int, revisit: Revisit) -> Capture | UnreadableCapture | None:
    """Read the original of a revisit at a place; None where what is there is not all that the revisit says.

    Raises:
        ArchiveError: The archive cannot be read.
    """
    with open_archive(archive) as file:
        for record in records_at(file, archive, offset, MAX_PAYLOAD + _HEADROOM):
            if isinstance(record, Record) and names(revisit, record):
                item = interpret(record, archive, max_payload=MAX_PAYLOAD)
                if isinstance(item, UnreadableCapture) or (isinstance(item, Capture) and _same_payload(revisit, record, item)):
                    return item
    return None


def names(revisit: Revisit, record: Record) -> bool:
    """Whether a revisit names a record, by all that it says: record id, URL, date. Where it says no date, an earlier one."""
    head = record.head
    if revisit.refers_to and _bare(head.record_id(record.block)) != _bare(revisit.refers_to):
        return False
    if (revisit.refers_to_url or not revisit.refers_to) and surt_key(head.url) != surt_key(revisit.refers_to_url or revisit.url):
        return False
    if revisit.refers_to_date:
        return timestamp(head.date) == timestamp(revisit.refers_to_date)
    return bool(revisit.refers_to) or timestamp(head.date) <= timestamp(revisit.date)


def served_alike(revisit: Revisit, capture: Capture | UnreadableCapture) -> bool:
    """Whether the visit's response, if its head is known, declared what the original does: else the bytes may read otherwise."""
    if revisit.content_type is None:
        return True
    media_type, charset = read_media_type(revisit.content_type)
    same = media_type == capture.media_type
    return same and (not isinstance(capture, Capture) or (charset or "").lower() == (capture.charset or "").lower())


def _unusable(revisit: Revisit) -> str | None:
    """Say why a revisit establishes no original, whatever there is in the archives; None where it may."""
    if revisit.profile not in {IDENTICAL, UNMODIFIED}:
        return f"revisit: unknown profile {revisit.profile or '(none)'}"
    if not (revisit.url and revisit.date):
        return "revisit: it does not say of which URL, or when"
    unmodified = revisit.profile == UNMODIFIED and revisit.status == _NOT_MODIFIED
    if revisit.status is not None and not unmodified and not 200 <= revisit.status < 300:  # noqa: PLR2004  success, RFC 9110 §15.3
        return f"HTTP status {revisit.status}"
    if not (revisit.refers_to or revisit.refers_to_date or (revisit.profile == IDENTICAL and read_digest(revisit.payload_digest))):
        return "revisit: it does not say of what"
    return None


def _same_payload(revisit: Revisit, record: Record, capture: Capture) -> bool:
    """Whether the payload has the revisit's digest, taken in any of the ways that tools take it (see `interpret`)."""
    digest = read_digest(revisit.payload_digest)
    return digest is None or any(digest.fits(reading) for reading in _readings(record, capture))


def _readings(record: Record, capture: Capture) -> Iterator[bytes | memoryview]:
    yield capture.payload
    http = read_http(record.block) if capture.status is not None else None
    if http is not None:
        body = memoryview(record.block)[http.end :]
        yield body
        joined = dechunk(body, partial=capture.truncated is not None)
        if isinstance(joined, bytes):
            yield joined


def _bare(record_id: str) -> str:
    """A record id without its brackets, which WARC 1.0 and some tools leave out."""
    return record_id.strip().removeprefix("<").removesuffix(">")


def _offsets(lines: _Lines, revisit: Revisit) -> Iterator[int]:
    """Where an index has what a revisit may name; of several dates the latest first."""
    key = surt_key(revisit.refers_to_url or revisit.url)
    date = f"{timestamp(revisit.refers_to_date)} " if revisit.refers_to_date else ""
    found = [_offset(line) for line in _beginning(lines, f"{key} {date}".encode())]
    yield from (offset for offset in reversed(found) if offset is not None)
    if revisit.refers_to and not revisit.refers_to_url:
        at = lines.find(_bare(revisit.refers_to).encode())
        offset = _offset(_line(lines, at)) if at >= 0 else None
        yield from [] if offset is None else [offset]


def _offset(line: bytes) -> int | None:
    """The offset in an index line; None in a line that is none."""
    with suppress(ValueError, KeyError, TypeError, IndexError):
        return int(orjson.loads(line.split(b" ", 2)[2])["offset"])
    return None


def _beginning(lines: _Lines, prefix: bytes) -> Iterator[bytes]:
    """The lines of a sorted index that begin with a prefix, found by bisection."""
    low, high = 0, len(lines)
    while low < high:
        line = _line(lines, (low + high) // 2)
        start = lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
        if line < prefix:
            low = start + len(line) + 1
        else:
            high = start
    while low < len(lines) and (line := _line(lines, low)).startswith(prefix):
        yield line
        low += len(line) + 1


def _line(lines: _Lines, at: int) -> bytes:
    """The line around a position, without its line feed."""
    start = lines.rfind(b"\n", 0, at) + 1
    end = lines.find(b"\n", at)
    return lines[start : len(lines) if end < 0 else end]


def _indexed(archive: Path) -> _Lines:
    """The index beside an archive; nothing where there is none, or an unreadable one."""
    path = index_path(archive)
    try:
        if is_remote(path):
            return read_place(path)
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # the latter: an empty file cannot be mapped
        return b""


def _is_current(archive: Path) -> bool:
    digest = indexed_sha256(archive)
    with suppress(OSError):
        return digest is not None and digest == file_sha256(archive)
    return False


def _read(archive: Path) -> bytes:
    """The lines of the index that an archive should have."""
    lines: list[IndexLine] = []
    with suppress(ArchiveError):  # not an archive after all
        found = (index_line(record, archive.name) for record in raw_records(archive) if isinstance(record, Record))
        lines.extend(line for line in found if line)
    return b"".join(line.text() for line in sorted(lines))
