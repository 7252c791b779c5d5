"""The command's entry: the verbs, the project's own `plugins/`, and errors turned into one clear line."""

from __future__ import annotations

import importlib
import io
import logging
import os
import sys
from pathlib import Path
from typing import Any

import click

from scraper import __version__
from scraper.cli.console import stderr
from scraper.errors import ScraperError

_VERBS = (
    "load", "extract", "verify", "explain", "sites", "index", "repair", "query", "diff", "merge", "convert", "schema", "migrate",
)  # fmt: skip


class _Verbs(click.Group):
    """Imports a verb's module when the verb is asked for: `--help` and tab completion stay quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the verbs, in the order of the work."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """Return the command of a verb: the attribute `command` of its module."""
        if cmd_name not in _VERBS:
            return None
        command: click.Command = importlib.import_module(f"scraper.cli.{cmd_name}").command
        return command


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="scraper")
@click.option("--trace", is_flag=True, help="Print each hook and layout that is asked, its verdict and its time, to stderr.")
def cli(*, trace: bool) -> None:
    """A scraper whose every value can be proven.

    Pages go into an archive (WARC), sites extract records from it, and every value of a record points at the archived bytes it
    came from. `verify` walks the pointers back.

    \b
    A first tour:
      scraper load saved-pages/ -o archives/pages.warc.gz
      scraper extract archives/pages.warc.gz -o out.jsonl
      scraper verify out.jsonl
      scraper explain out.jsonl /title

    Exit codes: 0 done; 1 done, but a value failed verification, or something was rejected under --strict; 2 wrong usage or
    unreadable input.
    """
    if trace:
        from scraper.sites.trace import VARIABLE  # noqa: PLC0415  # the help need not wait for all that sites need

        os.environ[VARIABLE] = "1"  # for child processes too
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


def main(args: list[str] | None = None) -> Any:
    """Run the command; every error of ours becomes one line and exit code 2."""
    _use_project()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # no file name is worth stopping for
    try:
        return cli.main(args=args, prog_name="scraper")
    except ScraperError as error:
        stderr.print(f"scraper: {type(error).__name__}: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)


def _use_project() -> None:
    """Put the project's folder on the path, so that its `plugins/` are found, as `scrapy` does: where `scrapy.cfg` is."""
    here = Path.cwd()
    project = next((folder for folder in (here, *here.parents) if (folder / "scrapy.cfg").is_file()), here)
    if str(project) not in sys.path:
        sys.path.insert(0, str(project))
