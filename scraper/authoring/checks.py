"""The tests that a case gives: one a field, and those of the whole.

Each is a name and a function that returns what is wrong, or None. A case is extracted once in a process, whatever the number of its
tests.
"""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from scraper.archive import ArchiveWriter, Capture, Record, raw_records, scan
from scraper.authoring.cases import Case, is_rejection, layout_of, reason_of, site_of, steady
from scraper.authoring.compare import Page, describe, differences, fields_of, origin, page_of
from scraper.authoring.examined import Examined, examine, only_capture
from scraper.errors import ScraperError
from scraper.sites import Registry, load_registry
from scraper.verify import Archives, verify_extraction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Check = Callable[["Trial"], str | None]

Json = dict[str, Any]

_PLACE = ("warc", "offset", "length")  # where to look for a capture; what it is, is the rest


@functools.cache
def registry() -> Registry:
    """Return the sites, loaded once in a process."""
    return load_registry()


@functools.cache
def examined(path: Path) -> Examined:
    """Return what the page of a case gives, found out once in a process.

    Raises:
        ArchiveError: The archive is damaged, or is not one capture.
    """
    return examine(only_capture(path), registry())


@attrs.frozen
class Trial:
    """A case, or one result of it, under test.

    Attributes:
        case: The case.
        every: All results that are expected.
        number: Which of them.
    """

    case: Case
    every: Sequence[Json]
    number: int = 0

    @property
    def expected(self) -> Json:
        """The result that is expected."""
        return self.every[self.number]

    @property
    def got(self) -> Json:
        """The result that there is."""
        return self.examined.results[self.number]

    @property
    def examined(self) -> Examined:
        """The page and all its results."""
        return examined(self.case.path)

    @property
    def page(self) -> Page:
        """The page."""
        return page_of(self.examined.capture, self.expected, self.got["capture"].get("charset"))

    def differences(self, field: str) -> list[str]:
        """Say how a field differs from what is expected; nothing where it does not."""
        found = differences(field, self.expected, self.got, same_page=self.page.same)
        return list(describe(found, self.page))


def checks_of(expected: Sequence[Json]) -> Iterator[tuple[str, Check, int]]:
    """Yield name, function and the number of the result of each test of a case."""
    for number, result in enumerate(expected):
        before = f"{number}/" if len(expected) > 1 else ""
        for name, check in _checks(result):
            yield f"{before}{name}", check, number
    yield "same-page", _same_page, 0
    yield "same-recompressed", _same_recompressed, 0


def _checks(expected: Json) -> Iterator[tuple[str, Check]]:
    if is_rejection(expected):
        yield "rejected", _rejected
        return
    yield "same-layout", _same_layout
    for field in fields_of(expected):
        yield field, functools.partial(_field, field=field)
    yield "no-missing-field", _no_missing_field
    yield "no-extra-field", _no_extra_field
    yield "schema-valid", _schema_valid
    yield "every-value-verified", _verified


def breakdown(case: Case, expected: Sequence[Json]) -> str | None:
    """Say why the page of a case gives nothing to compare: it cannot be read, or gives another number or kind of results."""
    try:
        results = examined(case.path).results
    except ScraperError as error:
        return f"{type(error).__name__}: {error}"
    if [is_rejection(each) for each in expected] == [is_rejection(each) for each in results]:
        return None
    return f"expected  {_counted(expected)}\ngot       {_counted(results)}"


def _counted(results: Sequence[Json]) -> str:
    """Tell results in short: how many records, by which layout, and each rejection."""
    records = [each for each in results if not is_rejection(each)]
    told = [f"{len(records)} record{'s' * (len(records) != 1)} by {_who(records[0])}"] if records else []
    told += [f"a rejection by {_who(each)}\n          {reason_of(each)}" for each in results if is_rejection(each)]
    return ", then ".join(told)


def _who(result: Json) -> str:
    site, layout = site_of(result), layout_of(result)
    return f"layout {layout!r} of site {site!r}" if site else "no site"


