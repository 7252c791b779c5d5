"""What `<meta name="citation_…">` elements say of an article, by the conventions of scholarly search engines.

For sites that are known to have them, or whose pages are read by their words: where a meta says it, it says it alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from plugins._shared.citation import bare_doi
from plugins._shared.nodes import once, pieces
from scraper.quoting import MISSING, Sourced
from scraper.records.article import Author, Journal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugins._shared.lines import Text
    from scraper.pages import HtmlPage
    from scraper.records.article import Article

_DATE = re.compile(r"^\d{4}(?:[/-](?!00)\d{1,2}(?:[/-](?!00)\d{1,2})?)?(?![^/T\s-])")
_FORMATS = ("%Y/%m/%d", "%Y-%m-%d", "%Y/%m", "%Y-%m", "%Y")


def from_metas(page: HtmlPage) -> dict[str, Any]:
    """Return what a page's metas say, by the names of the record's fields; what they do not say is falsy."""
    return {
        "title": _said(page, "citation_title"),
        "authors": _authors(page),
        "journal": Journal(
            title=_said(page, "citation_journal_title"),
            abbreviation=_said(page, "citation_journal_abbrev"),
            issn=once(number.strip() for number in page.metas("citation_issn") if number.strip()),
            publisher=_said(page, "citation_publisher"),
        ),
        "published": (_said(page, "citation_publication_date") or _said(page, "citation_date")).re(_DATE).date(*_FORMATS),
        "volume": _said(page, "citation_volume"),
        "issue": _said(page, "citation_issue"),
        "pages": _pages(_said(page, "citation_firstpage"), _said(page, "citation_lastpage")),
        "doi": bare_doi(page.meta("citation_doi").strip()),
        "pmid": page.meta("citation_pmid").re(r"^\s*([1-9]\d*)\s*$"),
        "keywords": [word for meta in page.metas("citation_keywords") for word in pieces(meta.squash())],
        "language": _said(page, "citation_language"),
    }


def completed(article: Article, found: Mapping[str, Any]) -> Article:
    """Return an article with what metas say in place of what the page's words do."""
    names = {each.name: getattr(found["journal"], each.name) or getattr(article.journal, each.name, ()) for each in _JOURNAL}
    said = {name: value for name, value in found.items() if value}
    return attrs.evolve(article, **said | {"journal": Journal(**names)})


_JOURNAL = attrs.fields(Journal)


def _said(page: HtmlPage, name: str) -> Text:
    return next((text for text in (meta.squash() for meta in page.metas(name)) if text), MISSING)


def _authors(page: HtmlPage) -> list[Author]:
    """Read authors with the institutions that follow each; addresses stand behind them all, and are nobody's by place."""
    groups = page.meta_groups("citation_author", "citation_author_institution")
    return [
        Author(name=group.head.squash(), affiliations=[place.squash() for place in group.getall("citation_author_institution")])
        for group in groups
        if group.head.strip()
    ]


def _pages(first: Text, last: Text) -> Text:
    return first if not last or (first and first.value == last.value) else Sourced.join("-", [first, last]) if first else MISSING
