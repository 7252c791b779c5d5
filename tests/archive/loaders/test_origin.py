"""Mappings and sidecars: what a user says of where files came from."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scraper.archive.loaders import read_mapping
from scraper.archive.loaders.origin import checked_date, checked_url
from scraper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder with two pages, one of them in a subfolder."""
    (tmp_path / "pages" / "sub").mkdir(parents=True)
    (tmp_path / "pages" / "a.txt").write_text("a")
    (tmp_path / "pages" / "sub" / "b.txt").write_text("b")
    return tmp_path / "pages"


def _found(loaded: Any) -> dict[bytes, tuple[str, str]]:
    return {capture.payload: (capture.url, capture.date) for capture in loaded.captures}


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_mapping(load: Callable[..., Any], pages: Path, form: str) -> None:
    """A mapping in any form gives URL and date of files that it names by name or by path; a byte order mark is no matter."""
    rows = [("sub/b.txt", "https://example.com/b,1", "2020-01-02T03:04:05+01:00"), ("a.txt", "urn:isbn:1", "")]
    if form == "jsonl":
        text = "".join(json.dumps(dict(zip(("file", "url", "date"), row, strict=True))) + "\n\n" for row in rows)
    else:
        tab = "\t" if form == "tsv" else ","
        quoted = [tab.join(f'"{value}"' for value in row) for row in rows]
        text = "\r\n".join([tab.join(("file", "url", "date")), *quoted])
    (pages.parent / "urls").write_text("\ufeff" + text)
    found = _found(load(pages, urls=pages.parent / "urls", date="2021-01-01T00:00:00Z"))
    assert found[b"b"] == ("https://example.com/b,1", "2020-01-02T02:04:05Z")
    assert found[b"a"] == ("urn:isbn:1", "2021-01-01T00:00:00Z")


def test_mapping_names(load: Callable[..., Any], pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row names a file by bare name, path below the folder, path as given, or absolute path; macOS's decomposed names count."""
    (pages / "e\u0301.txt").write_text("e")
    (pages / "c.txt").write_text("c")
    rows = ["b.txt,https://e.com/b", "pages/a.txt,https://e.com/a", f"{pages}/c.txt,https://e.com/c", "\u00e9.txt,https://e.com/e"]
    (pages / "urls.csv").write_text("\n".join(["file,url", *rows]))
    monkeypatch.chdir(pages.parent)
    loaded = load(Path("pages"), urls=pages / "urls.csv")
    assert {payload: url for payload, (url, _) in _found(loaded).items()} == {
        name: f"https://e.com/{name.decode()}" for name in (b"a", b"b", b"c", b"e")
    }
    assert loaded.tally.passed == {"file of this job": 1}


def test_mapping_row_without_file(load: Callable[..., Any], pages: Path) -> None:
    """A row that names no file is reported with its line."""
    (pages.parent / "urls").write_text("file,url\na.txt,https://e.com/\nmissing.txt,https://e.com/\n")
    loaded = load(pages, urls=pages.parent / "urls")
    assert [(row.line, row.file) for row in loaded.unmatched] == [(3, "missing.txt")]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (["a.txt,/relative"], "line 2 of the mapping: '/relative' is no absolute URL"),
        (["a.txt,C:\\pages\\a.html"], "no absolute URL"),
        (["a.txt,javascript:alert(1)"], "no absolute URL"),
        (["a.txt,https://e.com/,yesterday"], "no ISO 8601 date"),
        (["a.txt,https://e.com/1", "a.txt,https://e.com/2"], "line 3 of the mapping contradicts"),
    ],
)
def test_mapping_row_is_unusable(load: Callable[..., Any], pages: Path, rows: list[str], reason: str) -> None:
    """A row that says nothing usable rejects the file it names, and no other: a wrong URL is worse than none."""
    (pages.parent / "urls").write_text("\n".join(["file,url,date", *rows]))
    loaded = load(pages, urls=pages.parent / "urls")
    assert len(loaded.rejected) == 1
    assert "a.txt" in loaded.rejected[0]
    assert reason in loaded.rejected[0]
    assert [capture.payload for capture in loaded.captures] == [b"b"]


