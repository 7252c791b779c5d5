"""The spider of any pages, in real crawls of a site on the loopback; and what all spiders have in common."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from crawling import CAPTCHA, ROOT, Crawled, Web, refusal

from scraper.crawl.spiders.page import PageSpider

FIXTURES = ROOT / "tests" / "plugins"


def test_whichever_site_knows_a_page_extracts_it(web: Callable[..., Web], crawl: Callable[..., Crawled]) -> None:
    """Pages of several sites and of none are archived; those that a site knows are extracted, what stands in the way is not."""
    fixtures = {
        "/p": "pubmed/fixtures/article_2020.html",
        "/k": "koreamed/fixtures/article.html",
        "/w": "peeref/fixtures/work.html",
    }
    site = web({**{path: (FIXTURES / name).read_bytes() for path, name in fixtures.items()}, "/x,y": CAPTCHA, "/z": "<p>None</p>"})
    paths = [*fixtures, "/x,y", "/z"]
    crawled = crawl("page", urls=",".join(site.base + path for path in paths))
    assert crawled.reason() == "finished"
    assert sorted(crawled.paths) == sorted(paths)
    assert sorted(line["site"]["name"] for line in crawled.lines) == ["koreamed", "peeref", "pubmed"]
    assert "layout 'blocked' of site 'scholarly' raised BlockedPage: a captcha" in crawled.log
    assert [crawled.stat(each) for each in ("scraper/extract/unmatched", "scraper/spider/blocked")] == [1, 1]


def test_urls_that_are_neither_file_nor_url_are_named() -> None:
    """A file that is not there is not taken for a URL."""
    why = refusal(PageSpider(), urls="no-such-file.txt")
    assert why == "argument urls: 'no-such-file.txt' is neither a file nor a URL of http or https"


def test_plugins_do_without_scrapy() -> None:
    """Loading every site imports no Scrapy."""
    code = "import sys; from scraper.sites import load_registry; load_registry(); print('scrapy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
