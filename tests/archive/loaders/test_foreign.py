"""Archives of other tools: WARC copied byte for byte, ARC put into WARC, WACZ taken apart."""

from __future__ import annotations

import base64
import gzip
import hashlib
import uuid
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from scraper.archive import Hole, Record, raw_records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGES = {f"https://example.com/{number}": f"<p>page {number} é</p>".encode() * 20 for number in range(3)}


def _warc(*, compressed: bool = True) -> bytes:
    """An archive of another tool: WARC 1.0, SHA-1 digests, a warcinfo record, and a request and a response for each page."""
    records = [_record("warcinfo", "", b"software: another tool\r\n", "application/warc-fields")]
    for url, body in PAGES.items():
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        records.append(_record("request", url, b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", "application/http; msgtype=request"))
        records.append(_record("response", url, http, "application/http; msgtype=response"))
    return b"".join(gzip.compress(record, mtime=0) for record in records) if compressed else b"".join(records)


def _record(kind: str, url: str, block: bytes, content_type: str) -> bytes:
    digest = base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode()
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, kind + url)}>",
        "WARC-Date": "2020-01-01T00:00:00Z",
        **({"WARC-Target-URI": f"<{url}>"} if url else {}),
        "WARC-Block-Digest": f"sha1:{digest}",
        "Content-Type": content_type,
        "Content-Length": len(block),
    }
    return (
        b"WARC/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n" + block + b"\r\n\r\n"
    )


