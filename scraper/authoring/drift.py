"""Drift: what a site's layouts found of each field over time, and where a selector stopped matching.

What is looked at is what any extraction holds: which field was found, by which selector, in which capture. Captures are put in the
order of their dates. A *series* is one selector of one field of one layout, with a hit or a miss for each capture that the layout
read. Two series more are those of a layout itself: whether what it reads becomes a record at all, and whether any layout still
recognises a page whose URL the site claims.

A selector has *stopped* where its series ends in misses that chance does not explain. If nothing had changed, every order of the
same hits and misses would be as likely as any other; of these, `C(n, k) / C(N, k)` have all their `k` hits among the first `n` of
`N` captures. That is the one-sided test of Fisher with the boundary behind the last hit, and exact, for where the last hit stands
is itself what is tested. A field that 30 in 100 pages show must be missing about 20 times in a row before it is named. The bound is
shared out among the series (Bonferroni), without those too short ever to reach it (Tarone, Biometrics 46, 1990), so that a whole
run blames anything by chance with a probability of at most `risk`, however many fields there are.
"""

from __future__ import annotations

import re
from collections import Counter
from math import prod
from typing import TYPE_CHECKING, Any, Final

import attrs

from scraper.archive import Capture, UnreadableCapture, scan
from scraper.authoring.cases import is_rejection, layout_of, site_of
from scraper.authoring.examined import examine
from scraper.extract import no_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from scraper.sites import Registry

Json = dict[str, Any]
Found = tuple[str, str | None]

RISK: Final = 0.05
PERIODS: Final = {"day": 10, "month": 7, "year": 4}
"""How many characters of an ISO 8601 date name each period."""
RECOGNISED: Final = "(recognised)"
"""Stands for a field: whether a layout recognises the page; the media type follows."""
RECORD: Final = "(record)"
"""Stands for a field: whether a layout that recognised the page made a record of it."""
_KEPT: Final = 10
_NUMBERS: Final = re.compile(r"(?<=[/(])\d+(?=[/)]|$)")  # of list members in pointers, of lines in a text


@attrs.frozen(slots=True)
class Seen:
    """What a layout found in a capture.

    Attributes:
        capture: The reference to the capture, as in extractions.
        layout: The layout; None where none recognised the page.
        found: Each field that has a value, with the selector that found it; `RECORD` where there is a record at all.
    """

    capture: Json
    layout: str | None
    found: frozenset[Found]


@attrs.frozen(slots=True)
class Drift:
    """A selector that stopped matching.

    Attributes:
        site: The site.
        layout: The layout; for `RECOGNISED` the one that read the last page.
        field: JSON Pointer of the field with `*` for the numbers of list members; or `RECORD`, or `RECOGNISED`.
        selector: The selector; None where the field has none, or several in turn, none of which can be blamed alone.
        last: The capture in which it matched last.
        since: The captures behind that, in which it did not; the first ten of them.
        before: What to compare those with: the last match at the first one's URL, where there is one, else `last`.
        misses: How many captures it has not matched since.
        chance: The probability of such an end, had nothing changed.
        instead: Selectors that have found the field since.
    """

    site: str
    layout: str
    field: str
    selector: str | None
    last: Json
    since: tuple[Json, ...]
    before: Json
    misses: int
    chance: float
    instead: tuple[str, ...] = ()

    @property
    def first(self) -> Json:
        """The first capture in which it did not match."""
        return self.since[0]

    @property
    def row(self) -> tuple[str, str, str]:
        """Which row of the coverage it belongs to: its `key`."""
        return self.site, "" if self.field.startswith(RECOGNISED) else self.layout, self.field


@attrs.frozen(slots=True)
class Row:
    """The coverage of a field.

    Attributes:
        site: The site.
        layout: The layout; empty for `RECOGNISED`.
        field: As in `Drift`.
        periods: Period → captures with the field, captures.
    """

    site: str
    layout: str
    field: str
    periods: dict[str, tuple[int, int]]

    @property
    def key(self) -> tuple[str, str, str]:
        """Site, layout and field."""
        return self.site, self.layout, self.field

    @property
    def found(self) -> int:
        """Captures with the field."""
        return sum(found for found, _ in self.periods.values())

    @property
    def captures(self) -> int:
        """Captures that could have had it."""
        return sum(captures for _, captures in self.periods.values())


