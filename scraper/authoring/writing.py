"""A proposal → the module of a plugin, as its author would have written it; what else was seen stands beside it as comments."""

from __future__ import annotations

import ast
import itertools
import keyword
import re
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from url_matcher import Patterns
from url_matcher.matcher import PatternsMatcher

from scraper.authoring.ways import fitted, indented, text_code, texts_of
from scraper.errors import UsageError
from scraper.pages import HtmlPage, open_page
from scraper.sites.hookspecs import API

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from string import Template

    from scraper.archive import Capture
    from scraper.authoring.propose import Proposal, Proposed

_HTML: Final = ("text/html", "application/xhtml+xml")
_OTHERS: Final = 3
_WIDTH: Final = 88  # of comments
_LINE: Final = 132
_TAKEN: Final = {"site", "page", "linked", "group", "each", "part", "scraper_sites", "hookimpl"}
_WORDS: Final = re.compile(r"(?=.{1,20}$)[a-z]+(?:[_-][a-z]+)?(?:\.[a-z]{2,5})?", re.IGNORECASE)
_SCRIPT: Final = re.compile(r"[\w-]+\.(?:php|aspx?|f?cgi|jsp)")
_NAMED: Final = re.compile(r"(?:citation_|bepress_|eprints\.|dc(?:terms)?[.:]|prism[.:]|article:|og:)[\w.:-]{1,60}", re.IGNORECASE)
_MANY: Final = 12
_FOLDERS: Final = 3


