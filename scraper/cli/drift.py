"""`scraper sites drift`: what each layout found of each field over time, and which selector stopped matching where."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import click
import orjson
from rich.table import Table

from scraper.archive import archives_named
from scraper.archive.place import size_of
from scraper.authoring.cases import site_of
from scraper.authoring.drift import PERIODS, RISK, Survey, coverage, drifts, look_at, visit
from scraper.authoring.examined import examine
from scraper.authoring.heatmap import heat_map
from scraper.authoring.remains import remains_of
from scraper.cli.console import progress, show_table, stderr, stdout
from scraper.cli.output import rejects_beside, where_archives_are
from scraper.cli.places import PlaceType
from scraper.cli.reading import reading
from scraper.errors import ArchiveError, NotAnArchive, UsageError
from scraper.jobs.outputs import read_lines
from scraper.sites import load_registry
from scraper.verify import Archives

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scraper.authoring.drift import Drift, Row
    from scraper.authoring.remains import Remains
    from scraper.sites import Registry

_FIXED: Final = 70  # characters of a terminal that the columns before the periods may take
_COLUMN: Final = 12  # characters of a period's column, at most
_PLACE: Final = ("url", "date", "warc", "offset", "record_id")


@click.command("drift")
@click.argument("archives", nargs=-1, metavar="ARCHIVE...", type=PlaceType())
@click.option("--from", "output", type=click.Path(path_type=Path), help="Look at this output and its rejects; extract nothing.")
@click.option("--rejects", type=click.Path(path_type=Path), help="The rejects of --from. Default: beside it, OUT.rejects.jsonl.")
@click.option("--site", help="This site's captures only.")
@click.option("--by", type=click.Choice(list(PERIODS)), default="month", show_default=True, help="The periods of the coverage.")
@click.option("--risk", type=click.FloatRange(0, 1, min_open=True), default=RISK, show_default=True,
              help="The probability with which a run may blame anything by chance.")  # fmt: skip
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the coverage as a heat map: an .svg file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line a field, for programs.")
def command(
    archives: tuple[Path, ...],
    *,
    output: Path | None,
    rejects: Path | None,
    site: str | None,
    by: str,
    risk: float,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Show the coverage of each field over time, and name the selectors that stopped matching.

    The archives are extracted, or an output of `scraper extract` is read; then ARCHIVE... says where its pages are, files or
    folders, by default those that `scraper verify` looks in. A selector has stopped where its captures, in the order of their
    dates, end in misses that chance does not explain. The last capture in which it matched and the first in which it did not are
    named, with the nearest thing that the page now holds.

    Exit codes: 0 nothing drifted; 1 a selector stopped matching, or a layout its pages; 2 wrong usage, or an archive that cannot be
    read (the others are looked at).

    \b
    Examples:
      scraper sites drift archives/*.warc.gz
      scraper sites drift --from out.jsonl --by year --plot drift.svg
    """
    if not archives and output is None:
        raise UsageError("name archives, or an output with --from; see scraper sites drift --help")
    if plot and plot.suffix.lower() != ".svg":
        raise UsageError(f"{plot}: the heat map is drawn as SVG: name it .svg (any browser shows it, and saves it as PNG)")
    registry = load_registry()
    chosen = registry.only(site) if site else registry
    survey = Survey(chosen)
    where = archives or where_archives_are(output or Path())
    held = Archives([place if place.is_dir() else place.parent for place in where])
    unread = 0
    if output:
        for result in _read(output, rejects):
            _add(result, survey, held, chosen)
    else:
        unread = _extract([*archives_named(archives)], survey, chosen)
    rows, found = coverage(survey, by), drifts(survey, risk)
    told = [(drift, remains_of(drift, held, chosen)) for drift in found]
    if plot:
        _write(plot, heat_map(rows, found, "red frame: a selector stopped matching"))
    _tell_json(rows, told) if as_json else _tell(rows, told, survey)
    raise SystemExit(2 if unread else 1 if found else 0)


def _extract(archives: Sequence[Path], survey: Survey, registry: Registry) -> int:
    """Extract archives; return how many cannot be read."""
    sizes, unread = [_size(path) for path in archives], 0
    with progress("drift", sum(sizes)) as report:
        for number, archive in enumerate(archives):
            before = sum(sizes[:number])
            try:
                look_at(archive, survey, registry, lambda done, before=before: report(before + done, survey.captures))  # type: ignore[misc]  # called at once
            except NotAnArchive as error:
                unread += 1
                stderr.print(f"scraper: {type(error).__name__}: {error}")
    return unread


def _size(path: Path) -> int:
    with suppress(OSError):
        return size_of(path) or 0
    return 0


def _add(result: Any, survey: Survey, held: Archives, registry: Registry) -> None:
    """Take in a result; of a record that its schema refused, as far as its page is at hand, what the layout had found."""
    name = site_of(result)
    if name is not None and all(name != site.name for site in registry.sites):
        return
    results = [result]
    if result.get("stage") == "validate":
        with suppress(ArchiveError):
            results = list(examine(held.capture(result["capture"]), registry).results)
    for each in results:
        survey.add(each)