class Survey:
    """What all captures gave, collected one by one in any order.

    Args:
        registry: The sites, to tell whose the URL of a rejected page is.

    Attributes:
        captures: How many captures were looked at.
        skipped: Captures that say nothing of any site, by reason.
    """

    def __init__(self, registry: Registry) -> None:
        self.captures = 0
        self.skipped: Counter[str] = Counter()
        self._registry = registry
        self._seen: dict[tuple[str, str | None, str], dict[tuple[Any, ...], Seen]] = {}  # site, layout, media type
        self._known: dict[Any, Any] = {}  # equal sets are kept once
        self._visits: set[tuple[Any, ...]] = set()

    def add(self, result: Json) -> None:
        """Take in one result of a capture; those of one capture count as one.

        Args:
            result: An extraction or a rejection, as JSON.
        """
        capture = result["capture"]
        if result.get("stage") == "read":  # a damaged place, which is no capture, or one whose payload nobody can decode
            self.captures += "record_id" in capture
            self.skipped["unreadable" if "record_id" in capture else "damaged"] += 1
            return
        identity = _order(capture)
        if identity not in self._visits:
            self._visits.add(identity)
            self.captures += 1
        site, layout = site_of(result), layout_of(result)
        if site is None:
            owner = self._registry.by_url(visit(capture)["url"]) if result["stage"] == "dispatch" else None
            if owner is None:
                self.skipped["of no site" if result["stage"] == "dispatch" else f"rejected at {result['stage']}"] += 1
                return
            site = owner.name
        group = self._seen.setdefault((site, layout, capture["media_type"]), {})
        found = _found(result)
        if identity in group:
            found |= group[identity].found
        group[identity] = Seen(capture, layout, self._known.setdefault(found, found))

    def skip(self, reason: str) -> None:
        """Count a capture that says nothing of any site."""
        self.captures += 1
        self.skipped[reason] += 1

    def layouts(self) -> dict[tuple[str, str], list[Seen]]:
        """Return what each layout of each site found, in the order of dates."""
        return self._grouped(lambda site, layout, _: None if layout is None else (site, layout))

    def claimed(self) -> dict[tuple[str, str], list[Seen]]:
        """Return, by site and media type, the captures that a layout read, and those that none recognised."""
        found = self._grouped(lambda site, _, media_type: (site, media_type))
        return {key: seen for key, seen in found.items() if any(each.layout is None for each in seen)}

    def _grouped(self, key: Callable[[str, str | None, str], tuple[str, str] | None]) -> dict[tuple[str, str], list[Seen]]:
        found: dict[tuple[str, str], list[Seen]] = {}
        for (site, layout, media_type), group in sorted(self._seen.items(), key=lambda each: tuple(map(str, each[0]))):
            chosen = key(site, layout, media_type)
            if chosen is not None:
                found.setdefault(chosen, []).extend(group.values())
        return {key: sorted(seen, key=lambda each: _order(each.capture)) for key, seen in found.items()}


def look_at(archive: Path, survey: Survey, registry: Registry, notice: Callable[[int], None]) -> None:
    """Extract an archive into a survey, capture by capture. Revisits, which show no page of their own, and damage are passed over.

    Args:
        archive: The archive.
        survey: Where to put what is found.
        registry: The sites.
        notice: Called after each capture with the byte of the file behind it.

    Raises:
        NotAnArchive: The file cannot be read as one.
    """
    for item in scan(archive):
        if isinstance(item, UnreadableCapture):
            survey.skip("unreadable")
        if not isinstance(item, Capture):
            continue
        why = no_page(item)
        if why:
            survey.skip(why)
        else:
            for result in examine(item, registry).results:
                survey.add(result)
        notice(item.offset + item.length)


def coverage(survey: Survey, period: str = "month") -> list[Row]:
    """Return the coverage of each field, over periods.

    Args:
        survey: What was seen.
        period: One of `PERIODS`.
    """
    rows = [Row(*each.key, _periods(each, period)) for each in _series(survey) if each.whole]
    return sorted(rows, key=lambda row: (row.site, row.layout))


def drifts(survey: Survey, risk: float = RISK) -> list[Drift]:
    """Return the selectors that stopped matching, in the order of sites, layouts and fields.

    Args:
        survey: What was seen.
        risk: The probability with which the whole list may hold anything by chance.
    """
    series = list(_series(survey))
    bound = _bound([each.least for each in series], risk)
    named: set[tuple[str, str, str]] = set()
    found = []
    for each in series:
        if each.chance <= bound and not (each.whole and each.key in named):
            named.add(each.key)
            found.append(each.drift())
    return sorted(found, key=lambda drift: (drift.site, drift.layout))


