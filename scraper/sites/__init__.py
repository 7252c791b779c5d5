"""How a plugin plugs in: sites, layouts, hooks and their registry."""

from scraper.sites.hookspecs import hookimpl
from scraper.sites.loading import Plugin
from scraper.sites.registry import Registry, load_registry
from scraper.sites.site import Layout, Site

__all__ = ["Layout", "Plugin", "Registry", "Site", "hookimpl", "load_registry"]
