"""KoreaMed (koreamed.org): abstracts of the journals of the Korean Association of Medical Journal Editors, and Synapse.

The text layout is known from one dump. Unverified: how a dump shows authors (their line is read where names stand between title
and affiliations, with the marks glued on), structured abstracts, and lists of similar articles, which are not read at all.
Links to the full text show their label alone, and a link without its address is no value of ours.
"""

from __future__ import annotations

from plugins._shared.blocked import refuse_blocked
from plugins._shared.nodes import HTML
from plugins.koreamed import page, synapse
from plugins.koreamed.text import extract, recognises
from scraper.sites import Site, hookimpl

site = Site("koreamed", version="1.0.0", urls=["koreamed.org"])
site.layout("text", media_types=["text/plain"], recognises=recognises)(extract)
site.layout("synapse", media_types=HTML, recognises=synapse.recognises)(synapse.extract)
site.layout("article", media_types=HTML, recognises=page.recognises)(page.extract)
refuse_blocked(site, "koreamed.org")


@hookimpl
def scraper_sites() -> list[Site]:
    """Bring the site."""
    return [site]
