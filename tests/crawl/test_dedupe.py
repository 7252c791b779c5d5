"""Unchanged pages: what becomes a revisit, what must not, and that nothing is lost by it."""

from __future__ import annotations

import gzip
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import support

from scraper.archive import ArchiveWriter, Capture, Originals, Record, Revisit, build_index, index_path, raw_records, scan
from scraper.crawl.exchange import Download, Exchange
from scraper.crawl.known import Known
from scraper.crawl.options import Options
from scraper.crawl.store import Store

BIN = Path(sys.executable).parent
KIND = b"Content-Type: text/plain; charset=utf-8"
PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


def _letter(number: int) -> bytes:
    """A page of 3 KB, of which gzip leaves more than 1 KB."""
    lines = [hashlib.sha512(b"%d %d" % (number, line)).hexdigest() for line in range(20)]
    return "\n".join([support.PAGE.replace("bees.1", f"bees.{number}"), *lines]).encode()


def _sized(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = b"".join(each + b"\r\n" for each in (*headers, b"Content-Length: %d" % len(body)))
    return b"HTTP/1.1 " + status + b"\r\n" + lines + b"\r\n" + body


def _chunked(body: bytes, *headers: bytes, at: int = 100, trailer: bytes = b"") -> bytes:
    head = b"".join(each + b"\r\n" for each in (*headers, b"Transfer-Encoding: chunked"))
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:at], body[at:]))
    return b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + chunks + b"0\r\n" + trailer + b"\r\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's project, with the site of letters."""
    return support.project(tmp_path)


@pytest.fixture
def visits(folder: Path, serve: Callable[..., Any], crawl: Callable[..., Any], reply: Any) -> Callable[..., Any]:
    """Crawl a site, and once more when it says something else; the last crawl, with its own archives."""

    def run(*said: dict[str, bytes], args: tuple[str, ...] = ()) -> Any:
        server = serve({})
        for number, replies in enumerate(said):
            server.replies.update({path: each if isinstance(each, reply) else reply([each]) for path, each in replies.items()})
            before = set((folder / "archives").glob("*.warc.gz"))
            crawled = crawl([{"url": server.url(path)} for path in replies], "-O", f"{number}.jsonl", *args)
            fresh = sorted(set(crawled.archives) - before)
        return SimpleNamespace(log=crawled.log, archives=crawled.archives, stat=crawled.stat, fresh=fresh, server=server)

    return run


def _records(crawled: Any, kind: str) -> list[Record]:
    found = [record for path in crawled.fresh for record in raw_records(path)]
    return [each for each in found if isinstance(each, Record) and each.head.kind == kind]


def _extractions(path: Path) -> list[bytes]:
    return sorted(line for line in path.read_bytes().splitlines() if line.startswith(b'{"type"'))


def _stored(folder: Path, name: str, said: list[bytes]) -> Path:
    """Archive responses as a crawl does."""
    options = Options(archive=True, folder=folder, max_size=None, sync_every=0, dedupe=True, extract=True)
    store = Store(folder / f"{name}.warc.gz", options, software="test", info={})
    for number, each in enumerate(said):
        exchange = Exchange(support.DATE, received=bytearray(each), complete=True)
        store.add(Download(f"https://letters.example/{number}", [exchange]))
    store.close()
    return folder / f"{name}.warc.gz"


def _twice(folder: Path, *said: bytes) -> tuple[Path, Path]:
    """The archives of two crawls that got the same."""
    (folder / "archives").mkdir()
    return _stored(folder / "archives", "old", list(said)), _stored(folder / "archives", "renewed", list(said))


def _revisits(archive: Path) -> list[Revisit]:
    return [item for item in scan(archive) if isinstance(item, Revisit)]


