"""The archive that is loaded into: what it holds already, and its writer, opened only when there is something new.

An archive to which nothing is added is not touched at all: neither its bytes nor its date change.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final, Self

import orjson
from attrs import define, field

from scraper import __version__
from scraper.archive.framing import Record
from scraper.archive.index import file_sha256, index_path, indexed_sha256
from scraper.archive.loaders.drafts import CopyDraft, Draft
from scraper.archive.reader import MAX_PAYLOAD, raw_records
from scraper.archive.volume import unfinished
from scraper.archive.writer import ArchiveWriter, Written
from scraper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from scraper.archive.volume import Cut

_SUFFIXES: Final = (".warc.gz", ".warc")


@define
class Target:
    """An archive, to be added to.

    Args:
        path: Its name: `….warc.gz` or `….warc`.
        max_size: Bytes after which the next archive is begun (`NAME-00001.warc.gz`); None for no bound.
        max_block: Most bytes of a block that is to be recognised when it is copied again.

    Attributes:
        written: The archives that records were added to, in order.

    Raises:
        UsageError: The name is no archive's; another writer has it; it was left unfinished and cannot be gone on with.
        ArchiveError: It cannot be read or written.
    """

    path: Path
    max_size: int | None = None
    max_block: int = MAX_PAYLOAD
    written: list[Path] = field(factory=list, init=False)
    _writer: ArchiveWriter | None = field(default=None, init=False)
    _known: _Known = field(init=False)
    _sizes: list[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        left = [path for path in _volumes(self.path) if unfinished(path).exists()]
        if self.max_size is None and any(path != self.path for path in left):
            raise UsageError(f"{unfinished(left[-1])} was left unfinished: load with --max-size again, to go on with it")
        if left:
            self._open()
        self._look()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._writer:
            self._writer.close()

    @property
    def cuts(self) -> list[Cut]:
        """What was cut off the end of an archive that was left unfinished."""
        return self._writer.cuts if self._writer else []

    def add(self, draft: Draft) -> Written | None:
        """Archive a draft, unless it is archived already.

        Returns:
            Where it was written; None when the archive holds it.

        Raises:
            UsageError: Another writer has the archive.
            ArchiveError: The disk is full or failing.
        """
        if self._known.has(draft):
            return None
        if self._writer is None:
            self._open()
            if _sizes(self.path) != self._sizes:  # new; or another writer has been here since it was looked through
                self._look()
                return self.add(draft)
        written = draft.write(self._opened())
        self._known.add(draft)
        if written.path not in self.written[-1:]:
            self.written.append(written.path)
        return written

    def _look(self) -> None:
        """Learn what the archive holds."""
        self._sizes = _sizes(self.path)
        self._known = _Known(list(_volumes(self.path)), self.max_block)

    def _open(self) -> None:
        self._writer = ArchiveWriter(self.path, max_size=self.max_size, software=f"scraper/{__version__}")

    def _opened(self) -> ArchiveWriter:
        """The writer, opened when it is first needed."""
        if self._writer is None:
            self._open()
        return self._writer  # type: ignore[return-value]


@define
class _Known:
    """Which records some archives hold.

    The index answers for captures, as long as the archive has the digest that it had when it was indexed. Other records are
    in no index, so the first question about one reads the archives.
    """

    volumes: list[Path]
    max_block: int
    _ids: set[str] = field(factory=set, init=False)
    _copies: set[bytes] = field(factory=set, init=False)
    _scanned: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        for path in self.volumes:
            ids = _indexed(path)
            if ids is None:
                self._scan()
                return
            self._ids |= ids

    def has(self, draft: Draft) -> bool:
        """Whether the archives hold a draft's record: one of its id, and for a copied record, of its block too.

        Ids of other tools are not always unique, and a record that only shares another's id must not get lost.
        """
        if not isinstance(draft, CopyDraft):
            return draft.record_id in self._ids
        if not self._scanned:
            self._scan()
        return _fingerprint(draft.record_id, draft.block) in self._copies

    def add(self, draft: Draft) -> None:
        """Take note of a record that has been written."""
        self._ids.add(draft.record_id)
        self._copies.add(_fingerprint(draft.record_id, draft.block))

    def _scan(self) -> None:
        """Read the archives."""
        self._scanned = True
        for path in map(_stored, self.volumes):
            for record in raw_records(path, max_block=self.max_block) if path.stat().st_size else ():
                if isinstance(record, Record):
                    record_id = record.head.record_id(record.block)
                    self._ids.add(record_id)
                    self._copies.add(_fingerprint(record_id, record.block))


def check_name(output: Path) -> str:
    """Check that a file may be named as an archive to be written.

    Returns:
        Its suffix: `.warc.gz` or `.warc`.

    Raises:
        UsageError: It may not.
    """
    suffix = next((suffix for suffix in _SUFFIXES if output.name.endswith(suffix)), None)
    if suffix is None or output.name == suffix:
        raise UsageError(f"{output}: an archive's name ends in .warc.gz or .warc")
    if output.is_dir():
        raise UsageError(f"{output} is a folder; name the archive to write in it")
    return suffix


def family(output: Path) -> re.Pattern[str]:
    """Match the names of all files that writing an archive makes: its parts, unfinished ones, and their indexes.

    Args:
        output: The archive.
    """
    suffix = check_name(output)
    stem = re.escape(output.name.removesuffix(suffix))
    return re.compile(rf"{stem}(-\d{{5,}})?{re.escape(suffix)}(\.open|\.cdxj(\.\d+\.tmp)?)?")


def _volumes(output: Path) -> Iterator[Path]:
    """The parts of an archive that exist, finished or not, by the names that they have when finished."""
    suffix = check_name(output)
    path, number = output, 0
    while path.exists() or unfinished(path).exists():
        yield path
        number += 1
        path = output.with_name(f"{output.name.removesuffix(suffix)}-{number:05d}{suffix}")


def _sizes(output: Path) -> list[int]:
    """The sizes of an archive's parts in bytes, finished or not."""
    return [_stored(path).stat().st_size for path in _volumes(output)]


def _stored(path: Path) -> Path:
    """The file that an archive is in: its own, or the unfinished one."""
    draft = unfinished(path)
    return draft if draft.exists() else path


def _indexed(archive: Path) -> set[str] | None:
    """The ids in an archive's index; None where there is none, or where the archive is not what was indexed."""
    try:
        if not archive.exists() or indexed_sha256(archive) != file_sha256(archive):
            return None
        lines = index_path(archive).read_bytes().splitlines()[1:]
        return {str(orjson.loads(line.split(b" ", 2)[2])["record_id"]) for line in lines}
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None  # no index, or no good one: the archive itself is read


def _fingerprint(record_id: str, block: bytes) -> bytes:
    """What tells records apart that bear the same id."""
    digest = hashlib.sha256(record_id.encode("utf-8", "surrogatepass") + b" ")
    digest.update(block)
    return digest.digest()[:16]
