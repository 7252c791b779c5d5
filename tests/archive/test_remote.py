"""Archives elsewhere: Amazon's and Google's stores with real clients, web servers with and without ranges, and what fails there."""

from __future__ import annotations

import http.server
import re
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from gcp_storage_emulator.server import create_server
from moto.server import ThreadedMotoServer
from support import PAGE, lines, project, scraper, write_archive

from scraper.archive import (
    ArchiveWriter,
    Capture,
    archives_named,
    as_path,
    boundaries,
    build_index,
    file_sha256,
    find,
    index_path,
    read_at,
    repair,
    scan,
)
from scraper.archive.place import size_of
from scraper.errors import ArchiveError, NotAnArchive, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Serve = Callable[..., str]

BUCKET = "archives"
PROBE = "bytes=0-0"  # whether ranges are given at all
DATE = "2026-11-21T07:04:00Z"


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """A client of an S3-compatible server with one bucket, which the environment points everybody else to."""
    patch = pytest.MonkeyPatch()
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "tester",
        "AWS_SECRET_ACCESS_KEY": "tester",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        patch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    yield client
    patch.undo()
    server.stop()


@pytest.fixture
def put(s3: Any) -> Callable[[Path], str]:
    """Puts a file into the bucket, alone there, and returns its URL."""
    for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=item["Key"])

    def _put(path: Path) -> str:
        s3.upload_file(str(path), BUCKET, f"some/{path.name}")
        return f"s3://{BUCKET}/some/{path.name}"

    return _put


@pytest.fixture
def put_gs() -> Iterator[Callable[[Path], str]]:
    """Puts a file into a bucket of an emulator of Google's storage, which the environment points to, and returns its URL."""
    server = create_server("127.0.0.1", 0, in_memory=True, default_bucket=BUCKET)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        host, port = server._api._httpd.server_address  # it tells its port nowhere else
        for name, value in {
            "STORAGE_EMULATOR_HOST": f"http://{host}:{port}",
            "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false",  # its look-up of a bucket's kind speaks gRPC, which the server does not
            "NO_GCE_CHECK": "true",  # no search for credentials in the network
        }.items():
            patch.setenv(name, value)

        def _put(path: Path) -> str:
            url = f"gs://{BUCKET}/some/{path.name}"
            as_path(url).write_bytes(path.read_bytes())
            return url

        yield _put
    server.stop()


class _Handler(http.server.BaseHTTPRequestHandler):
    """Serves one file, in ranges if it is to, and misbehaves as it is told."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        """Answer without a body."""
        self._answer(b"")

    def do_GET(self) -> None:
        """Answer with the file, or the range asked for."""
        state: Any = self.server
        state.requests.append(self.headers.get("Range"))
        data = state.data
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")) if state.ranges else None
        part = data[int(asked[1]) : int(asked[2]) + 1] if asked else data
        self._answer(part, asked)

    def _answer(self, part: bytes, asked: re.Match[str] | None = None) -> None:
        state: Any = self.server
        wrong = state.wrong.pop(0) if state.wrong and self.command == "GET" else None
        self.send_response(wrong or state.status or (206 if asked else 200))
        length = len(part) if self.command == "GET" else len(state.data)
        self.send_header("Content-Length", str(length))
        if state.ranges:
            self.send_header("Accept-Ranges", "bytes")
        if asked:
            self.send_header("Content-Range", f"bytes {asked[1]}-{asked[2]}/{len(state.data)}")
        if state.coding:
            self.send_header("Content-Encoding", state.coding)
        self.end_headers()
        self.wfile.write(part[: state.cut])
        if state.cut is not None and self.command == "GET":
            self.close_connection = True
            state.cut = state.then


@pytest.fixture
def serve() -> Iterator[Callable[..., Any]]:
    """Starts a web server of one file; returns the server, whose `url` is the file's."""
    servers: list[Any] = []

    def _serve(path: Path, *, ranges: bool = True, **how: Any) -> Any:
        server: Any = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.data, server.ranges, server.requests = path.read_bytes(), ranges, []
        server.status, server.cut, server.then, server.wrong, server.coding = None, None, None, [], None
        vars(server).update(how)
        server.url = f"http://127.0.0.1:{server.server_port}/some/{path.name}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server

    yield _serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """An archive of many records and some megabytes, incompressible."""
    import random  # noqa: PLC0415

    chance = random.Random(1)  # noqa: S311  reproducible on purpose
    path = tmp_path / "long.warc.gz"
    with ArchiveWriter(path) as writer:
        for number in range(600):
            writer.write_resource(f"https://example.com/{number}", DATE, chance.randbytes(8000), media_type="text/plain")
    return path


