"""KoreaMed's spider, in real crawls of a site on the loopback."""

from __future__ import annotations

from collections.abc import Callable

from crawling import Crawled, Page, Web, refusal
from support import case_page

from plugins.koreamed.spider import KoreamedSpider


def test_pages_are_archived_and_extracted(web: Callable[..., Web], crawl: Callable[..., Crawled]) -> None:
    """Paths and whole URLs are crawled, of KoreaMed and Synapse alike; what is not at the site, or redirects off it, is not."""
    pages = {f"/{name}": case_page("koreamed", name) for name in ("article", "synapse")}
    site = web({**pages, "/away": Page("", status=302, location="http://localhost:9/away")})
    urls = f"/article,{site.base}/synapse, https://example.org/article,/away,/article"
    crawled = crawl("koreamed", base=site.base, urls=urls)
    assert crawled.reason() == "finished"
    assert [line["site"]["layout"] for line in crawled.lines] == ["article", "synapse"]
    assert {line["site"]["name"] for line in crawled.lines} == {"koreamed"}
    assert site.asked == ["/article", "/synapse", "/away"]
    assert "urls: 'https://example.org/article' is skipped: it is not at 127.0.0.1" in crawled.log
    assert (crawled.stat("scraper/spider/skipped"), crawled.stat("offsite/filtered")) == (1, 1)


def test_only_its_own_hosts_are_crawled() -> None:
    """Without a base, a URL elsewhere is no entry of use."""
    assert "it is not at koreamed.org" in refusal(KoreamedSpider(), urls="https://example.org/koreamed.org")
    assert refusal(KoreamedSpider(), urls="https://synapse.koreamed.org/articles/1") == ""
