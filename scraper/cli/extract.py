"""`scraper extract`: archives → extractions and rejections."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.console import progress, stderr, stdout
from scraper.errors import UsageError
from scraper.jobs.job import extract_archives
from scraper.sites import load_registry

if TYPE_CHECKING:
    from scraper.jobs.job import Status

SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")


@click.command("extract")
@click.argument("archives", nargs=-1, required=True)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Extractions, one JSON line each.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Rejections. Default: beside the output, OUT.rejects.jsonl.")
@click.option("--site", help="Extract this site's captures only; the others are counted as skipped.")
@click.option("--workers", type=click.IntRange(1), default=os.cpu_count, show_default="one a processor", help="Processes.")
@click.option("--page-seconds", type=click.FloatRange(0.1), default=60.0, show_default=True, help="Time limit of a page.")
@click.option("--resume", is_flag=True, help="Skip what an earlier run of this output has done; keep parts for the next one.")
@click.option("--strict", is_flag=True, help="Exit with 1 when anything was rejected or damaged.")
def command(
    archives: tuple[str, ...],
    *,
    output: Path,
    rejects: Path | None,
    site: str | None,
    workers: int,
    page_seconds: float,
    resume: bool,
    strict: bool,
) -> None:
    """Extract records from archives.

    Each capture goes to the site that knows its URL, or that recognises the page. Every value of a record comes with a pointer to
    the bytes it was read from. What gives no valid record goes to the rejects file with the stage and the reason; nothing is
    dropped in silence, and the last lines account for every capture.

    \b
    Examples:
      scraper extract archives/*.warc.gz -o out.jsonl
      scraper extract crawl.warc.gz -o pubmed.jsonl --site pubmed --strict
    """
    rejects = rejects or _rejects_beside(output)
    if rejects.absolute() == output.absolute():
        raise UsageError(f"{output}: output and rejects cannot be the same file")
    registry = load_registry()
    for plugin in registry.plugins:
        if plugin.error:
            stderr.print(f"plugin {plugin.name} is not used: {plugin.error}")
    total = sum(path.stat().st_size for path in map(Path, archives) if path.is_file())
    try:
        with progress("extract", total) as report:
            outcome = extract_archives(
                archives,
                registry,
                output,
                rejects,
                site=site,
                workers=workers,
                seconds=page_seconds,
                resume=resume,
                notice=lambda status: report(status.done, status.captures, _lines(status)),
                complain=lambda error: stderr.print(f"scraper: {type(error).__name__}: {error}"),
            )
    except KeyboardInterrupt:
        stderr.print(f"\ninterrupted: {output} is not written; what is done is kept, and the same command with --resume goes on")
        raise SystemExit(130) from None
    for line in outcome.counts.lines():
        stdout.print(line)
    if outcome.unchanged:
        stdout.print("nothing to do: archives, plugins and options are those that the output was made of")
    elif outcome.resumed:
        stdout.print(f"shards taken over from an earlier run: {outcome.resumed}")
    stdout.print(f"{output}" + (f", {rejects}" if outcome.counts.rejections else ""))
    if outcome.counts.unreadable:
        raise SystemExit(2)
    if strict and outcome.counts.rejections:
        raise SystemExit(1)


def _rejects_beside(output: Path) -> Path:
    """Return where rejections go by default: `out.parquet` → `out.rejects.jsonl`."""
    stem = next((output.name.removesuffix(suffix) for suffix in SUFFIXES if output.name.endswith(suffix)), output.name)
    return output.with_name(f"{stem}.rejects.jsonl")


def _lines(status: Status) -> str:
    return f"{status.extractions} records, {status.rejections} rejections"
