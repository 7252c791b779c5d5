"""The hooks that a plugin may implement, for pluggy, and the version of all that is between a plugin and us.

A plugin's module may say for which version it was written:

    SCRAPER_API = 1

Another major version than ours is refused with both named. Without it the present one is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from scraper.records import Migration, Record
    from scraper.sites.site import Site

NAMESPACE = "scraper"
API: Final = 1
"""The major version of hooks, sites, layouts and records; raised when a plugin would have to change."""

hookspec = pluggy.HookspecMarker(NAMESPACE)
hookimpl = pluggy.HookimplMarker(NAMESPACE)


@hookspec
def scraper_sites() -> Iterable[Site]:  # type: ignore[empty-body]  # a specification has no body
    """Return the sites that this plugin brings."""


@hookspec
def scraper_records() -> Iterable[type[Record]]:  # type: ignore[empty-body]  # a specification has no body
    """Return the record types that this plugin brings, for `scraper schema`."""


@hookspec
def scraper_schemas() -> Iterable[Path]:  # type: ignore[empty-body]  # a specification has no body
    """Return folders of JSON Schemas (draft 2020-12), one file a type and version: `book/1.json` is the schema of `book/1`."""


@hookspec
def scraper_migrations() -> Iterable[Migration]:  # type: ignore[empty-body]  # a specification has no body
    """Return what brings records of this plugin's types from one version to the next."""
