"""Records of a large XML payload, one after another: where each begins and ends, without a tree of the whole.

The payload is searched as bytes where its charset lets ASCII markup be found among them, so that a large file is not decoded
as a whole; else as text. Between records every tag is looked at; inside a record only what could hide its end is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import attrs

from scraper.errors import MalformedPayload
from scraper.pages._xml_source import MARKUP, Around
from scraper.quoting.payload import decode, open_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

# In these, the bytes of ASCII markup are markup and nothing else.
_TRANSPARENT: Final = {"utf-8", "ascii", "iso8859-1", "cp1252"}

_QUOTED = r"\"[^\"]*\"|'[^']*'"
_HIDING = r"!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>"
# XML 1.0 §2.8: what may stand before the root element.
_PROLOG = (
    r"(?:[ \t\r\n]+|<\?.*?\?>|<!--.*?-->"
    rf"|(?P<doctype><!DOCTYPE(?:[^\"'\[>]|{_QUOTED})*+(?P<subset>\[(?:<!--.*?-->|<\?.*?\?>|{_QUOTED}|<(?!!--|\?)|[^\]\"'<])*+\])?\s*>))*+"
    r"(?=<(?P<root>[^\s/<>!?]++))"
)
_EPILOG = r"(?:[ \t\r\n]+|<\?.*?\?>|<!--.*?-->)*+"  # XML 1.0 §2.8: what may stand after it


@attrs.frozen(slots=True)
class Prolog:
    """What stands before the root element.

    Attributes:
        end: Where the root element begins.
        root: Its name, as written.
        doctype: The document type declaration, where it has an internal subset (an external one is never read); else nothing.
    """

    end: int
    root: str
    doctype: str


@attrs.frozen(slots=True)
class Extent:
    """Where a record stands: bytes of the payload, and what stands around it."""

    start: int
    end: int
    around: Around


class Search:
    """A payload to search for records.

    Args:
        payload: The bytes.
        charset: Its charset.
    """

    def __init__(self, payload: bytes, charset: str) -> None:
        self.charset = charset
        self.offset: Callable[[int], int | None]
        if charset in _TRANSPARENT:
            self.hay: Any = payload
            self.first = 3 if charset == "utf-8" and payload.startswith(b"\xef\xbb\xbf") else 0
            self.offset = int
        else:
            mapped = open_payload(payload, charset)
            self.hay, self.first, self.offset = mapped.text, 0, mapped.offset

    def prolog(self) -> Prolog:
        """Read what stands before the root element.

        Raises:
            MalformedPayload: There is no root element.
        """
        found = self._compiled(_PROLOG).match(self.hay, self.first)
        if found is None:
            raise MalformedPayload("no XML: there is no root element", offset=self.offset(self.first))
        doctype = self._text(found["doctype"]) if found["subset"] else ""
        return Prolog(found.end(), self._text(found["root"]), doctype)

    def place(self, position: int) -> int:
        """Return the code point, in the text without its byte order mark, of a position in `hay`."""
        return len(self._text(self.hay[self.first : position]))

    def extents(self, names: Collection[str]) -> Iterator[Extent]:
        """Yield where each outermost element of these local names stands, in order.

        Raises:
            MalformedPayload: Tags between the records do not fit each other, or the payload ends before its root element does.
        """
        prolog = self.prolog()
        token, position = self._compiled(MARKUP), prolog.end
        opened: list[tuple[str, str]] = []
        while True:
            found = token.search(self.hay, position)
            if found is None:
                raise self._broken(f"the payload ends inside {opened[-1][1] if opened else prolog.root!r}", len(self.hay))
            if found["broken"] is not None:
                raise self._broken("'<' begins no complete markup", found.start())
            position = found.end()
            if found["start"] is not None:
                name = self._text(found["start"])
                if name.rpartition(":")[2] in names:
                    position = self._end(found, name)
                    yield self._extent(found.start(), position, Around(prolog.doctype, tuple(opened)))
                elif not self._is_empty(found):
                    opened.append((self._text(found[0]), name))
            elif found["end"] is not None:
                self._close(opened, self._text(found["end"]), found.start())
            if not opened:
                break
        self._check_rest(position)

    def _close(self, opened: list[tuple[str, str]], name: str, place: int) -> None:
        if not opened or opened[-1][1] != name:
            raise self._broken(f"</{name}> closes nothing that is open here", place)
        opened.pop()

    def _check_rest(self, position: int) -> None:
        found = self._compiled(_EPILOG).match(self.hay, position)
        if found is None or found.end() < len(self.hay):
            raise self._broken("something stands behind the root element", position if found is None else found.end())

    def _end(self, start: re.Match[Any], name: str) -> int:
        """Return where the element that a start tag opens ends, counting elements of its name inside."""
        if self._is_empty(start):
            return start.end()
        depth = 1
        for found in self._compiled(_tags(name)).finditer(self.hay, start.end()):
            if found["broken"] is not None:
                raise self._broken("'<' begins no complete markup", found.start())
            if found["close"] is not None:
                depth -= 1
            elif found["open"] is not None and not self._is_empty(found):
                depth += 1
            if not depth:
                return int(found.end())
        raise self._broken(f"<{name}> is not closed", start.start())

    def _extent(self, start: int, end: int, around: Around) -> Extent:
        first, last = self.offset(start), self.offset(end)
        if first is None or last is None:
            raise self._broken("the record begins or ends inside a character", start)
        return Extent(first, last, around)

    def _is_empty(self, tag: re.Match[Any]) -> bool:
        return self._text(tag[0][-2:]) == "/>"

    def _text(self, found: Any) -> str:
        return decode(found, self.charset) if isinstance(found, bytes) else str(found)

    def _broken(self, message: str, place: int) -> MalformedPayload:
        return MalformedPayload(message, offset=self.offset(place))

    def _compiled(self, pattern: str) -> re.Pattern[Any]:
        return _compiled(pattern, self.charset if isinstance(self.hay, bytes) else None)


def _tags(name: str) -> str:
    tag = re.escape(name)
    return (
        rf"<(?:(?P<open>{tag}(?=[\s/>])(?:[^<>\"']|{_QUOTED})*+>)|(?P<close>/{tag}\s*>)|{_HIDING}|(?P<broken>[!?]|{tag}(?=[\s/>])))"
    )


@lru_cache(maxsize=256)
def _compiled(pattern: str, charset: str | None) -> re.Pattern[Any]:
    return re.compile(pattern.encode(charset) if charset else pattern, re.DOTALL)
