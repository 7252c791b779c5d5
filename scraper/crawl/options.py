"""The settings that the add-on reads, all with the prefix `SCRAPER_`, with their defaults and checks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from attrs import frozen

from scraper.errors import UsageError

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

DEFAULTS: Final[dict[str, Any]] = {
    "SCRAPER_ARCHIVE": True,
    "SCRAPER_ARCHIVE_DIR": "archives",
    "SCRAPER_ARCHIVE_MAX_SIZE": 1 << 30,
    "SCRAPER_ARCHIVE_SYNC_EVERY": 100,
    "SCRAPER_DEDUPE": True,
    "SCRAPER_EXTRACT": True,
    "SCRAPER_REJECTS": None,
    "SCRAPER_REPLAY": None,
}


@frozen
class Options:
    """The settings, read and checked.

    Attributes:
        archive: Whether the add-on does anything.
        folder: Where archives go.
        max_size: Bytes after which the next archive is begun; None for no bound.
        sync_every: Records between two syncs to disk; 0 for none before the end.
        dedupe: Whether an unchanged page becomes a revisit record.
        extract: Whether pages that a site knows give items.
        rejects: Where the pages that gave no valid record are listed; None for the log alone.
        replay: Archives, or folders of them, to serve the crawl from; none for the network.
    """

    archive: bool
    folder: Path
    max_size: int | None
    sync_every: int
    dedupe: bool
    extract: bool
    rejects: Path | None = None
    replay: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: BaseSettings) -> Self:
        """Read the settings.

        Raises:
            UsageError: A value is of no use; the message names the setting.
        """
        return cls(
            archive=_flag(settings, "SCRAPER_ARCHIVE"),
            folder=Path(str(settings.get("SCRAPER_ARCHIVE_DIR", DEFAULTS["SCRAPER_ARCHIVE_DIR"]))),
            max_size=_number(settings, "SCRAPER_ARCHIVE_MAX_SIZE") or None,
            sync_every=_number(settings, "SCRAPER_ARCHIVE_SYNC_EVERY"),
            dedupe=_flag(settings, "SCRAPER_DEDUPE"),
            extract=_flag(settings, "SCRAPER_EXTRACT"),
            rejects=_path(settings, "SCRAPER_REJECTS"),
            replay=_names(settings, "SCRAPER_REPLAY"),
        )


def _flag(settings: BaseSettings, name: str) -> bool:
    try:
        return settings.getbool(name, DEFAULTS[name])
    except ValueError as error:
        raise UsageError(f"{name} is {settings.get(name)!r}: write True or False") from error


def _number(settings: BaseSettings, name: str) -> int:
    try:
        number = settings.getint(name, DEFAULTS[name])
    except (TypeError, ValueError):
        number = -1
    if number < 0:
        raise UsageError(f"{name} is {settings.get(name)!r}: write a whole number, 0 or more")
    return number


def _path(settings: BaseSettings, name: str) -> Path | None:
    """A file's name; an empty one would quietly mean something else."""
    if settings.get(name) is None:
        return None
    if not str(settings[name]).strip():
        raise UsageError(f"{name} is {settings.get(name)!r}: name a file")
    return Path(str(settings[name]))


def _names(settings: BaseSettings, name: str) -> tuple[str, ...]:
    """Names separated by commas, or a list of them; an empty one would quietly mean something else."""
    if settings.get(name) is None:
        return ()
    names = tuple(str(each).strip() for each in settings.getlist(name))
    if not names or "" in names:
        raise UsageError(f"{name} is {settings.get(name)!r}: name one archive or folder, or several separated by commas")
    return names
