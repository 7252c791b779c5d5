"""A payload opened for quoting: what a plugin author selects from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.errors import UnsupportedMediaType
from scraper.pages.text import TextPage

if TYPE_CHECKING:
    from collections.abc import Callable

Page = TextPage
"""Any page. Pages of other media types join here."""

__all__ = ["Page", "TextPage", "open_page"]

_OPENERS: dict[str, Callable[..., Page]] = {
    "text/plain": TextPage,
}


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
    opener = _OPENERS.get(kind)
    if opener is None:
        raise UnsupportedMediaType(f"no page opens {kind or 'an unnamed media type'}; known: {', '.join(_OPENERS)}")
    return opener(payload, charset=charset, url=url)
