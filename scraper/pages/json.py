"""`JsonPage` and `JsonNode`: JSON opened for quoting.

The standard library's scanner reads the text once to prove it well-formed; where a member stands is found later, by walking to
the asked pointer with the same scanner. So a value costs its walk, and what nobody asks about costs nothing more.

JSON may also stand inside another payload (JSON-LD in a script element): `JsonNode.parse` takes a range of code points.
"""

from __future__ import annotations

import json
import re
from collections import deque
from typing import TYPE_CHECKING, Any, Final, NoReturn

from scraper.errors import ExcessivePayload, MalformedPayload, QuotingError
from scraper.pages._json_source import MAX_DEPTH, JsonSource, after_space, charset_of, load
from scraper.quoting import MISSING, Sourced, open_payload, quote
from scraper.quoting.escapes import json_text
from scraper.quoting.quote import quote_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.quoting import PayloadMap

    Key = str | int

__all__ = ["MAX_DEPTH", "JsonNode", "JsonPage"]

_ABSENT: Final = object()
_KINDS = {
    dict: "object", list: "array", str: "string", int: "number", float: "number", bool: "boolean", type(None): "null",
}  # fmt: skip
_INDEX = re.compile(r"0|[1-9][0-9]*")  # RFC 6901 §4, array-index


