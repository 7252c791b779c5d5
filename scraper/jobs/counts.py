"""The account of a job: every capture is extracted, rejected or skipped, and the sum is printed."""

from __future__ import annotations

from collections import Counter
from typing import Any, Self

import attrs


@attrs.define(slots=True)
class Counts:
    """What became of the captures of a job.

    Attributes:
        captures: Captures seen.
        extracted: Captures that gave at least one extraction.
        rejected: Captures that gave none.
        skipped: Captures passed over on purpose, by reason.
        revisits: Captures among these that an archive holds as revisits of an earlier one.
        extractions: Lines of output (one capture may give several).
        rejections: Lines of the rejects file (damaged places, and single records of a capture, among them).
        damaged: Damaged places in archives.
        others: Records that are no captures, by kind (`warcinfo`, `request`, …).
        unreadable: Inputs that could not be read at all.
    """

    captures: int = 0
    extracted: int = 0
    rejected: int = 0
    skipped: Counter[str] = attrs.field(factory=Counter)
    revisits: int = 0
    extractions: int = 0
    rejections: int = 0
    damaged: int = 0
    others: Counter[str] = attrs.field(factory=Counter)
    unreadable: int = 0

    def __iadd__(self, other: Counts) -> Self:
        """Add another account to this one."""
        for name in attrs.fields_dict(Counts):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return attrs.asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Counts:
        """Return the account that `to_json` gave."""
        return cls(**{name: Counter(value) if isinstance(value, dict) else value for name, value in data.items()})  # type: ignore[arg-type]  # by name

    @property
    def conserved(self) -> bool:
        """Whether the sum holds: no capture got lost."""
        return self.captures == self.extracted + self.rejected + self.skipped.total()

    def lines(self) -> list[str]:
        """Return the account for people, the conservation line first."""
        skipped = _with_reasons(self.skipped)
        sign = "=" if self.conserved else "≠"
        found = [f"captures {self.captures} {sign} extracted {self.extracted} + rejected {self.rejected} + skipped {skipped}"]
        found.append(f"lines written: {self.extractions} extractions, {self.rejections} rejections")
        if self.revisits:
            found.append(f"revisits among the captures: {self.revisits} (the bytes are those of an earlier capture)")
        if self.others:
            found.append(f"other records: {_with_reasons(self.others)}")
        if self.damaged:
            found.append(f"damaged places: {self.damaged} (each is in the rejects file, with its offset)")
        return found


def _with_reasons(counter: Counter[str]) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(counter.items()))
    return f"{counter.total()} ({reasons})" if reasons else "0"
