"""What the tests of HTML layouts share: a page is opened, routed and extracted, and every value proven, before a test looks."""

from __future__ import annotations

import functools
import gzip
import html
from typing import TYPE_CHECKING, Any

import attrs
from support import case_page

from scraper.pages import open_page
from scraper.quoting import replay
from scraper.records import check, plain
from scraper.sites import load_registry
from scraper.verify import leaves_of

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.records import Plain

NOWHERE = "urn:sha256:00"
DATE = "2026-01-01T00:00:00Z"


@attrs.frozen
class Read:
    """What became of a page: the site and layout that claimed it, its record, and the bytes of each value."""

    site: str
    layout: str
    record: dict[str, Any]
    found: Plain
    payload: bytes

    def source(self, path: str) -> list[str]:
        """Return the bytes of a value, span by span."""
        return [self.payload[start:end].decode() for start, end in self.found.provenance[path]["spans"]]


def read_html(payload: bytes, url: str = NOWHERE) -> Read:
    """Extract a page by whichever site claims it, prove each leaf against the bytes, and check the schema."""
    page = open_page(payload, "text/html", url=url)
    site, layout = load_registry().choose(url, "text/html", DATE, page)
    (found,) = (plain(record) for record in [layout.extract(page)])
    check("article/1", found.record)
    leaves = dict(leaves_of(found.record))
    assert leaves.keys() == found.provenance.keys()
    for path, value in leaves.items():
        assert replay(found.provenance[path], payload, page.charset) == value, path
    assert not found.problems
    return Read(site.name, layout.name, found.record, found, payload)


@functools.cache
def read_case(site: str, case: str) -> Read:
    """Extract the page of a bundled site's case, once for all tests."""
    return read_html(case_page(site, case))


@functools.cache
def read_file(path: Path) -> Read:
    """Extract a page of a file, once for all tests."""
    return read_html(path.read_bytes())


def claimed(site: str, folder: Path) -> list[str]:
    """Name the pages below a folder that a site's HTML layouts recognise."""
    layouts = [layout for layout in load_registry().only(site).sites[0].layouts if "text/html" in layout.media_types]
    assert layouts
    files = [path for path in sorted(folder.iterdir()) if {".html", ".htm", ".gz", ".mustache"} & set(path.suffixes)]
    assert files
    pages = ((path, open_page(_payload(path), "text/html")) for path in files)
    return [path.name for path, page in pages if any(layout.recognises(page) for layout in layouts if layout.recognises)]


def _payload(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def as_html(dump: bytes) -> bytes:
    """Return a text dump as the plainest HTML that holds its lines: a paragraph each."""
    lines = "".join(f"<p>{html.escape(line)}</p>\n" for line in dump.decode().splitlines())
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{lines}</body></html>".encode()


def read_text(dump: bytes) -> dict[str, Any]:
    """Return the record of a text dump."""
    page = open_page(dump, "text/plain", url=NOWHERE)
    _, layout = load_registry().choose(NOWHERE, "text/plain", DATE, page)
    (found,) = (plain(record) for record in [layout.extract(page)])
    return found.record
