"""What a Scrapy project gets by the one line in ADDONS: archive, extractions in its feeds, and a crawl that says why it stops."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import support

from scraper.archive import raw_records
from scraper.crawl.options import DEFAULTS
from scraper.crawl.store import archive_path

DOCS = Path(__file__).parents[2] / "docs" / "crawling.md"
KIND = b"Content-Type: text/plain; charset=utf-8"
CRAWLER = """
import json
import logging
from pathlib import Path

import scrapy


class Tried(scrapy.Spider):
    name = "tried"

    async def start(self):
        for url in json.loads(Path("requests.json").read_text()):
            yield scrapy.Request(url)

    def parse(self, response):
        if response.url.endswith("/fails"):
            raise RuntimeError("a plain callback fails")
        return self.read(response)

    def read(self, response):
        if response.url.endswith("/half"):
            raise RuntimeError("a generator fails")
        yield {"own": response.url, "text": "Å"}
"""


def _sized(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = b"".join(each + b"\r\n" for each in headers)
    return b"HTTP/1.1 " + status + b"\r\n" + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _letter(number: int) -> bytes:
    return support.PAGE.replace("bees.1", f"bees.{number}").encode()


def _site(serve: Callable[..., Any], reply: Any, **more: Any) -> Any:
    pages = {f"/letter/{number}": reply([_sized(_letter(number), KIND)]) for number in range(6)}
    packed = _sized(gzip.compress(_letter(7)), KIND, b"Content-Encoding: gzip")
    others = {
        "/packed": reply([packed[:200], packed[200:]]),
        "/other": reply([_sized(b"no letter", KIND)]),
        "/moved": reply([_sized(b"", b"Location: /letter/1", status=b"302 Found")]),
        "/missing": reply([_sized(_letter(9), KIND, status=b"404 Not Found")]),
        "/untitled": reply([_sized(b"Example Archive of Letters\n", KIND)]),
    }
    return serve(pages | others | more)


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def _extracted(crawled: Any) -> list[bytes]:
    """What `scraper extract` makes of a crawl's archives."""
    support.scraper("extract", *crawled.archives, "-o", "again.jsonl", cwd=crawled.folder)
    return _lines(crawled.folder / "again.jsonl")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's project, with the site of letters."""
    return support.project(tmp_path)


def test_the_feed_of_a_crawl_holds_the_lines_of_extract(
    folder: Path, serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any
) -> None:
    """Extractions stand in the feed beside the spider's own items, byte for byte as `scraper extract` and `verify` have them.

    So do the rejections in the rejects file: of pages that cannot be decoded, that no site knows, that lack what a record needs.
    """
    torn = _sized(gzip.compress(_letter(8), mtime=0)[:-30], KIND, b"Content-Encoding: gzip")
    server = _site(serve, reply, **{"/torn": reply([torn])})
    paths = [server.url(path) for path in server.replies]
    crawled = crawl(paths, "-O", "out.jsonl", "-s", "SCRAPER_REJECTS=told/rejects.jsonl", spider=CRAWLER)
    feed = _lines(folder / "out.jsonl")
    own = [line for line in feed if line.startswith(b'{"own"')]
    extractions = [line for line in feed if line not in own]
    assert len(extractions) == 7, crawled.log  # six letters (one asked for twice, fetched once) and the packed one
    assert sorted(extractions) == sorted(_extracted(crawled))
    rejections = _lines(folder / "told" / "rejects.jsonl")
    assert sorted(rejections) == sorted(_lines(folder / "again.rejects.jsonl"))
    assert {json.loads(each)["stage"] for each in rejections} == {"read", "dispatch", "validate"}
    assert own[0].endswith(b'"text": "\\u00c5"}')  # the spider's own items are written as Scrapy writes them
    (folder / "only.jsonl").write_bytes(b"".join(line + b"\n" for line in extractions))
    support.scraper("verify", "only.jsonl", "--archives", "archives", cwd=folder)
    assert crawled.stat("extract/extractions") == 7
    assert crawled.stat("extract/unmatched") == 1
    assert crawled.stat("extract/rejections/validate") == crawled.stat("extract/rejections/read") == 1
    assert "SchemaViolation" in crawled.log


