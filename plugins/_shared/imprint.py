"""Imprints: the part of a citation that says when and where, "2023 Apr 11;14(1):71."."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from scraper.quoting import MISSING

if TYPE_CHECKING:
    from plugins._shared.lines import Text

MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b"
)
_SEASON = r"(?:(?:Spring|Summer|Autumn|Fall|Winter)\b|[1-4](?:st|nd|rd|th)\sQuart\w*)"
_YEAR = r"(?:1[6-9]|20)\d\d\b"
DATE = rf"{_YEAR}(?:\s(?:{MONTH}|{_SEASON})(?:\s?[\s/–-]\s?(?:{MONTH}|{_SEASON}|{_YEAR}|\d{{1,2}}\b))*)?"  # noqa: RUF001
"""A date as citations hold it: a year, then perhaps a month or season, a day, a range of these."""

_PART = r"(?:[A-Z]{0,4}\d[\w/–-]*|[IVXLCDM]+|Suppl\w*|Pt|Part|Chapter|Spec|No|Hors|[A-Z])"  # noqa: RUF001
_VOLUME = rf"(?P<volume>(?:{_PART}(?:\s{_PART}){{0,4}})?)\s?(?:\((?P<issue>[^()]*)\))?"
_PAGE = r"(?:(?:[A-Za-z][\w.-]{0,15}?)?\d[\w()/–—-]*(?:\.[\w()/–—-]+)*|[ivxlc]+(?:[-–][ivxlc]+)?|[A-Z]+(?:[-–][A-Z]+)?)"  # noqa: RUF001
_PAGES = rf"(?P<pages>(?:Unit\s)?{_PAGE}(?:[,;]\s?(?:[a-z]+\s){{0,2}}{_PAGE})*)"
# An imprint ends with the text, with a sentence, or where a link to the work begins.
_END = r"(?=\.?\s*$|[.,]\s|\.?\s+(?:doi|DOI)\b)"
_FORMS = tuple(
    re.compile(rf"(?<!\S)(?P<date>{DATE}){rest}")
    for rest in (
        rf"\s?;\s?{_VOLUME}(?:\s?:\s?{_PAGES})?{_END}",
        rf"\s?;\s?{_VOLUME}(?=\s?:)",  # pages that are none of the known forms
        # Where there is no issue, PubMed writes a colon before the volume as well: "2023 Mar 1:14:1123456."
        rf":(?P<volume>\d\w{{0,8}}(?:\sSuppl(?:\s\w+)?)?):{_PAGES}{_END}",
        # Ahead of print there is neither. A bare number could be a volume as well as an article: it is left out.
        rf":(?!\d+{_END}){_PAGES}{_END}",
        r"(?=\s?;|:\d)",
        r"(?=[.\s]*$)",
    )
)
_BEGINNING = re.compile(rf"(?<!\S){_YEAR}")  # of every form: most texts that are no citation lack it
_DAY = re.compile(rf"^\d{{4}}\s{MONTH}(?:\s\d{{1,2}})?$")
_MONTH_OF_DAYS = re.compile(rf"^(\d{{4}}\s{MONTH})\s\d{{1,2}}\s?[-–/]\s?\d{{1,2}}$")  # noqa: RUF001
_YEAR_FIRST = re.compile(r"^\d{4}")
_FOUR_DIGITS = re.compile(r"\d{4}")


def published(date: Text) -> Text:
    """Read a citation's date, no more precisely than is certain: a range of days is a month, one of months a year."""
    if not date or len(_FOUR_DIGITS.findall(date.value)) != 1:
        return MISSING  # a range over the turn of a year lies in neither
    return (date.re(_DAY) or date.re(_MONTH_OF_DAYS) or date.re(_YEAR_FIRST)).date("%Y %b %d", "%Y %B %d", "%Y %b", "%Y %B", "%Y")


@attrs.frozen(kw_only=True)
class Imprint:
    """Where and when a work appeared; `start` is where the imprint begins in the text it was read from, -1 for nowhere."""

    start: int = -1
    date: Text = MISSING
    volume: Text = MISSING
    issue: Text = MISSING
    pages: Text = MISSING

    @property
    def is_bare(self) -> bool:
        """Whether nothing but a date is there, as in books and works in press."""
        return not (self.volume or self.issue or self.pages)

    def fields(self) -> dict[str, Any]:
        """Return what records hold of an imprint, by the names of their fields."""
        return {"published": published(self.date), "volume": self.volume, "issue": self.issue, "pages": self.pages}


def imprint(text: Text) -> Imprint:
    """Read date, volume, issue and pages out of a text; squash it before."""
    for form in _FORMS if text and _BEGINNING.search(text.value) else ():
        found = form.search(text.value)
        if found:
            return Imprint(start=found.start(), **{name: text[slice(*found.span(name))] for name in form.groupindex if found[name]})
    return Imprint()
