"""Crawls the Gazette: from an index of notices to each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import Request, Spider
from scrapy.http import HtmlResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from scrapy.http import Response


class GazetteSpider(Spider):
    """Follows the links of an index; the add-on archives and extracts what comes.

    Args:
        index: The URL of the index.
    """

    name = "gazette"

    def __init__(self, index: str = "https://gazette.example/", **kwargs: str) -> None:
        super().__init__(**kwargs)
        self.index = index

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the index."""
        yield Request(self.index, callback=self.notices)

    def notices(self, response: Response) -> Iterator[Request]:
        """Ask for each notice, and for its data."""
        if isinstance(response, HtmlResponse):
            yield from response.follow_all(css="a.notice", callback=self.nothing)

    def nothing(self, response: Response) -> None:
        """Give no items: they come from the archive."""
