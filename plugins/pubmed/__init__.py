"""PubMed (pubmed.ncbi.nlm.nih.gov): the literature database of the United States National Library of Medicine.

The text layout is known from one dump of the article page in use since 2020. Unverified in text, and read by what the site's
HTML is known to hold: lists of authors and affiliations, "Epub" dates, identifiers, structured abstracts, comments, similar and
citing articles, MeSH terms, grants. Buttons leave no text in a dump, so the journal is shown after the first author alone.
"""

from __future__ import annotations

from plugins._shared.blocked import refuse_blocked
from plugins._shared.nodes import HTML
from plugins.pubmed import page_2009, page_2010s, page_2020, xml
from plugins.pubmed.text import extract, recognises
from scraper.sites import Site, hookimpl

site = Site("pubmed", version="1.0.0", urls=["pubmed.ncbi.nlm.nih.gov/", "ncbi.nlm.nih.gov/pubmed/"])
site.layout("text", media_types=["text/plain"], recognises=recognises)(extract)
site.layout("xml", media_types=["application/xml", "text/xml"], recognises=xml.recognises)(xml.extract)
site.layout("article-2020", media_types=HTML, recognises=page_2020.recognises)(page_2020.extract)
site.layout("article-2010s", media_types=HTML, recognises=page_2010s.recognises)(page_2010s.extract)
site.layout("article-2009", media_types=HTML, recognises=page_2009.recognises)(page_2009.extract)
refuse_blocked(site, "ncbi.nlm.nih.gov")


@hookimpl
def scraper_sites() -> list[Site]:
    """Bring the site."""
    return [site]
