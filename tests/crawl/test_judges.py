"""The archive of an awkward crawl before judges that others wrote, and in front of readers: pywb shows what the server said."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import brotli
import pytest
from pywb_server import REPLAY_BIN, serving

BODY = "Ein Käse, two cheeses. ".encode() * 40
KIND = b"Content-Type: text/plain; charset=utf-8"
CHUNKS = b"5;a=b\r\nHello\r\n7\r\n, world\r\n0\r\n\r\n"  # no trailer: pywb would take it for the body's end


def _sized(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = b"".join(each + b"\r\n" for each in (*headers, KIND))
    return b"HTTP/1.1 " + status + b"\r\n" + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body


SAID = {
    "/robots.txt": _sized(b"User-agent: *\nDisallow: /private\n"),
    "/plain": _sized(BODY),
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + KIND + b"\r\n\r\n" + CHUNKS,
    "/gzip": _sized(gzip.compress(BODY, mtime=0), b"Content-Encoding: gzip"),
    "/moved": _sized(b"", b"Location: /plain?again", status=b"302 Found"),
    "/plain?again": _sized(BODY + b"again"),
    "/head": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
    "/204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "/304": b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n',
    "/404": _sized(b"no", status=b"404 Not Found"),
    "/cut": b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n" + KIND + b"\r\n\r\nhalf of it",
    "/private": _sized(b"not for robots"),
}
BODIES = {"/plain": BODY, "/chunked": b"Hello, world", "/gzip": BODY, "/plain?again": BODY + b"again", "/404": b"no"}


@pytest.fixture
def awkward(serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any) -> Callable[..., tuple[Any, Any]]:
    """Crawl what a server says, one host that does not listen among it."""

    def run(said: dict[str, bytes]) -> tuple[Any, Any]:
        server = serve({path: reply([answer], "close" if path == "/cut" else "keep") for path, answer in said.items()})
        asked = [path for path in said if path not in {"/robots.txt", "/plain?again"}]
        meta = {"handle_httpstatus_list": [204, 304, 404], "dont_retry": True}
        requests = [{"url": server.url(path), "meta": meta, "method": "HEAD" if path == "/head" else "GET"} for path in asked]
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            port = taken.getsockname()[1]
        requests.append({"url": f"http://127.0.0.1:{port}/deaf", "meta": meta})
        return server, crawl(requests, settings="ROBOTSTXT_OBEY = True\n")

    return run


def _ask(tool: str, *args: str | Path) -> str:
    done = subprocess.run([Path(sys.executable).with_name(tool), *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_judges_find_nothing_wrong(awkward: Callable[..., tuple[Any, Any]]) -> None:
    """Redirects, HEAD, 204, 304, cut bodies, robots.txt and failures: warcio, fastwarc and cdxj-indexer read what is there."""
    server, crawled = awkward(SAID)
    (path,) = crawled.archives
    _ask("warcio", "check", path)
    _ask("fastwarc", "check", "-p", path)
    listed = [json.loads(line.split(" ", 2)[2]) for line in _ask("cdxj-indexer", path).splitlines()]
    heard = sorted(server.url(each.path) for each in server.heard)
    assert sorted(each["url"] for each in listed) == heard == sorted(each.head.url for each in crawled.records("response"))
    assert server.url("/private") not in heard
    assert crawled.response("/cut").head.fields["warc-truncated"] == "disconnect"
    assert any(each.head.url.endswith("/deaf") for each in crawled.records("metadata"))


@pytest.mark.skipif(REPLAY_BIN is None, reason="REPLAY_BIN names no folder with pywb's commands")
def test_pywb_shows_what_the_server_said(awkward: Callable[..., tuple[Any, Any]]) -> None:
    """Each body of a crawl, brotli's too, comes back from pywb as it was before transfer and content coding."""
    server, crawled = awkward(SAID | {"/br": _sized(brotli.compress(BODY), b"Content-Encoding: br")})
    (path,) = crawled.archives
    _ask("fastwarc", "check", "-p", path)  # warcio fails on brotli: it asks the module for what brotlipy had
    with _replaying(crawled.folder, path) as connection:
        for each, body in (BODIES | {"/br": BODY}).items():
            connection.request("GET", f"/c/2026id_/{server.url(each)}", headers={"Accept-Encoding": "gzip, br"})
            answer = connection.getresponse()
            packed = answer.read()
            unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(answer.getheader("Content-Encoding") or "", bytes)
            assert unpack(packed) == body, each


@contextmanager
def _replaying(folder: Path, archive: Path) -> Iterator[http.client.HTTPConnection]:
    """A connection to pywb with a collection `c` of one archive."""
    assert REPLAY_BIN is not None
    for arguments in (["init", "c"], ["add", "c", str(archive)]):
        subprocess.run([Path(REPLAY_BIN) / "wb-manager", *arguments], cwd=folder, check=True, capture_output=True)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    with serving(folder, port) as connection:
        yield connection
