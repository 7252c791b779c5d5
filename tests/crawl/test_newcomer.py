"""As a newcomer would: a project that Scrapy makes, a spider of its own, and one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import support

SPIDER = """
import scrapy


class Own(scrapy.Spider):
    name = "own"
    start_urls = ["URL"]

    def parse(self, response):
        yield {"title": response.text.split("\\n")[2]}
"""


def test_a_new_project_gains_archive_and_provenance_by_one_line(
    tmp_path: Path, serve: Callable[..., Any], scrapy: Callable[..., Any], reply: Any
) -> None:
    """After `scrapy startproject` and the line in ADDONS, a crawl leaves an archive and items that verify; `scrapy parse` too."""
    body = support.PAGE.encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
    rules = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    server = serve({"/letter": reply([head % len(body) + body]), "/robots.txt": reply([rules])})
    scrapy(tmp_path, "startproject", "mine")
    folder = support.project(tmp_path / "mine")
    with (folder / "mine" / "settings.py").open("a") as settings:
        settings.write('ADDONS = {"scraper.crawl.Addon": 500}\n')
    (folder / "mine" / "spiders" / "own.py").write_text(SPIDER.replace("URL", server.url("/letter")))
    done = scrapy(folder, "crawl", "own", "-O", "out.jsonl")
    lines = (folder / "out.jsonl").read_bytes().splitlines(keepends=True)
    assert [next(iter(json.loads(line))) for line in lines] == ["type", "title"], done.log
    (folder / "only.jsonl").write_bytes(lines[0])
    told = support.scraper("verify", "only.jsonl", "--archives", "archives", cwd=folder)
    assert "every value verified" in told.stdout
    parsed = scrapy(folder, "parse", "--spider", "own", "--nocolour", server.url("/letter"))
    assert '"type": "article/1"' in parsed.log.replace("'", '"')
    assert len(list((folder / "archives").glob("own-*.warc.gz"))) == 2
