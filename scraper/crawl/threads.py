"""Work that would hold up the event loop, done in a thread and awaited, on asyncio's loop or another of Twisted's reactors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from scrapy.utils.asyncio import is_asyncio_available
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future

T = TypeVar("T")
P = ParamSpec("P")


async def in_thread(executor: Executor, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Have an executor call a function, and wait for its result without blocking the loop."""
    future = executor.submit(function, *args, **kwargs)
    if is_asyncio_available():
        return await asyncio.wrap_future(future)
    result: T = await _deferred(future)
    return result


def _deferred(future: Future[Any]) -> Deferred[Any]:
    """A future of a thread for Twisted: fired on the reactor's own thread."""
    from twisted.internet import reactor  # noqa: PLC0415  importing it earlier would choose the reactor for Scrapy

    deferred: Deferred[Any] = Deferred()

    def hand_over(done: Future[Any]) -> None:
        error = done.exception()
        outcome = done.result() if error is None else Failure(error)  # type: ignore[no-untyped-call]  # Twisted's
        reactor.callFromThread(deferred.callback, outcome)

    future.add_done_callback(hand_over)
    return deferred
