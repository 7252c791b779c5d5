"""A catalogue page: many books, each in an `article.product_pod`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugins.books.book import Book
from plugins.books.shared import availability, is_here, price, stars

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.pages import HtmlPage


def recognises(page: HtmlPage) -> bool:
    """Whether this is a catalogue page of the shop."""
    return is_here(page) and bool(page.css("ol > li > article.product_pod"))


def extract(page: HtmlPage) -> Iterator[Book]:
    """Yield each book on the page."""
    for pod in page.css("article.product_pod"):
        cost = price(pod)
        yield Book(
            title=pod.css("h3 a::attr(title)").get().squash(),  # its text is cut short
            url=pod.css("h3 a::attr(href)").get().strip(),
            category=page.css(".page-header h1::text").get().squash(),
            price=cost.then("books.price"),
            currency=cost.then("books.currency"),
            availability=availability(pod),
            rating=stars(pod),
        )
