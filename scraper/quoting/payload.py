"""From text back to bytes: which payload bytes a stretch of decoded text came from.

Values are found in decoded text, but provenance counts payload bytes. `PayloadMap` decodes a payload once and answers, lazily
and exactly, where a code point begins. It keeps no table of every character: an index of checkpoints, one a kilobyte, is made
on the first question, and only the blocks that are asked about are looked at more closely.

Only charsets that decode without state are taken, because a slice of the payload must read the same alone as in its place.
Malformed bytes become U+FFFD, one for each bad run as Python's decoders delimit them, and are mapped to exactly that run.
"""

from __future__ import annotations

import codecs
import encodings.aliases
import functools
import importlib
import re
from bisect import bisect_right
from itertools import accumulate

from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding

from scraper.errors import UnsupportedCharset

_BLOCK = 1024  # bytes between checkpoints
_STRIDE = 1024  # code points between checkpoints, where text can be encoded to learn its size
_NEAR = 256  # code points that are encoded sooner than their end is looked up
_UNIT = 8  # no stateless charset needs more bytes for one character; longer than any bad run

_ASCII = re.compile(rb"[\x00-\x7f]+")
_MULTIBYTE = frozenset(
    {
        "big5", "big5hkscs", "cp932", "cp949", "cp950", "euc_jis_2004", "euc_jisx0213", "euc_jp", "euc_kr", "gb18030",
        "gb2312", "gbk", "johab", "shift_jis", "shift_jis_2004", "shift_jisx0213",
        "utf-8", "utf-16-be", "utf-16-le", "utf-32-be", "utf-32-le",
    }
)  # fmt: skip

_UNICODE = frozenset({"utf-8", "utf-16-be", "utf-16-le", "utf-32-be", "utf-32-le"})  # without U+FFFD one text has one encoding

# These name a family whose members differ by a byte order mark; a mark is looked for before, so without one the
# little-endian member is meant (WHATWG Encoding, "utf-16" is UTF-16LE).
_WITHOUT_MARK = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}


@functools.lru_cache(maxsize=256)
def stateless(charset: str) -> str:
    """Return the canonical name of a charset that decodes without state.

    Args:
        charset: Any name or alias that Python knows. It is taken literally: `latin-1` is ISO 8859-1, not what the web makes of it.

    Raises:
        UnsupportedCharset: The charset is unknown, stateful (ISO-2022, HZ, UTF-7) or no charset at all (`idna`, `base64`).
    """
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError) as error:
        raise UnsupportedCharset(f"unknown charset {charset!r}") from error
    name = _WITHOUT_MARK.get(name, name)
    if name in _MULTIBYTE or _is_single_byte(name):
        return name
    raise UnsupportedCharset(
        f"charset {name!r} cannot be quoted: its bytes do not map to text piecewise (stateful, or no text encoding)"
    )


@functools.lru_cache(maxsize=256)
def _is_single_byte(name: str) -> bool:
    """Whether each byte is one character, whatever stands beside it (charmap codecs, and the two built in as such).

    That every lone byte decodes proves nothing (gb18030 nearly passes that test), so the codec's own table is asked.
    """
    if name in {"ascii", "iso8859-1"}:
        return True
    module = encodings.aliases.aliases.get(encodings.normalize_encoding(name), encodings.normalize_encoding(name))
    try:
        codec = importlib.import_module(f"encodings.{module}")
    except ImportError:
        return False
    return hasattr(codec, "decoding_table") or hasattr(codec, "decoding_map")


def web_charset(label: str) -> str | None:
    """Return the stateless charset that a label on the web means (`latin1` means windows-1252), or None if it is unknown.

    Source: WHATWG Encoding, 4.2 Names and labels, as w3lib implements it for Scrapy.

    Raises:
        UnsupportedCharset: The label names a charset that is known, but stateful.
    """
    name = resolve_encoding(label.strip())
    return None if name is None else stateless(name)


