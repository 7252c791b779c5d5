"""CDXJ beside each archive, `NAME.cdxj`: where each capture is, and who it is.

A line is what cdxj-indexer writes and pywb reads (SURT key, 14 digits, JSON), with two more fields, `record_id` and
`payload_sha256`: a capture's identity. So an archive that was moved or recompressed is found again by what its captures
are. An index is a hint and never an answer: `Finder` opens the record it points at and compares, and searches the
archives themselves for what no index gives. Its first line, `!meta`, which sorts before every key, keeps the SHA-256 of the
archive as a whole.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path  # noqa: TC003  attrs resolves annotations at run time
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import orjson
from attrs import define, field, frozen

from scraper.archive.capture import Capture, Damage, Revisit, Skipped, UnreadableCapture
from scraper.archive.digests import label
from scraper.archive.framing import Record
from scraper.archive.interpret import interpret
from scraper.archive.payload import read_http
from scraper.archive.place import (
    Place,
    as_path,
    files_in,
    is_file,
    is_folder,
    is_remote,
    matching,
    open_place,
    paths_of,
    write_remote,
)
from scraper.archive.reader import MAX_PAYLOAD, raw_records, read_at
from scraper.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scraper.archive.capture import Item

SUFFIX: Final = ".cdxj"
ARCHIVES: Final = (".warc.gz", ".warc", ".arc.gz", ".arc", ".warc.gz.open", ".warc.open")
_NO_DIGITS: Final = re.compile(r"\D")
_SPACE: Final = re.compile(r"[\s\x00-\x20]")
_EARLIEST: Final = "00000101000000"


@frozen(order=True)
class IndexLine:
    """One line, in the order of an index: key, timestamp, then place.

    Attributes:
        key: The URL as a SURT: `com,example)/page`.
        timestamp: The capture's date in 14 digits.
        offset: As in `Capture`.
        data: The JSON part.
    """

    key: str
    timestamp: str
    offset: int
    data: dict[str, str] = field(order=False)

    def text(self) -> bytes:
        """The line with its line feed."""
        return f"{self.key} {self.timestamp} ".encode() + orjson.dumps(self.data) + b"\n"


def index_line(record: Record, warc: str, item: Item | None = None) -> IndexLine | None:
    """The index line of a record; None for one that an index does not list.

    Listed are captures, unreadable ones too, and revisits, which replay needs.

    Args:
        record: From `raw_records`.
        warc: Name of the archive file, without folder.
        item: What the record is, where that is known already.
    """
    head = record.head
    item = item or interpret(record, warc, max_payload=MAX_PAYLOAD)
    if isinstance(item, Skipped | Damage) and not isinstance(item, Revisit):
        return None
    data = _described(item, record)
    length = record.length if record.compressed else len(head.raw) + head.length  # as cdxj-indexer: no closing newlines
    data |= {"length": str(length), "offset": str(record.offset), "filename": warc}
    data["record_id"] = head.record_id(record.block)
    return IndexLine(surt_key(head.url), timestamp(head.date), record.offset, data)


def write_index(archive: Path, lines: Iterable[IndexLine]) -> Path:
    """Write the index of an archive, whole or not at all.

    Args:
        archive: The archive; the index is put beside it.
        lines: In any order.

    Returns:
        The index.

    Raises:
        OSError: It cannot be written.
    """
    path = index_path(archive)
    head = b"!meta " + orjson.dumps({"sha256": file_sha256(archive)}) + b"\n"
    texts = (line.text() for line in sorted(lines))
    if is_remote(path):
        write_remote(path, head + b"".join(texts))
        return path
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(head)
            file.writelines(texts)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def build_index(archive: Place) -> Path:
    """Read an archive and write its index beside it.

    Args:
        archive: A WARC or ARC file.

    Returns:
        The index.

    Raises:
        NotAnArchive: The file is none.
        ArchiveError: The index cannot be written.
    """
    archive = as_path(archive)
    lines = [index_line(record, archive.name) for record in raw_records(archive) if isinstance(record, Record)]
    try:
        return write_index(archive, [line for line in lines if line])
    except OSError as error:
        raise ArchiveError(f"cannot write the index: {error.strerror}", path=index_path(archive)) from error


def file_sha256(path: Place) -> str:
    """SHA-256 of a whole file, hexadecimal.

    Raises:
        OSError: It cannot be read.
    """
    with open_place(as_path(path)) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # IO[bytes] has readinto here


def indexed_sha256(archive: Place) -> str | None:
    """The SHA-256 that an archive had as a whole when it was indexed; None where no index says so."""
    with suppress(OSError, ValueError, KeyError, TypeError), open_place(index_path(as_path(archive))) as file:
        mark, _, data = file.readline().partition(b" ")
        return str(orjson.loads(data)["sha256"]) if mark == b"!meta" else None
    return None


def indexed_offsets(archive: Path) -> set[int]:
    """The offsets in an archive's index; empty where there is none."""
    return {offset for _, offset in _listed(archive)}


def index_path(archive: Path) -> Path:
    """Where the index of an archive is."""
    return archive.with_name(archive.name + SUFFIX)


def timestamp(date: str) -> str:
    """A WARC-Date in 14 digits; a reduced one is filled up with the earliest moment it can mean."""
    digits = _NO_DIGITS.sub("", date.partition(".")[0])[:14]
    return digits + _EARLIEST[len(digits) :]


