"""Selectors as Scrapy users write them, taken apart into what the parser's own engines understand.

To W3C selectors come `::text` and `::attr(name)`, also in unions of both; a leading `> x`, relative to the node; `:contains("x")`
and `[a!=b]`. Relative to a node a selector begins at the node itself or below it, as parsel has it: `div p` finds no `p` whose
`div` lies outside. To XPath 1.0 comes `has-class("a", "b")`.

Source: the parsel documentation, "Extensions to CSS selectors" and "Other XPath extensions".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

import attrs
from turbohtml import parse
from turbohtml.convert import css_to_xpath

from scraper.errors import BadSelector

_TOKEN = re.compile(
    r"""(?P<text>\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<differs>\[\s*[^\]\[!=~|^$*"']+!=(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\]"'])*\])
    |(?P<contains>:contains\(\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^()"']*)\s*\))
    |(?P<open>[\[(])|(?P<close>[\])])
    |(?P<pseudo>::[\w-]+(?:\([^()]*\))?)
    |(?P<comma>\s*,\s*)
    |(?P<combinator>\s*[>+~]\s*|\s+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ATTR = re.compile(r"::attr\(\s*([\w:.-]+)\s*\)")
_HAS_CLASS = re.compile(r"""has-class\(\s*((?:"[^"]*"|'[^']*')(?:\s*,\s*(?:"[^"]*"|'[^']*'))*)\s*\)""")
_QUOTED = re.compile(r"""["']([^"']*)["']""")
_PLACEHOLDER = "scraper-contains-"
_PROBE = parse("")  # selecting in it tells whether a selector can be read


@attrs.frozen(slots=True)
class Part:
    """One member of a selector's union.

    Attributes:
        css: The selector for a whole page.
        scoped: The selector relative to a node, without the node itself.
        reflexive: Whether the node itself may match, by `css`.
        xpath: The same as an XPath expression, where the CSS engine cannot express it.
        take: What of the elements is wanted.
        name: The wanted attribute's name.
        deep: Whether it is wanted of the elements and all below them.
    """

    css: str
    scoped: str
    reflexive: bool
    xpath: str | None = None
    take: Literal["element", "text", "attribute"] = "element"
    name: str = ""
    deep: bool = False


@attrs.define
class _Reading:
    """A union's member while it is read: compounds and the combinators between them, in turn."""

    pieces: list[str] = attrs.field(factory=lambda: [""])
    pseudo: str = ""
    contains: list[str] = attrs.field(factory=list)

    def compound(self, text: str) -> None:
        self.pieces[-1] += text

    def combinator(self, text: str) -> None:
        self.pieces += [text.strip() or " ", ""]


@lru_cache(maxsize=4096)
def parse_css(selector: str) -> tuple[Part, ...]:
    """Take a CSS selector apart.

    Raises:
        BadSelector: It cannot be read.
    """
    members, depth = [_Reading()], 0
    for found in _TOKEN.finditer(selector.strip()):
        kind, text = found.lastgroup, found[0]
        member = members[-1]
        if kind == "contains":
            member.compound(f"[{_PLACEHOLDER}{len(member.contains)}]")
            member.contains.append(_unquoted(text[len(":contains(") : -1].strip()))
        elif kind == "differs":
            name, _, value = text[1:-1].partition("!=")
            member.compound(f":not([{name.strip()}={value.strip()}])")
        elif depth == 0 and kind in {"comma", "combinator", "pseudo"}:
            _at_top(members, kind, text, selector)
        else:
            depth += (kind == "open") - (kind == "close")
            member.compound(text)
    return tuple(_part(member, selector) for member in members)


def _at_top(members: list[_Reading], kind: str, text: str, selector: str) -> None:
    if kind == "comma":
        members.append(_Reading())
    elif members[-1].pseudo:
        raise BadSelector(f"selector {selector!r}: nothing can follow {members[-1].pseudo}")
    elif kind == "combinator":
        members[-1].combinator(text)
    else:
        members[-1].pseudo = text


def _part(member: _Reading, selector: str) -> Part:
    pieces = member.pieces
    take, name = _taken(member.pseudo, selector)
    if pieces[0] == "" and len(pieces) > 1 and pieces[1] in "+~":
        raise BadSelector(f"selector {selector!r} leaves the node it begins at: use xpath('following-sibling::…')")
    deep = False
    if take != "element":
        # `X ::text` and `X *::text` are every text of X and below, as parsel has it.
        pieces[-1] = pieces[-1] or "*"
        if len(pieces) > 1 and pieces[-2:] == [" ", "*"]:
            pieces, deep = pieces[:-2], True
    return _checked(pieces, member.contains, selector, Part("", "", reflexive=False, take=take, name=name, deep=deep))


def _checked(pieces: list[str], contains: list[str], selector: str, part: Part) -> Part:
    """Write a member for the engines: for a page, and relative to a node."""
    leading, rest = pieces[0] == "", "".join(pieces[1:])
    page = f"{pieces[2]}:root{''.join(pieces[3:])}" if leading and rest else "".join(pieces)
    scoped = f":scope{rest}" if leading else f"{pieces[0]}:is(:scope, :scope *){rest}" if rest else pieces[0]
    try:
        _PROBE.select(page)
        xpath = _contains(pieces[2:] if leading else pieces, contains, "child::" if leading else "descendant-or-self::")
    except ValueError as error:
        raise BadSelector(f"selector {selector!r} cannot be read: {error}") from error
    return attrs.evolve(part, css=page, scoped=scoped, reflexive=not rest and not leading, xpath=xpath)


def _contains(pieces: list[str], contains: list[str], prefix: str) -> str | None:
    """Write a member as an XPath expression if it needs `contains()`."""
    if not contains:
        return None
    xpath = css_to_xpath("".join(pieces), prefix=prefix)
    for number, text in enumerate(contains):
        xpath = xpath.replace(f"@{_PLACEHOLDER}{number}", f"contains(., {_literal(text)})", 1)
    return xpath


def _taken(pseudo: str, selector: str) -> tuple[Literal["element", "text", "attribute"], str]:
    if not pseudo:
        return "element", ""
    if pseudo == "::text":
        return "text", ""
    found = _ATTR.fullmatch(pseudo)
    if found is None:
        raise BadSelector(f"selector {selector!r}: {pseudo} is not known, only ::text and ::attr(name) are")
    return "attribute", found[1]


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[:1] in ("'", '"') else text


def _literal(text: str) -> str:
    """Write a text as an XPath expression; XPath 1.0 has no escapes."""
    if '"' not in text:
        return f'"{text}"'
    return "concat(" + ", '\"', ".join(f'"{part}"' for part in text.split('"')) + ")"


@lru_cache(maxsize=4096)
def parse_xpath(query: str) -> str:
    """Return a query with `has-class()` written out."""
    return _HAS_CLASS.sub(lambda found: _classes(_QUOTED.findall(found[1])), query)


def _classes(names: list[str]) -> str:
    tests = [f"contains(concat(' ', normalize-space(@class), ' '), {_literal(f' {name} ')})" for name in names]
    return f"({' and '.join(tests)})"
