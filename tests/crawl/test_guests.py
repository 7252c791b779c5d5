"""Plugins that hang while crawling: the page is rejected at its time limit, and the crawl and its other pages go on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import support

HANGING = """
from scraper.sites import Site, hookimpl

site = Site("hanging", version="1", seconds=0.5, priority=900)


@site.layout("loop", media_types=["text/plain"], recognises=lambda page: page.text.startswith("loop"))
def loop(page):
    while True:
        pass


@site.layout("deaf", media_types=["text/plain"], recognises=lambda page: page.text.startswith("deaf"))
def deaf(page):
    while True:
        try:
            loop(page)
        except BaseException:
            pass


@hookimpl
def scraper_sites():
    return [site]
"""


@pytest.mark.parametrize(
    "reactor", [[], ["-s", "TWISTED_REACTOR=twisted.internet.selectreactor.SelectReactor"]], ids=["asyncio", "select"]
)
def test_a_plugin_that_hangs_does_not_stop_the_crawl(
    tmp_path: Path, serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any, reactor: list[str]
) -> None:
    """Each page that a layout loops over is rejected by name, heeded or not; those behind it are extracted, all archived."""
    support.project(tmp_path)
    (tmp_path / "plugins" / "hanging").mkdir()
    (tmp_path / "plugins" / "hanging" / "__init__.py").write_text(HANGING)
    pages = {"/loop": "loop", "/deaf": "deaf", "/letter": support.PAGE}
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\r\n"
    server = serve({path: reply([head.format(len(text.encode())).encode() + text.encode()]) for path, text in pages.items()})
    crawled = crawl([{"url": server.url(path)} for path in pages], "-O", "out.jsonl", "-s", "CONCURRENT_REQUESTS=1", *reactor)
    assert crawled.code == 0, crawled.log
    assert "'finish_reason': 'finished'" in crawled.log
    for layout in ("loop", "deaf"):
        assert f"PageTimeout: layout '{layout}' of site 'hanging' took longer than 0.5 s" in crawled.log
    assert crawled.stat("extract/rejections/extract") == 2
    assert crawled.stat("extract/extractions") == 1
    assert b'"site":{"name":"letters"' in (tmp_path / "out.jsonl").read_bytes()
    assert len(crawled.records("response")) == 3
