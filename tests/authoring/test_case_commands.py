"""`scraper sites case` and `scraper sites test`, as a user types them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from casework import FIELDS, PAGE, URL, edit, put_page
from crawling import Page, Web
from support import DATE, scraper, write_archive

from scraper.archive import Capture, scan

PLUGIN = Path("plugins/notes/__init__.py")
CASES = Path("plugins/notes/cases")


def expected(project: Path, name: str = "page") -> Any:
    """What a case expects."""
    return json.loads((project / CASES / f"{name}.expected.json").read_text())


def test_a_case_of_a_file_holds_page_and_extraction(project: Path) -> None:
    """The page is one record, not compressed, of the date that was given; the expectation is the extraction with its pointers."""
    (capture,) = scan(project / CASES / "page.warc")
    assert isinstance(capture, Capture)
    assert (capture.payload.decode(), capture.url, capture.date) == (PAGE, URL, DATE)
    found = expected(project)
    assert list(found["record"]) == FIELDS
    start = PAGE.encode().index(b"10.5555/bees.1</a>")
    assert found["provenance"]["/doi"] == {"spans": [[start, start + 14]], "as": ["text"], "selector": "a.doi::text"}
    assert found["capture"]["payload_sha256"] == capture.payload_sha256


def test_equal_pages_give_equal_cases(project: Path) -> None:
    """Whether from a file, or from an archive by offset or by URL, the same page is the same case, but for its name and source."""
    pages = {"https://notes.example/2": PAGE.replace("Bees", "Wasps"), URL: PAGE}
    archive = write_archive(project / "x.warc.gz", pages, media_type="text/html")
    offset = next(item.offset for item in scan(archive) if isinstance(item, Capture) and item.url == URL)
    scraper("sites", "case", "add", "notes", f"x.warc.gz:{offset}", "--name", "one", cwd=project)
    done = scraper("sites", "case", "add", "notes", "x.warc.gz", "--url", URL, cwd=project)
    assert f"{CASES / 'page-2.warc'}, {CASES / 'page-2.expected.json'}\n" in done.stdout
    assert (project / CASES / "one.warc").read_bytes() == (project / CASES / "page-2.warc").read_bytes()
    assert expected(project, "one")["record"] == expected(project)["record"]
    assert expected(project, "one")["provenance"] == expected(project)["provenance"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["nots", "page.html"], "no site is named 'nots'; known: "),
        (["notes", "page.html", "--url", URL, "--name", "page"], "page.warc is there already"),
        (["notes", "page.html", "--url", URL, "--date", "yesterday"], "'yesterday' is no ISO 8601 date"),
        (["notes", "page.html", "--url", URL, "--rejected"], "the page is not rejected"),
        (["pubmed", "page.html", "--url", URL], "the page goes to site 'notes', not to 'pubmed'"),
        (["notes", "page.html", "--url", "https://else.example/"], "the page is rejected: dispatch: Unmatched"),
    ],
)
def test_what_is_no_case_is_told(project: Path, args: list[str], words: str) -> None:
    """A misspelt site, a page of another one, one that is rejected, and a name that is taken: one line, and nothing is written."""
    before = sorted(project.rglob("*"))
    done = scraper("sites", "case", "add", *args, cwd=project, code=2)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert [path for path in sorted(project.rglob("*")) if "__pycache__" not in path.parts] == [
        path for path in before if "__pycache__" not in path.parts
    ]


def test_a_rejection_can_be_expected(project: Path) -> None:
    """A page that must be rejected is a case when that is said; it keeps no line of code, which edits of the plugin move."""
    wall = '    if not page.css(".title"):\n        raise ValueError("a wall")\n'
    edit(project / PLUGIN, "    return Article(", f"{wall}    return Article(")
    (project / "wall.html").write_text("<html><body>Go away</body></html>")
    scraper("sites", "case", "add", "notes", "wall.html", "--url", URL, "--rejected", "--name", "wall", cwd=project)
    assert expected(project, "wall")["reason"] == "layout 'page' of site 'notes' raised ValueError: a wall"
    edit(project / PLUGIN, "    if not page", "    # more\n    if not page")
    assert "3 passed" in scraper("sites", "test", "notes", "-k", "wall", cwd=project).stdout
    edit(project / PLUGIN, "a wall", "a fence")
    told = scraper("sites", "case", "update", "notes", "wall", cwd=project, code=1).stdout
    assert "old       layout 'page' of site 'notes' raised ValueError: a wall\n" in told


def test_update_shows_and_takes_over(project: Path) -> None:
    """What differs is shown field by field, and taken over when that is confirmed; with --fields, those alone."""
    before = expected(project)
    edit(project / PLUGIN, '"h1.title::text"', '"title::text"')
    edit(project / PLUGIN, '"a.doi::text"', '"a.doi::attr(href)"')
    asked = scraper("sites", "case", "update", "notes", cwd=project, code=1)
    assert "page: title, doi\n" in asked.stdout
    assert "/title: another value\n    old       'On the keeping of bees'\n    found by  h1.title::text" in asked.stdout
    assert "⟦On the  keeping of bees⟧" in asked.stdout
    assert "new       'Bees'" in asked.stdout
    assert "<title>⟦Bees⟧</title>" in asked.stdout
    assert expected(project) == before
    scraper("sites", "case", "update", "notes", "page", "--fields", "title", "--yes", cwd=project)
    now = expected(project)
    assert now["record"] == before["record"] | {"title": "Bees"}
    assert {path for path, pointer in now["provenance"].items() if pointer != before["provenance"][path]} == {"/title"}
    scraper("sites", "case", "update", "notes", "--yes", cwd=project)
    assert expected(project)["provenance"]["/doi"]["selector"] == "a.doi::attr(href)"
    assert scraper("sites", "case", "update", "notes", cwd=project).stdout == "page: as expected\n"


def test_update_refuses_what_nobody_can_expect(project: Path) -> None:
    """A record that its schema refuses, a field that is none, and fields of another page are not taken over."""
    assert "there is no field tilte" in scraper("sites", "case", "update", "notes", "--fields", "tilte", cwd=project, code=2).stderr
    assert "known: page" in scraper("sites", "case", "update", "notes", "pag", cwd=project, code=2).stderr
    put_page(project / CASES / "page.warc", PAGE.replace('class="doi"', 'class="identifier"'))
    done = scraper("sites", "case", "update", "notes", "--fields", "doi", "--yes", cwd=project, code=2)
    assert "take over everything" in done.stderr
    put_page(project / CASES / "page.warc", PAGE.replace('class="title"', 'class="headline"'))
    done = scraper("sites", "case", "update", "notes", "--yes", cwd=project, code=2)
    assert "does not satisfy its schema" in done.stderr
    put_page(project / CASES / "page.warc", PAGE.replace('class="doi"', 'class="identifier"'))
    scraper("sites", "case", "update", "notes", "--yes", cwd=project)
    assert "doi" not in expected(project)["record"]


def test_show_prints_values_selectors_and_bytes(project: Path) -> None:
    """Each value of a case is shown with its selector, its steps, and its bytes in their place."""
    shown = scraper("sites", "case", "show", "notes", "page", cwd=project).stdout
    assert "/title\n  value     'On the keeping of bees'\n  found by  h1.title::text\n  steps     squash\n  bytes     [" in shown
    assert '<h1 class="title">⟦On the  keeping of bees⟧</h1>' in shown
    assert "known: page" in scraper("sites", "case", "show", "notes", "gone", cwd=project, code=2).stderr


def test_the_tests_exit_code_is_passed_through(project: Path) -> None:
    """`sites test` runs what was named, and answers as pytest does: 1 when a test failed, 5 where none was chosen."""
    shutil.rmtree(project / CASES)
    assert "layout 'page' has no case" in scraper("sites", "test", "notes", cwd=project, code=1).stdout
    scraper("sites", "test", "notes", "-k", "nothing", cwd=project, code=5)


def test_a_page_of_the_web_becomes_a_case(project: Path, web: Callable[..., Web], monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL is crawled as robots.txt allows, in a process of its own; the case holds the response as it came, and nothing else."""
    monkeypatch.setenv("no_proxy", "*")
    site = web({"/1": PAGE, "/gone": Page("gone", status=410)})
    edit(project / PLUGIN, '["text/html"]', '["text/html"], recognises=lambda page: bool(page.css("h1.title"))')
    scraper("sites", "case", "add", "notes", f"{site.base}/1", "--name", "live", cwd=project)
    (capture,) = scan(project / CASES / "live.warc")
    assert isinstance(capture, Capture)
    assert (capture.record_type, capture.status, capture.payload.decode()) == ("response", 200, PAGE)
    assert expected(project, "live")["record"] == expected(project)["record"]
    done = scraper("sites", "case", "add", "notes", f"{site.base}/gone", cwd=project, code=2)
    assert f"{site.base}/gone gave no page: HTTP status 410" in done.stderr
    assert sorted(path.name for path in project.iterdir()) == ["page.html", "plugins"]
