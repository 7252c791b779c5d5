"""Pages and archives that the tests of `scraper.archive` share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scraper.archive import ArchiveWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DATE = "2026-11-21T07:04:00Z"


def _page(number: int) -> bytes:
    """A small page, different for each number, not ASCII."""
    lines = "".join(f"<p>Ligne {number}.{i} : déjà vu</p>\r\n" for i in range(20))
    return f"<!DOCTYPE html><html><head><title>Page {number}</title></head><body>{lines}</body></html>".encode()


def _http(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    """An HTTP response message."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: Text/HTML; Charset=UTF-8", *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


@pytest.fixture
def page() -> Callable[[int], bytes]:
    """Makes pages."""
    return _page


@pytest.fixture
def http() -> Callable[..., bytes]:
    """Makes HTTP response messages."""
    return _http


@pytest.fixture(params=["x.warc.gz", "x.warc"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A finished archive of a warcinfo record, three responses, a resource and a conversion, in either form."""
    return _fill(tmp_path / request.param)


@pytest.fixture
def compressed(tmp_path: Path) -> Path:
    """The same archive, in gzip members."""
    return _fill(tmp_path / "x.warc.gz")


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """The same archive, uncompressed."""
    return _fill(tmp_path / "x.warc")


def _fill(path: Path) -> Path:
    with ArchiveWriter(path) as writer:
        for number in range(3):
            writer.write_response(f"https://example.com/{number}", DATE, _http(_page(number)))
        writer.write_resource("file:///saved page.html", DATE, _page(3), media_type="text/html", charset="utf-8")
        writer.write_conversion("https://example.com/é", DATE, b"plain text", media_type="text/plain")
    return path