@pytest.mark.parametrize("store", ["put", "put_gs"])
def test_an_archive_in_a_bucket_is_read_as_the_file_is(store: str, archive: Path, request: pytest.FixtureRequest) -> None:
    """Scanned, in ranges, at an offset, indexed there, found by its index: all as on this machine, from S3 and from GCS."""
    url = request.getfixturevalue(store)(archive)
    whole = list(scan(archive))
    assert list(scan(url)) == whole
    assert list(scan(url, start=whole[1].offset, end=whole[3].offset)) == whole[1:3]
    assert list(boundaries(url, 1000)) == list(boundaries(archive, 1000))
    for item in whole:
        if isinstance(item, Capture):
            assert read_at(url, item.offset, item.length, item.record_id) == item
    assert (size_of(as_path(url)), file_sha256(url)) == (archive.stat().st_size, file_sha256(archive))
    local = index_path(archive).read_bytes()
    assert str(build_index(url)) == f"{url}.cdxj"
    assert as_path(f"{url}.cdxj").read_bytes() == local
    assert list(boundaries(url, 1000)) == list(boundaries(archive, 1000))
    capture = next(item for item in whole if isinstance(item, Capture))
    bucket = url.partition("/some/")[0]
    for places in (url, f"{bucket}/some", [f"{bucket}/"]):
        found = find(capture.record_id, capture.payload_sha256, places)
        assert found is not None
        assert (str(found[0]), *found[1:]) == (url, capture.offset, capture.length)


def test_an_archive_on_the_web_is_read_in_few_requests_of_growing_size(long: Path, serve: Callable[..., Any]) -> None:
    """Some megabytes in a handful of ranges that overlap nowhere; one record costs one small range."""
    server = serve(long)
    assert list(scan(server.url)) == list(scan(long))
    ranges = [tuple(map(int, asked.removeprefix("bytes=").split("-"))) for asked in server.requests if asked != PROBE]
    assert len(ranges) < 10
    assert sum(end - start + 1 for start, end in ranges) < 1.1 * long.stat().st_size
    item = [item for item in scan(long) if isinstance(item, Capture)][300]
    server.requests.clear()
    assert read_at(server.url, item.offset, item.length, item.record_id) == item
    (asked,) = [asked for asked in server.requests if asked != PROBE]
    start, end = map(int, asked.removeprefix("bytes=").split("-"))
    assert (start, end - start < 200_000) == (item.offset, True)


def test_a_server_without_ranges_is_read_as_a_whole(archive: Path, serve: Callable[..., Any]) -> None:
    """What comes only as a whole comes once, and is then read like a file."""
    server = serve(archive, ranges=False)
    assert list(scan(server.url)) == list(scan(archive))
    assert server.requests == [PROBE, None]


def test_a_web_server_that_speaks_of_a_coding_changes_no_byte(compressed: Path, serve: Callable[..., Any]) -> None:
    """Servers call a stored .gz a content coding: positions are those of the file all the same."""
    for ranges in (True, False):
        server = serve(compressed, ranges=ranges, coding="gzip")
        assert list(scan(server.url)) == list(scan(compressed))


def test_a_failure_that_passes_is_waited_out(archive: Path, serve: Callable[..., Any]) -> None:
    """A server that fails once, or a connection that is cut once within a body, is asked again."""
    for ranges in (True, False):
        assert list(scan(serve(archive, ranges=ranges, wrong=[503]).url)) == list(scan(archive))
        assert list(scan(serve(archive, ranges=ranges, cut=100).url)) == list(scan(archive))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"status": 404}, "no such object"),
        ({"status": 403}, "access is denied"),
        ({"status": 401}, "access is denied"),
        ({"status": 500}, "500"),
        ({"cut": 100, "then": 100}, "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_url(
    how: dict[str, Any], said: str, archive: Path, serve: Callable[..., Any]
) -> None:
    """Missing, forbidden, failing, cut off for good: an error of ours that names the URL."""
    url = serve(archive, **how).url
    with pytest.raises(NotAnArchive, match=said) as caught:
        list(scan(url))
    assert url in str(caught.value)


def test_what_is_not_in_a_bucket_is_named_with_its_url(archive: Path, put: Callable[[Path], str], s3: Any) -> None:
    """A missing object, a missing bucket, a folder, a server that is not there, a scheme that nobody reads."""
    put(archive)
    for url in (f"s3://{BUCKET}/none.warc.gz", "s3://no-such-bucket/x.warc.gz"):
        with pytest.raises(NotAnArchive, match="no such object"):
            list(scan(url))
    with pytest.raises(NotAnArchive, match="folder"):
        list(scan(f"s3://{BUCKET}/some"))
    with pytest.raises(NotAnArchive, match=r"http://127\.0\.0\.1:9/x\.warc: the file cannot be read: ClientConnectorError"):
        list(scan("http://127.0.0.1:9/x.warc"))
    with pytest.raises(UsageError, match="nothing reads nonsense://"):
        list(scan("nonsense://x/y"))


