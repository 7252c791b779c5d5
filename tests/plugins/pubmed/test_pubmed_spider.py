"""PubMed's spider, in real crawls of a site on the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import support
from crawling import CAPTCHA, LOGIN, Crawled, Page, Web
from scrapy.exceptions import CloseSpider
from scrapy.settings import Settings
from support import case_page

from plugins.pubmed.spider import PubmedSpider

ARTICLE = case_page("pubmed", "article-2020").decode()
XML = """<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article><Journal><Title>Bees</Title></Journal>
<ArticleTitle>Bees {pmid}</ArticleTitle></Article></MedlineCitation></PubmedArticle>"""
EFETCH = "/entrez/eutils/efetch.fcgi?db=pubmed&retmode=xml&id={}&tool=scraper"

Start = Callable[..., Web]
Crawl = Callable[..., Crawled]


def _article(pmid: int) -> str:
    return ARTICLE.replace("11111111", str(pmid))


def _results(*pmids: int) -> str:
    links = "".join(f'<article><a class="docsum-title" href="/{pmid}/">Bees {pmid}</a></article>' for pmid in pmids)
    return f'<html><body><a href="/about/">About</a>{links}<a class="docsum-title" href="/advanced/">More</a></body></html>'


def _set(*pmids: int) -> Page:
    articles = "".join(XML.format(pmid=pmid) for pmid in pmids)
    return Page(f"<?xml version='1.0'?>\n<PubmedArticleSet>{articles}</PubmedArticleSet>", "text/xml; charset=UTF-8")


def _searchable(web: Start) -> Web:
    """Two pages of results, of which the second repeats one of the first, and nothing behind them."""
    pages = {f"/{pmid}/": _article(pmid) for pmid in (11, 12, 13)}
    results = {f"/?term=bees+%26+wax&page={number}": page for number, page in enumerate((_results(11, 12), _results(12, 13)), 1)}
    return web(pages | results | {"/?term=bees+%26+wax&page=3": _results()})


def test_articles_are_archived_and_extracted_by_id(web: Start, crawl: Crawl, tmp_path: Path) -> None:
    """Each id gives a capture and a proven extraction, once; what is no id, and what is not there, is told, counted and skipped."""
    site = web({f"/{pmid}/": _article(pmid) for pmid in (11, 12)})
    crawled = crawl("pubmed", base=site.base, pmid="11, PMID: 12,x9,11,-1,13", contact="jane@example.org")
    assert crawled.reason() == "finished"
    assert crawled.paths == site.asked == ["/11/", "/12/", "/13/"]
    assert sorted(line["record"]["pmid"] for line in crawled.lines) == ["11", "12"]
    assert {line["site"]["name"] for line in crawled.lines} == {"pubmed"}
    assert "pmid: 'x9' is skipped: it is no PMID" in crawled.log
    assert (crawled.stat("scraper/spider/skipped"), crawled.stat("scraper/spider/failed")) == (2, 1)
    assert f"{site.base}/13/: status 404" in crawled.log
    assert site.agents == {"scraper/0.1.0 (+jane@example.org)"}
    support.scraper("verify", "out.jsonl", "--archives", tmp_path, cwd=tmp_path)


def test_ids_come_from_a_file(web: Start, crawl: Crawl, tmp_path: Path) -> None:
    """Comments and empty lines are left out, a bad line is named with its number, and the limit counts articles asked for."""
    site = web({f"/{pmid}/": _article(pmid) for pmid in (11, 12, 13)})
    path = tmp_path / "ids.txt"
    path.write_text("\ufeff# mine\n11\n\nBees\n12\n13\n", encoding="utf-8")
    crawled = crawl("pubmed", base=site.base, pmids_file=path, limit=2)
    assert crawled.reason() == "finished"
    assert crawled.paths == ["/11/", "/12/"]
    assert f"{path}:4: 'Bees' is skipped" in crawled.log
    assert "give -a contact=" in crawled.log


def test_a_search_is_followed_page_by_page(web: Start, crawl: Crawl) -> None:
    """Each article that pages of results link to is asked for once, until a page has nothing new."""
    site = _searchable(web)
    crawled = crawl("pubmed", base=site.base, term="bees & wax")
    assert crawled.reason() == "finished"
    assert sorted(crawled.paths) == sorted(site.asked) == sorted(set(site.pages) - {"/robots.txt"})
    assert sorted(line["record"]["pmid"] for line in crawled.lines) == ["11", "12", "13"]


def test_the_limit_ends_a_search(web: Start, crawl: Crawl) -> None:
    """No more articles are asked for than the limit says, and no page of results that is not needed for them."""
    site = _searchable(web)
    crawled = crawl("pubmed", base=site.base, term="bees & wax", limit=2)
    assert crawled.reason() == "finished"
    assert sorted(site.asked) == ["/11/", "/12/", "/?term=bees+%26+wax&page=1"]
    assert len(crawled.lines) == 2


def test_a_search_with_one_result_gives_it(web: Start, crawl: Crawl) -> None:
    """Where a search leads to the article itself, that article is extracted and no list is looked for."""
    site = web({"/?term=bees&page=1": Page("", status=302, location="/11/"), "/11/": _article(11)})
    crawled = crawl("pubmed", base=site.base, term="bees")
    assert crawled.reason() == "finished"
    assert [line["record"]["pmid"] for line in crawled.lines] == ["11"]
    assert site.asked == ["/?term=bees&page=1", "/11/"]


def test_ids_are_fetched_as_xml_in_batches(web: Start, crawl: Crawl) -> None:
    """With xml=1 the ids go to efetch, so many at a time; one that does not come back is told."""
    site = web({EFETCH.format("11,12"): _set(11, 12), EFETCH.format("13"): _set()})
    crawled = crawl("pubmed", base=site.base, pmid="11,12,13", xml=1, batch=2)
    assert crawled.reason() == "finished"
    assert crawled.paths == [EFETCH.format("11,12"), EFETCH.format("13")]
    assert crawled.titles == ["Bees 11", "Bees 12"]
    assert {line["site"]["layout"] for line in crawled.lines} == {"xml"}
    assert "PMID 13: efetch did not return it" in crawled.log


def test_robots_txt_is_obeyed(web: Start, crawl: Crawl) -> None:
    """A page that robots.txt forbids is not asked for; it is told and counted."""
    site = web({"/11/": _article(11), "/robots.txt": Page("User-agent: *\nDisallow: /12/\n", "text/plain"), "/12/": _article(12)})
    crawled = crawl("pubmed", base=site.base, pmid="12,11")
    assert crawled.reason() == "finished"
    assert (crawled.paths, site.asked) == (["/11/"], ["/11/"])
    assert crawled.stat("scraper/spider/forbidden") == 1
    assert f"{site.base}/12/: not fetched: Forbidden by robots.txt" in crawled.log


def test_pages_in_the_way_are_no_articles_and_end_the_crawl(web: Start, crawl: Crawl) -> None:
    """Captcha, login and refusal are told as what they are, give no extraction, and after three in a row the crawl stops."""
    walls = {"/11/": CAPTCHA, "/12/": LOGIN, "/14/": CAPTCHA, "/15/": LOGIN, "/16/": Page("no", status=429)}
    site = web({**walls, "/13/": _article(13)})
    crawled = crawl("pubmed", base=site.base, pmid="11,12,13,14,15,16,17,18,19,20")
    assert crawled.reason() == "blocked"
    assert [line["record"]["pmid"] for line in crawled.lines] == ["13"]
    assert crawled.stat("scraper/spider/blocked") == 5
    assert crawled.stat("scraper/extract/rejections/extract") == 4
    assert "BlockedPage: a captcha stands in place of the page" in crawled.log
    assert "BlockedPage: a login form stands in place of the page" in crawled.log
    assert "/20/" not in site.asked  # one that is under way is let come


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "argument pmid or pmids_file or term: give one (given: none)"),
        ({"pmid": "1", "term": "bees"}, "argument pmid or pmids_file or term: give one (given: pmid and term)"),
        ({"pmid": "x"}, "argument pmid: no entries of use: pmid: 'x' is skipped: it is no PMID"),
        ({"pmidz": "1"}, "argument pmidz: this spider has none of that name, but base, batch, contact, "),
        ({"pmid": "1", "limit": "0"}, "argument limit: '0' is no whole number from 1 up"),
        ({"pmid": "1", "base": "example.org"}, "argument base: 'example.org' is no URL such as https://example.org"),
        ({"pmid": "1", "contact": "me"}, "argument contact: 'me' is neither an e-mail address nor a URL"),
        ({"pmids_file": "/no/such"}, "argument pmids_file: /no/such cannot be read: No such file or directory"),
        ({"term": "bees", "xml": "1"}, "argument xml: goes with pmid or pmids_file, not with term"),
        ({"pmid": "1", "xml": "maybe"}, "argument xml: 'maybe' is neither 1 nor 0"),
    ],
)
def test_arguments_of_no_use_are_named(caplog: pytest.LogCaptureFixture, arguments: dict[str, str], told: str) -> None:
    """The spider says which argument is of no use, and why, instead of asking for pages."""
    spider = PubmedSpider()
    spider.prepare(arguments, Settings())

    async def start() -> None:
        await anext(spider.start())

    with pytest.raises(CloseSpider):
        asyncio.run(start())
    assert told in caplog.text


def test_a_crawl_of_no_use_closes(crawl: Crawl) -> None:
    """The crawl closes with a reason, without a request and without a traceback."""
    crawled = crawl("pubmed", pmidz="1")
    assert crawled.reason() == "usage_error"
    assert "[pubmed] ERROR: argument pmidz: this spider has none of that name, but base, batch, contact, " in crawled.log
    assert crawled.stat("downloader/request_count") == 0
