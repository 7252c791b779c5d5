"""What is written is read again, by us and by the tools of others."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from scraper.archive import ArchiveWriter, Capture, Record, Skipped, raw_records, read_at, scan
from scraper.errors import ArchiveError, DamagedRecord, NotAnArchive, RecordNotFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

DATE = "2026-11-21T07:04:00Z"
BIN = Path(sys.executable).parent


def captures(path: Path) -> list[Capture]:
    """All captures; everything else in the archive must be its warcinfo record."""
    items = list(scan(path))
    assert [item.reason for item in items if not isinstance(item, Capture)] == ["warcinfo"]
    return [item for item in items if isinstance(item, Capture)]


def test_captures_come_back_as_they_were_written(archive: Path, page: Callable[[int], bytes]) -> None:
    """URL, date, type, charset, status and payload of each record survive the archive."""
    found = captures(archive)
    assert [capture.payload for capture in found] == [*(page(n) for n in range(4)), b"plain text"]
    assert [capture.url for capture in found[2:]] == [
        "https://example.com/2",
        "file:///saved%20page.html",
        "https://example.com/%C3%A9",
    ]
    first = found[0]
    assert (first.date, first.media_type, first.charset, first.status) == (DATE, "text/html", "UTF-8", 200)
    assert [capture.record_type for capture in found] == ["response"] * 3 + ["resource", "conversion"]
    assert first.headers == (("Content-Type", "Text/HTML; Charset=UTF-8"),)


def test_the_digest_is_the_payloads(archive: Path) -> None:
    """A capture's digest is that of the payload it holds, also where reading had computed one, and after an exchange."""
    for capture in captures(archive):
        assert capture.payload_sha256 == hashlib.sha256(capture.payload).hexdigest()
        assert attrs.evolve(capture, payload=b"other").payload_sha256 == hashlib.sha256(b"other").hexdigest()


def test_every_capture_is_found_again_at_its_offset(archive: Path) -> None:
    """`read_at` with a capture's own reference gives an equal capture."""
    for capture in captures(archive):
        assert read_at(archive, capture.offset, capture.length, capture.record_id) == capture


def test_records_fill_the_file_without_gaps(archive: Path) -> None:
    """Offsets and lengths are exact: each record begins where the one before ends, and the last one ends the file."""
    end = 0
    for record in raw_records(archive):
        assert isinstance(record, Record)
        assert record.offset == end
        end += record.length
    assert end == archive.stat().st_size


def test_a_capture_survives_pickling(archive: Path) -> None:
    """Worker processes get captures by pickle: nothing is lost, the digest included."""
    for capture in captures(archive):
        digest = capture.payload_sha256
        again = pickle.loads(pickle.dumps(capture))  # noqa: S301  our own bytes
        assert again == capture
        assert again.payload_sha256 == digest


def test_the_checkers_of_others_accept_the_archive(archive: Path) -> None:
    """`warcio check` and `fastwarc check -p`, which each miss damage that the other sees, find nothing."""
    for command in (["warcio", "check", "-v"], ["fastwarc", "check", "-p"]):
        run = subprocess.run([BIN / command[0], *command[1:], archive], capture_output=True, text=True, check=False, env=os.environ)
        assert run.returncode == 0, run.stdout + run.stderr
        assert "failed:" not in run.stdout


@pytest.mark.parametrize("name", ["x.warc.gz", "x.warc"])
def test_chunked_bodies_pass_every_checker(
    name: str, tmp_path: Path, page: Callable[[int], bytes], http: Callable[..., bytes]
) -> None:
    """No payload digest is written that standard and tools would disagree about."""
    body = page(1)
    wire = b"%x;ext=1\r\n%s\r\n0\r\nX-Trailer: 1\r\n\r\n" % (len(body), body)
    with ArchiveWriter(tmp_path / name) as writer:
        writer.write_response("https://example.com/", DATE, http(wire, "Transfer-Encoding: chunked"))
    assert captures(tmp_path / name)[0].payload == body
    test_the_checkers_of_others_accept_the_archive(tmp_path / name)


def test_warcio_reads_the_same_payloads(archive: Path) -> None:
    """An independent reader gets the same URL and bytes out of every record, warcinfo aside."""
    with archive.open("rb") as file:
        theirs = [
            (record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read())
            for record in ArchiveIterator(file)
            if record.rec_type != "warcinfo"
        ]
    assert theirs == [(capture.url, capture.payload) for capture in captures(archive)]


def test_an_archive_begins_with_its_warcinfo(archive: Path) -> None:
    """The first record says who wrote the archive, in which format, and its name."""
    first = next(raw_records(archive))
    assert isinstance(first, Record)
    assert first.head.fields["warc-filename"] == archive.name
    assert b"software: scraper\r\nformat: WARC File Format 1.1\r\nconformsTo: http" in first.block


