"""Crawls with JOBDIR that are killed again and again: no page lost, none doubled, every archive whole.

How often they are killed is SURVIVAL_KILLS; `make test-survival` makes it fifty.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import support
from scrapy.settings import Settings

from scraper.archive import Capture, scan
from scraper.crawl.job import keep_journal
from scraper.crawl.journal import Journal

KILLS = int(os.environ.get("SURVIVAL_KILLS", "2"))
PAGES = 10 * max(KILLS, 8)
SPIDER = """
import json
import re
from pathlib import Path

import scrapy


class Tried(scrapy.Spider):
    name = "tried"
    start_urls = json.loads(Path("requests.json").read_text())

    def parse(self, response):
        with Path("parsed.txt").open("a") as file:
            file.write(response.url + "\\n")
        for link in re.findall(r"^link (\\S+)$", response.text, re.MULTILINE):
            yield response.follow(link, dont_filter="once" in link)
"""


def _links(number: int) -> list[str]:
    """A tree, so that a callback that is lost loses pages; links across it, so that pages are found more than once."""
    down = [f"/moved/{each}" if each % 17 == 5 else f"/page/{each}" for each in (2 * number + 1, 2 * number + 2) if each < PAGES]
    across = [f"/page/{each % PAGES}" for each in (7 * number + 3, 13 * number + 1) if each % PAGES % 17 != 5 and each % PAGES]
    return [*down, *across, *([f"/once/{number}"] if number % 25 == 0 else [])]


def _page(number: int, path: str) -> bytes:
    links = "".join(f"link {each}\n" for each in _links(number)) if path == "page" else ""
    body = (support.PAGE.replace("bees.1", f"{path}.{number}") + links).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def _site(serve: Callable[..., Any], reply: Any) -> Any:
    """Pages, redirects to some of them, and pages that are asked for without the filter."""
    replies = {f"/page/{each}": reply([_page(each, "page")]) for each in range(PAGES)}
    replies |= {f"/once/{each}": reply([_page(each, "once")]) for each in range(0, PAGES, 25)}
    for each in range(5, PAGES, 17):
        head = f"HTTP/1.1 302 Found\r\nLocation: /page/{each}\r\nContent-Length: 0\r\n\r\n"
        replies[f"/moved/{each}"] = reply([head.encode()])
    return serve(replies)


def _kill(folder: Path, server: Any, chance: random.Random) -> None:
    """Crawl for a while, and kill."""
    process = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "crawl", "tried", "-s", "JOBDIR=job", "-s", "LOG_ENABLED=0"],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(Path(support.__file__).parent), "no_proxy": "*"},
    )  # fmt: skip
    goal = len(server.heard) + chance.randrange(1, 12)
    deadline = time.monotonic() + 30
    while len(server.heard) < goal and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(chance.random() * 0.06)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the crawl was finished; another one would begin anew: give it more pages"


def _ready(folder: Path, urls: list[str], settings: str = "") -> None:
    """Make a project that knows of this package by the line in ADDONS alone, with the site of letters."""
    support.project(folder)
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = settings\n")
    (folder / "settings.py").write_text(f'SPIDER_MODULES = ["tried"]\nADDONS = {{"scraper.crawl.Addon": 500}}\n{settings}')
    (folder / "tried.py").write_text(SPIDER)
    (folder / "requests.json").write_text(json.dumps(urls))


def test_no_kill_loses_or_doubles_a_page(tmp_path: Path, serve: Callable[..., Any], scrapy: Callable[..., Any], reply: Any) -> None:
    """However often a crawl is killed, the archives are whole and hold each page once, and so does the output of extract."""
    server = _site(serve, reply)
    _ready(tmp_path, [server.url("/page/0")])
    chance = random.Random(20261121)  # noqa: S311  # moments, no secrets
    for _ in range(KILLS):
        _kill(tmp_path, server, chance)
    done = scrapy(tmp_path, "crawl", "tried", "-s", "JOBDIR=job")
    assert "'finish_reason': 'finished'" in done.log
    assert list((tmp_path / "archives").glob("*.open")) == []
    archives = done.archives
    support.scraper("extract", *archives, "-o", "out.jsonl", cwd=tmp_path)
    urls = Counter(line["capture"]["url"] for line in support.lines(tmp_path / "out.jsonl"))
    held = Counter(item.url for path in archives for item in scan(path) if isinstance(item, Capture) and item.status == 200)
    assert set(urls) == {server.url(path) for path in server.replies if not path.startswith("/moved/")}
    assert [url for url, count in urls.items() if count > 1] == []
    assert held == urls
    assert set((tmp_path / "parsed.txt").read_text().split()) == set(urls)
    support.scraper("verify", "out.jsonl", "--archives", "archives", cwd=tmp_path)
    for path in archives:
        subprocess.run([Path(sys.executable).with_name("warcio"), "check", path], check=True, capture_output=True)


KILLING = """
import json
import os
import signal
from pathlib import Path

import scrapy


class Tried(scrapy.Spider):
    name = "tried"
    start_urls = json.loads(Path("requests.json").read_text())

    def parse(self, response):
        if response.url.endswith("/again") and Path("deadly").exists():
            Path("deadly").unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        yield {"url": response.url, "visit": response.headers["X-Visit"].decode(), "text": response.text}
