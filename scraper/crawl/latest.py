"""Which capture of a URL is the latest, in some archives: from their indexes, or by reading them."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path  # noqa: TC003  attrs resolves annotations at run time
from typing import TYPE_CHECKING, Final

import orjson
from attrs import define, field, frozen

from scraper.archive import Hole, file_sha256, index_path, indexed_sha256, raw_records
from scraper.archive.index import index_line, surt_key

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = logging.getLogger(__name__)
_REVISIT: Final = "warc/revisit"


@frozen(order=True)
class Place:
    """Where a capture or revisit is; a later one is the greater.

    Attributes:
        timestamp: Its date in 14 digits.
        number: Of the archive, in the order in which they are read.
        offset: As in `Capture`.
        path: The archive.
        record_id: As in `Capture`.
    """

    timestamp: str
    number: int
    offset: int
    path: Path
    record_id: str


@define
class Latest:
    """The latest capture of each URL, and the latest revisit.

    Args:
        archives: The archive files.
    """

    archives: list[Path]
    _urls: dict[str, Place] = field(factory=dict, init=False)
    _keys: dict[str, Place] = field(factory=dict, init=False)
    _again_urls: dict[str, Place] = field(factory=dict, init=False)
    _again_keys: dict[str, Place] = field(factory=dict, init=False)

    def __len__(self) -> int:
        return len(self._urls.keys() | self._again_urls.keys())

    def learn(self) -> None:
        """List what the archives hold: from the index of an archive that has not changed since, else by reading it.

        Raises:
            NotAnArchive: A file is none, or cannot be read.
        """
        for number, path in enumerate(self.archives):
            for url, key, timestamp, data in _captures(path):
                place = Place(timestamp, number, int(data["offset"]), path, data["record_id"])
                again = data["mime"] == _REVISIT
                for known, name in (
                    (self._again_urls if again else self._urls, url),
                    (self._again_keys if again else self._keys, key),
                ):
                    known[name] = max(place, known.get(name, place))

    def find(self, url: str) -> list[Place]:
        """Where the latest capture or revisit of a URL is: of exactly this one, then of one with the same SURT key.

        Args:
            url: Without fragment.

        Returns:
            The best place first; others stand in for a revisit whose original is not to be had.
        """
        key = surt_key(url)
        exact = [known[url] for known in (self._urls, self._again_urls) if url in known]
        alike = [known[key] for known in (self._keys, self._again_keys) if key in known]
        return list(dict.fromkeys([*sorted(exact, reverse=True), *sorted(alike, reverse=True)]))


_Line = tuple[str, str, str, dict[str, str]]


def _captures(archive: Path) -> Iterator[_Line]:
    """URL, key, timestamp and data of each capture: from the index if it is of this very file, else from the archive itself."""
    digest = indexed_sha256(archive)
    if digest is not None and digest == file_sha256(archive):
        with suppress(OSError, ValueError, KeyError, TypeError):
            yield from _listed(archive)
            return
    yield from _held(archive)


def _listed(archive: Path) -> Iterator[_Line]:
    """What the index of an archive lists."""
    with index_path(archive).open(encoding="utf-8") as file:
        file.readline()  # says which archive it is of
        for line in file:
            key, timestamp, told = line.split(" ", 2)
            data = orjson.loads(told)
            yield data["url"], key, timestamp, data


def _held(archive: Path) -> Iterator[_Line]:
    """What an archive holds."""
    for record in raw_records(archive):
        if isinstance(record, Hole):
            _log.warning("%s at offset %d: %s", archive, record.offset, record.reason)
        elif line := index_line(record, archive.name):
            yield line.data["url"], line.key, line.timestamp, line.data
