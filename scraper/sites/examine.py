"""Looking at a site before it is let in: what is of the wrong kind is named while its plugin loads, not when a page comes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from url_matcher import Patterns
from url_matcher.matcher import PatternsMatcher

from scraper.errors import BrokenPlugin
from scraper.sites.site import Layout

if TYPE_CHECKING:
    from scraper.sites.site import Site


def examine(site: Site) -> None:
    """Check the kinds of what a site says of itself.

    Raises:
        BrokenPlugin: Something is of the wrong kind; the message names it.
    """
    who = f"site {site.name!r}"
    _need(_is_text(site.name), f"{who}: its name is no text")
    _need(_is_text(site.version), f"{who}: its version is {site.version!r}, which is no text")
    _need(_are_texts(site.urls), f"{who}: urls is {site.urls!r}, which is no list of patterns")
    _need(_is_number(site.priority), f"{who}: its priority is {site.priority!r}, which is no number")
    for name in ("seconds", "memory"):
        value = getattr(site, name)
        _need(_is_number(value) and value > 0, f"{who}: {name} is {value!r}, which is no positive number")
    try:
        PatternsMatcher(site.name, Patterns(list(site.urls)))
    except Exception as error:
        raise BrokenPlugin(f"{who}: its urls cannot be read: {error}") from error
    for layout in site.layouts:
        _need(isinstance(layout, Layout), f"{who} has a layout that is none: {layout!r}")
        _examine_layout(layout, f"{who}, layout {layout.name!r}")


def _examine_layout(layout: Layout, who: str) -> None:
    _need(_is_text(layout.name), f"{who}: its name is no text")
    _need(callable(layout.extract), f"{who}: what extracts is {layout.extract!r}, which is no function")
    _need(layout.recognises is None or callable(layout.recognises), f"{who}: recognises is {layout.recognises!r}, no function")
    known = _are_texts(layout.media_types) and layout.media_types
    _need(bool(known), f"{who}: media_types is {layout.media_types!r}, which is no list of media types")
    for name in ("since", "until"):
        day = getattr(layout, name)
        is_day = isinstance(day, dt.date) and not isinstance(day, dt.datetime)
        _need(day is None or is_day, f"{who}: {name} is {day!r}, which is no datetime.date")
    empty = layout.since and layout.until and layout.since >= layout.until
    _need(not empty, f"{who}: it ends ({layout.until}) before it begins ({layout.since})")


def _need(good: bool, otherwise: str) -> None:
    if not good:
        raise BrokenPlugin(otherwise)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(_is_text(each) for each in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
