"""What is left when a crawl is killed, or when the installed Scrapy is not the known one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import support
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

from scraper.archive import Capture, Damage, scan
from scraper.crawl import handlers, wire

CRAWLER = """
import json
from pathlib import Path

import scrapy


class Tried(scrapy.Spider):
    name = "tried"

    async def start(self):
        for url in json.loads(Path("requests.json").read_text()):
            yield scrapy.Request(url)

    def parse(self, response):
        with Path("parsed.txt").open("a") as file:
            file.write(response.url + "\\n")
"""


def _page(number: int) -> bytes:
    body = support.PAGE.replace("bees.1", f"bees.{number}").encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def test_a_killed_crawl_leaves_every_page_that_reached_its_spider(
    tmp_path: Path, serve: Callable[..., Any], ready: Callable[..., None], crawl: Callable[..., Any], reply: Any
) -> None:
    """After kill -9 the archive holds all that was parsed, and the next crawl of the spider finishes the file."""
    support.project(tmp_path)
    server = serve({f"/{number}": reply([_page(number)]) for number in range(3000)})
    ready([server.url(path) for path in server.replies], CRAWLER)
    process = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "crawl", "tried", "-s", "LOG_ENABLED=0"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(Path(support.__file__).parent)},
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while len(server.heard) < 40 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    (draft,) = (tmp_path / "archives").glob("*.open")
    parsed = set((tmp_path / "parsed.txt").read_text().split())
    held = list(scan(draft))
    assert parsed
    assert parsed <= {item.url for item in held if isinstance(item, Capture)}
    crawled = crawl([], spider=CRAWLER)
    assert f"Finished archives/{draft.stem}, which a crawl that was killed had left" in crawled.log
    assert list((tmp_path / "archives").glob("*.open")) == []
    finished = list(scan(draft.with_suffix("")))
    assert not any(isinstance(item, Damage) for item in finished)
    assert [item.offset for item in finished] == [item.offset for item in held if not isinstance(item, Damage)]


def test_without_the_private_parts_the_handler_is_scrapys_own(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A private name that is gone, or a module that cannot be imported, means a warning and reconstructed records."""
    monkeypatch.setattr(handlers, "build_from_crawler", lambda cls, crawler: cls)
    crawler: Any = None
    assert handlers._build(HTTP11DownloadHandler, crawler) == (wire.RecordingHandler, "wire")
    with monkeypatch.context() as context:
        context.setattr(wire, "PRIVATE", ((int, "gone"),))
        assert handlers._build(HTTP11DownloadHandler, crawler) == (HTTP11DownloadHandler, "reconstructed")
    assert "no access to the wire (int.gone)" in caplog.text
    monkeypatch.delattr(sys.modules["scraper.crawl"], "wire")
    monkeypatch.setitem(sys.modules, "scraper.crawl.wire", None)
    assert handlers._build(HTTP11DownloadHandler, crawler) == (HTTP11DownloadHandler, "reconstructed")
