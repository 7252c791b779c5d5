"""A worker: a child process that extracts shards, and the parent's side, which survives whatever happens in it.

A page can kill a process (a crash in C code, the kernel's out-of-memory killer) or hang it (an endless loop that no signal
interrupts). The parent sees in a few shared numbers on which item the child is and since when. It kills a child that is past the
time limit, starts another, and has the shard done again: extraction is pure, so nothing is lost but time. An item on which
children died twice is refused: it becomes a rejection, and the shard is done without it.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import time
import traceback
from collections import Counter
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing.connection import wait
from typing import IO, TYPE_CHECKING, Any, Self, cast

import attrs
import zstandard

from scraper.archive import Originals
from scraper.errors import JobError, PageTimeout, ScraperError, SiteError, WorkerLost
from scraper.jobs.shard import Shard, extract_shard
from scraper.sites import load_registry
from scraper.sites.bounds import UNLIMITED, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from pathlib import Path

    from scraper.jobs.counts import Counts

_TRIES = 2
"""Deaths on one item after which it is refused."""
_TRIES_BETWEEN = 4
"""Deaths between items, on one shard, after which the job is given up."""
_GRACE = 2.0
"""Seconds past its limit that a page has before its process is killed."""
_GLANCE = 0.2
"""Seconds between two looks at a child."""
_UNCOLLECTED = 5000
"""New objects between two looks for garbage, of which pages leave next to none; a worker's memory is the same with it."""
_LEVEL = 1  # of zstd: parts are short-lived, or kept for the next resumption


@attrs.frozen(slots=True)
class Task:
    """A shard and where its output goes.

    Attributes:
        shard: The shard.
        out: Part file of the extractions: JSON lines, compressed by zstd.
        rejects: Part file of the rejections, likewise.
        site: As for `extract_shard`.
    """

    shard: Shard
    out: Path
    rejects: Path
    site: str | None = None


@attrs.frozen(slots=True)
class Progress:
    """How far a worker is with its shard.

    Attributes:
        offset: Where in the archive it reads, in bytes.
        captures: Captures seen.
        extractions: Lines of output.
        rejections: Lines of the rejects file.
    """

    offset: int
    captures: int
    extractions: int
    rejections: int


