"""A text dump as lines: stripped, blank ones falsy, cut into sections at the headings that its site is known to use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from scraper.quoting import MISSING, Sourced

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scraper.pages import TextPage

Text: TypeAlias = Sourced[str]

PLACEHOLDERS = frozenset({"-", "--", "n/a", "soon will be listed here", "no data available", "no abstract available"})
"""What sites show in place of a value that they do not have, case-folded and without a period."""
_BEGINNINGS = frozenset(each[0] for each in PLACEHOLDERS)  # most texts begin otherwise
_ITEM = re.compile(r"^(?:[•◦▪‣*·-]\s+|\d+\.\s+|[•◦▪‣])\s*(\S.*)$", re.DOTALL)


def stripped(page: TextPage) -> list[Text]:
    """Return every line of a page without the white space around it."""
    return [line.strip() for line in page.lines()]


def shown(lines: Iterable[Text]) -> list[Text]:
    """Return the lines that show something: neither blank nor a placeholder."""
    return [line for line in lines if line and not is_placeholder(line.value)]


def is_placeholder(text: str) -> bool:
    """Whether a text stands in place of a value."""
    return text[:1].casefold() in _BEGINNINGS and text.rstrip(".").casefold() in PLACEHOLDERS


def first(lines: Iterable[Text]) -> Text:
    """Return the first line that shows something, or `MISSING`."""
    return next(iter(shown(lines)), MISSING)


def item(line: Text) -> Text:
    """Return a line of a list without its bullet or number."""
    return line.re(_ITEM) or line


def parts(text: Text, separator: str = ";") -> list[Text]:
    """Return what stands between separators and shows something."""
    return shown(part.strip() for part in text.split(separator))


def title(lines: Sequence[Text], headings: frozenset[str]) -> Text:
    """Return the first line, a page's title; `MISSING` where it is a heading, of which a title's namesake would be the second."""
    keys = [key(line) for line in lines]
    return lines[0].squash() if lines and (keys[0] not in headings or keys.count(keys[0]) > 1) else MISSING


def key(line: Text) -> str:
    """Return a line as headings are compared."""
    return line.value.rstrip(":").casefold() if line else ""


def prose(lines: Sequence[Text]) -> Text:
    """Return lines as one text, with its white space collapsed; of one line no step but that is recorded."""
    return lines[0].squash() if len(lines) == 1 else Sourced.join(" ", [line.squash() for line in lines])


def sections(lines: Sequence[Text], headings: frozenset[str]) -> dict[str, list[Text]]:
    """Cut lines at their headings.

    Args:
        lines: The lines of a page, stripped.
        headings: The headings that the site is known to use, case-folded.

    Returns:
        The lines that show something, by case-folded heading; those before the first heading under "". Where a heading comes
        twice, as it does in a page's own table of contents, the first with content counts.
    """
    found: dict[str, list[Text]] = {"": []}
    held = found[""]
    for line in lines:
        name = key(line)
        if name in headings:
            held = []
            if not found.get(name):
                found[name] = held
        else:
            held.extend(shown([line]))
    return found
