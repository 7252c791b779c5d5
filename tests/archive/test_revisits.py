"""From a revisit to its original, whatever tool wrote it and wherever the original is."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from scraper.archive import (
    ArchiveWriter,
    Capture,
    Originals,
    Record,
    Revisit,
    Skipped,
    UnreadableCapture,
    build_index,
    index_path,
    raw_records,
    scan,
)
from scraper.archive.digests import label
from scraper.archive.index import index_line

if TYPE_CHECKING:
    from collections.abc import Callable

BIN = Path(sys.executable).parent
URL = "https://example.com/page"
FIRST = "2026-01-02T03:04:05Z"
AGAIN = "2026-02-03T04:05:06Z"
PROFILES = "http://netpreserve.org/warc"
NOWHERE = "revisit: its original is in none of the archives"


def _head(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", *fields, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode()


def _sha1(data: bytes) -> str:
    return label("sha1", hashlib.sha1(data, usedforsecurity=False).digest())


@attrs.frozen
class Pair:
    """A capture of a page, and what a revisit of it may say."""

    body: bytes
    record_id: str

    def said(self, *names: str, **other: str) -> dict[str, str]:
        """The fields of these names, with others given."""
        every = {
            "WARC-Refers-To": self.record_id,
            "WARC-Refers-To-Target-URI": URL,
            "WARC-Refers-To-Date": FIRST,
            "WARC-Payload-Digest": _sha1(self.body),
        }
        return {name: every[name] for name in names} | {name.replace("_", "-"): value for name, value in other.items()}


def _original(path: Path, body: bytes, url: str = URL, date: str = FIRST, block: bytes | None = None) -> Pair:
    with ArchiveWriter(path) as writer:
        written = writer.write_response(url, date, _head(body) + body if block is None else block)
    return Pair(body, written.record_id)


def _again(
    path: Path, said: dict[str, str], *, profile: str = f"{PROFILES}/1.1/revisit/identical-payload-digest", **more: Any
) -> None:
    fields = {
        "WARC-Target-URI": more.get("url", URL),
        "Content-Type": "application/http; msgtype=response",
        "WARC-Profile": profile,
    }
    with ArchiveWriter(path) as writer:
        writer.write_record("revisit", (fields | said).items(), more.get("block", _head(b"x" * 9)), date=more.get("date", AGAIN))


def _resolved(path: Path, places: tuple[Path, ...] = ()) -> list[Capture | UnreadableCapture | Skipped]:
    originals = pickle.loads(pickle.dumps(Originals(places)))  # noqa: S301  as a worker process gets it
    return [originals.resolve(item, path) for item in scan(path) if isinstance(item, Revisit)]


ALL = ("WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date", "WARC-Payload-Digest")


@pytest.mark.parametrize(
    "names",
    [ALL, ALL[:1], ALL[1:], ALL[1:3], ALL[2:], ALL[3:], (ALL[0], ALL[3])],
    ids=["all", "id", "url-date-digest", "url-date", "date-digest", "digest", "id-digest"],
)
@pytest.mark.parametrize("place", ["before", "behind", "beside", "unindexed", "elsewhere", "stale"])
@pytest.mark.parametrize("suffix", [".warc.gz", ".warc"])
def test_an_original_is_found(
    tmp_path: Path, page: Callable[[int], bytes], names: tuple[str, ...], place: str, suffix: str
) -> None:
    """By whatever the revisit says of it, in its own archive or in another, with an index, without one, or with a wrong one."""
    home, other = tmp_path / f"b{suffix}", tmp_path / f"a{suffix}"
    if place == "elsewhere":
        other = tmp_path / "far" / other.name
    pair = _original(home if place in {"before", "behind"} else other, page(1))
    if place == "behind":
        kept = home.read_bytes()
        home.unlink()
        _again(home, pair.said(*names))
        home.write_bytes(home.read_bytes() + kept)
    else:
        _again(home, pair.said(*names))
    if place == "unindexed":
        index_path(other).unlink()
    if place == "stale":
        lines = index_path(other).read_text().splitlines(keepends=True)
        index_path(other).write_text(lines[0].replace('"sha256":"', '"sha256":"0'))
    (found,) = _resolved(home, (other,) if place == "elsewhere" else ())
    assert isinstance(found, Capture)
    assert (found.payload, found.record_id, found.url, found.date) == (page(1), pair.record_id, URL, FIRST)
    assert found.warc == (home if place in {"before", "behind"} else other).name
    assert found.revisit is not None
    assert (found.revisit.url, found.revisit.date, found.revisit.warc) == (URL, AGAIN, home.name)
    (again,) = (item for item in scan(home) if isinstance(item, Revisit))
    assert found.revisit == again.visit


@pytest.mark.parametrize(
    ("names", "other", "more", "reason"),
    [
        ((), {}, {}, "revisit: it does not say of what"),
        (ALL, {"WARC_Refers_To": "<urn:uuid:00000000-0000-4000-8000-000000000000>"}, {}, NOWHERE),
        (ALL, {"WARC_Payload_Digest": _sha1(b"something else")}, {}, NOWHERE),
        (ALL, {"WARC_Refers_To_Date": "2026-01-02T03:04:06Z"}, {}, NOWHERE),
        (ALL, {"WARC_Refers_To_Target_URI": "https://example.com/other"}, {}, NOWHERE),
        (ALL[1:3], {"WARC_Refers_To_Date": AGAIN}, {}, NOWHERE),
        (ALL[3:], {}, {"date": "2026-01-01T00:00:00Z"}, NOWHERE),
        (ALL[3:], {}, {"url": "https://example.com/other"}, NOWHERE),
        (ALL, {}, {"profile": "http://example.com/diff"}, "revisit: unknown profile http://example.com/diff"),
        (ALL, {}, {"block": _head(b"", status="404 Not Found")}, "HTTP status 404"),
        (ALL, {}, {"block": _head(b"", status="304 Not Modified")}, "HTTP status 304"),
        (
            ALL,
            {},
            {"block": b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=latin-1\r\n\r\n"},
            "revisit: served as another media type or charset than its original",
        ),
    ],
    ids=["nothing", "id", "digest", "date", "url", "itself", "later", "other-url", "profile", "404", "304", "charset"],
)
def test_an_original_that_is_not_established_is_none(  # noqa: PLR0917  pytest passes them by name
    tmp_path: Path, page: Callable[[int], bytes], names: tuple[str, ...], other: dict[str, str], more: dict[str, Any], reason: str
) -> None:
    """Everything that a revisit says must hold of its original; else there is none, and the reason is told."""
    pair = _original(tmp_path / "a.warc.gz", page(1))
    _again(tmp_path / "a.warc.gz", pair.said(*names, **other), **more)
    (found,) = _resolved(tmp_path / "a.warc.gz")
    assert isinstance(found, Skipped)
    assert found.reason == reason


@pytest.mark.parametrize("version", ["0.18", "1.0", "1.1"])
@pytest.mark.parametrize("name", ["identical-payload-digest", "uri-agnostic-identical-payload-digest", "server-not-modified"])
def test_profiles_of_all_versions_mean_the_same(tmp_path: Path, page: Callable[[int], bytes], version: str, name: str) -> None:
    """A page that the server calls unmodified has its original too, by id or by date."""
    pair = _original(tmp_path / "a.warc.gz", page(1))
    block = _head(b"", status="304 Not Modified") if name == "server-not-modified" else b""
    _again(tmp_path / "a.warc.gz", pair.said(ALL[2]), profile=f"{PROFILES}/{version}/revisit/{name}", block=block)
    assert [type(each) for each in _resolved(tmp_path / "a.warc.gz")] == [Capture]


def test_a_revisit_is_no_original(tmp_path: Path, page: Callable[[int], bytes]) -> None:
    """What refers to a revisit refers to no page."""
    archive = tmp_path / "a.warc.gz"
    _again(archive, _original(archive, page(1)).said(*ALL))
    (first,) = (item for item in scan(archive) if isinstance(item, Revisit))
    _again(archive, {"WARC-Refers-To": first.record_id}, date="2026-03-04T05:06:07Z")
    assert [getattr(each, "reason", None) for each in _resolved(archive)] == [None, NOWHERE]


def test_an_original_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    """The original's own fault is the revisit's too."""
    packed = gzip.compress(b"page" * 99, mtime=0)[:-20]
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n\r\n" + packed
    pair = _original(tmp_path / "a.warc.gz", b"", block=block)
    _again(tmp_path / "a.warc.gz", pair.said(*ALL[:3]))
    (found,) = _resolved(tmp_path / "a.warc.gz")
    assert isinstance(found, UnreadableCapture)
    assert found.revisit is not None


def test_of_several_copies_the_nearest_is_named(tmp_path: Path, page: Callable[[int], bytes]) -> None:
    """A record that several archives hold is taken from the revisit's own one, else from the last by name."""
    pair = _original(tmp_path / "a.warc.gz", page(1))
    for name in ("b.warc.gz", "c.warc.gz"):
        with ArchiveWriter(tmp_path / name) as writer:
            for record in raw_records(tmp_path / "a.warc.gz"):
                if isinstance(record, Record) and record.head.kind == "response":
                    writer.copy_record(record)
    _again(tmp_path / "b.warc.gz", pair.said(*ALL))
    _again(tmp_path / "0.warc.gz", pair.said(*ALL))
    places = sorted(tmp_path.glob("*.warc.gz"))
    for order in (places, places[::-1], []):
        assert [each.warc for each in _resolved(tmp_path / "b.warc.gz", tuple(order))] == ["b.warc.gz"]
        assert [each.warc for each in _resolved(tmp_path / "0.warc.gz", tuple(order))] == ["c.warc.gz"]


