"""What is wrong with a site's layouts as a whole: days that two of them claim, days that none reads, and layouts that nobody tries.

Layouts are asked in their order, and the first that reads a capture's media type and day, and recognises the page, has it. So two
layouts of one media type whose days meet *overlap* where nothing but that order decides between them:

- the earlier one has no `recognises`: it takes every page of those days, and the later one gets none;
- both recognise the page of a case.

A layout without `recognises` that stands behind others is no overlap: it is what remains. There is a *gap* where layouts of one
media type read days before and days behind, and none reads those between. A layout without dates that recognises its pages fills
no gap: it may never have been meant for those days.
"""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from typing import TYPE_CHECKING

from scraper.authoring.cases import cases_in, layout_of, site_of
from scraper.authoring.examined import claimants, only_capture
from scraper.errors import ScraperError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from scraper.authoring.cases import Case
    from scraper.sites import Layout, Registry, Site


def layout_faults(site: Site, folder: Path, registry: Registry) -> list[str]:
    """Return what is wrong with a site's layouts, a line each; nothing where all is well.

    Args:
        site: The site.
        folder: Where its cases lie.
        registry: The sites.
    """
    cases = cases_in(folder)
    return [*_without_case(site, cases, folder), *_dates(site), *_overlaps(site), *_both(site, cases, registry), *_strays(folder)]


def _without_case(site: Site, cases: Iterable[Case], folder: Path) -> Iterator[str]:
    tried = set()
    for case in cases:
        try:
            tried |= {layout_of(each) for each in case.expected() if site_of(each) == site.name}
        except ScraperError:
            continue  # the case's own test tells
    for layout in site.layouts:
        if layout.name not in tried:
            yield f"layout {layout.name!r} has no case in {folder}: add one with scraper sites case add {site.name} URL|FILE|WARC"


def _dates(site: Site) -> Iterator[str]:
    """Yield layouts of no day at all, and gaps."""
    for layout in site.layouts:
        since, until = _days(layout)
        if since >= until:
            yield f"layout {layout.name!r} reads no day: it is in use since {layout.since} and until {layout.until}"
    for media_type in dict.fromkeys(media_type for layout in site.layouts for media_type in layout.media_types):
        readers = [each for each in site.layouts if media_type in each.media_types]
        dated = [each for each in readers if each.since or each.until or not each.recognises]
        for end, start in _gaps(_days(each) for each in dated):
            yield f"no layout reads {media_type} from {end} to {start}: a gap between its layouts"


def _gaps(spans: Iterable[tuple[dt.date, dt.date]]) -> Iterator[tuple[dt.date, dt.date]]:
    """Yield the holes between spans of days: the first day in each, and the first behind it."""
    reached = None
    for since, until in sorted(spans):
        if reached is not None and since > reached:
            yield reached, since
        reached = until if reached is None else max(reached, until)


def _overlaps(site: Site) -> Iterator[str]:
    """Yield layouts that stand behind one that takes every page of their days."""
    for first, second in combinations(site.layouts, 2):
        shared = [each for each in first.media_types if each in second.media_types]
        if shared and first.recognises is None and _meet(first, second):
            names = f"layouts {first.name!r} and {second.name!r}"
            yield f"{names} overlap: both read {shared[0]}{_when(first, second)}, and {first.name!r} takes every page"


def _both(site: Site, cases: Iterable[Case], registry: Registry) -> Iterator[str]:
    """Yield layouts that recognise the same page of a case."""
    for case in cases:
        try:
            names = claimants(only_capture(case.path), registry, site.name)
        except ScraperError:
            continue  # the case's own test tells
        if len(names) > 1:
            named = " and ".join(repr(each) for each in names)
            yield f"layouts {named} overlap: all of them recognise the page of case {case.name!r}"


def _strays(folder: Path) -> Iterator[str]:
    """Yield halves of cases, which no test would ever look at."""
    for path in sorted([*folder.rglob("*.warc"), *folder.rglob("*.expected.json")]):
        name = path.name.removesuffix(".warc").removesuffix(".expected.json")
        missing = f"{name}.expected.json" if path.suffix == ".warc" else f"{name}.warc"
        if not path.with_name(missing).is_file():
            yield f"{path} is half a case: there is no {missing} beside it"


def _days(layout: Layout) -> tuple[dt.date, dt.date]:
    """Return the first day of a layout, and the first behind it."""
    return layout.since or dt.date.min, layout.until or dt.date.max


def _meet(first: Layout, second: Layout) -> bool:
    (since, until), (since_too, until_too) = _days(first), _days(second)
    return max(since, since_too) < min(until, until_too)


def _when(first: Layout, second: Layout) -> str:
    since, until = max(_days(first)[0], _days(second)[0]), min(_days(first)[1], _days(second)[1])
    begin = "" if since == dt.date.min else f" since {since}"
    return begin + ("" if until == dt.date.max else f" until {until}")
