"""The Spark engine on a real cluster of this machine: a master, two workers, and an executor that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from spark_cluster import ENV, executors, joined
from support import DATE, PAGE, lines, project, scraper, write_archive

from scraper.archive import ArchiveWriter
from scraper.jobs.outputs import read_lines

pytest.importorskip("pyspark")
pytestmark = pytest.mark.spark

SHARDS = ("--shard-size", "5000")

TRAPS = '''
import os
import signal
import time

from scraper.records.article import Article
from scraper.sites import Site, hookimpl

site = Site("traps", version="1", urls=["traps.example/"], seconds=300)


@site.layout("trap", media_types=["text/plain"])
def trap(page):
    """Do what the page says."""
    match page.line(1).value:
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "wait":  # until somebody lets it go
            while not os.path.exists(page.line(2).value):
                time.sleep(0.05)
    return Article(title=page.line(1))


@hookimpl
def scraper_sites():
    return [site]
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's project with the site of letters, one whose pages are traps, and two archives of them."""
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    project(tmp_path)
    (tmp_path / "plugins" / "traps").mkdir()
    (tmp_path / "plugins" / "traps" / "__init__.py").write_text(TRAPS)
    for name in ("a", "b"):
        with ArchiveWriter(tmp_path / f"{name}.warc.gz") as writer:
            for number in range(60):
                url, page = f"https://letters.example/{name}/{number}", PAGE.replace("bees.1", f"bees.{name}.{number}")
                if number == 31:
                    url, page = f"https://traps.example/{name}", f"wait\n{tmp_path / 'go'}\n"
                if number % 20 == 7:
                    page = "nothing that a site knows"
                writer.write_conversion(url, DATE, page.encode(), media_type="text/plain")
    return tmp_path


def test_spark_writes_what_the_local_engine_writes(folder: Path, cluster: str) -> None:
    """Extractions and rejections are the same bytes, and the account is the same."""
    (folder / "go").touch()
    archives = [folder / "b.warc.gz", folder / "a.warc.gz"]
    local = scraper("extract", *archives, "-o", "local.jsonl", *SHARDS, cwd=folder)
    spark = scraper("extract", *archives, "-o", "spark.jsonl", *SHARDS, "--engine", "spark", "--master", cluster, cwd=folder)
    assert local.stdout.splitlines()[:3] == spark.stdout.splitlines()[:3]
    assert joined(folder / "spark.jsonl") == (folder / "local.jsonl").read_bytes()
    assert joined(folder / "spark.rejects.jsonl") == (folder / "local.rejects.jsonl").read_bytes()
    assert len(list((folder / "spark.jsonl").glob("part-*"))) > 1
    assert b"every value verified" in scraper("verify", "spark.jsonl", cwd=folder).stdout.encode()
    refused = scraper("extract", *archives, "-o", "spark.jsonl", "--engine", "spark", "--master", cluster, cwd=folder, code=2)
    assert "is there already" in refused.stderr


def test_parquet_holds_the_same_lines(folder: Path, cluster: str) -> None:
    """Parquet by Spark's committer reads back as the lines of the local engine."""
    (folder / "go").touch()
    scraper("extract", folder / "a.warc.gz", "-o", "local.jsonl", cwd=folder)
    scraper("extract", folder / "a.warc.gz", "-o", "s.parquet", *SHARDS, "--engine", "spark", "--master", cluster, cwd=folder)
    found = [line.content for line in read_lines(folder / "s.parquet")]
    assert found == (folder / "local.jsonl").read_bytes().splitlines(keepends=True)


def test_a_killed_executor_changes_nothing(folder: Path, cluster: str) -> None:
    """An executor killed with -9 in the middle is replaced, and the output is the same."""
    command = [
        sys.executable,
        "-c",
        "from scraper.cli import main; main()",
        "extract",
        "a.warc.gz",
        "b.warc.gz",
        "-o",
        "spark.jsonl",
    ]
    options = ["-o", "spark.jsonl", *SHARDS, "--engine", "spark", "--master", cluster, "--page-seconds", "300"]
    with subprocess.Popen([*command, *options], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 120
        while not executors():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.2)
        time.sleep(5)  # both pages that wait keep the job from ending
        os.kill(executors()[0], signal.SIGKILL)
        (folder / "go").touch()
        assert process.wait(300) == 0, process.communicate()
    scraper("extract", "a.warc.gz", "b.warc.gz", "-o", "local.jsonl", cwd=folder)
    assert joined(folder / "spark.jsonl") == (folder / "local.jsonl").read_bytes()


def test_a_page_that_kills_costs_itself_alone(folder: Path, cluster: str) -> None:
    """A page that kills its process becomes a rejection, as in the local engine; what is no archive is named."""
    write_archive(
        folder / "x.warc.gz",
        {"https://letters.example/1": PAGE, "https://traps.example/1": "die", "https://letters.example/2": PAGE},
    )
    (folder / "none.warc.gz").write_bytes(b"no archive")
    options = ("-o", "spark.jsonl", "--engine", "spark", "--master", cluster)
    done = scraper("extract", "none.warc.gz", "x.warc.gz", *options, cwd=folder, code=2)
    assert "none.warc.gz" in done.stderr
    assert "captures 3 = extracted 2 + rejected 1" in done.stdout
    rejected = [lines(part) for part in (folder / "spark.rejects.jsonl").glob("part-*")]
    assert [line["error"] for part in rejected for line in part] == ["WorkerLost"]
