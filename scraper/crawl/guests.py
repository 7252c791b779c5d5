"""A thread for the code of plugins, which may hang: it is interrupted, and if it does not heed that, left behind and replaced.

A crawl extracts in a thread, where no signal interrupts a loop. So somebody watches: plugins' code makes its deadline known
(`scraper.sites.bounds`), and past it an exception is raised in the thread. Code that swallows each of them, or sits in C, keeps its
thread, which does not keep the crawl from ending; another thread extracts the next page. Memory has no bound in a thread: what may
need one is extracted from the archive later, by `scraper extract`, in processes.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, Final

from scraper.errors import PageTimeout
from scraper.sites.bounds import Interrupted, interrupt, overdue

if TYPE_CHECKING:
    from collections.abc import Callable

    Work = Callable[[], Any]

_GLANCE: Final = 0.25
"""Seconds between two looks at a thread that works."""
_TRIES: Final = 8
"""Interruptions of one step of a plugin that goes on."""


class GuestThread(Executor):
    """An executor of one thread, which is replaced when it hangs.

    Args:
        name: What its threads are called.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._watching = ThreadPoolExecutor(1, f"{name}-watch")
        self._guest = _Guest(name)

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have the thread call a function; the future raises PageTimeout where it had to be left behind."""
        return self._watching.submit(self._watch, lambda: function(*args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the thread end after its work."""
        self._watching.shutdown(wait=wait, cancel_futures=cancel_futures)
        self._guest.retire()

    def _watch(self, work: Work) -> Any:
        guest, tries = self._guest, 0
        done = guest.do(work)
        while wait([done], _GLANCE).not_done:
            late = overdue(guest.ident)
            tries = tries + 1 if late else 0
            if late is None:
                continue
            if tries > _TRIES:
                self._replace()
                raise late
            interrupt(guest.ident)
        return done.result()

    def _replace(self) -> None:
        self._guest.retire()
        self._guest = _Guest(self._name)


class _Guest:
    """A thread that does what it is given, and does not keep the process from ending."""

    def __init__(self, name: str) -> None:
        self._work: queue.SimpleQueue[tuple[Future[Any], Work] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def ident(self) -> int:
        """The thread's identifier."""
        return self._thread.ident or 0

    def do(self, work: Work) -> Future[Any]:
        """Give it work."""
        done: Future[Any] = Future()
        self._work.put((done, work))
        return done

    def retire(self) -> None:
        """Let it end, once it gets there."""
        self._work.put(None)

    def _run(self) -> None:
        while (given := self._work.get()) is not None:
            done, work = given
            try:
                done.set_result(work())
            except Interrupted:
                done.set_exception(PageTimeout("a page took longer than its limit"))
            except BaseException as error:  # noqa: BLE001  # whoever waits for it is to know
                done.set_exception(error)
