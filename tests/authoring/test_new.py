"""`scraper sites new`: what it writes for a page works, is clean, and is tested, at once; and nothing else is ever touched."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from crawling import Web
from support import DATE, scraper, write_archive

from scraper.authoring.writing import url_pattern
from scraper.cli import main

FIXTURES = Path(__file__).parent / "fixtures"
ARTICLE = FIXTURES / "article.html"
URL = "https://drawers.example/articles/7"
ROOT = Path(__file__).parents[2]
SOME = "<title>T</title><meta name=citation_title content=A>"


def new(folder: Path, name: str = "drawers", source: Path | str = ARTICLE, *more: str, code: int = 0) -> str:
    """Run the command; return what it said."""
    given = ("--url", URL) if "--url" not in more and ":" not in str(source) else ()
    done = scraper("sites", "new", name, "--from", source, "--date", DATE, *given, *more, cwd=folder, code=code)
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run the command in this process, where it must end with 2; return the one line that it says."""

    def run(name: str, source: Path, *more: str) -> str:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "path", [*sys.path])
        with pytest.raises(SystemExit) as done:
            main(["sites", "new", "--from", str(source), "--url", URL, *more, "--", name])
        told = capsys.readouterr().err
        assert (done.value.code, told.count("\n")) == (2, 1)
        return told

    return run


def module(folder: Path, name: str = "drawers") -> Path:
    """The module that was written."""
    return folder / "plugins" / name / "__init__.py"


def files(folder: Path) -> list[str]:
    """Every file below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def tool(folder: Path, *args: str) -> str:
    """Run a tool of this environment; it must find nothing."""
    done = subprocess.run([sys.executable, "-m", *args], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def expected(folder: Path, name: str = "drawers") -> Any:
    """What the first case expects."""
    (path,) = (folder / "plugins" / name / "cases").glob("*.expected.json")
    return json.loads(path.read_bytes())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project made from the fixture page; tests only look at it."""
    folder = tmp_path_factory.mktemp("new")
    new(folder)
    return folder


def test_the_layout_is_written_as_expected(made: Path) -> None:
    """The module for the fixture page is, letter for letter, the one that was looked at and kept."""
    assert module(made).read_text() == (FIXTURES / "article.py.txt").read_text()


def test_the_first_case_holds_what_the_page_shows(made: Path) -> None:
    """Metas, JSON-LD, labels, groups and pairs are read, each value with its bytes."""
    case = expected(made)
    record = case["record"]
    assert record["title"] == "On folding socks"
    assert record["authors"] == [
        {"name": "Roe, Jane", "given": "Jane", "family": "Roe", "affiliations": ["Institute of Drawers", "House of Wardrobes"]},
        {"name": "Öberg, Åsa", "given": "Åsa", "family": "Öberg", "affiliations": ["Institute of Drawers"]},
    ]
    assert record["journal"] == {"title": "Annals of Drawers", "issn": ["0000-0019"]}
    assert [record[name] for name in ("published", "volume", "issue")] == ["2024-05-06", "7", "2"]
    assert (record["pages"], record["pmid"]) == ("17-23", "12345")
    assert record["doi"] == "10.5555/drawers.7"
    assert record["keywords"] == ["socks", "drawers", "folding"]
    assert record["references"] == [
        {"title": "A history of socks", "authors": ["S. Tocking"], "published": "1999"},
        {"title": "Pairs", "published": "2003"},
    ]
    assert all(pointer["as"] for pointer in case["provenance"].values())


def test_what_is_written_is_clean_typed_and_tested(made: Path) -> None:
    """Ruff, by its defaults and by ours, `mypy --strict` and pytest, which finds the case by itself, have nothing to say."""
    tool(made, "ruff", "check", "--no-cache", "plugins")
    tool(made, "ruff", "check", "--no-cache", "--config", str(ROOT / "pyproject.toml"), "plugins")
    tool(made, "ruff", "format", "--no-cache", "--check", "--config", str(ROOT / "pyproject.toml"), "plugins")
    tool(made, "mypy", "--strict", "--cache-dir", str(made / "types"), "plugins/drawers")
    told = tool(made, "pytest", "-q", "-p", "no:cacheprovider")
    assert "passed" in told
    assert "failed" not in told


def test_the_project_can_be_crawled_with(made: Path) -> None:
    """Scrapy finds the spider in a project that had nothing before."""
    assert (made / "scrapy.cfg").read_text() == "[settings]\ndefault = scraper.crawl.settings\n"
    assert "drawers" in tool(made, "scrapy", "list").split()