def test_an_unchanged_page_becomes_a_revisit(folder: Path, visits: Callable[..., Any]) -> None:
    """Its record holds the head as it came, names the original, and stands beside its request; the feed is that of `extract`."""
    body = _letter(1)
    first = _sized(body, KIND, b"X-Visit: 1")
    second = _sized(body, b"X-VISIT:  2", KIND, b"Set-Cookie: a=1")
    crawled = visits(
        {"/letter": first, "/other": _sized(_letter(2), KIND)}, {"/letter": second, "/other": _sized(_letter(3), KIND)}
    )
    (revisit,) = _records(crawled, "revisit")
    fields = revisit.head.fields
    old = [path for path in crawled.archives if path not in crawled.fresh]
    (original,) = (each for path in old for each in scan(path) if isinstance(each, Capture) and each.url.endswith("/letter"))
    assert revisit.block == second[: -len(body)]
    assert fields["warc-profile"] == PROFILE
    assert (fields["warc-refers-to"], fields["warc-refers-to-target-uri"]) == (original.record_id, original.url)
    assert (fields["warc-refers-to-date"], fields["warc-truncated"]) == (original.date, "length")
    assert fields["warc-payload-digest"].startswith("sha256:")
    (request,) = (each for each in _records(crawled, "request") if each.head.url.endswith("/letter"))
    assert request.head.fields["warc-concurrent-to"] == fields["warc-record-id"]
    assert fields["warc-concurrent-to"] == request.head.fields["warc-record-id"]
    assert crawled.stat("archive/records/revisit") == 1
    assert crawled.stat("archive/spared") == len(body)
    assert crawled.stat("archive/fidelity/wire") == 2
    assert "archive/truncated" not in crawled.log

    done = support.scraper("extract", *crawled.fresh, "-o", "again.jsonl", cwd=folder)
    assert "captures 2 = extracted 2" in done.stdout + done.stderr
    assert _extractions(folder / "again.jsonl") == _extractions(folder / "1.jsonl")
    (line,) = (each for each in support.lines(folder / "again.jsonl") if "revisit" in each["capture"])
    capture = line["capture"]
    assert (capture["warc"], capture["offset"], capture["record_id"]) == (old[0].name, original.offset, original.record_id)
    assert (capture["payload_sha256"], capture["date"]) == (original.payload_sha256, original.date)
    assert capture["revisit"] == {
        "url": original.url,
        "date": fields["warc-date"],
        "warc": crawled.fresh[0].name,
        "offset": revisit.offset,
        "length": revisit.length,
        "record_id": fields["warc-record-id"],
    }
    told = support.scraper("explain", "again.jsonl", fields["warc-record-id"], "/title", cwd=folder).stdout
    assert f"revisit  {original.url} of {fields['warc-date']} gave the same payload" in told
    assert "verdict  verified" in told


def test_verify_sees_through_a_revisit(folder: Path) -> None:
    """The values are verified as long as the revisit is where the extraction says, and names the capture that was extracted."""
    _, archive = _twice(folder, _sized(_letter(1), KIND), _sized(_letter(2), KIND))
    support.scraper("extract", archive, "-o", "out.jsonl", cwd=folder)
    one, other = (folder / "out.jsonl").read_bytes().splitlines()
    first, second = _revisits(archive)
    assert "every value verified; 2 archives: whole" in _verified(folder, one, 0)
    assert "no archive holds the revisit" in _verified(folder, one.replace(first.record_id.encode(), b"<urn:uuid:0>"), 1)
    assert "no archive holds the revisit" in _verified(
        folder, one.replace(b'"revisit":{"url":"https', b'"revisit":{"url":"http'), 1
    )
    told, swapped = (line[line.index(b'"revisit"') :].partition(b"}")[0] for line in (one, other))
    assert "does not name the capture that was extracted" in _verified(folder, one.replace(told, swapped), 1)
    assert second.record_id.encode() in swapped
    moved = archive.rename(archive.with_name("moved.warc.gz"))
    index_path(archive).unlink()
    build_index(moved)
    assert "every value verified" in _verified(folder, one, 0)
    moved.unlink()
    assert "archive missing" in _verified(folder, one, 1)


def _verified(folder: Path, line: bytes, code: int) -> str:
    (folder / "one.jsonl").write_bytes(line + b"\n")
    return support.scraper("verify", "one.jsonl", "--archives", "archives", cwd=folder, code=code).stdout


GZIP = b"Content-Encoding: gzip"
LATIN = b"Content-Type: text/plain; charset=latin-1"
MISSING = b"404 Not Found"


def _packed(body: bytes, level: int = 9) -> bytes:
    return gzip.compress(body, level, mtime=0)