def test_a_callback_that_fails_takes_no_extraction_with_it(
    folder: Path, serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any
) -> None:
    """A generator that fails leaves its page's extraction; a plain function's page is in the archive, and counted as missed."""
    server = serve({path: reply([_sized(_letter(1), KIND)]) for path in ("/half", "/fails")})
    crawled = crawl([server.url(path) for path in server.replies], "-O", "out.jsonl", spider=CRAWLER)
    (line,) = _lines(folder / "out.jsonl")
    assert json.loads(line)["capture"]["url"].endswith("/half")
    assert crawled.stat("extract/missed") == 1
    assert len(_extracted(crawled)) == 2


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["-s", "TWISTED_REACTOR=twisted.internet.selectreactor.SelectReactor"], ""),
        (["-s", "TWISTED_REACTOR_ENABLED=0"], "gives no access to the wire"),
        (["-s", 'DOWNLOAD_HANDLERS={"http": "tried.handler.Other"}'], "gives no access to the wire"),
    ],
    ids=["select-reactor", "no-reactor", "other-handler"],
)
def test_other_reactors_and_handlers_archive_too(  # noqa: PLR0917  pytest passes them by name
    folder: Path, serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any, args: list[str], why: str
) -> None:
    """Without access to the wire the head is reconstructed, the records and warcinfo say so, and the feed equals extract's."""
    if "TWISTED_REACTOR_ENABLED=0" in args:
        pytest.importorskip("aiohttp")  # what Scrapy downloads with then
    (folder / "tried").mkdir()
    (folder / "tried" / "handler.py").write_text(
        "from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler\nclass Other(HTTP11DownloadHandler):\n    pass\n"
    )
    server = _site(serve, reply)
    crawled = crawl([server.url(path) for path in server.replies], "-O", "out.jsonl", *args, spider=CRAWLER)
    assert why in crawled.log
    fidelity = "reconstructed" if why else "wire"
    assert {each.head.fields["warc-scraper-fidelity"] for each in crawled.records("response")} == {fidelity}, crawled.log
    assert f"http: {fidelity}" in crawled.records("warcinfo")[0].block.decode()
    feed = [line for line in _lines(folder / "out.jsonl") if not line.startswith(b'{"own"')]
    assert len(feed) == 7
    assert sorted(feed) == sorted(_extracted(crawled))


def test_an_archive_that_cannot_be_written_stops_the_crawl(
    folder: Path, serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any
) -> None:
    """Where the folder cannot be made, nothing is fetched, and the close reason and the log say why."""
    server = _site(serve, reply)
    (folder / "file").write_text("no folder")
    crawled = crawl([server.url("/letter/1")], "-s", "SCRAPER_ARCHIVE_DIR=file/archives", spider=CRAWLER)
    assert "'finish_reason': 'archive_failed'" in crawled.log
    assert "The crawl stops, because it cannot write: file/archives/tried-" in crawled.log
    assert server.heard == []


def test_a_full_disk_stops_the_crawl(folder: Path, serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any) -> None:
    """A page that cannot be archived gives no item, ends the crawl with a reason, and leaves an archive of whole records."""
    noise = os.urandom(30_000)
    server = serve({f"/letter/{number}": reply([_sized(_letter(number) + noise, KIND)]) for number in range(30)})
    limit = "\nimport resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
    crawled = crawl(
        [server.url(path) for path in server.replies], "-O", "out.jsonl", "-s", "CONCURRENT_REQUESTS=1",
        spider=CRAWLER, settings=limit,
    )  # fmt: skip
    assert "'finish_reason': 'archive_failed'" in crawled.log
    assert len(server.heard) < 12
    feed = [line for line in _lines(folder / "out.jsonl") if not line.startswith(b'{"own"')]
    assert len(feed) == len(crawled.records("response"))
    assert sorted(feed) == sorted(_extracted(crawled))


def test_a_bound_on_size_begins_the_next_archive(
    folder: Path, serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any
) -> None:
    """Archives past the bound go on in the next file, and items name the file that holds their page."""
    server = _site(serve, reply)
    args = ["-O", "out.jsonl", "-s", "SCRAPER_ARCHIVE_MAX_SIZE=2000"]
    crawled = crawl([server.url(f"/letter/{number}") for number in range(6)], *args, spider=CRAWLER)
    assert len(crawled.archives) > 2
    feed = [line for line in _lines(folder / "out.jsonl") if not line.startswith(b'{"own"')]
    assert sorted(feed) == sorted(_extracted(crawled))
    assert {json.loads(line)["capture"]["warc"] for line in feed} <= {path.name for path in crawled.archives}


def test_switches(folder: Path, serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any) -> None:
    """SCRAPER_ARCHIVE switches everything off and says so; SCRAPER_EXTRACT leaves the archive; a spider's settings count."""
    server = _site(serve, reply)
    urls = [server.url("/letter/1")]
    off = crawl(urls, "-O", "out.jsonl", "-s", "SCRAPER_ARCHIVE=0", spider=CRAWLER)
    assert "Disabled scraper.crawl.Addon: SCRAPER_ARCHIVE is off" in off.log
    assert off.archives == []
    assert len(_lines(folder / "out.jsonl")) == 1
    own = CRAWLER.replace('name = "tried"', 'name = "tried"\n    custom_settings = {"SCRAPER_EXTRACT": False}')
    bare = crawl(urls, "-O", "out.jsonl", spider=own)
    assert len(bare.archives) == 1
    assert len(_lines(folder / "out.jsonl")) == 1
    wrong = crawl(urls, "-s", "SCRAPER_ARCHIVE_MAX_SIZE=1G", spider=CRAWLER)
    assert "SCRAPER_ARCHIVE_MAX_SIZE is '1G': write a whole number" in wrong.log


