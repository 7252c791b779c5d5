"""`scraper index`: the CDXJ beside each archive, made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support import scraper, write_archive

from scraper.archive import index_path

if TYPE_CHECKING:
    from pathlib import Path

PAGES = {f"https://example.com/{number}": f"page {number}" for number in range(3)}


def test_index_is_made_anew(tmp_path: Path) -> None:
    """An index that is missing is made as the writer had made it, and what is in it is counted."""
    archive = write_archive(tmp_path / "x.warc.gz", PAGES)
    written = index_path(archive).read_bytes()
    index_path(archive).unlink()
    done = scraper("index", "x.warc.gz", cwd=tmp_path)
    assert index_path(archive).read_bytes() == written
    assert done.stdout.splitlines() == [
        "x.warc.gz.cdxj: 3 captures; not listed: 1 warcinfo",
        "archives 1 = indexed 1 (0 damaged) + unreadable 0",
    ]


def test_damage_is_named(tmp_path: Path) -> None:
    """A damaged archive is indexed all the same, its damaged places are named, and only --strict fails."""
    archive = write_archive(tmp_path / "x.warc", PAGES)
    archive.write_bytes(archive.read_bytes().replace(b"page 1", b"page X"))
    done = scraper("index", "x.warc", cwd=tmp_path)
    assert "x.warc.cdxj: 2 captures; not listed: 1 warcinfo; 1 damaged places" in done.stdout
    assert "damaged: x.warc at offset " in done.stdout
    scraper("index", "--strict", "x.warc", cwd=tmp_path, code=1)


def test_unreadable_archive(tmp_path: Path) -> None:
    """What is no archive, or is not there, fails after the others were indexed."""
    archive = write_archive(tmp_path / "x.warc.gz", PAGES)
    index_path(archive).unlink()
    (tmp_path / "words.txt").write_text("words")
    done = scraper("index", "words.txt", "nowhere.warc", "x.warc.gz", cwd=tmp_path, code=2)
    assert done.stderr.count("NotAnArchive") == 2
    assert "archives 3 = indexed 1 (0 damaged) + unreadable 2" in done.stdout
    assert index_path(archive).exists()
