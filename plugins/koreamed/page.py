"""KoreaMed's article page (koreamed.org) as HTML. No such page was at hand: all of this is unverified.

The page's metas are read by their conventions, should it have any; the rest by the words that a text dump of the page is known to
hold, on lines that its blocks make. What the text layout cannot tell from those words is absent here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugins._shared.metas import completed, from_metas
from plugins._shared.rendered import rendered, shows
from plugins.koreamed import text

if TYPE_CHECKING:
    from scraper.pages import HtmlPage
    from scraper.records.article import Article


def recognises(page: HtmlPage) -> bool:
    """Whether a page reads as KoreaMed's dump does."""
    return shows(page, "Full Text Links", "CITED", "export Copy", "Keyword") and text.recognises(rendered(page))


def extract(page: HtmlPage) -> Article:
    """Extract the article."""
    return completed(text.extract(rendered(page)), from_metas(page))
