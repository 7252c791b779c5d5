"""Where pages show what a record holds: said by the record type, so that a layout can be proposed from a page.

A record type says it with its fields, as metadata of attrs; extraction never looks at it:

    title: Text = attrs.field(default=MISSING, metadata=seen_as("citation_title /headline og:title <h1>"))

Places stand side by side, best first:

    citation_title            the metas of that name
    first..last               two metas, joined by a hyphen
    /headline, /author/name   a member of the page's JSON-LD object; in the parts of a list, of the part's own object
    /isPartOf:Periodical/name a member of an object of that type
    <h1>, <time::attr(x)>     what a CSS selector finds
    DOI:                      a text that stands behind a label
    .                         in the parts of a list: the value that heads the part
"""

from __future__ import annotations

import re
from typing import Any, Final

import attrs

_KEY: Final = "seen_as"
_PLACE: Final = re.compile(r"<[^<>]+>|[^\s<>]+")


@attrs.frozen(kw_only=True, slots=True)
class Seen:
    """Where pages show a field, and how to read it there.

    Attributes:
        places: The places, best first.
        date: Whether it is a date.
        pattern: A regular expression that narrows what stands there to the value (to its first group, if it has groups); what it
            does not match is something else.
        separators: What may stand between the values of a list in one text; the first that occurs does.
        every: Whether a list takes what all the places hold, not the best alone.
        head: In a list of parts, the part's field that the place itself shows; others may follow it.
    """

    places: tuple[str, ...] = ()
    date: bool = False
    pattern: str | None = None
    separators: str = ""
    every: bool = False
    head: str | None = None


def seen_as(
    places: str,
    *,
    date: bool = False,
    pattern: str | None = None,
    separators: str = "",
    every: bool = False,
    head: str | None = None,
) -> dict[str, Seen]:
    """Return a field's metadata that says where pages show it; see `Seen`, and this module for places."""
    found = tuple(_PLACE.findall(places))
    return {_KEY: Seen(places=found, date=date, pattern=pattern, separators=separators, every=every, head=head)}


def seen(field: attrs.Attribute[Any]) -> Seen | None:
    """Return what is said of a field, or None."""
    found = field.metadata.get(_KEY)
    return found if isinstance(found, Seen) else None
