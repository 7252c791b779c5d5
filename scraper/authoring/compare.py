"""What is expected and what the page gives, field by field, and the difference in words.

A field is a member of the record. It is as expected if every value in it is, and points at the same bytes by the same selector and
steps. Where the page is another than the one that the expectation speaks of, because somebody changed it to see what happens, its
positions mean nothing there, and values alone are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from scraper.errors import QuotingError
from scraper.quoting.context import place, places
from scraper.verify import leaves_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive import Capture

Json = dict[str, Any]

_SHOWN: Final = 5  # differences of one field in full


@attrs.frozen(slots=True)
class Leaf:
    """A value of a record and where it came from, or why it could not be read.

    Attributes:
        value: The value; None for one that could not be read.
        pointer: Its pointer; empty for one that could not be read.
        problem: What could not be read, with bytes and reason; None for a value.
    """

    value: Any
    pointer: Json
    problem: Json | None = None

    @property
    def text(self) -> str:
        """The value, or what could not be read."""
        if self.problem is None:
            return repr(self.value)
        return f"nothing: {self.problem['source']!r} could not be read ({self.problem['reason']})"


@attrs.frozen(slots=True)
class Difference:
    """One value that differs: JSON Pointer of it in the record, and what it was and is; None for nothing."""

    path: str
    old: Leaf | None
    new: Leaf | None

    @property
    def title(self) -> str:
        """The difference in short."""
        if self.old is None or self.new is None:
            return f"{self.path}: " + ("a value that was not there" if self.old is None else "no value")
        same = self.old.value == self.new.value and self.old.problem is None and self.new.problem is None
        return f"{self.path}: " + ("the same value, found otherwise" if same else "another value")


@attrs.frozen(slots=True)
class Page:
    """The page of a case, and whether it is the one that the expectation speaks of."""

    capture: Capture
    charset: str
    same: bool


def page_of(capture: Capture, expected: Json, charset: str | None = None) -> Page:
    """Return the page of a case.

    Args:
        capture: The page as it is.
        expected: The result that is expected of it.
        charset: The charset that it was decoded with today.
    """
    then = expected["capture"]
    same = then.get("payload_sha256") == capture.payload_sha256
    return Page(capture, charset or then.get("charset") or "utf-8", same)


def fields_of(extraction: Json) -> list[str]:
    """Return the fields of an extraction, those that could not be read among them, in order."""
    unreadable = (problem["field"].split("/")[1] for problem in extraction.get("problems", ()))
    return list(dict.fromkeys([*extraction["record"], *unreadable]))


def differences(field: str, old: Json, new: Json, *, same_page: bool) -> list[Difference]:
    """Return how two extractions differ in a field.

    Args:
        field: A member of the record.
        old: One extraction.
        new: The other one.
        same_page: Whether both are of the same page, so that pointers can be compared.
    """
    before, after = _leaves(old, field), _leaves(new, field)
    paths = dict.fromkeys([*before, *after])
    pairs = (Difference(path, before.get(path), after.get(path)) for path in paths)
    return [each for each in pairs if not _equal(each.old, each.new, same_page=same_page)]


def _equal(old: Leaf | None, new: Leaf | None, *, same_page: bool) -> bool:
    if same_page or old is None or new is None:
        return old == new
    same_kind = type(old.value) is type(new.value) and (old.problem is None) == (new.problem is None)
    return same_kind and old.value == new.value


def _leaves(extraction: Json, field: str) -> dict[str, Leaf]:
    """Return the values of a field, and what in it could not be read, by JSON Pointer."""
    record, below = extraction["record"], f"/{field}/"
    found = {
        path: Leaf(value, extraction["provenance"].get(path, {}))
        for path, value in leaves_of({field: record[field]} if field in record else {})
    }
    problems = (each for each in extraction.get("problems", ()) if f"{each['field']}/".startswith(below))
    return found | {each["field"]: Leaf(None, {}, each) for each in problems}


def describe(found: list[Difference], page: Page, names: tuple[str, str] = ("expected", "got")) -> Iterator[str]:
    """Yield the lines that tell differences: what was and what is, the selector, the bytes in their place.

    Args:
        found: The differences.
        page: The page.
        names: What to call the two sides.
    """
    for each in found[:_SHOWN]:
        yield each.title
        yield from _side(names[0], each.old, page if page.same else None)
        if each.old and not page.same:
            yield from _still_there(each.old, page)
        yield from _side(names[1], each.new, page)
    if len(found) > _SHOWN:
        yield f"… and {len(found) - _SHOWN} more values: {', '.join(each.path for each in found[_SHOWN:][:_SHOWN])}, …"


def _side(name: str, leaf: Leaf | None, page: Page | None) -> Iterator[str]:
    yield f"  {name:<9} {leaf.text if leaf else 'nothing'}"
    if leaf is not None:
        yield from origin(leaf.pointer or leaf.problem or {}, page)


def origin(pointer: Json, page: Page | None) -> Iterator[str]:
    """Yield the lines that tell where a value came from.

    Args:
        pointer: Its pointer, or the problem that stands for it.
        page: The page, to show its bytes; None where they mean nothing.
    """
    if "selector" in pointer:
        yield f"  found by  {pointer['selector']}"
    for why in ("stated", "unlocated"):
        if why in pointer:
            yield f"  {why:<9} {pointer[why]}"
    if pointer.get("steps"):
        yield f"  steps     {', '.join(_step(each) for each in pointer['steps'])}"
    if page is not None and pointer.get("spans"):
        yield from _bytes(pointer, page)


def _bytes(pointer: Json, page: Page) -> Iterator[str]:
    readings = pointer.get("as") or ["raw"] * len(pointer["spans"])
    try:
        shown = list(places({"spans": pointer["spans"], "as": readings}, page.capture.payload, page.charset))
    except QuotingError as error:
        yield f"  bytes     the pointer does not fit: {error}"
        return
    for each in shown[:2]:
        yield f"  bytes     {each.title}"
        yield f"            {each.line}"
    if len(shown) > 2:  # noqa: PLR2004  # the first two
        yield f"            … and {len(shown) - 2} more spans"


def _step(step: Any) -> str:
    if isinstance(step, str):
        return step
    name, args = step
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in args.items())})"


def _still_there(leaf: Leaf, page: Page) -> Iterator[str]:
    """Say where on a changed page the expected value's text stands now, if it does: a hint for people, no claim."""
    if not isinstance(leaf.value, str):
        return
    wanted = leaf.value.encode(page.charset, "replace")
    start = page.capture.payload.find(wanted)
    if start >= 0:
        shown = place(page.capture.payload, (start, start + len(wanted)), page.charset, "text")
        yield f"  the page has changed, and holds the same text at byte {start}:"
        yield f"            {shown.line}"
