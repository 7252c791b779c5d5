"""What there is in place of what drifted: the page is read again where a selector stopped matching, beside one where it matched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from scraper.authoring.cases import is_rejection, reason_of
from scraper.authoring.drift import RECOGNISED, RECORD, general
from scraper.authoring.examined import examine
from scraper.authoring.nearest import Nearest, nearest
from scraper.errors import ArchiveError, QuotingError
from scraper.pages import open_page
from scraper.verify import leaves_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scraper.archive import Capture
    from scraper.authoring.drift import Drift
    from scraper.pages import Page
    from scraper.sites import Registry
    from scraper.verify import Archives

Json = dict[str, Any]


@attrs.frozen(slots=True)
class Remains:
    """What there is now.

    Attributes:
        said: What the site says of the page: its rejection, or a value that is there and cannot be read; or why nobody can look.
        nearest: The nearest thing that one of the first pages without a match holds; None for nothing like it, or where something
            is said.
        capture: The capture of that page.
    """

    said: str | None = None
    nearest: Nearest | None = None
    capture: Json | None = None


def remains_of(drift: Drift, archives: Archives, registry: Registry) -> Remains:
    """Look at the first pages on which a selector did not match: a field that is not on every page need not be on the first.

    Args:
        drift: The selector.
        archives: Where the captures are.
        registry: The sites.
    """
    found = Remains()
    try:
        before = archives.capture(drift.before)
        values = _values(drift, before, registry)
        for reference in drift.since:
            capture = archives.capture(reference)
            said = next(_said(drift, examine(capture, registry).results), None)
            if said:
                return Remains(said)
            near = None if drift.selector is None else nearest(drift.selector, _page(capture), _page(before), values)
            if near and (found.nearest is None or near.weight > found.nearest.weight):
                found = Remains(None, near, reference)
    except (ArchiveError, QuotingError) as error:
        return found if found.nearest else Remains(f"the page cannot be looked at: {error}")
    return found


def _page(capture: Capture) -> Page:
    return open_page(capture.payload, capture.media_type, charset=capture.charset, url=capture.url)


def _said(drift: Drift, results: Sequence[Json]) -> Iterator[str]:
    for result in results:
        if is_rejection(result) and (drift.field == RECORD or drift.field.startswith(RECOGNISED)):
            yield f"rejected at {reason_of(result)}"
        for problem in result.get("problems", ()):
            if general(problem["field"]) == drift.field:
                yield f"it is there and cannot be read: {problem['source']!r} ({problem['reason']})"


def _values(drift: Drift, before: Capture, registry: Registry) -> list[str]:
    """Return the values that the field had on an earlier page."""
    results = [each for each in examine(before, registry).results if not is_rejection(each)]
    leaves = (leaf for each in results for leaf in leaves_of(each["record"]))
    return [str(value) for path, value in leaves if general(path) == drift.field]
