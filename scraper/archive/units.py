"""Records out of a compressed archive: one gzip member each, as the standard wants it (WARC 1.1 annex D), or otherwise.

A *unit* is what has to be inflated from its start to get at its records: one member or, where records run on from one member
into the next (bgzip, archives that were split and compressed in parts), the members up to the one that begins with a record. All
records of a unit share its offset.

A member is believed when its CRC fits. One that is cut or broken is a hole; but a member that holds records one behind the
other is read up to the flaw, or else a whole archive compressed as one stream would be lost with one byte. Of a cut member whole
records are taken, as from an uncompressed archive that is cut; of a broken one, where any byte before the flaw may be wrong, only
those whose blocks have the digests they state.
"""

from __future__ import annotations

import io
import itertools
from typing import IO, TYPE_CHECKING, Final

from attrs import define, field

from scraper.archive.framing import Found, Hole, Record, RecordStream, Torn
from scraper.archive.head import MAX_LINE, opens
from scraper.archive.members import Member, Members

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOINED: Final = 320 << 20
"""Most bytes of one record that are joined from several members."""


def gzip_records(file: IO[bytes], *, size: int, limit: int, arc: bool, start: int, end: int) -> Iterator[Record | Hole]:
    """Records of a compressed archive.

    Args:
        file: The archive.
        size: Its size in bytes.
        limit: As for `RecordStream`.
        arc: As for `RecordStream`.
        start: Offset of the first unit to read.
        end: Units that begin here or behind it are not read.
    """
    members = Members(file)
    offset = start
    while offset < end and (member := members.member(offset)) is not None:
        if isinstance(member, Member) and not member.flaw:
            unit = Unit(members, member, limit, arc)
            yield from unit.records()
            offset = unit.end
        else:
            following = members.search(offset + 1, arc=arc)
            if isinstance(member, Member):
                yield from Unit(members, member, limit, arc).before_flaw(only_cut=member.cut and following is None)
            stop = size if following is None else following
            yield Hole(member.flaw if isinstance(member, Member) else member.reason, offset, stop - offset)
            offset = stop


def unit_records(members: Members, member: Member, *, limit: int, arc: bool) -> Iterator[Record | Hole]:
    """The records of the unit that begins with a member, as a scan gives them, and what is wrong with it."""
    unit = Unit(members, member, limit, arc)
    if not member.flaw:
        return unit.records()
    only_cut = member.cut and members.search(member.offset + 1, arc=arc) is None
    return itertools.chain(unit.before_flaw(only_cut=only_cut), [Hole(member.flaw, member.offset, None)])


def unit_offsets(members: Members, *, arc: bool) -> Iterator[int]:
    """Where units begin that begin with a record: found by inflating members, without looking at their records."""
    offset: int | None = 0
    while offset is not None and (member := members.member(offset, keep=False)) is not None:
        whole = isinstance(member, Member) and not member.flaw
        offset = member.end if isinstance(member, Member) and whole else members.search(offset + 1, arc=arc)
        if offset is not None and members.opens_record(offset, arc=arc):
            yield offset


@define
class Unit:
    """A unit.

    Args:
        members: The archive.
        first: The member that it begins with.
        limit: As for `RecordStream`.
        arc: As for `RecordStream`.

    Attributes:
        end: The byte of the file behind it, as far as it has been read.
    """

    members: Members
    first: Member
    limit: int
    arc: bool
    end: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.end = self.first.end

    def records(self) -> Iterator[Record | Hole]:
        """Its records, and what is none, where its first member is whole."""
        base, data = 0, self.first.data
        stream = self._stream()
        while (item := stream.read()) is not None:
            if isinstance(item, Torn) and data is not None and item.lacks and (more := self._more(item.lacks)):
                base, data = base + item.start, data[item.start :] + more
                stream = RecordStream(io.BytesIO(data), self.limit, self.arc, size=len(data))
            elif isinstance(item, Found):
                yield self._record(item)
            else:
                torn = stream.behind(item)
                yield self._hole(torn, base + torn.start)
                if torn.resume is None:
                    return

    def before_flaw(self, *, only_cut: bool) -> Iterator[Record | Hole]:
        """What its first member holds before the flaw, if that is several records; not what the flaw tore.

        Args:
            only_cut: Whether the end is missing and nothing speaks for any other damage.
        """
        items = self._stream().records()
        first = next(items, None)
        if not isinstance(first, Found) or not first.followed:
            return
        for item in itertools.chain([first], items):
            if isinstance(item, Torn):
                if item.resume is not None:
                    yield self._hole(item, item.start)
            elif only_cut or item.digested:
                yield self._record(item)
            else:
                yield self._hole(Torn("no digest vouches for this record of a broken member", item.start, item.end), item.start)

    def _stream(self) -> RecordStream:
        """The records that its first member holds."""
        return RecordStream(self.members.stream(self.first), self.limit, self.arc, size=self.first.size)

    def _more(self, lacks: int) -> bytes:
        """The members that follow, as many as are needed to complete a record; nothing if they do not continue it."""
        end, parts = self.end, []
        while 0 < lacks <= _JOINED:
            member = self.members.member(end)
            if not isinstance(member, Member) or member.flaw or member.data is None or self._opens(member.data):
                return b""
            parts.append(member.data)
            lacks -= member.size
            end = member.end
        if lacks > 0:
            return b""
        self.end = end
        return b"".join(parts)

    def _opens(self, data: bytes) -> bool:
        return opens(data[: data.find(b"\n", 0, MAX_LINE) + 1], arc=self.arc)

    def _record(self, found: Found) -> Record:
        length = self.end - self.first.offset
        return Record(found.head, found.block, found.oversize, self.first.offset, length, compressed=True)

    def _hole(self, torn: Torn, position: int) -> Hole:
        within = f" (at byte {position:,} of what is compressed here)" if position else ""
        return Hole(torn.reason + within, self.first.offset, self.end - self.first.offset)
