"""What changed between what a case expects and what its page gives now, and taking that over, whole or field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from scraper.authoring.cases import is_rejection, reason_of, steady
from scraper.authoring.compare import describe, differences, fields_of, page_of
from scraper.errors import UsageError
from scraper.verify import leaves_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scraper.authoring.examined import Examined

Json = dict[str, Any]


@attrs.frozen(slots=True)
class Change:
    """A field, or another part of an expectation, that is not as it was; and the lines that tell how."""

    name: str
    lines: tuple[str, ...]


def changes(expected: Sequence[Json], examined: Examined, fields: Sequence[str] | None = None) -> list[Change]:
    """Return what differs between what is expected and what there is.

    Args:
        expected: The results that are expected.
        examined: What the page gives now.
        fields: Only these fields; None for everything.

    Raises:
        UsageError: There is no such field, or a record that would be taken over does not satisfy its schema.
    """
    _insist(expected, examined, fields)
    pairs = list(zip(expected, examined.results, strict=False))
    if not _same_kinds(expected, examined.results):
        return [Change("results", (f"old  {_kinds(expected)}", f"new  {_kinds(examined.results)}"))]
    return [change for old, new in pairs for change in _changes(old, new, examined, fields)]


def take_over(expected: Sequence[Json], examined: Examined, fields: Sequence[str] | None = None) -> list[Json]:
    """Return what is to be expected from now on.

    Args:
        expected: What was expected.
        examined: What the page gives now.
        fields: Only these fields are taken over; None for everything.

    Raises:
        UsageError: As `changes`.
    """
    _insist(expected, examined, fields)
    if fields is None:
        return list(examined.results)
    return [_merged(old, new, fields) for old, new in zip(expected, examined.results, strict=True)]


def _insist(expected: Sequence[Json], examined: Examined, fields: Sequence[str] | None) -> None:
    """Refuse what cannot be taken over.

    Raises:
        UsageError: It cannot.
    """
    for number, reason in examined.refused.items():
        raise UsageError(f"record {number} does not satisfy its schema, and cannot be expected: {reason}")
    if fields is None:
        return
    if not _same_kinds(expected, examined.results) or any(is_rejection(each) for each in expected):
        raise UsageError(f"fields cannot be taken over: expected {_kinds(expected)}, got {_kinds(examined.results)}")
    if not page_of(examined.capture, expected[0]).same:
        raise UsageError("fields cannot be taken over from another page than the one that is expected: take over everything")
    known = list(dict.fromkeys(field for each in [*expected, *examined.results] for field in fields_of(each)))
    unknown = [field for field in fields if field not in known]
    if unknown:
        raise UsageError(f"there is no field {', '.join(unknown)}; there are {', '.join(known)}")


def _same_kinds(expected: Sequence[Json], got: Sequence[Json]) -> bool:
    return [is_rejection(each) for each in expected] == [is_rejection(each) for each in got]


def _kinds(results: Sequence[Json]) -> str:
    rejections = [reason_of(each) for each in results if is_rejection(each)]
    return ", ".join([f"{len(results) - len(rejections)} records", *(f"a rejection ({each})" for each in rejections)])


def _changes(old: Json, new: Json, examined: Examined, fields: Sequence[str] | None) -> Iterator[Change]:
    if is_rejection(old):
        yield from _plain_changes(steady(old), steady(new))
        return
    page = page_of(examined.capture, old, new["capture"].get("charset"))
    for field in dict.fromkeys([*fields_of(old), *fields_of(new)]):
        if fields is None or field in fields:
            found = differences(field, old, new, same_page=page.same)
            if found:
                yield Change(field, tuple(describe(found, page, ("old", "new"))))
    if fields is None:
        yield from _plain_changes(*({key: each[key] for key in ("type", "site", "capture")} for each in (old, new)))


def _plain_changes(old: Json, new: Json) -> Iterator[Change]:
    """Yield the members of two JSON objects that differ."""
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            yield Change(key, (f"{key}", f"  old       {old.get(key)}", f"  new       {new.get(key)}"))


def _merged(old: Json, new: Json, fields: Sequence[str]) -> Json:
    """Return an extraction with some fields of another one, in the order of the new one."""

    def chosen(path: str) -> bool:
        return path.split("/")[1] in fields

    order = list(dict.fromkeys([*new["record"], *old["record"]]))
    record = {field: source["record"][field] for field in order if field in (source := new if field in fields else old)["record"]}
    pointers = {path: each for path, each in old["provenance"].items() if not chosen(path)}
    pointers |= {path: each for path, each in new["provenance"].items() if chosen(path)}
    problems = [each for each in old.get("problems", ()) if not chosen(each["field"])]
    problems += [each for each in new.get("problems", ()) if chosen(each["field"])]
    merged = old | {"record": record, "provenance": {path: pointers[path] for path, _ in leaves_of(record)}}
    merged.pop("problems", None)
    return merged | {"problems": problems} if problems else merged