@define
class Finder:
    """Finds captures by what they are, in a folder or in some archives.

    It takes the files as they are when it is made; each archive is searched through once at most, however many captures
    are asked for.

    Args:
        places: A folder (with its subfolders), an archive, or several of either.
    """

    places: Place | Iterable[Place]
    _known: dict[str, list[tuple[Path, int]]] = field(factory=dict, init=False)
    _unread: list[Path] | None = field(default=None, init=False)

    def find(self, record_id: str, payload_sha256: str) -> tuple[Path, int, int] | None:
        """Where a capture is: path, offset and length; None when no archive holds it.

        What is found has been opened, checked and compared. The indexes are asked first; when they do not know, or are
        wrong, the archives are read.

        Args:
            record_id: With its brackets.
            payload_sha256: Hexadecimal.
        """
        for path, offset in self.records(record_id):
            with suppress(ArchiveError):  # not here, or not whole: another copy may be
                capture = read_at(path, offset, record_id=record_id)
                if capture.payload_sha256 == payload_sha256:
                    return path, capture.offset, capture.length
        return None

    def records(self, record_id: str) -> Iterator[tuple[Path, int]]:
        """Yield where a record of any type is said to be, path and offset: nothing has been opened to see.

        Args:
            record_id: With its brackets.
        """
        if self._unread is None:
            self._unread = list(archives_in(self.places))
            for archive in self._unread:
                self._learn(archive, _listed(archive))
        told = 0
        while True:
            known = self._known.get(record_id, [])
            yield from known[told:]
            told = len(known)
            if not self._unread:
                return
            archive = self._unread.pop(0)
            self._learn(archive, _held(archive))

    def _learn(self, archive: Path, places: Iterable[tuple[str, int]]) -> None:
        """Remember where records are said to be."""
        for record_id, offset in places:
            known = self._known.setdefault(record_id, [])
            if (archive, offset) not in known:
                known.append((archive, offset))


def find(record_id: str, payload_sha256: str, places: Place | Iterable[Place]) -> tuple[Path, int, int] | None:
    """Where a capture is: path, offset and length, or None; for several captures, use one `Finder`.

    Args:
        record_id: As for `Finder.find`.
        payload_sha256: As for `Finder.find`.
        places: As for `Finder`.
    """
    return Finder(places).find(record_id, payload_sha256)


def archives_in(places: Place | Iterable[Place]) -> Iterator[Path]:
    """The archives in some places, in the order of their names."""
    for path in paths_of(places):
        named = is_remote(path) and path.name.endswith(ARCHIVES)
        found = [] if named else [file for file in files_in(path, deep=True) if file.name.endswith(ARCHIVES)]
        yield from found or ([path] if is_file(path) else [])


def archives_named(places: Iterable[Place]) -> Iterator[Path]:
    """The archives that a command is given: those in a folder and below it, those that match a URL with `*`, or the one named.

    Those that are still being written (`.open`) are not taken from a folder. What names none is given as it is: reading it says
    what is wrong.
    """
    for path in map(as_path, places):
        found: list[Path] = []
        if is_remote(path) and "*" in path.name:
            found = matching(path)
        elif is_folder(path):
            found = [archive for archive in archives_in(path) if archive.suffix != ".open"]
        yield from found or [path]


def _listed(archive: Path) -> Iterator[tuple[str, int]]:
    """Record ids and offsets in the index of an archive; lines that are none of ours are passed over."""
    with suppress(OSError), open_place(index_path(archive)) as file:  # without an index the archive itself is asked
        for line in file:
            with suppress(ValueError, KeyError, TypeError, IndexError):
                data = orjson.loads(line.split(b" ", 2)[2])
                yield str(data["record_id"]), int(data["offset"])


def _held(archive: Path) -> Iterator[tuple[str, int]]:
    """Record ids and offsets of an archive's records; nothing where the file is no archive."""
    with suppress(ArchiveError):
        for record in raw_records(archive):
            if isinstance(record, Record):
                yield record.head.record_id(record.block), record.offset


def _described(item: Capture | UnreadableCapture | Revisit, record: Record) -> dict[str, str]:
    """What an index line says of a capture or revisit, but its place."""
    data = {"url": item.url, "mime": "warc/revisit" if isinstance(item, Revisit) else item.media_type}
    status = None if isinstance(item, UnreadableCapture) else item.status
    digest = record.head.fields.get("warc-payload-digest")
    if status is not None:
        data["status"] = str(status)
    if digest or isinstance(item, Capture):
        data["digest"] = digest or stored_digest(record)
    if isinstance(item, Capture):
        data["payload_sha256"] = item.payload_sha256
    return data


def stored_digest(record: Record) -> str:
    """The digest that indexers give a record without WARC-Payload-Digest: SHA-1 of the body as it is stored, framing included.

    cdxj-indexer and pywb find the original of a revisit by it.
    """
    http = read_http(record.block) if record.head.kind == "response" else None
    body = memoryview(record.block)[http.end if http else 0 :]
    return label("sha1", hashlib.sha1(body, usedforsecurity=False).digest())


def surt_key(url: str) -> str:
    """The URL as a SURT, computed without any look-up, or the URL itself where it has none; one word in any case."""
    import surt  # noqa: PLC0415  # it loads an HTTP client: most commands write no index

    try:
        key = str(surt.surt(url))
    except (ValueError, UnicodeError, IndexError, TypeError, AttributeError):
        key = url
    return _SPACE.sub(lambda match: quote(match[0]), key)
