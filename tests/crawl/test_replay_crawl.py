"""A crawl served from its archive: the same responses and the same feed, with the server gone and every way out shut."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import support

from scraper.archive import ArchiveWriter, index_path

KIND = b"Content-Type: text/plain; charset=utf-8"
GUARD = """
import os
import socket
from pathlib import Path

os.environ["TLDEXTRACT_CACHE"] = "no-cache"


def _shut(*args, **kwargs):
    Path("leaks.txt").write_text(repr(args))
    raise OSError("no way out")


for _name in ("connect", "connect_ex", "sendto", "sendmsg"):
    setattr(socket.socket, _name, _shut)
for _name in ("getaddrinfo", "gethostbyname", "create_connection"):
    setattr(socket, _name, _shut)
"""
CRAWLER = """
import json
from pathlib import Path

import scrapy


class Tried(scrapy.Spider):
    name = "tried"
    custom_settings = {"DOWNLOAD_DELAY": 0.01, "ROBOTSTXT_OBEY": True, "CONCURRENT_REQUESTS": 1}

    async def start(self):
        self.logger.info("delay: %s", self.settings["DOWNLOAD_DELAY"])
        for each in json.loads(Path("requests.json").read_text()):
            more = each if isinstance(each, dict) else {"url": each}
            yield scrapy.Request(**more, callback=self.parse, errback=self.failed)

    def parse(self, response):
        yield {
            "own": response.url, "status": response.status, "size": len(response.body),
            "cookies": [each.decode() for each in response.headers.getlist("Set-Cookie")],
            "hops": response.meta.get("redirect_urls", []), "type": type(response).__name__,
            "ip": str(response.ip_address), "protocol": response.protocol, "flags": response.flags,
            "text": response.text if response.status == 404 else "",
        }

    def failed(self, failure):
        self.logger.info("failed: %s", failure.type.__name__)
"""


def _sized(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = b"".join(each + b"\r\n" for each in headers)
    return b"HTTP/1.1 " + status + b"\r\n" + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _letter(number: int) -> bytes:
    return support.PAGE.replace("bees.1", f"bees.{number}").encode()


def _chunked(body: bytes, *headers: bytes) -> bytes:
    head = b"".join(each + b"\r\n" for each in (b"Transfer-Encoding: chunked", *headers))
    half = len(body) // 2
    chunks = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:]))
    return b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + chunks + b"0\r\n\r\n"


def _site(serve: Callable[..., Any], reply: Any, context: Any = None) -> Any:
    said = {
        "/robots.txt": _sized(b"User-agent: *\nDisallow: /secret\n", KIND),
        "/letter/1": _sized(_letter(1), KIND, b"Set-Cookie: a=1", b"Set-Cookie: b=2"),
        "/letter/2?q=1": _sized(_letter(2), KIND),
        "/packed": _sized(gzip.compress(_letter(3)), KIND, b"Content-Encoding: gzip"),
        "/chunked": _chunked(gzip.compress(_letter(4)), KIND, b"Content-Encoding: gzip"),
        "/page": _sized(b"<html><p>no letter", b"Content-Type: text/html"),
        "/moved": _sized(b"", b"Location: /moved/on", status=b"301 Moved Permanently"),
        "/moved/on": _sized(b"", b"Location: /letter/5", status=b"302 Found"),
        "/letter/5": _sized(_letter(5), KIND),
        "/secret": _sized(_letter(6), KIND),
    }
    return serve({path: reply([each]) for path, each in said.items()}, context)


def _asked(server: Any) -> list[str]:
    return [server.url(path) for path in server.replies if path not in {"/robots.txt", "/moved/on", "/letter/5"}]


def _stop(server: Any) -> None:
    """Stop a server before its test ends."""
    server.close()
    server.close = lambda: None


def _feed(folder: Path, name: str) -> list[bytes]:
    return sorted((folder / name).read_bytes().splitlines())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's project, with the site of letters."""
    return support.project(tmp_path)


@pytest.fixture
def replay(folder: Path, crawl: Callable[..., Any]) -> Callable[..., Any]:
    """Replay requests with every way out shut, and see that nobody tried one."""

    def run(requests: list[Any], archives: str, *args: str, settings: str = "") -> Any:
        more = ["-s", f"SCRAPER_REPLAY={archives}", "-O", "again.jsonl", *args]
        crawled = crawl(requests, *more, spider=CRAWLER, settings=GUARD + settings)
        assert not (folder / "leaks.txt").exists(), (folder / "leaks.txt").read_text() + crawled.log
        return crawled

    return run


