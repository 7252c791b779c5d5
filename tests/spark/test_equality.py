"""One output, whoever makes it and whatever dies meanwhile: both engines on the same pages, at any size.

How many pages is EQUALITY_PAGES; `make test-equality` makes it twenty thousand.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from spark_cluster import ENV, executors, joined
from support import scraper, workers_of

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "benchmarks"))  # where pages are made up

import corpus  # noqa: E402  # after the path that leads there

pytest.importorskip("pyspark")
pytestmark = pytest.mark.spark

PAGES = int(os.environ.get("EQUALITY_PAGES", "400"))
ARCHIVES = [f"pages-{number}.warc.gz" for number in range(4)]
SHARDS = ("--shard-size", str(PAGES * 250))  # some ten shards in each archive
COMMAND = "from scraper.cli import main; main()"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four archives of made-up articles, every hundredth of them cut short, and what one worker makes of them."""
    made = tmp_path_factory.mktemp("equality")
    each = PAGES // len(ARCHIVES)
    for number, name in enumerate(ARCHIVES):
        pages = (corpus.article(page, paragraphs=4) for page in range(number * each, number * each + each))
        corpus.archive(made / name, ((url, html[: 900 if place % 100 == 50 else None]) for place, (url, html) in enumerate(pages)))
    scraper("extract", *ARCHIVES, "-o", "one.jsonl", "--workers", "1", cwd=made)
    return made


@contextmanager
def extracting(folder: Path, out: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start the command on all archives, and see that it does not outlive the test."""
    command = [sys.executable, "-c", COMMAND, "extract", *ARCHIVES, "-o", out, *SHARDS, *options]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, env=os.environ | ENV, stdout=log, stderr=log) as process,
    ):
        yield process
        process.kill()


def wait_for(process: subprocess.Popen[bytes], folder: Path, parts: str, *, least: int) -> None:
    """Wait until there are some parts of an output, while the command runs."""
    while len(list(folder.glob(parts))) < least:
        assert process.poll() is None, (folder / "log").read_text()
        time.sleep(0.02)


def same(folder: Path, out: str) -> bool:
    """Whether an output and its rejects are what one worker made."""
    names = ((out, "one.jsonl"), (out.replace(".jsonl", ".rejects.jsonl"), "one.rejects.jsonl"))
    return all(written(folder / name) == (folder / expected).read_bytes() for name, expected in names)


def written(path: Path) -> bytes:
    """An output's bytes, in one file or in Spark's parts."""
    return joined(path) if path.is_dir() else path.read_bytes()


def test_a_killed_worker_changes_nothing(folder: Path) -> None:
    """Two workers, one of which is killed with -9 in the middle, write what one worker writes."""
    with extracting(folder, "two.jsonl", "--workers", "2") as process:
        wait_for(process, folder, ".two.jsonl.job/*.rejects.jsonl.zst", least=3)
        os.kill(workers_of(process.pid)[0], signal.SIGKILL)
        assert process.wait() == 0, (folder / "log").read_text()
    assert same(folder, "two.jsonl")


def test_a_killed_command_goes_on(folder: Path) -> None:
    """A command killed with -9 in the middle, then called again with --resume, writes the same."""
    with extracting(folder, "resumed.jsonl", "--workers", "2") as process:
        wait_for(process, folder, ".resumed.jsonl.job/*.rejects.jsonl.zst", least=5)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert not (folder / "resumed.jsonl").exists()
    done = scraper("extract", *ARCHIVES, "-o", "resumed.jsonl", *SHARDS, "--workers", "2", "--resume", cwd=folder)
    assert "shards taken over from an earlier run: " in done.stdout
    assert same(folder, "resumed.jsonl")


def test_a_killed_executor_changes_nothing(folder: Path, cluster: str) -> None:
    """Spark, one of whose executors is killed with -9 in the middle, writes the same."""
    with extracting(folder, "spark.jsonl", "--engine", "spark", "--master", cluster) as process:
        wait_for(process, folder, "spark.jsonl/_temporary/**/part-*", least=2)
        os.kill(executors()[0], signal.SIGKILL)
        assert process.wait() == 0, (folder / "log").read_text()
    assert same(folder, "spark.jsonl")