def decide_charset(payload: bytes, declared: str | None = None, *, markup: bool = False) -> str:
    """Decide how a payload is decoded: byte order mark, then the declared label, then the markup's own, then UTF-8.

    Without any sign, a payload that is not valid UTF-8 is read as windows-1252, as browsers do. To decide again with the
    answer as the declared label gives the same answer.

    Args:
        payload: The payload bytes.
        declared: The charset label of the capture, if it has one. An unknown label counts as none.
        markup: Whether to look for `<meta charset>` and the XML declaration.

    Raises:
        UnsupportedCharset: The deciding sign names a stateful charset.
    """
    marked, _ = read_bom(payload)
    if marked is not None:
        return stateless(marked)
    found = web_charset(declared) if declared else None
    if found is None and markup:
        label = html_body_declared_encoding(payload)
        # A meta element that could be read as ASCII is not UTF-16, whatever it says (HTML, 13.2.3.2).
        found = "utf-8" if label and label.startswith(("utf-16", "utf-32")) else label and stateless(label)
    return found or _guess(payload)


def _guess(payload: bytes) -> str:
    try:
        payload.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def decode(raw: bytes, charset: str) -> str:
    """Decode bytes as w3lib does: malformed runs become U+FFFD, and gb18030's lone 0x80 the euro sign."""
    return raw.decode(charset, _error_handler(charset))


def _error_handler(charset: str) -> str:
    return "w3lib_gb18030_replace" if charset == "gb18030" else "replace"


class PayloadMap:
    """A payload's text, and the way back from code points to bytes.

    Args:
        payload: The bytes.
        charset: A charset as `stateless` returns it.
        start: Bytes to leave out at the beginning (a byte order mark, see `open_payload`).

    Attributes:
        payload: The bytes.
        charset: The charset.
        text: The decoded text, newlines as they are.
    """

    __slots__ = ("_chars", "_faithful", "_identity", "_offsets", "_units", "charset", "payload", "start", "text")

    def __init__(self, payload: bytes, charset: str, *, start: int = 0) -> None:
        self.payload = payload
        self.charset = charset
        self.start = start
        self.text = decode(payload[start:] if start else payload, charset)
        self._faithful: bool | None = None  # whether the text, encoded, is the payload; None as long as nobody asked
        self._chars: list[int] | None = None  # code points before each checkpoint
        self._offsets = [start]  # its byte offset
        self._units: dict[int, dict[int, int]] = {}  # block number -> code point -> byte offset, where it had to be walked
        self._identity = _is_single_byte(charset) or (_ascii_transparent(charset) and payload.isascii())

    def offset(self, index: int) -> int | None:
        """Return the payload byte offset at which code point `index` of the text begins, or None if no byte boundary is there.

        `len(text)` is answered with the end of the payload. None happens in charsets in which one byte sequence stands for
        two code points (big5hkscs, euc_jis_2004, shift_jis_2004).
        """
        if self._identity:
            return self.start + index
        if index == len(self.text):
            return len(self.payload)
        if self._is_faithful():
            return self._by_encoding(index)
        if self._chars is None:
            self._index()
        return self._in_block(index)

    def _is_faithful(self) -> bool:
        """Whether the text, encoded, is the payload."""
        if self._faithful is None:
            self._faithful = self.charset in _UNICODE and "\ufffd" not in self.text
        return self._faithful

    def _by_encoding(self, index: int) -> int:
        """Count the bytes of the text from the checkpoint before `index`: exact where one text has one encoding."""
        number, offsets = index // _STRIDE, self._offsets
        if number + 1 >= len(offsets):
            self._count(number + 1)
        start, begin = number * _STRIDE, offsets[number]
        if offsets[number + 1] - begin == _STRIDE and start + _STRIDE <= len(self.text):
            return begin + index - start  # as many bytes as characters
        return begin + len(self.text[start:index].encode(self.charset))

    def _count(self, number: int) -> None:
        """Encode the text up to a checkpoint."""
        offsets = self._offsets
        for start in range((len(offsets) - 1) * _STRIDE, number * _STRIDE, _STRIDE):
            offsets.append(offsets[-1] + len(self.text[start : start + _STRIDE].encode(self.charset)))

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the byte range of `text[start:end]`, or None if it does not begin and end between characters' bytes."""
        if self._identity:
            return self.start + start, self.start + end
        if start <= end < start + 4 * _STRIDE and self._is_faithful():  # one look-up less
            first = self._by_encoding(start)
            last = self._by_encoding(end) if end - start > _NEAR else first + len(self.text[start:end].encode(self.charset))
            return first, last
        begin, stop = self.offset(start), self.offset(end)
        return None if begin is None or stop is None else (begin, stop)

    def _index(self) -> None:
        """Decode once more, block by block, noting how many characters are complete at which byte."""
        decoder = codecs.getincrementaldecoder(self.charset)(_error_handler(self.charset))
        chars, offsets, size = [0], [self.start], len(self.payload)
        for position in range(self.start, size, _BLOCK):
            block_end = min(position + _BLOCK, size)
            chars.append(len(decoder.decode(self.payload[position:block_end])))
            offsets.append(block_end - len(decoder.getstate()[0]))
        self._chars, self._offsets = list(accumulate(chars)), offsets

    def _in_block(self, index: int) -> int | None:
        assert self._chars is not None  # noqa: S101  # for the type checker: `offset` has made the index
        number = bisect_right(self._chars, index) - 1
        first, begin = self._chars[number], self._offsets[number]
        if index == first:
            return begin
        end = self._offsets[number + 1] if number + 1 < len(self._offsets) else len(self.payload)
        block = self.payload[begin:end]
        if _ascii_transparent(self.charset) and block.isascii():
            return begin + index - first
        if number not in self._units:
            size = self._try_encoding(block, first, index)
            if size is not None:
                return begin + size
            self._units[number] = dict(self._walk(first, begin, end))
        return self._units[number].get(index)

    def _try_encoding(self, block: bytes, first: int, index: int) -> int | None:
        """Encode the text before `index` and compare: the short way, which malformed or ambiguous bytes rule out."""
        text = self.text[first:index]
        try:
            raw = text.encode(self.charset)
            fits = block.startswith(raw) and raw.decode(self.charset) == text
        except UnicodeError:
            return None
        return len(raw) if fits else None

    def _walk(self, index: int, position: int, end: int) -> list[tuple[int, int]]:
        """List (code point, byte offset) for each unit, character or bad run, that begins in a block."""
        found: list[tuple[int, int]] = []
        plain = _ascii_transparent(self.charset)
        while position < end:
            # Where a unit begins, bytes of ASCII are characters of their own: most of any markup, so not looked at one by one.
            ascii_run = _ASCII.match(self.payload, position, end) if plain else None
            if ascii_run:
                size = chars = ascii_run.end() - position
                found.extend(zip(range(index, index + size), range(position, position + size), strict=True))
            else:
                found.append((index, position))
                size, chars = _unit(self.payload[position : position + _UNIT], self.charset)
            position += size
            index += chars
        return found


