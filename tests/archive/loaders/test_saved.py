"""Single saved files: bytes, media types, URLs and dates."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scraper.archive.loaders.media import TEXT, media_type, recognise

if TYPE_CHECKING:
    from collections.abc import Callable


def _is_text(data: bytes) -> bool:
    """Whether bytes under the name x.txt are taken for text: they begin as nothing else does."""
    try:
        return recognise(data, "x.txt") == "page" and media_type(data, "x.txt") == TEXT
    except ValueError:
        return False


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=st.binary(min_size=1, max_size=400).filter(_is_text))
def test_text_bytes_survive(load: Callable[..., Any], payload: bytes) -> None:
    """Whatever bytes a text dump holds, they are the payload of its conversion record."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.txt"
        file.write_bytes(payload)
        capture = load(file).capture
    assert capture.payload == payload
    assert (capture.record_type, capture.media_type) == ("conversion", "text/plain")
    assert capture.url == f"urn:sha256:{hashlib.sha256(payload).hexdigest()}"


@pytest.mark.parametrize(
    ("name", "content", "record_type", "type_"),
    [
        ("a.html", b"<p>no doctype", "resource", "text/html"),
        ("a.HTM", b"<html>", "resource", "text/html"),
        ("a.xhtml", b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "resource", "application/xhtml+xml"),
        ("a.xml", b"<PubmedArticleSet/>", "resource", "application/xml"),
        ("a.json", b'{"a": 1}', "resource", "application/json"),
        ("a.txt", b"[Title in brackets]. 2023", "conversion", "text/plain"),
        ("a.txt", b"{not json}", "conversion", "text/plain"),
        ("a.txt", b"\xef\xbb\xbf<!-- x -->\n<!DOCTYPE html><p>", "resource", "text/html"),
        ("a.txt", b"<?xml version='1.0'?><a/>", "resource", "application/xml"),
        ("a.xml", b"<!doctype html><p>error 404", "resource", "text/html"),
        ("README", b"words of a file whose name says nothing\n", "conversion", "text/plain"),
        ("README", "déjà".encode("latin-1"), "conversion", "text/plain"),
        ("README", b'{"a": [1]}', "resource", "application/json"),
        ("README", b'{"a": 1}\n{"a": 2}\n', "conversion", "text/plain"),
        ("README", b"<!doctype html>\n", "resource", "text/html"),
        ("README", b"\n<?xml version='1.0'?><a/>", "resource", "application/xml"),
        ("README", "\ufefftitle".encode("utf-16"), "conversion", "text/plain"),
        ("a.html", b"NUL \0 and \xff\xfe invalid UTF-8", "resource", "text/html"),
    ],
)
def test_media_type(load: Callable[..., Any], tmp_path: Path, *, name: str, content: bytes, record_type: str, type_: str) -> None:
    """The media type follows the name unless the content says otherwise, and the content where the name says nothing."""
    (tmp_path / name).write_bytes(content)
    capture = load(tmp_path).capture
    assert (capture.record_type, capture.media_type, capture.payload) == (record_type, type_, content)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.html", b"", "empty"),
        ("x", b"\x00\x01\x02binary", "unknown binary content"),
        ("paper.html", b"%PDF-1.7 ...", "a PDF"),
        ("x.png", b"\x89PNG\r\n\x1a\n", "a PNG image"),
        ("style.css", b"p {}", "a style sheet"),
        ("x.docx", b"PK\x03\x04nothing", "ZIP"),
        ("x.wacz", b"no zip at all", "ZIP"),
        ("x.warc", b"no archive at all", "no WARC or ARC record"),
        ("x.html.gz", gzip.compress(b"<html>" * 99, mtime=0)[:-9], "compressed with gzip"),
        ("bomb.html.gz", gzip.compress(bytes(9 << 20), mtime=0), "more than 1,048,576 bytes"),
        ("big.html", b"x" * ((1 << 20) + 1), "larger than the bound"),
    ],
)
def test_rejected(load: Callable[..., Any], tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    """What is no page is rejected with a reason that says what it is, and the file beside it is loaded."""
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.txt").write_bytes(b"good")
    loaded = load(tmp_path, max_file=1 << 20)
    assert [name in line and reason in line for line in loaded.rejected] == [True], loaded.rejected
    assert loaded.capture.payload == b"good"


def test_forced_media_type(load: Callable[..., Any], tmp_path: Path) -> None:
    """With a media type forced, every file is one page of that type, whatever it seems to be."""
    (tmp_path / "x.har").write_bytes(b'{"log": {"entries": []}}')
    (tmp_path / "y.bin").write_bytes(b"\x00\x01")
    assert [c.media_type for c in load(tmp_path, media_type="text/html").captures] == ["text/html"] * 2


def test_gzip_is_opened(load: Callable[..., Any], tmp_path: Path) -> None:
    """A page compressed with gzip, in several members too, is archived decompressed, under the type of its inner name."""
    (tmp_path / "x.xml.gz").write_bytes(gzip.compress(b"<a>") + gzip.compress(b"</a>"))
    capture = load(tmp_path).capture
    assert (capture.payload, capture.media_type) == (b"<a></a>", "application/xml")


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ('<link rel="canonical" href="https://example.com/a?b=1&amp;c=2">', "https://example.com/a?b=1&c=2"),
        ("<LINK href=https://example.com/b REL='shortlink canonical'>", "https://example.com/b"),
        ("<meta content='https://example.com/c' property='og:url'>", "https://example.com/c"),
        ('<meta property=og:url content="https://x.example/"><link rel=canonical href="https://y.example/">', "https://y.example/"),
        (
            "<!-- saved from url=(0021)https://example.com/d --><link rel=canonical href=https://x.example/>",
            "https://example.com/d",
        ),
        ("<!-- saved from url=(0014)about:internet --><link rel=canonical href=https://e.example/>", "https://e.example/"),
        ("<link rel=canonical href=https://example.com/é#part>", "https://example.com/%C3%A9"),
        ("<!-- <link rel=canonical href=https://commented.example/> -->", None),
        ("<link rel=canonical href=/relative>", None),
        ("<link rel=canonical href=javascript:alert(1)>", None),
        ("<link rel=canonical href='http://[bad/'>", None),
        ("<link rel=canonical href='https://'>", None),
        ("<link rel=stylesheet href=https://example.com/x.css>", None),
    ],
)
def test_url_of_a_page(load: Callable[..., Any], tmp_path: Path, head: str, url: str | None) -> None:
    """A page's URL is what its saver noted, else its canonical link, else og:url, and else the digest of its bytes."""
    page = f"<!doctype html><html><head>{head}</head>".encode()
    (tmp_path / "x.html").write_bytes(page)
    assert load(tmp_path).capture.url == (url or f"urn:sha256:{hashlib.sha256(page).hexdigest()}")