class Worker:
    """A child process that extracts shards one after the other; started when needed, and again when it died.

    Args:
        seconds: Time limit of a page (of a record, where a page gives many). A child past it is killed.
        archives: The archives of the job: what revisits refer to is looked for in them.
    """

    def __init__(self, *, seconds: float, archives: Sequence[str] = ()) -> None:
        self._seconds = seconds
        self._archives = archives
        self._context = multiprocessing.get_context("spawn")
        self._pulse = _Pulse(self._context.RawArray("q", 5), self._context.RawValue("d"))
        self._process: SpawnProcess | None = None
        self._pipe: Connection[Any, Any] | None = None
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, task: Task) -> Counts:
        """Extract a shard into its part files, whatever its pages do to the child.

        Raises:
            NotAnArchive: The archive is none, or cannot be read.
            JobError: The output cannot be written, or children die without a page that could be blamed.
        """
        deaths: Counter[int] = Counter()
        refused: dict[int, SiteError] = {}
        while True:
            try:
                return self._attempt(task, refused)
            except SiteError as error:
                item = self._pulse.item
                deaths[item] += 1
                if self._stopped:
                    raise JobError("stopped") from error
                if item == _NO_ITEM and deaths[item] == _TRIES_BETWEEN:
                    place = f"{task.shard.archive} behind offset {self._pulse.offset}"
                    raise JobError(f"{place}: processes die that work on no page: {error}") from error
                if item != _NO_ITEM and deaths[item] == _TRIES:
                    refused[item] = error

    def progress(self) -> Progress:
        """Return how far the shard is."""
        return self._pulse.progress()

    def stop(self) -> None:
        """End a `run` in another thread with a `JobError`."""
        self._stopped = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the child at once; a shard under work is lost."""
        if self._process is not None and self._pipe is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._pipe.close()
            self._process = self._pipe = None

    def _attempt(self, task: Task, refused: dict[int, SiteError]) -> Counts:
        """Let a child do a shard.

        Raises:
            PageTimeout: The child hung, and was killed.
            WorkerLost: The child died.
        """
        process, pipe = self._child()
        self._pulse.rest()
        try:
            pipe.send((task, refused))
            while not wait([pipe], _GLANCE):
                if self._pulse.age() > self._seconds + _GRACE:
                    self.close()
                    raise PageTimeout(f"took longer than {self._seconds:g} s, and did not heed its interruption")
            answer = pipe.recv()
        except (EOFError, OSError):
            process.join()
            code = process.exitcode or 0
            self.close()
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            raise WorkerLost(f"the process that worked on it died ({how}), and again when it was tried again") from None
        if isinstance(answer, Exception):
            raise answer
        return cast("Counts", answer)

    def _child(self) -> tuple[SpawnProcess, Connection[Any, Any]]:
        """Return the child, started if there is none."""
        if self._process is None or self._pipe is None:
            self._pipe, theirs = self._context.Pipe()
            self._process = self._context.Process(
                target=_serve, args=(theirs, self._pulse, os.getpid(), self._seconds, self._archives), daemon=True
            )
            self._process.start()
            theirs.close()
        return self._process, self._pipe


_ITEM, _OFFSET, _CAPTURES, _EXTRACTIONS, _REJECTIONS = range(5)
_NO_ITEM = -1


class _Pulse:
    """The numbers that a child shares: the item it is on, or none, and since when, and how far it is."""

    def __init__(self, numbers: Any, since: Any) -> None:
        self.numbers = numbers
        self.since = since

    def rest(self) -> None:
        """No shard is under work."""
        self.numbers[:] = [_NO_ITEM, 0, 0, 0, 0]

    def begin(self, index: int, offset: int) -> None:
        """An item was read."""
        self.numbers[_OFFSET] = offset
        self.since.value = time.monotonic()  # one clock for all processes of a machine
        self.numbers[_ITEM] = index

    def beat(self, counts: Counts) -> None:
        """A result was written."""
        self.since.value = time.monotonic()
        self.numbers[_EXTRACTIONS] = counts.extractions
        self.numbers[_REJECTIONS] = counts.rejections

    def end(self, counts: Counts) -> None:
        """The item is done: reading the next one has no time limit."""
        self.numbers[_ITEM] = _NO_ITEM
        self.numbers[_CAPTURES] = counts.captures

    @property
    def item(self) -> int:
        """The item under work."""
        return int(self.numbers[_ITEM])

    @property
    def offset(self) -> int:
        """The offset of the item read last."""
        return int(self.numbers[_OFFSET])

    def age(self) -> float:
        """Seconds since the last sign of life, if an item is under work; else 0."""
        return 0.0 if self.item == _NO_ITEM else time.monotonic() - self.since.value

    def progress(self) -> Progress:
        """How far the shard is."""
        return Progress(*self.numbers[_OFFSET:])


class _Orphanable(_Pulse):
    """A child's own pulse, which ends the child when its parent is gone."""

    def __init__(self, pulse: _Pulse, parent: int) -> None:
        super().__init__(pulse.numbers, pulse.since)
        self._parent = parent

    def begin(self, index: int, offset: int) -> None:
        """An item was read."""
        if os.getppid() != self._parent:
            raise SystemExit(1)
        super().begin(index, offset)


def collect_seldom() -> None:
    """Set the collection of garbage for a process that has loaded all it needs."""
    gc.freeze()  # what is loaded stays: no collection need look at it again
    gc.set_threshold(_UNCOLLECTED)


def _serve(pipe: Connection[Any, Any], pulse: _Pulse, parent: int, seconds: float, archives: Sequence[str]) -> None:
    """What a child does: take tasks until nobody gives any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the parent decides
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    registry = load_registry(limits=Limits(seconds=seconds, memory=UNLIMITED.memory))  # soft, below the parent's
    extraction = partial(extract_shard, registry=registry, originals=Originals(archives), watch=_Orphanable(pulse, parent))
    collect_seldom()
    while True:
        try:
            task, refused = pipe.recv()
        except EOFError:
            return
        pipe.send(_answer(task, refused, extraction))


def _answer(task: Task, refused: dict[int, SiteError], extraction: Callable[..., Counts]) -> Counts | Exception:
    """Do a task; what is no page's fault goes back to the parent as an error."""
    try:
        with ExitStack() as files:
            out, rejects = files.enter_context(_part(task.out)), files.enter_context(_part(task.rejects))
            return extraction(task.shard, out=out, rejects=rejects, site=task.site, refused=refused)
    except SiteError as error:  # would read as a death of this process
        return JobError(str(error))
    except ScraperError as error:
        return error
    except OSError as error:
        return JobError(f"cannot write {task.out.parent}: {error.strerror or error}")
    except Exception:  # noqa: BLE001  # a fault of ours, which the parent reports
        return JobError(f"{task.shard}: {traceback.format_exc()}")


@contextmanager
def _part(path: Path) -> Iterator[IO[bytes]]:
    """Open a part file: under its own name only when it is whole."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
        with draft.open("wb") as file, compressor.stream_writer(file, closefd=False) as writer:
            yield cast("IO[bytes]", writer)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
