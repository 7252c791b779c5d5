"""Steps: named, pure, registered transformations, recorded beside a value so that anyone can apply them again.

A step takes a value and returns another, with nothing but its recorded arguments. It is known by name and version: to change
what a step does is to register a new version, and the old one stays, so that pointers written years ago still replay. Plugins
register their own with the same decorator:

    @step("mysite.roman")
    def roman(value: str) -> int: ...
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from scraper.errors import QuotingError, StepFailed, UnknownStep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    StepFunction = Callable[..., Any]
    F = TypeVar("F", bound=StepFunction)

_registry: dict[tuple[str, int], StepFunction] = {}
_latest: dict[str, int] = {}


def step(name: str, *, version: int = 1) -> Callable[[F], F]:
    """Register a function as a step; the newest version of a name is the one applied from now on.

    Args:
        name: What pointers call it. Plugins put their own name before it (`mysite.roman`).
        version: 1, 2, …: a new one for each change of behaviour.

    Raises:
        QuotingError: Another function holds this name and version, the name holds an `@`, or it is one that only we, or another
            plugin, can give: what one plugin registers must not change what others extract.
    """
    if "@" in name:
        raise QuotingError(f"step {name!r}: '@' separates name and version in pointers; choose another name")

    def register(function: F) -> F:
        owner = _owner(function)
        if "." not in name and owner != __package__.partition(".")[0]:
            raise QuotingError(f"step {name!r}: put the plugin's name before it, as in mysite.{name}")
        others = {_owner(known) for (other, _), known in _registry.items() if other == name} - {owner}
        if others:
            raise QuotingError(f"step {name!r} is already brought by {min(others)}")
        known = _registry.get((name, version))
        if known is not None and (known.__module__, known.__qualname__) != (function.__module__, function.__qualname__):
            raise QuotingError(f"step {name!r} version {version} is taken by {known.__module__}.{known.__qualname__}")
        _registry[name, version] = function
        _latest[name] = max(version, _latest.get(name, 0))
        return function

    return register


def _owner(function: StepFunction) -> str:
    """Return the package that a function belongs to: `scraper`, `plugins.mysite`, or the first part of another name."""
    parts = function.__module__.split(".")
    return ".".join(parts[: 2 if parts[0] == "plugins" else 1])


def registered() -> dict[str, StepFunction]:
    """Return every registered step by its name in pointers (`squash`, `squash@2`), sorted."""
    return {Step(name, version).label: _registry[name, version] for name, version in sorted(_registry)}


@attrs.frozen(slots=True)
class Step:
    """One applied step: its name, version and arguments (JSON values)."""

    name: str
    version: int = 1
    args: Mapping[str, Any] = attrs.field(factory=dict, hash=False)

    @classmethod
    def of(cls, name: str, **args: Any) -> Step:
        """Return the newest version of a registered step with these arguments.

        Raises:
            UnknownStep: Nobody registered that name.
        """
        if name not in _latest:
            raise UnknownStep(f"no step named {name!r} is registered; known: {', '.join(sorted(_latest))}")
        return cls(name, _latest[name], args)

    @property
    def label(self) -> str:
        """The name in pointers: with its version, unless that is 1."""
        return self.name if self.version == 1 else f"{self.name}@{self.version}"

    def apply(self, value: Any) -> Any:
        """Apply the step.

        Raises:
            UnknownStep: It is not registered here.
            StepFailed: It does not apply to this value.
        """
        function = _registry.get((self.name, self.version))
        if function is None:
            raise UnknownStep(f"step {self.label!r} is not registered here: install the plugin that provides it")
        return function(value, **self.args)

    def to_json(self) -> str | list[Any]:
        """Return `"name"`, or `["name", {arguments}]`."""
        return [self.label, dict(self.args)] if self.args else self.label

    @classmethod
    def from_json(cls, data: Any) -> Step:
        """Read what `to_json` wrote.

        Raises:
            QuotingError: It is no step.
        """
        label, args = (data, {}) if isinstance(data, str) else _pair(data)
        name, _, version = label.partition("@")
        if not name or (version and not version.isdecimal()):
            raise QuotingError(f"not a step: {data!r}")
        return cls(name, int(version or 1), args)


def _pair(data: Any) -> tuple[str, dict[str, Any]]:
    match data:
        case [str(label), dict(args)]:
            return label, args
    raise QuotingError(f"not a step: {data!r}")


def need_text(value: Any) -> str:
    """Return the value if it is text.

    Raises:
        StepFailed: It is not.
    """
    if not isinstance(value, str):
        raise StepFailed(f"{value!r} is no text")
    return value


@step("squash")
def squash(value: str) -> str:
    """Collapse each run of white space into one space.

    Text that begins or ends with white space is refused: `Sourced.squash` has narrowed the spans past it before, so that only
    the tight span replays, and a shifted pointer is noticed.
    """
    if need_text(value) != value.strip():
        raise StepFailed("the text to squash begins or ends with white space: its span is not tight")
    return " ".join(value.split())


@functools.lru_cache(maxsize=8)
def squash_places(source: str) -> Sequence[int]:
    """Return for each code point of the squashed text, and for its end, the place in the source: the map that squash keeps.

    It is kept for a while, because a value is seldom cut once.
    """
    places: list[int] = []
    end = 0
    for word in re.finditer(r"\S+", source):
        if places:
            places.append(end)
        places.extend(range(word.start(), word.end()))
        end = word.end()
    return [*places, end]


def before_squash(places: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """Return the range of the source for code points `start` to `end` of the squashed text."""
    first = places[start]
    return (first, first) if start == end else (first, places[end - 1] + 1)


@step("slice")
def slice_(value: str, start: int, end: int) -> str:
    """Cut code points `start` to `end` out of the text."""
    if not 0 <= start <= end <= len(need_text(value)):
        raise StepFailed(f"no slice [{start}, {end}) in a text of {len(value)} characters")
    return value[start:end]


@step("re")
def re_(value: str, pattern: str, group: int | str = 0, flags: int = 0, match: int = 0) -> str:
    """Return a group of the match number `match` of a regular expression."""
    for number, found in enumerate(re.finditer(pattern, need_text(value), flags)):
        if number == match and found[group] is not None:
            return str(found[group])
    raise StepFailed(f"match {match} of {pattern!r} is not there")


@step("split")
def split(value: str, index: int, sep: str | None = None) -> str:
    """Return part `index` of the text split at a separator (white space when None)."""
    parts = need_text(value).split(sep)
    if not 0 <= index < len(parts):
        raise StepFailed(f"no part {index} in {len(parts)}")
    return parts[index]


@step("casefold")
def casefold(value: str) -> str:
    """Fold case for comparison (Unicode 3.13, default caseless matching)."""
    return need_text(value).casefold()


@step("prefix")
def prefix(value: str, text: str) -> str:
    """Put a fixed text before the value: what a site leaves out of its own identifiers (`PMC`)."""
    return text + need_text(value)


_DIGITS, _MOST = 40, 1 << 63
_INT = re.compile(r"[+-]?[0-9]+|[+-]?[0-9]{1,3}(?:,[0-9]{3})+")
_FLOAT = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


@step("int")
def int_(value: str) -> int:
    """Read a whole number in ASCII digits; commas may group thousands."""
    if not _INT.fullmatch(need_text(value)):
        raise StepFailed(f"{value!r} is no whole number")
    digits = value.replace(",", "")
    if len(digits) > _DIGITS or not -_MOST <= int(digits) < _MOST:
        raise StepFailed(f"{value[:60]!r} is a number beyond 64 bits, which JSON readers would not agree on")
    return int(digits)


@step("float")
def float_(value: str) -> float:
    """Read a decimal number in ASCII digits with a point."""
    if not _FLOAT.fullmatch(need_text(value)):
        raise StepFailed(f"{value!r} is no number")
    if math.isinf(float(value)):
        raise StepFailed(f"{value[:60]!r} is a number too large for JSON readers")
    return float(value)


_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DIRECTIVES = {
    "%Y": r"(?P<year>[0-9]{4})",
    "%m": r"(?P<month>[0-9]{1,2})",
    "%d": r"(?P<day>[0-9]{1,2})",
    "%b": r"(?P<short>[^\W\d_]{3})",
    "%B": r"(?P<long>[^\W\d_]+)",
}


@step("date")
def date(value: str, format: str) -> str:  # noqa: A002  # the argument's name in pointers
    """Read a date in a format of `%Y %m %d %b %B` and literals; months are English, whatever the locale.

    Returns:
        ISO 8601, as precise as the format: `2023-04-11`, `2023-04` or `2023`.
    """
    return _iso_date(need_text(value), format)


@functools.lru_cache(maxsize=4096)
def _iso_date(value: str, format: str) -> str:  # noqa: A002  # as above
    """Do what the step `date` does; kept, because dates come again and again."""
    found = _date_pattern(format).fullmatch(value)
    if found is None:
        raise StepFailed(f"{value!r} is no date of the form {format!r}")
    parts = found.groupdict()
    month = int(parts["month"]) if parts.get("month") else _month(parts.get("short"), parts.get("long"))
    day = int(parts["day"]) if parts.get("day") else 0
    try:
        exact = dt.date(int(parts["year"]), month or 1, day or 1).isoformat()
    except ValueError as error:
        raise StepFailed(f"{value!r}: {error}") from error
    return exact if day else exact[:7] if month else exact[:4]


@functools.lru_cache(maxsize=256)
def _date_pattern(form: str) -> re.Pattern[str]:
    if "%Y" not in form:
        raise StepFailed(f"date format {form!r} has no %Y")
    parts = re.split(r"(%.)", form)
    return re.compile("".join(_DIRECTIVES.get(part) or re.escape(part) for part in parts), re.IGNORECASE)


def _month(short: str | None, long: str | None) -> int:
    name = (short or long or "").casefold()
    if not name:
        return 0
    for number, month in enumerate(_MONTHS, 1):
        if name in (month[:3] if short else month, "sept" if number == 9 and long else month):  # noqa: PLR2004  # September
            return number
    raise StepFailed(f"{name!r} is no English month")


@step("join")
def join(texts: Sequence[str], sep: str, parts: Sequence[Sequence[Any]] | None = None) -> str:
    """Join several values.

    The one step that takes the spans' texts apart: it comes first in its value's steps.

    Args:
        texts: What each span reads.
        sep: What stands between the values.
        parts: For each value the number of its spans and its own steps; None where each value is one span and no step.
    """
    if parts is None:
        return sep.join(texts)
    values, rest = [], list(texts)
    for count, steps in parts:
        values.append(str(run(rest[:count], [Step.from_json(each) for each in steps])))
        del rest[:count]
    if rest:
        raise StepFailed(f"{len(rest)} spans belong to no part")
    return sep.join(values)


def run(texts: Sequence[str], steps: Sequence[Step]) -> Any:
    """Make a value of what its spans read: join the texts, then apply the steps in order.

    Raises:
        StepFailed: A step does not apply.
        UnknownStep: A step is not registered here.
    """
    joined = bool(steps) and steps[0].name == "join"
    value: Any = list(texts) if joined else "".join(texts)
    for each in steps:
        value = each.apply(value)
    return value
