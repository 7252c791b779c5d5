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
    """The time of one call to a guest, from its making, and what became of it.

    Args:
        who: Whose code is called.
        what: Which function, and for what.
    """

    def __init__(self, who: str, what: str) -> None:
        self._on = os.environ.get(VARIABLE, "0") not in {"", "0"}
        self._call = f"{who}: {what}" if self._on else ""
        self._start = time.perf_counter()

    def tell(self, verdict: object) -> None:
        """Print the call, its verdict and its milliseconds, if tracing is on."""
        if self._on:
            milliseconds = (time.perf_counter() - self._start) * 1000
            print(f"trace: {self._call} → {verdict}, {milliseconds:.1f} ms", file=sys.stderr)  # noqa: T201  # what this is for
