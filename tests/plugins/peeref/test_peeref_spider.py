"""Peeref's spider, in real crawls of a site on the loopback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crawling import Crawled, Page, Web
from support import case_page

PAGE = case_page("peeref", "html")


def test_pages_of_a_file_are_archived_and_extracted(web: Callable[..., Web], crawl: Callable[..., Crawled], tmp_path: Path) -> None:
    """Each line of the file is crawled up to the limit, but those that robots.txt forbids; a bad line is named with its number."""
    site = web({"/works/1": PAGE, "/private/2": PAGE, "/works/3": Page("gone", status=410)})
    path = tmp_path / "urls.txt"
    path.write_text(f"# works\n/works/1\nftp://example.org/\n{site.base}/private/2\n/works/3\n/works/4\n")
    crawled = crawl("peeref", base=site.base, urls=path, limit=3)
    assert crawled.reason() == "finished"
    assert [line["site"]["name"] for line in crawled.lines] == ["peeref"]
    assert crawled.paths == site.asked == ["/works/1", "/works/3"]
    assert f"{path}:3: 'ftp://example.org/' is skipped: it is no URL of http or https" in crawled.log
    assert [crawled.stat(f"scraper/spider/{each}") for each in ("skipped", "forbidden", "failed")] == [1, 1, 1]
