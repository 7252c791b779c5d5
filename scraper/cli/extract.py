"""`scraper extract`: archives → extractions and rejections."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scraper.archive import archives_named, as_path
from scraper.archive.place import size_of
from scraper.cli.console import progress, stderr, stdout
from scraper.cli.output import rejects_beside
from scraper.errors import UsageError
from scraper.jobs.job import Outcome, extract_archives
from scraper.jobs.plan import SHARD_SIZE
from scraper.jobs.spark import extract_on_spark
from scraper.sites import load_registry

if TYPE_CHECKING:
    from scraper.errors import NotAnArchive
    from scraper.jobs.job import Status
    from scraper.sites import Registry

_INTERRUPTED = 130  # 128 + SIGINT, as shells have it


@click.command("extract")
@click.argument("archives", nargs=-1, required=True)
@click.option("-o", "--output", required=True, help="Extractions: .jsonl, .jsonl.gz, .jsonl.zst or .parquet.")
@click.option("--rejects", help="Rejections. Default: beside the output, OUT.rejects.jsonl.")
@click.option("--site", help="Extract this site's captures only; the others are counted as skipped.")
@click.option("--workers", type=click.IntRange(1), default=os.cpu_count, show_default="one a processor", help="Processes.")
@click.option("--page-seconds", type=click.FloatRange(0.1), default=60.0, show_default=True, help="Time limit of a page.")
@click.option("--shard-size", type=click.IntRange(1), default=SHARD_SIZE, show_default="8 MiB", help="Bytes of archive at a time.")
@click.option("--resume", is_flag=True, help="Skip what an earlier run of this output has done; keep parts for the next one.")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True, help="Where to work.")
@click.option("--master", help="The Spark cluster: spark://HOST:7077, yarn, k8s://…, local[N]. Default: as spark-submit says.")
@click.option("--strict", is_flag=True, help="Exit with 1 when anything was rejected or damaged.")
def command(
    archives: tuple[str, ...],
    *,
    output: str,
    rejects: str | None,
    site: str | None,
    workers: int,
    page_seconds: float,
    shard_size: int,
    resume: bool,
    engine: str,
    master: str | None,
    strict: bool,
) -> None:
    """Extract records from archives.

    Each capture goes to the site that knows its URL, or that recognises the page. Every value of a record comes with a pointer to
    the bytes it was read from. What gives no valid record goes to the rejects file with the stage and the reason; nothing is
    dropped in silence, and the last lines account for every capture.

    A folder stands for the archives in it and below. Archives may be URLs (s3://, gs://, https://), folders of a store too; a `*`
    in the name of a URL matches as a shell's does.

    Workers are processes: a page that kills or hangs one becomes a rejection. What an interrupted or killed job has done is kept:
    the same command with --resume goes on. The Spark engine writes folders of part files, which together are what the local
    engine writes.

    \b
    Examples:
      scraper extract archives/*.warc.gz -o out.jsonl
      scraper extract crawl.warc.gz -o pubmed.jsonl --site pubmed --strict
      scraper extract s3://bucket/crawls/ -o out.parquet --workers 8 --resume
      scraper extract /shared/*.warc.gz -o /shared/out.jsonl --engine spark --master spark://head:7077
    """
    archives = tuple(map(str, archives_named(archives)))
    rejects = rejects or rejects_beside(output)
    if Path(rejects).absolute() == Path(output).absolute():
        raise UsageError(f"{output}: output and rejects cannot be the same file")
    registry = load_registry()
    for plugin in registry.plugins:
        if plugin.error:
            stderr.print(f"plugin {plugin.name} is not used: {plugin.error}")
    options: dict[str, Any] = {"site": site, "seconds": page_seconds, "shard_size": shard_size}
    if engine == "spark":
        if resume:
            raise UsageError("--resume is for the local engine: Spark tries again what fails, and begins anew what was stopped")
        outcome = Outcome(extract_on_spark(archives, registry, output, rejects, master=master, complain=_complain, **options))
    else:
        options |= {"workers": workers, "resume": resume}
        outcome = _locally(archives, registry, Path(output), Path(rejects), options)
    _tell(outcome, output, rejects)
    if outcome.counts.unreadable:
        raise SystemExit(2)
    if strict and outcome.counts.rejections:
        raise SystemExit(1)


def _locally(archives: tuple[str, ...], registry: Registry, output: Path, rejects: Path, options: dict[str, Any]) -> Outcome:
    try:
        with progress("extract", sum(map(_size, archives))) as report:

            def notice(status: Status) -> None:
                report(status.done, status.captures, f"{status.extractions} records, {status.rejections} rejections")

            return extract_archives(archives, registry, output, rejects, notice=notice, complain=_complain, **options)
    except KeyboardInterrupt:
        stderr.print(f"\ninterrupted: {output} is not written; what is done is kept, and the same command with --resume goes on")
        raise SystemExit(_INTERRUPTED) from None


def _tell(outcome: Outcome, output: str, rejects: str) -> None:
    for line in outcome.counts.lines():
        stdout.print(line)
    if outcome.unchanged:
        stdout.print("nothing to do: archives, plugins and options are those that the output was made of")
    elif outcome.resumed:
        stdout.print(f"shards taken over from an earlier run: {outcome.resumed}")
    stdout.print(output + (f", {rejects}" if outcome.counts.rejections else ""))


def _size(archive: str) -> int:
    """Return the size of an archive, for the progress bar; the job says what is wrong with one that has none."""
    with suppress(OSError):
        return size_of(as_path(archive)) or 0
    return 0


def _complain(error: NotAnArchive) -> None:
    stderr.print(f"scraper: {type(error).__name__}: {error}")
