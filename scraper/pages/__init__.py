"""A payload opened for quoting: what a plugin author selects from."""

from __future__ import annotations

from scraper.errors import UnsupportedMediaType
from scraper.pages.text import TextPage

Page = TextPage
"""Any page. Pages of other media types join here."""

__all__ = ["Page", "TextPage", "open_page"]


def open_page(payload: bytes, media_type: str, *, charset: str | None = None, url: str | None = None) -> Page:
    """Open a payload for quoting.

    Args:
        payload: The payload bytes of a capture.
        media_type: Its media type; parameters are ignored.
        charset: The declared charset label. A byte order mark overrules it, and an unknown label counts as none.
        url: The page's URL.

    Returns:
        The page of the media type: `TextPage` for `text/plain`.

    Raises:
        UnsupportedMediaType: No page opens this media type.
        UnsupportedCharset: The payload is in a stateful charset, whose bytes cannot be quoted.
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind == "text/plain":
        return TextPage(payload, charset=charset, url=url)
    raise UnsupportedMediaType(f"no page opens {kind or 'an unnamed media type'}; known: text/plain")
