"""The local engine through the command: the same bytes with any number of workers, whatever dies on the way."""

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
from support import DATE, PAGE, lines, project, scraper, workers_of, write_archive

from scraper.archive import ArchiveWriter

TRAPS = '''
import os
import re
import signal
import time

from scraper.records.article import Article
from scraper.sites import Site, hookimpl

site = Site("traps", version="1", urls=["traps.example/"])


@site.layout("trap", media_types=["text/plain"])
def trap(page):
    """Do what the page says."""
    match page.line(1).value:
        case "loop":
            while True:
                pass
        case "hang":  # in C, where no signal handler of Python runs
            re.match(r"(a+)+$", "a" * 64 + "b")
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "die once":
            mark = page.line(2).value
            if not os.path.exists(mark):
                open(mark, "w").close()
                os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            os._exit(3)
        case "wait":  # until somebody lets it go
            while not os.path.exists(page.line(2).value):
                time.sleep(0.02)
    return Article(title=page.line(1))


@hookimpl
def scraper_sites():
    return [site]
'''


SHARDS = ("--shard-size", "5000")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's project with the site of letters and one whose pages are traps."""
    project(tmp_path)
    (tmp_path / "plugins" / "traps").mkdir()
    (tmp_path / "plugins" / "traps" / "__init__.py").write_text(TRAPS)
    return tmp_path


@pytest.fixture
def large(folder: Path) -> Path:
    """An archive of some shards of SHARDS: pages of letters, and, at the end, one that waits."""
    path = folder / "large.warc.gz"
    with ArchiveWriter(path) as writer:
        for number in range(40):
            url, page = f"https://letters.example/{number}", PAGE.replace("bees.1", f"bees.{number}")
            if number == 39:
                url, page = f"https://traps.example/{number}", f"wait\n{folder / 'go'}\n"
            writer.write_conversion(url, DATE, page.encode(), media_type="text/plain")
    return path


