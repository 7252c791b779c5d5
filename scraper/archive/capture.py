"""What comes out of an archive: captures, and an account of everything that is none.

`scan` gives one of five things for each record or damaged place, so that a count of them adds up to the archive:
a `Capture`; an `UnreadableCapture` (whole record, undecodable payload: a rejection later); a `Revisit`, which says that a
page was met again and which capture holds its bytes (`Originals` finds it); a `Skipped` record of a kind that holds no
page; a `Damage`, where bytes are no whole and valid record.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TypeAlias

from attrs import field, frozen

from scraper.errors import PayloadError  # noqa: TC001  attrs resolves annotations at run time


@frozen(kw_only=True)
class Visit:
    """A later visit that met a capture's payload again: the `revisit` record that says so.

    Attributes:
        url: The URL visited, which need not be the capture's.
        date: When; WARC-Date verbatim.
        warc: The revisit's archive; it may be another than the capture's.
        offset: The revisit's place, as in `Capture`.
        length: As in `Capture`.
        record_id: The revisit's.
    """

    url: str
    date: str
    warc: str
    offset: int
    length: int
    record_id: str


@frozen(kw_only=True)
class Capture:
    """One archived page: a WARC `response`, `resource` or `conversion` record (WARC 1.1 §6.3, §6.4, §6.7).

    Attributes:
        url: The target URI as the archive states it, without the angle brackets of WARC 1.0.
        date: WARC-Date verbatim: ISO 8601, UTC, reduced precision allowed (WARC 1.1 §5.4). Foreign archives hold wrong
            ones too (ClueWeb's `2009-03-65T08:43:19-0800`): parse it only where you can do without it.
        media_type: Lower case, without parameters; `application/octet-stream` where none is declared (RFC 9110 §8.3).
        charset: The declared charset parameter, unresolved, or None.
        payload: Entity body after transfer- and content-decoding; all byte positions count in it.
        record_type: `response`, `resource` or `conversion`.
        record_id: With its brackets: `<urn:uuid:…>`. Where a record has none (ARC), one derived from URL, date and
            block, so that it is the same on every reading.
        warc: Name of the archive file, without folder.
        offset: Where to look: bytes of the file as it is stored (compressed). When one gzip member holds several
            records, it is the member's offset, and `record_id` tells the record.
        length: Bytes of the file that hold the record (or the shared member).
        status: HTTP status, or None when the record is no HTTP response.
        headers: HTTP header fields in order, names as written.
        truncated: WARC-Truncated's reason when the archiving tool cut the record short on purpose (WARC 1.1 §5.13).
        revisit: The visit through which the capture was reached, if that is a later one; everything else is the capture's own.
    """

    url: str
    date: str
    media_type: str
    charset: str | None
    payload: bytes = field(repr=False)
    record_type: str
    record_id: str
    warc: str
    offset: int
    length: int
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    truncated: str | None = None
    revisit: Visit | None = None
    _hashed: tuple[bytes, bytes] | None = field(default=None, repr=False, eq=False)  # the payload, and its SHA-256, if it is known

    @cached_property
    def payload_sha256(self) -> str:
        """SHA-256 of the payload, hexadecimal; with `record_id` the identity of a capture."""
        if self._hashed is not None and self._hashed[0] is self.payload:
            return self._hashed[1].hex()
        return hashlib.sha256(self.payload).hexdigest()


@frozen(kw_only=True)
class UnreadableCapture:
    """A capture whose record is whole but whose payload cannot be decoded, or passes the size bound.

    Attributes:
        url: As in `Capture`; so are the other attributes of the same name.
        error: Why; a `PayloadError` (or `PayloadTooLarge`) that names file and offset.
    """

    url: str
    date: str
    media_type: str
    record_type: str
    record_id: str
    warc: str
    offset: int
    length: int
    error: PayloadError = field(eq=str)
    revisit: Visit | None = None


@frozen(kw_only=True)
class Skipped:
    """A whole, valid record that is no capture.

    Attributes:
        reason: The record's type: `request`, `warcinfo`, `metadata`, `continuation`, `filedesc` (the first record of an
            ARC) or whatever else the archive says. Of a revisit without an established original: why.
        warc: Name of the archive file, without folder.
        offset: As in `Capture`.
        length: As in `Capture`.
        record_id: As in `Capture`.
    """

    reason: str
    warc: str
    offset: int
    length: int
    record_id: str


@frozen(kw_only=True)
class Revisit(Skipped):
    """A page met again: a record that stands for another one's payload (WARC 1.1 §6.7). It holds no page of its own.

    Attributes:
        url: The URL visited; empty where the record does not say.
        date: When; empty where the record does not say.
        profile: What the record means: `identical-payload-digest`, `server-not-modified`, or another WARC-Profile verbatim.
        refers_to: WARC-Refers-To, the original's record id with its brackets, if given.
        refers_to_url: WARC-Refers-To-Target-URI, if given.
        refers_to_date: WARC-Refers-To-Date, if given.
        payload_digest: WARC-Payload-Digest verbatim, if given.
        status: HTTP status of the visit, if the record holds the response's head.
        content_type: Content-Type of the visit's response, if the record holds one.
    """

    url: str
    date: str
    profile: str
    refers_to: str | None = None
    refers_to_url: str | None = None
    refers_to_date: str | None = None
    payload_digest: str | None = None
    status: int | None = None
    content_type: str | None = None

    @property
    def visit(self) -> Visit:
        """What it says of the visit."""
        return Visit(url=self.url, date=self.date, warc=self.warc, offset=self.offset, length=self.length, record_id=self.record_id)


@frozen(kw_only=True)
class Damage:
    """Bytes of an archive that are no whole and valid record; the scan goes on behind them.

    Attributes:
        reason: What is wrong.
        warc: Name of the archive file, without folder.
        offset: First damaged byte of the file (of the gzip member, where it is compressed).
        length: Bytes up to the next record, or None when the next place is not known.
    """

    reason: str
    warc: str
    offset: int
    length: int | None


Item: TypeAlias = Capture | UnreadableCapture | Skipped | Damage