@pytest.mark.parametrize("start", ["<!--", "<link ", '<meta a="', "<!-- x -->", "<link <link a='", "saved from url=(1)", "<"])
def test_url_scan_is_linear(load: Callable[..., Any], tmp_path: Path, start: str) -> None:
    """A page made to defeat the scan for its URL is loaded like any other."""
    (tmp_path / "x.html").write_text(start * (300_000 // len(start)))
    assert load(tmp_path).tally.loaded == 1


def test_single_file_page(load: Callable[..., Any], tmp_path: Path) -> None:
    """A page saved with SingleFile has the URL and the date that its comment says."""
    said = "url: https://example.com/s \n saved date: Sat Nov 21 2026 08:04:00 GMT+0100 (CET)"
    comment = f"<!--\n Page saved with SingleFile \n {said}\n-->"
    (tmp_path / "x.html").write_text(f"<!DOCTYPE html> <html>{comment}<p>")
    capture = load(tmp_path).capture
    assert (capture.url, capture.date) == ("https://example.com/s", "2026-11-21T07:04:00Z")


def test_date_of_change(load: Callable[..., Any], tmp_path: Path) -> None:
    """Without any other word, a file's date is its time of change, in UTC."""
    (tmp_path / "x.txt").write_text("x")
    os.utime(tmp_path / "x.txt", (0, 1_000_000_000))
    assert load(tmp_path).capture.date == "2001-09-09T01:46:40Z"


def test_source_is_noted(load: Callable[..., Any], tmp_path: Path) -> None:
    """A record says which file it was made from, whatever the file is called."""
    folder = tmp_path / "déjà"
    folder.mkdir()
    (folder / "a b\n.txt").write_text("x")
    output = load(tmp_path, output=tmp_path / "x.warc").output
    assert b"X-Scraper-Source: d%C3%A9j%C3%A0/a%20b%0A.txt\r\n" in output.read_bytes()
