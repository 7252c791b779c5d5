"""`scraper explain`: one value, the bytes it came from, and the steps between."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson
from rich.text import Text

from scraper.cli.console import stdout
from scraper.cli.output import where_archives_are
from scraper.cli.places import PlaceType
from scraper.errors import QuotingError, UsageError
from scraper.jobs.outputs import read_lines
from scraper.quoting.context import CONTEXT, places, stages
from scraper.sites import load_registry
from scraper.verify import Archives, Verdict, leaves_of, verify_extraction

if TYPE_CHECKING:
    from scraper.quoting.context import Place


@click.command("explain")
@click.argument("output", type=click.Path(path_type=Path))
@click.argument("what", nargs=-1, required=True, metavar="[RECORD] FIELD")
@click.option("--archives", multiple=True, type=PlaceType(), help="A folder (or URL) with archives; may be repeated.")
@click.option("--context", default=CONTEXT, show_default=True, type=click.IntRange(0), help="Bytes to show on each side.")
def command(output: Path, what: tuple[str, ...], archives: tuple[Path, ...], context: int) -> None:
    """Show where a value came from: the bytes in their place, the steps one by one, the value, the verdict.

    FIELD is a JSON Pointer into the record, such as /title or /authors/0/name; one that names a part (/authors) explains all
    values below it. RECORD is a line number, or a piece of text that the line's URL or record id holds; without it, the first
    line is meant.

    \b
    Examples:
      scraper explain out.jsonl /title
      scraper explain out.jsonl 3 /references/0
      scraper explain out.jsonl pubmed.ncbi.nlm.nih.gov/37041583 /doi
    """
    if len(what) > 2:  # noqa: PLR2004  # RECORD and FIELD
        raise UsageError("explain takes an output file, a record and a field; see scraper explain --help")
    load_registry()  # plugins bring steps
    field = what[-1]
    number, data = _find(output, what[0] if len(what) > 1 else None)
    fields = [path for path, _ in leaves_of(data["record"]) if path == field or path.startswith(field.rstrip("/") + "/")]
    if not fields:
        known = ", ".join(path for path, _ in leaves_of(data["record"]))
        raise UsageError(f"{output}:{number} has no field {field}; it has {known}")
    held = Archives(archives or where_archives_are(output), deep=bool(archives))
    _show_capture(output, number, data)
    verdicts = {verdict.field: verdict for verdict in verify_extraction(data, held)}
    for path in fields:
        _show_field(verdicts[path], data, held, context)


def _find(output: Path, record: str | None) -> tuple[int, dict[str, Any]]:
    """Return the line that RECORD means, and its number."""
    for number, _, line in read_lines(output):
        try:
            data = orjson.loads(line)
            capture = data["capture"]
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise UsageError(f"{output}:{number} is no extraction: {error}") from error
        if record is None or record == str(number) or (not record.isdecimal() and _names(capture, record)):
            return number, data
    raise UsageError(f"{output} has no record {record or 'at all'}: give a line number, or a part of a URL or record id")


def _names(capture: dict[str, Any], record: str) -> bool:
    visit = capture.get("revisit", capture)
    return any(record in each for each in (capture["url"], capture["record_id"], visit["url"], visit["record_id"]))


def _show_capture(output: Path, number: int, data: dict[str, Any]) -> None:
    capture, site = data["capture"], data["site"]
    stdout.print(f"{output}:{number}  {data['type']} by site {site['name']} {site['version']}, layout {site['layout']}")
    stdout.print(f"page     {capture['url']} of {capture['date']}, {capture['media_type']}, {capture['charset']}")
    stdout.print(f"archive  {capture['warc']} at offset {capture['offset']}, {capture['length']} bytes, {capture['record_id']}")
    if visit := capture.get("revisit"):
        stdout.print(f"revisit  {visit['url']} of {visit['date']} gave the same payload")
        stdout.print(f"         {visit['warc']} at offset {visit['offset']}, {visit['length']} bytes, {visit['record_id']}")


def _show_field(verdict: Verdict, data: dict[str, Any], archives: Archives, context: int) -> None:
    field = verdict.field
    pointer = data["provenance"].get(field, {})
    stdout.print()
    stdout.print(Text(field, style="bold"))
    if "selector" in pointer:
        stdout.print(f"found by {pointer['selector']}")
    if pointer.get("spans") and verdict.outcome != "archive missing":
        try:
            _show_bytes(pointer, data, archives, context)
        except QuotingError as error:
            stdout.print(f"the pointer does not replay: {error}")
    stdout.print(f"value    {dict(leaves_of(data['record']))[field]!r}")
    stdout.print(f"verdict  {verdict.outcome}" + (f": {verdict.reason}" if verdict.reason else ""))


def _show_bytes(pointer: dict[str, Any], data: dict[str, Any], archives: Archives, context: int) -> None:
    payload, charset = archives.capture(data["capture"]).payload, data["capture"]["charset"]
    for place in places(pointer, payload, charset, context):
        stdout.print(f"bytes    {place.title}")
        stdout.print(_in_context(place))
    for label, value in stages(pointer, payload, charset):
        stdout.print(f"step     {label} → {value!r}")


def _in_context(place: Place) -> Text:
    """Return a span in its surroundings, the quoted part between ⟦ and ⟧."""
    return Text.assemble(
        "         ", (place.before, "dim"), ("⟦", "bold green"), (place.quoted, "bold"), ("⟧", "bold green"), (place.after, "dim")
    )
