"""Replay: a crawl served from archives instead of the network, so that a changed spider runs again offline.

Every scheme that could leave the machine gets a download handler that knows archives only; robots.txt, redirects and retries go
through download handlers too, so no host is asked and no name looked up. Nothing is archived: extractions point at the captures
that were served, as those of `scraper extract` do.

Only places are kept in memory, the latest capture of each URL; a capture is read when it is asked for, in a thread.
"""

from __future__ import annotations

import ipaddress
import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast
from urllib.parse import urldefrag, urljoin

import orjson
import tldextract
from attrs import define, field, frozen
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.downloadermiddlewares import cookies
from scrapy.exceptions import CloseSpider, ResponseDataLossError
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from scraper.archive import (
    MAX_PAYLOAD,
    Capture,
    Hole,
    Record,
    UnreadableCapture,
    file_sha256,
    index_path,
    indexed_sha256,
    interpret,
    raw_records,
)
from scraper.archive.decoding import Broken
from scraper.archive.index import archives_in, index_line, surt_key
from scraper.archive.payload import HttpHead, dechunk, read_http
from scraper.archive.reader import open_archive, records_at
from scraper.crawl.archiver import Archiver
from scraper.crawl.store import Stored
from scraper.crawl.threads import in_thread
from scraper.errors import DamagedRecord, NotAnArchive, PayloadError, RecordNotFound, ScraperError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

_log = logging.getLogger(__name__)
REASON: Final = "replay_failed"
"""The close reason of a crawl that cannot be served from its archives."""
OFFLINE: Final[dict[str, Any]] = {
    "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_SLOTS": {},
    "AUTOTHROTTLE_ENABLED": False,
    "HTTPCACHE_ENABLED": False,
}
"""Settings under replay: nobody is to be spared, and no cache stands before the archive."""
_LOCAL: Final = frozenset({"data", "file"})
_REVISIT: Final = "warc/revisit"
_THREADS: Final = 4
_CODINGS: Final = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd"})


@frozen(order=True)
class Place:
    """Where a capture is; a later one is the greater.

    Attributes:
        timestamp: The capture's date in 14 digits.
        number: Of the archive, in the order in which they are read.
        offset: As in `Capture`.
        path: The archive.
        record_id: As in `Capture`.
    """

    timestamp: str
    number: int
    offset: int
    path: Path
    record_id: str


@define
class Latest:
    """The latest capture of each URL.

    Args:
        archives: The archive files.
    """

    archives: list[Path]
    _urls: dict[str, Place] = field(factory=dict, init=False)
    _keys: dict[str, Place] = field(factory=dict, init=False)

    def __len__(self) -> int:
        return len(self._urls)

    def learn(self) -> None:
        """List the archives' captures: from the index of an archive that has not changed since, else by reading it.

        Raises:
            NotAnArchive: A file is none, or cannot be read.
        """
        for number, path in enumerate(self.archives):
            for url, key, timestamp, data in _captures(path):
                place = Place(timestamp, number, int(data["offset"]), path, data["record_id"])
                self._urls[url] = max(place, self._urls.get(url, place))
                self._keys[key] = max(place, self._keys.get(key, place))

    def find(self, url: str) -> Place | None:
        """Where the latest capture of a URL is: of exactly this one, else of one with the same SURT key.

        Args:
            url: Without fragment.
        """
        return self._urls.get(url) or self._keys.get(surt_key(url))


_Line = tuple[str, str, str, dict[str, str]]


def _captures(archive: Path) -> Iterator[_Line]:
    """URL, key, timestamp and data of each capture: from the index if it is of this very file, else from the archive itself."""
    digest = indexed_sha256(archive)
    if digest is not None and digest == file_sha256(archive):
        with suppress(OSError, ValueError, KeyError, TypeError):
            yield from _listed(archive)
            return
    yield from _held(archive)


def _listed(archive: Path) -> Iterator[_Line]:
    """What the index of an archive lists."""
    with index_path(archive).open(encoding="utf-8") as file:
        file.readline()  # says which archive it is of
        for line in file:
            key, timestamp, told = line.split(" ", 2)
            data = orjson.loads(told)
            if data["mime"] != _REVISIT:
                yield data["url"], key, timestamp, data