def test_of_several_dates_the_latest_before_the_visit_is_meant(tmp_path: Path, page: Callable[[int], bytes]) -> None:
    """A revisit that gives a digest only stands for the last earlier capture with that payload."""
    archive = tmp_path / "a.warc.gz"
    dates = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", "2026-04-01T00:00:00Z"]
    for date, number in zip(dates, (1, 1, 2, 1), strict=True):
        pair = _original(archive, page(number), date=date)
    _again(archive, pair.said(ALL[3]))
    assert [each.date for each in _resolved(archive) if isinstance(each, Capture)] == [dates[1]]


def test_an_index_of_many_lines_is_not_loaded(tmp_path: Path, page: Callable[[int], bytes]) -> None:
    """Each of many URLs, some of which begin like others, is found by bisection."""
    archive = tmp_path / "a.warc.gz"
    urls = [f"https://example.com/{number}" for number in range(120)]
    with ArchiveWriter(archive) as writer:
        ids = [writer.write_response(url, FIRST, _head(page(n)) + page(n)).record_id for n, url in enumerate(urls)]
    for url in urls:
        _again(tmp_path / "b.warc.gz", {"WARC-Refers-To-Target-URI": url, "WARC-Refers-To-Date": FIRST}, url=url)
    assert [each.record_id for each in _resolved(tmp_path / "b.warc.gz")] == ids


