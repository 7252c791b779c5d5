"""Steps of this plugin: what a shop's page says of price and rating, as numbers and codes.

Importing this module registers them, so `verify` can replay them wherever the plugin is installed.
"""

from __future__ import annotations

import re
from typing import Final

from scraper.errors import StepFailed
from scraper.quoting import step
from scraper.quoting.steps import need_text

_AMOUNT: Final = re.compile(r"[^\d\s.,]*\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d{2})?\s*[^\d\s.,]*")
_CURRENCIES: Final = {"£": "GBP", "€": "EUR", "US$": "USD", "CHF": "CHF"}  # a bare $ may be any of twenty
_STARS: Final = {"One": 1, "Two": 2, "Three": 3, "Four": 4, "Five": 5}


@step("books.price")
def price(value: str) -> float:
    """Read the amount of a price (`£1,299.00`, `12.50 €`): commas group thousands, a point stands before two decimals."""
    found = _AMOUNT.fullmatch(need_text(value))
    if found is None:
        raise StepFailed(f"{value!r} is no price")
    return float(found[1].replace(",", "") + (found[2] or ""))


@step("books.currency")
def currency(value: str) -> str:
    """Name the currency of a price by its code in ISO 4217, where its sign leaves no doubt."""
    sign = "".join(re.split(r"[\d\s.,]+", need_text(value)))
    if sign not in _CURRENCIES:
        raise StepFailed(f"{value!r} names no currency for certain")
    return _CURRENCIES[sign]


@step("books.stars")
def stars(value: str) -> int:
    """Read a number of stars in words, as a class of the page says it (`star-rating Three`)."""
    found = [_STARS[word] for word in need_text(value).split() if word in _STARS]
    if len(found) != 1:
        raise StepFailed(f"{value!r} is no number of stars")
    return found[0]
