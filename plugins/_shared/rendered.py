"""An HTML page as the lines that a text dump of it holds, each still pointing at its bytes.

Of some sites nothing but text dumps is known. Their HTML is read by the same words: blocks become lines, cells of a table's row
stand on one line, navigation is left out. What the text layouts are tested for stays true, and their doubts stay doubts.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, cast

from plugins._shared.nodes import tidy
from scraper.quoting import MISSING, Sourced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugins._shared.lines import Text
    from scraper.pages import HtmlNode, HtmlPage, TextPage

# One selector, not a list of them: each member of a list would be looked for by itself.
_BLOCKS = (
    ":is(address, article, aside, blockquote, br, caption, center, dd, details, div, dl, dt, fieldset, figcaption, figure, footer, "
    "form, h1, h2, h3, h4, h5, h6, header, hr, li, main, ol, p, pre, section, summary, table, tbody, td, tfoot, th, thead, tr, ul)"
)
_UNSHOWN = frozenset({"script", "style", "noscript", "template", "select", "option", "svg", "nav", "iframe"})
_BREAK = re.compile(r"[\t\n\v\f\r]")
_CELLS = frozenset({"td", "th"})


class Rendered:
    """The lines of an HTML page, with as much of a text page as the text layouts ask for."""

    def __init__(self, page: HtmlPage) -> None:
        self.url = page.url
        self._page = page

    @cached_property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(line.value for line in self._lines)

    def lines(self) -> list[Text]:
        """Return every line that says something."""
        return list(self._lines)

    def search(self, pattern: str | re.Pattern[str]) -> Text:
        """Return the first match of an expression within a line, or `MISSING`."""
        return next((found for found in (line.re(pattern) for line in self._lines) if found), MISSING)

    @cached_property
    def _lines(self) -> Sequence[Text]:
        return [line for body in self._page.css("body") for line in _lines(body) if line]


def rendered(page: HtmlPage) -> TextPage:
    """Return a page as the text layouts see one: what they ask of it, `Rendered` answers."""
    return cast("TextPage", Rendered(page))


def shows(page: HtmlPage, text: str, *one_of: str) -> bool:
    """Whether a page shows certain words: a quick look before its lines are cut, which takes a thousand times as long.

    Most pages lack the words, which their source tells at once: nobody writes letters of ASCII as references. Only of the others
    is it asked where the words stand.

    Args:
        page: The page.
        text: What some element says directly, on one line, and nothing else.
        one_of: Of these, one is among what some element says.
    """
    source = page.source
    if text not in source or all(each.isascii() and each not in source for each in one_of):
        return False
    if not page.xpath(f"//*[text()[normalize-space(.)='{text}']]"):
        return False
    among = " or ".join(f"contains(., '{each}')" for each in one_of)
    return bool(page.xpath(f"//*[text()[{among}]]"))


def _lines(node: HtmlNode) -> Iterator[Text]:
    if node.tag == "tr" and not any(_holds_blocks(cell) for cell in node.children):
        yield _row(node)
        return
    if not any(child.tag in _UNSHOWN or child.css(_BLOCKS) for child in node.children):
        yield _line(node.text())
        return
    run: list[HtmlNode] = []
    for part in node.xpath("./text() | ./*"):
        if part.tag and part.css(_BLOCKS):
            yield _joined(run)
            run = []
            yield from () if part.tag in _UNSHOWN else _lines(part)
        elif part.tag not in _UNSHOWN:
            run.append(part)
    yield _joined(run)


def _holds_blocks(cell: HtmlNode) -> bool:
    return cell.tag not in _CELLS or any(child.css(_BLOCKS) for child in cell.children)


def _row(node: HtmlNode) -> Text:
    """Return a table's row as one line; in one piece where white space between the cells keeps their words apart."""
    whole, cells = node.text().squash(), [tidy(cell.text()) for cell in node.children]
    apart = " ".join(cell.value for cell in cells if cell)
    return whole if whole and whole.value == apart else Sourced.join(" ", cells)


def _joined(run: Sequence[HtmlNode]) -> Text:
    """Return what stands between two blocks as one line."""
    texts = [text for text in (part.text() for part in run) if text]
    said = [text for text in texts if text.strip()]
    return _line(said[0] if len(said) == 1 else Sourced.join("", texts))


def _line(text: Text) -> Text:
    """Return a text as one line. Spaces stay as they are: dumps hold runs of them, and the layouts collapse those themselves."""
    stripped = text.strip()
    return stripped.squash() if stripped and _BREAK.search(stripped.value) else stripped
