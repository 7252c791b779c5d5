"""Comparing: two outputs of the same captures, record by record and value by value."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Literal

import orjson

from scraper.errors import RecordError, UsageError
from scraper.jobs.diffing.account import RECORD, Account, Cause, Difference, Group, Row
from scraper.jobs.diffing.compare import changes
from scraper.jobs.diffing.pairing import Pairing
from scraper.jobs.outputs import read_lines
from scraper.jobs.scratch import open_scratch
from scraper.records import check

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from scraper.jobs.diffing.compare import Change, Outcome, Place
    from scraper.jobs.diffing.pairing import Found
    from scraper.jobs.outputs import Line

    Json = dict[str, Any]
    Notice = Callable[[Path, Line], None]


@contextlib.contextmanager
def open_diff(*, sites: Collection[str] = (), fields: Collection[str] = (), examples: int = 1) -> Iterator[Diff]:
    """Begin a comparison; what it needs on disk is gone when the block ends.

    Args:
        sites: The sites to compare; none for all. A record counts when either site is one of them.
        fields: The fields to compare, as in `/authors` or `/authors/*/name`, with all below; none for all.
        examples: How many to keep of each outcome of each field.

    Raises:
        UsageError: The disk is full, or cannot be written.
    """
    with open_scratch("comparing") as database:
        yield Diff(Pairing(database), sites, fields, examples)


class Diff:
    """A running comparison: both outputs are read, in any order, then compared."""

    def __init__(self, pairing: Pairing, sites: Collection[str], fields: Collection[str], examples: int) -> None:
        self._pairing = pairing
        self._sites, self._fields, self._examples = frozenset(sites), tuple(fields), examples
        self._wanted: dict[str, bool] = {}
        self._known: set[str] = set()
        self._account = Account()

    def read(self, side: Literal[0, 1], path: Path, notice: Notice, complain: Callable[[str], None]) -> None:
        """Read an output, in any format and order.

        Args:
            side: `OLD` or `NEW`.
            path: The output.
            notice: Called after each line, for progress.
            complain: Called with what is wrong: a line that is no extraction.

        Raises:
            UsageError: It cannot be read.
        """
        for line in read_lines(path):
            self._account.lines[side] += 1
            try:
                extraction = orjson.loads(line.content)
                check("extraction/1", extraction)
                orjson.dumps(extraction["record"])  # refuses what is nested too deep to be walked (254 levels)
            except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecordError) as error:
                self._account.unreadable[side] += 1
                complain(f"{path}:{line.number} is no extraction, and not compared: {error}")
            else:
                self._known.add(extraction["site"]["name"])
                self._pairing.add(side, line.number, line.content, extraction["capture"])
            notice(path, line)

    def read_rejections(self, path: Path) -> None:
        """Read the rejections of the new output, which say why records were lost.

        Raises:
            UsageError: They cannot be read, or are none.
        """
        for line in read_lines(path):
            try:
                rejection = orjson.loads(line.content)
                check("rejection/1", rejection)
            except (orjson.JSONDecodeError, RecordError) as error:
                raise UsageError(f"{path}:{line.number} is no rejection: {error}") from error
            self._pairing.reject(rejection)

    @property
    def records(self) -> int:
        """About how many records there are to compare: those of the larger output."""
        return max(lines - bad for lines, bad in zip(self._account.lines, self._account.unreadable, strict=True))

    def compare(self, notice: Callable[[int], None] = lambda _count: None) -> Account:
        """Compare what was read.

        Args:
            notice: Called after each record with how many there were, for progress.

        Raises:
            UsageError: No record is of a site that was asked for, or has such a field: a slip must not look like no difference.
        """
        if missing := sorted(self._sites - self._known):
            raise UsageError(f"no record is of site {', '.join(missing)}; there are {', '.join(sorted(self._known)) or 'none'}")
        for count, (old, new) in enumerate(self._pairing.pairs(), 1):
            self._pair(old, new)
            notice(count)
        for each in self._fields:
            if self._wanted and not any(_below(name, each) for name in self._wanted):
                raise UsageError(f"no record has the field {each}")
        return self._account

    def _pair(self, old: Found | None, new: Found | None) -> None:
        """Count what became of a record."""
        group = _group(old, new)
        if self._sites.isdisjoint(group) and self._sites:
            return
        rows = self._account.rows[group]
        if old and new:
            outcome = self._values(rows, old, new)
            self._about(group, old.data, new.data)
        else:
            outcome = "lost" if old else "gained"
        row = rows[RECORD]
        row.records += outcome != "same"
        rejection = self._cause(group, old) if old and not new else None
        if self._count(row, outcome) and (old is None or new is None):
            row.examples.append(_example(outcome, old, new) | ({"rejection": rejection} if rejection else {}))

    def _values(self, rows: dict[str, Row], old: Found, new: Found) -> Outcome:
        """Count what became of each value, and return what that makes of the record."""
        touched: set[str] = set()
        worst: Outcome = "same"
        for change in changes(old.data, new.data):
            if not self._wants(change.field):
                continue
            row = rows[change.field]
            if self._count(row, change.outcome):
                row.examples.append(_example(change.outcome, old, new, change))
            if change.outcome != "same":
                touched.add(change.field)
                worst = "changed" if change.outcome != "moved" else worst if worst != "same" else "moved"
        for name in touched:
            rows[name].records += 1
        return worst

    def _wants(self, name: str) -> bool:
        if name not in self._wanted:
            self._wanted[name] = not self._fields or any(_below(name, each) for each in self._fields)
        return self._wanted[name]

    def _count(self, row: Row, outcome: Outcome) -> bool:
        """Count an outcome, and say whether it is one to show."""
        row.counts[outcome] += 1
        return outcome != "same" and row.counts[outcome] <= self._examples

    def _about(self, group: Group, old: Json, new: Json) -> None:
        """Count what else is different; layouts and versions of different sites have nothing to do with each other."""
        told = {"site": (old["site"]["name"], new["site"]["name"]), "type": (old["type"], new["type"])}
        if not group.was:
            told |= {name: (old["site"][name], new["site"][name]) for name in ("layout", "version")}
        for what, (before, after) in told.items():
            if before != after:
                self._account.differences[Difference(group, what, before, after)] += 1

    def _cause(self, group: Group, lost: Found) -> Json | None:
        """Count why a record was lost, and return the rejection, if it is known."""
        rejection = self._pairing.rejection(lost.data["capture"])
        cause = Cause(group, rejection["stage"], rejection["error"]) if rejection else Cause(group, "", "")
        self._account.causes[cause] += 1
        self._account.reasons.setdefault(cause, _example("lost", lost, None) | ({"rejection": rejection} if rejection else {}))
        return rejection


def _group(old: Found | None, new: Found | None) -> Group:
    before, after = (each.data["site"]["name"] if each else None for each in (old, new))
    return Group(after, before) if before and after and before != after else Group(after or before or "")


def _below(name: str, field: str) -> bool:
    return name == field or name.startswith(f"{field}/")


def _example(outcome: Outcome, old: Found | None, new: Found | None, change: Change | None = None) -> Json:
    """Return where an outcome can be seen: page and lines and, of a value, what it was and is, and its pointers."""
    capture = next(each.data["capture"] for each in (new, old) if each)
    shown: Json = {"outcome": outcome, "url": capture["url"], "record_id": capture["record_id"]}
    for name, found in (("old", old), ("new", new)):
        if found:
            place = getattr(change, name, None)
            shown[name] = {"line": found.number} | (_quoted(found, place) if place else {})
    if change and change.old and not change.new and new and (reason := _problem(new, change.old)):
        shown["problem"] = reason
    return shown


def _quoted(found: Found, place: Place) -> Json:
    return {"field": place.path, "value": place.value, "pointer": found.data["provenance"].get(place.path)}


def _problem(found: Found, place: Place) -> str | None:
    """Return why a value could not be read, where the extraction says so."""
    return next((each["reason"] for each in found.data.get("problems", ()) if each["field"] == place.path), None)
