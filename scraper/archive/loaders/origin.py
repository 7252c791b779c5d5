"""Where a saved file came from, and when: what its user says of it, in a mapping or a sidecar, before anything else.

- A mapping, one for all files: CSV or TSV with the columns `file`, `url` and, if wanted, `date`; or JSON Lines with these keys.
- A sidecar, one for each file: `page.html.url` beside `page.html`: the URL on its first line, a date on its second.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag, urlsplit

from attrs import frozen

from scraper.archive.compose import safe_url
from scraper.archive.loaders.inputs import SIDECAR, Source
from scraper.errors import LoadError, ScraperError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SCHEMES: Final = frozenset({"http", "https", "ftp", "urn", "info"})
_HOSTED: Final = frozenset({"http", "https", "ftp"})
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]+):[^\s]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ufffd\ud800-\udfff]")
_MAX_URL: Final = 1 << 15
_MAX_SIDECAR: Final = 1 << 16


@frozen
class Origin:
    """What is said of a file; None where nothing is."""

    url: str | None = None
    date: str | None = None


def checked_url(text: str, *, schemes: frozenset[str] = SCHEMES) -> str:
    """Check a URL, and write it as it stands in a record: percent-encoded, without fragment (RFC 9110 §7.1).

    Raises:
        ValueError: It is not absolute, of another scheme, or no URL.
    """
    text = text.strip()
    match = _SCHEME.match(text)
    scheme = match[1].lower() if match else ""
    if scheme not in schemes or _CONTROL.search(text) or len(text) > _MAX_URL:
        raise ValueError(f"{text[:200]!r} is no absolute URL ({', '.join(sorted(schemes))})")
    if scheme in _HOSTED:
        if not urlsplit(text).hostname:
            raise ValueError(f"{text[:200]!r} names no host")
        text = urldefrag(text).url
    return safe_url(text)


def checked_date(text: str) -> str:
    """Read an ISO 8601 date and write it as a WARC-Date (WARC 1.1 §5.4): UTC, to the second.

    A time without zone is UTC, a date without time its midnight.

    Raises:
        ValueError: It is no ISO 8601 date, or out of range.
    """
    try:
        return warc_date(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:100]!r} is no ISO 8601 date such as 2026-11-21 or 2026-11-21T07:04:00Z") from error


def warc_date(moment: datetime) -> str:
    """Write a moment as a WARC-Date; one without zone is UTC.

    Raises:
        OverflowError: In UTC it is out of range.
    """
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def changed_date(source: Source) -> str:
    """When a file was last changed, as a WARC-Date.

    Raises:
        LoadError: Its file system says something that is no date.
    """
    try:
        return warc_date(datetime.fromtimestamp(int(source.mtime), UTC))
    except (ValueError, OverflowError, OSError) as error:
        raise LoadError(f"its time of change, {source.mtime}, is no date: give one with --date", path=source.path) from error


@frozen
class Origins:
    """What is said of each file.

    Args:
        mapped: What the mapping says, by file; a text says why its row cannot be used.
        date: The date of files for which none is given, ISO 8601.
    """

    mapped: Mapping[Path, Origin | str]
    date: str | None = None

    def of(self, source: Source) -> Origin:
        """What is said of a file: by the mapping, else by its sidecar; else only the date for all.

        Raises:
            LoadError: What is said cannot be used: a URL that is not absolute, a date that is none.
        """
        said = self.mapped.get(source.path) or _sidecar(source.path)
        if isinstance(said, str):
            raise LoadError(said, path=source.path)
        return Origin(said.url, said.date or self.date)


def _sidecar(path: Path) -> Origin:
    """What a file's sidecar says; nothing when there is none.

    Raises:
        LoadError: It cannot be read, or holds no URL.
    """
    sidecar = path.with_name(path.name + SIDECAR)
    try:
        if not sidecar.is_file():
            return Origin()
        with sidecar.open("rb") as file:
            lines = file.read(_MAX_SIDECAR).decode("utf-8-sig").splitlines()
        url, date = [*lines, "", ""][:2]
        return Origin(checked_url(url), checked_date(date) if date.strip() else None)
    except (OSError, ValueError, ScraperError) as error:
        raise LoadError(f"its sidecar {sidecar.name} cannot be used: {error}", path=path) from error
