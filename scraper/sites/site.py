r"""A site: its URLs and its layouts. What a plugin author writes.

site = Site("mysite", version="1.0.0", urls=["example.org/articles/"])

@site.layout("text", media_types=["text/plain"], recognises=lambda page: bool(page.search("^Example Archive")))
def text(page: TextPage) -> Article:
    return Article(title=page.line(1).squash(), doi=page.search(r"doi: (\S+)"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from scraper.errors import SiteError
from scraper.sites.bounds import MEMORY, SECONDS, Limits

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence

    from scraper.records import Record

    Extract = Callable[[Any], Record | Iterable[Record]]
    Recognise = Callable[[Any], bool]


@attrs.frozen(slots=True)
class Layout:
    """One page design of a site in one media type.

    Attributes:
        name: Its name in extractions.
        extract: Page → record, or several records.
        media_types: The media types it reads.
        recognises: Whether a page is of this design. A capture that no site's URLs match is offered to every layout
            that has this; without it, the site's URLs alone decide.
        since: The first day on which the site used this design; None for always.
        until: The first day on which it no longer did; None for never.
    """

    name: str
    extract: Extract
    media_types: Sequence[str]
    recognises: Recognise | None = None
    since: dt.date | None = None
    until: dt.date | None = None

    def reads(self, media_type: str, date: str) -> bool:
        """Whether this layout reads captures of a media type and date (ISO 8601, as in WARC-Date)."""
        if media_type not in self.media_types:
            return False
        if self.since is None and self.until is None:
            return True
        day = date[:10]
        return (self.since is None or self.since.isoformat() <= day) and (self.until is None or day < self.until.isoformat())


@attrs.define(slots=True)
class Site:
    """What a plugin knows about one website.

    Attributes:
        name: Its name in extractions and commands.
        version: The plugin's version: raise it whenever output changes.
        urls: Patterns of its pages' URLs, in the syntax of url-matcher (`example.org/articles/`).
        priority: Sites with a higher one are asked first; fallbacks have a low one.
        seconds: Time limit of one step of a layout: a page, or the next record of a layout that gives many. A job may have a
            tighter one.
        memory: Memory limit of a page, in bytes over what the process held before.
        layouts: Its layouts, in the order in which they are asked.
    """

    name: str
    version: str = attrs.field(kw_only=True)
    urls: Sequence[str] = attrs.field(kw_only=True, default=())
    priority: int = attrs.field(kw_only=True, default=500)
    seconds: float = attrs.field(kw_only=True, default=SECONDS)
    memory: int = attrs.field(kw_only=True, default=MEMORY)
    layouts: list[Layout] = attrs.field(factory=list, init=False)

    @property
    def limits(self) -> Limits:
        """What its layouts may take."""
        return Limits(self.seconds, self.memory)

    def layout(
        self,
        name: str,
        *,
        media_types: Sequence[str],
        recognises: Recognise | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> Callable[[Extract], Extract]:
        """Register the decorated function as a layout of this site; see `Layout` for the arguments.

        Raises:
            SiteError: The site has a layout of that name, or the media types are one text, which would be read letter by letter.
        """
        if isinstance(media_types, str):
            raise SiteError(f"site {self.name!r}, layout {name!r}: media_types is {media_types!r}, which is no list")
        if any(known.name == name for known in self.layouts):
            raise SiteError(f"site {self.name!r} has two layouts named {name!r}")

        def register(extract: Extract) -> Extract:
            self.layouts.append(Layout(name, extract, tuple(media_types), recognises, since, until))
            return extract

        return register