@attrs.frozen(slots=True)
class _Series:
    """A series: a hit or a miss for each capture; `whole` is that of a field by whichever of its selectors, which stands last."""

    key: tuple[str, str, str]  # site, layout, field
    seen: Sequence[Seen]
    hits: Sequence[bool]
    selector: str | None = None
    whole: bool = True

    @property
    def end(self) -> int:
        """The number of captures up to the last hit."""
        return max((number for number, hit in enumerate(self.hits, 1) if hit), default=0)

    @property
    def chance(self) -> float:
        """The probability of all hits standing as far in front, had nothing changed."""
        return _chance(sum(self.hits), self.end, len(self.hits))

    @property
    def least(self) -> float:
        """The probability that it would have, were all its hits in front."""
        return _chance(sum(self.hits), sum(self.hits), len(self.hits))

    def drift(self) -> Drift:
        site, layout, field = self.key
        since = self.seen[self.end :]
        instead = {selector for each in since for name, selector in each.found if name == field and selector}
        last = self.seen[self.end - 1]
        return Drift(
            site, layout or last.layout or "", field, self.selector, last.capture,
            tuple(each.capture for each in since[:_KEPT]), self._before(since[0]),
            len(since), self.chance, tuple(sorted(instead)),
        )  # fmt: skip

    def _before(self, first: Seen) -> Json:
        matched = [each.capture for each, hit in zip(self.seen, self.hits, strict=True) if hit]
        return next((each for each in reversed(matched) if visit(each)["url"] == visit(first.capture)["url"]), matched[-1])


def _series(survey: Survey) -> Iterator[_Series]:
    for (site, media_type), seen in survey.claimed().items():
        yield _Series((site, "", f"{RECOGNISED} {media_type}"), seen, [each.layout is not None for each in seen])
    for (site, layout), seen in survey.layouts().items():
        yield _Series((site, layout, RECORD), seen, [(RECORD, None) in each.found for each in seen])
        made = [each for each in seen if (RECORD, None) in each.found]
        pairs = {pair for each in made for pair in each.found} - {(RECORD, None)}
        for field in sorted({field for field, _ in pairs}):
            yield from _of_field((site, layout, field), sorted((one for name, one in pairs if name == field), key=str), made)


def _of_field(key: tuple[str, str, str], selectors: Sequence[str | None], seen: Sequence[Seen]) -> Iterator[_Series]:
    """Yield the series of each selector of a field, and that of the field, which is the same where there is but one."""
    several = len(selectors) > 1
    for one in selectors:
        yield _Series(key, seen, [(key[2], one) in each.found for each in seen], one, not several)
    if several:
        yield _Series(key, seen, [any(name == key[2] for name, _ in each.found) for each in seen])


def _chance(hits: int, end: int, captures: int) -> float:
    """Return `C(end, hits) / C(captures, hits)`, which is also `C(captures - hits, misses) / C(captures, misses)`."""
    misses = captures - end
    top, count = (end, hits) if hits < misses else (captures - hits, misses)
    return prod((top - each) / (captures - each) for each in range(count))


def _bound(least: Iterable[float], risk: float) -> float:
    """Return what the chance of a series may be at most: the risk, shared among those that can get below their share."""
    reachable = sorted(least)
    for share in range(1, len(reachable) + 1):
        if sum(each <= risk / share for each in reachable) <= share:
            return risk / share
    return risk


def _found(result: Json) -> frozenset[Found]:
    if is_rejection(result):
        return frozenset()
    pairs = ((general(path), pointer.get("selector")) for path, pointer in result["provenance"].items())
    return frozenset([(RECORD, None), *((path, selector and general(selector)) for path, selector in pairs)])


def general(path: str) -> str:
    """Return a JSON Pointer or a selector for every member of a list: `/authors/0/name` → `/authors/*/name`."""
    return _NUMBERS.sub("*", path)


def _periods(series: _Series, period: str) -> dict[str, tuple[int, int]]:
    periods: dict[str, tuple[int, int]] = {}
    for each, hit in zip(series.seen, series.hits, strict=True):
        name = visit(each.capture)["date"][: PERIODS[period]]
        found, captures = periods.get(name, (0, 0))
        periods[name] = found + hit, captures + 1
    return periods


def visit(capture: Json) -> Json:
    """Return what says when and where a capture was reached: a later visit, or itself."""
    reached: Json = capture.get("revisit") or capture
    return reached


def _order(capture: Json) -> tuple[Any, ...]:
    reached = visit(capture)
    return reached["date"], reached["warc"], reached["offset"], reached["record_id"]
