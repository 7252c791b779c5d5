"""HTML pages as lines of text."""

from __future__ import annotations

import pytest

from plugins._shared.rendered import rendered, shows
from scraper.pages import HtmlPage


def page(body: str) -> HtmlPage:
    """A page of which the body is written."""
    return HtmlPage(f"<!DOCTYPE html><html><body>{body}</body></html>".encode())


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<p>One <b>two</b>\n three</p><p> </p><p>four</p>", ["One two three", "four"]),
        ("one<br>two <i>three</i><br/>four", ["one", "two three", "four"]),
        ("<div>one <p>two</p> three <b>four</b></div>", ["one", "two", "three four"]),
        ("<ul><li><sup>1</sup>One</li><li>Two</li></ul>", ["1One", "Two"]),
        ("<table><tr><td>One</td><td>two</td></tr><tr> <th>Three</th> <td>four</td></tr></table>", ["One two", "Three four"]),
        ("<table><tr><td><p>One</p><p>two</p></td></tr></table>", ["One", "two"]),
        ("<nav>Menu</nav><p>One<script>x()</script></p><select><option>No</option></select><nav><p>No</p></nav>", ["One"]),
        ("<span>One <div>two</div></span>", ["One", "two"]),
        ("<p>One.  Two &amp; three</p>", ["One.  Two & three"]),
    ],
)
def test_blocks_make_lines(body: str, lines: list[str]) -> None:
    """Blocks and breaks end lines, cells of a row share one, and what no reader sees is left out."""
    shown = rendered(page(body))
    assert [line.value for line in shown.lines()] == lines
    assert shown.text == "\n".join(lines)


def test_lines_can_be_searched() -> None:
    """An expression finds its first match in any line, and points at its bytes."""
    found = rendered(page("<p>One</p><p>PMID: 12</p>")).search(r"PMID: (\d+)")
    assert found.value == "12"
    assert found.spans[0][1] - found.spans[0][0] == 2


def test_a_quick_look() -> None:
    """The first text must be all that stands somewhere, and of the others one must stand anywhere."""
    body = "<h2>\n Journal </h2><p>Primary Rating: 3</p>"
    assert shows(page(body), "Journal", "Nothing", "Primary Rating")
    assert not shows(page(body), "Journal", "Nothing")
    assert not shows(page("<h2>Journals</h2><p>Primary Rating: 3</p>"), "Journal", "Primary Rating")
