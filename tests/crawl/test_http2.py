"""HTTP/2: no wire that could be kept, so records are reconstructed, say so, and are of use all the same."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import support

SETTINGS = 'DOWNLOAD_HANDLERS = {"https": "scrapy.core.downloader.handlers.http2.H2DownloadHandler"}\n'


@pytest.fixture
def h2(certificate: Path) -> Iterator[str]:
    """The URL of a server that speaks HTTP/2 over TLS, with the site of letters."""
    serving = pytest.importorskip("hypercorn.asyncio")
    config = pytest.importorskip("hypercorn.config").Config()
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    config.bind, config.alpn_protocols = [f"fd://{listening.detach()}"], ["h2"]
    config.certfile = config.keyfile = str(certificate)
    loop, over = asyncio.new_event_loop(), asyncio.Event()
    work = serving.serve(_letters, config, shutdown_trigger=over.wait)
    thread = threading.Thread(target=loop.run_until_complete, args=(work,))
    thread.start()
    yield f"https://127.0.0.1:{port}"
    loop.call_soon_threadsafe(over.set)
    thread.join(10)
    loop.close()


async def _letters(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[dict[str, Any]], Any]) -> None:
    """An ASGI application: a letter at each path, and what was spoken."""
    if scope["type"] == "lifespan":
        return
    await receive()
    assert scope["http_version"] == "2"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-twice", b"one"), (b"x-twice", b"two")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": support.PAGE.replace("bees.1", f"bees.{scope['path'][1:]}").encode()})


def test_over_http2_records_are_reconstructed_and_say_so(tmp_path: Path, h2: str, crawl: Callable[..., Any]) -> None:
    """Warcinfo and records name fidelity and protocol; feed and `scraper extract` are equal, and every value verifies."""
    support.project(tmp_path)
    urls = [f"{h2}/{number}" for number in range(3)]
    crawled = crawl([{"url": url} for url in urls], "-O", "feed.jsonl", settings=SETTINGS)
    assert "H2DownloadHandler gives no access to the wire: its records are reconstructed" in crawled.log
    assert "https: reconstructed" in crawled.records("warcinfo")[0].block.decode()
    responses, requests = crawled.records("response"), crawled.records("request")
    assert sorted(each.head.url for each in responses) == sorted(each.head.url for each in requests) == urls, crawled.log
    for each in [*responses, *requests]:
        assert each.head.fields["warc-scraper-fidelity"] == "reconstructed"
        assert [line for line in each.head.raw.splitlines() if line.startswith(b"WARC-Protocol")] == [b"WARC-Protocol: h2"]
    assert b"X-Twice: one\r\nX-Twice: two\r\n" in responses[0].block
    assert crawled.stat("archive/fidelity/reconstructed") == 3
    support.scraper("extract", *crawled.archives, "-o", "again.jsonl", cwd=tmp_path)
    support.scraper("verify", "again.jsonl", "--archives", "archives", cwd=tmp_path)
    feed = [line for line in (tmp_path / "feed.jsonl").read_bytes().splitlines() if line.startswith(b'{"type"')]
    assert len(feed) == 3
    assert sorted(feed) == sorted((tmp_path / "again.jsonl").read_bytes().splitlines())
