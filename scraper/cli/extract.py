"""`scraper extract`: archives → extractions and rejections."""

from __future__ import annotations

from pathlib import Path

import click

from scraper.archive import Capture, Item
from scraper.cli.console import progress, stderr, stdout
from scraper.errors import UsageError
from scraper.jobs.local import extract_archives
from scraper.sites import load_registry


@click.command("extract")
@click.argument("archives", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Extractions, one JSON line each.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Rejections. Default: beside the output, OUT.rejects.jsonl.")
@click.option("--site", help="Extract this site's captures only; the others are counted as skipped.")
@click.option("--strict", is_flag=True, help="Exit with 1 when anything was rejected or damaged.")
def command(archives: tuple[Path, ...], output: Path, rejects: Path | None, site: str | None, *, strict: bool) -> None:
    """Extract records from archives.

    Each capture goes to the site that knows its URL, or that recognises the page. Every value of a record comes with a pointer to
    the bytes it was read from. What gives no valid record goes to the rejects file with the stage and the reason; nothing is
    dropped in silence, and the last lines account for every capture.

    \b
    Examples:
      scraper extract archives/*.warc.gz -o out.jsonl
      scraper extract crawl.warc.gz -o pubmed.jsonl --site pubmed --strict
    """
    rejects = rejects or output.with_name(f"{output.name.removesuffix('.jsonl')}.rejects.jsonl")
    if rejects.absolute() == output.absolute():
        raise UsageError(f"{output}: output and rejects cannot be the same file")
    registry = load_registry()
    for plugin in registry.plugins:
        if plugin.error:
            stderr.print(f"plugin {plugin.name} is not used: {plugin.error}")
    sizes = {path: path.stat().st_size if path.is_file() else 0 for path in archives}
    with progress("extract", sum(sizes.values())) as report:
        seen = _Seen(sizes)
        counts = extract_archives(
            archives,
            registry,
            output,
            rejects,
            site=site,
            notice=lambda path, item: report(*seen.at(path, item)),
            complain=lambda error: stderr.print(f"scraper: {type(error).__name__}: {error}"),
        )
    for line in counts.lines():
        stdout.print(line)
    stdout.print(f"{output}" + (f", {rejects}" if counts.rejections else ""))
    if counts.unreadable:
        raise SystemExit(2)
    if strict and (counts.rejections or counts.unreadable):
        raise SystemExit(1)


class _Seen:
    """How far a job is: bytes of archives behind it, and captures."""

    def __init__(self, sizes: dict[Path, int]) -> None:
        self.before: dict[Path, int] = {}
        total = 0
        for path, size in sizes.items():
            self.before[path] = total
            total += size
        self.captures = 0

    def at(self, path: Path, item: Item) -> tuple[int, int]:
        self.captures += isinstance(item, Capture)
        return self.before[path] + item.offset, self.captures
