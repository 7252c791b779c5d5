"""The local engine: worker processes on this machine."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from scraper.errors import NotAnArchive
from scraper.jobs.worker import Progress, Task, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scraper.jobs.counts import Counts

_GLANCE = 0.2
"""Seconds between two reports of progress."""


def run_local(
    tasks: Iterable[Task],
    *,
    archives: Sequence[str],
    workers: int,
    seconds: float,
    notice: Callable[[list[tuple[Task, Progress]]], None] = lambda _under_work: None,
) -> Iterator[tuple[Task, Counts | NotAnArchive]]:
    """Do tasks in worker processes; each has a thread here that looks after it.

    Args:
        tasks: The tasks; taken as workers become free.
        archives: The archives of the job.
        workers: How many processes.
        seconds: Time limit of a page.
        notice: Called some times a second with what is under work.

    Yields:
        Each task with its account, or with what is wrong with its archive, in the order in which they finish.

    Raises:
        JobError: The job cannot go on.
    """
    free = [Worker(seconds=seconds, archives=archives) for _ in range(workers)]
    crew = list(free)
    busy: dict[Future[Counts], tuple[Task, Worker]] = {}

    def finished(*, least: int) -> Iterator[tuple[Task, Counts | NotAnArchive]]:
        """Yield what is finished, until fewer than some tasks are under work."""
        while len(busy) >= least:
            done, _ = wait(busy, _GLANCE, FIRST_COMPLETED)
            for future in done:
                task, worker = busy.pop(future)
                free.append(worker)
                yield task, _result(future)
            notice([(task, worker.progress()) for task, worker in busy.values()])

    with ThreadPoolExecutor(workers, "scraper-worker") as threads:
        try:
            for task in tasks:
                worker = free.pop()
                busy[threads.submit(worker.run, task)] = task, worker
                yield from finished(least=workers)
            yield from finished(least=1)
        finally:
            for worker in crew:
                worker.stop()
    for worker in crew:
        worker.close()


def _result(future: Future[Counts]) -> Counts | NotAnArchive:
    try:
        return future.result()
    except NotAnArchive as error:
        return error
