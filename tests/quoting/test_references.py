"""Character references: the tokenizer's rules, and the place each character comes from."""

from __future__ import annotations

import re
from html.entities import html5
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from turbohtml import parse

from scraper.quoting import PayloadMap
from scraper.quoting.reading import cutter, read
from scraper.quoting.references import attribute_origins, read_attribute, read_text, text_origins

NUMBERS = [*range(0x180), 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFE, 0xFFFF, 0x10FFFF, 0x110000, 10**12]
FOLLOWERS = ["", ";", "=", "x", "1", " ", "é", "&", "\n"]
pieces = st.one_of(
    st.sampled_from(["&", "#", "x", "X", ";", "=", "a", "1", "\r", "\n", "\0", "é", "not", "amp", "copy", "'", "\U0001f600"]),
    st.sampled_from(sorted(html5)).map(lambda name: f"&{name}"),
    st.integers(0, 0x120000).map(lambda number: f"&#{number}"),
)
sources = st.lists(pieces, max_size=8).map("".join)


def parsed(source: str) -> tuple[str, str]:
    """What the parser reads a source as, in text and in an attribute."""
    page = parse(f'<p a="x{source}">x{source}</p>', source_locations=False)
    (paragraph,) = page.select("p")
    return paragraph.text[1:], (paragraph.attr("a") or "")[1:]


@pytest.mark.parametrize("follower", FOLLOWERS)
def test_every_name_reads_as_the_parser_reads_it(follower: str) -> None:
    """Each named reference, with and without its semicolon and whatever follows, reads as in the parser, in text and attributes."""
    for name in {*html5, *(name.rstrip(";") for name in html5)}:
        source = f"&{name}{follower}z"
        assert (read_text(source), read_attribute(source)) == parsed(source)


@pytest.mark.parametrize("form", ["&#{};", "&#{}", "&#x{:x};", "&#X{:X}", "&#00{}z"])
def test_every_number_reads_as_the_parser_reads_it(form: str) -> None:
    """Numbered references agree too: controls, surrogates, what is beyond Unicode, and more digits than any number needs."""
    for number in NUMBERS:
        source = form.format(number)
        assert (read_text(source), read_attribute(source)) == parsed(source)
    assert read_text(f"&#{'9' * 100_000};") == "\ufffd"


@given(sources)
@example("\r\n\r\n\n\r")
@example("&notit;&ampx&amp;amp;&#13;")
def test_any_source_reads_as_the_parser_reads_it(source: str) -> None:
    """Whatever stands together, the reading is the parser's."""
    assert (read_text(source), read_attribute(source)) == parsed(source)


@given(sources)
def test_origins_point_at_the_pieces(source: str) -> None:
    """There is an origin for each code point and the end; the source between two origins reads as the code points between."""
    for reading, origins in ((read_text, text_origins), (read_attribute, attribute_origins)):
        text, places = reading(source), origins(source)
        assert len(places) == len(text) + 1
        assert places[-1] == len(source)
        bounds = sorted({places.index(place) for place in places})
        assert [reading(source[places[a] : places[b]]) for a, b in pairwise(bounds)] == [text[a:b] for a, b in pairwise(bounds)]


def test_queries_keep_their_ampersands() -> None:
    """In an attribute a name that runs on, or is followed by an equals sign, is no reference."""
    assert read_attribute("?a=1&copy=2&copy;3&copy") == "?a=1&copy=2©3©"
    assert read_text("?a=1&copy=2") == "?a=1©=2"


def test_cuts_follow_the_origins() -> None:
    """A cut of what source reads as goes to the bytes of exactly those pieces."""
    source = "a &amp; \r\n&#946;-cat&eacute;nin"
    raw, text = source.encode(), read_text(source)
    cut = cutter(raw, "utf-8", "text")
    for found in re.finditer(r"\S+", text):
        start, end = cut(*found.span()) or (0, 0)
        assert read(raw[start:end], "utf-8", "text") == found[0]
    assert cut(text.index("β"), text.index("β") + 1) == (source.index("&#946;"), source.index("-cat"))
    assert PayloadMap(raw, "utf-8").text == source
