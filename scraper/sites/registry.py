"""Finding plugins, and finding the site and layout for a page.

Plugins are the packages of the namespace package `plugins` (any folder of that name on the path) and the installed entry points
of the group `scraper`. Folders that begin with an underscore are
shared code of plugins, not plugins. A plugin that cannot be loaded is reported and the others work on.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
from importlib import metadata
from typing import TYPE_CHECKING, Any, cast

import attrs
import pluggy
import tldextract
from url_matcher import Patterns
from url_matcher.matcher import PatternsMatcher

from scraper.errors import BrokenPlugin, SiteError, Unmatched
from scraper.sites import guest, hookspecs
from scraper.sites.bounds import UNLIMITED, Limits
from scraper.sites.site import Layout, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

_log = logging.getLogger(__name__)

# url-matcher asks tldextract for the domain of each pattern, and its default extractor fetches the public suffix list from the
# network and caches it in the home folder. The list that comes with the package does.
tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@attrs.frozen(slots=True)
class Plugin:
    """A plugin that was found, and what became of it.

    Attributes:
        name: Its name: the folder's, or the entry point's.
        origin: Where it came from.
        sites: The sites that it brought.
        error: Why it is not used; None if it is.
    """

    name: str
    origin: str
    sites: tuple[Site, ...] = ()
    error: BrokenPlugin | None = None


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
        self._matchers = [(site, PatternsMatcher(site.name, Patterns(list(site.urls)))) for site in self.sites if site.urls]

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
        return next((site for site, matcher in self._matchers if matcher.match(url)), None)

    def choose(self, url: str, media_type: str, date: str, page: Any) -> tuple[Site, Layout]:
        """Return the site and layout for a page: by URL, else by what layouts recognise.

        Raises:
            Unmatched: There is none; the message says how far the search came.
        """
        site = self.by_url(url)
        asked = _Asked(page, self.limits)
        if site is not None:
            return site, _choose_layout(site, url, media_type, date, asked)
        for each in self.sites:
            for layout in each.layouts:
                if layout.recognises and layout.reads(media_type, date) and asked.recognises(each, layout):
                    return each, layout
        raise Unmatched(f"no site matches {url}, and none recognises the {media_type} page{asked.failures()}")


def _choose_layout(site: Site, url: str, media_type: str, date: str, asked: _Asked) -> Layout:
    readers = [layout for layout in site.layouts if layout.reads(media_type, date)]
    for layout in readers:
        if layout.recognises is None or asked.recognises(site, layout):
            return layout
    why = "recognises this page" if readers else f"reads {media_type} of {date[:10]}"
    raise Unmatched(f"site {site.name!r} matches {url}, but none of its layouts {why}{asked.failures()}")


class _Asked:
    """The layouts that were asked about a page. One that fails has not recognised it, is named, and the next is asked."""

    def __init__(self, page: Any, limits: Limits) -> None:
        self._page = page
        self._limits = limits
        self._failed: list[SiteError] = []

    def recognises(self, site: Site, layout: Layout) -> bool:
        try:
            return guest.recognises(site, layout, self._page, self._limits)
        except SiteError as error:
            _log.warning("%s, on %s", error, self._page.url, exc_info=error.__cause__)
            self._failed.append(error)
            return False

    def failures(self) -> str:
        """Return what failed, as the end of a sentence."""
        return "".join(f"; {error}" for error in self._failed)


def load_registry() -> Registry:
    """Load every plugin and return the sites they bring."""
    manager = pluggy.PluginManager(hookspecs.NAMESPACE)
    manager.add_hookspecs(hookspecs)
    plugins: list[Plugin] = []
    taken: dict[str, str] = {}
    for name, origin, load in _found():
        plugins.append(_load(manager, name, origin, load, taken))
    return Registry((site for plugin in plugins for site in plugin.sites), plugins)


def _found() -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """Yield name, origin and loader of each plugin, in a fixed order."""
    package = _plugins_package()
    modules = pkgutil.iter_modules(package.__path__ if package else [])
    for module in sorted((each for each in modules if not each.name.startswith("_")), key=lambda each: each.name):
        path = f"plugins.{module.name}"
        yield module.name, path, lambda path=path: importlib.import_module(path)  # type: ignore[misc]  # binds the loop's value
    for entry in sorted(metadata.entry_points(group=hookspecs.NAMESPACE), key=lambda each: each.name):
        version = f" {entry.dist.version}" if entry.dist else ""
        yield entry.name, f"{entry.dist.name if entry.dist else entry.value}{version}", entry.load


def _plugins_package() -> ModuleType | None:
    try:
        return importlib.import_module("plugins")
    except ModuleNotFoundError:
        return None


def _load(manager: pluggy.PluginManager, name: str, origin: str, load: Callable[[], Any], taken: dict[str, str]) -> Plugin:
    """Load one plugin; whatever it raises becomes its status."""
    try:
        module = load()
        manager.register(module, origin)
        sites = tuple(_sites(manager, module))
        clash = next((site for site in sites if site.name in taken), None)
        if clash is not None:
            raise BrokenPlugin(f"site {clash.name!r} is already brought by {taken[clash.name]}")  # noqa: TRY301  # a status too
    except (Exception, SystemExit) as error:  # noqa: BLE001  # a plugin is somebody else's code: anything may come
        reason = error if isinstance(error, BrokenPlugin) else BrokenPlugin(f"{type(error).__name__}: {error}")
        return Plugin(name, origin, error=reason)
    taken.update((site.name, origin) for site in sites)
    return Plugin(name, origin, sites)


def _sites(manager: pluggy.PluginManager, module: Any) -> Iterator[Site]:
    """Call one plugin's hook alone, so that its errors are its own."""
    implementations = [each for each in manager.hook.scraper_sites.get_hookimpls() if each.plugin is module]
    if not implementations:
        raise BrokenPlugin("implements no hook of ours: decorate a function named scraper_sites with hookimpl")
    for implementation in implementations:
        found: Iterable[Any] = cast("Any", implementation.function)()
        for site in found:
            if not isinstance(site, Site):
                raise BrokenPlugin(f"scraper_sites returned {site!r}, which is no Site")
            yield site