def test_equal_records_give_equal_bytes(tmp_path: Path) -> None:
    """A record's member depends on nothing but the record: no time stamp, no file name."""
    stored = []
    for name in ("a.warc.gz", "b.warc.gz"):
        with ArchiveWriter(tmp_path / name) as writer:
            at = writer.write_resource("x:y", DATE, b"z", media_type="text/plain", record_id="<urn:x:1>")
        stored.append((tmp_path / name).read_bytes()[at.offset :])
    assert stored[0] == stored[1]


def test_records_of_any_type_and_foreign_records_are_kept(archive: Path, tmp_path: Path) -> None:
    """A general record is written, and a copied record keeps head and block byte for byte."""
    copy = tmp_path / "copy.warc.gz"
    with ArchiveWriter(copy) as writer:
        writer.write_record("metadata", [("Content-Type", "application/warc-fields")], b"a: b\r\n", date=DATE)
        for record in raw_records(archive):
            assert isinstance(record, Record)
            writer.copy_record(record)
    originals = [(r.head.raw, r.block) for r in raw_records(archive) if isinstance(r, Record)]
    copies = [(r.head.raw, r.block) for r in raw_records(copy) if isinstance(r, Record)]
    assert copies[2:] == originals
    assert [item.reason for item in scan(copy) if isinstance(item, Skipped)] == ["warcinfo", "metadata", "warcinfo"]


