"""`scraper index`: the CDXJ beside each archive, made anew."""

from __future__ import annotations

import functools
from collections import Counter
from typing import TYPE_CHECKING

import attrs
import click

from scraper.archive import Damage, Hole, archives_named, index_path, interpret, raw_records
from scraper.archive.index import IndexLine, index_line, write_index
from scraper.archive.interpret import CAPTURES
from scraper.archive.place import size_of
from scraper.archive.reader import MAX_PAYLOAD
from scraper.cli.console import progress, stderr, stdout
from scraper.cli.places import PlaceType
from scraper.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@click.command("index")
@click.argument("archives", nargs=-1, required=True, type=PlaceType())
@click.option("--strict", is_flag=True, help="Exit with 1 when an archive is damaged.")
def command(archives: tuple[Path, ...], *, strict: bool) -> None:
    """Make the index of archives anew: NAME.cdxj beside each.

    An index says where each capture is, for replay (it is what pywb reads) and for finding captures whose archive was renamed or
    recompressed. Archives written here come with one; make it for those of other tools, or after an archive was changed.

    Every record is checked on the way, and damaged places are named. They are in no index; `scraper repair` copies what is
    whole. An archive may be a URL (s3://…), where the index can be written beside it; a folder stands for the archives in it.

    \b
    Examples:
      scraper index archives/*.warc.gz
      scraper index --strict foreign.warc

    Exit codes: 0 done; 1 an archive is damaged, under --strict; 2 an archive cannot be read (the others are indexed first).
    """
    archives = tuple(archives_named(archives))
    sizes = [_size(path) for path in archives]
    damaged = unreadable = 0
    with progress("index", sum(sizes)) as report:
        for number, path in enumerate(archives):
            try:
                found = _index(path, functools.partial(_report, report, sum(sizes[:number])))
            except ArchiveError as error:
                stderr.print(f"scraper: {type(error).__name__}: {error}")
                unreadable += 1
            else:
                damaged += bool(found.damage)
                _tell(path, found)
    stdout.print(f"archives {len(archives)} = indexed {len(archives) - unreadable} ({damaged} damaged) + unreadable {unreadable}")
    if unreadable:
        raise SystemExit(2)
    if strict and damaged:
        raise SystemExit(1)


def _size(path: Path) -> int:
    """Bytes of an archive, for the progress bar; 0 where they cannot be told: reading it will say why."""
    try:
        return size_of(path) or 0
    except OSError:
        return 0


def _report(report: Callable[[int, int], None], before: int, offset: int, count: int) -> None:
    """Report progress over all archives from within one."""
    report(before + offset, count)


@attrs.define
class _Found:
    """What an archive holds.

    Attributes:
        lines: Its index.
        others: Records that no index lists, by type.
        damage: Its damaged places.
    """

    lines: list[IndexLine] = attrs.field(factory=list)
    others: Counter[str] = attrs.field(factory=Counter)
    damage: list[Damage] = attrs.field(factory=list)


def _index(path: Path, report: Callable[[int, int], None]) -> _Found:
    """Read an archive once, and write its index.

    Raises:
        NotAnArchive: It is none.
        ArchiveError: The index cannot be written.
    """
    found = _Found()
    for record in raw_records(path):
        if isinstance(record, Hole):
            found.damage.append(Damage(reason=record.reason, warc=path.name, offset=record.offset, length=record.length))
        elif line := index_line(record, path.name):
            found.lines.append(line)
        elif record.head.kind in CAPTURES:
            item = interpret(record, path, max_payload=MAX_PAYLOAD)
            found.damage += [item] if isinstance(item, Damage) else []
        else:
            found.others[record.head.kind] += 1
        report(record.offset, len(found.lines))
    try:
        write_index(path, found.lines)
    except OSError as error:
        raise ArchiveError(f"cannot write the index: {error.strerror}", path=index_path(path)) from error
    return found


def _tell(path: Path, found: _Found) -> None:
    """Say what was found in an archive."""
    others = ", ".join(f"{count} {kind}" for kind, count in sorted(found.others.items()))
    state = f"; {len(found.damage)} damaged places" if found.damage else ""
    stdout.print(f"{index_path(path)}: {len(found.lines)} captures" + (f"; not listed: {others}" if others else "") + state)
    for place in found.damage:
        stdout.print(f"damaged: {path} at offset {place.offset}: {place.reason}")
