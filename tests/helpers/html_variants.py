"""The same page as other servers might have sent it: other charsets, other newlines, damage."""

from __future__ import annotations

import codecs
import random
import re
from typing import TYPE_CHECKING

from scraper.quoting import open_payload
from scraper.quoting.payload import decide_charset

if TYPE_CHECKING:
    from collections.abc import Callable

    Variant = Callable[[bytes], tuple[bytes, str | None]]


def text_of(payload: bytes) -> str:
    """Return what a page's payload reads as."""
    return open_payload(payload, decide_charset(payload, markup=True)).text


def _encoded(charset: str, label: str, mark: bytes = b"") -> Variant:
    """Characters that the charset lacks become `?`, or references where that says more."""

    def variant(payload: bytes) -> tuple[bytes, str | None]:
        return mark + text_of(payload).encode(charset, "xmlcharrefreplace"), label

    return variant


def _damaged(charset: str, label: str, junk: bytes) -> Variant:
    """Bytes that no character begins with, and characters cut short, in words between tags."""

    def variant(payload: bytes) -> tuple[bytes, str | None]:
        chooser = random.Random(len(payload))  # noqa: S311  # no secret
        text, parts, done = text_of(payload), [], 0
        words = (word.start(1) + place for word in re.finditer(r">([^<>]+)<", text) for place in _inside_words(word[1]))
        places = list(words)
        for place in sorted(chooser.sample(places, min(len(places), 60))):
            parts += [text[done:place].encode(charset, "replace"), bytes([chooser.choice(junk)])]
            done = place
        return b"".join([*parts, text[done:].encode(charset, "replace")]), label

    return variant


def _inside_words(text: str) -> list[int]:
    return [found.end() for found in re.finditer(r"\w(?=\w)", text)]


def _newlines(newline: str) -> Variant:
    def variant(payload: bytes) -> tuple[bytes, str | None]:
        text = text_of(payload).replace("\r\n", "\n").replace("\r", "\n").replace("\n", newline)
        return text.encode(), "utf-8"

    return variant


VARIANTS: dict[str, Variant] = {
    "as it is": lambda payload: (payload, None),
    "utf-16": _encoded("utf-16-le", "utf-16", codecs.BOM_UTF16_LE),
    "utf-16-be": _encoded("utf-16-be", "utf-16-be"),
    "windows-1252": _encoded("cp1252", "latin1"),
    "windows-1252 damaged": _damaged("cp1252", "windows-1252", b"\x81\x8d\x8f\x90\x9d"),
    "utf-8 damaged": _damaged("utf-8", "utf-8", b"\xff\xc3\xe2\xf0\x80\xed"),
    "gb18030": _encoded("gb18030", "gb2312"),
    "gb18030 damaged": _damaged("gb18030", "gbk", b"\xff\x80\x81"),
    "shift_jis": _encoded("shift_jis", "shift_jis"),
    "shift_jis damaged": _damaged("shift_jis", "shift_jis", b"\xff\xa0\x81"),
    "euc-kr": _encoded("euc_kr", "euc-kr"),
    "crlf": _newlines("\r\n"),
    "cr": _newlines("\r"),
    "byte order mark": _encoded("utf-8", "latin1", codecs.BOM_UTF8),
}