@contextmanager
def started(*args: str | Path, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the real command, and see that it does not outlive the test. It hears Ctrl-C, as no background job does."""
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", f"{heard}; from scraper.cli import main; main()", *map(str, args)]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1] / "helpers"), "COLUMNS": "200"}
    with subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()
        process.communicate()


def wait_for_parts(folder: Path, process: subprocess.Popen[str]) -> None:
    """Wait until two shards are done, and so the first one is in the ledger; the job cannot end, as a page in the third waits."""
    while len(list((folder / ".out.jsonl.job").glob("*.rejects.jsonl.zst"))) < 2:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def test_any_number_of_workers_gives_the_same_bytes(folder: Path, large: Path) -> None:
    """One worker, three, and as many as there are processors write the same files."""
    (folder / "go").touch()
    outputs = set()
    for number, workers in enumerate((["--workers", "1"], ["--workers", "3"], [])):
        done = scraper("extract", large, large, "-o", f"{number}.jsonl", *SHARDS, *workers, cwd=folder)
        assert "captures 40 = extracted 40 + rejected 0 + skipped 0" in done.stdout
        outputs.add((folder / f"{number}.jsonl").read_bytes())
    assert len(outputs) == 1
    found = [line["capture"]["offset"] for line in lines(folder / "0.jsonl")]
    assert found == sorted(found)


def test_a_page_that_kills_or_hangs_costs_itself_alone(folder: Path) -> None:
    """Whatever a page does to its process, it becomes a rejection that says so, and all others are extracted."""
    traps = ["loop", "hang", "die", "exit"]
    pages = {f"https://traps.example/{trap}": f"{trap}\nx" for trap in traps}
    good = {f"https://letters.example/{number}": PAGE for number in range(3)}
    write_archive(folder / "x.warc.gz", {"https://letters.example/first": PAGE, **pages, **good})
    done = scraper("extract", "x.warc.gz", "-o", "out.jsonl", "--page-seconds", "0.5", cwd=folder)
    assert "captures 8 = extracted 4 + rejected 4" in done.stdout
    rejected = {
        line["capture"]["url"].rpartition("/")[2]: (line["error"], line["reason"]) for line in lines(folder / "out.rejects.jsonl")
    }
    assert rejected["loop"][0] == rejected["hang"][0] == "PageTimeout"
    assert rejected["die"] == ("WorkerLost", "the process that worked on it died (SIGKILL), and again when it was tried again")
    assert rejected["exit"] == ("WorkerLost", "the process that worked on it died (exit code 3), and again when it was tried again")


def test_a_death_that_does_not_repeat_costs_nothing(folder: Path) -> None:
    """A page on which a process died once is tried again, and is extracted."""
    write_archive(folder / "x.warc.gz", {"https://traps.example/1": f"die once\n{folder / 'mark'}"})
    done = scraper("extract", "x.warc.gz", "-o", "out.jsonl", cwd=folder)
    assert "captures 1 = extracted 1 + rejected 0" in done.stdout
    assert (folder / "mark").exists()


def test_killed_workers_change_nothing(folder: Path, large: Path) -> None:
    """Workers killed with -9 in the middle are replaced, and the output is the same."""
    with started("extract", large, "-o", "out.jsonl", "--workers", "2", *SHARDS, cwd=folder) as process:
        wait_for_parts(folder, process)
        killed = [os.kill(pid, signal.SIGKILL) for pid in workers_of(process.pid)]
        (folder / "go").touch()
        assert process.wait(120) == 0, process.communicate()
    assert killed
    scraper("extract", large, "-o", "whole.jsonl", cwd=folder)
    assert (folder / "out.jsonl").read_bytes() == (folder / "whole.jsonl").read_bytes()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_job_goes_on(folder: Path, large: Path, how: signal.Signals) -> None:
    """A job that was killed or interrupted writes no output, leaves no process, and goes on where it was with --resume."""
    with started("extract", large, "-o", "out.jsonl", "--workers", "1", *SHARDS, cwd=folder) as process:
        wait_for_parts(folder, process)
        workers = workers_of(process.pid)
        os.kill(process.pid, how)
        code = process.wait(60)
        assert code == (-9 if how == signal.SIGKILL else 130)
        assert not (folder / "out.jsonl").exists()
        assert how == signal.SIGKILL or "the same command with --resume goes on" in process.communicate()[1]
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < deadline, "a worker outlived its job"
        time.sleep(0.05)
    (folder / "go").touch()
    done = scraper("extract", large, "-o", "out.jsonl", "--resume", *SHARDS, cwd=folder)
    assert "shards taken over from an earlier run: " in done.stdout
    scraper("extract", large, "-o", "whole.jsonl", cwd=folder)
    assert (folder / "out.jsonl").read_bytes() == (folder / "whole.jsonl").read_bytes()


def test_an_unchanged_job_is_not_done_again(folder: Path) -> None:
    """With --resume an unchanged job does nothing and says so; a changed plugin, archive, option or output has it done."""
    write_archive(folder / "x.warc.gz", {"https://letters.example/1": PAGE})
    scraper("extract", "x.warc.gz", "-o", "out.jsonl", cwd=folder)
    again = ("extract", "x.warc.gz", "-o", "out.jsonl", "--resume")
    unchanged = "nothing to do: archives, plugins and options are those that the output was made of"

    def idle(*options: str) -> bool:
        return unchanged in scraper(*again, *options, cwd=folder).stdout

    assert idle()
    assert not idle("--site", "letters")
    plugin = folder / "plugins" / "letters" / "__init__.py"
    plugin.write_text(plugin.read_text() + "\n# changed\n")
    assert not idle()
    write_archive(folder / "x.warc.gz", {"https://letters.example/2": PAGE})
    assert not idle()
    before = (folder / "out.jsonl").read_bytes()
    (folder / "out.jsonl").write_bytes(b"")
    assert not idle()
    assert (folder / "out.jsonl").read_bytes() == before


def test_a_further_archive_has_only_itself_done(folder: Path) -> None:
    """With --resume parts are kept: a job with one archive more takes over the others' shards."""
    for number in range(3):
        write_archive(folder / f"{number}.warc.gz", {f"https://letters.example/{number}": PAGE})
    scraper("extract", "0.warc.gz", "1.warc.gz", "-o", "out.jsonl", "--resume", cwd=folder)
    done = scraper("extract", "0.warc.gz", "1.warc.gz", "2.warc.gz", "-o", "out.jsonl", "--resume", cwd=folder)
    assert "shards taken over from an earlier run: 2" in done.stdout
    assert "captures 3 = extracted 3" in done.stdout
    scraper("extract", "0.warc.gz", "1.warc.gz", "2.warc.gz", "-o", "whole.jsonl", cwd=folder)
    assert (folder / "out.jsonl").read_bytes() == (folder / "whole.jsonl").read_bytes()
    part = next((folder / ".out.jsonl.job").glob("*.zst"))
    part.write_bytes(part.read_bytes()[:-3])
    scraper("extract", "2.warc.gz", "0.warc.gz", "1.warc.gz", "-o", "out.jsonl", "--resume", cwd=folder)
    assert len(lines(folder / "out.jsonl")) == 3


def test_one_job_an_output(folder: Path, large: Path) -> None:
    """A second command with the same output is refused while the first one works."""
    with started("extract", large, "-o", "out.jsonl", "--workers", "1", *SHARDS, cwd=folder) as process:
        wait_for_parts(folder, process)
        refused = scraper("extract", large, "-o", "out.jsonl", "--resume", *SHARDS, cwd=folder, code=2)
        assert "does another job write out.jsonl now?" in refused.stderr


def test_a_spoilt_ledger_is_named(folder: Path) -> None:
    """A ledger that is none any more is an error that says what to remove."""
    write_archive(folder / "x.warc.gz", {"https://letters.example/1": PAGE})
    (folder / ".out.jsonl.job").mkdir()
    (folder / ".out.jsonl.job" / "ledger.sqlite").write_bytes(b"no database" * 1000)
    refused = scraper("extract", "x.warc.gz", "-o", "out.jsonl", "--resume", cwd=folder, code=2)
    assert "is no ledger any more" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_full_disk_stops_the_job(folder: Path) -> None:
    """When parts cannot be written the job stops with an error, and nothing of the asked name is there."""
    write_archive(folder / "x.warc.gz", {f"https://letters.example/{number}": PAGE for number in range(2000)})
    command = [sys.executable, "-c", "from scraper.cli import main; main(['extract', 'x.warc.gz', '-o', 'out.jsonl'])"]
    limited = ["bash", "-c", 'ulimit -f 40; exec "$@"', "bash", *command]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1] / "helpers"), "COLUMNS": "200"}
    done = subprocess.run(limited, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "out.jsonl").exists()