def _indexer_lines(archive: Path) -> dict[str, dict[str, str]]:
    """What cdxj-indexer says of an archive, by offset."""
    done = subprocess.run([BIN / "cdxj-indexer", archive], capture_output=True, text=True, check=True)
    lines = (json.loads(line.split(" ", 2)[2]) for line in done.stdout.splitlines())
    return {line["offset"]: line for line in lines}


def _our_lines(archive: Path) -> dict[str, dict[str, str]]:
    found = (index_line(record, archive.name) for record in raw_records(archive) if isinstance(record, Record))
    ours = {"record_id", "payload_sha256"}
    return {line.data["offset"]: {k: v for k, v in line.data.items() if k not in ours} for line in found if line}


def test_indexes_list_a_revisit_under_its_originals_digest(tmp_path: Path, page: Callable[[int], bytes]) -> None:
    """Lines are cdxj-indexer's: status and digest of a revisit, and the digest of a chunked original that states none itself."""
    archive = tmp_path / "a.warc.gz"
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(page(1)), page(1))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
    _again(archive, _original(archive, page(1), block=head + chunks).said(*ALL[:3], WARC_Payload_Digest=_sha1(chunks)))
    _again(archive, {}, block=b"", date="2026-05-06T07:08:09Z")
    theirs = _indexer_lines(archive)
    assert _our_lines(archive) == {offset: theirs[offset] for offset in _our_lines(archive)}
    assert [line.get("digest") for line in theirs.values()] == [_sha1(chunks), _sha1(chunks), None]
    assert [type(each) for each in _resolved(archive)] == [Capture, Skipped]


@pytest.mark.shared_data
def test_revisits_of_other_tools_are_resolved(shared: Path) -> None:
    """In archives of pywb, Browsertrix, Heritrix, wget and others: what is established is found, what is not has a reason."""
    outcomes: Counter[str] = Counter()
    for path in sorted((shared / "archives").glob("*")):
        if not any(
            name in path.name for name in ("issue-493", "dupes", "example-iana", "heritrix-revisit", "sample-1", "revisit_")
        ):
            continue
        for found in _resolved(path):
            outcomes[found.reason if isinstance(found, Skipped) else type(found).__name__] += 1
            if isinstance(found, Capture):
                assert found.payload
        revisits = {offset: line for offset, line in _our_lines(path).items() if line["mime"] == "warc/revisit"}
        theirs = _indexer_lines(path)
        assert revisits == {offset: theirs[offset] for offset in revisits}
    assert outcomes["Capture"] == 39
    assert outcomes[NOWHERE] == 17
    assert outcomes.total() == 61


def test_an_index_is_built_for_what_is_loaded(tmp_path: Path, page: Callable[[int], bytes]) -> None:
    """`build_index` and the writer agree about revisits."""
    archive = tmp_path / "a.warc.gz"
    _again(archive, _original(archive, page(1)).said(*ALL))
    written = index_path(archive).read_bytes()
    assert build_index(archive).read_bytes() == written
