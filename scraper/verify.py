"""The way back: from each value of an extraction to the archived bytes, and whether they still say the same.

Verifying needs no site. It opens the archive where the extraction points, checks that the capture there is the one that was
extracted (record id, payload digest, URL, date, media type), slices the payload, replays the steps, and compares. Where a page
was met again, the revisit must be where the extraction says, and name that capture. A verdict that cannot be reached is never good.
"""

from __future__ import annotations

import itertools
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

import attrs
import orjson

from scraper.archive import (
    MAX_PAYLOAD,
    Capture,
    Damage,
    Finder,
    Revisit,
    file_sha256,
    indexed_sha256,
    interpret,
    read_at,
    record_at,
    scan,
)
from scraper.archive.originals import original_at
from scraper.archive.place import files_in, is_file, unread
from scraper.errors import ArchiveError, QuotingError, RecordError, RecordNotFound, ScraperError
from scraper.quoting import replay
from scraper.records import check, leaves_of
from scraper.records.leaves import escaped
from scraper.records.work import WORK, claims_of, conflicts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["OUTCOMES", "Archives", "Outcome", "Verdict", "archive_damage", "leaves_of", "verify_extraction", "verify_line"]

Outcome = Literal["verified", "failed", "unlocated", "stated", "archive missing"]
OUTCOMES: tuple[Outcome, ...] = ("verified", "failed", "unlocated", "stated", "archive missing")


@attrs.frozen(slots=True)
class Verdict:
    """What became of one value.

    Attributes:
        field: JSON Pointer of the field; empty for the extraction as a whole.
        outcome: `verified`: the bytes say the same. `failed`: they do not. `unlocated`: the extraction says that the bytes are
            unknown. `stated`: it says that the page does not hold the value. `archive missing`: no archive to look in.
        reason: Why, where it is not verified.
    """

    field: str
    outcome: Outcome
    reason: str = ""


class Archives:
    """Where captures are looked for.

    Args:
        folders: Folders that hold archives, in the order of search.
        deep: Whether a renamed archive is looked for in their subfolders too.

    Attributes:
        used: The archives that captures were found in.
    """

    def __init__(self, folders: Sequence[Path], *, deep: bool = False) -> None:
        self.folders = list(dict.fromkeys(folders))
        self.used: dict[Path, None] = {}
        self._finder = Finder(self.folders if deep else [file for folder in self.folders for file in files_in(folder, deep=False)])
        self._last: tuple[dict[str, Any], Capture] | None = None

    def capture(self, reference: dict[str, Any]) -> Capture:
        """Return the capture that a reference names: where it points, or, if the archive was moved or recompressed, where the
        indexes say.

        Raises:
            RecordNotFound: No archive holds it. The error's path is None when there was no archive to look in.
            ArchiveError: The archive is there, and the record in it is damaged.
        """  # noqa: D205  # one sentence
        if self._last is None or self._last[0] != reference:
            self._last = (reference, self._read(reference))
        return self._last[1]

    def _read(self, reference: dict[str, Any]) -> Capture:
        path = self._path(reference["warc"])
        try:
            if path is None:
                raise RecordNotFound(f"archive {reference['warc']} is in none of {', '.join(map(str, self.folders))}")
            capture = read_at(path, reference["offset"], reference["length"], reference["record_id"])
            return self._checked(capture, reference, path)
        except ArchiveError as error:
            return self._elsewhere(reference, error)

    def _elsewhere(self, reference: dict[str, Any], error: ArchiveError) -> Capture:
        place = self._finder.find(reference["record_id"], reference["payload_sha256"])
        if place is None:
            raise error
        path, offset, length = place
        return self._checked(read_at(path, offset, length, reference["record_id"]), reference, path)

    def _checked(self, capture: Capture, reference: dict[str, Any], path: Path) -> Capture:
        """The capture, if it is what the reference says, and if the revisit that the reference speaks of names it."""
        _compare(capture, reference, path, ("record_id", "payload_sha256", "url", "date", "media_type"))
        visit = reference.get("revisit")
        if visit is not None:
            revisit, place = self._revisit(visit)
            original = original_at(path, capture.offset, revisit)
            if original is None or original.record_id != capture.record_id:
                raise RecordNotFound(
                    "the revisit here does not name the capture that was extracted", path=place, offset=revisit.offset
                )
            self.used[place] = None
        self.used[path] = None
        return capture

    def _revisit(self, visit: dict[str, Any]) -> tuple[Revisit, Path]:
        """The revisit that a reference speaks of, and its archive: where it points, or where the indexes say.

        Raises:
            RecordNotFound: No archive holds it.
        """
        path = self._path(visit["warc"])
        told = [] if path is None else [(path, visit["offset"])]
        for place, offset in itertools.chain(told, self._finder.records(visit["record_id"])):
            with suppress(ArchiveError):
                item = interpret(record_at(place, offset, visit["record_id"]), place, max_payload=MAX_PAYLOAD)
                if isinstance(item, Revisit):
                    _compare(item, visit, place, ("record_id", "url", "date"))
                    return item, place
        raise RecordNotFound(f"no archive holds the revisit {visit['record_id']} as the extraction has it", path=path)

    def _path(self, name: str) -> Path | None:
        return next((path for folder in self.folders if is_file(path := folder / name)), None)


