"""Crawls the digest site: `-a urls=…` names the pages. Its host is unknown, so paths need `-a base=https://HOST` too."""

from __future__ import annotations

from plugins._shared.spider import UrlSpider


class ArticlesPmidSpider(UrlSpider):
    """Asks for the pages that it is given."""

    name = "articles_pmid"
