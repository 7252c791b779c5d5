"""Watching the guests: each hook called and each layout asked, with its verdict and time, on standard error.

Switched on by `SCRAPER_TRACE=1` in the environment, which processes hand to their children, or by `scraper --trace`.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Final

VARIABLE: Final = "SCRAPER_TRACE"


class Watch:
    """The time of calls to guests, one after the other, and what became of each.

    Args:
        who: Whose code is called.
        what: Which function, and for what.
    """

    def __init__(self, who: str = "", what: str = "") -> None:
        self._on = os.environ.get(VARIABLE, "0") not in {"", "0"}
        self._call = ""
        self.begin(who, what)

    def begin(self, who: str, what: str) -> None:
        """Begin a call: the first one, or another."""
        if self._on:
            self._call = f"{who}: {what}"
        self._start = time.perf_counter()

    def seconds(self) -> float:
        """Return how long ago the call began."""
        return time.perf_counter() - self._start

    def tell(self, verdict: object) -> None:
        """Print the call, its verdict and its milliseconds, if tracing is on."""
        if self._on:
            print(f"trace: {self._call} → {verdict}, {self.seconds() * 1000:.1f} ms", file=sys.stderr)  # noqa: T201  # what this is for
