"""The bytes on the wire of Scrapy's HTTP/1.1 handler, as they were sent and received.

The one module that touches private parts of Scrapy and Twisted. No public place sees the wire: Twisted parses the head as it
arrives, and drops the status line's spacing, header case, folding, chunk framing and trailers. So the protocol object of each
connection is given ears: what the request writes and what the connection receives goes into the exchange of the download on
whose behalf it happens. Twisted never pipelines, so all bytes between a request and the end of its response belong to it; the
parser says how many bytes behind that end it was given.

`missing` names the private parts that are not there: then the handler is not used, and responses are reconstructed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.internet.error import ConnectionAborted
from twisted.web._newclient import HTTP11ClientProtocol, Request
from twisted.web.client import HTTPConnectionPool, _HTTP11ClientFactory

from scraper.crawl.exchange import Download, Exchange, current, now

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred

PRIVATE: Final = (
    (HTTP11ClientProtocol, "request"),
    (HTTP11ClientProtocol, "dataReceived"),
    (HTTP11ClientProtocol, "_finishResponse"),
    (HTTP11ClientProtocol, "connectionLost"),
    (HTTPConnectionPool, "getConnection"),
    (HTTPConnectionPool, "_factory"),
    (_HTTP11ClientFactory, "buildProtocol"),
    (Request, "writeTo"),
)
"""What is overridden or called here, by class."""


def missing() -> list[str]:
    """Name the private parts that the installed Scrapy and Twisted do not have."""
    return [f"{cls.__qualname__}.{name}" for cls, name in PRIVATE if not hasattr(cls, name)]


class RecordingHandler(HTTP11DownloadHandler):
    """Scrapy's handler on connections with ears.

    Raises:
        AttributeError: The handler keeps its connections elsewhere than known.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool.__class__ = _Pool  # it has no further state, and keeps what Scrapy set
        self._pool._factory = _Factory  # noqa: SLF001  where Scrapy puts its own


class _Pool(HTTPConnectionPool):
    """Marks each request with the download that it is sent for."""

    def getConnection(self, key: Any, endpoint: Any) -> Deferred[Any]:  # noqa: N802  Twisted's name
        """Give out a connection for the running task's download."""
        connection: Deferred[Any] = super().getConnection(key, endpoint)
        return connection.addCallback(_Marking, current.get())


class _Marking:
    """Stands before a connection (or before the wrapper that sends again on another one) for one request."""

    def __init__(self, connection: Any, download: Download | None) -> None:
        self._connection = connection
        self._download = download

    def request(self, request: Any) -> Any:
        """Send a request that knows its download."""
        request.scraper_download = self._download
        return self._connection.request(request)


class _Factory(_LenientHTTP11ClientFactory):
    """Makes connections with ears."""

    def buildProtocol(self, addr: Any) -> Any:  # noqa: ARG002, N802  Twisted's names
        """Make the protocol of a new connection."""
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]  # Twisted's


class _Protocol(_LenientHTTP11ClientProtocol):
    """A connection with ears."""

    _exchange: Exchange | None = None

    def request(self, request: Any) -> Any:
        """Send a request, and listen from now on."""
        exchange = _begin(self.transport)
        download: Download | None = getattr(request, "scraper_download", None)
        if download is not None:
            download.exchanges.append(exchange)
        self._exchange = exchange
        request.writeTo = lambda transport: type(request).writeTo(request, _Tee(transport, exchange.sent))
        return super().request(request)

    def dataReceived(self, bytes: bytes) -> None:  # noqa: A002, N802  Twisted's names
        """Keep what arrives, then have it parsed."""
        if self._exchange is not None:
            self._exchange.hear(bytes)
        super().dataReceived(bytes)  # type: ignore[no-untyped-call]  # Twisted's

    def _finishResponse(self, rest: bytes) -> None:  # noqa: N802  Twisted's name
        """The parser has seen the response's end."""
        if self._exchange is not None:
            self._exchange.finish(len(rest))
            self._exchange = None
        super()._finishResponse(rest)

    def connectionLost(self, reason: Any) -> None:  # type: ignore[override]  # noqa: N802  Twisted's name
        """A response that lasts until the connection ends is complete only if it was not us who ended it."""
        ours = reason.check(ConnectionAborted) or getattr(self.transport, "disconnecting", False)
        if self._exchange is not None and ours:
            self._exchange.close()
        super().connectionLost(reason)  # type: ignore[no-untyped-call]  # Twisted's


class _Tee:
    """A transport that keeps what is written to it."""

    def __init__(self, transport: Any, sent: bytearray) -> None:
        self._transport = transport
        self._sent = sent

    def write(self, data: bytes) -> None:
        """Keep and write."""
        self._sent += data
        self._transport.write(data)

    def writeSequence(self, data: Iterable[bytes]) -> None:  # noqa: N802  Twisted's name
        """Keep and write."""
        self.write(b"".join(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def _begin(transport: Any) -> Exchange:
    """Begin an exchange on a connection."""
    handle = getattr(transport, "getHandle", lambda: None)()
    version = getattr(handle, "get_protocol_version_name", None)  # an OpenSSL connection
    protocols = (version().lower().replace("tlsv1", "tls/1"),) if version else ()
    return Exchange(now(), getattr(transport.getPeer(), "host", None), protocols)
