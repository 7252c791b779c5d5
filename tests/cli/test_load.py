"""`scraper load` as its user meets it: the real command, killed, starved and fed with what nobody should feed it."""

from __future__ import annotations

import gzip
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import lines, scraper

from scraper.archive import Capture, Damage, scan

if TYPE_CHECKING:
    from collections.abc import Iterable

BIN = Path(sys.executable).parent
KILLS = 20


def _captures(archive: Path) -> list[Capture]:
    items = list(scan(archive))
    assert not [item for item in items if isinstance(item, Damage)]
    return [item for item in items if isinstance(item, Capture)]


def _accepted(archive: Path) -> None:
    """Check that tools of others find nothing wrong with an archive."""
    for command in (["warcio", "check"], ["fastwarc", "check", "-p"], ["cdxj-indexer"]):
        done = subprocess.run([BIN / command[0], *command[1:], archive], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "fail" not in done.stdout.lower()


def _pages(folder: Path, numbers: Iterable[int]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        link = f'<link rel="canonical" href="https://example.com/{number}">'
        (folder / f"{number:05}.html").write_text(f"<!doctype html><html><head>{link}</head><p>page {number}</p>" * 20)
    return folder


def test_account(tmp_path: Path) -> None:
    """The last lines account for every file, name the archive and say what to do next; the archive is valid for others."""
    pages = _pages(tmp_path / "pages", range(3))
    (pages / "copy.html").write_bytes((pages / "00000.html").read_bytes())
    (pages / "empty.txt").write_bytes(b"")
    (pages / ".hidden").write_text("x")
    done = scraper("load", "pages", "-o", "out/x.warc.gz", cwd=tmp_path)
    assert done.stdout.splitlines() == [
        "files 6 = loaded 3 + already archived 1 + rejected 1 + skipped 1 (1 hidden)",
        "out/x.warc.gz",
        "next: scraper extract out/x.warc.gz -o x.jsonl",
    ]
    assert done.stderr == "rejected: pages/empty.txt: the file is empty\n"
    _accepted(tmp_path / "out" / "x.warc.gz")


def test_nothing_new(tmp_path: Path) -> None:
    """Loaded twice, the second time says that all is archived already and leaves the archive alone."""
    _pages(tmp_path / "pages", range(3))
    scraper("load", "pages", "-o", "x.warc.gz", cwd=tmp_path)
    before = (tmp_path / "x.warc.gz").read_bytes(), (tmp_path / "x.warc.gz").stat().st_mtime_ns
    done = scraper("load", "pages", "-o", "x.warc.gz", cwd=tmp_path)
    assert done.stdout.splitlines() == [
        "files 3 = loaded 0 + already archived 3 + rejected 0 + skipped 0",
        "nothing new; x.warc.gz was left as it is",
    ]
    assert ((tmp_path / "x.warc.gz").read_bytes(), (tmp_path / "x.warc.gz").stat().st_mtime_ns) == before


def test_rejects_file(tmp_path: Path) -> None:
    """With --rejects each rejection is a JSON line too, with file, part and offset, whatever the file is called."""
    (tmp_path / os.fsdecode(b"\xff.html")).write_bytes(b"")
    _pages(tmp_path / "pages", range(2))
    scraper("load", "pages", "-o", "x.warc.gz", cwd=tmp_path)
    archive = (tmp_path / "x.warc.gz").read_bytes()
    (tmp_path / "cut.warc.gz").write_bytes(archive[:-9])
    done = scraper("load", ".", "-o", "y.warc.gz", "--rejects", "r.jsonl", cwd=tmp_path)
    found = sorted(lines(tmp_path / "r.jsonl"), key=lambda line: line["file"])
    assert [line["file"] for line in found] == ["\\udcff.html", "cut.warc.gz"]
    assert found[0] == {"stage": "load", "error": "LoadError", "reason": "the file is empty", "file": "\\udcff.html"}
    assert (found[1]["error"], found[1]["offset"] > 0) == ("DamagedRecord", True)
    assert "records 8 = archived 3 (2 captures) + already archived 4 + rejected 1 + skipped 0" in done.stdout


def test_exit_codes(tmp_path: Path) -> None:
    """Rejections fail under --strict only; a path that is missing always does, after the rest was loaded; so does wrong usage."""
    (tmp_path / "x.txt").write_text("x")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "urls").write_text("file,url\nnowhere.txt,https://e.com/\n")
    scraper("load", ".", "-o", "a.warc.gz", cwd=tmp_path, code=0)
    scraper("load", ".", "-o", "b.warc.gz", "--strict", cwd=tmp_path, code=1)
    scraper("load", "x.txt", "-o", "c.warc.gz", "--strict", "--urls", "urls", cwd=tmp_path, code=1)
    done = scraper("load", "nowhere", "x.txt", "-o", "d.warc.gz", "--strict", cwd=tmp_path, code=2)
    assert "nowhere: cannot be read: No such file or directory" in done.stderr
    assert len(_captures(tmp_path / "d.warc.gz")) == 1
    for wrong in (["-o", "x.zip"], ["-o", "e.warc.gz", "--date", "noon"], ["-o", "e.warc.gz", "--max-file", "big"], [],
                  ["-o", "e.warc.gz", "--media-type", "html"], ["-o", "e.warc.gz", "--urls", "x.txt"]):  # fmt: skip
        scraper("load", "x.txt", *wrong, cwd=tmp_path, code=2)
    assert not (tmp_path / "e.warc.gz").exists()


def test_options(tmp_path: Path) -> None:
    """Date, media type, mapping and bounds given on the command line are what the captures bear."""
    (tmp_path / "x.bin").write_bytes(b"<p>page")
    (tmp_path / "urls.csv").write_text("file,url\nx.bin,https://e.com/x\nnowhere,https://e.com/\n")
    options = ["--urls", "urls.csv", "--date", "2020-01-02T01:00+01:00", "--media-type", "Text/HTML", "--max-file", "1K"]
    done = scraper("load", "x.bin", "-o", "x.warc", *options, cwd=tmp_path)
    (capture,) = _captures(tmp_path / "x.warc")
    assert (capture.url, capture.date, capture.media_type) == ("https://e.com/x", "2020-01-02T00:00:00Z", "text/html")
    assert "line 3 of the mapping names no file that was found: nowhere" in done.stderr


def test_verbose(tmp_path: Path) -> None:
    """With -v each record has its line: id, file, URL."""
    _pages(tmp_path / "pages", range(3))
    done = scraper("load", "-v", "pages", "-o", "x.warc.gz", cwd=tmp_path)
    expected = [
        f"archived {c.record_id} pages/{n:05}.html https://example.com/{n}" for n, c in enumerate(_captures(tmp_path / "x.warc.gz"))
    ]
    assert done.stdout.splitlines()[:3] == expected


def test_help(tmp_path: Path) -> None:
    """The help lists formats and examples a line each."""
    shown = scraper("load", "--help", cwd=tmp_path).stdout.splitlines()
    assert "    saved HTML, XML, JSON (.gz)   one resource record each" in shown
    assert "    scraper load dump.txt --date 2026-11-21 -o archives/dump.warc.gz" in shown


def test_kill(tmp_path: Path) -> None:
    """Killed twenty times at any moment, a load loses nothing that it said was archived, and is completed by running it again."""
    seeded = random.Random(20261121)  # noqa: S311  no secret
    total = KILLS * 40
    pages = _pages(tmp_path / "pages", range(total))
    command = [sys.executable, "-c", "from scraper.cli import main; main()", "load", "-v", str(pages), "-o", "x.warc.gz"]
    acknowledged: set[str] = set()
    killed = 0
    for _ in range(KILLS):
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            for _ in range(seeded.randrange(35)):
                acknowledged.update(_acknowledged(process.stdout.readline()))
            process.send_signal(signal.SIGKILL)
            for line in process.stdout.readlines():
                acknowledged.update(_acknowledged(line))
            killed += process.wait() == -signal.SIGKILL
        left = tmp_path / "x.warc.gz.open"
        held = (
            {item.record_id for item in scan(left) if isinstance(item, Capture)} if left.exists() and left.stat().st_size else set()
        )
        assert acknowledged <= held
    assert killed == KILLS
    assert acknowledged
    assert scraper("load", str(pages), "-o", "x.warc.gz", cwd=tmp_path).returncode == 0
    found = Counter(capture.url for capture in _captures(tmp_path / "x.warc.gz"))
    assert found == Counter(f"https://example.com/{number}" for number in range(total))
    _accepted(tmp_path / "x.warc.gz")


def _acknowledged(line: bytes) -> list[str]:
    """The id in a line that was printed whole."""
    return [line.split()[1].decode()] if line.startswith(b"archived ") and line.endswith(b"\n") else []


@pytest.mark.parametrize("name", ["line.txt", "bomb.html.gz", "line.warc"])
def test_memory(tmp_path: Path, name: str) -> None:
    """A line of 50 MB, and what inflates without end, cost some copies of themselves or of the bound, and no more."""
    if name == "line.txt":
        (tmp_path / name).write_bytes(b"x" * (50 << 20))
    elif name == "line.warc":
        (tmp_path / name).write_bytes(b"WARC/1.0\r\nWARC-Type: " + b"x" * (50 << 20))
    else:
        with gzip.open(tmp_path / name, "wb", compresslevel=1) as file:
            for _ in range(400):
                file.write(bytes(1 << 20))
    code = (
        "import re, sys; from scraper.cli import main\n"
        "try: main()\n"
        # Not ru_maxrss, which a process takes over from the one that started it.
        "finally: print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1], file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "load", name, "-o", "x.warc.gz", "--max-file", "64M"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"loaded {int(name == 'line.txt')} " in done.stdout
    assert int(done.stderr.split()[-1]) < 350_000  # kilobytes


@pytest.mark.shared_data
@pytest.mark.parametrize(("folder", "files"), [("seeds", 4), ("pages", 127), ("pubmed_xml", 129)])
def test_real_files(shared: Path, tmp_path: Path, folder: str, files: int) -> None:
    """Real saved pages, text dumps and XML files are archived byte for byte, in an archive that others accept."""
    done = scraper("load", shared / folder, "-o", "x.warc.gz", cwd=tmp_path)
    assert done.stdout.startswith(f"files {files} = loaded {files - (folder == 'pages')} ")  # one of the pages is a script
    captures = _captures(tmp_path / "x.warc.gz")
    payloads = {capture.payload for capture in captures}
    for path in (shared / folder).rglob("*"):
        if path.is_file() and path.suffix != ".js":
            data = path.read_bytes()
            assert (gzip.decompress(data) if path.suffix == ".gz" else data) in payloads
    if folder == "seeds":
        assert {(c.record_type, c.media_type, c.url.startswith("urn:sha256:")) for c in captures} == {
            ("conversion", "text/plain", True)
        }
    _accepted(tmp_path / "x.warc.gz")


@pytest.mark.shared_data
def test_real_archives(shared: Path, tmp_path: Path) -> None:
    """Archives of a score of other tools, damaged ones too, give their whole records once, and every damage with its place."""
    done = scraper("load", shared / "archives", "-o", "x.warc.gz", cwd=tmp_path)
    assert "≠" not in done.stdout
    rejected = done.stderr.splitlines()
    assert any("broken.warc at offset 3058: " in line for line in rejected)
    assert all(line.startswith("rejected: ") for line in rejected)
    assert len(_captures(tmp_path / "x.warc.gz")) > 500
    again = scraper("load", shared / "archives", "-o", "x.warc.gz", cwd=tmp_path)
    assert again.stdout.startswith("files 118 = loaded 0 ")
    assert "nothing new" in again.stdout
