"""Any publisher's article page: the fallback, which has no URLs and recognises pages by what their heads say.

One layout, `metas`, reads all vocabularies side by side, because pages mix them; the best source wins field by field:

- Highwire's `citation_*`, as the inclusion guidelines of Google Scholar describe them
- `bepress_citation_*` and `eprints.*`, the names of two repository systems, which those guidelines know too
- PRISM 3.0 (`prism.*`), Dublin Core (`dc.*`, `dcterms.*`, DCMI)
- JSON-LD of schema.org: `ScholarlyArticle`, or an `Article` in a periodical or with a DOI
- OpenGraph, for the title alone: its descriptions are made for sharing, and often cut short

The names are known from those documents and from pages of some forty publishers. Unverified: the parts of `citation_year`,
`citation_month` and `citation_day`, `citation_pmcid`, `citation_license`, `eprints.*` beyond title, creators, abstract and type.

A page is an article's if it has a title among these metas (not OpenGraph's), a sign of a scholarly work (journal, DOI, ISSN, …)
and something beside that. Dublin Core stands on pages of all kinds, so that alone it counts only with an identifier that names
itself a DOI ("doi:10.…" or a URL); articles whose only sign is a bare DOI in Dublin Core, as on some older pages of Atypon's
customers, are declined with the rest. The title of a conference's proceedings, of a book or of a series is given as the journal's.

Contents that hold markup are read as the text that it shows (step `scholarly.plain`).
"""

from __future__ import annotations

from plugins._shared.blocked import refuse_blocked
from plugins.scholarly.article import extract
from plugins.scholarly.recognise import recognises
from scraper.sites import Site, hookimpl

site = Site("scholarly", version="1.0.0", priority=10)
site.layout("metas", media_types=["text/html", "application/xhtml+xml"], recognises=recognises)(extract)
refuse_blocked(site)


@hookimpl
def scraper_sites() -> list[Site]:
    """Bring the site."""
    return [site]
