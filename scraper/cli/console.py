"""What the commands share of the terminal: output, progress, and the finding of archives."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table


class Report(Protocol):
    """Shows how far something is."""

    def __call__(self, done: int, count: int, words: str = "") -> None:
        """Show it: the work done so far, the number of things done, further words."""


stdout = Console(highlight=False, soft_wrap=True, markup=False)
stderr = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)

_EVERY = 10.0  # seconds between progress lines where there is no terminal
_WIDE = 100_000  # characters, more than any line: what is piped is read by programs, and a broken line is two


def show_table(table: Table) -> None:
    """Print a table: as wide as the terminal, or as it needs where there is none."""
    if stdout.is_terminal:
        stdout.print(table, soft_wrap=False)
        return
    plain = Console(width=_WIDE, color_system=None)
    with plain.capture() as shown:
        plain.print(table)
    for line in shown.get().splitlines():
        click.echo(line.rstrip())


@contextlib.contextmanager
def progress(what: str, total: int) -> Iterator[Report]:
    """Show progress: a bar on a terminal, a plain line now and then elsewhere.

    Args:
        what: What is being done, for the bar.
        total: The amount of work, in any unit.

    Yields:
        A function to call with the work done so far, the number of things done, and further words.
    """
    show = _bar(what, total) if stderr.is_terminal else _plain(what, total)
    with show as report:
        yield report


@contextlib.contextmanager
def _bar(what: str, total: int) -> Iterator[Report]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeRemainingColumn(), console=stderr, transient=True) as bar:
        task, begin = bar.add_task(what, total=total, rate=""), time.monotonic()

        def report(done: int, count: int, words: str = "") -> None:
            rate = count / max(time.monotonic() - begin, 1e-3)
            bar.update(task, completed=done, rate=_joined(f"{count} done, {rate:.0f}/s", words))

        yield report


@contextlib.contextmanager
def _plain(what: str, total: int) -> Iterator[Report]:
    begin = last = time.monotonic()

    def report(done: int, count: int, words: str = "") -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY:
            last = now
            rate = f"{count} done, {count / (now - begin):.0f}/s"
            stderr.print(f"{what}: {100 * done // max(total, 1)} %, {_joined(rate, words)}")

    yield report


def _joined(*words: str) -> str:
    return ", ".join(filter(None, words))