FRAMINGS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes], bool]] = {
    "gzip": (lambda body: _sized(_packed(body), KIND, GZIP), lambda body: _sized(_packed(body), KIND, GZIP), True),
    "chunked": (lambda body: _chunked(body, KIND), lambda body: _chunked(body, KIND), True),
    "cut-differently": (lambda body: _chunked(body, KIND), lambda body: _chunked(body, KIND, at=200), True),
    "gzip-chunked": (
        lambda body: _chunked(_packed(body), KIND, GZIP),
        lambda body: _chunked(_packed(body), KIND, GZIP, at=60),
        True,
    ),
    "trailer": (lambda body: _chunked(body, KIND), lambda body: _chunked(body, KIND, trailer=b"X-Sum: 1\r\n"), False),
    "chunked-now": (lambda body: _sized(body, KIND), lambda body: _chunked(body, KIND), False),
    "packed-now": (lambda body: _sized(body, KIND), lambda body: _sized(_packed(body), KIND, GZIP), False),
    "packed-otherwise": (lambda body: _sized(_packed(body, 0), KIND, GZIP), lambda body: _sized(_packed(body), KIND, GZIP), False),
    "charset": (lambda body: _sized(body, KIND), lambda body: _sized(body, LATIN), False),
    "small": (lambda body: _sized(body[:1023], KIND), lambda body: _sized(body[:1023], KIND), False),
    "bound": (lambda body: _sized(body[:1024], KIND), lambda body: _sized(body[:1024], KIND), True),
    "404": (lambda body: _sized(body, KIND, status=MISSING), lambda body: _sized(body, KIND, status=MISSING), False),
    "200-after-404": (lambda body: _sized(body, KIND, status=MISSING), lambda body: _sized(body, KIND), False),
}


def test_what_is_not_wholly_the_same_is_archived_whole(folder: Path, visits: Callable[..., Any], reply: Any) -> None:
    """A revisit's head must fit its original's body; pages then come out of the archive as they went in."""
    bodies = {name: _letter(number)[::-1] if number % 2 else _letter(number) for number, name in enumerate(FRAMINGS)}
    first = {f"/{name}": before(bodies[name]) for name, (before, _, _) in FRAMINGS.items()}
    second = {f"/{name}": after(bodies[name]) for name, (_, after, _) in FRAMINGS.items()}
    cut = _sized(_letter(99), KIND)
    first["/cut"] = cut
    crawled = visits(first, second | {"/cut": reply([cut[:-1]], then="close")}, args=("-s", "RETRY_ENABLED=0"))
    kept = {each.head.url.rpartition("/")[2]: each for kind in ("revisit", "response") for each in _records(crawled, kind)}
    assert kept.keys() == FRAMINGS.keys() | {"cut"}
    assert {name for name, each in kept.items() if each.head.kind == "revisit"} == {name for name in FRAMINGS if FRAMINGS[name][2]}
    for name, (*_, same) in FRAMINGS.items():
        whole = second[f"/{name}"]
        assert kept[name].block == (whole.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if same else whole), name
    assert kept["cut"].block == cut[:-1]
    support.scraper("extract", *crawled.fresh, "-o", "again.jsonl", cwd=folder)
    assert len(_extractions(folder / "again.jsonl")) == 7
    assert _extractions(folder / "again.jsonl") == _extractions(folder / "1.jsonl")


def test_a_payload_under_many_urls_has_one_original(folder: Path, visits: Callable[..., Any]) -> None:
    """Within one crawl too; no revisit refers to a revisit; each page is extracted under its own URL, and the sum holds."""
    crawled = visits({f"/{number}": _chunked(_letter(1), KIND, at=10 + number) for number in range(6)})
    (original,) = _records(crawled, "response")
    revisits = _records(crawled, "revisit")
    assert {each.head.fields["warc-refers-to"] for each in revisits} == {original.head.fields["warc-record-id"]}
    done = support.scraper("extract", *crawled.fresh, "-o", "again.jsonl", cwd=folder)
    assert "captures 6 = extracted 6" in done.stdout + done.stderr
    lines = support.lines(folder / "again.jsonl")
    seen = {line["capture"].get("revisit", line["capture"])["url"] for line in lines}
    assert seen == {crawled.server.url(f"/{number}") for number in range(6)}
    assert _extractions(folder / "again.jsonl") == _extractions(folder / "0.jsonl")
    support.scraper("verify", "again.jsonl", "--archives", "archives", cwd=folder)


