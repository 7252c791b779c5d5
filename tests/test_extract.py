"""From a capture to extractions and rejections: nothing that a page or a plugin does comes out as an exception."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import PAGE, letters, write_archive

from scraper.archive import Capture, scan
from scraper.extract import extract
from scraper.pages import TextPage
from scraper.quoting import replay
from scraper.records import Extraction, Rejection
from scraper.records.article import Article
from scraper.sites import Registry, Site


def capture(
    tmp_path: Path, page: str | bytes = PAGE, url: str = "https://letters.example/1", media_type: str = "text/plain"
) -> Capture:
    """The capture of one page, out of a real archive."""
    path = write_archive(tmp_path / "x.warc.gz", {url: page}, media_type=media_type)
    return next(item for item in scan(path) if isinstance(item, Capture))


def only(found: Iterator[Extraction | Rejection]) -> Any:
    """The one result there is."""
    (result,) = found
    return result


def test_a_capture_becomes_an_extraction(tmp_path: Path) -> None:
    """Every leaf of the record replays from the capture's payload, and the reference names the capture."""
    page = capture(tmp_path)
    result = only(extract(page, Registry([letters()])))
    assert result.record == {
        "title": "On the keeping of bees", "authors": [{"name": "Jane Roe"}, {"name": "Åsa Öberg"}], "doi": "10.5555/bees.1",
        "citation_count": 12,
    }  # fmt: skip
    assert list(result.capture) == [
        "url", "date", "media_type", "charset", "warc", "offset", "length", "record_id", "payload_sha256",
    ]  # fmt: skip
    assert (result.capture["record_id"], result.capture["payload_sha256"]) == (page.record_id, page.payload_sha256)
    assert replay(result.provenance["/authors/1/name"], page.payload) == "Åsa Öberg"
    assert result.provenance["/authors/1/name"]["spans"] == [[PAGE.encode().index(b"\xc3\x85sa"), PAGE.encode().index(b"\ndoi")]]


def test_the_same_capture_gives_the_same_bytes(tmp_path: Path) -> None:
    """Extracting twice gives identical lines."""
    page = capture(tmp_path)
    assert [each.line() for each in extract(page, Registry([letters()]))] == [
        each.line() for each in extract(page, Registry([letters()]))
    ]


@pytest.mark.parametrize(
    ("change", "stage", "error", "reason"),
    [
        ({"media_type": "image/png"}, "open", "UnsupportedMediaType", "no page opens image/png"),
        ({"media_type": "text/plain; charset=iso-2022-jp"}, "open", "UnsupportedCharset", "iso2022_jp"),
        ({"url": "https://elsewhere.example/", "page": "prose"}, "dispatch", "Unmatched", "no site matches https://elsewhere"),
        ({"page": "prose"}, "dispatch", "Unmatched", "site 'letters' matches .* none of its layouts recognises"),
        ({"page": "Example Archive"}, "validate", "SchemaViolation", "'title' is a required property"),
    ],
)
def test_what_gives_no_record_says_where_it_ended(tmp_path: Path, change: Any, stage: str, error: str, reason: str) -> None:
    """A capture that gives no record becomes exactly one rejection with stage, error and reason."""
    result = only(extract(capture(tmp_path, **change), Registry([letters()])))
    assert isinstance(result, Rejection)
    assert (result.stage, result.error) == (stage, error)
    import re  # noqa: PLC0415  # only here

    assert re.search(reason, result.reason)


def test_a_raising_layout_is_a_rejection_that_names_the_line(tmp_path: Path) -> None:
    """A layout that raises rejects the capture, with the site, the layout and the line of the plugin."""
    site = Site("broken", version="1", urls=["letters.example/"])

    @site.layout("text", media_types=["text/plain"])
    def text(page: TextPage) -> Article:
        raise ZeroDivisionError("oh")

    result = only(extract(capture(tmp_path), Registry([site])))
    assert (result.stage, result.error, result.site, result.layout) == ("extract", "ExtractionFailed", "broken", "text")
    assert "raised ZeroDivisionError: oh (test_extract.py:" in result.reason


def test_a_raising_recognises_does_not_stop_other_sites(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A plugin whose `recognises` raises is named in the log, and the next site is asked."""
    site = Site("broken", version="1", priority=900)
    site.layout("text", media_types=["text/plain"], recognises=lambda page: 1 / 0)(lambda page: Article())
    result = only(extract(capture(tmp_path, url="urn:x:1"), Registry([site, letters()])))
    assert result.site.name == "letters"
    assert "recognises() of layout 'text' of site 'broken' raised ZeroDivisionError" in caplog.text


def test_a_layout_may_give_many_records(tmp_path: Path) -> None:
    """Each record of a capture is judged alone: good ones come out, bad ones are rejected, in order."""
    site = Site("many", version="1", urls=["letters.example/"])

    @site.layout("text", media_types=["text/plain"])
    def text(page: TextPage) -> Iterator[Article]:
        yield Article(title=page.line(1))
        yield Article(doi=page.line(1))
        yield Article(title=page.line(3))

    results = list(extract(capture(tmp_path), Registry([site])))
    assert [type(each).__name__ for each in results] == ["Extraction", "Rejection", "Extraction"]


def test_a_layout_that_finds_nothing_is_a_rejection(tmp_path: Path) -> None:
    """A layout that yields no record at all rejects the capture."""
    site = Site("none", version="1", urls=["letters.example/"])
    site.layout("text", media_types=["text/plain"])(lambda page: [])
    assert only(extract(capture(tmp_path), Registry([site]))).reason == "layout 'text' found no record"
