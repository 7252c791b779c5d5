"""The site Gazette: its notices as pages of two designs, and as JSON."""

from __future__ import annotations

import datetime as dt
import re

from scraper.errors import StepFailed
from scraper.pages import HtmlPage, JsonPage
from scraper.quoting import Sourced, step
from scraper.records.article import Article, Author
from scraper.sites import Site, hookimpl

SCRAPER_API = 1
_NEW = dt.date(2024, 1, 1)  # the day of the new design

site = Site("gazette", version="1.0.0", urls=["gazette.example/notices/"])


@step("gazette.number")
def number(value: str) -> str:
    """Read the number of a notice as it is written in its head, "No. VII": roman, up to XXXIX."""
    found = re.fullmatch(r"No\. (X{0,3})(IX|IV|V?I{0,3})", value)
    if found is None:
        raise StepFailed(f"{value!r} is no number of a notice")
    ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]
    return str(10 * len(found[1]) + ones.index(found[2]))


@site.layout("notice-2010", media_types=["text/html"], until=_NEW, recognises=lambda page: bool(page.css("table#notice")))
def notice_2010(page: HtmlPage) -> Article:
    """Read a page of the old design: a table."""
    return Article(
        title=page.css("#notice caption::text").get().squash(),
        issue=_number(page.css("#notice .no::text").get()),
        published=page.css("#notice .day::text").get().date("%d.%m.%Y"),
    )


@site.layout("notice", media_types=["text/html"], since=_NEW, recognises=lambda page: bool(page.css("article.notice")))
def notice(page: HtmlPage) -> Article:
    """Read a page of the new design."""
    return Article(
        title=page.css("article.notice h1::text").get().squash(),
        authors=[Author(name=name.squash()) for name in page.css(".signed li::text").getall()],
        issue=_number(page.css(".no::text").get()),
        published=page.css("time::attr(datetime)").get().date("%Y-%m-%d"),
    )


@site.layout("data", media_types=["application/json"], recognises=lambda page: bool(page.at("/gazette/notice")))
def data(page: JsonPage) -> Article:
    """Read the data of a notice."""
    shown = page.at("/gazette/notice")
    return Article(title=shown["title"].text().squash(), published=shown["day"].text().date("%Y-%m-%d"))


def _number(text: Sourced[str]) -> Sourced[str]:
    return text.strip().then("gazette.number")


@hookimpl
def scraper_sites() -> list[Site]:
    """Bring the site."""
    return [site]
