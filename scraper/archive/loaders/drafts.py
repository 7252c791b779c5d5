"""What a loader makes of a file: drafts of records, rejections, and a note of whatever it passes over.

A draft knows its record id before it is written, and the id follows from what is archived: so a file that is loaded
twice, today or next year, is recognised, and an interrupted load can simply be run again.
"""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path  # noqa: TC003  attrs resolves annotations at run time
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import quote

from attrs import field, frozen

from scraper.archive.framing import Record  # noqa: TC001  attrs resolves annotations at run time
from scraper.archive.interpret import CAPTURES

if TYPE_CHECKING:
    from scraper.archive.writer import ArchiveWriter, Written

_SOURCE: Final = "X-Scraper-Source"
_CHANGED: Final = "X-Scraper-Changed"


@frozen(kw_only=True)
class PageDraft:
    """A payload without the protocol that brought it: a saved file (WARC 1.1 §6.4), or a text dump (§6.7).

    Attributes:
        kind: `conversion` for a text dump, else `resource`.
        url: Target URI, as it is written.
        date: WARC-Date.
        payload: The payload.
        media_type: Its media type.
        charset: Its charset, where the source declares one.
        source: Where it comes from, for the record's header: the file, as `label` writes it.
        record_id: WARC-Record-ID; by default the one that follows from URL, payload and kind.
    """

    kind: Literal["resource", "conversion"]
    url: str
    date: str
    payload: bytes = field(repr=False)
    media_type: str
    charset: str | None = None
    source: str
    record_id: str = field()

    @record_id.default
    def _identity(self) -> str:
        return identify(self.kind, self.url, self.payload)

    @property
    def block(self) -> bytes:
        """The record's block: the payload."""
        return self.payload

    def write(self, writer: ArchiveWriter) -> Written:
        """Archive it."""
        write = writer.write_conversion if self.kind == "conversion" else writer.write_resource
        return write(
            self.url,
            self.date,
            self.payload,
            media_type=self.media_type,
            charset=self.charset,
            record_id=self.record_id,
            headers=[(_SOURCE, self.source)],
        )


@frozen(kw_only=True)
class ResponseDraft:
    """An HTTP response (WARC 1.1 §6.3).

    Attributes:
        url: Target URI.
        date: WARC-Date.
        block: Status line, header fields and body.
        record_id: WARC-Record-ID.
        source: As in `PageDraft`.
        changed: How the block differs from what came over the wire, for the record's header; empty when it does not.
        address: WARC-IP-Address; empty when it is not known.
    """

    url: str
    date: str
    block: bytes = field(repr=False)
    record_id: str
    source: str
    changed: str = ""
    address: str = ""
    kind: Literal["response"] = field(default="response", init=False)

    def write(self, writer: ArchiveWriter) -> Written:
        """Archive it."""
        headers = [("WARC-IP-Address", self.address), (_SOURCE, self.source), (_CHANGED, self.changed)]
        filled = [(name, value) for name, value in headers if value]
        return writer.write_response(self.url, self.date, self.block, record_id=self.record_id, headers=filled)


@frozen(kw_only=True)
class CopyDraft:
    """A record of another archive, which is copied head and block, byte for byte."""

    record: Record = field(repr=False)
    record_id: str

    @property
    def kind(self) -> str:
        """The record's type."""
        return self.record.head.kind

    @property
    def block(self) -> bytes:
        """The record's block."""
        return self.record.block

    @property
    def url(self) -> str:
        """Target URI; empty for a record that has none, such as a warcinfo."""
        return self.record.head.url

    def write(self, writer: ArchiveWriter) -> Written:
        """Archive it."""
        return writer.copy_record(self.record)


@frozen(kw_only=True)
class Rejected:
    """A file, or a part of one, that cannot become a record; the rest goes on.

    Attributes:
        path: The file.
        reason: What is wrong.
        error: The class of the error.
        part: Which part of it: an entry of a HAR, a member of a WACZ; empty for the whole file.
        offset: Where in the file (or in the part) it is, in bytes, when known.
    """

    path: Path
    reason: str
    error: str = "LoadError"
    part: str = ""
    offset: int | None = None

    @property
    def is_part(self) -> bool:
        """Whether the rest of the file was read."""
        return bool(self.part) or self.offset is not None

    def __str__(self) -> str:
        """Return file, part, offset and reason on one line, printable whatever the file is called."""
        place = "" if self.offset is None else f" at offset {self.offset}"
        return f"{shown(self.path)}{' ' if self.part else ''}{shown(self.part)}{place}: {shown(self.reason)}"


@frozen(kw_only=True)
class PassedOver:
    """A file, or a part of one, that is none of ours to archive; counted by reason."""

    path: Path
    reason: str


Draft: TypeAlias = PageDraft | ResponseDraft | CopyDraft
Outcome: TypeAlias = Draft | Rejected | PassedOver


def identify(kind: str, url: str, payload: bytes | memoryview) -> str:
    """Make the record id that follows from what is archived: UUID version 5 (RFC 9562 §5.5) of kind, payload and URL.

    The date is no part of it: the same page loaded from a copy of the file is the same capture.
    """
    name = f"{kind} {hashlib.sha256(payload).hexdigest()} {url}"
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>"


def is_capture(draft: Draft) -> bool:
    """Whether a page will be read from it."""
    return draft.kind in CAPTURES


def label(name: str, part: str = "") -> str:
    """Name a source in a header: the file's name percent-encoded (names are bytes), and its part behind a `#`."""
    encoded = quote(name.encode("utf-8", "surrogateescape"), safe="/")
    return f"{encoded}#{quote(part, safe='/')}" if part else encoded


def shown(name: Path | str) -> str:
    """Make a name printable: what is no Unicode text, breaks the line or commands the terminal is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in str(name))
