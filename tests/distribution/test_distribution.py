"""From a checkout to wheels to a fresh environment: what is installed works there, alone, with extras, and with others' plugins."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
from crawling import QUICK, Page, Web
from environments import GAZETTE, ROOT, Environment

from scraper.authoring.examined import only_capture

pytestmark = pytest.mark.distribution

CASES = GAZETTE / "tests" / "cases" / "gazette"
ARTICLE = ROOT / "tests" / "authoring" / "fixtures" / "article.html"
LINKS = '<a class="notice" href="/26">26</a> <a class="notice" href="/26.json">data</a> <a class="notice" href="/14">14</a>'


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_the_wheel_holds_what_it_must(wheel: Path) -> None:
    """Modules, plugins with cases and schemas, schemas, templates, the mark of types and the entry points are in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (points,) = (name for name in names if name.endswith("/entry_points.txt"))
        told = ConfigParser()
        told.read_string(archive.read(points).decode())
    kept = {".py", ".txt", ".typed", ".json", ".warc"}
    for folder in ("scraper", "plugins"):
        files = (path for path in (ROOT / folder).rglob("*") if path.suffix in kept and "__pycache__" not in path.parts)
        assert {str(path.relative_to(ROOT)) for path in files} - names == set()
    assert {f"scraper/{path.relative_to(ROOT)}" for path in (ROOT / "schemas").rglob("*.json")} - names == set()
    assert "plugins/__init__.py" not in names  # others bring plugins too
    assert {name.partition("/")[0] for name in names} == {"scraper", "plugins", points.partition("/")[0]}
    assert {section: dict(told[section]) for section in told.sections()} == {
        "console_scripts": {"scraper": "scraper.cli:main"},
        "pytest11": {"scraper": "scraper.authoring.pytest_plugin"},
    }


def test_without_extras_it_extracts_and_verifies(bare: Environment) -> None:
    """The package alone has its help, and loads, extracts, verifies, explains and looks for drift."""
    assert "A scraper whose every value can be proven" in bare.run("scraper", "--help")
    shutil.copy(ARTICLE, bare.folder / "article.html")
    bare.run("scraper", "load", "article.html", "-o", "loaded.warc.gz")
    told = bare.run("scraper", "extract", "sample.warc.gz", "loaded.warc.gz", "-o", "out.jsonl", "--workers", "1")
    assert "captures 6 = extracted 6 + rejected 0 + skipped 0" in told
    assert "every value verified" in bare.run("scraper", "verify", "out.jsonl")
    assert "verdict  verified" in bare.run("scraper", "explain", "out.jsonl", "/title")
    assert "stopped matching: nothing" in bare.run("scraper", "sites", "drift", "sample.warc.gz")
    assert "ok" in bare.run("scraper", "sites", "list")


@pytest.mark.parametrize(
    ("extra", "command"),
    [
        ("cases", "sites test pubmed"),
        ("crawl", "sites new mine --from http://127.0.0.1:9/x"),
        ("parquet", "extract sample.warc.gz -o out.parquet"),
        ("parquet", "query sample.jsonl"),
        ("remote", "extract s3://bucket/x.warc.gz -o remote.jsonl"),
        ("spark", "extract sample.warc.gz -o spark.jsonl --engine spark"),
    ],
)
def test_a_missing_extra_is_named(bare: Environment, extra: str, command: str) -> None:
    """What takes an extra says in one line which, with exit code 2."""
    told = bare.run("scraper", *command.split(), code=2)
    assert f"scraper[{extra}]" in told
    assert told.startswith("scraper: UsageError: ")
    assert told.count("\n") == 1


