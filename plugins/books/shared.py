"""What both layouts have in common: the shop's host, and how it shows price and stars."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import plugins.books.steps  # noqa: F401  # registers what is used below
from scraper.quoting import MISSING

if TYPE_CHECKING:
    from scraper.pages import HtmlNode, HtmlPage
    from scraper.quoting import Sourced


def is_here(page: HtmlPage) -> bool:
    """Whether a page is the shop's: a layout is asked about pages of unknown sites too, and must not take them."""
    return urlsplit(page.url or "").hostname in {"books.example", "www.books.example"}


def price(node: HtmlPage | HtmlNode, within: str = "") -> Sourced[str]:
    """Return the price as shown."""
    return node.css(f"{within} .price_color::text").get().strip()


def availability(node: HtmlPage | HtmlNode, within: str = "") -> Sourced[str]:
    """Return what is said about copies in stock."""
    return next((found.text().squash() for found in node.css(f"{within} .availability")), MISSING)


def stars(node: HtmlPage | HtmlNode, within: str = "") -> Sourced[int]:
    """Return the stars."""
    return node.css(f"{within} .star-rating::attr(class)").get().then("books.stars")
