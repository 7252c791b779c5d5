"""From text back to bytes, in every charset that decodes without state."""

from __future__ import annotations

import encodings.aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import CHARSETS, STATEFUL, charsets, payloads, texts

from scraper.errors import UnsupportedCharset
from scraper.quoting import PayloadMap, decide_charset, open_payload, stateless
from scraper.quoting.payload import decode


def units(payload: bytes, charset: str) -> dict[int, int]:
    """Where each character begins, found the slow way: a byte at a time from the front, a bad run at a time where it is bad."""
    found, place, index = {}, 0, 0
    while place < len(payload):
        found[index] = place
        window = payload[place : place + 8]
        size, count = next(
            ((n, len(text)) for n in range(1, len(window) + 1) if (text := _strict(window[:n], charset))),
            (0, 0),
        )
        if not size:
            size, count = _bad(window, charset), 1
        place, index = place + size, index + count
    return found


def _strict(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset)
    except UnicodeDecodeError:
        return ""


def _bad(window: bytes, charset: str) -> int:
    with pytest.raises(UnicodeDecodeError) as caught:
        window.decode(charset)
    return 1 if charset == "gb18030" and window[0] == 0x80 else caught.value.end


@given(payloads())
def test_every_character_is_found_at_its_byte(drawn: tuple[bytes, str]) -> None:
    """Every code point maps to the byte where its character or bad run begins, and to nothing where no byte boundary is."""
    payload, charset = drawn
    mapped, slow = PayloadMap(payload, stateless(charset)), units(payload, stateless(charset))
    assert [mapped.offset(index) for index in range(len(mapped.text))] == [slow.get(i) for i in range(len(mapped.text))]
    assert mapped.offset(len(mapped.text)) == len(payload)


@given(charsets, texts, st.integers(1, 60))
def test_long_payloads_map_across_blocks(charset: str, text: str, times: int) -> None:
    """Positions hold beyond the first block of the index: a slice of clean bytes reads as the slice of the text."""
    payload = (text * times).encode(charset, "replace")
    mapped = PayloadMap(payload, stateless(charset))
    size = len(mapped.text)
    for start in range(0, size, max(1, size // 40)):
        span = mapped.span(start, min(size, start + 3))
        if span is not None:
            assert payload[slice(*span)].decode(stateless(charset)) == mapped.text[start : start + 3]


@pytest.mark.parametrize("charset", STATEFUL)
def test_stateful_charsets_are_refused(charset: str) -> None:
    """A charset with state, no text encoding and an unknown name are refused with the typed error."""
    with pytest.raises(UnsupportedCharset, match="charset"):
        stateless(charset)


def test_every_python_charset_is_taken_or_refused() -> None:
    """Each charset that Python ships is either mapped exactly or refused with the typed error, none half-supported."""
    taken = set()
    for name in set(encodings.aliases.aliases.values()):
        try:
            taken.add(stateless(name))
        except UnsupportedCharset:
            continue
    assert taken >= {stateless(charset) for charset in CHARSETS}
    sample = "aé中".encode
    for charset in taken:
        payload = sample(charset, "replace") * 400
        mapped = PayloadMap(payload, charset)
        assert [mapped.offset(i) for i in range(0, len(mapped.text), 97)] == [
            units(payload, charset)[i] for i in range(0, len(mapped.text), 97)
        ]


@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_is_no_text(charset: str) -> None:
    """A byte order mark decides the charset, is left out of the text, and positions count behind it."""
    payload = "\ufeffaé中".encode(charset)
    found = decide_charset(payload, "windows-1252")
    mapped = open_payload(payload, found)
    assert (found, mapped.text) == (charset, "aé中")
    assert mapped.offset(0) == len("\ufeff".encode(charset))


@given(st.binary(max_size=60), st.sampled_from([None, *CHARSETS, "latin1", "utf-16", "x-unknown", "gb2312"]), st.booleans())
def test_the_decided_charset_is_a_fixed_point(payload: bytes, declared: str | None, markup: bool) -> None:
    """To decide again with the answer as the declared label gives the same answer."""
    once = decide_charset(payload, declared, markup=markup)
    assert decide_charset(payload, once, markup=markup) == once


@pytest.mark.parametrize(
    ("payload", "declared", "markup", "expected"),
    [
        (b"plain", None, False, "utf-8"),
        (b"caf\xe9", None, False, "cp1252"),
        (b"caf\xe9", "iso-8859-1", False, "cp1252"),
        (b"x", "utf-16", False, "utf-16-le"),
        (b"x", "no such label", False, "utf-8"),
        (b'<meta charset="koi8-r">', None, True, "koi8-r"),
        (b'<meta charset="utf-16">', None, True, "utf-8"),
        (b'<meta charset="koi8-r">', None, False, "utf-8"),
        (b'<meta charset="koi8-r">', "utf-8", True, "utf-8"),
    ],
)
def test_the_charset_is_decided_as_browsers_do(payload: bytes, declared: str | None, markup: bool, expected: str) -> None:
    """The declared label comes before the markup's own, labels mean what the web means by them, and nothing means UTF-8."""
    assert decide_charset(payload, declared, markup=markup) == expected


def test_the_euro_of_gb18030_reads_alone_as_in_place() -> None:
    """The lone byte 0x80, which the web reads as a euro sign in GB18030, is mapped to its one byte."""
    mapped = PayloadMap(b"a\x80b", "gb18030")
    assert (mapped.text, mapped.span(1, 2)) == ("a€b", (1, 2))
    assert decode(b"\x80", "gb18030") == "€"


def test_no_boundary_inside_a_sequence_of_two_code_points() -> None:
    """Where two code points come from one byte sequence, the place between them has no byte."""
    mapped = PayloadMap(b"\x88\x62x", "big5hkscs")
    assert (mapped.text, mapped.span(0, 2), mapped.offset(1)) == ("\u00ca\u0304x", (0, 2), None)
