"""`scraper verify`: from every value back to the archived bytes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.console import progress, stdout
from scraper.cli.output import where_archives_are
from scraper.cli.places import PlaceType
from scraper.jobs.outputs import read_lines, size_of
from scraper.sites import load_registry
from scraper.verify import OUTCOMES, Archives, Outcome, archive_damage, verify_line

if TYPE_CHECKING:
    from collections.abc import Iterable


@click.command("verify")
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--archives", multiple=True, type=PlaceType(), help="A folder (or URL) with archives; may be repeated.")
@click.option("--quick", is_flag=True, help="Check the captures that are pointed at, not their archives as a whole.")
def command(output: Path, archives: tuple[Path, ...], *, quick: bool) -> None:
    """Walk every pointer of an output file back to its bytes.

    For each value: the archive is opened at the offset, the capture's digest checked, the bytes sliced, the steps replayed, and the
    result compared with the record. Then each archive that was used is checked as a whole, so that a flipped byte anywhere is
    noticed (--quick leaves that out).

    Archives are looked for in --archives, else beside the output, in the current folder and in ./archives. One that was renamed
    or recompressed is found through its index.

    \b
    Outcomes:
      verified         the bytes say the same
      failed           they do not; each one is named
      unlocated        the extraction itself says that the bytes are not known
      stated           the value is a constant or look-up, and says so
      archive missing  there is no archive to look in

    Exit codes: 0 all is well; 1 something failed, or an archive is missing or damaged; 2 the output cannot be read.
    """
    load_registry()  # plugins bring steps
    places = Archives(archives or where_archives_are(output), deep=bool(archives))
    counts: Counter[Outcome] = Counter()
    number = 0
    with progress("verify", size_of(output)) as report:
        for number, end, line in read_lines(output):
            for verdict in verify_line(line, places):
                counts[verdict.outcome] += 1
                if verdict.outcome in {"failed", "archive missing"}:
                    stdout.print(f"{output}:{number} {verdict.field or '(line)'}: {verdict.outcome}: {verdict.reason}")
            report(end, number)
    damage = [] if quick else _check_archives(places.used)
    for outcome in OUTCOMES:
        stdout.print(f"{outcome:<16}{counts[outcome]:>8}")
    stdout.print(_conclusion(number, counts, len(places.used), damage, quick=quick))
    raise SystemExit(1 if counts["failed"] or counts["archive missing"] or damage else 0)


def _check_archives(used: Iterable[Path]) -> list[str]:
    damage = [line for path in used for line in archive_damage(path)]
    for line in damage:
        stdout.print(f"damaged: {line}")
    return damage


def _conclusion(lines: int, counts: Counter[Outcome], archives: int, damage: list[str], *, quick: bool) -> str:
    total = counts.total()
    whole = "not checked as a whole" if quick else f"{len(damage)} damaged places" if damage else "whole"
    proven = "every value verified" if total and counts["verified"] == total else f"{counts['verified']} verified"
    return f"{lines} extractions, {total} values: {proven}; {archives} archives: {whole}"
