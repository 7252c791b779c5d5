"""Which files are loaded: folders as they really are."""

from __future__ import annotations

import os
import socket
import stat
from typing import TYPE_CHECKING, Any

import pytest

from scraper.archive.loaders import find_inputs
from scraper.archive.loaders.inputs import open_input
from scraper.errors import LoadError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_folder_is_walked_in_order(load: Callable[..., Any], tmp_path: Path) -> None:
    """Folders are walked in the order of names, hidden files and folders left out and counted, unless named themselves."""
    for name in ("b/2.txt", "b/1.txt", "a.txt", "c.txt", ".hidden/x.txt", ".env"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    loaded = load(tmp_path)
    assert [capture.payload for capture in loaded.captures] == [b"a.txt", b"b/1.txt", b"b/2.txt", b"c.txt"]
    assert loaded.tally.passed == {"hidden": 2}
    assert load(tmp_path / ".hidden", tmp_path / ".env").tally.loaded == 2


def test_links(load: Callable[..., Any], tmp_path: Path) -> None:
    """Links are followed, a loop of them ends, each real folder is walked once, and a broken one is rejected."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.txt").write_text("x")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "sub")
    (tmp_path / "link.txt").symlink_to(tmp_path / "sub" / "x.txt")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    loaded = load(tmp_path)
    assert loaded.tally.passed == {"folder seen before": 2}
    assert (loaded.tally.loaded, loaded.tally.known, loaded.tally.rejected) == (1, 1, 2)
    assert loaded.capture.payload == b"x"


def test_what_would_block(load: Callable[..., Any], tmp_path: Path) -> None:
    """A pipe or a socket is rejected without being opened, and does not hold up the rest."""
    os.mkfifo(tmp_path / "pipe.html")
    (tmp_path / "x.txt").write_text("x")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        loaded = load(tmp_path, tmp_path / "pipe.html")
    assert sorted(line.rpartition(": ")[2] for line in loaded.rejected) == [
        "a pipe, no regular file", "a pipe, no regular file", "a socket, no regular file",
    ]  # fmt: skip
    assert loaded.tally.loaded == 1


def test_file_that_becomes_a_pipe(tmp_path: Path) -> None:
    """A file that is a pipe by the time it is opened is rejected, not waited for."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LoadError, match="no regular file"):
        open_input(tmp_path / "pipe")


def test_names_that_are_no_text(load: Callable[..., Any], tmp_path: Path) -> None:
    """A file may be called anything; what is said of it stays printable and on one line."""
    (tmp_path / os.fsdecode(b"caf\xe9\n\x1b[31m.txt")).write_text("x")
    (tmp_path / os.fsdecode(b"\xff.html")).write_bytes(b"")
    loaded = load(tmp_path)
    assert loaded.capture.payload == b"x"
    assert loaded.rejected[0].encode().isascii()
    assert loaded.rejected[0].isprintable()
    assert "\\udcff.html: the file is empty" in loaded.rejected[0]


def test_own_output_is_not_loaded(load: Callable[..., Any], tmp_path: Path) -> None:
    """The archive that is written, its parts, unfinished ones, and indexes may stand in the folder that is loaded."""
    (tmp_path / "a.txt").write_text("a")
    output = tmp_path / "x.warc.gz"
    assert load(tmp_path, output=output).tally.loaded == 1
    for name in ("x-00001.warc.gz.cdxj", "b.cdxj"):
        (tmp_path / name).write_text("no index")
    (tmp_path / "b").write_text("b")
    (tmp_path / "y-00001.warc.gz.cdxj").write_text("an index alone is text")
    loaded = load(tmp_path, output=output)
    assert loaded.tally.passed == {"output": 3, "index": 1}
    assert (loaded.tally.loaded, loaded.tally.known) == (2, 1)


def test_missing_path(tmp_path: Path) -> None:
    """A path that was named and is not there is told apart from files that are rejected."""
    inputs = find_inputs([tmp_path / "nowhere", tmp_path], output=tmp_path / "x.warc.gz")
    assert [str(missing) for missing in inputs.missing] == [f"{tmp_path}/nowhere: cannot be read: No such file or directory"]
    assert not inputs.rejected


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file(load: Callable[..., Any], tmp_path: Path) -> None:
    """A file and a folder that may not be read are rejected, and the rest is loaded; named themselves, they cannot be reached."""
    for name in ("secret.txt", "x.txt"):
        (tmp_path / name).write_text(name)
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "secret.txt").chmod(0)
    loaded = load(tmp_path)
    named = find_inputs([tmp_path / "secret.txt", tmp_path / "closed"], output=tmp_path / "x.warc.gz")
    (tmp_path / "closed").chmod(stat.S_IRWXU)
    assert (loaded.tally.loaded, loaded.tally.rejected) == (1, 2)
    assert len(named.missing) == 2


def test_deep_folders(load: Callable[..., Any], tmp_path: Path) -> None:
    """Folders nested deeper than a path may be long end in a rejection and not in a crash."""
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=here)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    (tmp_path / "x.txt").write_text("x")
    loaded = load(tmp_path)
    assert loaded.tally.loaded == 1
    assert "File name too long" in loaded.rejected[0]
