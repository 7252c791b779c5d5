"""Archives replayed by pywb, which shares no code with us."""

from __future__ import annotations

import gzip
import http.client
import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pywb_server import REPLAY_BIN, serving

from scraper.archive import ArchiveWriter, Revisit, index_path, scan
from scraper.crawl.exchange import Download, Exchange
from scraper.crawl.options import Options
from scraper.crawl.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STAMP = "20261121070400"


@pytest.fixture
def port() -> int:
    """A free port of this machine."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


@pytest.fixture
def collection(tmp_path: Path, page: Callable[[int], bytes], http: Callable[..., bytes]) -> Path:
    """A pywb folder with a collection `c` of one archive: responses plain, chunked and gzipped, and a resource."""
    assert REPLAY_BIN is not None
    path = tmp_path / "x.warc.gz"
    chunks = b"%x;ext=1\r\n%s\r\n0\r\n\r\n" % (len(page(1)), page(1))
    with ArchiveWriter(path) as writer:
        for number, block in enumerate(
            (
                http(page(0)),
                http(chunks, "Transfer-Encoding: chunked"),
                http(gzip.compress(page(2)), "Content-Encoding: gzip"),
            )
        ):
            writer.write_response(f"http://example.com/{number}", "2026-11-21T07:04:00Z", block)
        writer.write_resource("http://example.com/3", "2026-11-21T07:04:00Z", page(3), media_type="text/html", charset="utf-8")
    for arguments in (["init", "c"], ["add", "c", str(path)]):
        subprocess.run([Path(REPLAY_BIN) / "wb-manager", *arguments], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


@pytest.fixture
def server(collection: Path, port: int) -> Iterator[http.client.HTTPConnection]:
    """A connection to pywb serving the collection on the loopback."""
    with serving(collection, port) as connection:
        yield connection


@pytest.mark.skipif(REPLAY_BIN is None, reason="REPLAY_BIN names no folder with pywb's commands")
def test_pywb_replays_the_bodies_that_were_archived(server: http.client.HTTPConnection, page: Callable[[int], bytes]) -> None:
    """Each archived page comes back from pywb byte for byte, whatever its framing and coding."""
    for number in range(4):
        server.request("GET", f"/c/{STAMP}id_/http://example.com/{number}")
        answer = server.getresponse()
        body = answer.read()
        assert answer.status == 200
        if answer.getheader("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        assert body == page(number)
    server.close()


def _visit(folder: Path, name: str, date: str, blocks: list[bytes]) -> Path:
    """Archive what a crawl got on a day."""
    options = Options(archive=True, folder=folder, max_size=None, sync_every=0, dedupe=True, extract=False)
    store = Store(folder / name, options, software="test", info={})
    for number, block in enumerate(blocks):
        exchange = Exchange(date, received=bytearray(block), complete=True)
        store.add(Download(f"http://example.com/{number}", [exchange]))
    store.close()
    return folder / name


@pytest.mark.skipif(REPLAY_BIN is None, reason="REPLAY_BIN names no folder with pywb's commands")
@pytest.mark.parametrize("ours", [False, True], ids=["its-index", "our-index"])
def test_pywb_replays_revisits(
    tmp_path: Path, page: Callable[[int], bytes], http: Callable[..., bytes], port: int, *, ours: bool
) -> None:
    """A page that did not change comes back from pywb on both days: each day's head, the same body, however it was framed."""
    assert REPLAY_BIN is not None
    bodies = [page(number) * 9 for number in range(4)]

    def said(day: str) -> list[bytes]:
        packed = gzip.compress(bodies[2] + noise, mtime=0)
        return [
            http(bodies[0], f"Content-Length: {len(bodies[0])}", f"X-Day: {day}"),
            http(_chunks(bodies[1], int(day) * 90), "Transfer-Encoding: chunked", f"X-Day: {day}"),
            http(packed, "Content-Encoding: gzip", f"Content-Length: {len(packed)}", f"X-Day: {day}"),
            http(_chunks(packed, int(day) * 70), "Content-Encoding: gzip", "Transfer-Encoding: chunked", f"X-Day: {day}"),
        ]

    noise = os.urandom(2000).hex().encode()
    first = _visit(tmp_path, "1.warc.gz", "2026-11-01T00:00:00Z", said("1"))
    second = _visit(tmp_path, "2.warc.gz", "2026-11-02T00:00:00Z", said("2"))
    assert sum(isinstance(item, Revisit) for item in scan(second)) == 4
    for arguments in (["init", "c"], ["add", "c", str(first), str(second)]):
        subprocess.run([Path(REPLAY_BIN) / "wb-manager", *arguments], cwd=tmp_path, check=True, capture_output=True)
    if ours:
        lines = [line for path in (first, second) for line in index_path(path).read_bytes().splitlines(keepends=True)]
        (tmp_path / "collections/c/indexes/index.cdxj").write_bytes(b"".join(sorted(line for line in lines if line[:1] != b"!")))
    bodies[2] += noise
    bodies[3] = bodies[2]
    with serving(tmp_path, port) as server:
        for day in "12":
            for number, body in enumerate(bodies):
                server.request("GET", f"/c/2026110{day}000000id_/http://example.com/{number}")
                answer = server.getresponse()
                found = answer.read()
                assert answer.status == 200, (day, number, found)
                assert answer.getheader("X-Day") == day
                assert (gzip.decompress(found) if answer.getheader("Content-Encoding") == "gzip" else found) == body
        server.close()


def _chunks(body: bytes, at: int) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:at], body[at:], b""))
