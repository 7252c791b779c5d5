"""The spider of any pages, in real crawls of a site on the loopback; and what all spiders have in common."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from crawling import CAPTCHA, ROOT, Crawled, Web, refusal
from scrapy.settings import Settings
from support import case_page

from scraper.crawl.spiders.page import PageSpider


def test_whichever_site_knows_a_page_extracts_it(web: Callable[..., Web], crawl: Callable[..., Crawled]) -> None:
    """Pages of several sites and of none are archived; those that a site knows are extracted, what stands in the way is not."""
    cases = {"/p": ("pubmed", "article-2020"), "/k": ("koreamed", "article"), "/w": ("peeref", "html")}
    site = web({**{path: case_page(*case) for path, case in cases.items()}, "/x,y": CAPTCHA, "/z": "<p>None</p>"})
    paths = [*cases, "/x,y", "/z"]
    crawled = crawl("page", urls=",".join(site.base + path for path in paths))
    assert crawled.reason() == "finished"
    assert sorted(crawled.paths) == sorted(paths)
    assert sorted(line["site"]["name"] for line in crawled.lines) == ["koreamed", "peeref", "pubmed"]
    assert "layout 'blocked' of site 'scholarly' raised BlockedPage: a captcha" in crawled.log
    assert [crawled.stat(each) for each in ("scraper/extract/unmatched", "scraper/spider/blocked")] == [1, 1]


def test_the_setting_names_the_contact(web: Callable[..., Web], crawl: Callable[..., Crawled]) -> None:
    """SCRAPER_CONTACT stands in the user agent as the argument does, and nobody is missed then; of no use, it is refused."""
    site = web({"/z": "<p>None</p>"})
    crawled = crawl("page", "-s", "SCRAPER_CONTACT=jane@example.org", urls=f"{site.base}/z")
    assert site.agents == {"scraper/0.1.0 (+jane@example.org)"}
    assert "Nobody is named" not in crawled.log
    spider = PageSpider()
    spider.prepare({"urls": "http://letters.example/"}, Settings({"SCRAPER_CONTACT": "me"}))
    assert "'me' is neither an e-mail address nor a URL" in str(spider._unusable)


def test_urls_that_are_neither_file_nor_url_are_named() -> None:
    """A file that is not there is not taken for a URL."""
    why = refusal(PageSpider(), urls="no-such-file.txt")
    assert why == "argument urls: 'no-such-file.txt' is neither a file nor a URL of http or https"


def test_plugins_do_without_scrapy() -> None:
    """Loading every site imports no Scrapy."""
    code = "import sys; from scraper.sites import load_registry; load_registry(); print('scrapy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