def test_a_page_comes_from_the_web(tmp_path: Path, web: Callable[..., Web]) -> None:
    """A page of a site on the loopback is crawled once, for whom the project names, and its site reads pages beside it."""
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = own\n")
    (tmp_path / "own.py").write_text('SCRAPER_CONTACT = "keeper@drawers.example"\n')
    site = web({"/articles/7": ARTICLE.read_text()})
    told = new(tmp_path, "drawers", f"{site.base}/articles/7")
    assert site.asked == ["/articles/7"]
    assert all("keeper@drawers.example" in agent for agent in site.agents)
    assert expected(tmp_path)["capture"]["url"] == f"{site.base}/articles/7"
    assert f"drawers reads {site.base.removeprefix('http://')}/articles/. Next:" in told


def test_a_page_comes_from_an_archive(tmp_path: Path) -> None:
    """A page in an archive is named by its URL or its offset; of several, one must be named."""
    pages: dict[str, str | bytes] = {URL: ARTICLE.read_bytes(), "https://drawers.example/articles/8": SOME}
    archive = write_archive(tmp_path / "x.warc.gz", pages, media_type="text/html")
    new(tmp_path, "one", f"{archive}:{URL}")
    assert expected(tmp_path, "one")["record"]["volume"] == "7"
    assert "more than one page" in new(tmp_path, "two", archive, "--url", "", code=2)
    new(tmp_path, "three", archive, "--url", "https://drawers.example/articles/8")
    assert expected(tmp_path, "three")["record"] == {"title": "A"}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A plugin that is there stays as it is, unless it is to be overwritten."""
    new(tmp_path)
    module(tmp_path).write_text("SITE = 1\n")
    (tmp_path / "plugins" / "_other").mkdir()
    assert "choose another name" in new(tmp_path, code=2)
    assert module(tmp_path).read_text() == "SITE = 1\n"
    new(tmp_path, "drawers", ARTICLE, "--force")
    assert module(tmp_path).read_text() == (FIXTURES / "article.py.txt").read_text()


@pytest.mark.parametrize("name", ["Drawers", "my-site", "1st", "class", "_shared", "a b", "../x", "page", "pubmed", "", "x" * 41])
def test_a_name_must_be_one(tmp_path: Path, refused: Callable[..., str], name: str) -> None:
    """A name that Python or Scrapy has no use for, or that another site has, is refused before anything is done."""
    assert repr(name) in refused(name, ARTICLE)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "page", "why"),
    [
        ("x.html", b"", "the file is empty"),
        ("x.html", b"<p>x", "found to be the title of article/1"),
        ("x.html", bytes(range(256)) * 40, "found to be the title of article/1"),
        ("x.json", b'{"title":', "no JSON"),
        ("x.json", b"[1, 2]", "found to be the title of article/1"),
        ("x.xml", b"<?xml version='1.0'?><a><b></a>", "mismatch"),
        ("x.html", b"<html><head><meta name=citation_doi content='10.1/x'></head>", "found to be the title of article/1"),
        ("x.html", b"<html><head><meta charset=iso-2022-jp><title>T</title>", "cannot be quoted"),
    ],
    ids=["empty", "bare", "binary", "no-json", "list", "no-xml", "no-title", "stateful"],
)
def test_a_page_of_no_use_is_told_and_leaves_nothing(
    tmp_path: Path, refused: Callable[..., str], name: str, page: bytes, why: str
) -> None:
    """A page from which nothing can be proposed ends in one line that says so, and no file is left."""
    source = tmp_path / name
    source.write_bytes(page)
    assert why in refused("drawers", source, "--record", "article")
    assert files(tmp_path) == [name]


def test_a_page_without_signs_needs_the_record_type(tmp_path: Path, refused: Callable[..., str]) -> None:
    """A page that shows no sign of a known record type is not taken for one, and is read as one where that is said."""
    source = tmp_path / "page.html"
    source.write_text("<html><head><meta property='og:title' content='News'><title>News - Paper</title></head>")
    assert "no sign of a record type" in refused("news", source)
    new(tmp_path, "news", source, "--record", "article")
    assert expected(tmp_path, "news")["record"] == {"title": "News"}


def test_a_saved_page_needs_a_url(tmp_path: Path) -> None:
    """A page that does not say where it came from has no URL pattern, so its URL is asked for."""
    done = scraper("sites", "new", "drawers", "--from", ARTICLE, cwd=tmp_path, code=2)
    assert "give --url" in done.stderr


def test_no_page_writes_code_of_its_own(tmp_path: Path) -> None:
    """Quotes, backslashes, marks of linters and odd names on a page reach code and comments as nothing but text."""
    new(tmp_path, "evil", FIXTURES / "hostile.html", "--url", "https://evil.example/a'b\"c/$name/%22%22%22/x")
    tool(tmp_path, "ruff", "check", "--no-cache", "--config", str(ROOT / "pyproject.toml"), "plugins")
    assert expected(tmp_path, "evil")["record"]["title"].startswith('"""; import os')
    assert module(tmp_path, "evil").read_text().isascii()


