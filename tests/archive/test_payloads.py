"""Bodies as they come over the wire, and what they decode to."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import brotli
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scraper.archive import ArchiveWriter, Capture, Damage, Item, UnreadableCapture, read_at, scan
from scraper.errors import PayloadError, PayloadTooLarge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DATE = "2026-11-21T07:04:00Z"
CODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": lambda data: gzip.compress(data[:7]) + gzip.compress(data[7:]),
    "deflate": zlib.compress,
    "Deflate": lambda data: zlib.compress(data, wbits=-15),
    "br": brotli.compress,
    "zstd": lambda data: zstandard.compress(data[:9]) + zstandard.compress(data[9:]),
    "identity": bytes,
    "utf-8": bytes,
}


def chunked(body: bytes, size: int = 100, extension: bytes = b"") -> bytes:
    """A chunked body with a trailer."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts) + b"0\r\nX-End: 1\r\n\r\n"


def stored(folder: Path, block: bytes, headers: list[tuple[str, str]] | None = None, **bounds: int) -> Item:
    """What is read of a response archived alone; random access must say the same as the scan."""
    path = folder / "x.warc.gz"
    path.unlink(missing_ok=True)
    with ArchiveWriter(path) as writer:
        writer.write_response("https://example.com/", DATE, block, headers=headers or [])
    _, item = scan(path, **bounds)
    if isinstance(item, Capture):
        assert read_at(path, item.offset, item.length, item.record_id, **bounds) == item
    elif isinstance(item, UnreadableCapture):
        with pytest.raises(type(item.error)):
            read_at(path, item.offset, item.length, item.record_id, **bounds)
    return item


@pytest.mark.parametrize("coding", CODERS)
@pytest.mark.parametrize("chunks", [False, True])
def test_each_coding_is_undone(
    coding: str, chunks: bool, tmp_path: Path, page: Callable[[int], bytes], http: Callable[..., bytes]
) -> None:
    """A payload comes out of every content coding, chunked or not, and names of codings know no case."""
    body = CODERS[coding](page(1))
    fields = [f"Content-Encoding: {coding}", *(["transfer-encoding: CHUNKED"] if chunks else [])]
    item = stored(tmp_path, http(chunked(body, extension=b';q="a"') if chunks else body, *fields))
    assert isinstance(item, Capture)
    assert item.payload == page(1)


@given(
    body=st.binary(max_size=3000),
    codings=st.lists(st.sampled_from(sorted(CODERS)), max_size=3),
    size=st.integers(1, 4000),
)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_stacked_codings_are_undone_in_reverse(tmp_path: Path, body: bytes, codings: list[str], size: int) -> None:
    """Whatever codings are stacked, in one field or several, and however it is chunked, the body comes back."""
    coded = body
    for coding in codings:
        coded = CODERS[coding](coded)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
    head += b"".join(b"Content-Encoding: %s\r\n" % coding.encode() for coding in codings)
    item = stored(tmp_path, head + b"\r\n" + chunked(coded, size))
    if not any(body[:2].startswith(mark) for mark in (b"\x1f\x8b", b"\x28\xb5")):
        assert isinstance(item, Capture)
        assert item.payload == body


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_what_was_stored_decoded_is_taken_as_it_is(
    coding: str, tmp_path: Path, page: Callable[[int], bytes], http: Callable[..., bytes]
) -> None:
    """Tools that decode bodies leave the headers: a body that does not begin as its coding says has none."""
    item = stored(tmp_path, http(page(1), f"Content-Encoding: {coding}", "Transfer-Encoding: chunked"))
    assert isinstance(item, Capture)
    assert item.payload == page(1)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "Deflate", "br", "zstd"])
@pytest.mark.parametrize("cut", [5, 30])
def test_a_coding_that_breaks_midway_is_an_error(
    coding: str, cut: int, tmp_path: Path, page: Callable[[int], bytes], http: Callable[..., bytes]
) -> None:
    """Half a page is never passed off as one: the capture is named as unreadable, with the reason."""
    item = stored(tmp_path, http(CODERS[coding](page(1))[:-cut], f"Content-Encoding: {coding}"))
    assert isinstance(item, UnreadableCapture)
    assert isinstance(item.error, PayloadError)
    assert item.url == "https://example.com/"
    assert coding.lower() in str(item.error)


@pytest.mark.parametrize(
    "body",
    [b"5\r\nhel", b"5\r\nhello", b"5\r\nhelloX\r\n0\r\n\r\n", b"5\r\nhello\r\n", b"5\r\nhello\r\nzz\r\n", b"3\r\naa\r\n0\r\n\r\n"],
)
def test_a_chunked_body_that_breaks_is_an_error(body: bytes, tmp_path: Path, http: Callable[..., bytes]) -> None:
    """A body that begins chunked and ends before its last chunk, or loses its framing, is unreadable."""
    item = stored(tmp_path, http(body, "Transfer-Encoding: chunked"))
    assert isinstance(item, UnreadableCapture)
    assert "chunked" in str(item.error)


