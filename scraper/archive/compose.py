"""The bytes of a WARC record, built by hand: what is archived is what was given, and nothing can break out of its field.

Digests are SHA-256 in base32, which warcio, fastwarc, cdxj-indexer and pywb accept. WARC-Block-Digest covers every byte
of every block. WARC-Payload-Digest is written only where it means the same to all: for HTTP responses that are not
chunked. For a chunked body the standard wants the digest of the joined body (WARC 1.1 §5.9), warcio and fastwarc check
that of the chunked bytes; for a resource, whose payload is its block, fastwarc calls any payload digest wrong. A digest
that one of them calls wrong is worse than none.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import TYPE_CHECKING, Final

from scraper.archive.digests import label
from scraper.archive.payload import read_http
from scraper.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scraper.archive.payload import Payload

VERSION: Final = b"WARC/1.1\r\n"
TERMINATOR: Final = b"\r\n\r\n"
_FORBIDDEN: Final = re.compile(r"[\r\n\0]")
_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_UNSAFE: Final = re.compile(r"[^!#-;=?-~]")  # printable ASCII but space, '"', '<' and '>' may stand in a URL as it is
_DATE: Final = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?)?)?", re.ASCII)
_ID: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:[^<>\s]+>")


def compose_head(kind: str, fields: Iterable[tuple[str, str]], block: bytes, *, date: str, record_id: str) -> bytes:
    """Build a record's head, its closing blank line included.

    Args:
        kind: WARC-Type.
        fields: Further header fields, in order.
        block: The block, for Content-Length and WARC-Block-Digest.
        date: WARC-Date.
        record_id: WARC-Record-ID, with its brackets.

    Raises:
        ArchiveError: A name or value cannot stand in a header, or date or id is malformed.
    """
    if not _DATE.fullmatch(date):
        raise ArchiveError(f"{date!r} is no WARC-Date: write UTC as 2026-11-21T07:04:00Z")
    if not _ID.fullmatch(record_id):
        raise ArchiveError(f"{record_id!r} is no WARC-Record-ID: write <urn:uuid:…>")
    every = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", record_id),
        ("WARC-Date", date),
        *fields,
        ("WARC-Block-Digest", sha256_label(block)),
        ("Content-Length", str(len(block))),
    ]
    return VERSION + b"".join(line(name, value) for name, value in every) + b"\r\n"


def line(name: str, value: str) -> bytes:
    """One header line (WARC 1.1 §4)."""
    if not _NAME.fullmatch(name):
        raise ArchiveError(f"{name!r} is no header field name")
    if _FORBIDDEN.search(value):
        raise ArchiveError(f"the value of {name} holds a line break or NUL: {value!r}")
    try:
        return f"{name}: {value}\r\n".encode()
    except UnicodeEncodeError as error:
        raise ArchiveError(f"the value of {name} is no Unicode text: {value!r}") from error


def new_id() -> str:
    """A fresh WARC-Record-ID."""
    return f"<urn:uuid:{uuid.uuid4()}>"


def safe_url(url: str) -> str:
    """Percent-encode, as UTF-8, what may not stand in a URL: spaces, controls, quotes, angle brackets, non-ASCII.

    Raises:
        ArchiveError: The URL is empty.
    """
    if not url.strip():
        raise ArchiveError("a record needs a target URI, and this one is empty")
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass")), url)


def content_type(media_type: str, charset: str | None) -> str:
    """A Content-Type of media type and charset parameter."""
    return media_type if charset is None else f"{media_type}; charset={charset}"


def sha256_label(data: bytes | memoryview) -> str:
    """A labelled digest, as WARC headers hold it."""
    return label("sha256", hashlib.sha256(data).digest())


def http_payload_digest(block: bytes, payload: Payload | None = None) -> str | None:
    """The payload digest of an HTTP response's block; None where it would mean different things to different tools.

    Args:
        block: The block.
        payload: Its payload, where it has been decoded already.

    Raises:
        ArchiveError: The block is no HTTP response.
    """
    http = read_http(block)
    if http is None:
        raise ArchiveError("the block of an HTTP response must begin with its status line")
    if "chunked" in http.listed("transfer-encoding"):
        return None
    if payload and len(payload.data) == len(block) - http.end and block.endswith(payload.data):
        return label("sha256", payload.sha256)
    return sha256_label(memoryview(block)[http.end :])
