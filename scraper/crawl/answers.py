"""A capture, or a page met again, as the response that a crawl got."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from attrs import field, frozen

from scraper.archive import MAX_PAYLOAD, Capture, Originals, Revisit, Skipped, UnreadableCapture, interpret, record_at
from scraper.archive.decoding import Broken
from scraper.archive.payload import HttpHead, dechunk, read_http
from scraper.crawl.store import Stored, holds_page
from scraper.errors import PayloadError, RecordNotFound

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.archive import Record
    from scraper.crawl.latest import Place

_CODINGS: Final = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd"})
_NOT_MODIFIED: Final = 304


@frozen
class Answer:
    """A capture as a response to a request.

    Attributes:
        status: HTTP status.
        headers: All header fields, in order (but for a Content-Encoding that some tool undid before it archived the body).
        body: The body without transfer coding, still content-encoded.
        protocol: `HTTP/1.1`, or None where the capture is no HTTP response.
        address: The server's, if the archive says so.
        item: The capture.
        truncated: WARC-Truncated's reason.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    protocol: str | None
    address: str | None
    item: Capture | UnreadableCapture
    truncated: str | None

    @property
    def stored(self) -> Stored:
        """What there is to be extracted from it; `scraper extract` asks the same."""
        whole = 200 <= self.status < 300 and not self.truncated  # noqa: PLR2004  success, RFC 9110 §15.3
        return Stored(Counter(), self.item if whole and holds_page(self.item) else None)

    @property
    def url(self) -> str:
        """The URL that was answered."""
        return (self.item.revisit or self.item).url

    def leads_to(self, url: str) -> bool:
        """Whether it is a redirect to this URL."""
        locations = [value for name, value in self.headers if name.lower() == "location"]
        return 300 <= self.status < 400 and any(urljoin(self.url, each) == url for each in locations)  # noqa: PLR2004


def read(place: Place, originals: Originals | None = None) -> Answer | None:
    """Read a capture as it came over the wire, with the checks that every reading makes.

    Args:
        place: Where the capture or the revisit is.
        originals: Finds what a revisit stands for; by default near the archive that it is in.

    Returns:
        The answer; of a revisit its own head and the body of its original. None where that is not to be had.

    Raises:
        ArchiveError: The archive cannot be read, or there is no whole record.
    """
    record = record_at(place.path, place.offset, place.record_id)
    item = interpret(record, place.path, max_payload=MAX_PAYLOAD)
    if isinstance(item, Revisit):
        return _answer_again(record, item, place.path, originals or Originals())
    if not isinstance(item, Capture | UnreadableCapture):
        raise RecordNotFound(f"no capture any more: {item.reason}", path=place.path, offset=place.offset)
    return _answer(record, item, record, place.path)


def _answer_again(record: Record, revisit: Revisit, path: Path, originals: Originals) -> Answer | None:
    """The answer of a visit that met a page again."""
    found = originals.locate(revisit, path)
    if isinstance(found, Skipped):
        return None
    archive, item = found
    original = record_at(archive, item.offset, item.record_id)
    headless = revisit.status in {None, _NOT_MODIFIED}  # a head that says "not modified" has no body: the original's has
    return _answer(original, item, original if headless else record, archive)


def _answer(record: Record, item: Capture | UnreadableCapture, told: Record, path: Path) -> Answer:
    """Put the body of a record behind the head that is told by it, or by the revisit that stands for it.

    Raises:
        PayloadError: There is no body.
    """
    truncated = record.head.fields.get("warc-truncated")
    own = read_http(record.block) if item.record_type == "response" else None
    address = told.head.fields.get("warc-ip-address")
    if own is not None:
        http = read_http(told.block) or own
        body = _body(record, own, partial=truncated is not None, path=path)
        protocol = told.block.split(b" ", 1)[0].decode("latin-1")
        return Answer(http.status, _headers(http, body, item), body, protocol, address, item, truncated)
    if isinstance(item, UnreadableCapture):
        raise item.error
    declared = (("Content-Type", record.head.fields.get("content-type", item.media_type)),)
    return Answer(200, declared, item.payload, None, address, item, truncated)


def _body(record: Record, http: HttpHead, *, partial: bool, path: Path) -> bytes:
    """The body of an HTTP response, its chunks joined.

    Raises:
        PayloadError: The chunks break.
    """
    body = memoryview(record.block)[http.end :]
    joined = dechunk(body, partial=partial) if "chunked" in http.listed("transfer-encoding") else None
    if isinstance(joined, Broken):
        raise PayloadError(joined.reason, path=path, offset=record.offset)
    return bytes(body) if joined is None else joined


def _headers(http: HttpHead, body: bytes, item: Capture | UnreadableCapture) -> tuple[tuple[str, str], ...]:
    """The header fields; tools that store bodies decoded leave a Content-Encoding on which Scrapy would fail."""
    decoded = isinstance(item, Capture) and body == item.payload and not _CODINGS.isdisjoint(http.listed("content-encoding"))
    return tuple((name, value) for name, value in http.headers if not (decoded and name.lower() == "content-encoding"))
