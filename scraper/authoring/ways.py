"""A way to a value: the code that a plugin author would write, beside what it finds on the page at hand.

Code and values are made together, step by step, so that what a layout says is what has been tried.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final

import attrs

from scraper.quoting import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scraper.quoting import Sourced

ITEM: Final = "each"
"""The name of the variable that runs over several values, unless a way has one of its own."""
_FORMATS: Final = (
    (None, ("%Y-%m-%d", "%Y-%m", "%Y")),
    (None, ("%Y/%m/%d", "%Y/%m", "%Y")),
    (r"^\d{4}-\d\d-\d\d(?=[T\s])", ("%Y-%m-%d",)),
    (r"^\d{4}/\d\d/\d\d(?=[T\s])", ("%Y/%m/%d",)),
    (None, ("%Y %b %d", "%Y %b", "%Y")),
    (None, ("%Y %B %d", "%Y %B", "%Y")),
    (None, ("%d %B %Y", "%B %Y", "%Y")),
    (None, ("%d %b %Y", "%b %Y", "%Y")),
    (None, ("%B %d, %Y", "%B %Y", "%Y")),
    (None, ("%b %d, %Y", "%b %Y", "%Y")),
    (None, ("%d-%b-%Y", "%b-%Y", "%Y")),
    (None, ("%d.%m.%Y", "%Y")),
    (None, ("%Y.%m.%d", "%Y.%m", "%Y")),
    (None, ("%Y%m%d",)),
)
"""What narrows a text to a date, and its formats, likely ones first. Of 03/04/2025 nobody knows the month: it is left out."""
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>")
_MARKUP: Final = re.compile(rf"{_TAG.pattern}|&(?:#\w+|[a-zA-Z]\w*);")
_PLAIN: Final = re.compile(r"[^'\"\\\x00-\x1f\x7f]*")


@attrs.frozen(slots=True)
class Way:
    """One place of a page that shows a field.

    Attributes:
        told: The place, for people: `meta citation_title`.
        first: Code that gives the first value.
        many: Code that gives something to run over.
        item: Code that gives the value of one of these, in terms of `each`.
        values: What is found on the page at hand.
    """

    told: str
    first: str
    many: str
    item: str
    values: tuple[Sourced[Any], ...]

    @property
    def value(self) -> Sourced[Any]:
        """The first value, or `MISSING`."""
        return self.values[0] if self.values else MISSING

    def apply(self, name: str, *args: str) -> Way:
        """Return the way with an operation of `Sourced` at its end."""
        raw = name == "re"
        code = f".{name}({', '.join(map(pattern_code if raw else text_code, args))})"
        values = tuple(getattr(value, name)(*args) for value in self.values)
        return attrs.evolve(self, first=self.first + code, item=self.item + code, values=values)

    def best(self) -> Way:
        """Return the way with the first value that is there as its first: what was applied may fit a later one alone."""
        if self.value or not any(self.values):
            return self
        code = f"next(filter(None, ({self.item} for {ITEM} in {self.many})), MISSING)"
        return attrs.evolve(self, first=code, values=tuple(filter(None, self.values)))


@attrs.frozen(slots=True)
class Found:
    """One way to fill a field, with what it fills it with.

    Attributes:
        told: The place, for people.
        code: The code.
        value: What it gives on the page at hand: plain JSON values.
    """

    told: str
    code: str
    value: Any

    @property
    def is_marked_up(self) -> bool:
        """Whether there is markup in it, which is then no text for people."""
        return any(_MARKUP.search(text) for text in texts_of(self.value))

    @property
    def plain(self) -> str:
        """What it says without markup, case and white space, to compare."""
        text = "".join(html.unescape(_TAG.sub("", html.unescape(each))) for each in texts_of(self.value))
        return "".join(text.split()).casefold()


def texts_of(value: Any) -> list[str]:
    """Return every text in plain JSON values."""
    if isinstance(value, dict | list):
        return [text for each in (value.values() if isinstance(value, dict) else value) for text in texts_of(each)]
    return [value] if isinstance(value, str) else []


def tidied(way: Way, pattern: str | None = None) -> Way:
    """Narrow by a pattern, or past the white space around; where there are runs of it inside, collapse these.

    A pattern that is anchored says what the whole must be: where it all is, the code need not narrow again.
    """
    whole = pattern is None or (
        pattern.startswith("^") and all(value.re(pattern).value == value.strip().value for value in way.values)
    )
    found = way.apply("strip") if whole or pattern is None else way.apply("re", pattern)
    if not any(" ".join(value.value.split()) != value.value for value in found.values if value):
        return found
    return (way if whole else found).apply("squash")


def dated(way: Way) -> Way | None:
    """Read dates by the formats that fit most of them; None where none fits any."""
    best, most = None, 0
    tight = way if all(value.value == value.strip().value for value in way.values) else way.apply("strip")
    for pattern, formats in _FORMATS:
        found = (way.apply("re", pattern) if pattern else tight).apply("date", *formats)
        fitting = sum(map(bool, found.values))
        if fitting > most:
            best, most = found, fitting
    return best


def parted(way: Way, separators: str) -> tuple[Way, str | None]:
    """Narrow several values in one text to each; the separator that occurs, or None.

    Returns:
        The way with all the parts as its values, white space stripped, and the separator.
    """
    for separator in separators:
        if any(separator in value.value for value in way.values if value):
            parts = [part.strip() for value in way.values for part in value.split(separator)]
            return attrs.evolve(way, values=tuple(filter(None, parts))), separator
    return way, None


def listed(way: Way, separator: str | None = None) -> str:
    """Return code for the list of a way's values."""
    if separator is not None:
        return f"[part.strip() for {ITEM} in {way.many} for part in {way.item}.split({text_code(separator)})]"
    return f"[{way.item} for {ITEM} in {way.many}]"