def test_a_replay_gives_the_feed_of_the_crawl(  # noqa: PLR0917  pytest passes them by name
    folder: Path, serve: Callable[..., Any], crawl: Callable[..., Any], replay: Callable[..., Any], reply: Any, tls: Any
) -> None:
    """With the servers gone, items, redirects, packed and chunked bodies, repeated headers and robots.txt are the crawl's own."""
    servers = [_site(serve, reply), _site(serve, reply, tls)]
    asked = [url for server in servers for url in _asked(server)]
    first = crawl(asked, "-O", "out.jsonl", spider=CRAWLER)
    for server in servers:
        _stop(server)
    archives = [(path, path.read_bytes()) for path in first.archives]
    again = replay(asked, "archives")
    feed = _feed(folder, "out.jsonl")
    assert len(feed) == 2 * 11, first.log  # of each server six pages, of which five are letters
    assert feed == _feed(folder, "again.jsonl"), again.log
    support.scraper("extract", *first.archives, "-o", "extracted.jsonl", cwd=folder)
    assert _feed(folder, "extracted.jsonl") == [line for line in feed if not line.startswith(b'{"own"')]
    assert [(path, path.read_bytes()) for path in again.archives] == archives
    assert again.stat("replay/hit") == len(first.records("response")) == 2 * 9
    assert again.stat("replay/miss") is None
    assert again.log.count("Forbidden by robots.txt: ") == first.log.count("Forbidden by robots.txt: ") == 2
    assert sum(json.loads(line).get("cookies") == ["a=1", "b=2"] for line in feed) == 2


def test_a_page_that_is_not_in_the_archive_is_a_404(folder: Path, replay: Callable[..., Any]) -> None:
    """A miss reaches the callback as a 404 that names URL and archive and is counted; so does another method than GET and HEAD."""
    support.write_archive(folder / "x.warc.gz", {"http://letters.example/1": support.PAGE})
    wanted = ["http://letters.example/new", "https://nowhere.example/x", "ftp://nowhere.example/x"]
    posted = {"url": "http://letters.example/1", "method": "POST"}
    again = replay([*wanted, posted, "http://letters.example/1"], "x.warc.gz", "-s", "HTTPERROR_ALLOW_ALL=1")
    told = {(line["status"], line["text"]) for line in support.lines(folder / "again.jsonl") if "own" in line}
    misses = [f"GET {url}" for url in wanted] + ["POST http://letters.example/1"]
    assert told == {(200, "")} | {(404, f"No capture of {each} in x.warc.gz\n") for each in misses}, again.log
    assert again.stat("replay/miss") == 4 + 2, again.log  # and the robots.txt of each host
    assert again.stat("replay/hit") == 1
    assert not (folder / "archives").exists()


def test_a_cookie_for_a_domain_asks_nobody(folder: Path, replay: Callable[..., Any]) -> None:
    """Scrapy's cookies want the list of public suffixes, which is otherwise fetched: the one that is installed is used."""
    with ArchiveWriter(folder / "x.warc.gz") as writer:
        said = _sized(_letter(1), KIND, b"Set-Cookie: a=1; Domain=letters.example")
        writer.write_response("http://letters.example/1", support.DATE, said)
    replay(["http://letters.example/1"], "x.warc.gz")
    own = support.lines(folder / "again.jsonl")[-1]
    assert own["cookies"] == ["a=1; Domain=letters.example"]


def test_a_body_that_was_archived_decoded_is_served(folder: Path, replay: Callable[..., Any]) -> None:
    """Other tools' archives hold bodies decoded under the header of their coding: Scrapy does not get to decode them again."""
    with ArchiveWriter(folder / "x.warc.gz") as writer:
        for coding in (b"gzip", b"br"):
            url = f"http://letters.example/{coding.decode()}"
            writer.write_response(url, support.DATE, _sized(_letter(1), KIND, b"Content-Encoding: " + coding))
    again = replay(["http://letters.example/gzip", "http://letters.example/br"], "x.warc.gz")
    sizes = [line["size"] for line in support.lines(folder / "again.jsonl") if "own" in line]
    assert sizes == [len(_letter(1))] * 2, again.log


def _write(path: Path, date: str, url: str, page: bytes) -> None:
    with ArchiveWriter(path) as writer:
        writer.write_response(url, date, _sized(page, KIND))


def test_the_latest_capture_of_several_archives_is_served(folder: Path, replay: Callable[..., Any]) -> None:
    """Archives are named with commas; the latest capture of a URL counts, with an index and without; a like URL will do."""
    for number in (1, 2, 3):
        _write(folder / "one.warc.gz", f"2026-01-0{number}T00:00:00Z", f"http://letters.example/{number}?a=1&b=2", _letter(number))
        _write(folder / "two.warc.gz", f"2026-01-0{4 - number}T00:00:00Z", f"http://letters.example/{number}?a=1&b=2", _letter(9))
    index_path(folder / "two.warc.gz").unlink()
    asked = [f"http://letters.example/{number}?b=2&a=1#part" for number in (1, 3)]
    again = replay(asked, "two.warc.gz, one.warc.gz")
    items = [line for line in support.lines(folder / "again.jsonl") if "record" in line]
    found = {(item["capture"]["url"], item["capture"]["warc"], item["record"]["doi"]) for item in items}
    assert found == {
        ("http://letters.example/1?a=1&b=2", "two.warc.gz", "10.5555/bees.9"),
        ("http://letters.example/3?a=1&b=2", "one.warc.gz", "10.5555/bees.3"),
    }, again.log


