"""Where a case's page comes from: the web, a saved file, or an archive."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scraper.archive import Capture, Hole, Record, interpret, raw_records
from scraper.archive.loaders import Front, Loading, Origin, Origins, Rejected, Target, find_inputs
from scraper.archive.loaders.origin import checked_url
from scraper.archive.reader import MAX_PAYLOAD, open_archive, records_at
from scraper.errors import LoadError, RecordNotFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scraper.archive.loaders import Event

Found = tuple[Record, Capture]

_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_ARCHIVE: Final = re.compile(r".+\.warc(\.gz)?(\.open)?", re.DOTALL)
_OFFSET: Final = re.compile(r"(.+):(\d{1,18})", re.DOTALL)
_SHOWN: Final = 10
_PATIENCE: Final = 300  # seconds for one page


def find_page(where: str, *, url: str | None = None, date: str | None = None) -> Record:
    """Return the record of a page.

    Args:
        where: A URL of http or https, which is crawled, politely, into an archive that is then thrown away; a saved file, of any
            format that `scraper load` reads; an archive; or `ARCHIVE:OFFSET`, in bytes of the file.
        url: The URL of a saved page; of several pages in an archive, the one that is meant.
        date: When a saved page was obtained, ISO 8601.

    Raises:
        UsageError: There is no page, there is more than one, or crawling is asked for where Scrapy is not installed.
        LoadError: The file cannot become a capture.
        ArchiveError: The archive cannot be read there.
    """
    if _WEB.match(where):
        return _crawled(where)
    path, place = Path(where), _OFFSET.fullmatch(where)
    if place and not path.exists():
        return _at(Path(place[1]), int(place[2]))
    if not path.is_file():
        raise UsageError(f"{where} is neither a file, nor FILE:OFFSET, nor a URL of http or https")
    wanted = _checked(url) if url else None
    if _ARCHIVE.fullmatch(path.name):
        return _only(_pages([path], wanted), where, wanted)
    return _loaded(path, wanted, date)


def _checked(url: str) -> str:
    try:
        return checked_url(url)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _at(path: Path, offset: int) -> Record:
    """Return the capture's record at an offset of an archive.

    Raises:
        RecordNotFound: There is none.
    """
    with open_archive(path) as file:
        for record in records_at(file, path, offset, MAX_PAYLOAD):
            if isinstance(record, Record) and isinstance(interpret(record, path, max_payload=MAX_PAYLOAD), Capture):
                return _whole(record)
    raise RecordNotFound("no capture begins here", path=path, offset=offset)


def _whole(record: Record) -> Record:
    if record.head.arc:
        raise UsageError("a record of an ARC is no case as it is: run scraper load, and take it from the archive that this writes")
    return record


def _pages(archives: Iterable[Path], url: str | None) -> Iterator[Found]:
    """Yield the captures of archives that hold a page; of a URL alone where one is named."""
    for path in archives:
        for record in raw_records(path):
            item = None if isinstance(record, Hole) else interpret(record, path, max_payload=MAX_PAYLOAD)
            if isinstance(record, Record) and isinstance(item, Capture) and item.payload and url in {None, item.url}:
                yield record, item


def _only(pages: Iterator[Found], where: str, url: str | None) -> Record:
    """Return the one page that there is.

    Raises:
        UsageError: There is none, or more than one.
    """
    found = list(islice(pages, _SHOWN + 1))
    if not found:
        raise UsageError(f"{where} holds no page" + (f" of {url}" if url else ""))
    if len(found) > 1:
        listed = "".join(f"\n  {where}:{capture.offset}  {capture.date}  {capture.url}" for _, capture in found[:_SHOWN])
        more = "\n  …" if len(found) > _SHOWN else ""
        raise UsageError(f"{where} holds more than one page; name one by its offset, or by --url:{listed}{more}")
    return _whole(found[0][0])


def _loaded(path: Path, url: str | None, date: str | None) -> Record:
    """Load a saved file into a passing archive.

    Raises:
        LoadError: It cannot become a capture.
    """
    rejected: list[Rejected] = []

    def notice(event: Event) -> None:
        if isinstance(event, Rejected):
            rejected.append(event)

    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "loaded.warc"
        inputs = find_inputs([path], output=archive)
        origins = Origins({source.path: Origin(url, date) for source in inputs.sources} if url else {}, date)
        with Target(archive) as target:
            loading = Loading(Front(origins), target, notice)
            for source in inputs.sources:
                loading.load(source)
        if rejected and not archive.is_file():
            raise LoadError(rejected[0].reason, path=path)
        return _only(_pages([archive] if archive.is_file() else [], url), str(path), url)


def _crawled(url: str) -> Record:
    """Capture a page as a crawl would, with the spider `page` in a process of its own.

    Raises:
        UsageError: Scrapy is not installed, or no page came.
    """
    if importlib.util.find_spec("scrapy") is None:
        raise UsageError("to capture a URL takes Scrapy: install the extra, scraper[crawl], or save the page and name the file")
    with tempfile.TemporaryDirectory() as folder:
        done = _crawl(url, Path(folder))
        archives = sorted(Path(folder).glob("*.warc.gz"))
        pages = [(record, capture) for record, capture in _pages(archives, None) if not _is_robots(capture, url)]
        whole = [record for record, capture in pages if capture.status is not None and 200 <= capture.status < 300]  # noqa: PLR2004  # success, RFC 9110 §15.3
    if len(whole) == 1:
        return whole[0]
    told = [f"HTTP status {capture.status}" for _, capture in pages] or done.splitlines()[-3:] or ["no answer"]
    raise UsageError(f"{url} gave no page: {'; '.join(line.strip() for line in told)}")


def _crawl(url: str, folder: Path) -> str:
    """Run the crawl; return its log."""
    urls = folder / "urls.txt"
    urls.write_text(f"{url}\n", encoding="utf-8")
    settings = {"SCRAPER_ARCHIVE_DIR": folder, "SCRAPER_EXTRACT": "0", "LOG_LEVEL": "WARNING", **_contact()}
    given = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    try:
        done = subprocess.run(  # noqa: S603  # our own spider; the URL is read from a file
            [sys.executable, "-m", "scrapy", "crawl", "page", "-a", f"urls={urls}", *given],
            capture_output=True, text=True, check=False, timeout=_PATIENCE, stdin=subprocess.DEVNULL,
            env=os.environ | {"SCRAPY_SETTINGS_MODULE": "scraper.crawl.settings"},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"{url} gave no page within {_PATIENCE} seconds") from error
    return done.stdout + done.stderr


def _contact() -> dict[str, str]:
    """The one setting that is taken over from the project that the command runs in: whom a site can reach."""
    asking = [sys.executable, "-m", "scrapy", "settings", "--get", "SCRAPER_CONTACT"]
    done = subprocess.run(asking, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603  # see above
    told = (done.stdout.strip().splitlines() or [""])[-1]
    return {"SCRAPER_CONTACT": told} if done.returncode == 0 and told not in {"", "None"} else {}


def _is_robots(capture: Capture, url: str) -> bool:
    return capture.url.endswith("/robots.txt") and not url.endswith("/robots.txt")
