"""`scraper repair`: the readable part of a damaged archive as a clean one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click
import orjson

from scraper.archive import as_path, index_path
from scraper.archive.place import size_of
from scraper.archive.repairing import MAX_BLOCK, LeftOut, Repair, repair
from scraper.cli.console import progress, stderr, stdout
from scraper.cli.load import Size
from scraper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_SHOWN = 20


@click.command("repair")
@click.argument("archive")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The clean archive: ….warc.gz or ….warc.")
@click.option("--report", type=click.Path(path_type=Path), help="What was left out, as JSON Lines. Default: OUT.left-out.jsonl.")
@click.option("--max-block", type=Size(), default=MAX_BLOCK, help="Bound of a record's block; it is held in memory. Default: 1G.")
@click.option("--strict", is_flag=True, help="Exit with 1 when anything was left out.")
def command(archive: str, *, output: Path, report: Path | None, max_block: int, strict: bool) -> None:
    """Write the readable part of a damaged archive as a clean archive.

    Good records are copied byte for byte, each into a gzip member of its own, so what was extracted from the damaged archive is
    verified against the clean one. An archive that is not damaged but stored as one gzip stream, in blocks, or uncompressed, is
    made fit for random access in the same way.

    Left out, and named with offset, length and reason, is what is no whole record, and a record whose digest or length is wrong.
    ARCHIVE is a path or a URL, and is only read. An existing archive is never written over.

    \b
    Examples:
      scraper repair torn.warc.gz -o clean.warc.gz
      scraper repair one-stream.warc.gz -o archives/by-record.warc.gz --strict

    Exit codes: 0 done; 1 something was left out, under --strict; 2 ARCHIVE cannot be read, or holds no good record.
    """
    report = report or output.with_name(f"{output.name.partition('.warc')[0]}.left-out.jsonl")
    if report.absolute() in {output.absolute(), as_path(archive).absolute()}:
        raise UsageError(f"{report}: the report needs a name of its own")
    with progress("repair", _size(archive)) as show:
        done = repair(archive, output, max_block=max_block, notice=_notice(show))
    _write(report, done)
    for place in done.left_out[:_SHOWN]:
        stderr.print(f"left out: {archive} at offset {place.offset}{_length(place)}: {place.reason}")
    if len(done.left_out) > _SHOWN:
        stderr.print(f"left out: {len(done.left_out) - _SHOWN} more places, see {report}")
    records = sum(place.record_id is not None for place in done.left_out)
    damaged = len(done.left_out) - records
    stdout.print(f"records {done.kept + records} = kept {done.kept} + left out {records}; damaged places left out: {damaged}")
    stdout.print(f"{output}, {index_path(output).name}, {report}")
    if strict and done.left_out:
        raise SystemExit(1)


def _notice(show: Callable[[int, int], None]) -> Callable[[int, Repair], None]:
    """Show progress by bytes of the source."""
    return lambda offset, done: show(offset, done.kept)


def _size(archive: str) -> int:
    """Bytes of the source, for the progress bar; 0 where they cannot be told."""
    try:
        return size_of(as_path(archive)) or 0
    except OSError:
        return 0  # reading it will say what is wrong


def _length(place: LeftOut) -> str:
    return "" if place.length is None else f", {place.length} bytes"


def _write(report: Path, done: Repair) -> None:
    """Write the report: nothing in it when nothing was left out.

    Raises:
        UsageError: It cannot be written.
    """
    lines = (attrs.asdict(place, filter=lambda _, value: value is not None) for place in done.left_out)
    try:
        report.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    except OSError as error:
        raise UsageError(f"cannot write {report}: {error.strerror}") from error
