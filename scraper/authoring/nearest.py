"""What a page holds that comes nearest to what a selector looked for and does not find there any more.

The names that a selector speaks of (classes, ids, names of metas, quoted words, tags) and that the page no longer has are what was
lost; if it has them all, any of them. Each element of the page, leaf of its JSON, or line of its text is then
judged by what speaks for it: a name like a lost one, the tag that had it, a name that a page where the selector matched did not
have, a text that the field had there or one of its kind. This is a hint for people, and proves nothing.
"""

from __future__ import annotations

import difflib
import functools
import re
from typing import TYPE_CHECKING, Any, Final

import attrs
import orjson

from scraper.pages import HtmlPage, JsonPage, TextPage, XmlPage
from scraper.records import leaves_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scraper.pages import HtmlNode, Page, XmlNode

_ENOUGH: Final = 0.7  # of the weights below: a new name at the old tag is enough, a name a little alike is not
_ALIKE: Final = 0.7
_TAG: Final = 0.3
_NEW: Final = 0.4
_KIND: Final = 0.4
_SAME: Final = 0.8
_SHOWN: Final = 80  # characters of a text
_LONGER: Final = 60  # characters that may stand around a value in an element's text
_NAMING: Final = ("class", "id", "name", "property", "itemprop", "rel")
_QUOTED: Final = re.compile(r"""(["'])(.+?)\1""")
_MARKED: Final = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")
_POINTER: Final = re.compile(r"(?:^| )/[^/ ].*$")  # RFC 6901; behind the script's selector for JSON-LD
_ASIDE: Final = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|::?(?:text|attr|nth[\w-]*|first[\w-]*|last[\w-]*|not|has)\b")
_STEP: Final = re.compile(r"::|[\s/>+~,]+")  # also behind an axis of XPath
_TAG_NAME: Final = re.compile(r"^[A-Za-z][\w-]*")
_WORDS: Final = re.compile(r"[A-Za-z]{3,}")
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")


@attrs.frozen(slots=True)
class Nearest:
    """The nearest thing.

    Attributes:
        what: What it is: `a.identifier`, `meta[name="dc.title"]`, `/a/b` of JSON, `line 7`.
        text: Its text, or the start of it.
        why: What speaks for it.
        weight: How much that is.
    """

    what: str
    text: str
    why: tuple[str, ...]
    weight: float


@attrs.frozen(slots=True)
class _Thing:
    what: str
    names: tuple[str, ...]
    tag: str
    text: str


def nearest(selector: str, page: Page, before: Page | None = None, values: Sequence[str] = ()) -> Nearest | None:
    """Return the nearest thing to what a selector looked for; None where nothing is like it.

    Args:
        selector: The selector, as provenance has it.
        page: The page on which it matches nothing.
        before: A page on which it matched.
        values: Values that the field had.
    """
    things, old = list(_things(page)), list(_things(before)) if before is not None else []
    here = {name for each in things for name in each.names}
    names = [name for name in _names(selector) if name not in here] or _names(selector)
    tags = {each.tag for each in old if set(each.names) & set(names)} or set(_tags(selector))
    known = {name for each in old for name in each.names}
    judge = functools.partial(_judged, names=names, tags=tags, known=known if old else None, values=values)
    best = max(map(judge, things), key=lambda found: found.weight, default=None)
    return best if best and best.weight >= _ENOUGH else None


def _judged(thing: _Thing, *, names: Sequence[str], tags: set[str], known: set[str] | None, values: Sequence[str]) -> Nearest:
    """Weigh what speaks for a thing; a tag alone says nothing, nor a name that was another's before."""
    found: list[tuple[float, str]] = []
    likeness, lost, name = max(
        ((_likeness(lost, name), lost, name) for lost in names for name in thing.names), default=(0.0, "", "")
    )
    if likeness >= _ALIKE:
        found.append((likeness, f"{name!r} is what was looked for" if name == lost else f"{name!r} is like {lost!r}"))
    new = known is not None and [each for each in thing.names if each not in known]
    if new:
        found.append((_NEW, f"{new[0]!r} was not there before"))
    found += _by_text(thing.text, values)
    if found and thing.tag in tags:
        found.append((_TAG, f"the same tag, {thing.tag}"))
    shown = " ".join(thing.text.split())
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return Nearest(thing.what, shown, tuple(why for _, why in found), sum(weight for weight, _ in found))


