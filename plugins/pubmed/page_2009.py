"""PubMed's page of about 2008 and 2009, its report "AbstractPlus": `dl.AbstractPlusReport`.

Known from one page as served. Unverified: how a structured abstract stands there, and what it shows where an article has a DOI or
a PMC identifier. The one affiliation that records held at that time is the first author's; the page does not tie it to anybody.
"Related articles" are five that the page offers as similar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugins._shared.abstract import abstract
from plugins._shared.citation import is_journal
from plugins._shared.imprint import imprint
from plugins._shared.nodes import after, all_said, first_said, linked_pmid, said
from plugins.pubmed.page_2010s import cited, journal
from scraper.quoting import MISSING, Sourced
from scraper.records.article import Article, Author, Reference

if TYPE_CHECKING:
    from scraper.pages import HtmlNode, HtmlPage

_REPORT = "dl.AbstractPlusReport"
_NAMED = f"{_REPORT} .abstitle .ti span[title]"


def recognises(page: HtmlPage) -> bool:
    """Whether a page is PubMed's of one abstract."""
    return len(page.css(f"{_REPORT} dd.abstract")) == 1


def extract(page: HtmlPage) -> Article:
    """Extract the article."""
    citation = first_said(page.css(f"{_REPORT} .abstitle .ti"))
    number = first_said(page.css(f"{_REPORT} .abstitle .ti > b"))
    return Article(
        title=first_said(page.css(f"{_REPORT} dd.abstract > h2")),
        authors=[Author(name=name) for name in all_said(page.css(f"{_REPORT} .authors a"))],
        affiliations=all_said(page.css(f"{_REPORT} p.affiliation")),
        journal=journal(page.css(_NAMED)),
        **cited(after(citation, number), first_said(page.css(_NAMED))),
        pmid=first_said(page.css(f"{_REPORT} p.pmid")).re(r"\bPMID:\s*([1-9]\d*)"),
        pmcid=first_said(page.css(f"{_REPORT} p.pmid")).re(r"\bPMCID:\s*(PMC\d+)"),
        abstract=abstract(all_said(page.css(f"{_REPORT} dd.abstract > p.abstract"))),
        similar_articles=[_related(item) for item in page.css(f"{_REPORT} .Pubmed_Discovery_RA li.item")],
    )


def _related(item: HtmlNode) -> Reference:
    """Read an entry: a title, before which "Review" may be flagged, and the citation without authors."""
    link = next(iter(item.css("a[href]")), None)
    title = after(said(link), first_said(link.css(".reviewflag"))) if link else MISSING
    source = first_said(item.css("em.cit"))
    read = imprint(source)
    named = source[: read.start].strip().removesuffix(".") if read.start > 0 else MISSING
    return Reference(
        citation=Sourced.join(" ", [title, source]),
        title=title.removesuffix("."),
        journal=named if named and is_journal(named.value) else MISSING,
        pmid=linked_pmid(item),
        **read.fields(),
    )
