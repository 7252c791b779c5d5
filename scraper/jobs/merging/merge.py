"""Joining: extractions that are connected by what identifies a work become one line.

A shows a DOI, B the DOI and a PMID, C the PMID: one work. But when two extractions share an identifier and differ in another, none
of those that are connected with them can be told apart for certain. Then only extractions with the very same identifiers are
joined, and each work that comes of it says which others it was not joined with.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import orjson
from attrs import define

from scraper.errors import RecordError
from scraper.jobs.merging.store import open_store
from scraper.jobs.outputs import open_sink, read_lines
from scraper.records import check
from scraper.records.identity import identity_of
from scraper.records.work import WORK, claims_of, conflicts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from scraper.jobs.merging.store import Member, Store
    from scraper.jobs.outputs import Line

    Notice = Callable[[Path, Line], None]

_NAMED: Final = 10  # works that a work says it was not joined with


@define
class Merged:
    """The account of a merge: lines = in works + repeated + unreadable.

    Attributes:
        lines: Lines read.
        extractions: Extractions in works.
        repeated: Lines that were there before, byte for byte.
        unreadable: Lines that are no extractions.
        works: Lines written.
        joined: Works of several extractions.
        unidentified: Works without an identifier: nothing could be joined to them.
        conflicts: Fields of works of which different things are said.
        contradictions: Sets of works that were not joined, because their identifiers contradict each other.
    """

    lines: int = 0
    extractions: int = 0
    repeated: int = 0
    unreadable: int = 0
    works: int = 0
    joined: int = 0
    unidentified: int = 0
    conflicts: int = 0
    contradictions: int = 0


def merge(
    outputs: Iterable[Path],
    out: Path,
    *,
    notice: Notice = lambda _path, _line: None,
    complain: Callable[[str], None] = lambda _text: None,
) -> Merged:
    """Merge outputs into one line a work.

    Args:
        outputs: The files, in any format. Their order does not matter.
        out: Where the works go, as JSON Lines.
        notice: Called after each line, for progress.
        complain: Called with what is wrong: a line that is no extraction, identifiers that contradict each other.

    Returns:
        The account.

    Raises:
        UsageError: A file cannot be read or written.
    """
    with open_store() as store, open_sink(out) as sink:
        job = _Merge(store, complain)
        for path in outputs:
            for line in read_lines(path):
                job.take(path, line)
                notice(path, line)
        for members in store.connected():
            for work in job.works(members):
                sink.write(work)
    return job.merged


class _Merge:
    """A running merge."""

    def __init__(self, store: Store, complain: Callable[[str], None]) -> None:
        self._store, self._complain = store, complain
        self.merged = Merged()

    def take(self, path: Path, line: Line) -> None:
        """Put one line into the store."""
        self.merged.lines += 1
        content = line.content.rstrip(b"\r\n")
        try:
            extraction = orjson.loads(content)
            check("extraction/1", extraction)
        except (orjson.JSONDecodeError, RecordError) as error:
            self.merged.unreadable += 1
            self._complain(f"{path}:{line.number} is no extraction, and left out: {error}")
            return
        new = self._store.add(content, extraction, identity_of(extraction["type"], extraction["record"]))
        self.merged.extractions += new
        self.merged.repeated += not new

    def works(self, members: list[Member]) -> Iterator[bytes]:
        """Yield the works of connected extractions: one, unless identifiers contradict each other."""
        values = _values(members)
        if all(len(each) == 1 for each in values.values()):
            yield self._work(members, {name: each[0] for name, each in values.items()}, {})
            return
        self.merged.contradictions += 1
        said = "; ".join(f"{name} {', '.join(each[:_NAMED])}{', …' if each[_NAMED:] else ''}" for name, each in values.items())
        self._complain(f"not joined, for these identifiers contradict each other: {said}")
        groups = _alike(members)
        identities = [group[0].identity for group in groups]
        for group, own in zip(groups, identities, strict=True):
            others = [each for each in identities[: _NAMED + 1] if each is not own][:_NAMED]
            yield self._work(group, own, {"not_joined": {"works": len(groups) - 1, "identities": others}})

    def _work(self, members: list[Member], identity: dict[str, str], more: dict[str, Any]) -> bytes:
        lines = self._store.lines([member.rank for member in members])
        extractions = [orjson.loads(line) for line in lines]
        claims = claims_of(extractions)
        conflicts = conflicts_of(claims)
        self.merged.works += 1
        self.merged.joined += len(lines) > 1
        self.merged.unidentified += not identity
        self.merged.conflicts += len(conflicts)
        head = {"type": WORK, "of": members[0].kind, "identity": identity, **more, "claims": claims, "conflicts": conflicts}
        return orjson.dumps(head)[:-1] + b',"extractions":[' + b",".join(lines) + b"]}\n"  # the lines as they were


def _values(members: list[Member]) -> dict[str, list[str]]:
    """Return the values of each identifier, by name and in order."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for member in members:
        for name, value in member.identity.items():
            found[name][value] = None
    return {name: sorted(found[name]) for name in sorted(found)}


def _alike(members: list[Member]) -> list[list[Member]]:
    """Group extractions that have the very same identifiers."""
    groups: dict[bytes, list[Member]] = defaultdict(list)
    for member in members:
        groups[orjson.dumps(member.identity, option=orjson.OPT_SORT_KEYS)].append(member)
    return list(groups.values())