def url_pattern(url: str) -> str:
    """Return a pattern of a page's URL that pages beside it will share: its host, and the leading parts of its path that are words.

    Args:
        url: The page's URL, http or https.

    Raises:
        UsageError: No pattern of its host matches it.
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower().removeprefix("www.")
    *folders, last = parts.path.removeprefix("/").split("/")
    shared = list(itertools.takewhile(_WORDS.fullmatch, folders))[:_FOLDERS]
    path = "".join(f"{each}/" for each in shared) + (last if shared == folders and _SCRIPT.fullmatch(last) else "")
    found = next((each for each in (f"{host}/{path}".rstrip("/" if not path else ""), host) if _matches(each, url)), None)
    if found is None:
        raise UsageError(f"no pattern of url-matcher matches {url}")
    return found


def _matches(pattern: str, url: str) -> bool:
    try:
        return bool(PatternsMatcher("site", Patterns([pattern])).match(url))
    except ValueError:
        return False


def module_code(template: Template, name: str, capture: Capture, proposed: Proposed, *, priority: int | None = None) -> str:
    """Write the module of a plugin.

    Args:
        template: The module with its gaps.
        name: The site's name.
        capture: The page.
        proposed: What was proposed for it.
        priority: The site's priority; None for the usual one.
    """
    page = open_page(capture.payload, capture.media_type, charset=capture.charset, url=capture.url)
    body = _body(proposed, list(_unused(page, proposed)))
    type_ = proposed.type
    media_types = _HTML if isinstance(page, HtmlPage) else (capture.media_type,)
    layout = type_.TYPE.partition("/")[0]
    return template.substitute(
        name=name,
        host=_safe(urlsplit(capture.url).netloc)[:60],
        url=_safe(capture.url),
        day=_safe(capture.date[:10]),
        imports=_imports(body, proposed, type(page).__name__),
        pattern=text_code(url_pattern(capture.url)),
        priority="" if priority is None else f", priority={priority}",
        api=str(API),
        layout=layout,
        function=layout if layout.isidentifier() and layout not in _TAKEN and not keyword.iskeyword(layout) else f"read_{layout}",
        media_types=", ".join(map(text_code, media_types)),
        page=type(page).__name__,
        record=type_.__name__,
        body=body,
    )


def _safe(text: str) -> str:
    """Write a text so that it can stand in a docstring."""
    return re.sub(r"[^ -~]|[\"\\$]", "_", text)


def _imports(body: str, proposed: Proposed, page: str) -> str:
    """Write the imports: each name that the code uses, from where it is."""
    used = {node.id for node in ast.walk(ast.parse(f"def layout():\n{body}")) if isinstance(node, ast.Name)}
    home = proposed.type.__module__
    modules = {
        "scraper.pages": {page},
        "scraper.quoting": {"MISSING", "Sourced"} & used,
        home: {name for name in used if isinstance(vars(sys.modules[home]).get(name), type)} - {"Sourced"},
        "scraper.sites": {"Site", "hookimpl"},
    }
    return "\n".join(f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(modules.items()) if names)


def _body(proposed: Proposed, unused: Sequence[str]) -> str:
    """Write what the layout does."""
    lines = [f"linked = {proposed.linked}"] if proposed.linked else []
    lines += [f"# nothing is read from the metas {', '.join(unused[at : at + 3])}" for at in range(0, len(unused), 3)]
    lines.append(f"return {_call(proposed.type.__name__, proposed.fields, 4)}")
    return "".join(f"    {indented(line)}\n" for line in lines)


def _call(name: str, fields: Sequence[Proposal], indent: int) -> str:
    """Write the call that makes a record or a part, with comments on its fields."""
    inner = indent + 4
    lines = [f"{name}("]
    for field in fields:
        room = _LINE - inner - len(field.name) - 2
        code = _call(field.part, field.parts, inner) if field.part else fitted(field.best.code, room)
        lines += [f"    {comment}" for comment in _comments(field, inner)]
        lines.append(f"    {field.name}={indented(code)},")
    return "\n".join([*lines, ")"])


def _comments(field: Proposal, indent: int) -> Iterator[str]:
    """Yield comments on where else a field was seen: places that say the same on one line, each other place on its own."""
    same = [other.told for other in field.others if other.value == field.best.value]
    differing = [f"also seen at {other.told}: {shown(other.value)}" for other in field.others if other.value != field.best.value]
    told = [f"read from {field.best.told}"] if "guess" in field.best.told else []
    told += ([f"the same stands at {', '.join(same[:_OTHERS])}"] if same else []) + differing[:_OTHERS]
    for text in told:
        line = f"# {_commented(text)}"
        room = _WIDTH - indent
        yield line if len(line) <= room else f"{line[: room - 3].rstrip()}..."


def shown(value: Any) -> str:
    """Return plain JSON values for people, on one line."""
    texts = texts_of(value) or [str(value)]
    return "; ".join(" ".join(text.split()) for text in texts)


def _commented(text: str) -> str:
    """Write a text so that it can stand in a comment: ASCII, and nothing that a tool takes for a word to itself."""
    plain = unicodedata.normalize("NFKD", text.translate(_TYPOGRAPHIC))
    ascii_ = "".join(letter for letter in plain if not unicodedata.combining(letter)).encode("ascii", "replace").decode()
    printable = re.sub(r"[^ -~]", " ", ascii_)
    return re.sub(r"#(?=\s|!|todo|fixme|xxx|hack|noqa|type|pragma|fmt|ruff)", "", printable, flags=re.IGNORECASE)


_TYPOGRAPHIC: Final = {0x2013: "-", 0x2014: "-", 0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2026: "..."}


def _unused(page: Any, proposed: Proposed) -> Iterator[str]:
    """Yield the names of metas that say something of the page's subject and that nothing was read from."""
    if not isinstance(page, HtmlPage):
        return
    told = {name.lower() for field in _all(proposed.fields) for found in (field.best, *field.others) for name in _names(found)}
    names = [value.value.strip() for value in page.css("meta::attr(name), meta::attr(property)").getall() if value]
    left = [name for name in dict.fromkeys(names) if _NAMED.fullmatch(name) and name.lower() not in told and page.meta(name)]
    yield from sorted(left)[:_MANY]


def _all(fields: Sequence[Proposal]) -> Iterator[Proposal]:
    for field in fields:
        yield field
        yield from _all(field.parts)


def _names(found: Any) -> list[str]:
    return re.findall(r"[\w.:-]+", f"{found.told} {found.code}")
