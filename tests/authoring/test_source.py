"""Where the page of a case comes from: a saved file, an archive, a place in one."""

from __future__ import annotations

from pathlib import Path

import pytest
from casework import PAGE, URL
from support import DATE, write_archive

from scraper.archive import Capture, scan
from scraper.authoring.cases import compose_case
from scraper.authoring.source import find_page
from scraper.errors import LoadError, RecordNotFound, ScraperError, UsageError

OTHER = "https://notes.example/2"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of two pages, the second of which was visited twice."""
    write_archive(tmp_path / "one.warc.gz", {URL: PAGE, OTHER: PAGE})
    twice = tmp_path / "x.warc.gz"
    twice.write_bytes((tmp_path / "one.warc.gz").read_bytes() * 2)
    return twice


def test_a_page_is_found_by_url_or_offset(tmp_path: Path, archive: Path) -> None:
    """In an archive the page of a URL, or the record at an offset, is taken; both give the same case."""
    offset = next(item.offset for item in scan(archive) if isinstance(item, Capture) and item.url == OTHER)
    by_offset = compose_case(find_page(f"{archive}:{offset}"))
    by_url = compose_case(find_page(str(tmp_path / "one.warc.gz"), url=OTHER))
    assert by_offset == by_url
    assert by_url.startswith(b"WARC/1.1\r\nWARC-Type: conversion\r\n")
    assert by_url.endswith(PAGE.encode() + b"\r\n\r\n")


def test_a_saved_file_gets_url_and_date(tmp_path: Path) -> None:
    """A saved page is taken with the URL and the date that are given."""
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "case.warc").write_bytes(compose_case(find_page(str(tmp_path / "page.html"), url=URL, date=DATE)))
    (capture,) = scan(tmp_path / "case.warc")
    assert isinstance(capture, Capture)
    assert (capture.url, capture.date, capture.media_type, capture.payload.decode()) == (URL, DATE, "text/html", PAGE)


@pytest.mark.parametrize(
    ("where", "url", "error", "words"),
    [
        ("gone.html", None, UsageError, "gone.html is neither a file, nor FILE:OFFSET, nor a URL"),
        ("x.warc.gz", None, UsageError, "holds more than one page; name one by its offset, or by --url:\n"),
        ("x.warc.gz", OTHER, UsageError, "holds more than one page"),
        ("x.warc.gz", "https://notes.example/3", UsageError, "holds no page of https://notes.example/3"),
        ("x.warc.gz", "notes", UsageError, "'notes' is no absolute URL"),
        ("x.warc.gz:0", None, RecordNotFound, "no capture begins here"),
        ("x.warc.gz:7", None, RecordNotFound, "no capture begins here"),
        ("empty.html", None, LoadError, "empty"),
    ],
)
def test_what_is_no_page_is_told(archive: Path, where: str, url: str | None, error: type[ScraperError], words: str) -> None:
    """No file, no capture, more than one: the error names what was asked for, and the places to choose from."""
    (archive.parent / "empty.html").write_bytes(b"")
    with pytest.raises(error, match=words.replace("\n", "\\n")) as caught:
        find_page(str(archive.parent / where), url=url)
    assert where.partition(":")[0] in str(caught.value) or url == "notes"