def test_mapping_by_ambiguous_name(load: Callable[..., Any], pages: Path) -> None:
    """A bare name that several files bear rejects all of them, unless one of them is that very path."""
    (pages / "sub" / "c.txt").write_text("c1")
    (pages / "other").mkdir()
    (pages / "other" / "c.txt").write_text("c2")
    (pages / "sub" / "a.txt").write_text("another a")
    (pages.parent / "urls").write_text("file,url\nc.txt,https://e.com/c\na.txt,https://e.com/a\n")
    loaded = load(pages, urls=pages.parent / "urls")
    assert len(loaded.rejected) == 2
    assert all("names 2 files" in line for line in loaded.rejected)
    assert {capture.payload: capture.url for capture in loaded.captures}[b"a"] == "https://e.com/a"


@pytest.mark.parametrize(
    "text", ["", "name,address\nx,y\n", '{"file": 1, "url": 2}', '{"file"', 'file,url\n"x', "file,url\n,https://e.com/"]
)
def test_mapping_cannot_be_read(tmp_path: Path, text: str) -> None:
    """A mapping that is none is wrong usage."""
    (tmp_path / "urls").write_text(text)
    with pytest.raises(UsageError, match="mapping"):
        read_mapping(tmp_path / "urls")


def test_mapping_of_names_that_are_no_text(load: Callable[..., Any], tmp_path: Path) -> None:
    """A mapping can name a file whose name is no Unicode text, byte for byte."""
    folder = tmp_path / "pages"
    folder.mkdir()
    name = b"caf\xe9.txt"
    (folder / os.fsdecode(name)).write_text("x")
    (tmp_path / "urls").write_bytes(b"file,url\n" + name + b",https://e.com/cafe\n")
    assert load(folder, urls=tmp_path / "urls").capture.url == "https://e.com/cafe"


def test_sidecar(load: Callable[..., Any], pages: Path) -> None:
    """A sidecar gives URL and date of the file beside it, gives way to the mapping, and is no page itself."""
    (pages / "a.txt.url").write_text("https://example.com/a\n2020-01-02\n")
    (pages / "orphan.url").write_text("words")
    loaded = load(pages)
    assert _found(loaded)[b"a"] == ("https://example.com/a", "2020-01-02T00:00:00Z")
    assert loaded.tally.passed == {"sidecar": 1}
    (pages.parent / "urls").write_text("file,url\na.txt,https://mapped.example/\n")
    assert _found(load(pages, urls=pages.parent / "urls"))[b"a"][0] == "https://mapped.example/"


@pytest.mark.parametrize("text", ["", "not a URL", "https://e.com/\nyesterday", "\udcff"])
def test_sidecar_is_unusable(load: Callable[..., Any], pages: Path, text: str) -> None:
    """A sidecar that says nothing usable rejects its file rather than being ignored."""
    (pages / "a.txt.url").write_text(text, errors="surrogateescape")
    assert "its sidecar a.txt.url cannot be used" in load(pages).rejected[0]


@pytest.mark.parametrize(
    "text", ["", "x", "example.com/a", "//e.com/", "http:", "http://", "http:///x", "data:,x", "file:///x", "https://e\ud800/"]
)
def test_url_is_refused(text: str) -> None:
    """Only an absolute URL of a known scheme, with a host where the scheme has one, is taken."""
    with pytest.raises(ValueError, match=r"URL|host"):
        checked_url(text)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-11-21", "2026-11-21T00:00:00Z"),
        ("2026-11-21T07:04:00.999Z", "2026-11-21T07:04:00Z"),
        ("2026-11-21 07:04", "2026-11-21T07:04:00Z"),
        ("2026-11-21T00:30+02:00", "2026-11-20T22:30:00Z"),
    ],
)
def test_date(text: str, date: str) -> None:
    """An ISO 8601 date is written in UTC to the second, whatever its zone."""
    assert checked_date(text) == date


@pytest.mark.parametrize("text", ["", "21.11.2026", "2026-13-01", "0001-01-01T00:00+14:00", "now"])
def test_date_is_refused(text: str) -> None:
    """What is no ISO 8601 date, or none in UTC, is refused."""
    with pytest.raises(ValueError, match="ISO 8601"):
        checked_date(text)
