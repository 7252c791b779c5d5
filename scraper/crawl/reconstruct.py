"""An exchange put together again from Scrapy's request and response, where a download handler gives no access to the wire.

What such a record cannot hold: header case and order, folding, chunk framing, trailers, the reason phrase, the request's own
additions. It says so (`WARC-Scraper-Fidelity: reconstructed`). The body is the one that the handler gave out: without
transfer coding, still content-encoded.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from scraper.crawl.exchange import Exchange

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Headers, Response

_FRAMING: Final = frozenset({b"transfer-encoding", b"trailer"})  # they speak of a framing that is gone
_PHRASES: Final = {int(each): each.phrase for each in HTTPStatus}
_PARTIAL: Final = frozenset({"dataloss", "download_stopped"})


def reconstruct(request: Request, response: Response, date: str) -> Exchange:
    """Put an exchange together.

    Args:
        request: As it was given to the handler.
        response: As the handler gave it out.
        date: When the request was begun, as a WARC-Date.
    """
    status = response.status
    phrase = _PHRASES.get(status, "")
    head = f"HTTP/1.1 {status} {phrase}\r\n".encode() + _lines(response.headers)
    protocols = (str(response.protocol).lower(),) if response.protocol else ()  # the head above is HTTP/1.1 whatever was spoken
    return Exchange(
        date,
        str(response.ip_address) if response.ip_address else None,
        protocols,
        bytearray(_request(request)),
        bytearray(head + b"\r\n" + response.body),
        complete=_PARTIAL.isdisjoint(response.flags),
        exact=False,
    )


def _request(request: Request) -> bytes:
    """The request, as an HTTP/1.1 client would write it (RFC 9112 §3)."""
    parts = urlsplit(request.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = b"" if b"Host" in request.headers else f"Host: {parts.netloc.rpartition('@')[2]}\r\n".encode()
    return f"{request.method} {path} HTTP/1.1\r\n".encode() + host + _lines(request.headers) + b"\r\n" + request.body


def _lines(headers: Headers) -> bytes:
    """Header lines, several of a name one after the other."""
    return b"".join(
        name + b": " + value.replace(b"\r", b" ").replace(b"\n", b" ") + b"\r\n"
        for name, values in headers.items()
        if name.lower() not in _FRAMING
        for value in values
    )
