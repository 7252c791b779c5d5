"""The hooks that a plugin may implement, for pluggy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scraper.sites.site import Site

NAMESPACE = "scraper"

hookspec = pluggy.HookspecMarker(NAMESPACE)
hookimpl = pluggy.HookimplMarker(NAMESPACE)


@hookspec
def scraper_sites() -> Iterable[Site]:  # type: ignore[empty-body]  # a specification has no body
    """Return the sites that this plugin brings."""
