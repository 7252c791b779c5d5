"""`scraper load`: saved files → archive."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
import orjson

from scraper.archive.loaders import (
    MAX_FILE,
    Archived,
    Event,
    Front,
    Inputs,
    Loading,
    Origins,
    Rejected,
    Row,
    Target,
    assign,
    checked_date,
    find_inputs,
    read_mapping,
    shown,
)
from scraper.cli.console import progress, stderr, stdout
from scraper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


class Size(click.ParamType[int]):
    """A number of bytes, such as `512M`."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a number with an optional unit of 1024."""
        match = re.fullmatch(r"([1-9]\d{0,14})\s*([KMGT]?)i?B?", str(value), re.IGNORECASE | re.ASCII)
        if match is None:
            self.fail(f"{value!r} is no size: write a number of bytes, or 512K, 256M, 2G", param, ctx)
        return int(match[1]) * _UNITS[match[2].upper()]


class _Date(click.ParamType[str]):
    """An ISO 8601 date."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Write it as a record's date: UTC."""
        try:
            return checked_date(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _MediaType(click.ParamType[str]):
    """A media type without parameters."""

    name = "type"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check that it is one."""
        if not re.fullmatch(r"[\w!#$&^.+\-]{1,127}/[\w!#$&^.+\-]{1,127}", str(value), re.ASCII):
            self.fail(f"{value!r} is no media type such as text/html", param, ctx)
        return str(value).lower()


@click.command("load")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The archive: ….warc.gz or ….warc.")
@click.option(
    "--urls", type=click.Path(path_type=Path), help="Where the files came from: CSV or TSV with file,url[,date]; JSON Lines."
)
@click.option(
    "--date", type=_Date(), help="When the files were obtained, ISO 8601. Default: what the page says, else the file's time."
)
@click.option("--media-type", type=_MediaType(), help="Take every file for a single page of this type, whatever it seems to be.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Write rejections here too, one JSON line each: file, reason, ….")
@click.option("--max-file", type=Size(), default=MAX_FILE, help="Bound of a file, decompressed, and of a record. Default: 256M.")
@click.option("--max-size", type=Size(), help="Begin the next archive, NAME-00001.warc.gz, when one reaches this size.")
@click.option("--strict", is_flag=True, help="Exit with 1 when anything was rejected, or a row of --urls names no file.")
@click.option("-v", "--verbose", is_flag=True, help="Print a line for each record, after it is written.")
def command(
    *,
    paths: tuple[Path, ...],
    output: Path,
    urls: Path | None,
    date: str | None,
    media_type: str | None,
    rejects: Path | None,
    max_file: int,
    max_size: int | None,
    strict: bool,
    verbose: bool,
) -> None:
    """Put saved files into an archive, byte for byte.

    PATHs are files or folders; folders are walked, hidden files left out. The format is recognised by content, then by name:

    \b
      text dumps                    one conversion record each
      saved HTML, XML, JSON (.gz)   one resource record each
      HAR                           a response record an entry with content, body decoded, as X-Scraper-Changed says
      MHTML                         a resource record a part
      WACZ, WARC                    every whole record, copied byte for byte
      ARC                           a response record each (a resource record where it is no HTTP)

    A page's URL is taken from --urls (a file is named by path or name), else from a sidecar (page.html.url beside page.html: the
    URL, and on a second line the date), else from the page (the "saved from url" comment of browsers, SingleFile's, canonical,
    og:url), else it is urn:sha256: with the digest of the file. Its date is taken from --urls, its sidecar, --date, the page, else
    the file's time of change. HAR, WACZ, WARC and ARC bring their own URLs and dates.

    What is archived already is not archived again, so a load that was interrupted, even killed, is simply run again: the same
    page at the same URL is the same record; a copied record is known by its id and block. What cannot be loaded is named on
    stderr with the reason, and everything else is loaded.

    \b
    Examples:
      scraper load saved-pages/ -o archives/pages.warc.gz --urls urls.csv
      scraper load dump.txt --date 2026-11-21 -o archives/dump.warc.gz
      scraper load session.har old.arc.gz collection.wacz -o archives/all.warc.gz

    Exit codes: 0 done; 1 something was rejected under --strict; 2 wrong usage, or a PATH cannot be reached.
    """
    rows = read_mapping(urls) if urls else []
    inputs = find_inputs(paths, output=output, others=[path for path in (urls, rejects) if path])
    assigned = assign(rows, inputs.sources)
    front = Front(Origins(assigned.origins, date), media_type, max_file)
    with _teller(rejects, verbose=verbose) as tell, Target(output, max_size, max_file) as target:
        loading = Loading(front, target, tell)
        _load(loading, inputs)
    _conclude(loading, output, inputs.missing, assigned.unmatched)
    if inputs.missing:
        raise SystemExit(2)
    if strict and (loading.tally.rejections or assigned.unmatched):
        raise SystemExit(1)


def _load(loading: Loading, inputs: Inputs) -> None:
    """Load what was found, with progress by bytes."""
    for cut in loading.target.cuts:
        stderr.print(f"{shown(cut.path)}: cut back to offset {cut.offset}: {cut.length} bytes behind the last whole record")
    loading.note(inputs)
    done = 0
    with progress("load", inputs.total) as report:
        for source in inputs.sources:
            loading.load(source)
            done += source.size
            report(done, loading.tally.captures + loading.tally.others)


@contextlib.contextmanager
def _teller(rejects: Path | None, *, verbose: bool) -> Iterator[_Teller]:
    """Tell what happens, with the rejects file open while it does.

    Raises:
        UsageError: The rejects file cannot be written.
    """
    if rejects is None:
        yield _Teller(None, verbose)
        return
    try:
        file = rejects.open("wb")
    except OSError as error:
        raise UsageError(f"cannot write {rejects}: {error.strerror}") from error
    with file:
        yield _Teller(file, verbose)


class _Teller:
    """Prints a line for each rejection and, if wanted, for each record, and writes the rejects file."""

    def __init__(self, rejects: IO[bytes] | None, verbose: bool) -> None:
        self.rejects = rejects
        self.verbose = verbose

    def __call__(self, event: Event) -> None:
        if isinstance(event, Rejected):
            stderr.print(f"rejected: {event}")
            if self.rejects:
                self.rejects.write(_json_line(event))
        elif self.verbose and isinstance(event, Archived):
            stdout.print(f"archived {event.written.record_id} {shown(event.path)} {shown(event.draft.url)}")


def _json_line(rejected: Rejected) -> bytes:
    """A rejection as a line of JSON. It is none of rejection/1: that speaks of a place in an archive, this of a file."""
    line = {"stage": "load", "error": rejected.error, "reason": shown(rejected.reason), "file": shown(rejected.path)}
    optional = {"part": shown(rejected.part) or None, "offset": rejected.offset}
    return orjson.dumps(line | {name: value for name, value in optional.items() if value is not None}) + b"\n"


def _conclude(loading: Loading, output: Path, missing: Sequence[Rejected], unmatched: Sequence[Row]) -> None:
    """Print the account, and what to do next."""
    for row in unmatched:
        stderr.print(f"line {row.line} of the mapping names no file that was found: {shown(row.file)}")
    for rejected in missing:
        stderr.print(f"scraper: {rejected}")
    files, records = loading.tally.lines()
    stdout.print(files)
    if loading.tally.records != loading.tally.loaded + loading.tally.known:
        stdout.print(records)
    for path in loading.target.written:
        stdout.print(shown(path))
    if not loading.target.written:
        stdout.print(f"nothing new; {shown(output)} was {'left as it is' if output.exists() else 'not written'}")
    elif loading.tally.captures:
        names = " ".join(shown(path) for path in loading.target.written)
        stdout.print(f"next: scraper extract {names} -o {shown(output.name.partition('.warc')[0])}.jsonl")
