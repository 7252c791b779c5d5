"""Crawls with JOBDIR that survive a kill: a scheduler that keeps a journal, so that no request is lost, and none made twice.

After a kill, and after any other end, the next run with the same JOBDIR takes up every request that was not done. Where its answer
had been archived already, the callback gets it from the archive: so every page is archived once, and no link is lost.

Scrapy tells nobody when it is done with a request, so this looks into the engine's set of requests in progress, which is private.
Without it, nothing would ever count as done, and the next run would call all callbacks again: no page lost, and none fetched twice.
"""

from __future__ import annotations

import logging
import pickle  # as Scrapy's own queues in JOBDIR
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from scrapy import Request
from scrapy.core.scheduler import Scheduler
from scrapy.exceptions import NotConfigured
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.request import request_from_dict

from scraper.crawl.journal import NAME, START, Journal, Promise
from scraper.errors import ArchiveError

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import AsyncIterator

    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.internet.defer import Deferred

_log = logging.getLogger(__name__)
REASON: Final = "journal_failed"
"""The close reason of a crawl that could not keep its journal."""
_NUMBER: Final = "scraper_number"
_PARENT: Final = "scraper_parent"
_QUEUE, _SEEN = "requests.queue", "requests.seen"  # Scrapy's
_NEXT_TO_ENGINE: Final = 5
_SCHEDULERS: Final = {"SCHEDULER": "scrapy.core.scheduler.Scheduler", "DUPEFILTER_CLASS": "scrapy.dupefilters.RFPDupeFilter"}