def test_an_index_that_cannot_be_written_is_an_error_of_ours(archive: Path, serve: Callable[..., Any]) -> None:
    """The web takes no index."""
    with pytest.raises(ArchiveError, match="cannot write the index"):
        build_index(serve(archive).url)


@pytest.mark.parametrize("store", ["put", "put_gs"])
def test_a_folder_or_a_pattern_of_a_store_stands_for_its_archives(
    store: str, archive: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """In the order of their names, nothing else among them; what matches nothing is left to be complained of."""
    put = request.getfixturevalue(store)
    urls = []
    for name in ("b.warc", "a.warc.gz", "a.warc.gz.cdxj", "c.warc.gz.open", "notes.txt"):
        path = tmp_path / name
        path.write_bytes(archive.read_bytes())
        urls.append(put(path) if store == "put_gs" or not urls else _beside(request.getfixturevalue("s3"), path))
    folder = urls[0].rpartition("/")[0]
    assert [str(path) for path in archives_named([folder])] == [f"{folder}/a.warc.gz", f"{folder}/b.warc"]
    assert [str(path) for path in archives_named([f"{folder}/", f"{folder}/b.warc"])] == [
        *(f"{folder}/a.warc.gz", f"{folder}/b.warc", f"{folder}/b.warc"),
    ]
    assert [str(path) for path in archives_named([f"{folder}/*.warc"])] == [f"{folder}/b.warc"]
    (none,) = archives_named([f"{folder}/*.arc"])
    with pytest.raises(NotAnArchive, match="no such object"):
        list(scan(none))


def _beside(client: Any, path: Path) -> str:
    """Put a file beside those that are in the bucket."""
    client.upload_file(str(path), BUCKET, f"some/{path.name}")
    return f"s3://{BUCKET}/some/{path.name}"


def test_a_folder_of_this_machine_stands_for_the_archives_in_it(archive: Path, tmp_path: Path) -> None:
    """And below it; a file, and what is not there, stand for themselves."""
    folder = tmp_path / "years"
    for name in ("2025/b.warc", "2024/z.arc.gz", "2025/a.warc.gz", "2025/a.warc.gz.open", "2025/a.warc.gz.cdxj", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(archive.read_bytes())
    found = [str(path.relative_to(tmp_path)) for path in archives_named([folder, archive, str(tmp_path / "none.warc")])]
    assert found == ["years/2024/z.arc.gz", "years/2025/a.warc.gz", "years/2025/b.warc", archive.name, "none.warc"]


def test_a_file_url_is_a_path_of_this_machine(archive: Path) -> None:
    """`file://` needs no extra."""
    assert as_path(archive.as_uri()) == archive
    assert as_path(str(archive)) == archive


def test_a_remote_archive_is_repaired_onto_this_machine(plain: Path, put: Callable[[Path], str]) -> None:
    """A damaged object is read where it is; nothing is written there."""
    plain.write_bytes(plain.read_bytes()[:-20])
    url = put(plain)
    done = repair(url, plain.with_name("clean.warc.gz"))
    assert (done.kept, len(done.left_out)) == (5, 1)
    with pytest.raises(UsageError, match="onto this machine"):
        repair(url, f"s3://{BUCKET}/clean.warc.gz")


def test_the_commands_work_on_a_bucket(tmp_path: Path, put: Callable[[Path], str]) -> None:
    """Extract, verify and index, by URL and by folder, and a missing object does not end the job."""
    folder = project(tmp_path)
    path = write_archive(folder / "letters.warc.gz", {f"https://letters.example/{n}": PAGE for n in range(3)})
    url = put(path)
    path.unlink()
    index_path(path).unlink()
    done = scraper("extract", url, f"s3://{BUCKET}/none.warc.gz", "-o", "out.jsonl", "--workers", "1", cwd=folder, code=2)
    assert "no such object" in done.stderr
    assert Counter(line["capture"]["warc"] for line in lines(folder / "out.jsonl")) == {"letters.warc.gz": 3}
    assert "indexed 1 (0 damaged)" in scraper("index", url, cwd=folder).stdout
    done = scraper("verify", "out.jsonl", "--archives", f"s3://{BUCKET}/some", cwd=folder)
    assert "every value verified; 1 archives: whole" in done.stdout
    scraper("extract", f"s3://{BUCKET}/some/", "-o", "again.jsonl", "--workers", "1", cwd=folder)
    assert (folder / "again.jsonl").read_bytes() == (folder / "out.jsonl").read_bytes()