def _held(archive: Path) -> Iterator[_Line]:
    """What an archive holds."""
    for record in raw_records(archive):
        if isinstance(record, Hole):
            _log.warning("%s at offset %d: %s", archive, record.offset, record.reason)
        elif (line := index_line(record, archive.name)) and line.data["mime"] != _REVISIT:
            yield line.data["url"], line.key, line.timestamp, line.data


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
        if isinstance(self.item, UnreadableCapture):
            return Stored(Counter(), unreadable=self.item.error)
        page = 200 <= self.status < 300 and not self.truncated and self.item.payload  # noqa: PLR2004  success, RFC 9110 §15.3
        return Stored(Counter(), self.item if page else None)

    def leads_to(self, url: str) -> bool:
        """Whether it is a redirect to this URL."""
        locations = [value for name, value in self.headers if name.lower() == "location"]
        return 300 <= self.status < 400 and any(urljoin(self.item.url, each) == url for each in locations)  # noqa: PLR2004


def read(place: Place) -> Answer:
    """Read a capture as it came over the wire, with the checks that every reading makes.

    Raises:
        ArchiveError: The archive cannot be read, or there is no whole record.
    """
    record = _record(place)
    item = interpret(record, place.path, max_payload=MAX_PAYLOAD)
    if not isinstance(item, Capture | UnreadableCapture):
        raise RecordNotFound(f"no capture any more: {item.reason}", path=place.path, offset=place.offset)
    truncated = record.head.fields.get("warc-truncated")
    http = read_http(record.block) if item.record_type == "response" else None
    address = record.head.fields.get("warc-ip-address")
    if http is not None:
        body = _body(record, http, partial=truncated is not None, place=place)
        protocol = record.block.split(b" ", 1)[0].decode("latin-1")
        return Answer(http.status, _headers(http, body, item), body, protocol, address, item, truncated)
    if isinstance(item, UnreadableCapture):
        raise item.error
    declared = (("Content-Type", record.head.fields.get("content-type", item.media_type)),)
    return Answer(200, declared, item.payload, None, address, item, truncated)


def _record(place: Place) -> Record:
    """The whole record at a place.

    Raises:
        ArchiveError: There is none.
    """
    with open_archive(place.path) as file:
        for record in records_at(file, place.path, place.offset, MAX_PAYLOAD):
            if isinstance(record, Hole):
                raise DamagedRecord(record.reason, path=place.path, offset=place.offset)
            if record.head.record_id(record.block) == place.record_id:
                return record
    raise RecordNotFound(f"no record {place.record_id} here any more", path=place.path, offset=place.offset)


def _body(record: Record, http: HttpHead, *, partial: bool, place: Place) -> bytes:
    """The body of an HTTP response, its chunks joined.

    Raises:
        PayloadError: The chunks break.
    """
    body = memoryview(record.block)[http.end :]
    joined = dechunk(body, partial=partial) if "chunked" in http.listed("transfer-encoding") else None
    if isinstance(joined, Broken):
        raise PayloadError(joined.reason, path=place.path, offset=place.offset)
    return bytes(body) if joined is None else joined


def _headers(http: HttpHead, body: bytes, item: Capture | UnreadableCapture) -> tuple[tuple[str, str], ...]:
    """The header fields; tools that store bodies decoded leave a Content-Encoding on which Scrapy would fail."""
    decoded = isinstance(item, Capture) and body == item.payload and not _CODINGS.isdisjoint(http.listed("content-encoding"))
    return tuple((name, value) for name, value in http.headers if not (decoded and name.lower() == "content-encoding"))


def replayed(names: Iterable[str]) -> list[Path]:
    """Find the archives that SCRAPER_REPLAY names, and see that each is one.

    Args:
        names: Archives, or folders of archives.

    Raises:
        UsageError: There is no such file, or the folder holds no archive.
        NotAnArchive: A file is no archive, or cannot be read.
    """
    archives: dict[Path, None] = {}
    for name in names:
        found = list(archives_in(name))
        if not found:
            why = "holds no archive" if Path(name).is_dir() else "does not exist"
            raise UsageError(f"SCRAPER_REPLAY: {name} {why}")
        archives |= dict.fromkeys(found)
    for path in archives:
        if not any(isinstance(record, Record) for record in raw_records(path, max_block=0)):
            raise NotAnArchive("there is no whole record in this file", path=path)
    return list(archives)


