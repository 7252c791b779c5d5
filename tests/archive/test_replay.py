"""Archives replayed by pywb, which shares no code with us."""

from __future__ import annotations

import gzip
import http.client
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scraper.archive import ArchiveWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPLAY_BIN = os.environ.get("REPLAY_BIN")
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
    assert REPLAY_BIN is not None
    command = [Path(REPLAY_BIN) / "wayback", "-b", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, cwd=collection, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield _connected(port)
        finally:
            process.kill()


def _connected(port: int) -> http.client.HTTPConnection:
    """Wait until the server answers."""
    deadline = time.monotonic() + 30
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.connect()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return connection


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