@pytest.mark.parametrize("body", [b"5\r\nhel", b"5\r\nhel\r\n", b"3\r\nhel\r\n", b"3\r\nhel\r\n5"])
def test_what_is_there_of_a_truncated_record_counts(body: bytes, tmp_path: Path, http: Callable[..., bytes]) -> None:
    """Where the record says that it was cut on purpose, the chunks that are there are the payload."""
    item = stored(tmp_path, http(body, "Transfer-Encoding: chunked"), [("WARC-Truncated", "length")])
    assert isinstance(item, Capture)
    assert item.payload.strip() == b"hel"
    assert item.truncated == "length"


def test_heads_are_read_as_servers_write_them(tmp_path: Path) -> None:
    """Folded fields, bare line feeds, a missing reason, interim responses and a missing body are no hindrance."""
    item = stored(
        tmp_path,
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        b"HTTP/2 404\nContent-Type: text/plain;\n  charset='latin-1'\nSet-Cookie: a\nSet-Cookie: b\n\nno",
    )
    assert isinstance(item, Capture)
    assert (item.status, item.media_type, item.charset, item.payload) == (404, "text/plain", "latin-1", b"no")
    assert [value for name, value in item.headers if name == "Set-Cookie"] == ["a", "b"]
    bare = stored(tmp_path, b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n")
    assert isinstance(bare, Capture)
    assert (bare.status, bare.media_type, bare.payload) == (302, "application/octet-stream", b"")


def test_a_response_that_is_no_http_is_its_own_payload(tmp_path: Path) -> None:
    """A DNS answer is archived as `response` too: its block is the payload; declared HTTP that is none is unreadable."""
    path = tmp_path / "x.warc"
    with ArchiveWriter(path) as writer:
        for declared in ("text/dns", "application/http; msgtype=response"):
            fields = [("WARC-Target-URI", "dns:example.com"), ("Content-Type", declared)]
            writer.write_record("response", fields, b"20261121070400\nexample.com. 10 IN A 10.0.0.1\n", date=DATE)
    _, good, bad = scan(path)
    assert isinstance(good, Capture)
    assert (good.media_type, good.status, good.payload[:5]) == ("text/dns", None, b"20261")
    assert isinstance(bad, UnreadableCapture)


def test_segmented_records_are_named_not_passed_off_as_whole(tmp_path: Path, http: Callable[..., bytes]) -> None:
    """A payload that goes on in continuation records is unreadable, and says why."""
    item = stored(tmp_path, http(b"half"), [("WARC-Segment-Number", "1")])
    assert isinstance(item, UnreadableCapture)
    assert "continuation" in str(item.error)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_bombs_cost_no_more_than_the_bound(coding: str, tmp_path: Path, http: Callable[..., bytes]) -> None:
    """A body that would decode to 100 MB is given up at the bound of 1 MB, in memory too."""
    fast = {"br": lambda data: brotli.compress(data, quality=2), "zstd": zstandard.compress}
    bomb = fast.get(coding, CODERS[coding])(bytes(100_000_000))
    stored(tmp_path, http(bomb, f"Content-Encoding: {coding}"), max_payload=1_000_000)
    tracemalloc.start()
    try:
        _, item = scan(tmp_path / "x.warc.gz", max_payload=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(item, UnreadableCapture)
    assert isinstance(item.error, PayloadTooLarge)
    assert peak < 10_000_000


def test_a_bomb_as_a_member_costs_no_more_than_the_bound(tmp_path: Path) -> None:
    """A gzip member of one record of 600 MB is read over within a memory limit, and the next record is found."""
    path = tmp_path / "bomb.warc.gz"
    head = "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: x:y\r\nWARC-Date: 2020\r\nContent-Length: {}\r\n\r\n"
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = deflate.compress(head.format(600 << 20).encode())
    for _ in range(600):
        bomb += deflate.compress(bytes(1 << 20))
    bomb += deflate.compress(b"\r\n\r\n") + deflate.flush()
    path.write_bytes(bomb + gzip.compress(head.format(2).encode() + b"ok\r\n\r\n"))
    code = (
        "import sys; from scraper.archive import scan\n"
        "for item in scan(sys.argv[1], max_payload=10 << 20): print(type(item).__name__, getattr(item, 'payload', b''))\n"
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"
    )
    run = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    *items, peak = run.stdout.splitlines()
    assert items == ["UnreadableCapture b''", "Capture b'ok'"]
    assert int(peak) < 200_000  # kB, the interpreter and its libraries included


def test_damage_is_never_mistaken_for_an_unreadable_payload(tmp_path: Path, http: Callable[..., bytes]) -> None:
    """A record whose payload digest fits no reading of its body contradicts itself: damage."""
    path = tmp_path / "x.warc"
    block = http(chunked(b"body"), "Transfer-Encoding: chunked")
    for digested, kind in ((b"body", Capture), (chunked(b"body"), Capture), (b"other", Damage)):
        import base64  # noqa: PLC0415
        import hashlib  # noqa: PLC0415

        digest = base64.b32encode(hashlib.sha1(digested).digest()).decode()  # noqa: S324  what archives hold
        path.write_bytes(
            b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <http://x/>\r\nWARC-Date: 2020-01-01T00:00:00Z\r\n"
            b"Content-Type: application/http\r\nWARC-Payload-Digest: sha1:%s\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
            % (digest.encode(), len(block), block)
        )
        (item,) = scan(path)
        assert isinstance(item, kind)
