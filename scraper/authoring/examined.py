"""What the page of a case gives today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from scraper.archive import Capture, Damage, UnreadableCapture, scan
from scraper.authoring.cases import is_rejection
from scraper.errors import ArchiveError, DamagedRecord, RecordError
from scraper.extract import extract
from scraper.pages import open_page
from scraper.records import Extraction, Record, Rejection, SiteRef, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scraper.sites import Registry

Json = dict[str, Any]


@attrs.frozen(slots=True)
class Examined:
    """What the page of a case gives today.

    Attributes:
        capture: The page.
        results: Extractions and rejections. A record that its schema refuses stands here as the layout made it, so that its fields
            can be compared one by one.
        refused: What its schema says of such a record, by its number.
    """

    capture: Capture
    results: tuple[Json, ...]
    refused: Mapping[int, str]


def examine(capture: Capture, registry: Registry) -> Examined:
    """Extract the page of a case.

    Args:
        capture: The page.
        registry: The sites, asked as they would be in any extraction.
    """
    results = list(extract(capture, registry))
    refused = {n: each.reason for n, each in enumerate(results) if isinstance(each, Rejection) and each.stage == "validate"}
    if refused:
        results = _with_drafts(capture, registry, results)
    data = tuple(each.to_json() for each in results)
    return Examined(capture, data, {number: reason for number, reason in refused.items() if not is_rejection(data[number])})


def only_capture(path: Path) -> Capture:
    """Return the capture that an archive consists of.

    Raises:
        ArchiveError: It is damaged, holds more than one record, or none that is a page.
    """
    items = list(scan(path))
    for item in items:
        if isinstance(item, Damage):
            raise DamagedRecord(item.reason, path=path, offset=item.offset)
        if isinstance(item, UnreadableCapture):
            raise item.error
    if len(items) == 1 and isinstance(items[0], Capture):
        return items[0]
    raise ArchiveError(f"a case is one capture and nothing else; this archive has {len(items)} records", path=path)


def _with_drafts(capture: Capture, registry: Registry, results: list[Extraction | Rejection]) -> list[Extraction | Rejection]:
    """Put in place of each record that its schema refused what the layout had made."""
    try:
        drafts = list(_drafts(capture, registry, results[0].capture))
    except Exception:  # noqa: BLE001  # a layout is somebody else's code: the rejection, which says what it did, stays
        return results
    replaced = zip(results, [*drafts, *[None] * len(results)], strict=False)
    return [draft if draft and isinstance(each, Rejection) and each.stage == "validate" else each for each, draft in replaced]


def _drafts(capture: Capture, registry: Registry, reference: Json) -> Iterator[Extraction | None]:
    """Yield each record as its layout made it, unchecked; None for one that cannot even be written as JSON."""
    page = open_page(capture.payload, capture.media_type, charset=capture.charset, url=capture.url)
    site, layout = registry.choose(capture.url, capture.media_type, capture.date, page)
    who = SiteRef(site.name, layout.name, site.version)
    made = layout.extract(page)
    for record in [made] if isinstance(made, Record) else made:
        try:
            found = plain(record)
        except RecordError:
            yield None
        else:
            yield Extraction(record.TYPE, who, found.record, reference, found.provenance, found.problems)


def claimants(capture: Capture, registry: Registry, site: str) -> list[str]:
    """Name the layouts of a site that recognise a page, in the order in which they are asked; one that raises does not."""
    page = open_page(capture.payload, capture.media_type, charset=capture.charset, url=capture.url)
    layouts = registry.only(site).sites[0].layouts
    found = []
    for layout in layouts:
        if layout.recognises is None or not layout.reads(capture.media_type, capture.date):
            continue
        try:
            found += [layout.name] if layout.recognises(page) else []
        except Exception:  # noqa: BLE001, S112  # as in any extraction: it has not recognised the page
            continue
    return found