def test_the_switch_turns_it_off(visits: Callable[..., Any]) -> None:
    """With SCRAPER_DEDUPE off every response is archived whole."""
    page = _sized(_letter(1), KIND)
    crawled = visits({"/letter": page, "/again": page}, args=("-s", "SCRAPER_DEDUPE=0"))
    assert [len(_records(crawled, kind)) for kind in ("response", "revisit")] == [2, 0]


@pytest.mark.parametrize("fault", ["none", "gone", "other offset", "damaged", "nonsense", "no index", "not ours"])
def test_an_index_is_not_believed(tmp_path: Path, fault: str) -> None:
    """Where the archive does not hold what its index says, the page is archived whole."""
    said = [_sized(_letter(number), KIND) for number in (1, 2)]
    old = _stored(tmp_path, "old", said)
    index = index_path(old)
    if fault == "gone":
        old.unlink()
    if fault == "other offset":
        lines = index.read_text().splitlines(keepends=True)
        places = [line.split('"offset":"')[1].split('"')[0] for line in lines[1:]]
        swapped = [line.replace(f'"{a}"', f'"{b}"') for line, a, b in zip(lines[1:], places, places[::-1], strict=True)]
        index.write_text("".join([lines[0], *swapped]))
    if fault == "damaged":
        data = old.read_bytes()
        old.write_bytes(data[:400] + bytes(len(data) - 400))
    if fault == "nonsense":
        index.write_bytes(
            index.read_bytes().replace(b'"offset":"', b'"offset":"-') + b'a b {"payload_sha256": 3, "status": "200"}\n\xff\n'
        )
    if fault == "no index":
        index.unlink()
    if fault == "not ours":
        index.write_text('com,example)/ 20260101000000 {"url": "https://example.com/", "offset": "0", "status": "200"}\n')
    new = _stored(tmp_path, "new", said)
    assert sum(isinstance(item, Revisit) for item in scan(new)) == (2 if fault == "none" else 0)
    assert sum(isinstance(item, Capture) for item in scan(new)) == (0 if fault == "none" else 2)


def test_a_revisit_whose_original_is_gone_is_counted(folder: Path) -> None:
    """It is skipped with a reason, whatever else there is; nothing is made up."""
    old, archive = _twice(folder, _sized(_letter(1), KIND))
    _stored(folder / "archives", "third", [_sized(_letter(3), KIND)])
    old.unlink()
    done = support.scraper("extract", archive, "-o", "again.jsonl", cwd=folder)
    told = done.stdout + done.stderr
    assert "captures 1 = extracted 0 + rejected 0 + skipped 1 (1 revisit: its original is in none of the archives)" in told
    assert (folder / "again.jsonl").read_bytes() == b""


def test_a_replay_serves_what_the_visit_got(folder: Path, ready: Callable[..., None], crawl: Callable[..., Any]) -> None:
    """The head of the revisit with the body of its original, from the one archive; a revisit without original is not served."""
    (folder / "archives").mkdir()
    _stored(folder / "archives", "old", [_chunked(_packed(_letter(1)), KIND, GZIP), _sized(_letter(2), KIND)])
    gone = _stored(folder / "archives", "other", [_sized(_letter(number), KIND) for number in (7, 8, 9)])
    second = [_chunked(_packed(_letter(1)), KIND, GZIP, b"X-Visit: 2", at=70), _sized(_letter(3), KIND), _sized(_letter(9), KIND)]
    archive = _stored(folder / "archives", "renewed", second)
    gone.unlink()
    assert len(_revisits(archive)) == 2
    seen = '"size": len(response.body), "visit": str(response.headers.get("X-Visit"))'
    ready([])
    spider = (folder / "tried" / "spiders" / "tried.py").read_text().replace('"size": len(response.body)', seen)
    urls = [{"url": f"https://letters.example/{number}"} for number in range(3)]
    again = crawl(urls, "-s", f"SCRAPER_REPLAY={archive}", "-O", "replayed.jsonl", spider=spider)
    assert [again.stat(f"replay/{each}") for each in ("hit", "miss")] == [2, 1], again.log
    support.scraper("extract", archive, "-o", "again.jsonl", cwd=folder)
    assert len(_extractions(folder / "replayed.jsonl")) == 2
    assert _extractions(folder / "replayed.jsonl") == _extractions(folder / "again.jsonl")
    own = [line for line in support.lines(folder / "replayed.jsonl") if "size" in line]
    assert {(line["size"], line["visit"]) for line in own} == {(len(_letter(1)), "b'2'"), (len(_letter(3)), "None")}


