"""`Sourced`: a value together with the bytes it came from.

Two kinds of operation, and the difference is the design. *Narrowing* (`strip`, `split`, `re`, slicing, …) keeps verbatim source:
the result points at its own, fewer bytes, and no step is recorded. *Transforming* (`squash`, `int`, `date`, …) leaves the spans
and records a step. Where narrower bytes would not read back to the value, narrowing keeps the wider spans and records the cut
as a step, so provenance is never lost and never guessed.

What is not there is `MISSING`, and what cannot be read is `Unreadable`: both falsy, both absorb every operation.
"""

from __future__ import annotations

import re
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

import attrs

from scraper.errors import StepFailed
from scraper.quoting.cutting import is_plain, parts_of
from scraper.quoting.reading import Span, read
from scraper.quoting.steps import Step, before_squash, squash_places

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scraper.quoting.cutting import Held

    Compiled = re.Pattern[str]
    Pattern = str | Compiled

T_co = TypeVar("T_co", covariant=True)

_SQUASH = Step("squash")


@attrs.frozen(slots=True)
class Sourced(Generic[T_co]):
    """A value and where it came from. Make one by quoting a page, not by hand; constants by `Sourced.stated`.

    Attributes:
        value: The value.
        spans: Half-open byte ranges of the payload, in reading order.
        selector: How it was found, for people.
        steps: What was done to the spans' text to make the value.
        origin: `located` (has spans), `stated` (a constant or look-up), or `unlocated` (on the page, bytes unknown).
        why: The reason for a value that is not located.
        readings: How each span reads (`as` in pointers).
        charset: The charset that the spans are decoded with.
    """

    value: T_co
    spans: tuple[Span, ...] = ()
    selector: str | None = None
    steps: tuple[Step, ...] = ()
    origin: Literal["located", "stated", "unlocated"] = "located"
    why: str | None = None
    readings: tuple[str, ...] = ()
    charset: str = "utf-8"
    _held: tuple[Held, ...] | None = attrs.field(default=(), repr=False, eq=False)
    """What is held of each span; None where there is one, it is plain, and it reads as the value: most values."""

    # Making

    @staticmethod
    def located(value: str, span: Span, raw: bytes, selector: str | None, *, as_: str, charset: str) -> Sourced[str] | None:
        """Return a value that one span holds; None where the span's bytes, read again, are another.

        Args:
            value: The value.
            span: Where it stands.
            raw: The bytes there.
            selector: How it was found.
            as_: How they read.
            charset: The payload's charset.
        """
        if is_plain(value, raw, charset):
            return Sourced(value, (span,), selector, (), "located", None, (as_,), charset, None)
        if read(raw, charset, as_) != value:
            return None
        return Sourced(value, (span,), selector, (), "located", None, (as_,), charset, ((value, raw),))

    @staticmethod
    def stated(value: Any, why: str) -> Sourced[Any]:
        """Return a value that the page does not hold: a constant, a look-up. Reports count it apart."""
        return Sourced(value, origin="stated", why=why)

    @staticmethod
    def unlocated(value: Any, why: str, *, selector: str | None = None) -> Sourced[Any]:
        """Return a value that is on the page while its bytes cannot be established."""
        return Sourced(value, origin="unlocated", why=why, selector=selector)

    @staticmethod
    def join(sep: str, values: Iterable[Sourced[Any]]) -> Sourced[str]:
        """Join values into one text; missing ones are left out, and none at all is `MISSING`."""
        parts = [value for value in values if value]
        if not parts:
            return MISSING
        text = sep.join([str(part.value) for part in parts])
        for part in parts:
            if part.origin != "located":
                return Sourced(text, origin=part.origin, why=part.why, selector=part.selector)
        args: dict[str, Any] = {"sep": sep}
        if any(len(part.spans) != 1 or part.steps for part in parts):
            args["parts"] = [[len(part.spans), [each.to_json() for each in part.steps]] for part in parts]
        return Sourced(
            text,
            spans=tuple([span for part in parts for span in part.spans]),
            selector=parts[0].selector,
            steps=(Step.of("join", **args),),
            readings=tuple([reading for part in parts for reading in part.readings]),
            charset=parts[0].charset,
            held=tuple([held for part in parts for held in part._spans_held()]),  # noqa: SLF001  # its own class
        )

    # Being looked at

    def __bool__(self) -> bool:
        return self.value is not None and self.value != ""

    def __str__(self) -> str:
        return str(self.value)

    def pointer(self) -> dict[str, Any]:
        """Return the JSON form of the value's origin."""
        found: dict[str, Any] = {"spans": [*map(list, self.spans)]}
        if self.origin == "located":
            found["as"] = [*self.readings]
        else:
            found[self.origin] = self.why
        if self.selector is not None:
            found["selector"] = self.selector
        if self.steps:
            found["steps"] = [each.to_json() for each in self.steps]
        return found

    def source(self) -> str:
        """Return what the spans read, before any step."""
        return "".join([text for text, _ in self._spans_held()])

    # Narrowing

    def __getitem__(self, key: builtins.int | slice) -> Sourced[str]:
        text = self._text()
        if isinstance(key, slice):
            start, end, stride = key.indices(len(text))
            if stride != 1:
                raise ValueError("a sourced value is sliced in order: only stride 1 keeps its bytes")
            return self._cut(start, max(start, end))
        place = key + len(text) if key < 0 else key
        return self._cut(place, place + 1) if 0 <= place < len(text) else MISSING

    def strip(self, chars: str | None = None) -> Sourced[str]:
        """Narrow past leading and trailing characters, as `str.strip`."""
        text = self._text()
        tight = text.strip(chars)
        start = len(text) - len(text.lstrip(chars)) if len(tight) < len(text) else 0
        return self._cut(start, start + len(tight))

    def lstrip(self, chars: str | None = None) -> Sourced[str]:
        """Narrow past leading characters, as `str.lstrip`."""
        text = self._text()
        return self._cut(len(text) - len(text.lstrip(chars)), len(text))

    def rstrip(self, chars: str | None = None) -> Sourced[str]:
        """Narrow past trailing characters, as `str.rstrip`."""
        return self._cut(0, len(self._text().rstrip(chars)))

    def removeprefix(self, prefix: str) -> Sourced[str]:
        """Narrow past a prefix, if it is there."""
        return self._cut(len(prefix) if self._text().startswith(prefix) else 0, len(self._text()))

    def removesuffix(self, suffix: str) -> Sourced[str]:
        """Narrow to before a suffix, if it is there."""
        text = self._text()
        return self._cut(0, len(text) - len(suffix) if suffix and text.endswith(suffix) else len(text))

    def split(self, sep: str | None = None) -> list[Sourced[str]]:
        """Narrow to each part between separators (white space when None), as `str.split`."""
        text, ranges, place = self._text(), [], 0
        for part in text.split(sep):
            start = text.index(part, place) if sep is None else place
            place = start + len(part) + len(sep or "")
            ranges.append((start, start + len(part)))
        args = {} if sep is None else {"sep": sep}
        return self._narrow(ranges, lambda index: Step.of("split", index=index, **args))

    def lines(self) -> list[Sourced[str]]:
        """Narrow to each line, without its end (LF, CRLF or CR)."""
        ends = [0, *(found.end() for found in re.finditer(r"\r\n?|\n", self._text())), len(self._text())]
        text = self._text()
        return self._narrow([(start, start + len(text[start:end].rstrip("\r\n"))) for start, end in pairwise(ends)])

    def partition(self, sep: str) -> tuple[Sourced[str], Sourced[str], Sourced[str]]:
        """Narrow to what stands before, at and after the first separator, as `str.partition`."""
        return self._three(self._text().partition(sep))

    def rpartition(self, sep: str) -> tuple[Sourced[str], Sourced[str], Sourced[str]]:
        """Narrow to what stands before, at and after the last separator, as `str.rpartition`."""
        return self._three(self._text().rpartition(sep))

    def re(self, pattern: Pattern, group: builtins.int | str | None = None) -> Sourced[str]:
        """Narrow to the first match of a regular expression, or return `MISSING`.

        Args:
            pattern: The expression.
            group: Which group; by default the first if the expression has groups, else the whole match.
        """
        compiled = _compiled(pattern)
        chosen = min(1, compiled.groups) if group is None else group
        found = compiled.search(self._text())
        if found is None or found[chosen] is None:
            return MISSING
        return self._cut(*found.span(chosen), step=lambda _: _re_step(compiled, chosen, 0))

    def re_all(self, pattern: Pattern, group: builtins.int | str | None = None) -> list[Sourced[str]]:
        """Narrow to every match of a regular expression; see `re`."""
        compiled = _compiled(pattern)
        chosen = min(1, compiled.groups) if group is None else group
        matches = enumerate(compiled.finditer(self._text()))
        found = [(number, match.span(chosen)) for number, match in matches if match[chosen] is not None]
        return self._narrow([span for _, span in found], lambda index: _re_step(compiled, chosen, found[index][0]))

    def groups(self, pattern: Pattern) -> Mapping[str, Sourced[str]]:
        """Narrow to each named group of the first match; what did not take part is `MISSING`."""
        compiled = re.compile(pattern)
        found = compiled.search(self._text())
        names = [name for name in compiled.groupindex if found and found[name] is not None]
        ranges = [found.span(name) for name in names] if found else []
        cuts = self._narrow(ranges, lambda index: _re_step(compiled, names[index], 0))
        return dict.fromkeys(compiled.groupindex, MISSING) | dict(zip(names, cuts, strict=True))

    # Transforming

    def squash(self) -> Sourced[str]:
        """Strip, then collapse each run of white space into one space. Narrowing afterwards is still exact."""
        tight = self.strip()
        return tight if tight.steps[-1:] == (_SQUASH,) else tight._then(_SQUASH)  # noqa: SLF001  # its own class

    def int(self) -> Sourced[int]:
        """Read a whole number."""
        return self.then("int")

    def float(self) -> Sourced[float]:
        """Read a decimal number."""
        return self.then("float")

    def casefold(self) -> Sourced[str]:
        """Fold case."""
        return self.then("casefold")

    def date(self, *formats: str) -> Sourced[str]:
        """Read a date into ISO 8601 by the first format that fits; see the step `date`."""
        found: Sourced[str] = MISSING
        for form in formats:
            found = self.then("date", format=form)
            if found:
                break
        return found

    def then(self, name: str, **args: Any) -> Sourced[Any]:
        """Apply a registered step. Where it does not apply, the value becomes `Unreadable`.

        Raises:
            UnknownStep: Nobody registered that name.
        """
        return self._then(Step.of(name, **args))

    # Inside

    def _text(self) -> str:
        if not isinstance(self.value, str):
            raise TypeError(f"only text can be narrowed, this is {self.value!r} (found by {self.selector})")
        return self.value

    def _spans_held(self) -> tuple[Held, ...]:
        return ((self._text(), None),) if self._held is None else self._held

    def _then(self, applied: Step) -> Sourced[Any]:
        if self.value == "":
            return self
        steps = (*self.steps, applied) if self.origin == "located" else ()
        try:
            return self._with(applied.apply(self.value), steps)
        except StepFailed as error:
            return Unreadable(self, f"{applied.label}: {error}")

    def _three(self, parts: Sequence[str]) -> tuple[Sourced[str], Sourced[str], Sourced[str]]:
        ends = [0, *accumulate(len(part) for part in parts)]
        before, at, after = self._narrow(list(pairwise(ends)))
        return before, at, after

    def _cut(self, start: builtins.int, end: builtins.int, step: Callable[[builtins.int], Step] | None = None) -> Sourced[str]:
        text: Any = self.value
        if start == 0 and end == len(text):
            return cast("Sourced[str]", self)
        if self._held is None:  # the common case, without the detour
            return self._plain_cut(start, end)
        return self._narrow([(start, end)], step)[0]

    def _narrow(self, ranges: Sequence[Span], step: Callable[[builtins.int], Step] | None = None) -> list[Sourced[str]]:
        """Narrow to each range of code points of the value; `step(i)` names the i-th cut where the bytes cannot follow it."""
        text = self._text()
        if not ranges or ranges == [(0, len(text))]:
            return [cast("Sourced[str]", self) for _ in ranges]
        if self.origin != "located":
            return [self._with(text[start:end], self.steps) for start, end in ranges]
        cut, found = self._cutter(), []
        for index, (start, end) in enumerate(ranges):
            narrow = cut(start, end)
            found.append(self._recorded(index, start, end, step) if narrow is None else narrow)
        return found

    def _recorded(
        self, index: builtins.int, start: builtins.int, end: builtins.int, step: Callable[[builtins.int], Step] | None
    ) -> Sourced[str]:
        """Keep the wide spans and record the cut."""
        taken = step(index) if step else Step.of("slice", start=start, end=end)
        return self._with(self._text()[start:end], (*self.steps, taken))

    def _with(self, value: Any, steps: tuple[Step, ...]) -> Sourced[Any]:
        unchanged = not steps or (steps == (_SQUASH,) and value == self.value)
        held = self._held if unchanged else self._spans_held()
        return Sourced(value, self.spans, self.selector, steps, self.origin, self.why, self.readings, self.charset, held)

    def _cutter(self) -> Callable[[builtins.int, builtins.int], Sourced[str] | None]:
        """Return a function that narrows to a range of code points, or answers None where no bytes replay to it."""
        if self._held is None:
            return self._plain_cut
        if self.steps not in ((), (_SQUASH,)):
            return lambda _start, _end: None
        text, source = self._text(), self.source()
        if source == text:
            return lambda start, end: self._parted(start, end, text[start:end])
        places = squash_places(source)
        return lambda start, end: self._parted(*before_squash(places, start, end), text[start:end])

    def _plain_cut(self, start: builtins.int, end: builtins.int) -> Sourced[str]:
        text: Any = self.value
        value = text[start:end]
        if text.isascii():
            begin = self.spans[0][0] + start
            stop = begin + end - start
        else:
            begin = self.spans[0][0] + len(text[:start].encode())
            stop = begin + len(value.encode())
        return Sourced(value, ((begin, stop),), self.selector, (), "located", None, self.readings, self.charset, None)

    def _parted(self, start: builtins.int, end: builtins.int, wanted: str) -> Sourced[str] | None:
        """Narrow to the parts of the spans that a range of what they read comes from; None unless these replay to `wanted`."""
        parts = parts_of(self._spans_held(), self.charset, self.readings, start, end)
        if parts is None:
            return None
        source = "".join([held[0] for _, _, _, held in parts])
        if source != wanted and not (self.steps and source == source.strip() and " ".join(source.split()) == wanted):
            return None
        steps = () if source == wanted else self.steps
        plain = len(parts) == 1 and parts[0][3][1] is None and not steps
        return Sourced(
            wanted,
            tuple([(self.spans[number][0] + first, self.spans[number][0] + last) for number, first, last, _ in parts]),
            self.selector,
            steps,
            readings=tuple([self.readings[number] for number, _, _, _ in parts]),
            charset=self.charset,
            held=None if plain else tuple([held for _, _, _, held in parts]),
        )


