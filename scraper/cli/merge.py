"""`scraper merge`: outputs → one line a work."""

from __future__ import annotations

from pathlib import Path

import click

from scraper.cli.console import stderr, stdout
from scraper.cli.reading import reading
from scraper.errors import UsageError
from scraper.jobs.merging import Merged, merge
from scraper.sites import load_registry


@click.command("merge")
@click.argument("outputs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="OUT…")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Works, one JSON line each: .jsonl, .gz, .zst")
def command(outputs: tuple[Path, ...], output: Path) -> None:
    """Join the extractions of one work, from all sites, into one line.

    Extractions belong together when they share an identifier (for articles: DOI, PMID or PMCID), directly or through others. Every
    value stays a claim of those who make it, with capture, site and pointer; fields of which different things are said are
    listed as conflicts. Identifiers that contradict each other, such as one DOI with two PMIDs, are reported and not joined.

    The output does not depend on the order of the inputs, and `scraper verify` walks back every claim.

    \b
    Examples:
      scraper merge pubmed.jsonl koreamed.parquet publishers.jsonl.zst -o works.jsonl
      scraper verify works.jsonl

    Exit codes: 0 done; 1 done, but lines that are no extractions were left out; 2 wrong usage or unreadable input.
    """
    if output.name.endswith(".parquet"):
        raise UsageError(f"{output}: works are JSON Lines: .jsonl, .jsonl.gz or .jsonl.zst")
    if output.absolute() in {path.absolute() for path in outputs}:
        raise UsageError(f"{output}: input and output cannot be the same file")
    load_registry()  # plugins bring schemas
    files = list(dict.fromkeys(outputs))
    with reading("merge", files) as notice:
        merged = merge(files, output, notice=notice, complain=stderr.print)
    for line in _account(merged):
        stdout.print(line)
    stdout.print(str(output))
    raise SystemExit(1 if merged.unreadable else 0)


def _account(merged: Merged) -> list[str]:
    parts = (("extractions", merged.extractions), ("repeated", merged.repeated), ("unreadable", merged.unreadable))
    sign = "=" if merged.lines == sum(count for _, count in parts) else "≠"
    return [
        f"lines {merged.lines} {sign} {' + '.join(f'{name} {count}' for name, count in parts)}",
        f"works {merged.works}: {merged.joined} of several extractions, {merged.unidentified} without an identifier",
        f"conflicts: {merged.conflicts} fields; contradictory identifiers: {merged.contradictions}, not joined",
    ]
