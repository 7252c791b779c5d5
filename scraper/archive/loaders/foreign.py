"""Archives of other tools: every whole record of a WARC is copied byte for byte, one of an ARC is put into WARC.

What is no whole and valid record is rejected with its offset; it stays where it is, in the archive it came from.
"""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from scraper.archive.capture import Damage, Skipped
from scraper.archive.framing import Hole, Record
from scraper.archive.head import ARC_LINE
from scraper.archive.interpret import interpret
from scraper.archive.loaders.drafts import CopyDraft, Draft, Outcome, PageDraft, PassedOver, Rejected, ResponseDraft, label
from scraper.archive.loaders.media import declared
from scraper.archive.loaders.origin import checked_url
from scraper.archive.payload import read_http
from scraper.archive.reader import raw_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scraper.archive.loaders.inputs import Source

_UNSPECIFIED: Final = "0.0.0.0"  # noqa: S104  what ARC writers put where they know no address


def archive_records(path: Path, source: Source, *, limit: int, part: str = "") -> Iterator[Outcome]:
    """Make a draft of each record of an archive.

    Args:
        path: The archive: the source itself, or what was taken out of it.
        source: The file that was loaded.
        limit: Most bytes of a block; a larger one is rejected.
        part: The member of the source that the archive is.

    Yields:
        Drafts, and rejections for damaged places, with their offsets.

    Raises:
        NotAnArchive: There is no record in it.
    """
    for record in raw_records(path, max_block=limit):
        if isinstance(record, Hole):
            yield _rejected(source, part, record.offset, "DamagedRecord", record.reason)
        else:
            yield _outcome(record, path, source, limit=limit, part=part)


def _outcome(record: Record, path: Path, source: Source, *, limit: int, part: str) -> Outcome:
    """What a record becomes."""
    if record.oversize:
        reason = f"the block has {record.head.length:,} bytes, more than the bound of {limit:,}; raise --max-file to load it"
        return _rejected(source, part, record.offset, "PayloadTooLarge", reason)
    item = interpret(record, path, max_payload=limit)
    if isinstance(item, Damage):
        return _rejected(source, part, record.offset, "DamagedRecord", item.reason)
    if not record.head.arc:
        return CopyDraft(record=record, record_id=record.head.record_id(record.block))
    if isinstance(item, Skipped):
        return PassedOver(path=source.path, reason=f"{item.reason} record of an ARC")
    try:
        return _converted(record, label(source.name, part))
    except ValueError as error:
        return _rejected(source, part, record.offset, "LoadError", str(error))


def _converted(record: Record, source: str) -> Draft:
    """A record of an ARC as one of a WARC: an HTTP message as `response`, anything else (`dns:`) as `resource`.

    Raises:
        ValueError: Its URL is none.
    """
    head, block = record.head, record.block
    scheme = head.url.partition(":")[0].lower()
    url = checked_url(head.url, schemes=frozenset({scheme}))
    record_id = head.record_id(block)
    if read_http(block):
        address = _address(head.raw)
        return ResponseDraft(url=url, date=head.date, block=block, record_id=record_id, source=source, address=address)
    media_type, charset = declared(head.fields["content-type"])
    return PageDraft(
        kind="resource",
        url=url,
        date=head.date,
        payload=block,
        media_type=media_type,
        charset=charset,
        source=source,
        record_id=record_id,
    )


def _address(line: bytes) -> str:
    """The server's address in an ARC's line; empty where there is none."""
    match = ARC_LINE.match(line)
    with suppress(ValueError):  # "-", or nonsense: not recorded
        address = str(ipaddress.ip_address(match["ip"].decode("ascii"))) if match else ""
        return "" if address == _UNSPECIFIED else address
    return ""


def _rejected(source: Source, part: str, offset: int, error: str, reason: str) -> Rejected:
    return Rejected(path=source.path, part=part, offset=offset, error=error, reason=reason)
