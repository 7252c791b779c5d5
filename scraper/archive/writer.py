"""Captures into WARC/1.1 files, one gzip member a record, so that a crash costs at most the record being written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from attrs import define, field, frozen

from scraper.archive.compose import (
    TERMINATOR,
    compose_head,
    content_type,
    http_payload_digest,
    line,
    new_id,
    safe_url,
)
from scraper.archive.framing import Record
from scraper.archive.head import parse_warc
from scraper.archive.interpret import interpret
from scraper.archive.reader import MAX_BLOCK, MAX_PAYLOAD
from scraper.archive.volume import SUFFIXES, Cut, Volume, open_volume, store, unfinished
from scraper.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType

    from scraper.archive.capture import Item
    from scraper.archive.head import Head
    from scraper.archive.payload import Payload

_CONFORMS: Final = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_RESPONSE: Final = "application/http; msgtype=response"
SYNC_EVERY: Final = 100


@frozen
class Written:
    """Where a record went.

    Attributes:
        path: The archive, under the name that it will have when finished.
        offset: First byte in the file.
        length: Bytes in the file.
        record_id: WARC-Record-ID.
        item: What readers will find there.
    """

    path: Path
    offset: int
    length: int
    record_id: str
    item: Item = field(eq=False, repr=False)


@define
class ArchiveWriter:
    """Writes an archive: `NAME`, and with a bound on size `NAME-00001`, `NAME-00002`, ….

    A record is *acknowledged* when its `write_…` returns: then it is with the operating system, and no death of this
    process loses it. A power failure can lose what was written after the last sync, which comes after every `sync_every`
    records and when an archive is finished. Until then the file is `NAME.open`; opening it again goes on behind its last
    whole record (`cuts` says what was cut off). Opening a finished archive appends to it. One writer at a time: a
    second one gets a `UsageError`. Not for use by several threads at once.

    Args:
        path: The archive: `….warc.gz` (one gzip member a record) or `….warc`.
        max_size: Bytes after which the next archive is begun; None for no bound. A record is never split, so an archive
            that holds a single larger record is larger.
        software: Who writes, for the warcinfo record.
        info: Further fields of the warcinfo record (WARC 1.1 §6.2), e.g. `{"operator": …}`.
        sync_every: Records between two syncs to disk; 0 for none before the end.

    Raises:
        UsageError: The name is no archive's, another writer has it, or `NAME` and `NAME.open` both exist.
        NotAnArchive: `NAME.open` exists and is no archive.
        ArchiveError: It cannot be written.
    """

    path: Path = field(converter=Path)
    max_size: int | None = field(default=None, kw_only=True)
    software: str = field(default="scraper", kw_only=True)
    info: Mapping[str, str] = field(factory=dict, kw_only=True)
    sync_every: int = field(default=SYNC_EVERY, kw_only=True)
    cuts: list[Cut] = field(factory=list, init=False)
    _volume: Volume = field(init=False)
    _number: int = field(default=0, init=False)
    _pages: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        if not self.path.name.endswith(SUFFIXES):
            raise UsageError(f"{self.path}: an archive's name ends in .warc.gz or .warc")
        if self.max_size is not None:
            while _exists(self._numbered(self._number + 1)):
                self._number += 1
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def current(self) -> Path:
        """The archive that is being written, under the name that it will have when finished."""
        return self._volume.path

    def close(self) -> None:
        """Finish the archive: sync, rename, index. Closing twice does no harm.

        Raises:
            ArchiveError: The disk is full or failing; `NAME.open` stays and can be opened again.
        """
        if self._volume.is_open:
            self._volume.finish()

    def write_resource(
        self,
        url: str,
        date: str,
        payload: bytes,
        *,
        media_type: str,
        charset: str | None = None,
        record_id: str | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Written:
        """Archive a resource (WARC 1.1 §6.4): a payload without the protocol that brought it, such as a saved file.

        Args:
            url: Target URI; what may not stand in one is percent-encoded.
            date: WARC-Date: when the resource was obtained, in UTC.
            payload: The payload; it is the whole block.
            media_type: Its media type.
            charset: Its charset, where it is known.
            record_id: WARC-Record-ID with brackets; a new one by default.
            headers: Further WARC header fields.

        Raises:
            ArchiveError: A value cannot stand in a WARC header, or the disk is full or failing.
        """
        declared = content_type(media_type, charset)
        return self._write_payload("resource", url, payload, declared, headers, date=date, record_id=record_id)

    def write_conversion(
        self,
        url: str,
        date: str,
        payload: bytes,
        *,
        media_type: str,
        charset: str | None = None,
        refers_to: str | None = None,
        record_id: str | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Written:
        """Archive a conversion (WARC 1.1 §6.7): the payload of another record in another form, such as its text.

        Args:
            url: As for `write_resource`; so are the other arguments of the same name.
            date: When the conversion was made.
            payload: The converted content.
            media_type: Its media type.
            charset: Its charset, where it is known.
            refers_to: WARC-Record-ID of the record it was made from.
            record_id: WARC-Record-ID with brackets; a new one by default.
            headers: Further WARC header fields.

        Raises:
            ArchiveError: As for `write_resource`.
        """
        fields = [*headers, *([("WARC-Refers-To", refers_to)] if refers_to else [])]
        declared = content_type(media_type, charset)
        return self._write_payload("conversion", url, payload, declared, fields, date=date, record_id=record_id)

    def write_response(
        self,
        url: str,
        date: str,
        http_block: bytes,
        *,
        record_id: str | None = None,
        headers: Sequence[tuple[str, str]] = (),
        payload: Payload | None = None,
    ) -> Written:
        """Archive an HTTP response (WARC 1.1 §6.3) as it came over the wire.

        Args:
            url: As for `write_resource`.
            date: When the response was received.
            http_block: Status line, header fields and body, byte for byte, chunk framing and content coding included.
            record_id: As for `write_resource`.
            headers: Further WARC header fields, e.g. WARC-IP-Address, WARC-Truncated.
            payload: What `read_payload` gives for the block, where that is known already.

        Raises:
            ArchiveError: The block begins with no HTTP status line; or as for `write_resource`.
        """
        digest = http_payload_digest(http_block, payload)
        fields = [
            ("WARC-Target-URI", safe_url(url)),
            *headers,
            ("Content-Type", _RESPONSE),
            *([("WARC-Payload-Digest", digest)] if digest else []),
        ]
        head = compose_head("response", fields, http_block, date=date, record_id=record_id or new_id())
        return self._append(head, http_block, payload=payload)

    def write_record(
        self,
        kind: str,
        headers: Iterable[tuple[str, str]],
        block: bytes,
        *,
        date: str,
        record_id: str | None = None,
    ) -> Written:
        """Archive a record of any type: request, metadata, revisit, ….

        Args:
            kind: WARC-Type.
            headers: WARC header fields in order, without those that this adds: WARC-Type, WARC-Record-ID, WARC-Date,
                WARC-Block-Digest, Content-Length.
            block: The block.
            date: WARC-Date.
            record_id: As for `write_resource`.

        Raises:
            ArchiveError: As for `write_resource`.
        """
        record_id = record_id or new_id()
        return self._append(compose_head(kind, headers, block, date=date, record_id=record_id), block)

    def copy_record(self, record: Record) -> Written:
        """Archive a record of another archive, head and block byte for byte.

        Args:
            record: From `raw_records`.

        Raises:
            UsageError: It is an ARC's, whose head is no WARC head.
            ArchiveError: Its block was not kept, because it passes the bound; or as for `write_resource`.
        """
        if record.head.arc:
            raise UsageError("a record of an ARC cannot be copied into a WARC as it is: write its capture")
        if record.oversize:
            raise ArchiveError(f"a block of {record.head.length:,} bytes was not kept: raise max_block to copy it")
        return self._append(record.head.raw, record.block)

    def _write_payload(
        self,
        kind: str,
        url: str,
        payload: bytes,
        declared: str,
        headers: Sequence[tuple[str, str]],
        *,
        date: str,
        record_id: str | None,
    ) -> Written:
        """Archive a record whose block is its payload."""
        fields = [
            ("WARC-Target-URI", safe_url(url)),
            *headers,
            ("Content-Type", declared),
        ]
        return self.write_record(kind, fields, payload, date=date, record_id=record_id)

    def _append(self, raw: bytes, block: bytes, *, page: bool = True, payload: Payload | None = None) -> Written:
        """Add a record to the archive, or to the next one when this one is full."""
        head = parse_warc(raw)
        if isinstance(head, str):
            raise ArchiveError(head, path=self.current)
        if not self._volume.is_open:
            raise UsageError(f"{self.current} has been closed")
        stored = store(raw + block + TERMINATOR, compressed=self._volume.compressed)
        if page and self._pages and self.max_size and self._volume.offset + len(stored) > self.max_size:
            self._volume.finish()
            self._number += 1
            self._open()
        offset, length = self._volume.append(stored, sync_every=self.sync_every)
        item = self._note(head, block, payload, (offset, length))
        self._pages += page
        return Written(self.current, offset, length, head.record_id(block), item)

    def _note(self, head: Head, block: bytes, payload: Payload | None, place: tuple[int, int]) -> Item:
        """Take a record into the index; return what readers will find, who do not read blocks beyond their bound either."""
        oversize = len(block) > MAX_BLOCK
        record = Record(head, b"" if oversize else block, oversize, *place, self._volume.compressed)
        item = interpret(record, self.current, max_payload=MAX_PAYLOAD, payload=None if oversize else payload)
        self._volume.note(record, item)
        return item

    def _open(self) -> None:
        """Open the archive of the current number, and begin it with a warcinfo record when it is new."""
        self._volume = open_volume(self._numbered(self._number))
        self._pages = self._volume.offset  # an archive that holds anything may be full
        if self._volume.cut:
            self.cuts.append(self._volume.cut)
        if not self._volume.offset:
            self._begin()

    def _begin(self) -> None:
        """Write the warcinfo record (WARC 1.1 §6.2)."""
        fields = {"software": self.software, "format": "WARC File Format 1.1", "conformsTo": _CONFORMS, **self.info}
        block = b"".join(line(name, value) for name, value in fields.items())
        headers = [("WARC-Filename", self.current.name), ("Content-Type", "application/warc-fields")]
        date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            self._append(compose_head("warcinfo", headers, block, date=date, record_id=new_id()), block, page=False)
        except BaseException:
            self._volume.release()
            raise

    def _numbered(self, number: int) -> Path:
        """The archive of a number: `x.warc.gz`, `x-00001.warc.gz`, …."""
        if not number:
            return self.path
        suffix = next(suffix for suffix in SUFFIXES if self.path.name.endswith(suffix))
        return self.path.with_name(f"{self.path.name.removesuffix(suffix)}-{number:05d}{suffix}")


def _exists(path: Path) -> bool:
    """Whether an archive exists, finished or not."""
    return path.exists() or unfinished(path).exists()