def test_the_installed_site_is_found(gazette: Environment) -> None:
    """The site of the distribution is found by its entry point, with its layouts and cases; bundled ones stay as they are."""
    rows = {row["site"]: row for row in map(json.loads, gazette.run("scraper", "sites", "list", "--json").splitlines())}
    found = rows.pop("gazette")
    assert (found["version"], found["origin"], found["status"], found["cases"]) == ("1.0.0", "scraper-gazette 1.0.0", "ok", 3)
    assert [(each["name"], each["since"], each["until"]) for each in found["layouts"]] == [
        ("notice-2010", None, "2024-01-01"), ("notice", "2024-01-01", None), ("data", None, None),
    ]  # fmt: skip
    assert {row["status"] for row in rows.values()} == {"ok"}
    assert "pubmed" in rows


def test_it_crawls_extracts_and_verifies(gazette: Environment, web: Callable[..., Web]) -> None:
    """A crawl of a site on the loopback gives records whose every value verifies, and so does its archive when extracted again.

    The page of the old design is of a date at which the new one is in use: it is rejected, and named.
    """
    pages: dict[str, Page | str | bytes] = {
        "/": f"<html><body>{LINKS}</body></html>",
        "/26": only_capture(CASES / "notice.warc").payload,
        "/26.json": Page(only_capture(CASES / "data.warc").payload, "application/json"),
        "/14": only_capture(CASES / "notice-2010.warc").payload,
    }
    site = web(pages)
    log = gazette.run("scrapy", "crawl", "gazette", "-a", f"index={site.base}/", *QUICK, "-O", "crawled.jsonl")
    assert "Traceback" not in log
    assert sorted(site.asked) == ["/", "/14", "/26", "/26.json"]
    crawled = _lines(gazette.folder / "crawled.jsonl")
    assert sorted((line["site"]["layout"], line["record"].get("issue")) for line in crawled) == [("data", None), ("notice", "26")]
    (archive,) = (gazette.folder / "archives").glob("*.warc.gz")
    told = gazette.run("scraper", "extract", archive, "-o", "out.jsonl", "--workers", "1")
    assert "extracted 2 + rejected 3 " in told
    key = json.dumps
    assert sorted(map(key, _lines(gazette.folder / "out.jsonl"))) == sorted(map(key, crawled))
    assert f"{site.base}/14" in {line["capture"]["url"] for line in _lines(gazette.folder / "out.rejects.jsonl")}
    for output in ("crawled.jsonl", "out.jsonl"):
        assert "2 extractions, 7 values: every value verified" in gazette.run("scraper", "verify", output)


def test_its_cases_run_under_pytest(gazette: Environment) -> None:
    """Pytest finds the cases of the installed site with no line of configuration, and each field of each is a test."""
    told = gazette.run("python", "-m", "pytest", "-rA", "-p", "no:cacheprovider")
    for name in ("notice.warc::authors", "notice-2010.warc::issue", "data.warc::every-value-verified", "gazette::layouts"):
        assert f"PASSED tests/cases/gazette/{name}" in told or f"PASSED tests/cases/{name}" in told
    assert "failed" not in told
    assert "passed" in gazette.run("scraper", "sites", "test", "gazette")


def test_what_is_generated_is_a_distribution(gazette: Environment, wheels: Path) -> None:
    """The project that `scraper sites new --package` writes installs, is found, and passes its own checks there."""
    shutil.copy(ARTICLE, gazette.folder / "article.html")
    gazette.run("scraper", "sites", "new", "drawers", "--from", "article.html", "--url", "https://drawers.example/articles/7",
                "--date", "2026-01-02T03:04:05Z", "--package", "drawers")  # fmt: skip
    there = Environment(gazette.bin, gazette.folder / "drawers")
    there.install("--editable", ".[crawl]", "--group", "dev", wheels=wheels)
    assert "passed" in there.run("python", "-m", "pytest", "-q")
    there.run("ruff", "check")
    there.run("mypy")
    assert "drawers" in there.run("scrapy", "list")
    rows = {row["site"]: row for row in map(json.loads, there.run("scraper", "sites", "list", "--json").splitlines())}
    assert (rows["drawers"]["status"], rows["gazette"]["status"]) == ("ok", "ok")