@pytest.mark.parametrize(
    ("name", "page", "record"),
    [
        ("x.json", '{"title": "A", "doi": "10.1/x", "author": [{"name": "Roe"}]}', {"title": "A", "doi": "10.1/x"}),
        ("x.xml", "<?xml version='1.0'?><r><title>A</title><volume>4</volume></r>", {"title": "A", "volume": "4"}),
        ("x.txt", "A page of words\nDOI: 10.1/x\nVolume: 4\nIssue: 1\nIssue: 2\n", {"title": "A page of words", "volume": "4"}),
    ],
)
def test_other_media_are_read_by_what_they_have(tmp_path: Path, name: str, page: str, record: dict[str, str]) -> None:
    """JSON is read by its members, XML by its elements, text by its labels, but not by labels that stand there twice."""
    source = tmp_path / name
    source.write_text(page)
    new(tmp_path, "drawers", source, "--record", "article")
    found = expected(tmp_path)["record"]
    assert {key: found.get(key) for key in record} == record
    assert "issue" not in found
    tool(tmp_path, "ruff", "check", "--no-cache", "plugins")


def test_a_record_type_without_hints_is_read_by_names(tmp_path: Path) -> None:
    """A type that does not say where its fields are seen is read by their names: metas, JSON-LD, microdata, classes."""
    source = tmp_path / "page.html"
    source.write_text(
        '<html><head><meta property="og:title" content="Sharp Socks"><script type="application/ld+json">{"@type": "Product",'
        '"category": "Knitting", "offers": {"@type": "Offer", "price": "12.50"}}</script></head><body><h1>Sharp Socks</h1>'
        '<p itemprop="availability">In stock</p><p class="description">About   socks.</p></body></html>'
    )
    new(tmp_path, "shop", source, "--record", "book")
    assert expected(tmp_path, "shop")["record"] == {
        "title": "Sharp Socks", "category": "Knitting", "price": 12.5, "availability": "In stock", "description": "About socks.",
    }  # fmt: skip


def test_what_fails_is_taken_back(tmp_path: Path) -> None:
    """Where a file cannot be written, those that were are gone again."""
    (tmp_path / "plugins").write_text("a file where the folder should be")
    assert "cannot write" in new(tmp_path, code=2)
    assert files(tmp_path) == ["plugins"]


def test_a_distribution_is_whole(tmp_path: Path) -> None:
    """A package has its entry point, tests with the case, a CI file, and a layout that is the project's, letter for letter."""
    told = new(tmp_path, "drawers", ARTICLE, "--package", "dist")
    folder = tmp_path / "dist"
    assert files(folder) == [
        ".github/workflows/ci.yml", ".gitignore", "README.md", "pyproject.toml", "scrapy.cfg", "src/scraper_drawers/__init__.py",
        "src/scraper_drawers/py.typed", "src/scraper_drawers/settings.py", "src/scraper_drawers/spider.py",
        "tests/cases/drawers/article.expected.json", "tests/cases/drawers/article.warc",
    ]  # fmt: skip
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["entry-points"] == {"scraper": {"drawers": "scraper_drawers"}}
    assert (folder / "src/scraper_drawers/__init__.py").read_text() == (FIXTURES / "article.py.txt").read_text()
    assert "pip install -e ." in told
    tool(folder, "ruff", "check", "--no-cache")
    tool(folder, "ruff", "format", "--no-cache", "--check")
    assert "not empty" in new(tmp_path, "drawers", ARTICLE, "--package", "dist", code=2)


@pytest.mark.parametrize(
    ("url", "pattern"),
    [
        ("https://www.journal.example/articles/s1?x=1", "journal.example/articles/"),
        ("https://journal.example/doi/full/10.1/x", "journal.example/doi/full/"),
        ("http://journal.example/article.php?id=3", "journal.example/article.php"),
        ("http://journal.example/2020/05/06/title-of-it/", "journal.example"),
        ("http://127.0.0.1:8000/a/b", "127.0.0.1:8000/a/"),
        ("http://journal.example", "journal.example"),
        ("http://journal.example/x", "journal.example"),
        ("http://journal.example/a*b/c|d/e", "journal.example"),
    ],
)
def test_a_pattern_takes_in_the_pages_beside(url: str, pattern: str) -> None:
    """The pattern is the host, and of the path the leading words alone: what numbers and titles it has are the page's own."""
    assert url_pattern(url) == pattern
