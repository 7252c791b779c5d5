"""A whole job: archives → shards → an engine → their parts, joined in the order of the archives into one output.

Output goes to a temporary name and is renamed when it is whole, so that a file of the asked name is always complete. Parts
are joined while later shards are under work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from scraper.errors import NotAnArchive
from scraper.jobs.counts import Counts
from scraper.jobs.ledger import Ledger, open_ledger
from scraper.jobs.local import run_local
from scraper.jobs.outputs.sinks import copy_lines, open_sink
from scraper.jobs.plan import SHARD_SIZE, Planned, around, basis, key_of, plan
from scraper.jobs.worker import Progress, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from scraper.jobs.outputs.sinks import Sink
    from scraper.sites import Registry


@attrs.frozen(slots=True)
class Outcome:
    """What a job came to.

    Attributes:
        counts: The account.
        resumed: Shards that an earlier run had done.
        unchanged: Whether the output was there already, made of the very same things, so that nothing was done.
    """

    counts: Counts
    resumed: int = 0
    unchanged: bool = False


@attrs.frozen(slots=True)
class Status:
    """How far a job is.

    Attributes:
        done: Bytes of archives behind it.
        captures: Captures seen.
        extractions: Lines of output.
        rejections: Lines of the rejects file.
    """

    done: int
    captures: int
    extractions: int
    rejections: int


def extract_archives(
    archives: Iterable[str],
    registry: Registry,
    out: Path,
    rejects: Path,
    *,
    site: str | None = None,
    workers: int = 1,
    seconds: float = 60.0,
    shard_size: int = SHARD_SIZE,
    resume: bool = False,
    notice: Callable[[Status], None] = lambda _status: None,
    complain: Callable[[NotAnArchive], None] = lambda _error: None,
) -> Outcome:
    """Extract archives into a file of extractions and a file of rejections.

    Args:
        archives: The archives, paths or URLs, in the order of the output.
        registry: The sites, as `load_registry` gives them: workers load their own.
        out: Where the extractions go; its suffix says in which form.
        rejects: Where the rejections go.
        site: Only this site's captures are extracted; the others are counted as skipped.
        workers: How many processes work.
        seconds: Time limit of a page.
        shard_size: Bytes of an archive in a shard, about: what is lost when a worker dies, and is done at once.
        resume: Go on from what an earlier run left, and keep what a later one needs; else begin anew.
        notice: Called some times a second, for progress.
        complain: Called for each input that is no archive; the job goes on with the next.

    Raises:
        UsageError: The output cannot be written.
        JobError: The job cannot go on; `resume` goes on from there.
        Unmatched: There is no such site.
    """
    if site:
        registry.only(site)
    archives = list(dict.fromkeys(archives))
    with open_ledger(out, resume=resume) as ledger:
        job = _Job(ledger, site, resume, complain, among=around(archives))
        planned: Iterable[Planned] = job.plan(archives, basis(registry, site=site, seconds=seconds), shard_size)
        if resume:
            planned = list(planned)
            counts = ledger.finished([out, rejects], key_of([job.among, *(each.key for each in planned)]))
            if counts:
                return Outcome(counts, unchanged=True)
        with open_sink(out) as job.out, open_sink(rejects) as job.rejects:
            tasks = job.tasks(planned)
            told = lambda under_work: notice(job.status(under_work))  # noqa: E731  # short enough
            for task, result in run_local(tasks, archives=archives, workers=workers, seconds=seconds, notice=told):
                job.take(task, result)
        keys = [entry.planned.key for entry in job.entries]
        ledger.enter_finished([out, rejects], key_of([job.among, *keys]), job.counts)
        ledger.forget_parts(but=frozenset(keys if resume else ()))
    return Outcome(job.counts, job.resumed)


@attrs.define(slots=True)
class _Entry:
    """A shard of the job: settled when it has an account, or nothing to give."""

    planned: Planned
    settled: bool = False
    counts: Counts | None = None


@attrs.define(slots=True)
class _Job:
    """A job under way: its shards in order, how many of them are joined into the outputs, and the account of these."""

    ledger: Ledger
    site: str | None
    resume: bool
    complain: Callable[[NotAnArchive], None]
    among: str
    out: Sink = attrs.field(init=False)
    rejects: Sink = attrs.field(init=False)
    entries: list[_Entry] = attrs.field(factory=list, init=False)
    counts: Counts = attrs.field(factory=Counts, init=False)
    done: int = attrs.field(default=0, init=False)
    resumed: int = attrs.field(default=0, init=False)
    _joined: int = attrs.field(default=0, init=False)
    _waiting: dict[Task, _Entry] = attrs.field(factory=dict, init=False)
    _unreadable: set[str] = attrs.field(factory=set, init=False)

    def plan(self, archives: Iterable[str], basis: str, size: int) -> Iterator[Planned]:
        """Yield the shards of all archives."""
        for archive in archives:
            try:
                yield from plan(archive, self.ledger, basis, size=size)
            except NotAnArchive as error:
                self._refuse(archive, error)

    def tasks(self, planned: Iterable[Planned]) -> Iterator[Task]:
        """Yield what is left to do; what an earlier run did is taken from the ledger."""
        for each in planned:
            entry = _Entry(each)
            self.entries.append(entry)
            counts = self.ledger.shard(each.key, self.among) if self.resume else None
            if counts is None:
                parts = self.ledger.parts(each.key)
                task = Task(each.shard, parts.out, parts.rejects, self.site)
                self._waiting[task] = entry
                yield task
            else:
                self.resumed += 1
                self._settle(entry, counts)

    def take(self, task: Task, result: Counts | NotAnArchive) -> None:
        """Enter what an engine made of a task."""
        entry = self._waiting.pop(task)
        if isinstance(result, NotAnArchive):
            self._refuse(task.shard.archive, result)
            self._settle(entry, None)
        else:
            self.ledger.enter_shard(entry.planned.key, self.among, result)
            self._settle(entry, result)

    def status(self, under_work: Iterable[tuple[Task, Progress]]) -> Status:
        """Return how far the job is, with what is under work."""
        status = Status(self.done, self.counts.captures, self.counts.extractions, self.counts.rejections)
        for task, progress in under_work:
            status = Status(
                status.done + max(0, progress.offset - task.shard.start),
                status.captures + progress.captures,
                status.extractions + progress.extractions,
                status.rejections + progress.rejections,
            )
        return status

    def _refuse(self, archive: str, error: NotAnArchive) -> None:
        """Say once of an archive that it is none."""
        if archive not in self._unreadable:
            self._unreadable.add(archive)
            self.counts.unreadable += 1
            self.complain(error)

    def _settle(self, entry: _Entry, counts: Counts | None) -> None:
        """Settle a shard, and join what is settled up to the first shard that is not."""
        entry.settled, entry.counts = True, counts
        self.done += entry.planned.size
        if counts:
            self.counts += counts
        while self._joined < len(self.entries) and self.entries[self._joined].settled:
            joined = self.entries[self._joined]
            if joined.counts:
                parts = self.ledger.parts(joined.planned.key)
                copy_lines(parts.out, self.out)
                copy_lines(parts.rejects, self.rejects)
            self._joined += 1
