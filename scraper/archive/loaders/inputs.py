"""Which files are to be loaded: folders walked in a stable order, without loops, and without waiting for anything.

A pipe or socket in a folder would block whoever opens it, a link may lead back up, and the archive being written may
itself stand in the folder: each is told apart before anything is opened.
"""

from __future__ import annotations

import errno
import os
import re  # noqa: TC003  attrs resolves annotations at run time
import stat
from pathlib import Path  # noqa: TC003  as above
from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

from scraper.archive.index import SUFFIX
from scraper.archive.loaders.drafts import PassedOver, Rejected
from scraper.archive.loaders.target import family
from scraper.errors import LoadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SIDECAR: Final = ".url"
_TYPES: Final = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@frozen
class Source:
    """A file to load.

    Attributes:
        path: The file, as it was named or found.
        name: Its name below the folder that was named, or its own name when it was named itself.
        size: Its size in bytes.
        mtime: When it was last changed: seconds since 1970, UTC.
    """

    path: Path
    name: str
    size: int
    mtime: float


@define
class Inputs:
    """What was found below the paths that were named.

    Attributes:
        sources: Files to load, in order.
        rejected: Files that cannot be loaded, known without opening them.
        passed: Files (and hidden folders) that are passed over.
        missing: Paths that were named and cannot be reached, with the reason.
    """

    sources: list[Source] = field(factory=list)
    rejected: list[Rejected] = field(factory=list)
    passed: list[PassedOver] = field(factory=list)
    missing: list[Rejected] = field(factory=list)

    @property
    def total(self) -> int:
        """Bytes to read."""
        return sum(source.size for source in self.sources)


def find_inputs(paths: Iterable[Path], *, output: Path, others: Iterable[Path] = ()) -> Inputs:
    """Find the files to load.

    Folders are walked in the order of their names, each real folder once (which ends loops of links). Passed over are:
    hidden files and folders, unless they are named themselves; the archive being written, its parts and its index;
    indexes that stand beside their archives; sidecars, which are read with the file they speak of.

    Args:
        paths: Files and folders.
        output: The archive that is written.
        others: Further files of this job: mapping, rejects.
    """
    walk = _Walk(_Ours(output, others))
    for path in paths:
        walk.add(path)
    return walk.found


def open_input(path: Path) -> int:
    """Open a file for reading without ever waiting for it.

    Returns:
        A file descriptor.

    Raises:
        LoadError: It cannot be opened, or is no regular file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise LoadError(f"cannot be read: {error.strerror}", path=path) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise LoadError("no regular file any more", path=path)
    return handle


@define
class _Ours:
    """Tells this job's own files from those to load."""

    output: Path
    others: Iterable[Path]
    _folder: str = field(init=False)
    _family: re.Pattern[str] = field(init=False)
    _others: frozenset[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._family = family(self.output)
        self._folder = os.path.realpath(self.output.parent)
        self._others = frozenset(os.path.realpath(path) for path in self.others)

    def why(self, path: Path) -> str | None:
        """Why a file is passed over; None when it is to be loaded."""
        name = path.name
        if self._family.fullmatch(name) and os.path.realpath(path.parent) == self._folder:
            return "output"
        if self._others and os.path.realpath(path) in self._others:
            return "file of this job"
        if _speaks_of_another(path, SIDECAR):
            return "sidecar"
        return "index" if _speaks_of_another(path, SUFFIX) else None


@define
class _Walk:
    """Walks folders, without recursion: they may be nested deeper than Python's stack."""

    ours: _Ours
    found: Inputs = field(factory=Inputs, init=False)
    _seen: set[tuple[int, int]] = field(factory=set, init=False)

    def add(self, path: Path) -> None:
        """Find what is at or below a path that was named."""
        try:
            facts = path.stat()
            if stat.S_ISREG(facts.st_mode) and not os.access(path, os.R_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            if not stat.S_ISDIR(facts.st_mode):
                self._file(path, path.name, facts)
                return
            pending = self._folder(path, facts)
        except OSError as error:
            self.found.missing.append(Rejected(path=path, reason=f"cannot be read: {error.strerror}"))
            return
        while pending:
            self._below(pending.pop(), path, pending)

    def _below(self, path: Path, root: Path, pending: list[Path]) -> None:
        """Take one entry of a folder; entries of its own go to the pending ones, to be taken next."""
        if path.name.startswith("."):
            self._pass(path, "hidden")
            return
        try:
            facts = path.stat()
            if stat.S_ISDIR(facts.st_mode):
                pending += self._folder(path, facts)
            else:
                self._file(path, str(path.relative_to(root)), facts)
        except OSError as error:
            self.found.rejected.append(Rejected(path=path, reason=f"cannot be read: {error.strerror}"))

    def _folder(self, path: Path, facts: os.stat_result) -> list[Path]:
        """The entries of a folder, last name first; none when the folder has been walked."""
        key = facts.st_dev, facts.st_ino
        if key in self._seen:
            self._pass(path, "folder seen before")
            return []
        self._seen.add(key)
        return sorted(_entries(path), reverse=True)

    def _file(self, path: Path, name: str, facts: os.stat_result) -> None:
        """Take one file, unless it is none, or ours."""
        if not stat.S_ISREG(facts.st_mode):
            what = _TYPES.get(stat.S_IFMT(facts.st_mode), "something else")
            self.found.rejected.append(Rejected(path=path, reason=f"{what}, no regular file"))
        elif reason := self.ours.why(path):
            self._pass(path, reason)
        else:
            self.found.sources.append(Source(path, name, facts.st_size, facts.st_mtime))

    def _pass(self, path: Path, reason: str) -> None:
        self.found.passed.append(PassedOver(path=path, reason=reason))


def _entries(folder: Path) -> Iterator[Path]:
    """What a folder holds."""
    with os.scandir(folder) as entries:
        for entry in entries:
            yield folder / entry.name


def _speaks_of_another(path: Path, suffix: str) -> bool:
    """Whether a file is the sidecar or the index of another one beside it."""
    name = path.name.removesuffix(suffix)
    return name not in {path.name, ""} and path.with_name(name).exists()
