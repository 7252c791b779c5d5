"""The sites in use, and finding the site and layout for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import url_matcher.patterns
from url_matcher import Patterns
from url_matcher.matcher import PatternsMatcher
from url_matcher.patterns import pattern_parse

from scraper.errors import Unmatched
from scraper.records.schemas import bring
from scraper.sites.bounds import UNLIMITED, Limits
from scraper.sites.guest import Asker
from scraper.sites.loading import load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scraper.errors import SiteError
    from scraper.sites.loading import Plugin
    from scraper.sites.site import Layout, Site

# url-matcher looks up the registered domain of each pattern, for a table that is not used here: its matchers compare whole hosts.
# The look-up would read the public suffix list for a fifth of a second in every process, or fetch it from the network.
url_matcher.patterns.get_domain = lambda url: url  # type: ignore[attr-defined, assignment]  # there is no public way


class Registry:
    """The sites in use.

    Args:
        sites: The sites; asked by priority, then name.
        plugins: The plugins they came from, broken ones too.
        limits: What the job grants a page, whatever its site would.

    Attributes:
        limits: The same; may be set.
    """

    def __init__(self, sites: Iterable[Site], plugins: Iterable[Plugin] = (), *, limits: Limits = UNLIMITED) -> None:
        self.sites = sorted(sites, key=lambda site: (-site.priority, site.name))
        self.plugins = list(plugins)
        self.limits = limits
        patterns = [(site, Patterns(list(site.urls))) for site in self.sites if site.urls]
        self._matchers = [(site, _hosts(urls), PatternsMatcher(site.name, urls)) for site, urls in patterns]

    def only(self, name: str) -> Registry:
        """Return a registry of one site.

        Raises:
            Unmatched: There is no such site.
        """
        chosen = [site for site in self.sites if site.name == name]
        if not chosen:
            known = ", ".join(site.name for site in self.sites) or "none"
            raise Unmatched(f"no site is named {name!r}; known: {known}")
        return Registry(chosen, self.plugins, limits=self.limits)

    def by_url(self, url: str) -> Site | None:
        """Return the first site whose patterns match a URL."""
        shown = url.lower()
        mentioned = ((site, matcher) for site, hosts, matcher in self._matchers if any(host in shown for host in hosts))
        return next((site for site, matcher in mentioned if matcher.match(url)), None)

    def choose(self, url: str, media_type: str, date: str, page: Any) -> tuple[Site, Layout]:
        """Return the site and layout for a page: by URL, else by what layouts recognise.

        Raises:
            Unmatched: There is none; the message says how far the search came.
        """
        site = self.by_url(url)
        asker = Asker(page, self.limits)
        if site is not None:
            return site, _choose_layout(site, url, media_type, date, asker)
        readers = ((each, layout) for each in self.sites for layout in each.layouts if layout.reads(media_type, date))
        found = asker.first((each, layout) for each, layout in readers if layout.recognises)
        if found is None:
            raise Unmatched(f"no site matches {url}, and none recognises the {media_type} page{_told(asker.failures)}")
        return found


def _hosts(patterns: Patterns) -> list[str]:
    """Return texts, one of which is in each URL that the patterns match: to see that is quicker than to match."""
    hosts = [pattern_parse(pattern).netloc.lower() for pattern in patterns.include]
    return [""] if any("*" in host for host in hosts) else hosts


def _choose_layout(site: Site, url: str, media_type: str, date: str, asker: Asker) -> Layout:
    readers = [(site, layout) for layout in site.layouts if layout.reads(media_type, date)]
    found = asker.first(readers)
    if found is None:
        why = "recognises this page" if readers else f"reads {media_type} of {date[:10]}"
        raise Unmatched(f"site {site.name!r} matches {url}, but none of its layouts {why}{_told(asker.failures)}")
    return found[1]


def _told(failures: Iterable[SiteError]) -> str:
    """Return what failed, as the end of a sentence."""
    return "".join(f"; {error}" for error in failures)


def load_registry(*, limits: Limits = UNLIMITED) -> Registry:
    """Load every plugin and return the sites they bring; their steps and schemas are known from then on.

    Args:
        limits: What the job grants a page, whatever its site would.
    """
    plugins = load_plugins()
    bring({name: schema for plugin in plugins for name, schema in plugin.schemas.items()})
    return Registry((site for plugin in plugins for site in plugin.sites), plugins, limits=limits)
