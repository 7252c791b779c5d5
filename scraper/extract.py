"""Capture → extractions and rejections: the one pure function that every engine calls.

The same capture and the same plugins give the same bytes, whoever calls. Nothing that a page or a plugin does leaves here as an
exception: it becomes a rejection that says at which stage it ended, and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from scraper.errors import DamagedRecord, ExtractionFailed, QuotingError, RecordError, SiteError
from scraper.pages import open_page
from scraper.records import Extraction, Rejection, SiteRef
from scraper.sites.bounds import alarm
from scraper.sites.guest import blame, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive import Capture, Damage, UnreadableCapture
    from scraper.pages import Page
    from scraper.records import Record
    from scraper.sites import Layout, Registry, Site

Result = Extraction | Rejection


def extract(capture: Capture, registry: Registry) -> Iterator[Result]:
    """Extract every record of a capture.

    Args:
        capture: One archived page. One that was met again is dealt with under the URL and date of that visit, as if its bytes had
            been archived then; the reference names the capture that holds them, and the visit as its `revisit`.
        registry: The sites.

    Yields:
        An extraction for each valid record, a rejection for each that is not. A capture that gives no record at all yields
        exactly one rejection.
    """
    reference = _reference(capture)
    seen = capture.revisit or capture
    try:
        page = open_page(capture.payload, capture.media_type, charset=capture.charset, url=seen.url)
    except QuotingError as error:
        yield Rejection.of("open", error, reference)
        return
    reference = _reference(capture, charset=page.charset)
    with alarm:
        try:
            found = registry.choose(seen.url, capture.media_type, seen.date, page)
        except SiteError as error:
            yield Rejection.of("dispatch", error, reference)
            return
        yield from _records(capture, page, registry, found, reference)


def no_page(capture: Capture) -> str | None:
    """Return why a capture holds no page to extract: an error, a redirect, a page cut short, nothing; None where it does."""
    if capture.status is not None and not 200 <= capture.status < 300:  # noqa: PLR2004  # success, RFC 9110 §15.3
        return f"HTTP status {capture.status}"
    if capture.truncated:  # what a cut page lacks could not be told from what it never showed
        return f"truncated: {capture.truncated}"
    return None if capture.payload else "empty payload"


def reject(capture: Capture, error: SiteError) -> Rejection:
    """Return the rejection of a capture that no site may have, and why."""
    return Rejection.of("extract", error, _reference(capture))


def reject_unreadable(capture: UnreadableCapture) -> Rejection:
    """Return the rejection of a capture whose payload cannot be decoded."""
    return Rejection("read", type(capture.error).__name__, capture.error.reason, _reference(capture))


def reject_damage(damage: Damage) -> Rejection:
    """Return the rejection of a damaged place in an archive."""
    return Rejection("read", DamagedRecord.__name__, damage.reason, _reference(damage))


_REFERENCE = ("url", "date", "media_type", "charset", "warc", "offset", "length", "record_id", "payload_sha256")


def _reference(item: Capture | UnreadableCapture | Damage, *, charset: str | None = None) -> dict[str, Any]:
    """Return the reference to a capture, as much of it as is known; its charset is the one the page was decoded with."""
    found = {name: charset if name == "charset" else getattr(item, name, None) for name in _REFERENCE}
    visit = getattr(item, "revisit", None)
    found["revisit"] = visit and attrs.asdict(visit)
    return {name: value for name, value in found.items() if value is not None}


def _records(
    capture: Capture, page: Page, registry: Registry, found: tuple[Site, Layout], reference: dict[str, Any]
) -> Iterator[Result]:
    site, layout = found
    who = SiteRef(site.name, layout.name, site.version)
    count = 0
    try:
        for count, record in enumerate(records(site, layout, page, registry.limits, most=len(capture.payload)), 1):  # noqa: B007  # counted for the check below
            yield _checked(record, who, reference)
    except SiteError as error:
        yield Rejection.of("extract", error, reference, who)
        return
    if not count:
        yield Rejection.of("extract", ExtractionFailed(f"layout {layout.name!r} found no record"), reference, who)


def _checked(record: Record, who: SiteRef, reference: dict[str, Any]) -> Result:
    try:
        return Extraction.of(record, who, reference)
    except RecordError as error:
        return Rejection.of("validate", error, reference, who)
    except Exception as error:  # noqa: BLE001  # a plugin's own record type: anything may come
        return Rejection.of("validate", blame(error, f"the record of layout {who.layout!r} of site {who.name!r}"), reference, who)
