"""Unchanged pages: whether a response brings a payload that is archived already, so that a `revisit` record can stand for it.

A revisit promises more than an equal payload: other tools put its HTTP head before the original's body. So the original's body is
read and compared byte for byte, under the same codings and Content-Type, and where head and body would not fit together,
the response is archived whole. What an index says is never enough. An original is always a `response` record, never a revisit.
"""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING, Final

import attrs

from scraper.archive import MAX_PAYLOAD, Capture, interpret, record_at
from scraper.archive.decoding import Broken
from scraper.archive.index import stored_digest
from scraper.archive.payload import HttpHead, dechunk, read_http, read_payload
from scraper.archive.volume import unfinished
from scraper.crawl.known import Known
from scraper.crawl.records import FIDELITY
from scraper.errors import ArchiveError

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.archive import Record, Written
    from scraper.archive.payload import Payload
    from scraper.crawl.records import Entry

_log = logging.getLogger(__name__)
SMALLEST: Final = 1024
"""Bytes of a body below which a revisit would save nothing worth having."""
_OK: Final = 200
_CODINGS: Final = ("content-encoding", "transfer-encoding")
_WHOLE_CHUNKS: Final = b"\r\n0\r\n\r\n"
"""How a chunked body without trailer fields ends (RFC 9112 §7.1)."""


@attrs.frozen
class Original:
    """What a revisit will refer to.

    Attributes:
        capture: The capture that holds the payload.
        digest: The digest by which indexes list it.
    """

    capture: Capture
    digest: str


@attrs.frozen
class Seen:
    """What is known of a response's payload.

    Attributes:
        payload: The payload.
        payload_sha256: Its digest, hexadecimal.
        original: The capture that holds it already; None where there is none, or none that a revisit could refer to.
    """

    payload: Payload
    payload_sha256: str
    original: Original | None


class Dedupe:
    """Knows the payloads of this crawl and, through the indexes, of the finished archives in a folder.

    Args:
        folder: Where archives are.
    """

    def __init__(self, folder: Path) -> None:
        self._known: Known | None = None
        try:
            self._known = Known()
            _log.info("%d captures of earlier archives are known: what is unchanged becomes a revisit", self._known.learn(folder))
        except sqlite3.Error as error:
            self._give_up(error)

    def look(self, entry: Entry) -> Seen | None:
        """Look for the payload of a response that is about to be archived.

        Returns:
            None for what is archived whole in any case: small bodies, other statuses than 200, cut bodies, undecodable ones,
            and responses that were not taken off the wire.
        """
        http = read_http(entry.block) if _may_recur(entry) else None
        if self._known is None or http is None or len(entry.block) - http.end < SMALLEST:
            return None
        payload = read_payload(entry.block, http, limit=MAX_PAYLOAD, partial=False)
        if isinstance(payload, Broken):
            return None
        digest = payload.sha256.hex()
        try:
            places = self._known.find(digest)
        except sqlite3.Error as error:
            self._give_up(error)
            return None
        found = (_original(*place, entry.block, http) for place in places)
        return Seen(payload, digest, next((each for each in found if each), None))

    def note(self, seen: Seen, written: Written) -> None:
        """Take note of a response that has been archived whole."""
        try:
            if self._known is not None:
                self._known.note(seen.payload_sha256, written.path, written.offset)
        except sqlite3.Error as error:
            self._give_up(error)

    def close(self) -> None:
        """Forget everything."""
        if self._known is not None:
            self._known.close()
            self._known = None

    def _give_up(self, error: sqlite3.Error) -> None:
        _log.warning("Unchanged pages are archived whole from now on: no room to keep what is archived already (%s)", error)
        self.close()


def _may_recur(entry: Entry) -> bool:
    headers = dict(entry.headers)
    whole = entry.kind == "response" and entry.status == _OK and "WARC-Truncated" not in headers
    return whole and headers.get(FIDELITY) == "wire"


def _original(archive: Path, offset: int, block: bytes, http: HttpHead) -> Original | None:
    """The capture at a place, if a revisit of this response can refer to it."""
    path = archive if archive.exists() else unfinished(archive)
    try:
        record = record_at(path, offset)
    except ArchiveError:
        return None  # the archive is not what was indexed any more
    item = interpret(record, path, max_payload=MAX_PAYLOAD) if _fits(record, block, http) else None
    if not isinstance(item, Capture):
        return None
    return Original(attrs.evolve(item, warc=archive.name), record.head.fields.get("warc-payload-digest") or stored_digest(record))


def _fits(record: Record, block: bytes, http: HttpHead) -> bool:
    """Whether a response's head and a record's body make the response."""
    head = record.head
    was = read_http(record.block) if head.kind == "response" and not head.arc else None
    if was is None or was.status != _OK or not head.fields.keys().isdisjoint({"warc-truncated", "warc-segment-number"}):
        return False
    if was.last("content-type") != http.last("content-type") or any(was.listed(name) != http.listed(name) for name in _CODINGS):
        return False
    return _same_body(block[http.end :], record.block[was.end :], chunked="chunked" in http.listed("transfer-encoding"))


def _same_body(body: bytes, original: bytes, *, chunked: bool) -> bool:
    """Whether two bodies are the same; chunks may be cut differently, but trailer fields would be lost."""
    if body == original or not (chunked and body.endswith(_WHOLE_CHUNKS)):
        return body == original
    joined = dechunk(memoryview(body))
    return isinstance(joined, bytes) and joined == dechunk(memoryview(original))
