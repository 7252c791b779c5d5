"""Crawls PubMed: articles by their ids, by a search, or as XML through the official E-utilities.

`-a pmid=37041583,32392899`, `-a pmids_file=FILE` or `-a term="…"`; with `-a xml=1` ids are fetched by efetch, which is what the
library asks programs to use for more than a few articles. Unverified, as no page of results was at hand: that `a.docsum-title`
links to each article of one. A page of results is followed by the next for as long as it links to articles that are new.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from scrapy.http import HtmlResponse, XmlResponse

from plugins._shared.arguments import Entry, lines
from plugins._shared.spider import COMMON, SiteSpider, polite
from scraper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scrapy import Request
    from scrapy.http import Response

    from plugins._shared.arguments import Arguments

_PMID = re.compile(r"(?:PMID:?\s*)?([1-9]\d{0,8})", re.IGNORECASE)
_ARTICLE = re.compile(r".*/([1-9]\d{0,8})/?")
_UTILITIES = "https://eutils.ncbi.nlm.nih.gov"
_BATCH = 200  # ids of one request, as a URL bears them
_IDS = "//PubmedArticle/MedlineCitation/PMID/text() | //PubmedBookArticle/BookDocument/PMID/text()"


class PubmedSpider(SiteSpider):
    """Asks for articles by id, or for those that a search finds."""

    name = "pubmed"
    known = COMMON | {"batch", "pmid", "pmids_file", "term", "xml"}
    home = "https://pubmed.ncbi.nlm.nih.gov"
    hosts = ("ncbi.nlm.nih.gov",)
    custom_settings = polite(depth=1000)  # PubMed shows no more than 10,000 results of a search, ten a page

    def __init__(self, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self._base = ""
        self._found: set[str] = set()

    def first(self, given: Arguments, base: str | None) -> Iterable[Request]:
        """Return the requests for articles, or for the first page of results.

        Raises:
            UsageError: An argument is of no use.
        """
        self._base = base or ""
        source, value = given.one_of("pmid", "pmids_file", "term")
        xml, batch = given.flag("xml"), given.number("batch", _BATCH) or _BATCH
        if source == "term":
            if xml:
                raise UsageError("argument xml: goes with pmid or pmids_file, not with term")
            return [self._search(value, 1)]
        entries = lines(source, value) if source == "pmids_file" else [Entry(each.strip(), source) for each in value.split(",")]
        pmids = self.useful(entries, _pmid, source)
        if not xml:
            return (self._article(pmid) for pmid in pmids)
        self._base = _UTILITIES if base == self.home else self._base
        return (self._fetch(pmids[at : at + batch]) for at in range(0, len(pmids), batch))

    def follow(self, response: Response, **kwargs: Any) -> Iterator[Request]:
        """Follow a page of results; account for ids that efetch did not return."""
        if "pmids" in kwargs:
            self._check(response, kwargs["pmids"])
        elif "term" in kwargs and isinstance(response, HtmlResponse):
            yield from self._results(response, kwargs["term"], kwargs["page"])

    def _results(self, response: HtmlResponse, term: str, page: int) -> Iterator[Request]:
        """Yield the requests for the articles of a page of results, then for the next page."""
        if _ARTICLE.fullmatch(urlsplit(response.url).path):
            return  # a search with one result leads to the article itself
        paths = (urlsplit(response.urljoin(href)).path for href in response.css("a.docsum-title::attr(href)").getall())
        pmids = dict.fromkeys(found[1] for path in paths if (found := _ARTICLE.fullmatch(path)))
        new = self.within_limit(pmid for pmid in pmids if pmid not in self._found)
        if not pmids and page == 1:
            self.logger.warning("%s: links to no article", response.url)
        self._found.update(new)
        for pmid in new:
            yield self._article(pmid)
        if new and not self.is_done:
            yield self._search(term, page + 1)

    def _check(self, response: Response, pmids: Sequence[str]) -> None:
        found = set(response.xpath(_IDS).getall()) if isinstance(response, XmlResponse) else set()
        for pmid in pmids:
            if pmid not in found:
                self.note("failed", f"PMID {pmid}: efetch did not return it")

    def _article(self, pmid: str) -> Request:
        return self.ask(f"{self._base}/{pmid}/")

    def _search(self, term: str, page: int) -> Request:
        return self.ask(f"{self._base}/?{urlencode({'term': term, 'page': page})}", term=term, page=page)

    def _fetch(self, pmids: Sequence[str]) -> Request:
        who = {"email": self.contact} if self.contact and "@" in self.contact else {}
        query = {"db": "pubmed", "retmode": "xml", "id": ",".join(pmids), "tool": "scraper", **who}
        return self.ask(f"{self._base}/entrez/eutils/efetch.fcgi?{urlencode(query, safe=',')}", pmids=pmids)


def _pmid(text: str) -> str:
    """Return the id that a text is.

    Raises:
        ValueError: It is none.
    """
    found = _PMID.fullmatch(text)
    if found is None or not text.isascii():
        raise ValueError("it is no PMID")
    return found[1]
