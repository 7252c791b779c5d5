"""What a plugin may take: time and memory, and that nothing it does gets past the one page."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from support import PAGE, letters, write_archive

from scraper.archive import Capture, scan
from scraper.errors import PageTimeout
from scraper.extract import extract
from scraper.pages import TextPage
from scraper.records import Extraction, Rejection
from scraper.records.article import Article
from scraper.sites import Registry, Site
from scraper.sites.bounds import Bounded, Interrupted, Limits, interrupt, overdue

ONLY_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="memory has a soft bound on Linux only")


@pytest.fixture(autouse=True)
def _untraced() -> Iterator[None]:
    """Without a tracer: an interruption in the code of coverage's leaves its lock held, and the next line waits for it for ever."""
    tracer, of_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    yield
    sys.settrace(tracer)
    threading.settrace(of_threads)


@pytest.fixture
def capture(tmp_path: Path) -> Capture:
    """One page of letters."""
    path = write_archive(tmp_path / "x.warc.gz", {"https://guest.example/1": PAGE})
    return next(item for item in scan(path) if isinstance(item, Capture))


def guest(extraction: Callable[[Any], Any], *, memory: int = 64 << 20, seconds: float = 0.3, **layout: Any) -> Site:
    """A site of one layout."""
    site = Site("guest", version="1", urls=["guest.example/"], seconds=seconds, memory=memory, priority=900)
    site.layout("text", media_types=["text/plain"], **layout)(extraction)
    return site


def loop(page: TextPage) -> NoReturn:
    """Never end."""
    while True:
        page.line(1)


def loop_catching_exceptions(page: TextPage) -> NoReturn:
    """Never end, whatever `Exception` comes."""
    while True:
        with contextlib.suppress(Exception):
            loop(page)


def loop_catching_everything_once(page: TextPage) -> NoReturn:
    """Go on looping after the first interruption."""
    try:
        loop(page)
    except BaseException:  # noqa: BLE001  # what a plugin should not do
        loop(page)


def sleep(page: TextPage) -> None:
    """Wait for what does not come."""
    time.sleep(60)


def backtrack(page: TextPage) -> None:
    """Match for ages, in C code."""
    re.match(r"(a+)+$", "a" * 60 + "b")


def loop_after_one(page: TextPage) -> Iterator[Article]:
    """Give one record, and no second."""
    yield Article(title=page.line(1))
    loop(page)


TOO_LONG = "layout 'text' of site 'guest' took longer than 0.3 s"


@pytest.mark.parametrize("extraction", [loop, loop_catching_exceptions, loop_catching_everything_once, sleep, backtrack])
def test_a_layout_that_does_not_end_is_ended(capture: Capture, extraction: Callable[[Any], Any]) -> None:
    """An endless layout becomes a rejection that names site, layout and limit; the next page is extracted, nothing rings later."""
    begin = time.monotonic()
    (result,) = extract(capture, Registry([guest(extraction)]))
    assert isinstance(result, Rejection)
    assert (result.stage, result.error, result.reason) == ("extract", "PageTimeout", TOO_LONG)
    assert (result.site, result.layout) == ("guest", "text")
    assert time.monotonic() - begin < 5
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_time_counts_for_each_record(capture: Capture) -> None:
    """A layout that gives many records may take long in all; the record that does not come ends it, and the others are kept."""

    def slow(page: TextPage) -> Iterator[Article]:
        for _ in range(6):
            time.sleep(0.1)
            yield Article(title=page.line(1))

    results = list(extract(capture, Registry([guest(slow)])))
    assert [type(each) for each in results] == [Extraction] * 6
    kept, refused = extract(capture, Registry([guest(loop_after_one)]))
    assert isinstance(kept, Extraction)
    assert isinstance(refused, Rejection)
    assert refused.reason == TOO_LONG


def test_what_takes_the_results_may_take_its_time(capture: Capture) -> None:
    """The clock stands still between two records, while whoever asked for them works."""

    def two(page: TextPage) -> Iterator[Article]:
        yield Article(title=page.line(1))
        yield Article(title=page.line(3))

    seen = 0
    for each in extract(capture, Registry([guest(two)])):
        assert isinstance(each, Extraction)
        time.sleep(0.4)
        seen += 1
    assert seen == 2


@ONLY_LINUX
@pytest.mark.parametrize("chunk", [1 << 25, 1 << 10])
def test_a_layout_that_fills_the_memory_is_ended(capture: Capture, chunk: int) -> None:
    """A memory hog becomes a rejection with the same text every time, and the memory is free again for the next page."""

    def hog(page: TextPage) -> NoReturn:
        held = []
        while True:
            held.append(bytearray(chunk))

    registry = Registry([guest(hog, seconds=30.0)])
    for _ in range(2):
        (result,) = extract(capture, registry)
        assert isinstance(result, Rejection)
        assert result.error == "OutOfMemory"
        assert result.reason == "layout 'text' of site 'guest' ran out of memory (its limit is 64 MiB)"
    assert len(bytearray(200 << 20)) == 200 << 20