def test_other_tools_accept_revisits(folder: Path) -> None:
    """Warcio and cdxj-indexer take them; fastwarc too, but with `-p` it misses the payload that a revisit leaves out."""
    _, archive = _twice(folder, _sized(_letter(1), KIND), _chunked(_letter(2), KIND))
    ids = {each.record_id for each in _revisits(archive)}
    assert len(ids) == 2
    for command in (["warcio", "check", "-v"], ["fastwarc", "check"], ["cdxj-indexer"]):
        done = subprocess.run([BIN / command[0], *command[1:], archive], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "failed:" not in done.stdout
    done = subprocess.run([BIN / "fastwarc", "check", "-p", archive], capture_output=True, text=True, check=False)
    assert {line.strip() for line in (done.stdout + done.stderr).splitlines() if line.startswith("<urn:")} == ids


def test_loaded_archives_keep_their_revisits(folder: Path) -> None:
    """`scraper load` copies original and revisit as they are, once; the extraction through the copy points into the copy."""
    archives = _twice(folder, _sized(_letter(1), KIND))
    for _ in range(2):
        support.scraper("load", *archives, "-o", "all/all.warc.gz", cwd=folder)
        support.scraper("extract", "all/all.warc.gz", "-o", "all.jsonl", cwd=folder)
        found = support.lines(folder / "all.jsonl")
        assert [line["capture"]["warc"] for line in found] == ["all.warc.gz", "all.warc.gz"]
        assert [line["capture"].get("revisit", {}).get("warc") for line in found] == [None, "all.warc.gz"]
    support.scraper("verify", "all.jsonl", "--archives", "all", cwd=folder)


def test_a_killed_crawl_leaves_no_revisit_without_its_original(
    tmp_path: Path, folder: Path, serve: Callable[..., Any], ready: Callable[..., None], reply: Any
) -> None:
    """After kill -9 every revisit in what is left refers to a capture that stands before it."""
    server = serve({f"/{number}": reply([_sized(_letter(number % 50), KIND)]) for number in range(3000)})
    ready([{"url": server.url(path)} for path in server.replies])
    process = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "crawl", "tried", "-s", "LOG_ENABLED=0", "-s", "SCRAPER_ARCHIVE_MAX_SIZE=20000"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(Path(support.__file__).parent)},
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while len(server.heard) < 150 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list((folder / "archives").glob("*.open"))
    left = [*(folder / "archives").glob("*.warc.gz"), *(folder / "archives").glob("*.open")]
    revisits = [(path, item) for path in left for item in scan(path) if isinstance(item, Revisit)]
    assert len(revisits) > 20
    originals = Originals(left)
    assert all(isinstance(originals.resolve(item, path), Capture) for path, item in revisits)


def test_what_is_known_of_earlier_archives_is_the_latest(tmp_path: Path) -> None:
    """Of several captures with one payload the last archive's come first; only responses with status 200 count."""
    captures = {}
    for name in ("a.warc.gz", "b.warc.gz"):
        with ArchiveWriter(tmp_path / name) as writer:
            writer.write_response("https://example.com/1", support.DATE, _sized(_letter(1), KIND))
            writer.write_response("https://example.com/2", support.DATE, _sized(b"missing", KIND, status=b"404 Not Found"))
            writer.write_resource("https://example.com/3", support.DATE, b"resource", media_type="text/plain")
        captures[name] = {each.url[-1]: each for each in scan(tmp_path / name) if isinstance(each, Capture)}
    known = Known()
    assert known.learn(tmp_path) == 2
    first, second = captures["a.warc.gz"], captures["b.warc.gz"]
    assert known.find(first["1"].payload_sha256) == [
        (tmp_path / "b.warc.gz", second["1"].offset),
        (tmp_path / "a.warc.gz", first["1"].offset),
    ]
    assert known.find(first["2"].payload_sha256) == known.find(first["3"].payload_sha256) == []
    for number in range(9):
        known.note(first["3"].payload_sha256, tmp_path / "c.warc.gz", (1 << 43) + number)
    assert known.find(first["3"].payload_sha256) == [(tmp_path / "c.warc.gz", (1 << 43) + number) for number in (8, 7, 6, 5)]
    known.close()