def _arc() -> bytes:
    """An ARC, version 1: a file description, a page, a look-up, and a page whose URL holds a space."""
    records = [
        (
            b"filedesc://x.arc 0.0.0.0 20261121070400 text/plain",
            b"1 0 test\nURL IP-address Archive-date Content-type Archive-length\n",
        ),
        (b"http://example.com/a 192.0.2.1 20261121070400 text/html", b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>a"),
        (b"dns:example.com 0.0.0.0 20261121070400 text/dns", b"20261121070400\nexample.com. 1 IN A 192.0.2.1\n"),
        (b"http://example.com/a b 0.0.0.0 20261121070400 text/html", b"HTTP/1.1 404 Not Found\r\n\r\nnone"),
    ]
    return b"".join(b"%b %d\n%b\n" % (line, len(block), block) for line, block in records)


def _records(path: Path) -> list[tuple[bytes, bytes]]:
    return [(record.head.raw, record.block) for record in raw_records(path) if isinstance(record, Record)]


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("name", ["x.warc.gz", "x.warc", "archive"])
def test_copy(load: Callable[..., Any], tmp_path: Path, name: str, *, compressed: bool) -> None:
    """Every record is copied, head and block byte for byte, in its order, whatever the file is called."""
    (tmp_path / name).write_bytes(_warc(compressed=compressed))
    loaded = load(tmp_path / name)
    assert _records(loaded.output)[1:] == _records(tmp_path / name)
    assert {capture.url: capture.payload for capture in loaded.captures} == PAGES
    assert (loaded.tally.captures, loaded.tally.others) == (3, 4)


def test_single_stream(load: Callable[..., Any], tmp_path: Path) -> None:
    """Records that were compressed as one stream become one gzip member each."""
    (tmp_path / "x.warc.gz").write_bytes(gzip.compress(_warc(compressed=False)))
    output = load(tmp_path / "x.warc.gz").output
    offsets = [record.offset for record in raw_records(output)]
    assert len(set(offsets)) == len(offsets) == 8


def test_copy_twice(load: Callable[..., Any], tmp_path: Path) -> None:
    """A copied archive is known by the ids and blocks of its records, requests and all, also from another file."""
    (tmp_path / "x.warc.gz").write_bytes(_warc())
    loaded = load(tmp_path / "x.warc.gz")
    before = loaded.output.read_bytes()
    (tmp_path / "y.warc").write_bytes(gzip.decompress((tmp_path / "x.warc.gz").read_bytes()))
    again = load(tmp_path / "x.warc.gz", tmp_path / "y.warc", output=loaded.output)
    assert (again.tally.known, again.tally.known_records) == (2, 14)
    assert loaded.output.read_bytes() == before


def test_same_id_other_block(load: Callable[..., Any], tmp_path: Path) -> None:
    """A record that only shares its id with another one is copied too, and both are known from then on."""
    record = b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:x:1>\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
    record += b"WARC-Target-URI: https://example.com/\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n%b\r\n\r\n"
    (tmp_path / "x.warc").write_bytes(record % b"a" + record % b"b" + record % b"a")
    loaded = load(tmp_path / "x.warc")
    assert [capture.payload for capture in loaded.captures] == [b"a", b"b"]
    assert load(tmp_path / "x.warc", output=loaded.output).tally.known_records == 3


@pytest.mark.parametrize("compressed", [True, False])
def test_cut_anywhere(load: Callable[..., Any], tmp_path: Path, *, compressed: bool) -> None:
    """Wherever an archive is cut, its whole records are copied and the cut is a rejection with an offset."""
    data = _warc(compressed=compressed)
    (tmp_path / "whole.warc").write_bytes(data)
    ends = [record.offset + record.length for record in raw_records(tmp_path / "whole.warc")]
    for size in range(1, len(data), len(data) // 25):
        (tmp_path / "x.warc").write_bytes(data[:size])
        loaded = load(tmp_path / "x.warc")
        whole = sum(end <= size for end in ends)
        assert whole <= loaded.tally.captures + loaded.tally.others <= whole + 1  # a record may lack but its closing newlines
        if loaded.tally.captures + loaded.tally.others == whole and size not in ends:
            assert len(loaded.rejected) == 1, size
            assert "x.warc" in loaded.rejected[0]


def test_damaged_in_the_middle(load: Callable[..., Any], tmp_path: Path) -> None:
    """A damaged record is rejected with its offset, and the records behind it are copied."""
    data = bytearray(_warc())
    (tmp_path / "x.warc.gz").write_bytes(data)
    third = [record.offset for record in raw_records(tmp_path / "x.warc.gz")][2]
    data[third + 40] ^= 0xFF
    (tmp_path / "x.warc.gz").write_bytes(data)
    loaded = load(tmp_path / "x.warc.gz")
    assert f"x.warc.gz at offset {third}: " in loaded.rejected[0]
    assert loaded.tally.captures + loaded.tally.others == 6
    assert not [item for item in raw_records(loaded.output) if isinstance(item, Hole)]


def test_large_record(load: Callable[..., Any], tmp_path: Path) -> None:
    """A record beyond the bound is rejected and says what to do, and the others are copied."""
    (tmp_path / "x.warc.gz").write_bytes(_warc())
    loaded = load(tmp_path / "x.warc.gz", max_file=300)
    assert len(loaded.rejected) == 3
    assert all("raise --max-file" in line for line in loaded.rejected)
    assert loaded.tally.others == 4


@pytest.mark.parametrize("name", ["x.arc", "x.arc.gz"])
def test_arc(load: Callable[..., Any], tmp_path: Path, name: str) -> None:
    """An ARC's pages become responses, what is no HTTP a resource; dates, addresses and URLs come with them, and only once."""
    (tmp_path / name).write_bytes(gzip.compress(_arc()) if name.endswith(".gz") else _arc())
    loaded = load(tmp_path / name, output=tmp_path / "out.warc")
    found = [(capture.url, capture.record_type, capture.status, capture.media_type, capture.payload) for capture in loaded.captures]
    assert found == [
        ("http://example.com/a", "response", 200, "text/html", b"<p>a"),
        ("dns:example.com", "resource", None, "text/dns", b"20261121070400\nexample.com. 1 IN A 192.0.2.1\n"),
        ("http://example.com/a%20b", "response", 404, "application/octet-stream", b"none"),
    ]
    assert {capture.date for capture in loaded.captures} == {"2026-11-21T07:04:00Z"}
    assert loaded.output.read_bytes().count(b"WARC-IP-Address: 192.0.2.1") == 1
    assert loaded.output.read_bytes().count(b"WARC-IP-Address") == 1
    assert loaded.tally.left == {"filedesc record of an ARC": 1}
    assert load(tmp_path / name, output=loaded.output).tally.known_records == 3


def _wacz(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


@pytest.mark.parametrize("name", ["x.wacz", "x.zip", "collection"])
def test_wacz(load: Callable[..., Any], tmp_path: Path, name: str) -> None:
    """Every archive in a WACZ is copied, and nothing else in it is taken for a page."""
    members = {"datapackage.json": b"{}", "pages/pages.jsonl": b"{}\n", "archive/a.warc.gz": _warc(), "archive/b.arc": _arc()}
    loaded = load(_wacz(tmp_path / name, members, zipfile.ZIP_DEFLATED))
    assert loaded.tally.captures == 6
    assert {capture.url for capture in loaded.captures} > set(PAGES)


def test_wacz_writes_nowhere(load: Callable[..., Any], tmp_path: Path) -> None:
    """A member whose name leads out of the folder is read like any other, and no file of that name appears."""
    (tmp_path / "in").mkdir()
    wacz = _wacz(tmp_path / "in" / "x.wacz", {"archive/../../../evil.warc.gz": _warc(), "archive//abs.warc": b"no archive"})
    loaded = load(wacz)
    assert loaded.tally.captures == 3
    assert "archive//abs.warc: there is no WARC or ARC record" in loaded.rejected[0]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "x.wacz"]


def test_wacz_bomb(load: Callable[..., Any], tmp_path: Path) -> None:
    """A member that inflates beyond the bound is rejected, and the others are loaded."""
    members = {"archive/bomb.warc": bytes(40 << 20), "archive/good.warc.gz": _warc()}
    loaded = load(_wacz(tmp_path / "x.wacz", members, zipfile.ZIP_DEFLATED), max_file=1 << 20)
    assert "archive/bomb.warc: the member cannot be read: it inflates to more than" in loaded.rejected[0]
    assert loaded.tally.captures == 3


def test_wacz_is_broken(load: Callable[..., Any], tmp_path: Path) -> None:
    """A ZIP that is cut, damaged, encrypted or without archives is rejected."""
    wacz = _wacz(tmp_path / "x.wacz", {"archive/a.warc.gz": _warc()})
    whole = wacz.read_bytes()
    damaged, encrypted = bytearray(whole), bytearray(whole)
    damaged[200] ^= 0xFF
    encrypted[6] |= 1
    encrypted[whole.index(b"PK\x01\x02") + 8] |= 1
    for data in (whole[:-30], damaged, encrypted, _wacz(tmp_path / "y", {"x.txt": b"x"}).read_bytes()):
        wacz.write_bytes(data)
        loaded = load(wacz)
        assert loaded.tally.rejected == 1
        assert not loaded.captures
