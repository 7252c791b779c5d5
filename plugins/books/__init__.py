"""Books: an example of a site that is not scholarly, with a record type, a schema and steps of its own.

The shop at books.example does not exist; its pages are those of the tests. Two layouts: a catalogue page gives a record for each
book on it, a product page gives one record with more.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugins.books import catalogue, product
from plugins.books.book import Book
from scraper.sites import Site, hookimpl

if TYPE_CHECKING:
    from scraper.records import Record

SCRAPER_API = 1

site = Site("books", version="1.0.0", urls=["books.example"], seconds=10)
site.layout("product", media_types=["text/html"], recognises=product.recognises)(product.extract)
site.layout("catalogue", media_types=["text/html"], recognises=catalogue.recognises)(catalogue.extract)


@hookimpl
def scraper_sites() -> list[Site]:
    """Bring the site."""
    return [site]


@hookimpl
def scraper_records() -> list[type[Record]]:
    """Bring the record type."""
    return [Book]


@hookimpl
def scraper_schemas() -> list[Path]:
    """Bring its schema."""
    return [Path(__file__).with_name("schemas")]