def test_a_later_add_on_that_takes_the_handlers_is_named(
    folder: Path, serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any
) -> None:
    """A crawl whose pages are not archived because of another add-on says so, and what to do."""
    taker = (
        "\nclass Taker:\n    def update_settings(self, settings):\n        settings['DOWNLOAD_HANDLERS']['http'] = "
        "'scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler'\nADDONS[Taker] = 900\n"
    )
    crawled = crawl([_site(serve, reply).url("/letter/1")], spider=CRAWLER, settings=taker)
    assert "Nothing of http: is archived: a later add-on took its download handler" in crawled.log
    assert crawled.records("response") == []


def test_a_paused_crawl_goes_on_in_a_new_archive(
    folder: Path, serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any
) -> None:
    """With JOBDIR, each run has an archive of its own, and together they hold every page once."""
    server = _site(serve, reply)
    urls = [server.url(f"/letter/{number}") for number in range(6)]
    args = ["-o", "out.jsonl", "-s", "JOBDIR=job", "-s", "CONCURRENT_REQUESTS=1"]
    crawl(urls, *args, "-s", "CLOSESPIDER_PAGECOUNT=2", spider=CRAWLER)
    crawled = crawl([], *args, spider=CRAWLER)
    assert len(crawled.archives) == 2
    feed = [line for line in _lines(folder / "out.jsonl") if not line.startswith(b'{"own"')]
    assert len(feed) == 6
    assert sorted(feed) == sorted(_extracted(crawled))


def test_the_shell_archives_what_it_fetches(
    folder: Path, serve: Callable[..., Any], ready: Callable[..., None], scrapy: Callable[..., Any], reply: Any
) -> None:
    """`scrapy shell` leaves a finished archive of its fetches."""
    server = _site(serve, reply)
    ready([], CRAWLER)
    done = scrapy(folder, "shell", server.url("/letter/3"), "-c", "response.status")
    (path,) = (folder / "archives").glob("default-*.warc.gz")
    kinds = [record.head.kind for record in raw_records(path)]  # type: ignore[union-attr]
    assert kinds == ["warcinfo", "response", "request"], done.log


def test_nobody_goes_ahead_of_robots_txt(serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any) -> None:
    """Requests that wait for the same robots.txt all get its rules: of pages that it forbids, none is fetched."""
    rules = {"/robots.txt": reply([_sized(b"User-agent: *\nDisallow: /letter/\n", KIND)])}
    pages = {f"/letter/{number}": reply([_sized(_letter(number), KIND)]) for number in range(12)}
    server = serve(rules | pages | {"/open": reply([_sized(b"open to all", KIND)])})
    crawl([server.url(path) for path in [*pages, "/open"]], spider=CRAWLER, settings="ROBOTSTXT_OBEY = True\n")
    assert sorted(each.path for each in server.heard) == ["/open", "/robots.txt"]


def test_cookies_of_a_domain_have_no_other_host_asked(
    folder: Path, serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any
) -> None:
    """Scrapy would fetch the public suffix list for the first cookie with a domain; a crawl asks none but those it is told to."""
    server = serve({"/letter/1": reply([_sized(_letter(1), KIND, b"Set-Cookie: a=b; Domain=letters.example.co.uk")])})
    listening = """
import os, socket
os.environ["TLDEXTRACT_CACHE"] = "cache"
LOOK = socket.getaddrinfo
def look(host, *args, **kwargs):
    print("looked up", host, file=open("names.txt", "a"))
    return LOOK(host, *args, **kwargs)
socket.getaddrinfo = look
"""
    crawled = crawl([server.url("/letter/1")], spider=CRAWLER, settings=listening)
    assert crawled.stat("extract/extractions") == 1, crawled.log
    assert not (folder / "names.txt").exists()


def test_archives_are_named_by_spider_and_time() -> None:
    """The name tells spider and UTC time, and is a file name whatever the spider's name is."""
    name = archive_path(Path("x"), "a/b c").name
    assert name.startswith("a_b_c-20")
    assert name.endswith("Z.warc.gz")


def test_every_setting_is_documented() -> None:
    """The table in docs/crawling.md has each setting with its default."""
    text = DOCS.read_text()
    for name, value in DEFAULTS.items():
        assert f"| `{name}` | `{value!r}` |" in text, name
