"""The digest site that heads its pages "» Articles » PMID: N": PubMed's articles with lists of works that cite them.

Known from one text dump; its host is unknown, so pages are recognised by what they hold. The row "Date" is the day on which
PubMed took the article up, which may lie after the day of publication: it is the one date on the page, and is given as
`published`. Unverified: how authors and affiliations are listed once they are there.
"""

from __future__ import annotations

from plugins._shared.nodes import HTML
from plugins.articles_pmid import html
from plugins.articles_pmid.text import extract, recognises
from scraper.sites import Site, hookimpl

site = Site("articles_pmid", version="1.0.0")
site.layout("text", media_types=["text/plain"], recognises=recognises)(extract)
site.layout("html", media_types=HTML, recognises=html.recognises)(html.extract)


@hookimpl
def scraper_sites() -> list[Site]:
    """Bring the site."""
    return [site]
