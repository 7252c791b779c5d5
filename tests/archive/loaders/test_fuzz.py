"""Files of every format, broken at random: whatever is in them, a load ends in records and rejections that add up."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROUNDS = 40


def _samples() -> dict[str, bytes]:
    """A small file of each format."""
    page = b"<!doctype html><!-- saved from url=(0020)https://example.com/ --><link rel=canonical href='https://example.com/'><p>"
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n<p>\r\n0\r\n\r\n"
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:x:%d>\r\n"
    head += b"WARC-Target-URI: https://example.com/\r\nContent-Type: application/http\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n"
    warc = b"".join(head % (number, len(http), http) for number in range(3))
    arc = (
        b"filedesc://x 0.0.0.0 20260101000000 text/plain 4\nabc\n\n"
        + b"http://e.com/ 1.2.3.4 20260101000000 text/html %d\n%b\n" % (len(http), http)
    )
    entry = {
        "startedDateTime": "2026-01-01T00:00:00Z",
        "request": {"url": "https://example.com/"},
        "response": {"status": 200, "headers": [{"name": "A", "value": "b"}], "content": {"text": "PHA+", "encoding": "base64"}},
    }
    part = (
        "--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\nContent-Location: https://e.com/{}\r\n\r\nPHA+\r\n"
    )
    mhtml = "Snapshot-Content-Location: https://e.com/\r\nDate: Sat, 21 Nov 2026 08:04:00 GMT\r\nMIME-Version: 1.0\r\n"
    mhtml += 'Content-Type: multipart/related; boundary="b"\r\n\r\n' + part.format(1) + part.format(2) + "--b--\r\n"
    wacz = io.BytesIO()
    with zipfile.ZipFile(wacz, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("archive/a.warc.gz", gzip.compress(warc))
        file.writestr("archive/b.arc", arc)
    har = json.dumps({"log": {"version": "1.2", "entries": [entry, entry]}}).encode()
    return {
        "x.html": page,
        "x.html.gz": gzip.compress(page),
        "x.warc": warc,
        "x.warc.gz": b"".join(map(gzip.compress, warc.split(b"\r\n\r\n\r\n\r\n"))),
        "x.arc": arc,
        "x.har": har,
        "x.mhtml": mhtml.encode(),
        "x.wacz": wacz.getvalue(),
        "urls.csv": b"file,url,date\nx.html,https://example.com/,2026-01-01\n",
    }


def _broken(data: bytes, seeded: random.Random) -> bytes:
    """Bytes with some of them changed, taken out, repeated, or cut off."""
    out = bytearray(data)
    for _ in range(seeded.choice((1, 1, 2, 8))):
        at, size = seeded.randrange(len(out) + 1), seeded.choice((1, 1, 2, 16, 200))
        change = seeded.randrange(5)
        if change == 0:
            out[at : at + size] = seeded.randbytes(size)
        elif change == 1:
            del out[at : at + size]
        elif change == 2:
            out[at:at] = out[at : at + size] * 2
        elif change == 3:
            out[at : at + size] = seeded.choice((b"\r\n\r\n", b"\0", b"\xff", b"99999999", b"--b--", b'"', b"{", b"-1", b" "))
        else:
            del out[at:]
    return bytes(out)


@pytest.mark.parametrize("name", sorted(_samples()))
def test_broken_at_random(load: Callable[..., Any], tmp_path: Path, name: str) -> None:
    """However a file is broken, the load accounts for it, its archive holds no damage, and the file beside it is loaded."""
    seeded = random.Random(name)  # noqa: S311  no secret
    samples = _samples()
    (tmp_path / "good.txt").write_text("good")
    for _ in range(ROUNDS):
        (tmp_path / name).write_bytes(_broken(samples[name], seeded))
        loaded = load(tmp_path)
        assert b"good" in {capture.payload for capture in loaded.captures}
        assert loaded.tally.files == 2
