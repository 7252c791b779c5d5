"""`scraper convert`: an output in another format."""

from __future__ import annotations

from pathlib import Path

import click

from scraper.cli.console import progress, stdout
from scraper.errors import UsageError
from scraper.jobs.outputs import copy_lines, open_sink, size_of
from scraper.sites import load_registry


@click.command("convert")
@click.argument("source", type=click.Path(path_type=Path), metavar="IN")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help=".jsonl, .jsonl.gz, .jsonl.zst or .parquet")
def command(source: Path, output: Path) -> None:
    """Write an output in another format: the lines stay what they are, byte for byte, and convert back.

    \b
    Examples:
      scraper convert out.jsonl -o out.parquet
      scraper convert out.parquet -o out.jsonl.zst
    """
    if source.absolute() == output.absolute():
        raise UsageError(f"{output}: input and output cannot be the same file")
    load_registry()  # plugins bring schemas
    with progress("convert", size_of(source)) as report, open_sink(output) as sink:
        count = copy_lines(source, sink, lambda line: report(line.end, line.number))
    stdout.print(f"{output}: {count} extractions")