class Replayer(Archiver):
    """Answers requests from archives, and extracts the captures that it answers with.

    Args:
        crawler: The crawl.

    Raises:
        UsageError: A setting's value is of no use.
        NotAnArchive: What SCRAPER_REPLAY names is no archive.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._latest = Latest(replayed(self.options.replay))
        self._reading = ThreadPoolExecutor(_THREADS, "scraper-replay")
        self._given: set[str] = set()
        self._named = ", ".join(self.options.replay)

    def update_settings(self, settings: BaseSettings) -> None:
        """Take every scheme that could leave the machine, and drop the delays.

        The priority is a spider's: a project's or spider's delays go, what stands behind `-s` stays.
        """
        for name, value in OFFLINE.items():
            settings.set(name, value, priority="spider")
        handlers = settings["DOWNLOAD_HANDLERS"]
        for scheme in _remote(settings):
            handlers.set(scheme, HANDLER, priority="cmdline")
        # The cookie middleware's own would fetch the public suffix list from its home.
        cookies._split_domain = tldextract.TLDExtract(  # noqa: SLF001
            suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
        )

    async def answer(self, request: Request) -> Response:
        """Answer a request from the archives; with a 404 that says so where they hold no such capture.

        Raises:
            ArchiveError: The capture cannot be read any more.
            ResponseDataLossError: It is cut short, and DOWNLOAD_FAIL_ON_DATALOSS is on.
        """
        url = urldefrag(request.url).url
        place = self._latest.find(url) if request.method in {"GET", "HEAD"} else None
        found = await in_thread(self._reading, read, place) if place else None
        request.meta["download_latency"] = 0.0
        if place is None or found is None or (found.item.url != url and found.leads_to(url)):
            return self._miss(request, url)
        self._count({"replay/hit": 1})
        if place.record_id not in self._given and request.method == "GET" and self.options.extract:
            self._given.add(place.record_id)
            self.keep(request, found.stored)
        return response_of(url, found, self._flags(request, found), with_body=request.method == "GET")

    def _miss(self, request: Request, url: str) -> Response:
        self._count({"replay/miss": 1})
        text = f"No capture of {request.method} {url} in {self._named}\n"
        _log.info("%s", text.strip())
        declared = Headers({"Content-Type": "text/plain; charset=utf-8"})
        return responsetypes.from_args(headers=declared, url=url)(url, status=404, headers=declared, body=text.encode())

    def _flags(self, request: Request, found: Answer) -> list[str]:
        """The flags that a response had when it was fetched.

        Raises:
            ResponseDataLossError: It failed then, and fails now.
        """
        if found.truncated is None:
            return []
        if found.truncated == "unspecified":
            return ["download_stopped"]
        strict = self._crawler.settings.getbool("DOWNLOAD_FAIL_ON_DATALOSS")
        if request.meta.get("download_fail_on_dataloss", strict):
            raise ResponseDataLossError(f"{found.item.warc} holds a part of {request.url} only ({found.truncated})")
        return ["dataloss"]

    async def _open(self, spider: Spider) -> None:  # noqa: ARG002  Scrapy's name
        """List the captures before the first request, and load the sites.

        Raises:
            CloseSpider: The crawl cannot be served from the archives, or not from them alone.
        """
        try:
            self._refuse_others()
            await in_thread(self._reading, self._latest.learn)
        except ScraperError as error:
            _log.critical("The crawl stops, because it cannot be replayed: %s", error)
            raise CloseSpider(REASON) from error
        _log.info("Replaying %s: %d URLs, nothing is fetched and nothing archived", self._named, len(self._latest))
        if self.options.extract:
            await self._load_sites()

    def _refuse_others(self) -> None:
        """See that every request comes to us.

        Raises:
            UsageError: Another add-on has taken a download handler.
        """
        settings = self._crawler.settings
        handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
        others = [scheme for scheme in _remote(settings) if handlers.get(scheme) not in {HANDLER, None}]
        if others:
            raise UsageError(f"a later add-on took the download handler of {', '.join(others)}; give ours a higher number")

    async def _close(self) -> None:
        """End the threads."""
        self._reading.shutdown(wait=False)
        self._extracting.shutdown(wait=False)


class ReplayHandler(BaseDownloadHandler):
    """A download handler that knows archives only."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._replayer = cast("Replayer", Replayer.of(crawler))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the handler of a crawl under replay."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """Answer from the archives."""
        return await self._replayer.answer(request)


HANDLER: Final = f"{ReplayHandler.__module__}.{ReplayHandler.__qualname__}"


def _remote(settings: BaseSettings) -> list[str]:
    """The URL schemes that are downloaded, but for those of this machine and of the URL itself."""
    return sorted({*settings.getwithbase("DOWNLOAD_HANDLERS"), "http", "https"} - _LOCAL)


def response_of(url: str, found: Answer, flags: list[str], *, with_body: bool) -> Response:
    """The response that Scrapy's own handler would have made."""
    headers = Headers()
    for name, value in found.headers:
        headers.appendlist(name.encode("latin-1"), value.encode("latin-1"))
    body = found.body if with_body else b""
    address = None
    with suppress(ValueError):
        address = ipaddress.ip_address(found.address) if found.address else None
    made = responsetypes.from_args(headers=headers, url=url, body=body)
    return made(url, status=found.status, headers=headers, body=body, flags=flags, ip_address=address, protocol=found.protocol)
