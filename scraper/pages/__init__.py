"""A payload opened for quoting: what a plugin author selects from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.errors import UnsupportedMediaType
from scraper.pages.html import HtmlNode, HtmlPage, NodeList
from scraper.pages.json import JsonNode, JsonPage
from scraper.pages.text import TextPage
from scraper.pages.xml import XmlNode, XmlPage

if TYPE_CHECKING:
    from collections.abc import Callable

Page = HtmlPage | TextPage | XmlPage | JsonPage
"""Any page. Pages of other media types join here."""

__all__ = ["HtmlNode", "HtmlPage", "JsonNode", "JsonPage", "NodeList", "Page", "TextPage", "XmlNode", "XmlPage", "open_page"]

_OPENERS: dict[str, Callable[..., Page]] = {
    "text/html": HtmlPage,
    "application/xhtml+xml": HtmlPage,  # as in Scrapy: few such pages are well-formed, and HTML's parser reads those too
    "text/plain": TextPage,
    "application/xml": XmlPage,
    "text/xml": XmlPage,
    "application/json": JsonPage,
}
_SUFFIXES: dict[str, str] = {
    "+xml": "application/xml",
    "+json": "application/json",
}  # RFC 6839: what a structured syntax suffix stands for


def open_page(payload: bytes, media_type: str, *, charset: str | None = None, url: str | None = None) -> Page:
    """Open a payload for quoting.

    Args:
        payload: The payload bytes of a capture.
        media_type: Its media type; parameters are ignored.
        charset: The declared charset label. A byte order mark overrules it, and an unknown label counts as none.
        url: The page's URL.

    Returns:
        The page of the media type: `HtmlPage` for `text/html` and `application/xhtml+xml`, `TextPage` for `text/plain`,
        `XmlPage` for `application/xml`, `text/xml` and `*/*+xml`, `JsonPage` for `application/json` and `*/*+json`.

    Raises:
        UnsupportedMediaType: No page opens this media type.
        MalformedPayload: The payload is not well-formed.
        UnsupportedCharset: The payload is in a stateful charset, whose bytes cannot be quoted.
    """
    kind = media_type.partition(";")[0].strip().lower()
    _, plus, suffix = kind.rpartition("+")
    opener = _OPENERS.get(kind) or _OPENERS.get(_SUFFIXES.get(plus + suffix, ""))
    if opener is None:
        raise UnsupportedMediaType(f"no page opens {kind or 'an unnamed media type'}; known: {', '.join(_OPENERS)}")
    return opener(payload, charset=charset, url=url)