def test_a_capture_asked_for_twice_is_extracted_once(folder: Path, replay: Callable[..., Any]) -> None:
    """No line stands in the feed that `scraper extract` would not give, however often a page is asked for, or with HEAD."""
    _write(folder / "x.warc.gz", support.DATE, "http://letters.example/1", _letter(1))
    page = {"url": "http://letters.example/1", "dont_filter": True}
    replay([page | {"method": "HEAD"}, page, page], "x.warc.gz")
    lines = support.lines(folder / "again.jsonl")
    assert sum("record" in each for each in lines) == 1
    assert [each["size"] for each in lines if "own" in each] == [0, len(_letter(1)), len(_letter(1))]


def test_a_redirect_to_the_other_scheme_does_not_lead_to_itself(folder: Path, replay: Callable[..., Any]) -> None:
    """A redirect from http: to an https: page that was never archived ends in a miss, though both have one SURT key."""
    moved = _sized(b"", b"Location: https://letters.example/1", status=b"301 Moved Permanently")
    with ArchiveWriter(folder / "x.warc.gz") as writer:
        writer.write_response("http://letters.example/1", support.DATE, moved)
    replay(["http://letters.example/1"], "x.warc.gz", "-s", "HTTPERROR_ALLOW_ALL=1")
    (own,) = support.lines(folder / "again.jsonl")
    assert (own["own"], own["status"], own["hops"]) == ("https://letters.example/1", 404, ["http://letters.example/1"])


def test_a_page_cut_short_fails_again(
    folder: Path, serve: Callable[..., Any], crawl: Callable[..., Any], replay: Callable[..., Any], reply: Any
) -> None:
    """A truncated capture is never passed off as a whole one: it fails as it did, or is flagged where that is asked for."""
    cut = _sized(_letter(1), KIND)[:-5]
    server = serve({"/cut": reply([cut], then="close")})
    urls = [server.url("/cut")]
    crawl(urls, spider=CRAWLER, settings="RETRY_ENABLED = False\n")
    _stop(server)
    failed = replay(urls, "archives")
    assert "failed: ResponseDataLossError" in failed.log
    assert (folder / "again.jsonl").read_bytes() == b""
    replay(urls, "archives", "-s", "DOWNLOAD_FAIL_ON_DATALOSS=0")
    (own,) = support.lines(folder / "again.jsonl")
    assert (own["flags"], own["size"]) == (["dataloss"], len(_letter(1)) - 5)


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("archives/none.warc.gz", "SCRAPER_REPLAY: archives/none.warc.gz does not exist"),
        ("empty", "SCRAPER_REPLAY: empty holds no archive"),
        ("scrapy.cfg", "scrapy.cfg: there is no WARC or ARC record in this file"),
        ("", "SCRAPER_REPLAY is '': name one archive"),
    ],
    ids=["missing", "empty-folder", "no-archive", "no-name"],
)
def test_without_a_readable_archive_there_is_no_crawl(folder: Path, replay: Callable[..., Any], named: str, why: str) -> None:
    """The command fails with an error that names the archive, before anything is asked for."""
    (folder / "empty").mkdir()
    crawled = replay(["http://127.0.0.1:9/"], named)
    assert why in crawled.log
    assert crawled.code == 1
    assert "Spider opened" not in crawled.log


def test_settings_under_replay(folder: Path, replay: Callable[..., Any]) -> None:
    """Delays go, though project and spider ask for them; SCRAPER_ARCHIVE does not switch it off; `-s` has the last word."""
    support.write_archive(folder / "x.warc.gz", {"http://letters.example/1": support.PAGE})
    slow = "DOWNLOAD_DELAY = 30\nAUTOTHROTTLE_ENABLED = True\nAUTOTHROTTLE_START_DELAY = 30\nHTTPCACHE_ENABLED = True\n"
    urls = [f"http://letters.example/{number}" for number in (1, 2, 3)]
    crawled = replay(urls, "x.warc.gz", "-s", "SCRAPER_ARCHIVE=0", settings=slow)
    assert crawled.stat("replay/hit") == 1, crawled.log
    assert crawled.stat("replay/miss") == 3
    assert "delay: 0\n" in crawled.log
    wished = replay([], "x.warc.gz", "-s", "DOWNLOAD_DELAY=0.5", settings=slow)
    assert "delay: 0.5\n" in wished.log


def test_another_add_on_cannot_open_a_way_out(folder: Path, replay: Callable[..., Any]) -> None:
    """Where a later add-on takes a download handler, the crawl closes before its first request and says why."""
    support.write_archive(folder / "x.warc.gz", {"http://letters.example/1": support.PAGE})
    taker = (
        "\nclass Taker:\n    def update_settings(self, settings):\n        settings['DOWNLOAD_HANDLERS'].set('http', "
        "'scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler', 40)\nADDONS[Taker] = 900\n"
    )
    crawled = replay(["http://letters.example/1"], "x.warc.gz", settings=taker)
    assert "'finish_reason': 'replay_failed'" in crawled.log
    assert "a later add-on took the download handler of http;" in crawled.log
