"""Single saved files: a text dump becomes a `conversion` record, a saved HTML, XML or JSON page a `resource` record."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from scraper.archive.loaders.drafts import PageDraft, label
from scraper.archive.loaders.markup import beginning, saved_from
from scraper.archive.loaders.media import TEXT, media_type
from scraper.archive.loaders.origin import Origin, changed_date
from scraper.errors import LoadError

if TYPE_CHECKING:
    from scraper.archive.loaders.inputs import Source


def saved_page(data: bytes, source: Source, origin: Origin, *, forced: str | None = None) -> PageDraft:
    """Make a draft of a single page. Its bytes are archived as they are; its charset is left to whoever opens it.

    Its URL is what its user says, else what the page says, else `urn:sha256:` and the digest of its bytes, which stays the
    same wherever the file is. Its date is what its user says, else when the page says it was saved, else its time of change.

    Args:
        data: The file, decompressed.
        source: The file.
        origin: What its user says of it.
        forced: Its media type, whatever it seems to be.

    Raises:
        LoadError: It is empty, or no page.
    """
    if not data:
        raise LoadError("the file is empty", path=source.path)
    try:
        kind = forced or media_type(data, source.name.removesuffix(".gz"))
    except ValueError as error:
        raise LoadError(str(error), path=source.path) from error
    own = saved_from(beginning(data)) if "html" in kind else Origin()
    return PageDraft(
        kind="conversion" if kind == TEXT else "resource",
        url=origin.url or own.url or f"urn:sha256:{hashlib.sha256(data).hexdigest()}",
        date=origin.date or own.date or changed_date(source),
        payload=data,
        media_type=kind,
        source=label(source.name),
    )
