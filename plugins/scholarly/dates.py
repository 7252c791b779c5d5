"""Dates as publishers' metas write them, read no more precisely than is certain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugins._shared.imprint import MONTH
from plugins.scholarly.plain import tidy
from scraper.quoting import MISSING

if TYPE_CHECKING:
    from plugins._shared.lines import Text

_SHORT = ("%b", "%B")
_DOTTED = (*_SHORT, "%b.", "%B.")  # "Sept." is no name of three letters
_FORMS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), formats)
    for pattern, formats in (
        (r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?=$|[T\s])", ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d")),
        (r"^\d{4}[-/.]\d{1,2}$", ("%Y-%m", "%Y/%m", "%Y.%m")),
        (r"^\d{4}$", ("%Y",)),
        (r"^\d{8}$", ("%Y%m%d",)),
        (rf"^\d{{4}}\s{MONTH}\.?\s\d{{1,2}}$", tuple(f"%Y {m} %d" for m in _DOTTED)),
        (rf"^\d{{4}}[\s-]{MONTH}$", tuple(f"%Y{sep}{m}" for m in _SHORT for sep in " -")),
        (
            rf"^\d{{1,2}}[\s-]{MONTH},?[\s-]\d{{4}}(?=$|\s)",
            tuple(f"%d{a}{m}{b}%Y" for m in _SHORT for a, b in ("  ", "--", (" ", ", "))),
        ),
        (
            rf"^{MONTH}\.?\s\d{{1,2}},?\s\d{{4}}(?=$|\s)",
            tuple(f"{m} %d{comma} %Y" for m in _DOTTED for comma in ("", ",")),
        ),
        (rf"^{MONTH}[,.]?[\s-]\d{{4}}$", tuple(f"{m}{sep}%Y" for m in _SHORT for sep in (" ", ", ", "-", ". "))),
        (r"^\d{1,2}\.\d{1,2}\.\d{4}$", ("%d.%m.%Y",)),
        # With slashes the order is American or not: read where but one order makes a date.
        (r"^(?:1[3-9]|2\d|3[01])/\d{1,2}/\d{4}$", ("%d/%m/%Y",)),
        (r"^\d{1,2}/(?:1[3-9]|2\d|3[01])/\d{4}$", ("%m/%d/%Y",)),
        (r"^0?(\d{1,2})/0?\1/\d{4}$", ("%d/%m/%Y",)),
    )
)
_AMBIGUOUS = re.compile(r"^\d{1,2}/\d{1,2}/\d{4}$")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")


def date(text: Text) -> Text:
    """Read a date; of a range, a season or an impossible day the year; of one in an ambiguous order nothing."""
    shown = tidy(text)
    if not shown:
        return MISSING
    for pattern, formats in _FORMS:
        read = pattern.match(shown.value) and shown.re(pattern, 0).date(*formats)
        if read:
            return read
    return MISSING if _AMBIGUOUS.match(shown.value) else year(shown)


def year(text: Text) -> Text:
    """Read the year of a date, if it names no other year; `Unreadable` if it names none."""
    if not text:
        return MISSING
    years = set(_YEAR.findall(text.value))
    if len(years) > 1:
        return MISSING  # a range over the turn of a year lies in neither
    return text.re(_YEAR).date("%Y") if years else text.date("%Y")
