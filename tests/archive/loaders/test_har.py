"""HAR: what a browser's network panel saves, entry by entry."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

URL = "https://example.com/page"


def _entry(url: str = URL, **response: Any) -> dict[str, Any]:
    """An entry as browsers write it; further fields go to its response."""
    given = {
        "status": 200,
        "statusText": "OK",
        "httpVersion": "HTTP/1.1",
        "headers": [{"name": "Content-Type", "value": "text/html"}],
        "content": {"size": 5, "mimeType": "text/html", "text": "<p>é"},
    }
    return {
        "startedDateTime": "2026-11-21T08:04:00.123+01:00",
        "request": {"method": "GET", "url": url},
        "response": given | response,
    }


def _har(folder: Path, *entries: Any, name: str = "x.har") -> Path:
    log = {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": list(entries)}
    (folder / name).write_text(json.dumps({"log": log}))
    return folder / name


@pytest.mark.parametrize("name", ["x.har", "x.json", "session"])
def test_entry(load: Callable[..., Any], tmp_path: Path, name: str) -> None:
    """An entry becomes a response with its URL, date, status, fields and body, whatever the file is called."""
    capture = load(_har(tmp_path, _entry(), name=name)).capture
    assert (capture.record_type, capture.url, capture.date) == ("response", URL, "2026-11-21T07:04:00Z")
    assert (capture.status, capture.media_type, capture.charset) == (200, "text/html", "utf-8")
    assert capture.payload == "<p>é".encode()


def test_what_was_changed_is_said(load: Callable[..., Any], tmp_path: Path) -> None:
    """A body is archived decoded, its length right, its codings left out, its version brought to 1.1, and the record says so."""
    fields = [
        (":status", "200"),
        ("content-encoding", "br"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Length", "3"),
        ("ETag", "x"),
    ]
    content = {"mimeType": "image/png", "encoding": "base64", "text": base64.b64encode(b"\x89PNG\0").decode()}
    headers = [{"name": name, "value": value} for name, value in fields]
    entry = _entry(headers=headers, content=content, httpVersion="h2", statusText="")
    loaded = load(_har(tmp_path, entry), output=tmp_path / "x.warc")
    assert loaded.capture.payload == b"\x89PNG\0"
    assert loaded.capture.headers == (("ETag", "x"), ("Content-Length", "5"))
    assert b"\r\n\r\nHTTP/1.1 200 \r\nETag: x\r\n" in loaded.output.read_bytes()
    said = next(line for line in loaded.output.read_bytes().splitlines() if line.startswith(b"X-Scraper-Changed: "))
    for change in (b"for h2", b"content-encoding br left out", b"Transfer-Encoding chunked left out", b"Content-Length"):
        assert change in said


def test_text_is_declared_utf8(load: Callable[..., Any], tmp_path: Path) -> None:
    """A body given as text is UTF-8 in the archive and declared so, once, whatever the server had declared."""
    fields = [{"name": "content-type", "value": 'text/html; charset="GBK"; x=1'}, {"name": "Content-Type", "value": "text/html"}]
    for headers, declared in (
        (fields[:1], "text/html; x=1; charset=utf-8"),
        (fields, "text/html; charset=utf-8"),
        ([], "text/html; charset=utf-8"),
    ):
        capture = load(_har(tmp_path, _entry(headers=headers))).capture
        assert [value for name, value in capture.headers if name.lower() == "content-type"] == [declared]
        assert capture.charset == "utf-8"


def test_no_field_breaks_out(load: Callable[..., Any], tmp_path: Path) -> None:
    """What a browser joined with newlines is parted into fields again, and no value can end the head."""
    values = [("Set-Cookie", "a=1\nb=2"), ("X", "1\r\n\r\n<html>"), ("bad name", "x"), ("Y", "\ud800")]
    headers = [{"name": name, "value": value} for name, value in values] + ["no object", {"name": 1}]
    capture = load(_har(tmp_path, _entry(headers=headers, statusText="OK\r\n\r\n<html>"))).capture
    assert capture.payload == "<p>é".encode()
    assert [field for field in capture.headers if field[0] == "Set-Cookie"] == [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]


def test_entries_passed_over(load: Callable[..., Any], tmp_path: Path) -> None:
    """Entries without content, and those that are not of the web, are counted and not archived."""
    entries = [
        _entry(),
        _entry(content={"size": 0}),
        _entry(content={"text": ""}),
        _entry(status=302, content={}),
        _entry("data:,x"),
        _entry("blob:x"),
    ]
    loaded = load(_har(tmp_path, *entries))
    assert len(loaded.captures) == 1
    assert loaded.tally.left == {"entry without content": 3, "entry not of the web": 2}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("no object", "no request.url"),
        ({"request": {"url": URL}}, "no response"),
        (_entry("https://"), "names no host"),
        (_entry(status=0), "status 0"),
        (_entry(status="200"), "status '200'"),
        (_entry(content={"text": "\ud800"}), "lone surrogate"),
        (_entry(content={"text": "A", "encoding": "base64"}), "no base64"),
        (_entry(content={"text": "A", "encoding": "rot13"}), "rot13"),
        (_entry() | {"startedDateTime": "noon"}, "no ISO 8601 date"),
    ],
)
def test_entry_is_rejected(load: Callable[..., Any], tmp_path: Path, entry: Any, reason: str) -> None:
    """An entry that cannot be read is rejected by its number, and the others are archived."""
    loaded = load(_har(tmp_path, entry, _entry()))
    assert len(loaded.captures) == 1
    assert len(loaded.rejected) == 1
    assert "x.har entries/0: " in loaded.rejected[0]
    assert reason in loaded.rejected[0]


@pytest.mark.parametrize(
    "content",
    [b'{"log": {"version": "1.2", "entries": [', b"\xff\xfe", b"[]", b'{"log": 1}', b'{"log": {"entries": {}}}', b"[" * 100_000],
)
def test_broken_har(load: Callable[..., Any], tmp_path: Path, content: bytes) -> None:
    """A file that is called a HAR and is none, or a broken one, is rejected."""
    (tmp_path / "x.har").write_bytes(content)
    loaded = load(tmp_path)
    assert len(loaded.rejected) == 1
    assert "HAR" in loaded.rejected[0]


def test_har_of_nothing(load: Callable[..., Any], tmp_path: Path) -> None:
    """A HAR without entries is rejected as one that holds nothing; one whose entries have no content is passed over."""
    assert "nothing to archive" in load(_har(tmp_path)).rejected[0]
    assert load(_har(tmp_path, _entry(content={}))).tally.passed == {"nothing to archive": 1}


def test_address_of_the_server(load: Callable[..., Any], tmp_path: Path) -> None:
    """The server's address is kept where it is one."""
    entries = [
        _entry(f"{URL}/{address}") | {"serverIPAddress": address} for address in ("192.0.2.1", "[2001:db8::1]", "", "x\r\ny")
    ]
    output = load(_har(tmp_path, *entries), output=tmp_path / "x.warc").output
    lines = [line for line in output.read_bytes().splitlines() if line.startswith(b"WARC-IP-Address")]
    assert lines == [b"WARC-IP-Address: 192.0.2.1", b"WARC-IP-Address: 2001:db8::1"]
