"""Archives damaged on purpose, with an account of what is left of the original: cuts, flips, gaps, noise and splices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from scraper.archive import Record

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence


@frozen
class Damaged:
    """A damaged archive: `kept` are the ranges of the original that it holds, in its order, and `tail` whether it ends as that."""

    data: bytes
    kept: list[tuple[int, int]]
    tail: bool

    def holds(self, start: int, end: int) -> bool:
        """Whether a range of the original stands in it in one piece."""
        return any(first <= start and end <= last for first, last in self.kept)


def damage(data: bytes, donor: bytes, chance: random.Random) -> Damaged:
    """Damage an archive in one to three places; every second time it is cut at the end too, or something is put there."""
    out, kept, at = b"", [], 0
    for place in sorted(chance.sample(range(len(data)), min(len(data), chance.randrange(4)))):
        if place < at:
            continue
        out += data[at:place]
        kept.append((at, place))
        put, skip = _change(data, donor, place, chance)
        out += put
        at = min(place + skip, len(data))
    end = chance.choice([len(data), chance.randrange(at, len(data) + 1)])
    behind = chance.choice([b"", b"", b"\0" * 512, donor])
    return Damaged(out + data[at:end] + behind, [*kept, (at, end)], end == len(data) and not behind)


def _change(data: bytes, donor: bytes, at: int, chance: random.Random) -> tuple[bytes, int]:
    """What is put at a place, and how many bytes it stands for."""
    size = chance.randrange(1, max(len(data) // 4, 2))
    start = chance.randrange(len(donor))
    return chance.choice(
        [
            (bytes([data[at] ^ (1 << chance.randrange(8))]), 1),
            (chance.randbytes(min(size, 300)), min(size, 300)),
            (chance.randbytes(min(size, 300)), 0),
            (b"", size),
            (donor[start : start + size], chance.choice([0, size])),
            (data[max(at - size, 0) : at], 0),
            (b"\r\n\r\nGARBAGE\r\n", 0),
        ]
    )


def outside(records: Sequence[Record], damaged: Damaged) -> list[Record]:
    """Those records of an original, undamaged and in its order, that the damage leaves whole, and that can be seen to be.

    Without gzip and without digest nothing but the next record shows that a record ends where it says.
    """
    found = []
    for number, record in enumerate(records):
        start, end = record.offset, record.offset + record.length
        if not record.compressed:
            start -= record.head.arc and start > 0  # an ARC's record begins a line
            if "warc-block-digest" not in record.head.fields:
                following = records[number + 1] if number + 1 < len(records) else None
                end = following.offset + len(following.head.raw) if following else end
                if following is None and not damaged.tail:
                    continue
        if damaged.holds(start, end):
            found.append(record)
    return found
