"""The `scraper` command: one module a verb. Exit codes: 0 done, 1 something failed or was rejected, 2 usage or unreadable input."""

from scraper.cli.main import main

__all__ = ["main"]