def _read(output: Path, rejects: Path | None) -> Iterator[Any]:
    """Yield the results in an output and its rejects.

    Raises:
        UsageError: One cannot be read, or holds something else.
    """
    beside = Path(rejects_beside(str(output)))
    paths = [output, *([rejects or beside] if rejects or beside.is_file() else [])]
    with reading("drift", paths) as notice:
        for path in paths:
            for line in read_lines(path):
                yield _result(path, line.number, line.content)
                notice(path, line)


def _result(path: Path, number: int, content: bytes) -> Any:
    try:
        result = orjson.loads(content)
        needed = () if result.get("stage") == "read" else (*_PLACE, "media_type")
        known = ("provenance" in result or "stage" in result) and all(name in result["capture"] for name in needed)
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        known = False
    if not known:
        raise UsageError(f"{path}:{number} is neither an extraction nor a rejection")
    return result


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def _tell_json(rows: Sequence[Row], told: Sequence[tuple[Drift, Remains]]) -> None:
    for row in rows:
        drift = [_json(drift, remains) for drift, remains in told if drift.row == row.key]
        head = {"site": row.site, "layout": row.layout or None, "field": row.field, "found": row.found, "captures": row.captures}
        click.echo(orjson.dumps(head | {"coverage": row.periods, "drift": drift}))


def _json(drift: Drift, remains: Remains) -> dict[str, Any]:
    places = {name: {key: value[key] for key in _PLACE} for name, value in (("last", drift.last), ("first", drift.first))}
    facts = {"layout": drift.layout, "selector": drift.selector, **places, "misses": drift.misses, "chance": drift.chance}
    near = None
    if remains.nearest and remains.capture:
        near = attrs.asdict(remains.nearest) | {"url": visit(remains.capture)["url"]}
    return facts | {"instead": drift.instead, "said": remains.said, "nearest": near}


def _tell(rows: Sequence[Row], told: Sequence[tuple[Drift, Remains]], survey: Survey) -> None:
    show_table(_table(rows, {drift.row for drift, _ in told}))
    for drift, remains in told:
        for line in _lines(drift, remains):
            stdout.print(line)
    skipped = ", ".join(f"{count} {reason}" for reason, count in sorted(survey.skipped.items()))
    stdout.print()
    stdout.print(f"captures {survey.captures}" + (f", of which say nothing: {skipped}" if skipped else ""))
    stdout.print(f"stopped matching: {len(told) or 'nothing'}")


def _table(rows: Sequence[Row], stopped: set[tuple[str, str, str]]) -> Table:
    """Return the coverage in percent: of all periods, or of as many of the latest as the terminal has room for."""
    periods = sorted({period for row in rows for period in row.periods})
    room = max((stdout.width - _FIXED) // _COLUMN, 1) if stdout.is_terminal else len(periods)
    left_out = f" (and {len(periods) - room} periods before)" if len(periods) > room else ""
    table = Table("site", "layout", "field", "captures", f"found{left_out}", *periods[-room:],
                  box=None, padding=(0, 2, 0, 0), header_style="bold")  # fmt: skip
    for row in rows:
        shares = [_share(*row.periods.get(period, (0, 0))) for period in periods[-room:]]
        style = "bold red" if row.key in stopped else None
        table.add_row(row.site, row.layout, row.field, str(row.captures), _share(row.found, row.captures), *shares, style=style)
    return table


def _share(found: int, captures: int) -> str:
    """Return a share in percent; 0 and 100 mean none and all."""
    if not captures:
        return ""
    return f"{min(max(round(100 * found / captures), found > 0), 100 - (found < captures))} %"


def _lines(drift: Drift, remains: Remains) -> Iterator[str]:
    yield ""
    yield f"{drift.site}, layout {drift.layout}: {drift.field}: {drift.selector or 'it'} stopped matching"
    yield f"  last      {_place(drift.last)}"
    yield f"  first     {_place(drift.first)}: nothing, and {drift.misses - 1} more without it since"
    yield f"  by chance with a probability of {drift.chance:.1g}, had nothing changed"
    if drift.instead:
        yield f"  since     found by {', '.join(drift.instead)}"
    if remains.said:
        yield f"  now       {remains.said}"
    elif remains.nearest:
        yield f"  nearest   {remains.nearest.what}: {remains.nearest.text!r}"
        yield f"            {'; '.join(remains.nearest.why)}"
        if remains.capture and remains.capture != drift.first:
            yield f"            on {_place(remains.capture)}"
    elif drift.selector:
        yield "  nearest   nothing like it"


def _place(capture: dict[str, Any]) -> str:
    reached = visit(capture)
    return f"{reached['date']} {reached['url']} ({reached['warc']} at offset {reached['offset']})"