@given(
    payload=st.binary(max_size=5000),
    url=st.text(min_size=1, max_size=50).filter(str.strip),
    charset=st.sampled_from([None, "utf-8", "shift_jis"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_payload_and_url_survive(tmp_path: Path, payload: bytes, url: str, charset: str | None) -> None:
    """Whatever bytes are archived under whatever text as URL, the archive stays valid and gives the bytes back."""
    path = tmp_path / "any.warc.gz"
    path.unlink(missing_ok=True)
    with ArchiveWriter(path) as writer:
        writer.write_resource(url, DATE, payload, media_type="application/pdf", charset=charset)
    (capture,) = captures(path)
    assert capture.payload == payload
    assert capture.charset == charset
    assert capture.url.isascii()
    assert " " not in capture.url
    with path.open("rb") as file:
        assert [r.content_stream().read() for r in ArchiveIterator(file)][1:] == [payload]


@pytest.mark.parametrize("evil", ["a\r\nWARC-Type: response", "a\nb", "a\0b"])
def test_no_value_breaks_out_of_its_header(evil: str, tmp_path: Path) -> None:
    """A line break or NUL in a header value is refused, in a URL it is percent-encoded."""
    with ArchiveWriter(tmp_path / "x.warc") as writer:
        with pytest.raises(ArchiveError, match="line break"):
            writer.write_resource("x:y", DATE, b"", media_type=evil)
        with pytest.raises(ArchiveError, match="line break"):
            writer.write_resource("x:y", DATE, b"", media_type="text/html", headers=[("WARC-IP-Address", evil)])
        with pytest.raises(ArchiveError, match="no header field name"):
            writer.write_record("metadata", [(evil, "x")], b"", date=DATE)
        writer.write_resource(f"http://{evil}", DATE, b"z", media_type="text/html")
    assert [capture.payload for capture in captures(tmp_path / "x.warc")] == [b"z"]


def test_dates_and_ids_that_are_none_are_refused(tmp_path: Path) -> None:
    """A WARC-Date must be UTC in W3C form, a record id an URI in angle brackets, a URL not empty."""
    with ArchiveWriter(tmp_path / "x.warc") as writer:
        for date, record_id, url in (
            ("2026-11-21 07:04", None, "x:y"),
            ("2026-11-21T07:04:00+01:00", None, "x:y"),
            (DATE, "urn:uuid:1", "x:y"),
            (DATE, None, " "),
        ):
            with pytest.raises(ArchiveError):
                writer.write_resource(url, date, b"", media_type="text/html", record_id=record_id)
        with pytest.raises(ArchiveError, match="status line"):
            writer.write_response("x:y", DATE, b"<html>")
    assert captures(tmp_path / "x.warc") == []


def test_archives_rotate_by_size(tmp_path: Path, page: Callable[[int], bytes], http: Callable[..., bytes]) -> None:
    """No archive passes the bound, each has its own warcinfo and index, and nothing is lost."""
    with ArchiveWriter(tmp_path / "x.warc.gz", max_size=1500) as writer:
        for number in range(12):
            writer.write_response(f"https://example.com/{number}", DATE, http(page(number)))
    files = sorted(tmp_path.glob("*.warc.gz"))
    assert [file.name for file in files[:2]] == ["x-00001.warc.gz", "x-00002.warc.gz"]
    assert files[-1].name == "x.warc.gz"
    assert all(file.stat().st_size <= 1500 for file in files)
    assert all(file.with_name(f"{file.name}.cdxj").exists() for file in files)
    assert sorted(c.payload for file in files for c in captures(file)) == sorted(page(n) for n in range(12))
    with ArchiveWriter(tmp_path / "x.warc.gz", max_size=1500) as writer:
        assert writer.current == files[-2]
        writer.write_response("https://example.com/12", DATE, http(page(12)))
    assert len(list(tmp_path.glob("*.warc.gz"))) == len(files) + 1


def test_appending_keeps_what_was_there(archive: Path) -> None:
    """A finished archive that is opened again grows, keeps its records and stays valid."""
    before = captures(archive)
    with ArchiveWriter(archive) as writer:
        assert not archive.exists()
        writer.write_resource("x:y", DATE, b"more", media_type="text/plain")
    after = captures(archive)
    assert after[:-1] == before
    assert after[-1].payload == b"more"
    assert not writer.cuts
    test_the_checkers_of_others_accept_the_archive(archive)


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    """A second writer of the same archive is refused with a clear error, and the first one goes on."""
    path = tmp_path / "x.warc.gz"
    with ArchiveWriter(path) as writer:
        with pytest.raises(UsageError, match="another process"):
            ArchiveWriter(path)
        writer.write_resource("x:y", DATE, b"z", media_type="text/plain")
    assert [capture.payload for capture in captures(path)] == [b"z"]


def test_two_archives_of_one_name_are_refused(archive: Path) -> None:
    """When `NAME` and `NAME.open` both exist, nobody can say which one is meant: nothing is touched."""
    other = archive.with_name(f"{archive.name}.open")
    other.write_bytes(b"")
    before = archive.read_bytes()
    with pytest.raises(UsageError, match="both"):
        ArchiveWriter(archive)
    assert archive.read_bytes() == before


def test_a_closed_writer_takes_no_more(tmp_path: Path) -> None:
    """Writing after the end is refused, closing twice is not."""
    with ArchiveWriter(tmp_path / "x.warc.gz") as writer:
        pass
    writer.close()
    with pytest.raises(UsageError, match="closed"):
        writer.write_resource("x:y", DATE, b"", media_type="text/plain")


def test_names_and_contents_that_are_no_archives_are_refused(tmp_path: Path) -> None:
    """Neither a wrong name nor a foreign file of the right name is written to."""
    with pytest.raises(UsageError, match="ends in"):
        ArchiveWriter(tmp_path / "x.txt")
    foreign = tmp_path / "x.warc"
    foreign.write_bytes(b"my diary\n" * 10)
    with pytest.raises(NotAnArchive):
        ArchiveWriter(foreign)
    assert foreign.read_bytes() == b"my diary\n" * 10


def test_what_is_no_archive_says_so(tmp_path: Path) -> None:
    """An empty file, a folder, a missing file, a page and a ZIP are no archives, and the message says what to do."""
    for name, content in (("empty", b""), ("page.html", b"<html>" * 99), ("x.wacz", b"PK\x03\x04rest"), ("z", b"\0" * 99)):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(NotAnArchive, match="scraper load" if name == "x.wacz" else name):
            list(scan(path))
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(NotAnArchive, match="cannot be read"):
            list(scan(path))


def test_wrong_places_are_typed_errors(archive: Path) -> None:
    """Offsets between records, beyond the file, of other records or of no captures are errors that name the place."""
    first = captures(archive)[0]
    for offset in (-1, first.offset + 1, archive.stat().st_size, 10**9):
        with pytest.raises((RecordNotFound, DamagedRecord)) as caught:
            read_at(archive, offset)
        assert (caught.value.path, caught.value.offset) == (archive, offset)
    with pytest.raises(RecordNotFound, match="warcinfo"):
        read_at(archive, 0)
    with pytest.raises(RecordNotFound, match="urn:x:y"):
        read_at(archive, first.offset, record_id="<urn:x:y>")
    with pytest.raises(RecordNotFound, match="bytes, not 7"):
        read_at(archive, first.offset, 7)


def test_a_full_disk_is_a_typed_error_and_leaves_the_archive_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a write fails half way, the half is taken back, and what was acknowledged can be read."""
    path = tmp_path / "x.warc.gz"
    real = os.pwrite

    def failing(file: int, data: bytes, offset: int) -> int:
        if len(data) > 20:
            return real(file, data[:20], offset)
        raise OSError(28, "No space left on device")

    with ArchiveWriter(path) as writer:
        writer.write_resource("x:y", DATE, b"one", media_type="text/plain")
        monkeypatch.setattr(os, "pwrite", failing)
        with pytest.raises(ArchiveError, match="No space left"):
            writer.write_resource("x:y", DATE, b"two", media_type="text/plain")
        monkeypatch.setattr(os, "pwrite", real)
        writer.write_resource("x:y", DATE, b"three", media_type="text/plain")
    assert [capture.payload for capture in captures(path)] == [b"one", b"three"]
