"""The account of a comparison: what became of records and values, counted by site and field, with examples."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from attrs import define, field

from scraper.jobs.diffing.compare import OUTCOMES

if TYPE_CHECKING:
    from scraper.jobs.diffing.compare import Outcome

    Json = dict[str, Any]

RECORD: Final = ""
"""The field of a record as a whole, as its JSON Pointer is (RFC 6901)."""


class Group(NamedTuple):
    """The site whose records these are.

    Attributes:
        site: The site, in the new output where there is one.
        was: The site before, where it was another; else empty.
    """

    site: str
    was: str = ""


@define
class Row:
    """What became of a field's values, or of records.

    Attributes:
        counts: How many, by outcome.
        records: The records in which something is not the same.
        examples: Some of each outcome but `same`, in the order of the outputs.
    """

    counts: Counter[Outcome] = field(factory=Counter)
    records: int = 0
    examples: list[Json] = field(factory=list)


class Difference(NamedTuple):
    """Something else about records that are in both outputs.

    Attributes:
        group: Whose records.
        what: `site`, `layout`, `version` (of the site) or `type` (of the record).
        old: What it was.
        new: What it is.
    """

    group: Group
    what: str
    old: str
    new: str


class Cause(NamedTuple):
    """Why captures give no record any more.

    Attributes:
        group: Whose records were lost.
        stage: The stage of the rejection; empty where none is known.
        error: Its error.
    """

    group: Group
    stage: str
    error: str


@define
class Account:
    """What a comparison found. Of each output, lines = extractions + unreadable.

    Attributes:
        lines: Lines of the old and the new output.
        unreadable: Lines of each that are no extractions.
        rows: By group, then by field; the field of records as a whole is empty.
        differences: How many records changed their site, layout, version or type.
        causes: How many records were lost, and why.
        reasons: An example of each cause.
    """

    lines: list[int] = field(factory=lambda: [0, 0])
    unreadable: list[int] = field(factory=lambda: [0, 0])
    rows: defaultdict[Group, defaultdict[str, Row]] = field(factory=lambda: defaultdict(lambda: defaultdict(Row)))
    differences: Counter[Difference] = field(factory=Counter)
    causes: Counter[Cause] = field(factory=Counter)
    reasons: dict[Cause, Json] = field(factory=dict)

    def records(self) -> Counter[Outcome]:
        """Return what became of all records."""
        return self._total(records=True)

    def values(self) -> Counter[Outcome]:
        """Return what became of all values of the records that are in both outputs."""
        return self._total(records=False)

    def found(self, kinds: frozenset[str]) -> bool:
        """Whether there is a difference of these kinds: outcomes, and what a `Difference` may be about."""
        outcomes = self.records() + self.values()
        return any(outcomes[each] for each in OUTCOMES if each in kinds) or any(each.what in kinds for each in self.differences)

    def _total(self, *, records: bool) -> Counter[Outcome]:
        total: Counter[Outcome] = Counter()
        for rows in self.rows.values():
            for name, row in rows.items():
                if (name == RECORD) == records:
                    total += row.counts
        return total