class JsonNode:
    """A value in a JSON text, or one that is not there (falsy; whatever is asked of it is not there either).

    Attributes:
        pointer: Its place in the text, an RFC 6901 pointer.
    """

    __slots__ = ("_known", "_members", "_passed", "_place", "_source", "_value", "pointer")

    def __init__(self, source: JsonSource, place: int, value: Any, pointer: str) -> None:
        self._source = source
        self._place = place
        self._value = value
        self._passed: dict[Key, int] = {}  # where children stand that were walked by
        # Where they stand for certain: a member walked by may be repeated further on.
        self._known = self._passed if isinstance(value, list) else {}
        self._members: Iterator[tuple[Key, int]] | None = None
        self.pointer = pointer

    @classmethod
    def parse(cls, mapped: PayloadMap, start: int = 0, end: int | None = None, *, selector: str = "") -> JsonNode:
        """Parse the JSON text in a range of a payload's text.

        Raw control characters inside strings are accepted, and so are `NaN` and `Infinity` (RFC 8259 §9 lets a reader be
        lenient): pages hold the former, and the latter cost their own field only.

        Args:
            mapped: The payload.
            start: The first code point of the range.
            end: The code point after the range; None for the end of the text.
            selector: Where the range is, for people; stands before the pointers in selectors.

        Raises:
            MalformedPayload: The range is no JSON text; the error says the line and the byte in the payload.
            ExcessivePayload: It nests deeper than `MAX_DEPTH`.
        """
        text = mapped.text[start:end]
        try:
            value, decoder = load(text)
        except json.JSONDecodeError as error:
            line = mapped.text.count("\n", 0, start) + error.lineno
            raise MalformedPayload(f"no JSON: {error.msg}", line=line, offset=mapped.offset(start + error.pos)) from error
        except ExcessivePayload as error:
            raise ExcessivePayload(error.reason, offset=mapped.offset(start)) from error
        return cls(JsonSource(text, mapped, start, decoder, selector), after_space(text, 0), value, "")

    # Being looked at

    def __bool__(self) -> bool:
        """Whether it is there (an empty object, `false` and `null` are)."""
        return self._value is not _ABSENT

    def __repr__(self) -> str:
        return f"<JsonNode {self.selector} {self.kind}>"

    @property
    def kind(self) -> str:
        """What it is: `object`, `array`, `string`, `number`, `boolean`, `null`, or `absent`."""
        return _KINDS.get(type(self._value), "absent")

    @property
    def selector(self) -> str:
        """How it was found, for people: where the text stands, and the pointer."""
        return f"{self._source.selector} {self.pointer}".strip()

    def __len__(self) -> int:
        return len(self._value) if isinstance(self._value, dict | list) else 0

    def __contains__(self, key: str) -> bool:
        return isinstance(self._value, dict) and key in self._value

    # Going down

    def __getitem__(self, key: Key) -> JsonNode:
        """Return a member by its name, or an element by its number (from the end when negative)."""
        match self._value, key:
            case dict() as members, str() if key in members:
                return self._child(key)
            case list() as elements, int() if -len(elements) <= key < len(elements):
                return self._child(key % len(elements))
        return JsonNode(self._source, -1, _ABSENT, f"{self.pointer}/{_escaped(key)}")

    def __iter__(self) -> Iterator[JsonNode]:
        """Yield each element of an array, or the value of each member of an object."""
        return (self._child(key) for key in self._keys())

    def keys(self) -> list[str]:
        """Return the names of an object's members."""
        return list(self._value) if isinstance(self._value, dict) else []

    def items(self) -> Iterator[tuple[str, JsonNode]]:
        """Yield each member of an object: its name and its value."""
        return ((key, self._child(key)) for key in self.keys())

    def each(self) -> list[JsonNode]:
        """Return an array's elements, nothing for nothing (`null` too), else the value itself: JSON-LD writes one as one."""
        if isinstance(self._value, list):
            return list(self)
        return [self] if self and self._value is not None else []

    def at(self, pointer: str) -> JsonNode:
        """Return the value at a JSON Pointer below this one.

        Raises:
            QuotingError: It is no JSON Pointer (RFC 6901 §3).
        """
        if (pointer and not pointer.startswith("/")) or re.search("~(?![01])", pointer):
            raise QuotingError(f"{pointer!r} is no JSON Pointer: it begins with '/', and '~' stands only in '~0' and '~1'")
        node = self
        for token in pointer.split("/")[1:]:
            name = token.replace("~1", "/").replace("~0", "~")
            index = isinstance(node._value, list) and _INDEX.fullmatch(name)
            node = node[int(name) if index and len(name) < 16 else name]  # noqa: PLR2004  # more digits than any index has
        return node

    def find_all(self, *types: str) -> list[JsonNode]:
        """Return every object of a type (`@type`), through lists, `@graph` and members: shallow ones first, then in order.

        Args:
            types: Names such as `ScholarlyArticle`. A vocabulary before the name on the page does not matter
                (`schema:ScholarlyArticle`, `https://schema.org/ScholarlyArticle`).
        """
        wanted, found = set(types), []
        queue: deque[tuple[Any, tuple[Key, ...]]] = deque([(self._value, ())])
        while queue:
            value, path = queue.popleft()
            if isinstance(value, dict):
                if wanted & _types(value):
                    found.append(self._descend(path))
                queue.extend((each, (*path, key)) for key, each in value.items() if isinstance(each, dict | list))
            elif isinstance(value, list):
                queue.extend((each, (*path, index)) for index, each in enumerate(value) if isinstance(each, dict | list))
        return found

    def find(self, *types: str) -> JsonNode:
        """Return the first object of a type, see `find_all`; an absent node if there is none."""
        return next(iter(self.find_all(*types)), JsonNode(self._source, -1, _ABSENT, self.pointer))

    # Quoting

    def get(self) -> Sourced[Any]:
        """Return a leaf: a string, a number or a truth value; `MISSING` for anything else.

        A string's span lies inside its quotes. A number that the output could not hold is unreadable, see the step `json`.
        """
        match self._value:
            case str():
                return self._string()
            case int() | float():
                return self._literal().then("json")
        return MISSING

    def text(self) -> Sourced[str]:
        """Return a leaf as text: a string, or a number or truth value as it is written; `MISSING` for anything else."""
        return self._literal() if isinstance(self._value, int | float) else self.get()

    def source(self) -> Sourced[str]:
        """Return the value's verbatim JSON source, whatever it is."""
        if not self:
            return MISSING
        return self._quoted(self._place, self._source.end(self._place), "markup")

    def _string(self) -> Sourced[str]:
        source = self._source
        start, end = self._place + 1, source.end(self._place) - 1
        value = json_text(source.text[start:end])
        found = quote_as(source.mapped, source.base + start, source.base + end, value, selector=self.selector, as_="json")
        why = "the bytes of the string do not read back to it"
        return Sourced.unlocated(value, why, selector=self.selector) if found is None else found

    def _literal(self) -> Sourced[str]:
        return self._quoted(self._place, self._source.end(self._place), "raw")

    def _quoted(self, start: int, end: int, as_: str) -> Sourced[str]:
        source = self._source
        return quote(source.mapped, source.base + start, source.base + end, selector=self.selector, as_=as_)

    # Walking

    def _keys(self) -> list[Key]:
        match self._value:
            case dict():
                return list(self._value)
            case list():
                return list(range(len(self._value)))
        return []

    def _descend(self, path: tuple[Key, ...]) -> JsonNode:
        node = self
        for key in path:
            node = node._child(key)
        return node

    def _child(self, key: Key) -> JsonNode:
        """Return a child that is there.

        Of members of one name the last counts, as in every common reader (RFC 8259 §4 leaves it open), so an object is walked to
        its end; except for its first child asked for, when the name does not occur again: that makes one pointer cheap.
        """
        if key not in self._known:
            self._find(key)
        return JsonNode(self._source, self._known[key], self._value[key], f"{self.pointer}/{_escaped(key)}")

    def _find(self, key: Key) -> None:
        first, self._members = self._members is None, self._members or self._walk()
        for name, place in self._members:
            self._passed[name] = place
            if name == key and (isinstance(name, int) or (first and self._source.unique(name, place))):
                self._known[name] = place
                return
        self._known = self._passed

    def _walk(self) -> Iterator[tuple[Key, int]]:
        """Yield the key and place of each child; text that has been parsed is not checked again."""
        text, index = self._source.text, 0
        place = after_space(text, self._place + 1)
        while text[place] not in "]}":
            key: Key = index
            if isinstance(self._value, dict):
                key, place = self._source.decoder.raw_decode(text, place)
                place = after_space(text, after_space(text, place) + 1)
            yield key, place
            place = after_space(text, self._source.end(place))
            if text[place] == ",":
                place = after_space(text, place + 1)
            index += 1

    def __reduce__(self) -> NoReturn:
        raise QuotingError("nodes do not travel between processes: send the payload, or the values, which hold no page")