def _same_layout(trial: Trial) -> str | None:
    wanted, got = ((each["type"], site_of(each), layout_of(each)) for each in (trial.expected, trial.got))
    if wanted == got:
        return None
    return "".join(
        f"\n{name:<9} a record {result['type']} by {_who(result)}"
        for name, result in (("expected", trial.expected), ("got", trial.got))
    ).strip()


def _field(trial: Trial, field: str) -> str | None:
    return "\n".join(trial.differences(field)) or None


def _no_missing_field(trial: Trial) -> str | None:
    missing = [field for field in fields_of(trial.expected) if field not in fields_of(trial.got)]
    return _listed("the page gives no value for what is expected of it:", missing, trial.expected, None) if missing else None


def _no_extra_field(trial: Trial) -> str | None:
    extra = [field for field in fields_of(trial.got) if field not in fields_of(trial.expected)]
    return _listed("the page gives values that nobody expects:", extra, trial.got, trial.page) if extra else None


def _listed(opening: str, fields: list[str], extraction: Json, page: Page | None) -> str:
    """Tell the values of fields that stand on one side alone."""
    lines = [opening]
    nothing: Json = {"record": {}, "provenance": {}}
    for each in (found for field in fields for found in differences(field, nothing, extraction, same_page=True)):
        if each.new is not None:
            lines += [each.path, f"  value     {each.new.text}", *origin(each.new.pointer or each.new.problem or {}, page)]
    return "\n".join(lines)


def _schema_valid(trial: Trial) -> str | None:
    return trial.examined.refused.get(trial.number)


def _verified(trial: Trial) -> str | None:
    archives, wanted = Archives([trial.case.path.parent]), trial.expected["provenance"]
    lines = []
    for verdict in verify_extraction(trial.got, archives):
        known = verdict.outcome == "unlocated" and "unlocated" in wanted.get(verdict.field, {})
        if verdict.outcome not in {"verified", "stated"} and not known:
            lines += [f"{verdict.field}: {verdict.outcome}: {verdict.reason}"]
            lines += origin(trial.got["provenance"].get(verdict.field, {}), trial.page)
    return "\n".join(lines) or None


def _rejected(trial: Trial) -> str | None:
    keys = ("stage", "error", "reason", "field", "site", "layout")
    old, new = steady(trial.expected), steady(trial.got)
    pairs = [(key, old.get(key), new.get(key)) for key in keys]
    lines = [f"{key}\n  expected  {wanted!r}\n  got       {got!r}" for key, wanted, got in pairs if wanted != got]
    return "\n".join(lines) or None


def _same_page(trial: Trial) -> str | None:
    """Tell that the expectation is another page's: where no other test fails, so that a change is told by what it changed."""
    results = trial.examined.results
    changed = [(old, new) for old, new in zip(trial.every, results, strict=True) if old["capture"] != new["capture"]]
    trials = [attrs.evolve(trial, number=number) for number in range(len(results))]
    if not changed or any(check(each) for each in trials for _, check in _checks(each.expected)):
        return None
    old, new = (each["capture"] for each in changed[0])
    facts = [f"{key}\n  expected  {old.get(key)!r}\n  got       {new.get(key)!r}" for key in new if old.get(key) != new[key]]
    told = "the page is not the one that is expected, though its values are; if that was meant, run: scraper sites case update"
    return "\n".join([told, *facts])


def _same_recompressed(trial: Trial) -> str | None:
    """Extract the page again from an archive of another name, where it is compressed and stands elsewhere."""
    with tempfile.TemporaryDirectory() as folder:
        moved = Path(folder) / "moved.warc.gz"
        with ArchiveWriter(moved) as writer:
            for record in raw_records(trial.case.path):
                if isinstance(record, Record):
                    writer.copy_record(record)
        again = [examine(item, registry()).results for item in scan(moved) if isinstance(item, Capture)]
    if [[_placeless(each) for each in results] for results in again] == [[_placeless(each) for each in trial.examined.results]]:
        return None
    return "\n".join(["the page gives something else when it is recompressed:", *(_counted(results) for results in again)])


def _placeless(result: Json) -> Json:
    return result | {"capture": {key: value for key, value in result["capture"].items() if key not in _PLACE}}
