"""`Book`: a book for sale as a shop's page shows it. Schema: `schemas/book/1.json` beside this file."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from scraper.quoting import MISSING
from scraper.records import Record

if TYPE_CHECKING:
    from scraper.quoting import Sourced

    Text = Sourced[str]


@attrs.frozen(kw_only=True)
class Book(Record):
    """A book for sale, as one page of a shop shows it.

    Attributes:
        title: The book's title.
        url: The link to its own page, as the page has it.
        category: The shelf it stands on.
        price: What it costs, without the currency.
        currency: The price's currency, as ISO 4217 names it.
        availability: Whether it is in stock, in the shop's words.
        stock: How many copies there are.
        rating: Stars from readers, one to five.
        upc: The article's number in the shop.
        description: What the shop says about it.
    """

    TYPE: ClassVar[str] = "book/1"

    title: Text
    url: Text = MISSING
    category: Text = MISSING
    price: Sourced[float] = MISSING
    currency: Text = MISSING
    availability: Text = MISSING
    stock: Sourced[int] = MISSING
    rating: Sourced[int] = MISSING
    upc: Text = MISSING
    description: Text = MISSING
