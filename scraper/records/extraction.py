"""`Extraction` and `Rejection`: one line of output, one line of the rejects file."""

from __future__ import annotations

from typing import Any

import attrs
import orjson

from scraper.errors import ScraperError
from scraper.records import schemas
from scraper.records.record import Record, plain

Json = dict[str, Any]


@attrs.frozen(slots=True)
class SiteRef:
    """Which site's layout made a record, and in which version."""

    name: str
    layout: str
    version: str


@attrs.frozen(slots=True)
class Extraction:
    """A record, the capture it came from, and the pointer of each of its leaves.

    Attributes:
        type: The record's type, as in `article/1`.
        site: Who extracted it.
        record: Plain JSON values.
        capture: The reference to the capture (`schemas/extraction/1.json`, `capture`).
        provenance: JSON Pointer of each leaf → pointer.
        problems: What was on the page and could not be read.
    """

    type: str
    site: SiteRef
    record: Json
    capture: Json
    provenance: dict[str, Json]
    problems: list[Json] = attrs.field(factory=list)

    @classmethod
    def of(cls, record: Record, site: SiteRef, capture: Json) -> Extraction:
        """Make an extraction of a record, and check it against its schema.

        Raises:
            UnsourcedValue: The record holds a value without a source.
            SchemaViolation: The record does not satisfy its schema; the error names the field.
        """
        found = plain(record)
        schemas.check(record.TYPE, found.record)
        made = cls(record.TYPE, site, found.record, capture, found.provenance, found.problems)
        schemas.check("extraction/1", made.to_json())
        return made

    def to_json(self) -> Json:
        """Return the line's data, keys in the order in which they are written."""
        data = {
            "type": self.type,
            "site": attrs.asdict(self.site),
            "record": self.record,
            "capture": self.capture,
            "provenance": self.provenance,
        }
        return data | {"problems": self.problems} if self.problems else data

    def line(self) -> bytes:
        """Return the line, with its end."""
        return orjson.dumps(self.to_json(), option=orjson.OPT_APPEND_NEWLINE)


@attrs.frozen(slots=True)
class Rejection:
    """A capture, or a damaged place in an archive, that gave no valid record.

    Attributes:
        stage: Where it ended: `read`, `open`, `dispatch`, `extract` or `validate`.
        error: The error's class name.
        reason: What is wrong.
        capture: As much of the capture's reference as is known; at least the archive file and the offset.
        field: JSON Pointer of the field at fault.
        site: The site, when one was found.
        layout: The layout, when one was found.
    """

    stage: str
    error: str
    reason: str
    capture: Json
    field: str | None = None
    site: str | None = None
    layout: str | None = None

    @classmethod
    def of(cls, stage: str, error: BaseException, capture: Json, site: SiteRef | None = None) -> Rejection:
        """Make a rejection of an error."""
        return cls(
            stage,
            type(error).__name__,
            str(error) or type(error).__name__,
            capture,
            field=getattr(error, "field", None) if isinstance(error, ScraperError) else None,
            site=site.name if site else None,
            layout=site.layout if site else None,
        )

    def to_json(self) -> Json:
        """Return the line's data, keys in the order in which they are written."""
        data = attrs.asdict(self, recurse=False)
        return {key: data[key] for key in ("stage", "error", "reason", "field", "site", "layout", "capture") if data[key]}

    def line(self) -> bytes:
        """Return the line, with its end."""
        return orjson.dumps(self.to_json(), option=orjson.OPT_APPEND_NEWLINE)
