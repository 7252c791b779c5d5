"""What is known of a JSON text before anyone asks for a value: that it is well-formed, how deep it nests, its charset."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import attrs

from scraper.errors import ExcessivePayload
from scraper.quoting import decide_charset

if TYPE_CHECKING:
    from scraper.quoting import PayloadMap

MAX_DEPTH: Final = 256
"""How deep arrays and objects may nest (RFC 8259 §9 lets a reader bound it): safely less than the interpreter's own bound, which
depends on the caller, while the same payload must always read the same."""

_SPACE = re.compile(r"[ \t\n\r]*")  # RFC 8259 §2
# From a string's first escape on to its end; is it a name?
_ESCAPED = re.compile(r'\\.[^"\\]*+(?:\\.[^"\\]*+)*+"([ \t\n\r]*+:)?', re.DOTALL)
_AS_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_MARKS = bytes(set(range(256)) - set(b'[]{}"'))


@attrs.frozen(slots=True, eq=False)
class JsonSource:
    """One JSON text.

    Attributes:
        text: The text.
        mapped: The payload that it stands in.
        base: The code point of the payload's text at which it begins.
        decoder: Reads any value in it.
        selector: Where it stands, for people.
    """

    text: str
    mapped: PayloadMap
    base: int
    decoder: json.JSONDecoder
    selector: str

    @cached_property
    def escaped_names(self) -> bool:
        """Whether a member's name is written with escapes."""
        return any(found[1] for found in _ESCAPED.finditer(self.text))

    def unique(self, name: str, place: int) -> bool:
        """Whether no member of this name can follow after a place, in any object."""
        return self.text.find(f'"{name}"', place) < 0 and not self.escaped_names

    def end(self, place: int) -> int:
        """Return the end of the value at a place, both in code points of this text."""
        return self.decoder.raw_decode(self.text, place)[1]


def after_space(text: str, place: int) -> int:
    """Return the first place that is no white space."""
    found = _SPACE.match(text, place)
    return found.end() if found else place


def load(text: str) -> tuple[Any, json.JSONDecoder]:
    """Parse a text once: its value, and a decoder that reads its parts."""
    decoder = json.JSONDecoder(strict=False)
    try:
        try:
            value = decoder.decode(text)
        except json.JSONDecodeError:
            raise
        except ValueError:  # an integer of more digits than Python converts; its own field will be unreadable, no other
            decoder = json.JSONDecoder(strict=False, parse_int=float)
            value = decoder.decode(text)
    except RecursionError as error:
        raise ExcessivePayload(f"JSON nested deeper than {MAX_DEPTH}") from error
    _check_depth(text)
    return value, decoder


def _check_depth(text: str) -> None:
    """Refuse a well-formed text that nests too deep: of its brackets alone, each pass takes the innermost pairs away."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    # Without escaped backslashes and quotes, every other piece between quotes stands outside of strings.
    plain = text.encode(errors="replace").replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = b"".join(plain.translate(_AS_BRACKETS, _NO_MARKS).split(b'"')[::2])
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return
    raise ExcessivePayload(f"JSON nested deeper than {MAX_DEPTH}")


def charset_of(payload: bytes, declared: str | None) -> str:
    """Decide the charset: byte order mark, UTF-16 or UTF-32 by the zero bytes (RFC 4627 §3), UTF-8, and only then the label."""
    found = json.detect_encoding(payload)
    if not found.startswith("utf-8"):
        return decide_charset(payload, found)
    try:
        payload.decode("utf-8")
    except UnicodeDecodeError:
        return decide_charset(payload, declared)
    return "utf-8"