def test_the_job_can_be_tighter(capture: Capture) -> None:
    """A job's own limits hold whatever a site grants itself, in a registry of one site too."""
    registry = Registry([guest(loop, seconds=60)], limits=Limits(seconds=0.2)).only("guest")
    (result,) = extract(capture, registry)
    assert isinstance(result, Rejection)
    assert result.reason == "layout 'text' of site 'guest' took longer than 0.2 s"


def test_recognising_has_a_bound_too(capture: Capture) -> None:
    """A layout that loops over the question whether it knows a page is named, and another site gets the page."""
    looping = guest(loop, recognises=loop)
    (result,) = extract(capture, Registry([looping]))
    assert isinstance(result, Rejection)
    assert (result.stage, result.error) == ("dispatch", "Unmatched")
    assert "recognises() of layout 'text' of site 'guest' took longer than 0.3 s" in result.reason
    looping.urls = ()
    (other,) = extract(capture, Registry([looping, letters()]))
    assert isinstance(other, Extraction)
    assert other.site.name == "letters"


def test_nobody_is_blamed_for_the_time_of_others(capture: Capture) -> None:
    """Layouts that are asked one after the other have the whole of their time each."""

    def deny(page: TextPage) -> bool:
        return bool(time.sleep(0.25))

    def know(page: TextPage) -> bool:
        return not time.sleep(0.25)

    first, second = (
        guest(loop, recognises=deny, seconds=0.4),
        guest(lambda page: Article(title=page.line(1)), recognises=know, seconds=0.4),
    )
    first.urls = second.urls = ()
    first.name = "first"
    (found,) = extract(capture, Registry([first, second]))
    assert isinstance(found, Extraction)
    assert found.site.name == "guest"


class Oddity(BaseException):
    """What is no `Exception`, and cannot even be told."""

    def __str__(self) -> str:
        raise ValueError("no text")


def exit_(page: TextPage) -> None:
    """Try to end the process."""
    sys.exit(3)


def odd(page: TextPage) -> None:
    """Raise what nobody catches."""
    raise Oddity


def endless(page: TextPage) -> Iterator[Article]:
    """Give records without end."""
    while True:
        yield Article(title=page.line(1))


@pytest.mark.parametrize(
    ("extraction", "reason"),
    [
        (exit_, "layout 'text' of site 'guest' raised SystemExit: 3 (test_bounds.py:"),
        (odd, "raised Oddity: (no message: ValueError)"),
        (lambda page: "a title", "layout 'text' of site 'guest' gave a str, which is no Record"),
        (lambda page: [Article, None], "gave a type, which is no Record"),
        (lambda page: None, "raised TypeError: 'NoneType' object is not iterable"),
        (lambda page: 1 / object(), "unsupported operand"),
        (endless, f"gave more records than the page has bytes ({len(PAGE.encode())})"),
    ],
)
def test_whatever_a_layout_does_is_a_rejection(capture: Capture, extraction: Callable[[Any], Any], reason: str) -> None:
    """No way to fail gets past the page, and the text is the same on every run."""
    *_, result = extract(capture, Registry([guest(extraction, seconds=30.0)]))
    assert isinstance(result, Rejection)
    assert (result.stage, result.error) == ("extract", "ExtractionFailed")
    assert reason in result.reason
    assert " at 0x" not in result.reason


def test_in_a_thread_the_deadline_is_made_known() -> None:
    """Where no signal can interrupt, nothing is disturbed: whoever started the thread sees it late and may interrupt it."""
    told: list[str] = []

    def work() -> None:
        try:
            with Bounded(Limits(seconds=0.2), "the guest"):
                loop(TextPage(b"x"))
        except PageTimeout as error:
            told.append(str(error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    time.sleep(0.05)
    assert thread.ident is not None
    assert not overdue(thread.ident)
    time.sleep(0.3)
    assert overdue(thread.ident)
    interrupt(thread.ident)
    thread.join(5)
    assert told == ["the guest took longer than 0.2 s"]
    assert not overdue(thread.ident)


TRACED = """
import sys, threading
from scraper.sites.bounds import Bounded, Limits

def work():
    sys.settrace(lambda *_: None)
    with Bounded(Limits(seconds=60), "the guest"):
        pass
    repr(Limits())
    print("went on")

thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def test_a_thread_goes_on_under_a_debugger() -> None:
    """A bound in a thread that is traced leaves nothing behind that would keep its next function from beginning."""
    done = subprocess.run([sys.executable, "-c", TRACED], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "went on\n"


def test_a_bound_gives_back_what_it_found() -> None:
    """A timer and a handler that somebody else had set go on after the block."""
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _frame: rung.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with Bounded(Limits(seconds=5), "the guest"):
            pass
        time.sleep(0.4)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert rung == [signal.SIGALRM]
    assert not issubclass(Interrupted, Exception)
