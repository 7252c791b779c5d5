"""Which shards a job has, and how each is known again: by what it was made from.

Shards are cut by size, never by the number of workers, so that every run of a job has the same ones. A shard's key covers
everything that its output depends on: the archive's bytes and name, the range, the plugins' code and versions, the schemas, the
choice of a site. Equal keys mean equal output.
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs
import orjson

from scraper import __version__
from scraper.archive import file_sha256, indexed_sha256
from scraper.archive.index import archives_in
from scraper.archive.place import as_path, is_remote, size_of, tag_of, unread
from scraper.archive.ranges import boundaries
from scraper.errors import NotAnArchive
from scraper.jobs.shard import Shard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scraper.jobs.ledger import Ledger
    from scraper.sites import Registry

SHARD_SIZE: Final = 8 << 20
"""Default size of a shard: bytes of its archive, about. Some hundreds of pages, a second or two of work."""


@attrs.frozen(slots=True)
class Planned:
    """A shard of a job.

    Attributes:
        shard: The shard.
        key: What it is known by, hexadecimal.
        size: Bytes of the archive in it.
    """

    shard: Shard
    key: str
    size: int


def plan(archive: str, ledger: Ledger, basis: str, *, size: int) -> Iterator[Planned]:
    """Yield the shards of an archive, in its order, as they are found.

    Args:
        archive: The archive: a path or a URL.
        ledger: Remembers where it was cut.
        basis: From `basis`.
        size: Bytes of a shard.

    Raises:
        NotAnArchive: It is none, or cannot be read.
    """
    path = as_path(archive)
    with _reached(path):
        seen, whole = f"{tag_of(path)} by {size}", size_of(path) or 0
    known = ledger.archive(archive, seen)
    digest, found = known or _identified(path, seen, size)
    cuts: list[int] = []
    for shard in _between(archive, found):
        key = key_of([basis, path.name, digest, str(shard.start), str(shard.end)])
        yield Planned(shard, key, (shard.end or whole) - shard.start)
        cuts += [shard.end] if shard.end else []
    if known is None:
        ledger.enter_archive(archive, seen, digest, cuts)


def shards(archive: str, *, size: int) -> Iterator[Shard]:
    """Yield the shards of an archive, in its order, for an engine that keeps no ledger.

    Args:
        archive: As for `plan`.
        size: As for `plan`.

    Raises:
        NotAnArchive: It is none, or cannot be read.
    """
    yield from _between(archive, _cuts(as_path(archive), size))


def _between(archive: str, cuts: Iterable[int]) -> Iterator[Shard]:
    for start, end in itertools.pairwise(itertools.chain([0], cuts, [None])):
        yield Shard(archive, start or 0, end)


def _identified(path: Path, seen: str, size: int) -> tuple[str, Iterable[int]]:
    """What an archive's bytes are known by, and where to cut it; one elsewhere is known by what its store says of it."""
    if is_remote(path):
        return seen, _cuts(path, size)
    with _reached(path):
        digest = file_sha256(path)
    return digest, _cuts(path, size, digest)


def _cuts(path: Path, size: int, digest: str | None = None) -> Iterable[int]:
    """Where to cut an archive.

    One elsewhere is not fetched twice for that: it is cut where its index says that records begin (and they do, which is looked
    at), or not at all.
    """
    if is_remote(path):
        indexed = indexed_sha256(path)
        return boundaries(path, size, sha256=indexed) if indexed else ()
    return boundaries(path, size, sha256=digest)


@contextmanager
def _reached(path: Path) -> Iterator[None]:
    """Turn the error of a place that cannot be read into ours.

    Raises:
        NotAnArchive: It cannot.
    """
    try:
        yield
    except OSError as error:
        raise NotAnArchive(unread(error), path=path) from error


def key_of(parts: list[str]) -> str:
    """Return a key for some strings, hexadecimal."""
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:32]


def basis(registry: Registry, *, site: str | None, seconds: float) -> str:
    """Return a key for everything but the archive that output depends on: our version, the plugins, the options."""
    parts = [__version__, str(site), f"{seconds:g}"]
    for plugin in registry.plugins:
        parts += [plugin.name, plugin.origin, *(f"{each.name} {each.version}" for each in plugin.sites)]
    parts += [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in _sources()]
    return key_of(parts)


def around(archives: Iterable[str]) -> str:
    """Return a key for the archives of a job and those in their folders, in which the originals of revisits are looked for."""
    found = set(archives)
    for folder in {path.parent for path in map(as_path, archives) if not is_remote(path)}:
        found |= {f"{path} {tag_of(path)}" for path in archives_in(folder)}
    return key_of(sorted(found))


def plugin_folders() -> list[Path]:
    """Return the folders named `plugins`, in the order in which Python looks through them."""
    return _folders("plugins")


def _sources() -> Iterator[Path]:
    """The files of all plugins: an edited layout makes other output even before anybody has raised its version."""
    roots = set(plugin_folders())
    for entry in metadata.entry_points(group="scraper"):
        roots |= set(_folders(entry.module.partition(".")[0]))
    for root in sorted(roots):
        yield from sorted(path for path in root.rglob("*") if path.suffix in {".py", ".json"} and path.is_file())


def _folders(package: str) -> list[Path]:
    """The folders of a package, without importing it."""
    spec = importlib.util.find_spec(package)
    return [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
