"""What the tests of spiders share: a site on the loopback that the test writes, and the real `scrapy crawl` of this project.

Each folder's conftest brings the fixtures in.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest
import support
from scrapy.settings import Settings

from scraper.archive import Capture, scan

ROOT = Path(__file__).parents[2]
QUICK = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0", "-s", "RETRY_TIMES=0")
ROBOTS = "User-agent: *\nDisallow: /private/\n"
CAPTCHA = """<!DOCTYPE html><html><head><title>Checking</title></head><body><h1>Are you a robot?</h1>
<p>Our systems have detected unusual traffic from your computer network.</p><div class="g-recaptcha"></div></body></html>"""
LOGIN = """<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Log in to read on</h1>
<form method="post"><input name="user"><input type="password" name="word"></form></body></html>"""


@attrs.frozen
class Page:
    """What the site says to a path."""

    body: str | bytes
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    location: str | None = None


@attrs.define
class Web:
    """A site on the loopback; it keeps what it was asked for."""

    pages: dict[str, Page]
    base: str = ""
    asked: list[str] = attrs.field(factory=list)
    agents: set[str] = attrs.field(factory=set)


@attrs.define
class Crawled:
    """A crawl that has ended."""

    folder: Path
    log: str
    code: int

    @property
    def lines(self) -> list[Any]:
        """The feed."""
        return support.lines(self.folder / "out.jsonl")

    @property
    def titles(self) -> list[str]:
        """The titles of the feed's extractions, sorted."""
        return sorted(line["record"]["title"] for line in self.lines)

    @property
    def paths(self) -> list[str]:
        """Path and query of each capture in the archive, robots.txt left out."""
        items = [each for path in sorted(self.folder.glob("*.warc.gz")) for each in scan(path)]
        urls = [urlsplit(each.url) for each in items if isinstance(each, Capture)]
        return [f"{url.path}?{url.query}".rstrip("?") for url in urls if url.path != "/robots.txt"]

    def stat(self, name: str) -> int:
        """One of the crawl's stats; 0 where it is not among them."""
        found = re.search(rf"'{re.escape(name)}': (\d+)", self.log)
        return int(found[1]) if found else 0

    def reason(self) -> str:
        """Why the crawl ended; nothing may have gone wrong in it."""
        assert "Traceback" not in self.log, self.log
        (found,) = re.findall(r"Spider closed \((\w+)\)", self.log)
        return str(found)


@pytest.fixture
def web() -> Iterator[Callable[[dict[str, Page | str | bytes]], Web]]:
    """Start sites that end with the test."""
    servers: list[ThreadingHTTPServer] = []

    def start(pages: dict[str, Page | str | bytes]) -> Web:
        site = Web({"/robots.txt": Page(ROBOTS, "text/plain")})
        site.pages |= {path: page if isinstance(page, Page) else Page(page) for path, page in pages.items()}
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), _handler(site)))
        threading.Thread(target=servers[-1].serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        site.base = f"http://127.0.0.1:{servers[-1].server_port}"
        return site

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _handler(site: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/robots.txt":
                site.asked.append(self.path)
            site.agents.add(self.headers["User-Agent"])
            page = site.pages.get(self.path, Page("<html><body>not here</body></html>", status=404))
            body = page.body.encode() if isinstance(page.body, str) else page.body
            self.send_response(page.status)
            self.send_header("Content-Type", page.media_type)
            self.send_header("Content-Length", str(len(body)))
            if page.location is not None:
                self.send_header("Location", page.location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def crawl(tmp_path: Path) -> Callable[..., Crawled]:
    """Crawl with a spider of this project: its name, and its arguments."""

    def run(spider: str, *settings: str, **arguments: object) -> Crawled:
        given = [part for name, value in arguments.items() for part in ("-a", f"{name}={value}")]
        out = ["-s", f"SCRAPER_ARCHIVE_DIR={tmp_path}", "-O", str(tmp_path / "out.jsonl")]
        done = subprocess.run(
            [sys.executable, "-m", "scrapy", "crawl", spider, *given, *QUICK, *settings, *out],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=50, stdin=subprocess.DEVNULL,
            env=os.environ | {"no_proxy": "*"},
        )  # fmt: skip
        return Crawled(tmp_path, done.stdout + done.stderr, done.returncode)

    return run


def refusal(spider: Any, **arguments: str) -> str:
    """Why a spider has no use for its arguments; empty where it has."""
    spider.prepare(arguments, Settings())
    return str(spider._unusable or "")
