"""How HTML source reads: character references, newlines and NULs, in text and in attribute values.

Narrowing and verifying need, beside the text that a stretch of source reads as, the place each code point of it comes from. The
standard library's `html.unescape` gives neither that nor the attribute rules (`?a=1&copy=2` keeps its ampersand), so the
tokenizer's rules are written out here, over the standard library's table of names.

Source: WHATWG HTML, 13.2.5.72 to 13.2.5.80 (character references), 13.2.3.5 (newlines), 13.2.5.1 and 13.2.5.36 to 13.2.5.38 (NUL).
"""

from __future__ import annotations

import re
from functools import partial
from html.entities import html5
from itertools import repeat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# The longest name is 32 characters with its semicolon, and the shortest without one is 2.
_SPECIAL = re.compile(r"\r\n?|\0|&(?:#(?:[xX][0-9A-Fa-f]+|[0-9]+);?|[A-Za-z][A-Za-z0-9]{0,31};?)")
_REPLACED = "\ufffd"
_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)

# References to C1 controls mean what windows-1252 has there; the five that it leaves empty mean themselves (13.2.5.80).
_CONTROLS = {number: char for number in range(0x80, 0xA0) if (char := bytes([number]).decode("cp1252", "ignore"))}


def read_text(source: str) -> str:
    """Return what source reads as between tags: references resolved, newlines normalised, NUL dropped."""
    return _read(source, _in_text)


def read_attribute(source: str) -> str:
    """Return what source reads as between an attribute's quotes: there `&copy=2` is no reference, and NUL becomes U+FFFD."""
    return _read(source, _in_attribute)


def text_origins(source: str) -> Sequence[int]:
    """Return for each code point that `read_text` gives, and for its end, where in the source the piece it is made of begins."""
    return _origins(source, _in_text)


def attribute_origins(source: str) -> Sequence[int]:
    """Return the same as `text_origins` for `read_attribute`."""
    return _origins(source, _in_attribute)


def _read(source: str, resolve: Callable[[re.Match[str]], tuple[str, int]]) -> str:
    if _is_verbatim(source):
        return source
    return "".join(text for text, _, _ in _pieces(source, resolve))


def _is_verbatim(source: str) -> bool:
    return "&" not in source and "\r" not in source and "\0" not in source


def _origins(source: str, resolve: Callable[[re.Match[str]], tuple[str, int]]) -> Sequence[int]:
    if _is_verbatim(source):
        return range(len(source) + 1)
    places: list[int] = []
    for text, start, verbatim in _pieces(source, resolve):
        places.extend(range(start, start + len(text)) if verbatim else repeat(start, len(text)))
    return [*places, len(source)]


def _pieces(source: str, resolve: Callable[[re.Match[str]], tuple[str, int]]) -> Iterator[tuple[str, int, bool]]:
    """Yield (what it reads as, where it begins, whether that is the source itself) for each stretch of source, in order."""
    done = 0
    for found in _SPECIAL.finditer(source):
        text, size = resolve(found)
        if size:
            yield source[done : found.start()], done, True
            yield text, found.start(), False
            done = found.start() + size
    yield source[done:], done, True


def _resolve(found: re.Match[str], *, attribute: bool) -> tuple[str, int]:
    """Return what a special stretch reads as, and how much of it is consumed; 0 where it is no reference after all."""
    piece = found[0]
    if piece[0] == "\r":
        return "\n", len(piece)
    if piece[0] == "\0":
        return _REPLACED if attribute else "", 1
    if piece[1] == "#":
        return _numbered(piece[2:].rstrip(";")), len(piece)
    name = _longest_name(piece[1:])
    size = 1 + len(name)
    if attribute and name and name[-1] != ";" and _continues(found, size):
        return "", 0
    return (html5[name], size) if name else ("", 0)


_in_text = partial(_resolve, attribute=False)
_in_attribute = partial(_resolve, attribute=True)


def _longest_name(chunk: str) -> str:
    """Return the longest beginning of a chunk that names a character, or nothing."""
    if chunk in html5:
        return chunk
    return next((chunk[:size] for size in range(len(chunk) - 1, 1, -1) if chunk[:size] in html5), "")


def _continues(found: re.Match[str], size: int) -> bool:
    """Whether a name without semicolon runs on: then it is a query's parameter in an attribute, not a reference."""
    follower = found.string[found.start() + size : found.start() + size + 1]
    return follower == "=" or (follower.isascii() and follower.isalnum())


def _numbered(digits: str) -> str:
    hexadecimal = digits[0] in "xX"
    significant = digits[1:].lstrip("0") if hexadecimal else digits.lstrip("0")
    # Eight digits are more than any code point has; a page may write a megabyte of them.
    number = int(significant[:8] or "0", 16 if hexadecimal else 10)
    if number == 0 or number > _LAST or number in _SURROGATES:
        return _REPLACED
    return _CONTROLS.get(number) or chr(number)