def _compare(found_there: Capture | Revisit, reference: dict[str, Any], path: Path, names: tuple[str, ...]) -> None:
    """Compare what the archive holds with the reference to it."""
    for name in names:
        if getattr(found_there, name) != reference[name]:
            found = f"{name} is {getattr(found_there, name)!r}, the extraction says {reference[name]!r}"
            raise RecordNotFound(found, path=path, offset=reference["offset"])


def verify_line(line: bytes, archives: Archives) -> Iterator[Verdict]:
    """Verify one line of output.

    Args:
        line: The JSON line.
        archives: Where to look.

    Yields:
        A verdict for each leaf of the record, and for each pointer that belongs to none. A line that is no extraction gives one
        failed verdict. For a merged work, the verdicts on its extractions, and a failed one when its claims are not theirs.
    """
    try:
        data = orjson.loads(line)
        merged = isinstance(data, dict) and data.get("type") == WORK
        check(WORK if merged else "extraction/1", data)
    except (orjson.JSONDecodeError, RecordError) as error:
        yield Verdict("", "failed", f"the line is no extraction: {error}")
        return
    yield from _verify_work(data, archives) if merged else verify_extraction(data, archives)


def _verify_work(work: dict[str, Any], archives: Archives) -> Iterator[Verdict]:
    """Verify the extractions of a work, then that its claims are what these say."""
    for number, extraction in enumerate(work["extractions"]):
        place = f"/extractions/{number}"
        try:
            check("extraction/1", extraction)
        except RecordError as error:
            yield Verdict(place, "failed", f"this is no extraction: {error}")
            return
        for verdict in verify_extraction(extraction, archives):
            yield attrs.evolve(verdict, field=f"{place}/record{verdict.field}")
    claims = claims_of(work["extractions"])
    for field in sorted(claims.keys() | work["claims"].keys()):
        if orjson.dumps(claims.get(field)) != orjson.dumps(work["claims"].get(field)):
            yield Verdict(f"/claims/{escaped(field)}", "failed", "this is not what the extractions of the work say")
    if conflicts_of(claims) != work["conflicts"]:
        yield Verdict("/conflicts", "failed", "these are not the fields of which the extractions say different things")


def verify_extraction(data: dict[str, Any], archives: Archives) -> Iterator[Verdict]:
    """Verify one extraction (`schemas/extraction/1.json`); see `verify_line`."""
    leaves = dict(leaves_of(data["record"]))
    for stray in data["provenance"].keys() - leaves.keys():
        yield Verdict(stray, "failed", "the pointer belongs to no value of the record")
    try:
        capture: Capture | ArchiveError = archives.capture(data["capture"])
    except ArchiveError as error:
        capture = error
    for field, value in leaves.items():
        yield _verdict(field, value, data, capture)


def _verdict(field: str, value: Any, data: dict[str, Any], capture: Capture | ArchiveError) -> Verdict:
    pointer = data["provenance"].get(field)
    if pointer is None:
        return Verdict(field, "failed", "the value has no pointer")
    if "stated" in pointer:
        return Verdict(field, "stated", pointer["stated"])
    if "unlocated" in pointer:
        return Verdict(field, "unlocated", pointer["unlocated"])
    if isinstance(capture, ArchiveError):
        missing = isinstance(capture, RecordNotFound) and capture.path is None
        return Verdict(field, "archive missing" if missing else "failed", str(capture))
    try:
        found = replay(pointer, capture.payload, data["capture"]["charset"])
    except QuotingError as error:
        return Verdict(field, "failed", str(error))
    same = type(found) is type(value) and found == value
    return Verdict(field, "verified" if same else "failed", "" if same else f"the bytes say {found!r}, the record says {value!r}")


def archive_damage(path: Path) -> Iterator[str]:
    """Yield what is wrong with an archive as a whole.

    An index beside it keeps the archive's digest: one that still fits proves that no byte has changed. Without an index every
    record is read and checked instead.
    """
    indexed = indexed_sha256(path)
    if indexed is not None:
        try:
            same = indexed == file_sha256(path)
        except OSError as error:
            yield f"{path}: {unread(error)}"
            return
        if not same:
            yield f"{path}: changed since it was indexed; if that was meant, run: scraper index {path}"
        return
    try:
        for item in scan(path):
            if isinstance(item, Damage):
                yield f"{path} at offset {item.offset}: {item.reason}"
    except ScraperError as error:
        yield str(error)
