"""What the spiders of sites share: arguments, politeness, a limit, and an account of what was skipped, failed or blocked.

Only Scrapy's loader imports this and the modules of spiders: the plugins themselves work without Scrapy.

A spider only asks for pages. The add-on archives and extracts them, so callbacks follow links, and give no items of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider, IgnoreRequest
from scrapy.http import HtmlResponse, Response
from scrapy.spidermiddlewares.httperror import HttpError

from plugins._shared.arguments import Arguments, contact, is_url, useful
from plugins._shared.blocked import wall
from scraper import __version__
from scraper.errors import QuotingError, UsageError
from scraper.pages import HtmlPage, open_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence

    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

COMMON: Final = frozenset({"base", "contact", "limit"})
"""The arguments of every spider of a site."""
_REFUSED: Final = frozenset({401, 403, 429})
_PATIENCE: Final = 3  # blocked pages in a row after which to go on would be rude
_STATS: Final = "scraper/spider"


def polite(*, depth: int, **more: Any) -> dict[str, Any]:
    """Return a spider's settings: one request at a time, a second apart or slower, as robots.txt allows, and only so deep.

    Args:
        depth: The longest way from a first page, in links.
        more: Further settings.
    """
    return {
        "ROBOTSTXT_OBEY": True,
        "CONCURRENT_REQUESTS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 1.0,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": 1.0,
        "DEPTH_LIMIT": depth,
        **more,
    }


class SiteSpider(Spider):
    """A spider that crawls what its arguments name, politely.

    Attributes:
        known: The arguments that it takes.
        home: The URL before all paths of the site, where it is known.
        hosts: The hosts of the site, subdomains included, unless the argument `base` names another.
        contact: Who crawls.
        allowed_domains: The hosts that are crawled; none for any.
    """

    known: ClassVar[frozenset[str]] = COMMON
    home: ClassVar[str | None] = None
    hosts: ClassVar[tuple[str, ...]] = ()
    custom_settings = polite(depth=1)
    contact: str | None = None
    allowed_domains: Sequence[str] = ()

    def __init__(self, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self._first: Iterable[Request] = ()
        self._unusable: UsageError | None = None
        self._complaints: list[str] = []
        self._left: int | None = None
        self._blocked = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:  # noqa: ARG003  # Scrapy's signature
        """Make the spider of a crawl; arguments of no use are remembered, and stop it when it starts."""
        spider = super().from_crawler(crawler)
        spider.prepare(kwargs, crawler.settings)
        if spider.contact or not crawler.settings.getpriority("USER_AGENT"):  # a project's own stays, unless a contact is named
            crawler.settings.set("USER_AGENT", _user_agent(spider.contact), priority="spider")
        return spider

    def prepare(self, given: Mapping[str, str], settings: BaseSettings) -> None:
        """Read the arguments; what is wrong with them is told when the spider starts."""
        try:
            arguments = Arguments(given, self.known)
            self.contact = contact(arguments.text("contact") or settings.get("SCRAPER_CONTACT"))
            self._left = arguments.number("limit")
            base = arguments.base(self.home)
            self.allowed_domains = [str(urlsplit(base).hostname)] if base and base != self.home else list(self.hosts)
            self._first = self.first(arguments, base)
        except UsageError as error:
            self._unusable = error

    def first(self, given: Arguments, base: str | None) -> Iterable[Request]:
        """Return the first requests.

        Args:
            given: The arguments.
            base: The URL before all paths.

        Raises:
            UsageError: An argument is of no use.
        """
        raise NotImplementedError

    async def start(self) -> AsyncIterator[Any]:
        """Say what is wrong with the arguments, and ask for the first pages.

        Raises:
            CloseSpider: An argument is of no use.
        """
        if self._unusable is not None:
            self.logger.error("%s", self._unusable)
            raise CloseSpider("usage_error")
        if self.contact is None:
            self.logger.warning("Nobody is named whom a site could reach: give -a contact=you@example.org, or set SCRAPER_CONTACT")
        for complaint in self._complaints:
            self.note("skipped", complaint)
        for request in self._first:
            yield request

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Request]:
        """Look whether the page is what was asked for, and follow its links."""
        what = _wall(response)
        if what is not None:
            self._meet_wall(f"{response.url}: {what} stands in place of the page")
            return
        self._blocked = 0
        yield from self.follow(response, **kwargs)

    def follow(self, response: Response, **kwargs: Any) -> Iterable[Request]:  # noqa: ARG002  # for spiders that do
        """Return requests for what a page links to; by default none."""
        return ()

    def failed(self, failure: Failure) -> None:
        """Account for a page that did not come."""
        error, url = failure.value, failure.request.url  # type: ignore[attr-defined]  # Scrapy puts it there
        if isinstance(error, HttpError):
            status, what = error.response.status, _wall(error.response)
            if status in _REFUSED or what:
                self._meet_wall(f"{url}: status {status}, {what or 'access refused'}")
                return
            self.note("failed", f"{url}: status {status}")
        elif isinstance(error, IgnoreRequest):
            self.note("forbidden", f"{url}: not fetched: {error or 'filtered'}")
        else:
            self.note("failed", f"{url}: {type(error).__name__}: {error}")

    def ask(self, url: str, **kwargs: Any) -> Request:
        """Return the request for a page; its failure is accounted for."""
        return Request(url, callback=self.parse, errback=self.failed, cb_kwargs=kwargs)

    def within_limit(self, values: Iterable[str]) -> list[str]:
        """Return as many of the values as the limit still allows, and count them against it."""
        taken = list(values)[: self._left]
        if self._left is not None:
            self._left -= len(taken)
        return taken

    @property
    def is_done(self) -> bool:
        """Whether the limit is reached."""
        return self._left == 0

    def useful(self, entries: Iterable[Any], read: Callable[[str], str], name: str) -> list[str]:
        """Return what the entries of a list mean, as many as the limit allows; complaints are logged when the spider starts.

        Raises:
            UsageError: Not one of them means anything.
        """
        found, self._complaints = useful(entries, read)
        if not found:
            why = f": {self._complaints[0]}" if self._complaints else " are there"
            raise UsageError(f"argument {name}: no entries of use{why}")
        return self.within_limit(found)

    def _meet_wall(self, message: str) -> None:
        """Account for a page that something stood in place of.

        Raises:
            CloseSpider: It was one too many in a row.
        """
        self.note("blocked", message)
        self._blocked += 1
        if self._blocked >= _PATIENCE:
            self.logger.error("The crawl stops: %d pages in a row were blocked", self._blocked)
            raise CloseSpider("blocked")

    def note(self, what: str, message: str) -> None:
        """Log what became of something, and count it in the stats under `scraper/spider/`."""
        self.logger.warning("%s", message)
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(f"{_STATS}/{what}")


class UrlSpider(SiteSpider):
    """A spider of the pages whose URLs it is given: absolute ones, or paths of the site."""

    known = COMMON | {"urls"}

    def first(self, given: Arguments, base: str | None) -> Iterable[Request]:
        """Return a request for each URL.

        Raises:
            UsageError: No URL is of use.
        """
        urls = self.useful(given.urls(), lambda text: self._absolute(text, base), "urls")
        return (self.ask(url) for url in urls)

    def _absolute(self, text: str, base: str | None) -> str:
        url = urljoin(f"{base}/", text) if base and text.startswith("/") else text
        if not is_url(url):
            raise ValueError("it is no URL of http or https" + ("" if base else ", and no base is given"))
        host = str(urlsplit(url).hostname)
        near = self.allowed_domains
        if near and not any(host == each or host.endswith(f".{each}") for each in near):
            raise ValueError(f"it is not at {', '.join(near)}")
        return url


def _user_agent(who: str | None) -> str:
    return f"scraper/{__version__} (+{who})" if who else f"scraper/{__version__}"


def _wall(response: Response) -> str | None:
    """Say what stands in place of a page; None where it is no HTML."""
    if not isinstance(response, HtmlResponse):
        return None
    try:
        page = open_page(response.body, "text/html", charset=response.encoding, url=response.url)
    except QuotingError:
        return None
    return wall(page) if isinstance(page, HtmlPage) else None
