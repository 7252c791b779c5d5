"""From a download to WARC records: which, in which order, and what they say of each other (WARC 1.1 §5, §6).

Each exchange gives a `response` and a `request` record that point at each other by WARC-Concurrent-To; where the payload is
archived already, a `revisit` stands in the response's place. What cannot be a response record is kept as `metadata` beside them:
interim responses (readers would take the first head for the response's), bytes that are no HTTP response, and the reason why a
download failed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs
from attrs import frozen

from scraper.archive.compose import line, new_id, safe_url
from scraper.archive.payload import read_http
from scraper.crawl.exchange import now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive import Capture
    from scraper.crawl.exchange import Download, Exchange

FIDELITY: Final = "WARC-Scraper-Fidelity"
"""Says of a request or response whether it is `wire` (the very bytes) or `reconstructed` (from what Scrapy kept)."""
_INTERIM: Final = re.compile(rb"HTTP/\d+(?:\.\d+)? +1\d\d\b[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n(?=HTTP/)")
_VERSION: Final = re.compile(rb"HTTP/(\d+(?:\.\d+)?)")
_FIELDS: Final = "application/warc-fields"
_PROFILE: Final = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_RESPONSE: Final = "application/http; msgtype=response"


@frozen
class Entry:
    """One record to be written; the arguments of `ArchiveWriter.write_record`, `response` records by `write_response`.

    Attributes:
        kind: WARC-Type.
        url: The target URI.
        date: WARC-Date.
        record_id: WARC-Record-ID.
        headers: Further header fields.
        block: The block.
        status: HTTP status of a `response`.
    """

    kind: str
    url: str
    date: str
    record_id: str
    headers: tuple[tuple[str, str], ...]
    block: bytes
    status: int | None = None


def entries(download: Download) -> Iterator[Entry]:
    """Yield the records of a download, in the order in which they are written."""
    last: Entry | None = None
    for exchange in download.exchanges:
        for last in _exchange(download, exchange):
            yield last
    if download.failure is not None:
        yield _failure(download, download.failure, beside=last)


def _exchange(download: Download, exchange: Exchange) -> Iterator[Entry]:
    """The records of one exchange; its request comes last."""
    request_id, response_id = new_id(), exchange.record_id
    common = _common(exchange)
    received = bytes(exchange.received)
    interim, final = _split_interim(received)
    http = read_http(final)
    if http is not None:
        cut = () if exchange.complete else (("WARC-Truncated", download.truncated),)
        headers = (*common, ("WARC-Concurrent-To", request_id), *cut)
        yield Entry("response", download.url, exchange.date, response_id, headers, final, http.status)
    beside = request_id if http is None else response_id
    for block in (interim, b"" if http else final):
        if block:
            kind = "application/http; msgtype=response" if block is interim else "application/octet-stream"
            headers = (*common, ("WARC-Concurrent-To", beside), ("Content-Type", kind))
            yield Entry("metadata", download.url, exchange.date, new_id(), headers, block)
    if exchange.sent:
        towards = () if http is None else (("WARC-Concurrent-To", response_id),)
        headers = (*common, *towards, ("Content-Type", "application/http; msgtype=request"))
        yield Entry("request", download.url, exchange.date, request_id, headers, bytes(exchange.sent))


def _common(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    """The header fields that all records of an exchange share."""
    version = _VERSION.match(exchange.received) if exchange.exact else None
    http = (f"http/{version[1].decode()}",) if version else ()
    return (
        *([("WARC-IP-Address", exchange.ip)] if exchange.ip else []),
        *(("WARC-Protocol", protocol) for protocol in (*http, *exchange.protocols)),
        (FIDELITY, "wire" if exchange.exact else "reconstructed"),
    )


def _split_interim(received: bytes) -> tuple[bytes, bytes]:
    """Part interim responses (RFC 9110 §15.2) from the final one."""
    at = 0
    while match := _INTERIM.match(received, at):
        at = match.end()
    return received[:at], received[at:]


def _failure(download: Download, error: Exception, *, beside: Entry | None) -> Entry:
    """The record that says why a download failed."""
    told = str(error).replace("\0", "").encode("utf-8", "backslashreplace").decode()
    reason = " ".join(told.split()) or type(error).__name__
    block = line("error", type(error).__name__) + line("reason", reason)
    towards = () if beside is None else (("WARC-Concurrent-To", beside.record_id),)
    date = now() if beside is None else beside.date
    return Entry("metadata", download.url, date, new_id(), (*towards, ("Content-Type", _FIELDS)), block)


def revisit(entry: Entry, original: Capture, digest: str) -> Entry:
    """Make of a response the record that says: the payload is that of an original (WARC 1.1 §6.7.2).

    Args:
        entry: The response, whose head goes into the record as it came over the wire.
        original: The capture that holds the payload.
        digest: WARC-Payload-Digest as indexes have it of the original: replay tools look it up by this.
    """
    http = read_http(entry.block)
    more = (
        ("Content-Type", _RESPONSE),
        ("WARC-Profile", _PROFILE),
        ("WARC-Refers-To", original.record_id),
        ("WARC-Refers-To-Target-URI", original.url),
        ("WARC-Refers-To-Date", original.date),
        ("WARC-Payload-Digest", digest),
        ("WARC-Truncated", "length"),  # the standard asks for it: the body is left out
    )
    return attrs.evolve(entry, kind="revisit", headers=(*entry.headers, *more), block=entry.block[: http.end if http else 0])


def target(entry: Entry) -> tuple[str, str]:
    """The header field of a record's target URI."""
    return "WARC-Target-URI", safe_url(entry.url)