class JobScheduler(Scheduler):
    """Scrapy's scheduler with a journal in JOBDIR, from which Scrapy's own files there are made anew in each run."""

    _journal: Journal
    _earlier: dict[int, Promise]
    _begun: Counter[tuple[int, bytes]]
    _taken: dict[Request, int]
    _failed: bool = False

    def _resume(self, journal: Journal) -> None:
        self._journal = journal
        self._earlier, self._begun, self._taken = journal.promises(), journal.begun(), {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Open the journal, and remove what Scrapy left, which holds less.

        Raises:
            UsageError: Another process runs this job.
        """
        folder = Path(crawler.settings["JOBDIR"])
        folder.mkdir(parents=True, exist_ok=True)
        journal = Journal(folder)
        shutil.rmtree(folder / _QUEUE, ignore_errors=True)
        (folder / _SEEN).unlink(missing_ok=True)
        made = super().from_crawler(crawler)
        made._resume(journal)  # noqa: SLF001  its own
        return made

    @classmethod
    def of(cls, crawler: Crawler) -> Self | None:
        """A crawl's scheduler, if it is one of these; Scrapy has `isinstance` call any scheduler one."""
        scheduler = crawler.engine.scheduler if crawler.engine else None
        return scheduler if type(scheduler) is cls else None

    def open(self, spider: Spider) -> Deferred[None] | None:
        """Take up what is not done."""
        opened = super().open(spider)
        count = 0
        for number, data in self._journal.pending():
            try:
                request = request_from_dict(pickle.loads(data), spider=spider)  # noqa: S301  our own file, as Scrapy's queues
            except Exception:  # noqa: BLE001  a spider's callback may be gone, a class of its own renamed: anything may come
                _log.exception("Request %d of the job is left alone: this spider cannot take it up", number)
                continue
            request.meta[_NUMBER] = number
            count += super().enqueue_request(request)
        if count:
            _log.info("Taking up %d requests that were not done, %d of them perhaps archived", count, len(self._earlier))
        return opened

    def enqueue_request(self, request: Request) -> bool:
        """Accept a request, unless one like it has been accepted: in this run, or by an earlier one."""
        try:
            return self._enqueue(request)
        except ArchiveError as error:
            self._fail(error)
            return False

    def _enqueue(self, request: Request) -> bool:
        parent = request.meta.pop(_PARENT, None)
        fingerprint = self.spider.crawler.request_fingerprinter.fingerprint(request)
        if not request.dont_filter and self._journal.seen(fingerprint):
            self.df.log(request, self.spider)
            return False
        if request.dont_filter and self._begun[parent, fingerprint] > 0:
            self._begun[parent, fingerprint] -= 1
            return False
        return self._accept(request, fingerprint, parent)

    def next_request(self) -> Request | None:
        """The next request; those that the engine is done with are struck off."""
        self._strike()
        request = super().next_request()
        number = None if request is None else request.meta.pop(_NUMBER, None)
        if request is not None and number is not None:
            self._taken[request] = number
        return request

    def close(self, reason: str) -> Deferred[None] | None:
        """Close the journal too."""
        self._strike()
        try:
            self._journal.close(finished=reason == "finished")
        except ArchiveError as error:
            _log.critical("The next run may repeat some of this one: %s", error)
        return super().close(reason)

    def number(self, request: Request | None) -> int | None:
        """The number of a request under way, if the journal holds it."""
        return None if request is None else self._taken.get(request)

    def promise(self, request: Request, warc: Path, record_id: str) -> None:
        """The answer to a request is about to be archived.

        Raises:
            ArchiveError: The journal cannot be written; the crawl is being stopped.
        """
        number = self.number(request)
        if number is None:
            return
        self._strike()
        try:
            self._journal.promise(number, Promise(str(warc), record_id))
        except ArchiveError as error:
            self._fail(error)
            raise

    def earlier(self, request: Request) -> Promise | None:
        """Where the answer to a request may have been archived by an earlier run; told once."""
        number = self.number(request)
        return None if number is None else self._earlier.pop(number, None)

    def leave(self, request: Request) -> None:
        """A request could not be dealt with: it is for the next run."""
        self._taken.pop(request, None)

    def _accept(self, request: Request, fingerprint: bytes, parent: int | None) -> bool:
        """Journal a request, then schedule it; what cannot be pickled is Scrapy's alone, and lost with the process."""
        request.meta.pop(_NUMBER, None)
        try:
            data = pickle.dumps(request.to_dict(spider=self.spider), protocol=4)
        except (pickle.PicklingError, AttributeError, TypeError, ValueError):
            return super().enqueue_request(request)
        request.meta[_NUMBER] = number = self._journal.add(data)
        if not super().enqueue_request(request):
            self._journal.done([number])
            return False
        if not request.dont_filter:
            self._journal.see(fingerprint)
        elif parent is not None:
            self._journal.begin(parent, fingerprint)
        return True

    def _strike(self) -> None:
        """Strike off what the engine has done with."""
        inprogress = getattr(self.spider.crawler.engine._slot, "inprogress", self._taken)  # noqa: SLF001  see above
        done = [request for request in self._taken if request not in inprogress]
        numbers = [self._taken.pop(request) for request in done]
        if self._failed:
            return  # what came of them may not be in the journal
        try:
            self._journal.done(numbers)
        except ArchiveError as error:
            self._fail(error)

    def _fail(self, error: ArchiveError) -> None:
        """Stop the crawl, once."""
        if not self._failed:
            self._failed = True
            _log.critical("The crawl stops: %s", error)
            deferred_from_coro(self.spider.crawler.engine.close_spider_async(reason=REASON))


class JobMiddleware:
    """A spider middleware next to the engine: says of each request what brought it, so that it is not brought twice.

    A callback that is called again, and `start()`, which is called in each run, bring their requests again. Scrapy's filter refuses
    them, but for those with `dont_filter`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware of a crawl.

        Raises:
            NotConfigured: The crawl keeps no journal.
        """
        if crawler.settings["SCHEDULER"] != SCHEDULER:
            raise NotConfigured
        return cls(crawler)

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Mark start requests."""
        async for each in start:
            yield _marked(each, START)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Mark a callback's requests."""
        scheduler = JobScheduler.of(self._crawler)
        parent = None if scheduler is None else scheduler.number(response.request)
        async for each in result:
            yield _marked(each, parent)


def _marked(each: Any, parent: int | None) -> Any:
    if parent is not None and isinstance(each, Request):
        each.meta[_PARENT] = parent
    return each


SCHEDULER: Final = f"{JobScheduler.__module__}.{JobScheduler.__qualname__}"


def keep_journal(settings: BaseSettings) -> None:
    """Have a crawl with JOBDIR keep a journal, where Scrapy's own scheduler and filter are in use.

    Args:
        settings: The crawl's settings.
    """
    folder = settings["JOBDIR"]
    if not folder:
        return
    others = [settings[name] for name, theirs in _SCHEDULERS.items() if settings[name] != theirs]
    if others:
        _log.warning("No journal in JOBDIR, so a kill may lose requests: %s is in use", ", ".join(map(str, others)))
    elif not Path(folder, NAME).exists() and Path(folder, _SEEN).exists():
        _log.warning("No journal in JOBDIR, so a kill may lose requests: the job was begun without this add-on")
    else:
        settings.set("SCHEDULER", SCHEDULER, priority="spider")
        settings.setdefault_in_component_priority_dict("SPIDER_MIDDLEWARES", JobMiddleware, _NEXT_TO_ENGINE)
