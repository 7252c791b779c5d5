"""Parquet outputs as analysts meet them: typed columns from the record's schema, each value with its place."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from extractions import FIELDS, extraction, extractions, line
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.errors import SchemaViolation, UsageError
from scraper.jobs.outputs import copy_lines, open_sink, parquet, read_lines
from scraper.records import schemas

EVENT = {
    "$id": "event/1",
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "url": {"type": "string"},
        "start": {"type": "integer"},
        "event": {"type": "boolean"},
        "event_start": {"type": "number"},
        "place": {"type": "object", "properties": {"name": {"type": "string"}, "within": {"$ref": "#/$defs/place"}}},
        "anything": {},
        "authors": {"type": "string"},
    },
    "$defs": {"place": {"type": "object", "properties": {"within": {"$ref": "#/$defs/place"}, "name": {"type": "string"}}}},
}


@pytest.fixture
def _events() -> Iterator[None]:
    """A record type of a plugin."""
    schemas.bring({"event/1": EVENT})
    yield
    schemas.bring({})


def _write(path: Path, data: list[dict[str, Any]]) -> Path:
    with open_sink(path) as sink:
        for each in data:
            sink.write(line(each))
    return path


def _rows(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def _typed(path: Path) -> dict[str, str]:
    return {field.name: str(field.type) for field in pq.read_schema(path)}


ONE = extraction(
    {"title": "Bees", "authors": [{"name": "Roe"}, {"name": "Öberg", "affiliations": ["A", "B"]}], "citation_count": 3},
    provenance={
        "/title": {"spans": [[30, 34], [10, 12]], "as": ["text", "text"], "selector": "h1", "steps": [["join", {"sep": " "}]]},
        "/authors/0/name": {"spans": [[1, 4]], "as": ["text"], "selector": ".a"},
        "/authors/1/name": {"spans": [[5, 9]], "as": ["text"]},
        "/authors/1/affiliations/0": {"spans": [], "stated": "known"},
        "/authors/1/affiliations/1": {"spans": [[6, 7]], "as": ["text"], "selector": ".b"},
        "/citation_count": {"spans": [[20, 21]], "as": ["text"], "selector": "#n", "steps": ["int"]},
    },
    problems=[{"field": "/pages", "spans": [[3, 5]], "source": "n/a", "reason": "int: no number"}],
)


def test_columns_hold_values_and_their_places(tmp_path: Path) -> None:
    """Values are typed and nested as in the record; start, end and selector have their shape; a stated value has no place."""
    [row] = _rows(_write(tmp_path / "x.parquet", [ONE]))
    assert (row["title"], row["title_start"], row["title_end"], row["title_selector"]) == ("Bees", 10, 34, "h1")
    assert [each["name"] for each in row["authors"]] == ["Roe", "Öberg"]
    assert row["authors"][1]["affiliations"] == ["A", "B"]
    assert [each["name"] for each in row["authors_start"]] == [1, 5]
    assert [each["name"] for each in row["authors_selector"]] == [".a", None]
    assert row["authors_end"][1]["affiliations"] == [None, 7]
    assert (row["citation_count"], row["doi"], row["doi_start"]) == (3, None, None)
    assert (row["type"], row["site"], row["layout"], row["site_version"]) == ("article/1", "letters", "text", "1.0.0")
    assert (row["url"], row["date"], row["warc"]) == ("https://letters.example/1", datetime(2026, 1, 2, 3, 4, 5), "x.warc.gz")  # noqa: DTZ001  # UTC without zone
    assert row["problems"] == [{"field": "/pages", "start": 3, "end": 5, "source": "n/a", "reason": "int: no number"}]


def test_duckdb_reads_it(tmp_path: Path) -> None:
    """DuckDB, by itself, finds a value with its bytes and archive, and takes lists apart."""
    path = _write(tmp_path / "x.parquet", [ONE])
    outputs = duckdb.read_parquet(str(path))
    found = outputs.query("x", "select title, title_start, warc, x.offset, length from x where citation_count > 2").fetchall()
    assert found == [("Bees", 10, "x.warc.gz", 7, 9)]
    found = outputs.query("x", "select unnest(authors).name, unnest(authors_start).name from x").fetchall()
    assert found == [("Roe", 1), ("Öberg", 5)]


def test_columns_follow_from_the_schema(tmp_path: Path) -> None:
    """The columns are the same whatever the records hold, and each field has its four."""
    one = _write(tmp_path / "one.parquet", [ONE])
    two = _write(tmp_path / "two.parquet", [extraction({"doi": "10.1/x"})])
    assert _typed(one) == _typed(two)
    names = set(_typed(one))
    assert {f"{field}{suffix}" for field in FIELDS for suffix in ("", "_start", "_end", "_selector")} <= names
    assert _typed(one)["citation_count"] == "int64"
    assert _typed(one)["ratings"] == "list<element: struct<name: string, value: double>>"
    assert _typed(one)["ratings_start"] == "list<element: struct<name: int64, value: int64>>"


@pytest.mark.usefixtures("_events")
def test_record_types_of_plugins(tmp_path: Path) -> None:
    """Any record type has columns; names that are taken get an underscore; what a schema leaves open is JSON text."""
    record = {
        "title": "Fair", "url": "u", "start": 2**63, "event": True, "event_start": 2, "authors": "x",
        "place": {"name": "P", "within": {"name": "Q", "within": {"name": "R"}}}, "anything": [1, {"a": None}],
    }  # fmt: skip
    data = extraction(record, kind="event/1", provenance={"/event_start": {"spans": [[4, 5]], "as": ["text"]}})
    [row] = _rows(_write(tmp_path / "x.parquet", [data]))
    assert (row["title"], row["url"], row["url_"], row["start"]) == ("Fair", "https://letters.example/1", "u", None)
    assert (row["event"], row["event_start"], row["event_start_"], row["event_start__start"]) == (True, None, 2.0, 4)
    assert row["anything"] == '[1,{"a":null}]'
    assert row["place"] == {"name": "P", "within": {"name": "Q", "within": '{"name":"R"}'}}


@pytest.mark.usefixtures("_events")
def test_several_record_types_in_one_output(tmp_path: Path) -> None:
    """A type that appears late, known or not, does not stop the job; types share columns; the order of lines stays."""
    data = [ONE, extraction({"title": "Fair", "authors": "x"}, kind="event/1"), extraction({"t": 1}, kind="odd/9"), ONE]
    path = _write(tmp_path / "x.parquet", data)
    assert [each.content for each in read_lines(path)] == [line(each) for each in data]
    assert [row["title"] for row in _rows(path)] == ["Bees", "Fair", None, "Bees"]
    assert [row["authors_"] for row in _rows(path)] == [None, "x", None, None]
    for order in itertools.permutations(data[:3]):
        assert _typed(_write(tmp_path / "y.parquet", list(order))) == _typed(path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["x.parquet", "y.parquet"]


@settings(max_examples=10)
@given(data=st.lists(extractions(), min_size=8, max_size=12))
def test_every_place_is_where_its_pointer_says(tmp_path_factory: pytest.TempPathFactory, data: list[dict[str, Any]]) -> None:
    """Each pointer to a text field of an article gives the place of its column, and nothing else does."""
    texts = [name for name, kind in _typed(_write(tmp_path_factory.mktemp("s") / "s.parquet", [ONE])).items() if kind == "string"]
    texts = [name for name in texts if name in FIELDS]
    for each, row in zip(data, _rows(_write(tmp_path_factory.mktemp("out") / "x.parquet", data)), strict=True):
        for name in texts if each["type"] == "article/1" else ():
            value = each["record"].get(name)
            spans = each["provenance"].get(f"/{name}", {}).get("spans") if value is not None else None
            assert row[f"{name}_start"] == (min(start for start, _ in spans) if spans else None)
            assert row[f"{name}_end"] == (max(end for _, end in spans) if spans else None)
            if isinstance(value, str):
                assert row[name] == value


def test_row_groups_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row group holds at most so many bytes of lines, so that neither writing nor reading holds an output in memory."""
    monkeypatch.setattr(parquet, "_GROUP", 100_000)
    path = _write(tmp_path / "x.parquet", [extraction({"title": "x" * 10_000}) for _ in range(25)])
    assert pq.ParquetFile(path).metadata.num_row_groups == 3


def test_an_empty_output(tmp_path: Path) -> None:
    """An output without lines is a Parquet file that holds the common columns and reads back as nothing."""
    path = _write(tmp_path / "x.parquet", [])
    assert list(read_lines(path)) == []
    assert {"type", "url", "line"} <= set(_typed(path))


def test_what_is_no_output_is_named(tmp_path: Path) -> None:
    """A line that is no extraction, and a Parquet file of somebody else, are errors that say which."""
    with pytest.raises(SchemaViolation, match="'type' is a required property"):
        _write(tmp_path / "x.parquet", [ONE, {"title": "x"}])
    (tmp_path / "torn.jsonl").write_bytes(line(ONE) + b'{"title')
    with pytest.raises(UsageError, match=r"torn\.jsonl:2 is no extraction: .*no JSON"), open_sink(tmp_path / "x.parquet") as sink:
        copy_lines(tmp_path / "torn.jsonl", sink)
    pq.write_table(pa.table({"a": [1]}), tmp_path / "y.parquet")
    with pytest.raises(UsageError, match=r"y\.parquet has no column `line`"):
        list(read_lines(tmp_path / "y.parquet"))
