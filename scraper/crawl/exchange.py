"""What went over the wire for one download, before anybody reads it: bytes sent, bytes received, and where the answer ended.

Knows neither Scrapy nor Twisted. A download is one call of a download handler: one hop of a redirect, one try of a retry. It
usually holds one exchange, and two when a kept-alive connection turned out to be dead and the request was sent again.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, datetime

from attrs import define, field

from scraper.archive.compose import new_id


@define(eq=False)
class Exchange:
    """One request on one connection, and what came back.

    Attributes:
        date: When the request was begun, as a WARC-Date.
        ip: The address that was contacted (a proxy's, where there is one), or None where there is no such thing.
        protocols: Protocols below HTTP, as WARC-Protocol names them: `tls/1.3`; where the bytes are not exact, HTTP's version too.
        sent: The request's bytes.
        received: The response's bytes, interim responses before it included.
        complete: Whether the response came to its end.
        exact: Whether these are the bytes of the wire; else they were put together again from what Scrapy kept.
        record_id: WARC-Record-ID of the response's record, known before it is written.
    """

    date: str
    ip: str | None = None
    protocols: tuple[str, ...] = ()
    sent: bytearray = field(factory=bytearray, repr=False)
    received: bytearray = field(factory=bytearray, repr=False)
    complete: bool = False
    exact: bool = True
    record_id: str = field(factory=new_id)

    _closed: bool = field(default=False, init=False)

    def hear(self, data: bytes) -> None:
        """Take bytes that were received."""
        if not self._closed:
            self.received += data

    def finish(self, surplus: int) -> None:
        """The response is complete; its last bytes do not belong to it.

        Args:
            surplus: Bytes received behind its end.
        """
        if self._closed:
            return
        if surplus:
            del self.received[-surplus:]
        self.complete = self._closed = True

    def close(self) -> None:
        """Nothing that comes from now on counts: a cut response stays cut, and another thread may read this."""
        self._closed = True


@define(eq=False)
class Download:
    """One call of a download handler.

    Attributes:
        url: The URL asked for, without fragment.
        exchanges: What was sent and received for it, in order.
        truncated: Why the last response is not whole, as WARC-Truncated names it (WARC 1.1 §5.13), if it is not.
        failure: Why the download failed, if it did.
    """

    url: str
    exchanges: list[Exchange] = field(factory=list)
    truncated: str = "unspecified"
    failure: Exception | None = None


current: ContextVar[Download | None] = ContextVar("current", default=None)
"""The download on behalf of which the running task opens connections."""


def now() -> str:
    """The present moment as a WARC-Date (WARC 1.1 §5.4)."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
