"""The work itself: files in, records into the archive, and an account in which every file has its place."""

from __future__ import annotations

from collections import Counter
from pathlib import Path  # noqa: TC003  attrs resolves annotations at run time
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, field, frozen

from scraper.archive.loaders.drafts import Draft, Outcome, PassedOver, Rejected, is_capture
from scraper.archive.writer import Written  # noqa: TC001  attrs resolves annotations at run time

if TYPE_CHECKING:
    from collections.abc import Callable

    from scraper.archive.loaders.front import Front
    from scraper.archive.loaders.inputs import Inputs, Source
    from scraper.archive.loaders.target import Target


@frozen
class Archived:
    """A record that has been written: whoever is told of it can rely on it."""

    path: Path
    draft: Draft
    written: Written


@frozen
class Known:
    """A record that the archive holds already."""

    path: Path
    draft: Draft


Event: TypeAlias = Archived | Known | Rejected | PassedOver


@define
class Tally:
    """What became of the files, and of the records in them.

    Attributes:
        files: Files found.
        loaded: Files of which at least one record is new.
        known: Files of which every record was archived already.
        rejected: Files that gave nothing because something is wrong.
        passed: Files passed over, by reason.
        records: Records, entries or parts seen in the files that were read; a single page counts as one.
        captures: Records archived that are captures.
        others: Records archived that are none: requests, warcinfo, ….
        known_records: Records archived already.
        rejected_records: Parts of files, and damaged places in archives, that were rejected.
        rejections: Everything that was rejected, whole files too.
        left: Records passed over, by reason.
    """

    files: int = 0
    loaded: int = 0
    known: int = 0
    rejected: int = 0
    passed: Counter[str] = field(factory=Counter)
    records: int = 0
    captures: int = 0
    others: int = 0
    known_records: int = 0
    rejected_records: int = 0
    rejections: int = 0
    left: Counter[str] = field(factory=Counter)

    @property
    def conserved(self) -> bool:
        """Whether both sums hold: no file and no record got lost."""
        files = self.loaded + self.known + self.rejected + self.passed.total()
        records = self.captures + self.others + self.known_records + self.rejected_records + self.left.total()
        return self.files == files and self.records == records

    def lines(self) -> list[str]:
        """Give the account for people: of the files, then of what they held."""
        sign = "=" if self.conserved else "≠"
        files = f"loaded {self.loaded} + already archived {self.known} + rejected {self.rejected}"
        archived = f"archived {self.captures + self.others} ({self.captures} captures)"
        records = f"{archived} + already archived {self.known_records} + rejected {self.rejected_records}"
        return [
            f"files {self.files} {sign} {files} + skipped {_with_reasons(self.passed)}",
            f"records {self.records} {sign} {records} + skipped {_with_reasons(self.left)}",
        ]


@define
class Loading:
    """Loads files into an archive.

    Args:
        front: Reads the files.
        target: The archive.
        notice: Is told of every record after it is written, of every one archived already, rejected or passed over.

    Attributes:
        tally: The account so far.
    """

    front: Front
    target: Target
    notice: Callable[[Event], None]
    tally: Tally = field(factory=Tally, init=False)

    def note(self, inputs: Inputs) -> None:
        """Take into the account what was found but will not be read."""
        for rejected in inputs.rejected:
            self.tally.files += 1
            self.tally.rejected += 1
            self.tally.rejections += 1
            self.notice(rejected)
        for passed in inputs.passed:
            self.tally.files += 1
            self.tally.passed[passed.reason] += 1
            self.notice(passed)

    def load(self, source: Source) -> None:
        """Load one file.

        Raises:
            UsageError: Another writer has the archive.
            ArchiveError: The disk is full or failing; what was told of before is archived.
        """
        seen = {type(self._record(outcome, source.path)) for outcome in self.front.read(source)}
        self.tally.files += 1
        if Archived in seen:
            self.tally.loaded += 1
        elif Known in seen:
            self.tally.known += 1
        elif Rejected in seen:
            self.tally.rejected += 1
        else:
            self.tally.passed["nothing to archive"] += 1

    def _record(self, outcome: Outcome, path: Path) -> Event:
        """Take one outcome: a draft is archived, everything is counted and told."""
        event = outcome if isinstance(outcome, Rejected | PassedOver) else self._archive(outcome, path)
        if isinstance(event, Archived):
            capture = is_capture(event.draft)
            self.tally.captures += capture
            self.tally.others += not capture
        elif isinstance(event, Known):
            self.tally.known_records += 1
        elif isinstance(event, Rejected):
            self.tally.rejections += 1
            self.tally.rejected_records += event.is_part
        else:
            self.tally.left[event.reason] += 1
        self.tally.records += not isinstance(event, Rejected) or event.is_part
        self.notice(event)
        return event

    def _archive(self, draft: Draft, path: Path) -> Archived | Known:
        """Archive a draft, unless it is archived already."""
        written = self.target.add(draft)
        return Known(path, draft) if written is None else Archived(path, draft, written)


def _with_reasons(counter: Counter[str]) -> str:
    """A sum with its parts."""
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(counter.items()))
    return f"{counter.total()} ({reasons})" if reasons else "0"