class JsonPage:
    """A JSON payload. What a node can do, the page does for its root.

    Args:
        payload: The bytes; a byte order mark is not part of the text.
        charset: The declared charset label. JSON is UTF-8 whatever is declared (RFC 8259 §8.1, §11), or the Unicode encoding that
            its first bytes show; the label counts where it is neither.
        url: The page's URL, if it is known.

    Attributes:
        charset: The charset that the payload is decoded with. To open the payload again with it changes nothing.
        root: The whole value.

    Raises:
        MalformedPayload: The payload is no JSON text.
        ExcessivePayload: It nests deeper than `MAX_DEPTH`.
        UnsupportedCharset: The payload is in a stateful charset.
    """

    media_type = "application/json"

    def __init__(self, payload: bytes, *, charset: str | None = None, url: str | None = None) -> None:
        self.url = url
        self._map = open_payload(payload, charset_of(payload, charset))
        self.charset = self._map.charset
        self.root = JsonNode.parse(self._map)

    def at(self, pointer: str) -> JsonNode:
        """Return the value at a JSON Pointer; see `JsonNode.at`."""
        return self.root.at(pointer)

    def __getitem__(self, key: Key) -> JsonNode:
        return self.root[key]

    def __iter__(self) -> Iterator[JsonNode]:
        return iter(self.root)

    def find_all(self, *types: str) -> list[JsonNode]:
        """Return every object of a type; see `JsonNode.find_all`."""
        return self.root.find_all(*types)

    def find(self, *types: str) -> JsonNode:
        """Return the first object of a type; see `JsonNode.find`."""
        return self.root.find(*types)

    def __reduce__(self) -> NoReturn:
        raise QuotingError("pages do not travel between processes: send the payload, or the values, which hold no page")


def _escaped(key: Key) -> str:
    """Write a key as a token of a JSON Pointer; a lone surrogate in it as U+FFFD, so that the selector can be written."""
    name = str(key)
    if not name.isascii():
        name = name.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return name.replace("~", "~0").replace("/", "~1")


def _types(members: dict[str, Any]) -> set[str]:
    """Return the local names of an object's `@type`, which is a name or a list of names."""
    stated = members.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return {re.split("[/#:]", name)[-1] for name in names if isinstance(name, str)}
