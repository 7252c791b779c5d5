"""How a span reads: the one mechanism that narrowing and verifying share.

A span is decoded alone, never joined with its neighbours first: joined bytes could form a character, or an entity, that is not
on the page. What the decoded source then reads as is the business of a named *reading*: `raw` and `markup` are the source itself,
others resolve references or escapes.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import attrs

from scraper.errors import ReplayError
from scraper.quoting.escapes import json_origins, json_text, xml_origins, xml_text
from scraper.quoting.payload import PayloadMap, decode
from scraper.quoting.references import attribute_origins, read_attribute, read_text, text_origins

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Span = tuple[int, int]


@attrs.frozen(slots=True)
class Reading:
    """One way to read decoded source.

    Attributes:
        text: Decoded source → what it reads as.
        origins: Decoded source → for each code point of what it reads as, and for its end, the index in the source at which the
            piece begins that the code point comes from. None where the text is the source itself.
    """

    text: Callable[[str], str]
    origins: Callable[[str], Sequence[int]] | None = None


READINGS: dict[str, Reading] = {
    "raw": Reading(str),  # plain text, script and style
    "markup": Reading(str),  # source that is quoted as source
    "text": Reading(read_text, text_origins),  # HTML between tags
    "attribute": Reading(read_attribute, attribute_origins),  # an HTML attribute's value, without its quotes
    "json": Reading(json_text, json_origins),  # the inside of a JSON string
    "xml": Reading(xml_text, xml_origins),  # XML text and attribute values
}


def read(raw: bytes, charset: str, as_: str) -> str:
    """Read a slice of a payload.

    Args:
        raw: The bytes of one span.
        charset: A charset as `stateless` returns it.
        as_: The reading's name.

    Raises:
        ReplayError: There is no such reading.
    """
    reading = READINGS.get(as_)
    if reading is None:
        raise ReplayError(f"no reading is named {as_!r}; known: {', '.join(READINGS)}")
    return reading.text(decode(raw, charset))


@functools.lru_cache(maxsize=16)  # kept for a while, because a value is seldom cut once
def cutter(raw: bytes, charset: str, as_: str) -> Callable[[int, int], Span | None]:
    """Return a function from code points of the reading to bytes of the slice; it answers None where no byte boundary is.

    What it answers is a candidate: a cut inside a reference, say, does not read back, and the caller checks that.
    """
    mapped = PayloadMap(raw, charset)
    origins = READINGS[as_].origins
    if origins is None:
        return mapped.span
    places = origins(mapped.text)
    return lambda start, end: mapped.span(places[start], places[end])
