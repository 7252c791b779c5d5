"""What is installed only where it is asked for."""

from __future__ import annotations

import importlib.util

from scraper.errors import UsageError


def need(package: str, what: str, *, extra: str = "parquet") -> None:
    """Look whether an optional package is there.

    Args:
        package: Its import name.
        what: What it is needed for, for the message.
        extra: The extra that brings it.

    Raises:
        UsageError: It is not installed; the error says how to install it.
    """
    if importlib.util.find_spec(package) is None:
        raise UsageError(f"{what} needs {package}: pip install 'scraper[{extra}]'")
