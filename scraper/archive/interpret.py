"""What a whole record is: a capture with its payload, a capture that cannot be read, a revisit, or none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypedDict

from scraper.archive.capture import Capture, Damage, Item, Revisit, Skipped, UnreadableCapture
from scraper.archive.decoding import Broken
from scraper.archive.digests import read_digest
from scraper.archive.payload import HttpHead, Payload, read_http, read_media_type, read_payload
from scraper.archive.place import as_path
from scraper.errors import PayloadError, PayloadTooLarge

if TYPE_CHECKING:
    from scraper.archive.framing import Record
    from scraper.archive.head import Head
    from scraper.archive.place import Place

CAPTURES: Final = frozenset({"response", "resource", "conversion"})
_PROFILE: Final = re.compile(r"https?://netpreserve\.org/warc/[\d.]+/(?:revisit/)?(?:uri-agnostic-)?([a-z\-]+)/?")


class _Place(TypedDict):
    warc: str
    offset: int
    length: int


def interpret(record: Record, path: Place, *, max_payload: int, payload: Payload | None = None) -> Item:
    """Make an item of a record.

    The payload digest is checked here; framing has checked the rest. Standard and tools disagree on what it covers (WARC
    1.1 §5.9: the body without transfer coding; warcio and fastwarc: the body as it came over the wire; some digest the
    decoded body), so it may fit any of the three. If it fits none, bytes and digest contradict each other: damage.

    Args:
        record: From `raw_records`.
        path: The archive it comes from.
        max_payload: Most bytes that the decoded payload may have.
        payload: The payload of the block, where it has been decoded already; then its digest is known to fit.
    """
    head = record.head
    place: _Place = {"warc": as_path(path).name, "offset": record.offset, "length": record.length}
    if head.kind == "revisit":
        return _revisit(record, place)
    if head.kind not in CAPTURES:
        return Skipped(reason=head.kind, record_id=head.record_id(record.block), **place)
    lacking = "WARC-Target-URI" if not head.url else "WARC-Date" if not head.date else None
    if lacking:
        return Damage(reason=f"the {head.kind} record has no {lacking}", **place)
    http = read_http(record.block) if _is_http(head, record.block) else None
    found = payload or _payload(record, http, max_payload)
    if isinstance(found, Broken):
        return _unreadable(record, http, found, path, place)
    digest = read_digest(head.fields.get("warc-payload-digest"))
    hashed = payload is not None or (digest is not None and digest.algorithm == "sha256" and digest.says(found.sha256))
    if digest and not hashed and not any(digest.fits(reading) for reading in found.readings):
        return Damage(reason="the payload does not have its WARC-Payload-Digest", **place)
    media_type, charset = read_media_type(_content_type(head, http))
    return Capture(
        url=head.url,
        date=head.date,
        media_type=media_type,
        charset=charset,
        payload=found.data,
        record_type=head.kind,
        record_id=head.record_id(record.block),
        status=http.status if http else None,
        headers=http.headers if http else (),
        truncated=head.fields.get("warc-truncated"),
        hashed=(found.data, found.sha256) if hashed else None,
        **place,
    )


def _revisit(record: Record, place: _Place) -> Revisit:
    """What a revisit record says; where it says too little, `Originals` will find nothing.

    Profiles of WARC 0.18, 1.0 and 1.1 mean the same, and so does Heritrix's `uri-agnostic-identical-payload-digest`.
    """
    head, fields = record.head, record.head.fields
    profile = fields.get("warc-profile", "")
    known = _PROFILE.fullmatch(profile)
    http = read_http(record.block)
    return Revisit(
        reason=head.kind,
        record_id=head.record_id(record.block),
        url=head.url,
        date=head.date,
        profile=known[1] if known else profile,
        refers_to=fields.get("warc-refers-to"),
        refers_to_url=_unbracketed(fields.get("warc-refers-to-target-uri")),
        refers_to_date=fields.get("warc-refers-to-date"),
        payload_digest=fields.get("warc-payload-digest"),
        status=http.status if http else None,
        content_type=http.last("content-type") or None if http else None,
        **place,
    )


def _unbracketed(uri: str | None) -> str | None:
    """A URI without the angle brackets that some tools write."""
    return uri.removeprefix("<").removesuffix(">") if uri else None


def _payload(record: Record, http: HttpHead | None, limit: int) -> Payload | Broken:
    """The payload of a record that is a capture, or why there is none."""
    head, block = record.head, record.block
    if record.oversize:
        return Broken(f"the block has {head.length:,} bytes, more than max_payload={limit:,} allows", too_large=True)
    if "warc-segment-number" in head.fields:
        return Broken("the payload goes on in continuation records (WARC-Segment-Number), which are not joined")
    if http:
        return read_payload(block, http, limit=limit, partial="warc-truncated" in head.fields)
    if _is_http(head, block):
        return Broken("the block is no HTTP response: it begins with no status line")
    if len(block) > limit:
        return Broken(f"the payload passes the bound of {limit:,} bytes; raise max_payload to read it", too_large=True)
    return Payload(block, (block,))


def _unreadable(record: Record, http: HttpHead | None, why: Broken, path: Place, place: _Place) -> UnreadableCapture:
    """The capture that cannot be read, with the error that says why."""
    head = record.head
    error = (PayloadTooLarge if why.too_large else PayloadError)(why.reason, path=path, offset=record.offset)
    return UnreadableCapture(
        url=head.url,
        date=head.date,
        media_type=read_media_type(_content_type(head, http))[0],
        record_type=head.kind,
        record_id=head.record_id(record.block),
        error=error,
        **place,
    )


def _is_http(head: Head, block: bytes) -> bool:
    """Whether a record's block is an HTTP message: what it says, or for an ARC, which cannot say, what it looks like."""
    if head.kind != "response":
        return False
    declared = head.fields.get("content-type", "").lower()
    return block.startswith(b"HTTP/") if head.arc or not declared else declared.startswith("application/http")


def _content_type(head: Head, http: HttpHead | None) -> str:
    """The Content-Type that speaks of the payload: HTTP's for an HTTP response, else the record's own."""
    return http.last("content-type") if http else head.fields.get("content-type", "")
