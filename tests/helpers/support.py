"""What tests of several floors share: a small site of their own, archives of given pages, and the real command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

from scraper.archive import ArchiveWriter
from scraper.authoring.examined import only_capture
from scraper.pages import TextPage
from scraper.records.article import Article, Author
from scraper.sites import Site

DATE = "2026-01-02T03:04:05Z"

PAGE = """Example Archive of Letters

On the   keeping
 of bees

by Jane Roe; Åsa Öberg
doi: 10.5555/bees.1
cited 12 times
"""


def letters() -> Site:
    """A site of one text layout, which recognises its pages by their first line."""
    site = Site("letters", version="1.2.3", urls=["letters.example/"])

    @site.layout("text", media_types=["text/plain"], recognises=lambda page: page.text.startswith("Example Archive"))
    def text(page: TextPage) -> Article:
        return Article(
            title=page.between("Letters\n", "by ").squash(),
            authors=[Author(name=name.strip()) for name in page.search(r"^by (.*)$").split(";")],
            doi=page.search(r"^doi: (\S+)"),
            citation_count=page.search(r"^cited (\S+) times").int(),
        )

    return site


def case_page(site: str, case: str) -> bytes:
    """The page of a bundled site's case."""
    return only_capture(Path(__file__).parents[2] / "plugins" / site / "cases" / f"{case}.warc").payload


PLUGIN = """
from support import letters
from scraper.sites import hookimpl

@hookimpl
def scraper_sites():
    return [letters()]
"""


def write_archive(path: Path, pages: dict[str, str | bytes], *, media_type: str = "text/plain") -> Path:
    """Write an archive of pages by URL; record ids are the same on every run."""
    with ArchiveWriter(path) as writer:
        for number, (url, page) in enumerate(pages.items()):
            payload = page.encode() if isinstance(page, str) else page
            record_id = f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>"
            writer.write_conversion(url=url, date=DATE, media_type=media_type, payload=payload, record_id=record_id)
    return path


def project(folder: Path) -> Path:
    """Make a user's project: a `plugins/` folder with the site of letters, and nothing else."""
    plugin = folder / "plugins" / "letters"
    plugin.mkdir(parents=True)
    (plugin / "__init__.py").write_text(PLUGIN)
    return folder


def scraper(*args: str | Path, cwd: Path, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Run the real command in a folder, and check its exit code."""
    done = subprocess.run(
        [sys.executable, "-c", "from scraper.cli import main; main()", *map(str, args)],
        cwd=cwd, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent), "COLUMNS": "200"},
    )  # fmt: skip
    if code is not None:
        assert done.returncode == code, done.stdout + done.stderr
    return done


def workers_of(command: int) -> list[int]:
    """The worker processes of a command: its children that the interpreter spawned for work."""
    children = (pid for task in Path(f"/proc/{command}/task").glob("*/children") for pid in task.read_text().split())
    return [int(pid) for pid in children if b"spawn_main" in command_line(int(pid))]


def command_line(process: int) -> bytes:
    """The command line of a process; nothing when it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def lines(path: Path) -> list[Any]:
    """The JSON lines of a file."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]