@functools.lru_cache(maxsize=256)
def _ascii_transparent(charset: str) -> bool:
    """Whether ASCII bytes are ASCII-many characters in any context where all bytes are ASCII (not so in UTF-16)."""
    return len(decode(bytes(range(128)), charset)) == 128  # noqa: PLR2004  # ASCII has 128 characters


def _unit(window: bytes, charset: str) -> tuple[int, int]:
    """Return the bytes and code points of the first character or bad run in a window of at least `_UNIT` bytes or to the end."""
    for size in range(1, len(window) + 1):
        try:
            text = window[:size].decode(charset)
        except UnicodeDecodeError:
            continue
        if text:
            return size, len(text)
    return _bad_run(window, charset)


def _bad_run(window: bytes, charset: str) -> tuple[int, int]:
    try:
        window.decode(charset)
    except UnicodeDecodeError as error:
        text, end = codecs.lookup_error(_error_handler(charset))(error)
        return int(end), len(text)
    raise AssertionError("a window that decodes has a first character")  # pragma: no cover


def open_payload(payload: bytes, charset: str) -> PayloadMap:
    """Map a whole payload, leaving out the byte order mark of its charset."""
    marked, mark = read_bom(payload)
    start = len(mark) if mark is not None and marked == charset else 0
    return PayloadMap(payload, charset, start=start)
