"""Asking the guests: a plugin's layout is called within bounds, watched, and whatever it does ends as an error of ours.

A plugin is somebody else's code: it may raise anything, exit, loop, fill the memory, or give what is no record. Each of these
blames the site and the layout by name, and never gets past here. Only the user's own Ctrl-C does.
"""

from __future__ import annotations

import logging
import re
from collections import deque
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from scraper.errors import ExtractionFailed, OutOfMemory, PageTimeout, SiteError
from scraper.records import Record
from scraper.sites.bounds import Bounded, Limits
from scraper.sites.trace import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scraper.sites.site import Layout, Site

RECOGNISING: Final = Limits(seconds=5.0)
"""What `recognises` may take: it is asked of other sites' pages too, which must not wait long for a layout that hangs."""
_log: Final = logging.getLogger(__name__)
_END: Final = object()
_ADDRESS: Final = re.compile(r" at 0x[0-9a-fA-F]+")


class Asker:
    """Asks layouts, one after the other, whether a page is of their design.

    Args:
        page: The page.
        limits: The job's own, within which each site's hold.

    Attributes:
        failures: What went wrong so far: a layout that raises, or takes too much, has not recognised the page.
    """

    def __init__(self, page: Any, limits: Limits) -> None:
        self.failures: list[SiteError] = []
        self._page = page
        self._limits = limits

    def first(self, candidates: Iterable[tuple[Site, Layout]]) -> tuple[Site, Layout] | None:
        """Return the first site and layout that recognise the page; a layout without `recognises` does."""
        most = self._limits.within(RECOGNISING)
        groups = groupby(candidates, lambda each: (min(each[0].seconds, most.seconds), min(each[0].memory, most.memory)))
        for (seconds, memory), group in groups:
            waiting = deque(group)
            bounded = Bounded(Limits(seconds, memory), "")
            while waiting:
                found = self._ask(waiting, bounded)
                if found is not None:
                    return found
        return None

    def _ask(self, waiting: deque[tuple[Site, Layout]], bounded: Bounded) -> tuple[Site, Layout] | None:
        """Ask the layouts that wait, up to the first that recognises the page, or fails.

        A bound costs more than most questions do, so one is set for all of them: where time runs out for a layout that had less
        than its own, this is no failure, and the layout is asked again.
        """
        watch = Watch()
        try:
            with bounded:
                while waiting:
                    asked = waiting.popleft()
                    bounded.who = f"recognises() of {_name(*asked)}"
                    watch.begin(bounded.who, self._page.url)
                    verdict = asked[1].recognises is None or bool(asked[1].recognises(self._page))
                    watch.tell(verdict)
                    if verdict:
                        return asked
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # whatever a guest does is its failure
            if isinstance(error, PageTimeout) and watch.seconds() < bounded.limits.seconds:
                waiting.appendleft(asked)
            else:
                self._failed(blame(error, bounded.who), error)
                watch.tell(self.failures[-1])
        return None

    def _failed(self, failure: SiteError, cause: BaseException) -> None:
        _log.warning("%s, on %s", failure, self._page.url, exc_info=cause)
        self.failures.append(failure)


def records(site: Site, layout: Layout, page: Any, limits: Limits, *, most: int) -> Iterator[Record]:
    """Have a layout extract a page.

    Args:
        site: The site.
        layout: One of its layouts.
        page: The page.
        limits: The job's own, within which the site's hold; time counts anew for each record.
        most: How many records are too many for this page: without an end to them, neither time nor memory would run out.

    Yields:
        The records, as they come.

    Raises:
        ExtractionFailed: The layout raised, gave what is no record, or gave too many.
        PageTimeout: It took too long for one record.
        OutOfMemory: It took too much memory.
    """
    who = _name(site, layout)
    watch = Watch(f"extract() of {who}", page.url)
    bounded = Bounded(site.limits.within(limits), who)
    steps = _steps(layout, page)
    count = 0
    while True:
        try:
            with bounded:
                record: Any = next(steps, _END)
            if record is _END:
                break
            _judge(record, count, most, who)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            failure = blame(error, who)
            watch.tell(f"{failure}, behind {count} of its records")
            raise failure from error
        count += 1
        yield record
    watch.tell("1 record" if count == 1 else f"{count} records")


def _steps(layout: Layout, page: Any) -> Iterator[Any]:
    found = layout.extract(page)
    if isinstance(found, Record):
        yield found
    else:
        yield from found


def _judge(record: Any, count: int, most: int, who: str) -> None:
    """Refuse what is no record, and records without end.

    Raises:
        ExtractionFailed: It is none, or one too many.
    """
    if not isinstance(record, Record):
        raise _Refused(f"{who} gave a {type(record).__name__}, which is no Record")
    if count >= most:
        raise _Refused(f"{who} gave more records than the page has bytes ({most})")


class _Refused(Exception):
    """What a layout gave, it may not give."""


def _name(site: Site, layout: Layout) -> str:
    return f"layout {layout.name!r} of site {site.name!r}"


def blame(error: BaseException, culprit: str) -> SiteError:
    """Return the error of ours for whatever a guest's code raised, with the line in which it did.

    Memory addresses in its message are left out: the same page gives the same rejection on every run.
    """
    if isinstance(error, PageTimeout | OutOfMemory):
        return error
    if isinstance(error, _Refused):
        return ExtractionFailed(str(error))
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno})" if trace is not None else ""
    return ExtractionFailed(f"{culprit} raised {told(error)}{place}")


def told(error: BaseException) -> str:
    """Return an error's class and message, whatever its own `__str__` does."""
    try:
        message = str(error)
    except Exception as worse:  # noqa: BLE001  # a plugin's class, and its code
        message = f"(no message: {type(worse).__name__})"
    return _ADDRESS.sub("", f"{type(error).__name__}: {message}")
