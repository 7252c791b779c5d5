"""`scraper query` and `scraper convert` as a user types them: answers, examples that run, and nothing else in reach."""

from __future__ import annotations

import csv
import io
import itertools
import shlex
from pathlib import Path
from typing import Any

import orjson
import pytest
from extractions import extraction, line
from support import scraper

from scraper.errors import UsageError
from scraper.jobs.outputs import copy_lines, open_sink
from scraper.jobs.querying import as_json, examples, open_database

PLACE = {"spans": [[10, 16]], "as": ["text"], "selector": "h1", "steps": ["squash"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two outputs: one of two sites, one of a third."""
    one = [
        extraction({"title": "Bees", "doi": "10.1/A"}, url="https://a.example/1", provenance={"/title": PLACE, "/doi": PLACE}),
        extraction({"title": "Ants", "authors": [{"name": "Roe"}]}, site="b", provenance={"/authors/0/name": PLACE}),
    ]
    two = [extraction({"title": "On bees", "doi": "10.1/a"}, site="c", provenance={"/doi": {"spans": [], "stated": "known"}})]
    (tmp_path / "it's [1].jsonl").write_bytes(b"".join(map(line, one)))
    (tmp_path / "two.jsonl").write_bytes(b"".join(map(line, two)))
    scraper("convert", "two.jsonl", "-o", "two.parquet", cwd=tmp_path)
    return tmp_path


def _csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_outputs_of_any_format_are_one_view(folder: Path) -> None:
    """A statement sees the extractions of all outputs, with the file and number that explain takes; where piped, as CSV."""
    sql = "select output, number, site, doi, doi_start, warc from extractions where doi is not null order by site desc"
    done = scraper("query", "it's [1].jsonl", "two.parquet", sql, cwd=folder)
    assert _csv(done.stdout) == [
        ["output", "number", "site", "doi", "doi_start", "warc"],
        ["it's [1].jsonl", "1", "letters", "10.1/A", "10", "x.warc.gz"],
        ["two.parquet", "1", "c", "10.1/a", "", "x.warc.gz"],
    ]


def test_pointers_are_a_view(folder: Path) -> None:
    """Each value has a row with its pointer, under its field and under the field without list positions."""
    sql = "select field, path, spans, steps, stated from pointers order by all"
    done = scraper("query", "it's [1].jsonl", "two.parquet", sql, "--format", "jsonl", cwd=folder)
    place = {"spans": [[10, 16]], "steps": '["squash"]', "stated": None}
    assert [orjson.loads(each) for each in done.stdout.splitlines()] == [
        {"field": "/authors/0/name", "path": "/authors/*/name"} | place,
        {"field": "/doi", "path": "/doi", "spans": [], "steps": None, "stated": "known"},
        {"field": "/doi", "path": "/doi"} | place,
        {"field": "/title", "path": "/title"} | place,
    ]


def test_tables_and_json_lines(folder: Path) -> None:
    """A table shows the first rows and says that there are more; JSON Lines keep lists and parts, CSV has them as JSON."""
    done = scraper("query", "two.parquet", "select * from range(150) as r(n)", "--format", "table", cwd=folder)
    assert "│ 99 " in done.stdout
    assert "│ 100 " not in done.stdout
    assert "the first 100 rows; --format csv or jsonl gives all" in done.stdout
    sql = "select authors, date from extractions where authors is not null"
    done = scraper("query", "it's [1].jsonl", sql, "--format", "jsonl", cwd=folder)
    row = orjson.loads(done.stdout)
    assert (row["authors"][0]["name"], row["date"]) == ("Roe", "2026-01-02T03:04:05")
    assert '""name"":""Roe""' in scraper("query", "it's [1].jsonl", sql, cwd=folder).stdout


def test_without_sql_the_examples_run(folder: Path) -> None:
    """Without SQL every column is described, and each command that is shown runs as it is shown."""
    shown = scraper("query", "it's [1].jsonl", "two.parquet", cwd=folder).stdout
    assert "The article's DOI, verbatim but bare" in shown
    assert "doi_start" not in shown.split("Beside each field")[0]
    commands = [shlex.split(each)[1:] for each in shown.splitlines() if each.startswith("  scraper query")]
    assert len(commands) == 8
    assert {tuple(command[:-1]) for command in commands} == {("query", "it's [1].jsonl", "two.parquet")}
    with open_database([folder / "it's [1].jsonl", folder / "two.parquet"]) as database:
        answers = [list(database.ask(command[-1]).rows) for command in commands]
    assert answers[0] == [("b", "https://letters.example/1", 2)]
    assert answers[1][0][:4] == ("10.1/A", 10, 16, "h1")
    assert answers[2][0][0] == "10.1/a"
    assert ("letters", "/doi", 1) in answers[4]
    assert _csv(scraper(*commands[0], cwd=folder).stdout)[1] == ["b", "https://letters.example/1", "2"]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select * from read_text('/etc/hostname')", "Permission Error"),
        ("copy (select 1) to '/tmp/scraper-query-test.csv'", "Permission Error"),
        ("set enable_external_access = true", "locked"),
        ("install httpfs; load httpfs", "disabled"),
        ("select nothing from extractions", '"nothing" not found'),
        ("select 1 where", "syntax error"),
    ],
)
def test_statements_reach_nothing_else(tmp_path: Path, sql: str, message: str) -> None:
    """Other files, the network and the settings are out of reach; what DuckDB refuses is one error of ours."""
    (tmp_path / "x.jsonl").write_bytes(line(extraction({"title": "x"})))
    with open_database([tmp_path / "x.jsonl"]) as database, pytest.raises(UsageError, match=f"DuckDB says(.|\n)*{message}"):
        list(database.ask(sql).rows)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gone.parquet", "select 1"], "cannot read gone.parquet"),
        (["select 1"], "takes output files before the SQL"),
        (["torn.jsonl", "select 1"], "torn.jsonl:2 is no extraction"),
    ],
)
def test_what_cannot_be_asked_is_named(folder: Path, words: list[str], message: str) -> None:
    """A missing file, a missing word and a torn line are named."""
    (folder / "torn.jsonl").write_bytes(line(extraction({"title": "x"})) + b'{"type":')
    assert message in scraper("query", *words, cwd=folder, code=2).stderr


def test_convert_goes_there_and_back(folder: Path) -> None:
    """An output survives the way through every format byte for byte; nothing is written over its own source."""
    names = ["two.jsonl", "a.parquet", "b.jsonl.gz", "c.jsonl.zst", "d.parquet", "e.jsonl"]
    for source, target in itertools.pairwise(names):
        with open_sink(folder / target) as sink:
            assert copy_lines(folder / source, sink) == 1
    assert (folder / "e.jsonl").read_bytes() == (folder / "two.jsonl").read_bytes()
    assert (folder / "two.parquet").read_bytes() == (folder / "d.parquet").read_bytes() == (folder / "a.parquet").read_bytes()
    assert "cannot be the same file" in scraper("convert", "e.jsonl", "-o", "./e.jsonl", cwd=folder, code=2).stderr
    assert "must end in one of" in scraper("convert", "e.jsonl", "-o", "e.csv", cwd=folder, code=2).stderr


def test_record_types_that_are_not_known_here(tmp_path: Path) -> None:
    """Outputs of a plugin that is not installed can be asked all the same, by the common columns and by pointers."""
    data = extraction({"name": "x"}, kind="thing/2", provenance={"/name": PLACE})
    (tmp_path / "x.jsonl").write_bytes(line(data))
    with open_database([tmp_path / "x.jsonl"]) as database:
        assert [list(database.ask(each.sql).rows) for each in examples(database)]
        assert list(database.ask("select type, field from pointers").rows) == [("thing/2", "/name")]
    (tmp_path / "empty.jsonl").write_bytes(b"")
    with open_database([tmp_path / "empty.jsonl"]) as database:
        assert examples(database) == []
        with pytest.raises(UsageError, match="DuckDB says"):
            database.ask("select title from extractions")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (float("nan"), "null"),
        (2**80, str(2**80)),
        ({"a": [None, True]}, '{"a":[null,true]}'),
        ("é\u2028", '"é\u2028"'),
        (b"\xff", "\"b'\\\\xff'\""),
    ],
)
def test_values_as_json(value: Any, text: str) -> None:
    """Whatever DuckDB answers can be written as JSON."""
    assert as_json(value) == text
