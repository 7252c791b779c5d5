"""What a saved HTML page itself says about where it came from: a scan of its beginning, not a parse.

Browsers and savers leave a comment with the URL they saved from; that is the best witness. Else the page's own word for
its address counts: `<link rel=canonical>`, then `og:url`.
"""

from __future__ import annotations

import codecs
import html
import re
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from scraper.archive.loaders.origin import Origin, checked_url, warc_date

if TYPE_CHECKING:
    from collections.abc import Iterator

SCANNED: Final = 64 << 10
"""Bytes of a page that are looked through."""

_WEB: Final = frozenset({"http", "https"})
_SAVED_FROM: Final = re.compile(r"saved from url=\(\d{1,6}\)(\S{1,9999})")  # Internet Explorer, Chrome, Edge
_SINGLE_FILE: Final = re.compile(r"Page saved with SingleFile\s{1,9}url:\s{1,9}(\S{1,9999})\s{1,9}saved date:([^\n(]{1,99})")
_SAVED_DATE: Final = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TAG: Final = re.compile(r"<(link|meta)\s([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"""([A-Za-z:\-]{1,40})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]{1,4000}))""")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def beginning(data: bytes) -> str:
    """The beginning of a text, for recognising what it is: by its byte order mark, else as UTF-8.

    What cannot be decoded becomes U+FFFD, which no URL that is taken may hold.
    """
    data = data[:SCANNED]
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(charset, "replace")
    return data.decode("utf-8", "replace")


def saved_from(text: str) -> Origin:
    """Read where a page came from, and when it was saved, out of its beginning.

    Args:
        text: What `beginning` gives.
    """
    comments, markup = _divide(text)
    for comment in comments:
        found = _SINGLE_FILE.search(comment)
        if found and (url := _web_url(found[1])):
            return Origin(url, _saved_date(found[2]))
        found = _SAVED_FROM.search(comment)
        if found and (url := _web_url(found[1])):
            return Origin(url)
    return Origin(_stated(markup))


def _divide(text: str) -> tuple[list[str], str]:
    """The comments of a page, and what is left without them."""
    first, *rest = text.split("<!--")
    comments, markup = [], [first]
    for piece in rest:
        comment, _, after = piece.partition("-->")
        comments.append(comment)
        markup.append(after)
    return comments, " ".join(markup)


def _stated(markup: str) -> str | None:
    """The URL that a page states: canonical, else og:url."""
    tags = list(_tags(markup))
    canonical = (tag.get("href", "") for tag in tags if "canonical" in tag.get("rel", "").lower().split())
    shared = (tag.get("content", "") for tag in tags if "og:url" in {tag.get("property"), tag.get("name")})
    urls = (_web_url(text) for texts in (canonical, shared) for text in texts)
    return next((url for url in urls if url), None)


def _tags(markup: str) -> Iterator[dict[str, str]]:
    """The attributes of each link and meta."""
    for tag in _TAG.finditer(markup):
        found = _ATTRIBUTE.finditer(tag[2])
        yield {match[1].lower(): html.unescape(match[2] or match[3] or match[4] or "") for match in found}


def _web_url(text: str) -> str | None:
    """A URL in its checked form; None when it is no absolute one of the web (`about:internet` is the usual other)."""
    with suppress(ValueError):
        return checked_url(text, schemes=_WEB)
    return None


def _saved_date(text: str) -> str | None:
    """SingleFile's date, as JavaScript writes it: `Sat Nov 21 2026 08:04:00 GMT+0100`."""
    match = _SAVED_DATE.search(text)
    if match is None or match[1] not in _MONTHS:
        return None
    month = _MONTHS.index(match[1]) + 1
    with suppress(ValueError, OverflowError):  # a day such as 31 February: the page says no date, then
        return warc_date(datetime.fromisoformat(f"{match[3]}-{month:02d}-{match[2]}T{match[4]}{match[5]}"))
    return None
