"""The digest site's spider, in real crawls of a site on the loopback."""

from __future__ import annotations

from collections.abc import Callable

from crawling import Crawled, Web, refusal
from support import case_page

from plugins.articles_pmid.spider import ArticlesPmidSpider


def test_pages_are_archived_and_extracted(web: Callable[..., Web], crawl: Callable[..., Crawled]) -> None:
    """Paths of the named host are crawled, and known by what they hold."""
    site = web({"/articles/1": case_page("articles_pmid", "html")})
    crawled = crawl("articles_pmid", base=f"{site.base}/", urls="/articles/1")
    assert crawled.reason() == "finished"
    assert [line["site"]["name"] for line in crawled.lines] == ["articles_pmid"]
    assert crawled.paths == ["/articles/1"]


def test_a_path_needs_a_host() -> None:
    """The host is nobody's to assume: without a base, a path is no entry of use."""
    assert "it is no URL of http or https, and no base is given" in refusal(ArticlesPmidSpider(), urls="/articles/1")
