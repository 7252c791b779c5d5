"""A thread for the code of plugins, which may hang: it is interrupted, and if it does not heed that, left behind and replaced.

A crawl extracts in a thread, where no signal interrupts a loop. So somebody watches: plugins' code makes its deadline known
(`scraper.sites.bounds`), and past it an exception is raised in the thread. Code that swallows each of them, or sits in C, keeps its
thread, which does not keep the crawl from ending; another thread extracts the next page. Memory has no bound in a thread: what may
need one is extracted from the archive later, by `scraper extract`, in processes.
"""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, Final

from scraper.errors import PageTimeout
from scraper.sites.bounds import Interrupted, interrupt, overdue

if TYPE_CHECKING:
    from collections.abc import Callable

    Work = queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]

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
        self._work: Work = queue.SimpleQueue()
        self._guest = _Guest(name, self._work)
        threading.Thread(target=self._watch, name=f"{name}-watch", daemon=True).start()

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have the thread call a function; the future raises PageTimeout where it had to be left behind."""
        done: Future[Any] = Future()
        self._work.put((done, lambda: function(*args, **kwargs)))
        return done

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002  # what is given is done
        """Let the thread end after its work."""
        self._work.put(None)
        while wait and self._guest.is_alive():
            self._guest.join(_GLANCE)

    def _watch(self) -> None:
        """Look after the thread from time to time: to be told of each piece of work would cost more than many of them."""
        tries = 0
        while self._guest.is_alive():
            time.sleep(_GLANCE)
            late = overdue(self._guest.ident or 0)
            tries = tries + 1 if late else 0
            if late is not None and tries <= _TRIES:
                interrupt(self._guest.ident or 0)
            elif late is not None and self._guest.leave():
                self._guest, tries = _Guest(self._name, self._work), 0


class _Guest(threading.Thread):
    """A thread that does what it is given, and does not keep the process from ending."""

    def __init__(self, name: str, work: Work) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._done: Future[Any] = Future()
        self._left = False
        self._telling = threading.Lock()  # what is left behind may come to its end just then
        self.start()

    def run(self) -> None:
        """Do one piece of work after the other."""
        while not self._left and (given := self._work.get()) is not None:
            self._done, work = given
            try:
                found = work()
            except Interrupted:
                self._tell(self._done.set_exception, PageTimeout("a page took longer than its limit"))
            except BaseException as error:  # noqa: BLE001  # whoever waits for it is to know
                self._tell(self._done.set_exception, error)
            else:
                self._tell(self._done.set_result, found)

    def leave(self) -> bool:
        """Give up what is under work, and this thread with it, unless it is not late after all; return whether that was done."""
        with self._telling:
            late = overdue(self.ident or 0)
            if late is not None:
                self._done.set_exception(late)
                self._left = True
            return self._left

    def _tell(self, told: Callable[[Any], None], outcome: Any) -> None:
        with self._telling:
            if not self._left:
                told(outcome)