def _by_text(text: str, values: Sequence[str]) -> list[tuple[float, str]]:
    """Tell whether a text holds a value that the field had, or a word of the kind that all its values are."""
    squashed = " ".join(text.split())
    for value in values:
        if len(value) > 3 and value in squashed and len(squashed) <= len(value) + _LONGER:  # noqa: PLR2004  # shorter ones are anywhere
            return [(_SAME, "it holds a text that the field had")]
    kinds = {_kind(value) for value in values}
    if (
        len(kinds) == 1
        and None not in kinds
        and len(squashed) <= _LONGER
        and any(_kind(word) in kinds for word in (squashed, *squashed.split()))
    ):
        return [(_KIND, "it holds a text of the kind that the field had")]
    return []


def _kind(text: str) -> str | None:
    """Return the form of a text that has one: `10.5555/x.1` is of the form `9.9/…`; None for mere words."""
    runs = re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", text))
    return None if " " in text or "9" not in runs else runs[:4]


def _likeness(lost: str, name: str) -> float:
    """Return how like two names are, from 0 to 1: by their letters, or by whole words of theirs."""
    one, two = (frozenset(map(str.lower, _WORD.findall(each))) for each in (lost, name))
    shared = 0.8 if one and two and (one <= two or two <= one) else 0.0
    return max(shared, difflib.SequenceMatcher(None, lost.lower(), name.lower()).ratio())


# What a selector speaks of


def _names(selector: str) -> list[str]:
    """Return the names in a selector: classes, ids, what is quoted; words of a pattern for text; a JSON Pointer's last member."""
    if selector.startswith(("search(", "between(")):
        return _WORDS.findall(selector.partition("(")[2])
    if pointer := _POINTER.search(selector):
        return [part for part in pointer[0].split("/") if _WORDS.search(part)][-1:]
    bare = _QUOTED.sub("", selector)
    names = [*(found[1] for found in _QUOTED.findall(selector)), *_MARKED.findall(bare)]
    return list(dict.fromkeys(names)) or _tags(selector)


def _tags(selector: str) -> list[str]:
    """Return the tag of a selector's last part, if it names one."""
    bare = _QUOTED.sub("", selector).rpartition(" >> ")[2]
    bare = _ASIDE.sub("", _ASIDE.sub("", bare))  # brackets stand in brackets, but seldom deeper
    steps = [step for step in _STEP.split(bare) if step and not step.startswith((".", "@", "text", "*"))]
    return _TAG_NAME.findall(steps[-1]) if steps else []


# What a page holds


def _things(page: Page) -> Iterator[_Thing]:
    match page:
        case HtmlPage():
            yield from map(_element, page.css("*"))
            for block in page.json_ld_all():
                yield from _leaves(orjson.loads(block.source().value), "JSON-LD ")
        case XmlPage():
            yield from (attrs.evolve(each, names=(each.tag, *each.names)) for each in map(_element, page.css("*")))
        case JsonPage():
            yield from _leaves(orjson.loads(page.at("").source().value), "")
        case TextPage():
            for number, line in enumerate(page.lines(), 1):
                text = line.value or ""
                yield _Thing(f"line {number}", tuple(_WORDS.findall(text.partition(":")[0])), "", text)


def _element(node: HtmlNode | XmlNode) -> _Thing:
    attributes = {name: node.attr(name).value or "" for name in _NAMING}
    names = [word for name in _NAMING for word in attributes[name].split()]
    text = node.attr("content").value if node.tag == "meta" else node.own_text().value
    above = node.parent
    around = f"{_told(above)} > " if not names and above is not None and above.tag not in {"body", "head", "html"} else ""
    return _Thing(around + _told(node), tuple(dict.fromkeys(names)), node.tag, text or "")


def _told(node: HtmlNode | XmlNode) -> str:
    """Return an element as a selector would name it."""
    told = node.tag + "".join(f".{word}" for word in (node.attr("class").value or "").split())
    own = {name: node.attr(name).value for name in _NAMING[1:]}
    return told + "".join(f"#{value}" if name == "id" else f'[{name}="{value}"]' for name, value in own.items() if value)


def _leaves(data: Any, told: str) -> Iterable[_Thing]:
    for path, value in leaves_of(data):
        names = [part for part in path.split("/") if not part.isdecimal()]
        yield _Thing(f"{told}{path}", tuple(names[-1:]), "", str(value))