"""


def test_a_revisit_that_was_under_way_is_recalled(
    tmp_path: Path, serve: Callable[..., Any], scrapy: Callable[..., Any], reply: Any
) -> None:
    """After a kill in its callback, an unchanged page comes from the archive: the head of its own visit, the original's body."""
    text = support.PAGE + "a line that makes the page worth a revisit\n" * 40
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nX-Visit: {}\r\nContent-Length: {}\r\n\r\n"
    said = {f"/{name}": reply([(head.format(name, len(text.encode())) + text).encode()]) for name in ("first", "again")}
    server = serve(said)
    _ready(tmp_path, [server.url(path) for path in said])
    (tmp_path / "tried.py").write_text(KILLING)
    (tmp_path / "deadly").touch()
    job = ("crawl", "tried", "-s", "JOBDIR=job", "-s", "CONCURRENT_REQUESTS=1", "-O", "out.jsonl")
    killed = scrapy(tmp_path, *job)
    assert killed.code == -signal.SIGKILL
    done = scrapy(tmp_path, *job)
    assert [each.path for each in server.heard] == ["/first", "/again"], done.log
    assert [len(done.records(kind)) for kind in ("response", "revisit")] == [1, 1]
    feed = support.lines(tmp_path / "out.jsonl")
    assert {"url": server.url("/again"), "visit": "again", "text": text} in feed
    support.scraper("extract", *done.archives, "-o", "again.jsonl", cwd=tmp_path)
    (again,) = (line for line in support.lines(tmp_path / "again.jsonl") if "revisit" in line["capture"])
    assert again["capture"]["revisit"]["url"] == server.url("/again")
    assert again in feed


def _held(crawled: Any) -> list[str]:
    return sorted(item.url for path in crawled.archives for item in scan(path) if isinstance(item, Capture))


def test_what_a_full_disk_kept_out_is_fetched_by_the_next_run(
    tmp_path: Path, serve: Callable[..., Any], scrapy: Callable[..., Any], reply: Any
) -> None:
    """A page that could not be archived, or not be journaled, is not counted as done: the next run brings it, each page once."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=latin-1\r\nContent-Length: 30000\r\n\r\n"
    pages = {f"/{each}": reply([head + os.urandom(30_000)]) for each in range(20)}
    server = serve(pages)
    limit = "import os\nif not os.path.exists('room'):\n"
    limit += "    import resource, signal\n    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
    _ready(tmp_path, [server.url(path) for path in pages], limit)
    full = scrapy(tmp_path, "crawl", "tried", "-s", "JOBDIR=job")
    assert "The crawl stops" in full.log
    assert len(_held(full)) < 20
    (tmp_path / "room").touch()
    done = scrapy(tmp_path, "crawl", "tried", "-s", "JOBDIR=job")
    assert "'finish_reason': 'finished'" in done.log
    assert _held(done) == sorted(server.url(path) for path in pages)


def test_a_finished_job_begins_anew(tmp_path: Path, serve: Callable[..., Any], scrapy: Callable[..., Any], reply: Any) -> None:
    """Once a job has come to its end, its start pages are asked for again, as by Scrapy; what the filter knows is not."""
    server = _site(serve, reply)
    _ready(tmp_path, [server.url("/page/0")])
    first = scrapy(tmp_path, "crawl", "tried", "-s", "JOBDIR=job", "-s", "DEPTH_LIMIT=1")
    second = scrapy(tmp_path, "crawl", "tried", "-s", "JOBDIR=job", "-s", "DEPTH_LIMIT=1")
    assert first.stat("archive/records/response") == 5
    assert second.stat("archive/records/response") == 2  # the start page, and the one that is asked for without the filter


def test_a_job_is_run_by_one_process(tmp_path: Path, serve: Callable[..., Any], scrapy: Callable[..., Any], reply: Any) -> None:
    """While a process has the job, a second one does not start."""
    server = serve({})
    _ready(tmp_path, [server.url("/page/0")])
    (tmp_path / "job").mkdir()
    journal = Journal(tmp_path / "job")
    second = scrapy(tmp_path, "crawl", "tried", "-s", "JOBDIR=job")
    journal.close(finished=False)
    assert "is another crawl running with this JOBDIR?" in second.log
    assert server.heard == []


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"SCHEDULER": "own.Scheduler"}, "own.Scheduler is in use"),
        ({"DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter"}, "BaseDupeFilter is in use"),
        ({}, "the job was begun without this add-on"),
    ],
    ids=["scheduler", "filter", "begun-without"],
)
def test_where_there_is_no_journal_the_log_says_so(settings: dict[str, str], why: str, tmp_path: Path, caplog: Any) -> None:
    """Another scheduler or filter, and a job begun without the add-on, are left alone, and the log says what that means."""
    (tmp_path / "requests.seen").touch()
    chosen = Settings({"JOBDIR": str(tmp_path), **settings})
    before = chosen["SCHEDULER"]
    keep_journal(chosen)
    assert chosen["SCHEDULER"] == before
    assert f"No journal in JOBDIR, so a kill may lose requests: {why}" in caplog.text.replace("scrapy.dupefilters.", "")
