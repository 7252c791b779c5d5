"""MHTML (RFC 2557): a page and what it embeds in one MIME message, as browsers save it. Each part is a `resource` record.

The page's own part is named by `Snapshot-Content-Location`, which Chrome and its kin write, and dated by the message.
"""

from __future__ import annotations

import email
import email.policy
import email.utils
from email.message import Message  # noqa: TC003  attrs resolves annotations at run time
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urljoin

from attrs import frozen

from scraper.archive.loaders.drafts import Outcome, PageDraft, PassedOver, Rejected, label
from scraper.archive.loaders.media import declared
from scraper.archive.loaders.origin import SCHEMES, Origin, changed_date, checked_url, warc_date
from scraper.errors import LoadError, ScraperError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.archive.loaders.inputs import Source

_SCHEMES: Final = SCHEMES | {"cid"}  # Chrome names inlined style sheets and frames by cid: (RFC 2392)
_BROKEN: Final = ("InvalidBase64PaddingDefect", "InvalidBase64CharactersDefect", "InvalidBase64LengthDefect")
_MAX_PARTS: Final = 500_000
"""More lines that may begin a part are an attack on memory: each part costs some hundred bytes, however short it is."""
_CUT: Final = "CloseBoundaryNotFoundDefect"
_Part: TypeAlias = "Message[str, str]"


@frozen
class _Snapshot:
    """What holds for the whole message: the file, the page's part and URL, the date."""

    source: Source
    page: _Part
    url: str
    date: str


def mhtml_parts(data: bytes, source: Source, origin: Origin) -> Iterator[Outcome]:
    """Make a draft of each part of an MHTML file, its transfer encoding (quoted-printable, base64) undone.

    Parts without a location, or with one that is no URL of ours, are passed over. A part that was cut, or whose base64 is
    broken, is rejected: half a page is never passed off as one.

    Args:
        data: The file.
        source: The file.
        origin: What its user says of it: URL and date of the page.

    Yields:
        Drafts, rejections, notes of what is passed over.

    Raises:
        LoadError: It is no MHTML, or its page has no URL.
    """
    if data.count(b"\n--") > _MAX_PARTS:
        raise LoadError(f"an MHTML of more than {_MAX_PARTS:,} parts", path=source.path)
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        parts = [part for part in message.walk() if part.get_content_maintype() != "multipart" and not part.is_multipart()]
    except RecursionError as error:
        raise LoadError("an MHTML whose parts are nested too deeply", path=source.path) from error
    cut = any(type(defect).__name__ == _CUT for part in message.walk() for defect in part.defects)
    snapshot = _snapshot(message, parts, source, origin)
    for number, part in enumerate(parts):
        if cut and part is parts[-1]:
            yield _rejected(snapshot, number, "the file is cut: this part has no closing boundary")
        else:
            yield _outcome(snapshot, part, number)


def _snapshot(message: _Part, parts: list[_Part], source: Source, origin: Origin) -> _Snapshot:
    """Find the page's part, its URL and its date.

    Raises:
        LoadError: There is no part, or no URL.
    """
    if not (parts and message.get("content-type")):
        raise LoadError("no MHTML: it has no parts", path=source.path)
    start = str(message.get_param("start", "")).strip("<> ")
    page = next((part for part in parts if start and _header(part, "content-id").strip("<> ") == start), parts[0])
    stated = _header(message, "snapshot-content-location") or _header(page, "content-location")
    try:
        return _Snapshot(source, page, origin.url or checked_url(stated), origin.date or _date(message) or changed_date(source))
    except (ValueError, ScraperError) as error:
        raise LoadError(f"an MHTML whose page has no URL: {error}", path=source.path) from error


def _outcome(snapshot: _Snapshot, part: _Part, number: int) -> Outcome:
    """What a part becomes."""
    url = snapshot.url if part is snapshot.page else _location(part, snapshot.url)
    if url is None:
        return PassedOver(path=snapshot.source.path, reason="part without URL")
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return _rejected(snapshot, number, "the part holds no bytes")
    if any(type(defect).__name__ in _BROKEN for defect in part.defects):
        return _rejected(snapshot, number, "its base64 is broken")
    if not payload:
        return PassedOver(path=snapshot.source.path, reason="empty part")
    media_type, charset = declared(_header(part, "content-type") or "text/plain")
    return PageDraft(
        kind="resource",
        url=url,
        date=snapshot.date,
        payload=payload,
        media_type=media_type,
        charset=charset,
        source=label(snapshot.source.name, f"parts/{number}"),
    )


def _location(part: _Part, base: str) -> str | None:
    """The URL of a part: its Content-Location, resolved against the page's (RFC 2557 §5), else its Content-ID."""
    location, name = _header(part, "content-location"), _header(part, "content-id").strip("<> ")
    try:
        return checked_url(urljoin(base, location) if location else f"cid:{name}", schemes=_SCHEMES)
    except ValueError:
        return None  # a location such as about:blank, file: or none at all; the caller counts it


def _date(message: _Part) -> str | None:
    """When the page was saved, by the message's Date (RFC 5322 §3.3); None where it has none that can be read."""
    try:
        return warc_date(email.utils.parsedate_to_datetime(_header(message, "date")))
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _header(part: _Part, name: str) -> str:
    """A header field on one line, in printable ASCII as MIME has it: anything else in it is replaced."""
    value = " ".join(str(part.get(name, "")).split())
    return value.encode("ascii", "replace").decode("ascii")


def _rejected(snapshot: _Snapshot, number: int, reason: str) -> Rejected:
    return Rejected(path=snapshot.source.path, part=f"parts/{number}", reason=reason)
