"""The way back: what is true verifies, and nothing else does."""

from __future__ import annotations

import copy
import io
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from support import PAGE, letters, write_archive

from scraper.archive import scan
from scraper.jobs.shard import Shard, extract_shard
from scraper.pages import TextPage
from scraper.quoting import Sourced
from scraper.records.article import Article
from scraper.sites import Registry, Site
from scraper.verify import Archives, archive_damage, leaves_of, verify_line

PAGES = {f"https://letters.example/{number}": PAGE.replace("bees", f"bees of {number}") for number in range(3)}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of three pages."""
    return write_archive(tmp_path / "x.warc.gz", dict(PAGES))


def extracted(archive: Path, site: Site | None = None) -> list[dict[str, Any]]:
    """The extractions of an archive."""
    out = io.BytesIO()
    extract_shard(Shard(str(archive)), Registry([site or letters()]), out, io.BytesIO())
    return [orjson.loads(line) for line in out.getvalue().splitlines()]


def outcomes(data: Any, *folders: Path) -> dict[str, int]:
    """The count of verdicts on an extraction."""
    return dict(Counter(verdict.outcome for verdict in verify_line(orjson.dumps(data), Archives(folders))))


def all_well(archive: Path, data: list[dict[str, Any]]) -> bool:
    """Whether every value verifies and the archive is whole, as `scraper verify` judges."""
    places = Archives([archive.parent])
    good = all(verdict.outcome == "verified" for each in data for verdict in verify_line(orjson.dumps(each), places))
    return good and not [damage for path in places.used for damage in archive_damage(path)]


def test_what_was_extracted_verifies(archive: Path) -> None:
    """Every value of a fresh extraction verifies against its archive."""
    data = extracted(archive)
    assert [outcomes(each, archive.parent) for each in data] == [{"verified": 5}] * 3
    assert all_well(archive, data)


def test_any_flipped_byte_is_caught(archive: Path) -> None:
    """Whichever byte of the archive is changed, verification fails."""
    data, whole = extracted(archive), archive.read_bytes()
    chance = random.Random(20260102)  # noqa: S311  # a seeded choice of places, no secret
    places = [*range(min(len(whole), 40)), *(chance.randrange(len(whole)) for _ in range(260))]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        archive.write_bytes(changed)
        assert not all_well(archive, data), f"byte {place} of {len(whole)}"


def test_any_shifted_pointer_is_caught(archive: Path) -> None:
    """A span moved, widened or narrowed by one byte, at any place of any pointer, fails."""
    places = Archives([archive.parent])
    tried = 0
    for data in extracted(archive):
        for field, pointer in data["provenance"].items():
            for index in range(len(pointer["spans"])):
                for start, end in ((1, 1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1)):
                    changed = copy.deepcopy(data)
                    span = changed["provenance"][field]["spans"][index]
                    span[:] = [span[0] + start, span[1] + end]
                    verdicts = {verdict.field: verdict.outcome for verdict in verify_line(orjson.dumps(changed), places)}
                    assert verdicts[field] == "failed", (field, pointer, span)
                    tried += 1
    assert tried >= 90


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (lambda d: d["record"].update(title="Another"), "the bytes say 'On the keeping"),
        (lambda d: d["record"].update(citation_count=12.0), "the bytes say 12, the record says 12.0"),
        (lambda d: d["record"].update(volume="3"), "the value has no pointer"),
        (lambda d: d["provenance"].pop("/doi"), "the value has no pointer"),
        (lambda d: d["record"].pop("doi"), "the pointer belongs to no value"),
        (lambda d: d["provenance"]["/title"].pop("steps"), "the bytes say 'On the   keeping"),
        (lambda d: d["provenance"]["/title"].update(steps=["nope"]), "'nope' is not registered"),
        (lambda d: d["provenance"]["/title"].update(spans=[[0, 10**6]]), "no range in a payload"),
        (lambda d: d["capture"].update(url="https://letters.example/other"), "url is 'https://letters.example/0'"),
        (lambda d: d["capture"].update(date="2025-01-02T03:04:05Z"), "date is"),
        (lambda d: d["capture"].update(media_type="text/html"), "media_type is"),
        (lambda d: d["capture"].update(payload_sha256="0" * 64), "payload_sha256 is"),
        (lambda d: d["capture"].update(charset="hz"), "charset 'hz' cannot be quoted"),
        (lambda d: d["capture"].update(charset="cp037"), "the bytes say"),
        (lambda d: d.pop("provenance"), "the line is no extraction"),
        (lambda d: d.update(extra=1), "the line is no extraction"),
    ],
)
def test_whatever_is_tampered_with_fails(archive: Path, tamper: Callable[[Any], object], reason: str) -> None:
    """A changed value, pointer, step or capture reference fails, and the reason says what is wrong."""
    data = extracted(archive)[0]
    tamper(data)
    verdicts = list(verify_line(orjson.dumps(data), Archives([archive.parent])))
    failed = [verdict for verdict in verdicts if verdict.outcome == "failed"]
    assert any(reason in verdict.reason for verdict in failed), verdicts


def test_a_line_that_is_no_json_fails() -> None:
    """A torn line is one failed verdict."""
    assert [verdict.outcome for verdict in verify_line(b'{"type": "art', Archives([]))] == ["failed"]


def test_a_missing_archive_is_its_own_outcome(archive: Path, tmp_path: Path) -> None:
    """Where there is no archive to look in, values are neither verified nor failed."""
    data = extracted(archive)[0]
    archive.unlink()
    assert outcomes(data, tmp_path / "nowhere", tmp_path) == {"archive missing": 5}


def test_a_renamed_archive_is_found_through_its_captures(archive: Path) -> None:
    """An archive that was renamed, or recompressed without its index, still verifies."""
    data = extracted(archive)
    moved = archive.rename(archive.with_name("renamed.warc.gz"))
    assert outcomes(data[1], archive.parent) == {"verified": 5}
    archive.with_name(f"{archive.name}.cdxj").unlink()
    again = write_archive(archive.with_name("again.warc"), dict(PAGES))
    moved.unlink()
    assert len(list(scan(again))) == 4
    assert [outcomes(each, archive.parent) for each in data] == [{"verified": 5}] * 3


def test_stated_and_unlocated_values_are_counted_apart(archive: Path) -> None:
    """A value that the page does not hold, or whose bytes are unknown, is never counted as verified."""
    site = Site("said", version="1", urls=["letters.example"])

    @site.layout("text", media_types=["text/plain"])
    def text(page: TextPage) -> Article:
        return Article(
            title=page.line(1),
            language=Sourced.stated("en", "the site is in English"),
            rights=Sourced.unlocated("All rights reserved", "implied tag"),
        )

    assert outcomes(extracted(archive, site)[0], archive.parent) == {"verified": 1, "stated": 1, "unlocated": 1}


def test_leaves_are_named_by_json_pointer() -> None:
    """Keys with slashes and tildes are escaped as RFC 6901 says."""
    assert dict(leaves_of({"a/b": [1, {"~": "x"}]})) == {"/a~1b/0": 1, "/a~1b/1/~0": "x"}
