"""Scrapy's robots.txt middleware, for requests that come while the robots.txt of their host is still on its way.

Scrapy 2.19 has all of them wait for one Deferred, which hands its result to the first alone; the others get None, which means "no
rules", and fetch what robots.txt forbids. Once the wait is over, the parser is known to the middleware, and this asks there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.utils.httpobj import urlparse_cached

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.robotstxt import RobotParser
    from scrapy.settings import BaseSettings


class WaitingRobotsTxtMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware; nobody who waited goes without the rules."""

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of a request's host, or None where there are none to be had."""
        found = await super().robot_parser(request)
        return found or self._parsers.get(urlparse_cached(request).netloc)  # type: ignore[return-value]  # no Deferred any more


def obey(settings: BaseSettings) -> None:
    """Put the middleware in the place of Scrapy's, where Scrapy's is in use.

    Args:
        settings: The crawl's settings.
    """
    name = f"{RobotsTxtMiddleware.__module__}.{RobotsTxtMiddleware.__qualname__}"
    chosen: Any = settings.getwithbase("DOWNLOADER_MIDDLEWARES")
    places = {key: chosen[key] for key in (name, RobotsTxtMiddleware) if key in chosen}
    if not places or None in places.values():
        return  # the project has another, or none
    for key in places:
        settings["DOWNLOADER_MIDDLEWARES"].set(key, None, priority="spider")
    settings.set_in_component_priority_dict("DOWNLOADER_MIDDLEWARES", WaitingRobotsTxtMiddleware, [*places.values()][-1])
