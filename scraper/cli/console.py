"""What the commands share of the terminal: output, progress, and the finding of archives."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

stdout = Console(highlight=False, soft_wrap=True, markup=False)
stderr = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)

_EVERY = 10.0  # seconds between progress lines where there is no terminal


@contextlib.contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """Show progress: a bar on a terminal, a plain line now and then elsewhere.

    Args:
        what: What is being done, for the bar.
        total: The amount of work, in any unit.

    Yields:
        A function to call with the work done so far and the number of things done.
    """
    show = _bar(what, total) if stderr.is_terminal else _plain(what, total)
    with show as report:
        yield report


@contextlib.contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeRemainingColumn(), console=stderr, transient=True) as bar:
        task, begin = bar.add_task(what, total=total, rate=""), time.monotonic()

        def report(done: int, count: int) -> None:
            rate = count / max(time.monotonic() - begin, 1e-3)
            bar.update(task, completed=done, rate=f"{count} done, {rate:.0f}/s")

        yield report


@contextlib.contextmanager
def _plain(what: str, total: int) -> Iterator[Callable[[int, int], None]]:
    last = time.monotonic()

    def report(done: int, count: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _EVERY:
            last = time.monotonic()
            stderr.print(f"{what}: {100 * done // max(total, 1)} %, {count} done")

    yield report
