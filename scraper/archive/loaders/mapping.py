"""The mapping: one file that says of many files where they came from."""

from __future__ import annotations

import csv
import io
import json
import os
import unicodedata
from collections import defaultdict
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

from scraper.archive.loaders.origin import Origin, checked_date, checked_url
from scraper.errors import ScraperError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from scraper.archive.loaders.inputs import Source

_COLUMNS: Final = ("file", "url")


@frozen
class Row:
    """One row: its line number in the mapping, and what it says, verbatim."""

    line: int
    file: str
    url: str
    date: str = ""

    def origin(self) -> Origin | str:
        """What it says of its file, or why that cannot be used."""
        try:
            return Origin(checked_url(self.url), checked_date(self.date) if self.date.strip() else None)
        except (ValueError, ScraperError) as error:
            return f"line {self.line} of the mapping: {error}"


def read_mapping(path: Path) -> list[Row]:
    """Read a mapping: CSV or TSV with a header line, or JSON Lines.

    Names may be any bytes: what is not UTF-8 is read as the file system's names are.

    Raises:
        UsageError: It cannot be read, or has no columns `file` and `url`.
    """
    try:
        text = path.read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    except OSError as error:
        raise UsageError(f"cannot read the mapping {path}: {error.strerror}") from error
    try:
        return list(_json_rows(text) if text.lstrip().startswith("{") else _table_rows(text))
    except (ValueError, csv.Error) as error:
        raise UsageError(f"the mapping {path} cannot be read: {error}") from error


def _json_rows(text: str) -> Iterator[Row]:
    """Rows of JSON Lines."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                values = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise ValueError(f"line {number} is no JSON: {error}") from error
            yield _row(number, values)


def _table_rows(text: str) -> Iterator[Row]:
    """Rows of CSV or TSV."""
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    missing = [name for name in _COLUMNS if name not in (table.fieldnames or ())]
    if missing:
        raise ValueError(f"its first line must name the columns file and url (and date, if wanted); {missing} not found")
    for values in table:
        yield _row(table.line_num, values)


def _row(number: int, values: Any) -> Row:
    """One row of either form.

    Raises:
        ValueError: It lacks file or URL.
    """
    if not isinstance(values, dict):
        raise ValueError(f"line {number} is no object")  # noqa: TRY004  one error for all that is wrong with the text
    file, url, date = (values.get(name) or "" for name in ("file", "url", "date"))
    if not (isinstance(file, str) and isinstance(url, str) and isinstance(date, str) and file):
        raise ValueError(f"line {number} lacks a file or a url")
    return Row(number, file, url, date)


@define
class Assigned:
    """A mapping brought together with the files there are.

    Attributes:
        origins: What is said of each file that a row names; a text says why it cannot be used.
        unmatched: Rows that name no file.
    """

    origins: dict[Path, Origin | str] = field(factory=dict)
    unmatched: list[Row] = field(factory=list)


def assign(rows: Iterable[Row], sources: Iterable[Source]) -> Assigned:
    """Find the file that each row names: by path, absolute, as named, or below its folder; else by name alone.

    A name that several files bear, in different folders, says nothing of any of them; neither do two rows of one file that
    differ: both become a reason to reject, because a wrong URL is worse than none.

    Args:
        rows: The mapping.
        sources: The files.
    """
    by_path: dict[str, dict[Path, None]] = defaultdict(dict)
    by_name: dict[str, dict[Path, None]] = defaultdict(dict)
    for source in sources:
        for name in (source.name, str(source.path), os.path.abspath(source.path)):  # noqa: PTH100  no links resolved
            by_path[_key(name)][source.path] = None
        by_name[_key(source.path.name)][source.path] = None
    assigned = Assigned()
    for row in rows:
        key = _key(row.file)
        paths = list(by_path.get(key) or by_name.get(key) or ())
        if not paths:
            assigned.unmatched.append(row)
        ambiguous = f"line {row.line} of the mapping names {len(paths)} files {row.file!r}: give their paths"
        for path in paths:
            _note(assigned.origins, path, row.origin() if len(paths) == 1 else ambiguous, row)
    return assigned


def _note(origins: dict[Path, Origin | str], path: Path, said: Origin | str, row: Row) -> None:
    """Take note of what a row says of a file, unless another row says something else."""
    if origins.setdefault(path, said) != said:
        origins[path] = f"line {row.line} of the mapping contradicts an earlier one"


def _key(name: str) -> str:
    """A name as it is compared: `./` and doubled slashes out, composed (macOS decomposes names)."""
    return unicodedata.normalize("NFC", str(PurePath(name)))