def text_code(text: str) -> str:
    """Write a text as a Python literal, in double quotes unless it holds some: ASCII, whatever the text."""
    if '"' in text and "'" not in text:
        return ascii(text)
    return '"' + ascii(f"'{text}")[2:-1].replace("\\'", "'").replace('"', '\\"') + '"' if _PLAIN.fullmatch(text) else ascii(text)


def pattern_code(pattern: str) -> str:
    """Write a regular expression as a raw Python literal."""
    quote = "'" if '"' in pattern else '"'
    plain = pattern.isascii() and pattern.isprintable() and quote not in pattern and not pattern.endswith("\\")
    return f"r{quote}{pattern}{quote}" if plain else ascii(pattern)


def call_code(name: str, members: Sequence[tuple[str, str]]) -> str:
    """Write a call with named arguments, one a line."""
    return f"{name}(\n" + "".join(f"    {field}={indented(code)},\n" for field, code in members) + ")"


def loop_code(item: str, loop: str) -> str:
    """Write a list comprehension, over several lines where its item takes several."""
    clauses = loop.replace(" for part in ", "\n    for part in ")
    return f"[\n    {indented(item)}\n    {clauses}\n]" if "\n" in item else f"[{item} {loop}]"


def fitted(code: str, room: int) -> str:
    """Break a list comprehension that is longer than a line."""
    item, loop, rest = code[1:-1].partition(" for ")
    if "\n" in code or len(code) <= room or not (code.startswith("[") and loop):
        return code
    clauses = f"for {rest}".replace(" for part in ", "\n    for part in ")
    return f"[\n    {item}\n    {clauses}\n]"


def indented(code: str) -> str:
    """Indent all lines but the first."""
    return code.replace("\n", "\n    ")


def all_located(values: Sequence[Sourced[Any]]) -> bool:
    """Whether there is something, and the bytes of all of it are known."""
    found = [value for value in values if value]
    return bool(found) and all(value.origin == "located" for value in found)
