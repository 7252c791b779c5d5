"""Where a large archive can be cut into ranges for `scan`: found without reading more than it takes.

An index tells at once, as long as the archive is still what was indexed. Without one the archive is framed as cheaply as
is exact: gzip members are inflated and their CRC is checked, for nothing else tells where the next one begins, but nobody
looks into them; in an uncompressed archive the blocks are jumped over. Digests and payloads wait for the ranges.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from scraper.archive.framing import RecordStream
from scraper.archive.index import file_sha256, indexed_offsets, indexed_sha256
from scraper.archive.members import Members
from scraper.archive.place import as_path
from scraper.archive.reader import begins_record, form_of, open_archive
from scraper.archive.units import unit_offsets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scraper.archive.place import Place
    from scraper.archive.reader import Form


def boundaries(path: Place, size_step: int, *, sha256: str | None = None) -> Iterator[int]:
    """Where to cut an archive into ranges of about some bytes, each cut yielded as soon as it is found.

    Args:
        path: As for `scan`.
        size_step: Fewest bytes of the file in a range, but for the last one.
        sha256: The file's SHA-256, hexadecimal, if it is known; else it is computed where there is an index to compare with.

    Yields:
        Offsets at which items begin, ascending, without 0 and the file's end: `start` and `end` for `scan`.

    Raises:
        NotAnArchive: As for `scan`.
    """
    path = as_path(path)
    with open_archive(path) as file:
        form = form_of(file, path)
        indexed = indexed_sha256(path)
        if indexed is not None and indexed == (sha256 or file_sha256(path)):
            cuts = _spaced(sorted(indexed_offsets(path)), size_step)
            yield from (cut for cut in cuts if begins_record(file, cut, form))
        else:
            yield from _spaced(_framed(file, form), size_step)


def _spaced(offsets: Iterable[int], size_step: int) -> Iterator[int]:
    """Those of some ascending offsets that are far enough from the last one taken."""
    last = 0
    for offset in offsets:
        if offset >= last + size_step:
            yield offset
            last = offset


def _framed(file: IO[bytes], form: Form) -> Iterator[int]:
    """Where items begin, by framing the archive."""
    if form.compressed:
        return unit_offsets(Members(file), arc=form.arc)
    file.seek(0)
    return (item.start for item in RecordStream(file, 0, form.arc, size=form.size, jump=True).records())
