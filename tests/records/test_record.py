"""Records become plain JSON with a pointer for every leaf, or are refused."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from scraper.errors import SchemaViolation, UnsourcedValue
from scraper.pages import TextPage
from scraper.quoting import MISSING, Sourced
from scraper.records import Extraction, Rejection, SiteRef, check, plain
from scraper.records.article import Article, Author, Journal, Rating, Section

PAGE = TextPage(b"Title\nJane Roe\n4.7\nn/a\n10.1/x\n")
CAPTURE = {
    "url": "https://example.org/1", "date": "2026-01-01T00:00:00Z", "media_type": "text/plain", "charset": "utf-8",
    "warc": "x.warc.gz", "offset": 0, "length": 1, "record_id": "<urn:uuid:1>", "payload_sha256": "0" * 64,
}  # fmt: skip


def test_every_leaf_has_a_pointer() -> None:
    """Nested values are keyed by their JSON Pointer, in the record's order."""
    record = Article(
        title=PAGE.line(1),
        authors=[Author(name=PAGE.line(2))],
        ratings=[Rating(value=PAGE.line(3).float())],
        abstract=[Section(text=PAGE.line(1))],
    )
    found = plain(record)
    assert found.record == {
        "title": "Title", "authors": [{"name": "Jane Roe"}], "abstract": [{"text": "Title"}], "ratings": [{"value": 4.7}],
    }  # fmt: skip
    assert list(found.provenance) == ["/title", "/authors/0/name", "/abstract/0/text", "/ratings/0/value"]
    assert found.provenance["/authors/0/name"]["spans"] == [[6, 14]]


def test_what_is_missing_leaves_nothing_behind() -> None:
    """Missing values, empty texts and empty parts are absent, and lists close up."""
    record = Article(
        title=PAGE.line(1),
        doi=MISSING,
        journal=Journal(title=MISSING),
        keywords=[MISSING, PAGE.line(2), PAGE.line(9), PAGE.line(1)[:0]],
        authors=[Author(), Author(name=PAGE.line(2))],
    )
    found = plain(record)
    assert found.record == {"title": "Title", "authors": [{"name": "Jane Roe"}], "keywords": ["Jane Roe"]}
    assert found.problems == []


def test_an_unreadable_value_is_a_problem() -> None:
    """A value that cannot be read is absent, and its field, bytes and reason are listed."""
    found = plain(Article(title=PAGE.line(1), citation_count=PAGE.line(4).int()))
    assert "citation_count" not in found.record
    assert found.problems == [
        {"field": "/citation_count", "spans": [[19, 22]], "source": "n/a", "reason": "int: 'n/a' is no whole number"}
    ]


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"doi": "10.1/x"}, "/doi"),
        ({"keywords": [PAGE.line(1), "plain"]}, "/keywords/1"),
        ({"authors": [Author(name="Jane")]}, "/authors/0/name"),  # type: ignore[arg-type]  # the mistake under test
        ({"citation_count": 3}, "/citation_count"),
        ({"title": Sourced}, "/title"),
    ],
)
def test_an_unsourced_value_cannot_be_emitted(broken: dict[str, Any], field: str) -> None:
    """A plain value anywhere in a record is an error that names the field, and no extraction can be made of it."""
    record = Article(**({"title": PAGE.line(1)} | broken))
    with pytest.raises(UnsourcedValue) as caught:
        Extraction.of(record, SiteRef("s", "l", "1"), CAPTURE)
    assert caught.value.field == field


@pytest.mark.parametrize("value", [1 << 64, float("inf"), float("nan"), "\ud800", b"x", {"a"}], ids=repr)
def test_what_no_json_can_hold_is_refused(value: Any) -> None:
    """A value that could not be written names its field, instead of stopping the job that writes."""
    with pytest.raises(SchemaViolation, match=r"/citation_count: .* cannot be written as JSON"):
        plain(Article(title=PAGE.line(1), citation_count=Sourced.stated(value, "a plugin's step")))


def test_a_record_without_its_required_field_is_refused() -> None:
    """A record that does not satisfy its schema is refused, naming the field."""
    with pytest.raises(SchemaViolation, match="'title' is a required property"):
        Extraction.of(Article(doi=PAGE.line(5)), SiteRef("s", "l", "1"), CAPTURE)
    with pytest.raises(SchemaViolation) as caught:
        Extraction.of(Article(title=PAGE.line(1), doi=PAGE.line(1)), SiteRef("s", "l", "1"), CAPTURE)
    assert caught.value.field == "/doi"


def test_lines_hold_the_designed_keys_in_order() -> None:
    """A line of output is JSON with the fixed names, and satisfies its schema; problems stand last and only when there are some."""
    made = Extraction.of(Article(title=PAGE.line(1), volume=PAGE.line(4).int()), SiteRef("s", "l", "1"), CAPTURE)
    data = made.to_json()
    assert list(data) == ["type", "site", "record", "capture", "provenance", "problems"]
    check("extraction/1", data)
    assert made.line().endswith(b"}\n")
    assert "problems" not in attrs.evolve(made, problems=[]).to_json()


def test_rejections_name_what_is_known() -> None:
    """A line of the rejects file satisfies its schema and leaves out what is not known."""
    error = SchemaViolation("'title' is a required property", field="/title")
    made = Rejection.of("validate", error, CAPTURE, SiteRef("s", "l", "1"))
    check("rejection/1", made.to_json())
    assert made.to_json()["field"] == "/title"
    bare = Rejection.of("read", ValueError(), {"warc": "x", "offset": 3})
    check("rejection/1", bare.to_json())
    assert bare.to_json() == {"stage": "read", "error": "ValueError", "reason": "ValueError", "capture": {"warc": "x", "offset": 3}}
