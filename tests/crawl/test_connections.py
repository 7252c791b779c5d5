"""Connections that do not go as planned: dropped and tried again, tunnelled, stopped half-way; and a loop that is never held up."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from scraper.crawl.exchange import Download, Exchange
from scraper.crawl.records import entries
from scraper.crawl.threads import in_thread

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\npage"
STOPPING = """
import scrapy
from scrapy import signals
from scrapy.exceptions import StopDownload
import json
from pathlib import Path


class Tried(scrapy.Spider):
    name = "tried"

    @classmethod
    def from_crawler(cls, crawler, *args, **kwargs):
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.enough, signals.bytes_received)
        return spider

    async def start(self):
        for each in json.loads(Path("requests.json").read_text()):
            yield scrapy.Request(**each)

    def enough(self, data, request, spider):
        raise StopDownload(fail=False)

    def parse(self, response):
        yield {"url": response.url, "flags": response.flags}
"""


def test_a_request_sent_again_on_a_new_connection_is_archived_twice(
    serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any
) -> None:
    """When a kept-alive connection dies under a request, both sendings are in the archive, and the one response."""
    server = serve({"/first": reply([PAGE]), "/second": reply([PAGE], drops=1)})
    requests = [{"url": server.url(path), "meta": {"dont_retry": True}} for path in server.replies]
    crawled = crawl(requests, "-s", "CONCURRENT_REQUESTS=1")
    assert Counter(each.path for each in server.heard) == {"/first": 1, "/second": 2}
    assert Counter(each.block for each in crawled.records("request")) == Counter(each.request for each in server.heard)
    assert crawled.response("/second").block == PAGE
    assert crawled.records("metadata") == []  # Twisted tried again; for Scrapy nothing failed


def test_what_comes_through_a_tunnel_is_archived(
    serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any, tls: Any
) -> None:
    """Behind a CONNECT proxy the archive holds the exchange with the site, not the one with the proxy."""
    server = serve({"/page": reply([PAGE])}, tls)
    with _tunnel(server.port) as proxy:
        crawled = crawl([{"url": server.url("/page"), "meta": {"proxy": f"http://127.0.0.1:{proxy.getsockname()[1]}"}}])
    assert crawled.exchanges() == Counter((each.request, each.response) for each in server.heard), crawled.log
    assert "tls/1.3" in crawled.response("/page").head.raw.decode()


def test_a_download_stopped_by_a_signal_handler_is_marked(serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any) -> None:
    """A body that the spider itself cut off is a prefix with WARC-Truncated, with and without a length."""
    start = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
    body = [b"x" * 200_000] * 20
    server = serve({
        "/sized": reply([start, b"Content-Length: 4000000\r\n\r\n", *body], "close"),
        "/endless": reply([start, b"\r\n", *body], "close"),
    })  # fmt: skip
    crawled = crawl([{"url": server.url(path)} for path in server.replies], spider=STOPPING)
    for path in server.replies:
        record = crawled.response(path)
        assert record.head.fields["warc-truncated"] == "unspecified", crawled.log
        assert len(record.block) < 4_000_000


def test_the_loop_runs_on_while_a_thread_works() -> None:
    """Work given to a thread lets the event loop run, and its error comes back to who waits."""

    async def run() -> tuple[float, str]:
        with ThreadPoolExecutor(1) as executor:
            work = asyncio.ensure_future(in_thread(executor, time.sleep, 0.3))
            began = time.perf_counter()
            await asyncio.sleep(0.01)
            lag = time.perf_counter() - began
            await work
            with pytest.raises(ZeroDivisionError) as caught:
                await in_thread(executor, lambda: 1 // 0)
            return lag, str(caught.value)

    lag, told = asyncio.run(run())
    assert lag < 0.25
    assert "zero" in told


def test_a_failure_is_told_whatever_its_message() -> None:
    """Messages with line breaks, NUL, lone surrogates, or none at all make a record."""
    for message in ("two\r\nlines", "nul\0", "\ud800", ""):
        download = Download("http://a.example/", [Exchange("2026-01-02T03:04:05Z")], failure=ValueError(message))
        (entry,) = entries(download)
        assert entry.block.startswith(b"error: ValueError\r\nreason: ")
        assert entry.block.count(b"\r\n") == 2


class _tunnel:  # noqa: N801  used as a function
    """A proxy that knows CONNECT and nothing else, for one connection."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __enter__(self) -> socket.socket:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self._socket

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        client, _ = self._socket.accept()
        client.recv(1 << 16)
        with client, socket.create_connection(("127.0.0.1", self._port)) as site:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pipe, args=(site, client), daemon=True)
            back.start()
            _pipe(client, site)
            back.join(5)


def _pipe(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(1 << 16):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return  # one side is gone, and the other will notice
