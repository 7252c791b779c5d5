"""Progress of reading several output files."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from scraper.cli.console import progress
from scraper.jobs.outputs import size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from scraper.jobs.outputs import Line


@contextlib.contextmanager
def reading(what: str, paths: Sequence[Path]) -> Iterator[Callable[[Path, Line], None]]:
    """Show how much of some output files was read.

    Args:
        what: What is being done, for the bar.
        paths: The files.

    Yields:
        A function to call after each line, with the file and the line.
    """
    sizes = {path: size_of(path) for path in paths}
    done = dict.fromkeys(sizes, 0)
    count = total = 0
    with progress(what, sum(sizes.values())) as report:

        def notice(path: Path, line: Line) -> None:
            nonlocal count, total
            count, total = count + 1, total + line.end - done[path]
            done[path] = line.end
            report(total, count)

        yield notice
