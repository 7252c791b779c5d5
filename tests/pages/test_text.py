"""Plain text opened for quoting."""

from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import QuotingError, UnsupportedCharset, UnsupportedMediaType
from scraper.pages import TextPage, open_page
from scraper.quoting import MISSING, replay

PAGE = "First line\r\n\r\ndoi: 10.1/x.\r\nAbstract\r\nSome  text\r\nhere.\r\nKeywords: a; b"


def test_lines_count_from_one() -> None:
    """Lines are numbered as editors number them, come without their ends, and beyond them is nothing."""
    page = TextPage(PAGE.encode())
    assert (page.line(1).value, page.line(2).value, page.line(7).value) == ("First line", "", "Keywords: a; b")
    assert page.line(3).spans == ((14, 26),)
    assert page.line(0) is page.line(8) is MISSING
    assert [line.value for line in page.lines()] == PAGE.split("\r\n")
    assert TextPage(b"a\n").line_count == 1


def test_between_takes_what_stands_between_marks() -> None:
    """What stands between two marks is verbatim, points at its bytes, and is missing when a mark is."""
    page = TextPage(PAGE.encode())
    found = page.between("Abstract\r\n", "\r\nKeywords")
    assert (found.value, found.squash().value) == ("Some  text\r\nhere.", "Some text here.")
    assert PAGE.encode()[slice(*found.spans[0])].decode() == found.value
    assert page.between("Keywords: ").value == "a; b"
    assert page.between(re.compile(r"doi:\s*"), re.compile(r"\.\s")).value == "10.1/x"
    assert page.between("Keywords", "Abstract") is page.between("nowhere") is MISSING


def test_search_matches_at_lines() -> None:
    """A pattern's `^` and `$` match at lines; its first group is the value, else the whole match."""
    page = TextPage(b"one\ntwo 2\n")
    assert page.search(r"^two (\d)$").spans == ((8, 9),)
    assert page.search(r"^two").value == "two"
    assert page.search(r"(?P<word>\w+) (?P<number>\d)", "number").value == "2"
    assert page.search(r"three") is page.search(r"one(x)?") is MISSING


def test_the_whole_text_is_quoted() -> None:
    """The whole text is a value; a byte order mark is no part of it."""
    page = TextPage(b"\xef\xbb\xbfa\xc3\xa9")
    assert (page.whole.value, page.whole.spans, page.charset) == ("aé", ((3, 6),), "utf-8")


@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "utf-16", "gb18030", "shift_jis", "latin1", "big5"]))
def test_every_line_of_any_bytes_replays(payload: bytes, charset: str | None) -> None:
    """Whatever the bytes, each line is located, or said to be unlocated; each located one replays in the page's charset."""
    page = open_page(payload, "text/plain", charset=charset)
    for line in page.lines():
        if line.origin == "located":
            assert replay(line.pointer(), payload, page.charset) == line.value


@given(st.binary(max_size=60), st.sampled_from([None, "utf-8", "utf-16", "gb2312", "latin1", "euc-kr"]))
def test_opening_again_with_the_charset_changes_nothing(payload: bytes, charset: str | None) -> None:
    """`page.charset` is a fixed point."""
    page = TextPage(payload, charset=charset)
    again = TextPage(payload, charset=page.charset)
    assert (again.charset, again.text) == (page.charset, page.text)


def test_a_stateful_charset_is_refused() -> None:
    """A page in a stateful charset cannot be quoted and says so when it is opened."""
    with pytest.raises(UnsupportedCharset, match="iso2022_jp"):
        open_page("日本".encode("iso2022_jp"), "text/plain", charset="iso-2022-jp")


def test_unknown_media_types_are_named() -> None:
    """What no page opens is refused with the media type in the message; parameters do not matter."""
    with pytest.raises(UnsupportedMediaType, match="image/png"):
        open_page(b"", "image/png")
    assert open_page(b"a", "Text/Plain; charset=utf-8").text == "a"


def test_pages_do_not_travel() -> None:
    """A page refuses to be pickled, and says what to send instead."""
    with pytest.raises(QuotingError, match="send the payload"):
        pickle.dumps(TextPage(b"a"))


def test_long_lines_stay_cheap() -> None:
    """A value from the end of a very long line is found without copying the line around it."""
    payload = "é".encode() * 5_000_000 + b" doi: 10.1/x"
    found = TextPage(payload).search(r"doi: (\S+)")
    assert found.spans == ((10_000_006, 10_000_012),)
    assert len(pickle.dumps(found)) < 500
