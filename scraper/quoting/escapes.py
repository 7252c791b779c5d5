"""What escapes stand for in JSON and in XML: the readings `json` and `xml`, and the step `json` for literals.

Both readings are total: what is no complete escape reads as itself, because a span may be any cut of a string or text, and a cut
that does not read back is refused by whoever made it.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

from scraper.errors import StepFailed
from scraper.quoting.steps import need_text, step

if TYPE_CHECKING:
    from collections.abc import Callable

    Resolve = Callable[[re.Match[str]], str]

# RFC 8259 §7. A pair of surrogates is one escape of twelve characters.
_JSON = re.compile(
    r'\\(?:(?P<letter>["\\/bfnrt])|u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})'
    r"|u(?P<hex>[0-9a-fA-F]{4}))"
)
_LETTERS = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

# XML 1.0 §4.1 (character references), §4.6 (predefined entities), §2.11 (ends of lines).
_XML = re.compile(r"&(?:(?P<name>amp|lt|gt|quot|apos)|#(?P<decimal>[0-9]+)|#x(?P<hex>[0-9a-fA-F]+));|\r\n?")
_NAMES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_LAST_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_REPLACEMENT = "\ufffd"

_INT64 = range(-(2**63), 2**64)


def json_text(source: str) -> str:
    """Return what the inside of a JSON string stands for.

    A lone surrogate becomes U+FFFD, as malformed bytes do: RFC 8259 §8.2 leaves its meaning open, and no output could hold it.
    """
    return _JSON.sub(_json_escape, source) if "\\" in source else source


def json_origins(source: str) -> list[int]:
    """For each code point of `json_text(source)`, and its end, where in the source its piece begins."""
    return _origins(source, _JSON, _json_escape)


def xml_text(source: str) -> str:
    """Return what a piece of XML character data stands for: references resolved, ends of lines as LF.

    References to entities that a document declares itself are left as they are.
    """
    return _XML.sub(_xml_escape, source) if "&" in source or "\r" in source else source


def xml_origins(source: str) -> list[int]:
    """For each code point of `xml_text(source)`, and its end, where in the source its piece begins."""
    return _origins(source, _XML, _xml_escape)


def _origins(source: str, pattern: re.Pattern[str], resolve: Resolve) -> list[int]:
    places: list[int] = []
    done = 0
    for found in pattern.finditer(source):
        places.extend(range(done, found.start()))
        places.extend([found.start()] * len(resolve(found)))
        done = found.end()
    places.extend(range(done, len(source) + 1))
    return places


def _json_escape(found: re.Match[str]) -> str:
    if letter := found["letter"]:
        return _LETTERS[letter]
    if high := found["high"]:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(found["low"], 16) - 0xDC00)
    code = int(found["hex"], 16)
    return _REPLACEMENT if code in _SURROGATES else chr(code)


def _xml_escape(found: re.Match[str]) -> str:
    if name := found["name"]:
        return _NAMES[name]
    digits = found["decimal"] or found["hex"]
    if digits is None:
        return "\n"
    if len(digits) > 8:  # noqa: PLR2004  # more digits than any code point has, but for leading zeros
        digits = digits.lstrip("0")[:8] or "0"
    code = int(digits, 10 if found["decimal"] else 16)
    return chr(code) if code <= _LAST_CODE_POINT and code not in _SURROGATES else found[0]


@step("json")
def json_(value: str) -> float | bool:
    """Read a JSON number, `true` or `false`.

    Numbers that the output could not hold (beyond 64 bits, or infinite) are refused: RFC 8259 §6 lets a reader set such bounds.
    """
    if need_text(value) != value.strip():
        raise StepFailed("the literal begins or ends with white space: its span is not tight")
    try:
        found = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise StepFailed(f"{value[:40]!r} is no JSON number or truth value") from error
    if isinstance(found, bool):
        return found
    if isinstance(found, int) and found in _INT64:
        return found
    if isinstance(found, float) and math.isfinite(found):
        return found
    raise StepFailed(f"{value[:40]!r} is no number or truth value that fits 64 bits")
