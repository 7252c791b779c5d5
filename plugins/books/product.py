"""A product page: one book, with a table of facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugins.books.book import Book
from plugins.books.shared import availability, is_here, price, stars

if TYPE_CHECKING:
    from scraper.pages import HtmlPage

_MAIN = ".product_main"


def recognises(page: HtmlPage) -> bool:
    """Whether this is a product page of the shop."""
    return is_here(page) and bool(page.css("article.product_page"))


def extract(page: HtmlPage) -> Book:
    """Read the book; other books are praised below it, in an aside."""
    cost, copies = price(page, _MAIN), availability(page, _MAIN)
    return Book(
        title=page.css(f"{_MAIN} h1::text").get().squash(),
        category=page.css(".breadcrumb li:nth-last-child(2) a::text").get().squash(),
        price=cost.then("books.price"),
        currency=cost.then("books.currency"),
        availability=copies.re(r"^[^(]+").strip(),
        stock=copies.re(r"\((\d+) available\)").int(),
        rating=stars(page, _MAIN),
        upc=page.xpath("//th[.='UPC']/following-sibling::td/text()").get().strip(),
        description=page.css("#product_description + p::text").get().squash(),
    )
