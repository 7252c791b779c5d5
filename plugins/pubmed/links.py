"""Links to the full text on PubMed's pages: buttons that may be nothing but a picture, and lists of sources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugins._shared.nodes import said
from scraper.quoting import MISSING
from scraper.records.article import Link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugins._shared.lines import Text
    from scraper.pages import HtmlNode

_NAME = re.compile(r"^(?:See full text options at|Icon for|Read full text (?:in|at))?\s*(.*?)$")


def links(nodes: Iterable[HtmlNode]) -> list[Link]:
    """Read links; a page shows the same one in several places."""
    found: dict[str, Link] = {}
    for node in nodes:
        url = node.attr("href").strip()
        if url:
            found.setdefault(url.value, Link(label=_label(node), url=url))
    return list(found.values())


def _label(node: HtmlNode) -> Text:
    """Return the name of the site behind a link: the link's text, else its picture's or tooltip's."""
    pictured = [image.attr("alt").squash() for image in node.css("img[alt]")]
    names = [said(node), *pictured, node.attr("title").squash()]
    return next((name.re(_NAME) for name in names if name), MISSING)
