"""Loading again: nothing twice, nothing lost, nothing touched in vain."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from scraper.archive import index_path
from scraper.archive.loaders import Target
from scraper.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of twenty pages."""
    (tmp_path / "pages").mkdir()
    for number in range(20):
        (tmp_path / "pages" / f"{number:02}.txt").write_text(f"page {number}")
    return tmp_path / "pages"


@pytest.mark.parametrize("index", ["there", "missing", "empty", "nonsense", "old"])
def test_nothing_new(load: Callable[..., Any], pages: Path, index: str) -> None:
    """What is archived already is not archived again, with or without a good index, and the archive is not touched."""
    output = load(pages).output
    if index == "missing":
        index_path(output).unlink()
    elif index in {"empty", "nonsense"}:
        index_path(output).write_bytes(b"" if index == "empty" else b"x\ny z {}\n")
    os.utime(output, (0, 0))
    before = output.read_bytes(), output.stat()
    again = load(pages, output=output)
    assert (again.tally.known, again.tally.loaded) == (20, 0)
    assert (output.read_bytes(), output.stat().st_mtime_ns, output.stat().st_ino) == (before[0], 0, before[1].st_ino)


def test_ids_follow_from_content(load: Callable[..., Any], pages: Path) -> None:
    """The same files give the same record ids in another archive, and a changed one gives another."""
    first = [capture.record_id for capture in load(pages).captures]
    assert [capture.record_id for capture in load(pages).captures] == first
    (pages / "00.txt").write_text("changed")
    second = [capture.record_id for capture in load(pages).captures]
    assert second[0] != first[0]
    assert second[1:] == first[1:]


def test_only_what_is_new(load: Callable[..., Any], pages: Path) -> None:
    """Into an archive that holds some of the files, the others alone are loaded."""
    output = load(pages).output
    (pages / "new.txt").write_text("new")
    again = load(pages, output=output)
    assert (again.tally.known, again.tally.loaded) == (20, 1)
    assert len(again.captures) == 21


def test_twice_in_one_run(load: Callable[..., Any], pages: Path) -> None:
    """Two files that are the same page at the same URL are one capture."""
    (pages / "copy.txt").write_text("page 0")
    loaded = load(pages)
    assert (loaded.tally.known, loaded.tally.loaded) == (1, 20)


def test_damage_is_healed(load: Callable[..., Any], pages: Path) -> None:
    """A page whose record was damaged since is archived again, because the archive no longer is what was indexed."""
    output = load(pages).output
    data = bytearray(output.read_bytes())
    data[len(data) // 2] ^= 0xFF
    output.write_bytes(data)
    again = load(pages, output=output)
    assert (again.tally.known, again.tally.loaded) == (19, 1)


def test_left_unfinished(load: Callable[..., Any], pages: Path) -> None:
    """Wherever a load broke off, loading again cuts off the torn record, completes the archive and finishes it."""
    whole = load(pages).output.read_bytes()
    for size in range(0, len(whole), 97):
        folder = pages.parent / str(size)
        folder.mkdir()
        (folder / "x.warc.gz.open").write_bytes(whole[:size])
        loaded = load(pages, output=folder / "x.warc.gz")
        assert sorted(capture.payload for capture in loaded.captures) == sorted(f"page {n}".encode() for n in range(20))
        assert sorted(path.name for path in folder.iterdir()) == ["x.warc.gz", "x.warc.gz.cdxj"]


def test_unfinished_and_nothing_new(load: Callable[..., Any], pages: Path) -> None:
    """An archive that was left unfinished is finished even when nothing is missing from it."""
    output = load(pages).output
    output.rename(f"{output}.open")
    again = load(pages, output=output)
    assert again.tally.known == 20
    assert len(again.captures) == 20


def test_parts(load: Callable[..., Any], pages: Path) -> None:
    """With a bound on size an archive goes on in numbered parts, all of which are known to the next load."""
    output = load(pages, max_size=2000).output
    parts = sorted(path for path in output.parent.iterdir() if path.name.endswith(".gz"))
    assert len(parts) > 2
    for max_size in (2000, None):
        assert load(pages, output=output, max_size=max_size).tally.known == 20
    last = parts[-2]  # the unnumbered one sorts last
    last.rename(f"{last}.open")
    with pytest.raises(UsageError, match="--max-size"):
        load(pages, output=output)
    assert load(pages, output=output, max_size=2000).tally.known == 20
    assert last.exists()


def test_another_writer(load: Callable[..., Any], pages: Path) -> None:
    """While one load writes an archive, another one is refused."""
    output = pages.parent / "x.warc.gz"
    with Target(output) as target:
        target._open()
        with pytest.raises(UsageError, match="another process"):
            load(pages, output=output)


def test_another_writer_in_between(load: Callable[..., Any], pages: Path) -> None:
    """What another load archived after this one had looked is not archived twice."""
    output = load(pages / "00.txt").output
    late = Target(output)
    everything = load(pages, output=output)
    with late:
        drafts = [event.draft for event in everything.events if hasattr(event, "written")]
        assert [late.add(draft) for draft in drafts] == [None] * 19
    assert len(everything.captures) == 20


@pytest.mark.parametrize("name", ["x.txt", "x.gz", ".warc.gz", "x.warc.gz.open"])
def test_output_name(load: Callable[..., Any], pages: Path, name: str) -> None:
    """An output that is not named as an archive is wrong usage."""
    with pytest.raises(UsageError, match=r"\.warc\.gz or \.warc"):
        load(pages, output=pages.parent / name)


def test_output_is_no_archive(load: Callable[..., Any], pages: Path) -> None:
    """A file that is no archive is not written to, nor changed."""
    output = pages.parent / "x.warc.gz"
    output.write_text("precious")
    with pytest.raises(ArchiveError):
        load(pages, output=output)
    assert output.read_text() == "precious"
