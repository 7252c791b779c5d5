"""The digest site's page as HTML. No such page was at hand: all of this is unverified.

The page's metas are read by their conventions, should it have any; the rest by the words that a text dump of the page is known to
hold, on lines that its blocks make. A row of the overview is read as one line where it is a table's, and as two elements beside
each other otherwise. What the text layout cannot tell from those words is absent here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from plugins._shared.imprint import published
from plugins._shared.metas import completed, from_metas
from plugins._shared.nodes import first_said
from plugins._shared.rendered import rendered, shows
from plugins.articles_pmid import text
from scraper.records.article import Journal

if TYPE_CHECKING:
    from plugins._shared.lines import Text
    from scraper.pages import HtmlPage
    from scraper.quoting import Sourced
    from scraper.records.article import Article


def recognises(page: HtmlPage) -> bool:
    """Whether a page reads as the site's dump does."""
    return shows(page, "Overview", "»") and text.recognises(rendered(page))


def extract(page: HtmlPage) -> Article:
    """Extract the article."""
    read = text.extract(rendered(page))
    named = read.journal or Journal()
    beside = attrs.evolve(
        read,
        journal=attrs.evolve(
            named,
            title=_exact(named.title, _row(page, "Journal")),
            publisher=_exact(named.publisher, _row(page, "Publisher")),
        ),
        published=_exact(read.published, published(_row(page, "Date"))),
        citation_count=_exact(read.citation_count, _row(page, "Citations").int()),
    )
    return completed(beside, from_metas(page))


def _exact(line: Sourced[Any], element: Sourced[Any]) -> Sourced[Any]:
    """Return the value of an element of its own, unless the line says another."""
    return element if element and (not line or line.value == element.value) else line


def _row(page: HtmlPage, name: str) -> Text:
    """Return what stands beside a name in the overview, in an element of its own."""
    after, before = "//*[normalize-space(.)='Overview']/following::*", "not(preceding::*[normalize-space(.)='Abstract'])"
    return first_said(page.xpath(f"({after}[normalize-space(.)='{name}'][{before}]/following-sibling::*[1])[1]"))
