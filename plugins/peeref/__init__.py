"""Peeref (peeref.com): pages about published articles, with readers' ratings and a digest made by machine.

Known from one text dump. Unverified: how a page names authors; what it shows in place of the volume line for works that have
none; whether the digest can stand there without the abstract. No HTML of the site is known.
"""

from __future__ import annotations

from plugins._shared.blocked import refuse_blocked
from plugins._shared.nodes import HTML
from plugins.peeref import html
from plugins.peeref.text import extract, recognises
from scraper.sites import Site, hookimpl

site = Site("peeref", version="1.0.0", urls=["peeref.com"])
site.layout("text", media_types=["text/plain"], recognises=recognises)(extract)
site.layout("html", media_types=HTML, recognises=html.recognises)(html.extract)
refuse_blocked(site, "peeref.com")


@hookimpl
def scraper_sites() -> list[Site]:
    """Bring the site."""
    return [site]
