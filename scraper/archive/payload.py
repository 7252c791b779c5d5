"""From a record's block to its payload: HTTP head off, chunks joined, content codings undone, within a size bound.

Archives disagree with themselves: tools store bodies already de-chunked or already decoded and leave the headers as
they were. So a header is believed as far as the body bears it out: a body that does not begin as its declared coding
begins is taken as it is. A coding that begins and then breaks is an error: half a page is never passed off as one.
"""

from __future__ import annotations

import hashlib
import re
from functools import cached_property
from typing import Final

from attrs import frozen

from scraper.archive.decoding import Broken, decode
from scraper.archive.head import MAX_LINE

_STATUS_LINE: Final = re.compile(rb"HTTP/\d+(?:\.\d+)? +(\d{3})(?:[ \t][^\r\n]*)?\r*\n")
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_CHUNK_LINE: Final = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_CHARSET: Final = re.compile(r""";\s*charset\s*=\s*["']?([^\s"';,]+)""", re.IGNORECASE)
OCTETS: Final = "application/octet-stream"


@frozen
class HttpHead:
    """The head of an HTTP response message.

    Attributes:
        status: Status code.
        headers: Fields in order, names as written, values stripped and unfolded, Latin-1.
        end: Where the body begins in the block, in bytes.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    end: int

    def last(self, name: str) -> str:
        """The last field of a name (given in lower case), as browsers decide; empty when there is none."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")

    def listed(self, name: str) -> list[str]:
        """The members of a comma-separated field, lower case, over all fields of that name (RFC 9110 §5.3)."""
        values = [value for key, value in self.headers if key.lower() == name]
        return [part.strip().lower() for value in values for part in value.split(",") if part.strip()]


@frozen
class Payload:
    """An entity body, decoded.

    Attributes:
        data: The payload.
        readings: What a payload digest may have been taken of, each different one once: the body as it came over the
            wire, de-chunked, and decoded.
    """

    data: bytes
    readings: tuple[bytes | memoryview, ...]

    @cached_property
    def sha256(self) -> bytes:
        """SHA-256 of the payload."""
        return hashlib.sha256(self.data).digest()


def read_http(block: bytes) -> HttpHead | None:
    """Read the head of an HTTP response message (RFC 9112 §2.1); interim 1xx heads before it are passed over.

    Args:
        block: The record's block.

    Returns:
        The head, or None when the block does not begin with a status line. A head without end is all head, no body.
    """
    start = 0
    while True:
        line = _STATUS_LINE.match(block, start)
        if line is None:
            return None
        stop = _HEAD_END.search(block, line.end() - 2)
        end = stop.end() if stop else len(block)
        status = int(line[1])
        interim = 100 <= status < 200 and status != 101  # noqa: PLR2004  RFC 9110 §15.2; after 101 it is HTTP no more
        if not (interim and _STATUS_LINE.match(block, end)):
            return HttpHead(status, _fields(block[line.end() : end]), end)
        start = end


def read_media_type(content_type: str) -> tuple[str, str | None]:
    """Split a Content-Type into media type (lower case, no parameters) and charset parameter (unresolved, or None)."""
    media_type = re.split("[;,]", content_type, maxsplit=1)[0].strip().lower()
    charset = _CHARSET.search(content_type)
    return (media_type if "/" in media_type else OCTETS), (charset[1] if charset else None)


def dechunk(body: memoryview, *, partial: bool = False) -> bytes | Broken | None:
    """Join a chunked body (RFC 9112 §7.1): extensions and trailers are dropped.

    Args:
        body: The body as it came over the wire.
        partial: Whether the record says that it was cut on purpose (WARC-Truncated): what is there then counts.

    Returns:
        The joined bytes; None when the body does not begin as a chunked one does, and so was stored joined already;
        `Broken` when it begins so and then breaks or ends before its last chunk.
    """
    joined = bytearray()
    at = 0
    while line := _CHUNK_LINE.match(body, at):
        size = int(line[1], 16)
        if size == 0:
            return bytes(joined)
        joined += body[line.end() : line.end() + size]
        end = line.end() + size
        close = bytes(body[end : end + 2])
        if close != b"\r\n":
            return bytes(joined) if partial and b"\r\n".startswith(close) else _broken(at)
        at = end + 2
    if at == 0:
        return None
    ran_out = b"\n" not in bytes(body[at : at + MAX_LINE])
    return bytes(joined) if partial and ran_out else _broken(at)


def _broken(at: int) -> Broken:
    """A chunked body that stops being one."""
    return Broken(f"the chunked body breaks at byte {at} of the body")


def read_payload(block: bytes, http: HttpHead, *, limit: int, partial: bool) -> Payload | Broken:
    """Undo transfer and content coding of an HTTP response (RFC 9112 §6.1, §7; RFC 9110 §8.4).

    Args:
        block: The record's block.
        http: Its HTTP head.
        limit: Most bytes that the payload may have.
        partial: As for `dechunk`.

    Returns:
        The payload with the readings of the body before decoding, or why there is none.
    """
    body = memoryview(block)[http.end :]
    joined = dechunk(body, partial=partial) if "chunked" in http.listed("transfer-encoding") else None
    if isinstance(joined, Broken):
        return joined
    plain = body if joined is None else memoryview(joined)
    codings = [*http.listed("content-encoding"), *(c for c in http.listed("transfer-encoding") if c != "chunked")]
    decoded = decode(plain, codings, limit=limit)
    if isinstance(decoded, Broken):
        return decoded
    readings = (body, *(() if plain is body else (plain,)), *(() if decoded is plain else (decoded,)))
    return Payload(bytes(decoded), readings)


def _fields(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Header fields, with obsolete line folding undone (RFC 9112 §5.2); a line without colon is no field."""
    fields: list[tuple[str, str]] = []
    for line in raw.decode("latin-1").split("\n"):
        if line[:1] in {" ", "\t"} and line.strip() and fields:
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}".strip())
            continue
        name, colon, value = line.partition(":")
        if colon:
            fields.append((name.strip(), value.strip()))
    return tuple(fields)
