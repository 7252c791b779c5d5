"""Capture → extractions and rejections: the one pure function that every engine calls.

The same capture and the same plugins give the same bytes, whoever calls. Nothing that a page or a plugin does leaves here as an
exception: it becomes a rejection that says at which stage it ended, and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scraper.errors import DamagedRecord, ExtractionFailed, QuotingError, RecordError, SiteError
from scraper.pages import open_page
from scraper.records import Extraction, Record, Rejection, SiteRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scraper.archive import Capture, Damage, UnreadableCapture
    from scraper.pages import Page
    from scraper.sites import Layout, Registry, Site

Result = Extraction | Rejection


def extract(capture: Capture, registry: Registry) -> Iterator[Result]:
    """Extract every record of a capture.

    Args:
        capture: One archived page.
        registry: The sites.

    Yields:
        An extraction for each valid record, a rejection for each that is not. A capture that gives no record at all yields
        exactly one rejection.
    """
    reference = _reference(capture)
    try:
        page = open_page(capture.payload, capture.media_type, charset=capture.charset, url=capture.url)
    except QuotingError as error:
        yield Rejection.of("open", error, reference)
        return
    reference = _reference(capture, charset=page.charset)
    try:
        site, layout = registry.choose(capture.url, capture.media_type, capture.date, page)
    except SiteError as error:
        yield Rejection.of("dispatch", error, reference)
    else:
        yield from _records(page, site, layout, reference)


def reject_unreadable(capture: UnreadableCapture) -> Rejection:
    """Return the rejection of a capture whose payload cannot be decoded."""
    return Rejection.of("read", capture.error, _reference(capture))


def reject_damage(damage: Damage) -> Rejection:
    """Return the rejection of a damaged place in an archive."""
    return Rejection("read", DamagedRecord.__name__, damage.reason, _reference(damage))


_REFERENCE = ("url", "date", "media_type", "charset", "warc", "offset", "length", "record_id", "payload_sha256")


def _reference(item: Capture | UnreadableCapture | Damage, *, charset: str | None = None) -> dict[str, Any]:
    """Return the reference to a capture, as much of it as is known; its charset is the one the page was decoded with."""
    found = {name: charset if name == "charset" else getattr(item, name, None) for name in _REFERENCE}
    return {name: value for name, value in found.items() if value is not None}


def _records(page: Page, site: Site, layout: Layout, reference: dict[str, Any]) -> Iterator[Result]:
    who = SiteRef(site.name, layout.name, site.version)
    count = 0
    try:
        for count, record in enumerate(_each(layout.extract(page)), 1):  # noqa: B007  # counted for the check below
            yield _checked(record, who, reference)
    except Exception as error:  # noqa: BLE001  # a layout is somebody else's code: anything may come
        yield Rejection.of("extract", _blame(error, f"layout {layout.name!r} of site {site.name!r}"), reference, who)
        return
    if not count:
        yield Rejection.of("extract", ExtractionFailed(f"layout {layout.name!r} found no record"), reference, who)


def _each(found: Record | Iterable[Record]) -> Iterable[Record]:
    return [found] if isinstance(found, Record) else found


def _checked(record: Record, who: SiteRef, reference: dict[str, Any]) -> Result:
    try:
        return Extraction.of(record, who, reference)
    except RecordError as error:
        return Rejection.of("validate", error, reference, who)


def _blame(error: Exception, culprit: str) -> ExtractionFailed:
    """Name the plugin and the line in which it raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno})" if trace is not None else ""
    failed = ExtractionFailed(f"{culprit} raised {type(error).__name__}: {error}{place}")
    failed.__cause__ = error
    return failed