class Missing(Sourced[Any]):
    """Nothing: falsy, absorbs every operation, becomes an absent field. There is one, `MISSING`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"

    def __reduce__(self) -> str | tuple[Any, ...]:
        return "MISSING"


def _absorb(self: Missing, *_args: Any, **_kwargs: Any) -> Missing:
    return self


def _absorb_list(_self: Missing, *_args: Any, **_kwargs: Any) -> list[Sourced[Any]]:
    return []


def _absorb_three(self: Missing, _sep: str) -> tuple[Missing, Missing, Missing]:
    return self, self, self


def _absorb_groups(self: Missing, pattern: Pattern) -> Mapping[str, Sourced[str]]:
    return dict.fromkeys(re.compile(pattern).groupindex, self)


_NARROWING = ("__getitem__", "strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "re")
for _name in (*_NARROWING, "squash", "int", "float", "casefold", "date", "then"):
    setattr(Missing, _name, _absorb)
for _name in ("split", "lines", "re_all"):
    setattr(Missing, _name, _absorb_list)
for _name in ("partition", "rpartition"):
    setattr(Missing, _name, _absorb_three)
Missing.groups = _absorb_groups  # type: ignore[method-assign, assignment]  # absorbed like the rest

MISSING: Sourced[Any] = Missing(None)


class Unreadable(Missing):
    """A value that is there, and to which a step does not apply. Its field is absent, and the extraction lists it as a problem.

    Args:
        found: The value before the step.
        reason: Which step failed and why.
    """

    __slots__ = ("found", "reason")

    found: Sourced[Any]
    reason: str

    def __init__(self, found: Sourced[Any], reason: str) -> None:
        super().__init__(None, spans=found.spans, selector=found.selector)
        object.__setattr__(self, "found", found)
        object.__setattr__(self, "reason", reason)

    def __repr__(self) -> str:
        return f"Unreadable({self.found.value!r}, {self.reason!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Unreadable, (self.found, self.reason)


def _compiled(pattern: Pattern) -> Compiled:
    return re.compile(pattern) if isinstance(pattern, str) else pattern


def _re_step(pattern: Compiled, group: builtins.int | str, match: int) -> Step:
    flags = pattern.flags & ~re.UNICODE
    args: dict[str, Any] = {"pattern": pattern.pattern, "group": group}
    return Step.of("re", **args, **({"flags": flags} if flags else {}), **({"match": match} if match else {}))
