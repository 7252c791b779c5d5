"""`scraper diff`: what changed between two outputs, per site and field."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import orjson
from rich.table import Table
from rich.text import Text

from scraper.cli.console import progress, show_table, stderr, stdout
from scraper.cli.output import rejects_beside
from scraper.cli.reading import reading
from scraper.errors import UsageError
from scraper.jobs.diffing import NEW, OLD, OUTCOMES, RECORD, Account, open_diff
from scraper.sites import load_registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.jobs.diffing import Group, Outcome, Row

    Json = dict[str, Any]

_KINDS: Final = (*OUTCOMES[1:], "site", "layout", "version", "type")
_LONG: Final = 200  # characters of a value in the table's examples
_STYLES: Final[dict[Outcome, str]] = {"moved": "cyan", "changed": "yellow", "gained": "green", "lost": "red"}


class _Kinds(click.ParamType[frozenset[str]]):
    """Kinds of differences, by comma."""

    name = "kinds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        """Make a set of them."""
        kinds = frozenset(value.split(",")) if value != "none" else frozenset[str]()
        if unknown := sorted(kinds - set(_KINDS)):
            self.fail(f"{', '.join(unknown)}: give none, or some of {','.join(_KINDS)}", param, ctx)
        return kinds


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--rejects", type=click.Path(path_type=Path), help="Rejections of NEW. Default: those beside it, if there are any.")
@click.option("--site", "sites", multiple=True, help="Compare this site's records only; may be repeated.")
@click.option("--field", "fields", multiple=True, help="Compare this field only, and all below: /authors/*/name. May be repeated.")
@click.option("--examples", default=1, show_default=True, type=click.IntRange(0), help="Examples of each outcome of each field.")
@click.option("--all", "everything", is_flag=True, help="Show fields without a difference, too (the table leaves them out).")
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table", show_default=True, help="What to print.")
@click.option("--fail-on", "kinds", type=_Kinds(), default="changed,gained,lost", show_default=True, help="What exits with 1.")
def command(
    old: Path,
    new: Path,
    *,
    rejects: Path | None,
    sites: tuple[str, ...],
    fields: tuple[str, ...],
    examples: int,
    everything: bool,
    form: str,
    kinds: frozenset[str],
) -> None:
    """Show what changed between two outputs of the same captures, per site and field.

    Records belong together by their capture, in whatever order and format the outputs are. Each value is the same, moved (the same
    value from other bytes), changed, gained or lost. Members of lists are aligned: one author more does not change the others.
    Records that only one output has are counted as lost and gained; for lost ones, the rejections of NEW say why.

    --fail-on takes outcomes (moved, changed, gained, lost), and site, layout, version and type, told in any case; or none.

    \b
    Examples:
      scraper diff before.jsonl after.jsonl
      scraper diff before.parquet after.jsonl.zst --site pubmed --field /authors --examples 5
      scraper diff before.jsonl after.jsonl --format jsonl --fail-on changed,lost

    Exit codes: 0 no differences; 1 differences; 2 wrong usage, or lines that cannot be read and so not be compared.
    """
    load_registry()  # plugins bring schemas
    rejects = rejects or _beside(new)
    wanted = [each if each.startswith("/") else f"/{each}" for each in (field.rstrip("/") for field in fields)]
    with open_diff(sites=sites, fields=wanted, examples=examples) as job:
        with reading("read", [old, new]) as notice:
            job.read(OLD, old, notice, stderr.print)
            job.read(NEW, new, notice, stderr.print)
        if rejects:
            job.read_rejections(rejects)
        with progress("compare", job.records) as report:
            account = job.compare(lambda count: report(count, count))
    different = account.found(kinds)
    if form == "jsonl":
        for line in _lines(account, different=different):
            click.echo(orjson.dumps(line))
    else:
        _show(account, (old, new), everything=everything)
    raise SystemExit(2 if any(account.unreadable) else int(different))


def _beside(new: Path) -> Path | None:
    """Return the rejections that `scraper extract` writes beside an output, if they are there."""
    if not new.exists():
        raise UsageError(f"cannot read {new}: there is no such output")
    path = Path(rejects_beside(str(new)))
    return path if path.exists() else None


def _lines(account: Account, *, different: bool) -> Iterator[Json]:
    """Yield the account as JSON lines."""
    for group, name, row in _rows(account):
        kind = {"kind": "records"} if name == RECORD else {"kind": "values"}
        field = {} if name == RECORD else {"field": name}
        counts = {outcome: row.counts[outcome] for outcome in OUTCOMES}
        yield kind | _named(group) | field | counts | {"records": row.records, "examples": row.examples}
    for about, count in sorted(account.differences.items()):
        yield {"kind": about.what} | _named(about.group) | {"old": about.old, "new": about.new, "records": count}
    for cause, count in sorted(account.causes.items()):
        said = {"stage": cause.stage, "error": cause.error} if cause.stage else {}
        yield {"kind": "cause"} | _named(cause.group) | said | {"records": count, "example": account.reasons[cause]}
    sides = {
        name: {"lines": account.lines[side], "unreadable": account.unreadable[side]} for side, name in enumerate(("old", "new"))
    }
    yield {"kind": "account", **sides, "different": different}


def _rows(account: Account) -> list[tuple[Group, str, Row]]:
    """Return the rows by site and field, records before their values."""
    return [(group, name, row) for group, rows in sorted(account.rows.items()) for name, row in sorted(rows.items())]


def _named(group: Group) -> Json:
    return {"site": group.site} | ({"was": group.was} if group.was else {})


def _show(account: Account, outputs: tuple[Path, Path], *, everything: bool) -> None:
    """Print the account for people."""
    rows = _rows(account)
    shown = [each for each in rows if everything or each[2].records or each[1] == RECORD]
    _show_counts(shown)
    if hidden := len(rows) - len(shown):
        stdout.print(f"and {hidden} {'fields' if hidden > 1 else 'field'} without a difference (--all shows them)")
    for line in [*_told(account), *_causes(account)]:
        stdout.print(line)
    for group, name, row in rows:
        for example in row.examples:
            _show_example(f"{_label(group)} {name or 'record'}", example, outputs)
    stdout.print()
    for line in _conclusion(account, outputs):
        stdout.print(line)


def _show_counts(rows: list[tuple[Group, str, Row]]) -> None:
    table = Table("site", "field", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for heading in (*OUTCOMES, "records"):
        table.add_column(heading, justify="right", no_wrap=True)
    for group, name, row in rows:
        counts = (Text(str(row.counts[each]), _STYLES.get(each, "") if row.counts[each] else "dim") for each in OUTCOMES)
        table.add_row(_label(group), Text(_printable(name) or "(records)"), *counts, Text(str(row.records)))
    show_table(table)


def _label(group: Group) -> str:
    return _printable(f"{group.was} → {group.site}" if group.was else group.site)


def _told(account: Account) -> Iterator[str]:
    for about, count in sorted(account.differences.items()):
        yield f"{_label(about.group)}: {about.what} {_printable(about.old)} → {_printable(about.new)} in {_many(count)}"


def _causes(account: Account) -> Iterator[str]:
    for cause, count in sorted(account.causes.items()):
        example = account.reasons[cause]
        why = f"rejected at {cause.stage}, {cause.error}" if cause.stage else "no rejection is known"
        told = f": {_printable(example['rejection']['reason'])}" if cause.stage else ""
        yield f"{_label(cause.group)}: {_many(count)} lost, {why}, as {_printable(example['url'])}{told}"


def _show_example(title: str, example: Json, outputs: tuple[Path, Path]) -> None:
    """Print where an outcome can be seen: what `scraper explain` takes, the value, its bytes."""
    outcome = example["outcome"]
    stdout.print()
    stdout.print(Text.assemble((f"{_printable(title)} ", "bold"), (outcome, _STYLES[outcome])))
    stdout.print(f"  page  {_printable(example['url'])} {_printable(example['record_id'])}")
    skipped = _alike(example) if outcome == "changed" else 0
    for name, path in zip(("old", "new"), outputs, strict=True):
        if side := example.get(name):
            stdout.print(f"  {name}   {_side(path, side, skipped)}")
    if "problem" in example:
        stdout.print(f"  why   {_printable(example['problem'])}")
    if rejection := example.get("rejection"):
        field = f"{rejection['field']}: " if "field" in rejection else ""
        stdout.print(f"  why   rejected at {rejection['stage']}, {rejection['error']}: {_printable(field + rejection['reason'])}")


def _alike(example: Json) -> int:
    """Return how many characters of two long values need not be shown, because they are the same."""
    if "field" not in example["old"]:
        return 0
    old, new = (orjson.dumps(example[name]["value"]).decode() for name in ("old", "new"))
    same = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new)))
    return max(same - _LONG // 4, 0) if max(len(old), len(new)) > _LONG else 0


def _side(path: Path, side: Json, skipped: int) -> str:
    """Tell of one side of an example."""
    where = f"{path}:{side['line']}"
    if "field" not in side:
        return where
    value = orjson.dumps(side["value"]).decode()
    end = skipped + _LONG
    value = f"{'…' if skipped else ''}{value[skipped:end]}{'…' if value[end:] else ''}"
    return _printable(f"{value}  {_origin(side['pointer'] or {})}  ({where} {side['field']})")


def _origin(pointer: Json) -> str:
    """Tell where a value was read."""
    if "stated" in pointer:
        return f"stated: {pointer['stated']}"
    spans = " ".join(f"[{start}, {end})" for start, end in pointer.get("spans", []))
    selector = f", found by {pointer['selector']}" if "selector" in pointer else ""
    steps = f", steps {', '.join(step if isinstance(step, str) else step[0] for step in pointer.get('steps', []))}"
    return f"bytes {spans or 'unknown'}{selector}{steps if pointer.get('steps') else ''}"


def _conclusion(account: Account, outputs: tuple[Path, Path]) -> Iterator[str]:
    for side, path in enumerate(outputs):
        lines, unreadable = account.lines[side], account.unreadable[side]
        yield f"{path}: lines {lines} = extractions {lines - unreadable} + unreadable {unreadable}"
    for what, counts in (("records", account.records()), ("values of records in both", account.values())):
        yield f"{what} {counts.total()}: {', '.join(f'{counts[outcome]} {outcome}' for outcome in OUTCOMES)}"


def _many(count: int) -> str:
    return f"{count} record" if count == 1 else f"{count} records"


def _printable(text: str) -> str:
    """Escape what would do something to a terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
