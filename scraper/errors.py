"""The one exception tree. Everything this package raises on purpose is a `ScraperError`.

    ScraperError
    ├── UsageError                 the command was asked for something it cannot do (exit code 2)
    ├── JobError                   a job over many archives cannot go on; what is done is kept, and it can be resumed
    ├── ArchiveError               an archive file; carries path and offset
    │   ├── NotAnArchive           the file is no WARC, ARC or WACZ, or cannot be read at all
    │   ├── DamagedRecord          a torn, cut or malformed record at this offset
    │   ├── RecordNotFound         no such record here, nor where the index points
    │   └── PayloadError           the record is whole, its payload cannot be decoded
    │       └── PayloadTooLarge    the decoded payload passes the size bound
    ├── LoadError                  a saved file that cannot become a capture
    ├── QuotingError               positions, steps, charsets
    │   ├── UnsupportedMediaType   no page opens this media type
    │   ├── UnsupportedCharset     a stateful or unknown charset: bytes cannot be mapped to text piecewise
    │   ├── MalformedPayload       not well-formed XML or JSON; carries line and offset
    │   │   └── ExcessivePayload   nested too deep, or entities that expand without bound
    │   ├── BadSelector            a selector that cannot be read, or that computes a value instead of selecting
    │   ├── StepFailed             a step does not apply to this value
    │   ├── UnknownStep            a pointer names a step that nobody registered
    │   └── ReplayError            a pointer that does not fit its payload
    ├── RecordError                a record that must not be emitted; carries the field
    │   ├── UnsourcedValue         a plain value in a record: provenance was forgotten
    │   └── SchemaViolation        the record does not satisfy its schema
    └── SiteError                  plugins
        ├── BrokenPlugin           a plugin that cannot be loaded
        ├── Unmatched              no site knows this capture
        ├── ExtractionFailed       a plugin's layout raised
        ├── PageTimeout            a page took longer than its limit
        ├── OutOfMemory            a page took more memory than its limit
        └── WorkerLost             the process that worked on a page died, twice

Errors that speak of a place carry it as attributes (`path`, `offset`, `field`), so that a report can name file, offset and
field without parsing a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class ScraperError(Exception):
    """Root of the tree: catch this to catch everything that is ours."""


class UsageError(ScraperError):
    """The command was asked for something it cannot do."""


class JobError(ScraperError):
    """A job over many archives cannot go on; what is done is kept, and `--resume` goes on from there."""


class ArchiveError(ScraperError):
    """Something about an archive file.

    Args:
        message: What is wrong and, where there is something to do, what to do.
        path: The archive file.
        offset: Byte offset in that file (compressed bytes where it is compressed), when known.
    """

    def __init__(self, message: str, *, path: Path | str | None = None, offset: int | None = None) -> None:
        place = "" if path is None else f"{path}: " if offset is None else f"{path} at offset {offset}: "
        super().__init__(place + message)
        self.reason = message
        self.path = path
        self.offset = offset


class NotAnArchive(ArchiveError):
    """The file is no archive, or cannot be opened."""


class DamagedRecord(ArchiveError):
    """A torn, cut or malformed record; the rest of the archive may be fine."""


class RecordNotFound(ArchiveError):
    """The record is neither at its offset nor where the index points."""


class PayloadError(ArchiveError):
    """The record is whole, but its payload cannot be decoded as its headers say."""


class PayloadTooLarge(PayloadError):
    """The decoded payload passes the size bound (a compression bomb, or a bound set too low)."""


class LoadError(ScraperError):
    """A saved file that cannot become a capture.

    Args:
        message: What is wrong.
        path: The file.
    """

    def __init__(self, message: str, *, path: Path | str) -> None:
        super().__init__(f"{path}: {message}")
        self.reason = message
        self.path = path


class QuotingError(ScraperError):
    """Positions, steps and charsets."""


class UnsupportedMediaType(QuotingError):
    """No page opens this media type."""


class UnsupportedCharset(QuotingError):
    """A charset whose bytes cannot be mapped to text piecewise: stateful (ISO-2022, UTF-7, HZ), no text encoding, or unknown."""


class MalformedPayload(QuotingError):
    """A payload that is not well-formed XML or JSON.

    Args:
        message: What is wrong.
        line: The line in the payload's text, counted from 1, when known.
        offset: Byte offset in the payload, when known.
    """

    def __init__(self, message: str, *, line: int | None = None, offset: int | None = None) -> None:
        places = [f"line {line}"] if line is not None else []
        places += [f"byte {offset}"] if offset is not None else []
        super().__init__(f"{', '.join(places)}: {message}" if places else message)
        self.reason = message
        self.line = line
        self.offset = offset


class ExcessivePayload(MalformedPayload):
    """A payload that passes a bound: nested too deep, or with entities that expand without bound."""


class BadSelector(QuotingError):
    """A selector that cannot be read, or that computes a value, which would have no place on the page, instead of selecting."""


class StepFailed(QuotingError):
    """A step does not apply to this value; the field becomes unreadable, the record goes on."""


class UnknownStep(QuotingError):
    """A pointer names a step that is not registered: install the plugin that provides it."""


class ReplayError(QuotingError):
    """A pointer that does not fit its payload: spans outside it, or steps that no longer apply."""


class RecordError(ScraperError):
    """A record that must not be emitted.

    Args:
        message: What is wrong.
        field: JSON Pointer (RFC 6901) of the field.
    """

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(f"{field or '(the record)'}: {message}")
        self.reason = message
        self.field = field


class UnsourcedValue(RecordError):
    """A plain value stands where a sourced one must: provenance was forgotten."""


class SchemaViolation(RecordError):
    """The record does not satisfy its schema."""


class SiteError(ScraperError):
    """Sites and the plugins that bring them."""


class BrokenPlugin(SiteError):
    """A plugin that cannot be loaded; the other plugins work on."""


class Unmatched(SiteError):
    """No site knows this capture."""


class ExtractionFailed(SiteError):
    """A plugin's layout raised; the capture is rejected and the job goes on."""


class PageTimeout(SiteError):
    """A page took longer than its limit; it is rejected and the job goes on."""


class OutOfMemory(SiteError):
    """A page took more memory than its limit; it is rejected and the job goes on."""


class WorkerLost(SiteError):
    """The process that worked on a page died on it, and died again when it was tried again."""
