"""Crawls KoreaMed and its Synapse: `-a urls=…` names the pages, by URL or path, with commas between them or in a file."""

from __future__ import annotations

from plugins._shared.spider import UrlSpider


class KoreamedSpider(UrlSpider):
    """Asks for the pages that it is given."""

    name = "koreamed"
    home = "https://koreamed.org"
    hosts = ("koreamed.org",)
