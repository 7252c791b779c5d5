"""The commands as a user types them: what they print, write and answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import PAGE, lines, project, scraper, write_archive

from scraper.archive import ArchiveWriter


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's project with one site, an archive of three pages, one of them unknown, and its output."""
    project(tmp_path)
    (tmp_path / "archives").mkdir()
    pages = {"https://letters.example/1": PAGE, "https://letters.example/2": PAGE.replace("12", "many"), "urn:x:prose": "prose"}
    write_archive(tmp_path / "archives" / "x.warc.gz", pages)
    scraper("extract", "archives/x.warc.gz", "-o", "out.jsonl", cwd=tmp_path)
    return tmp_path


def test_extract_accounts_for_every_capture(folder: Path) -> None:
    """Extraction writes records and rejections, and prints the conservation line."""
    done = scraper("extract", "archives/x.warc.gz", "-o", "again/out.jsonl", cwd=folder)
    assert "captures 3 = extracted 2 + rejected 1 + skipped 0" in done.stdout
    assert "other records: 1 (1 warcinfo)" in done.stdout
    assert (folder / "again/out.jsonl").read_bytes() == (folder / "out.jsonl").read_bytes()
    assert [line["error"] for line in lines(folder / "again/out.rejects.jsonl")] == ["Unmatched"]
    assert lines(folder / "out.jsonl")[1]["problems"][0]["reason"] == "int: 'many' is no whole number"
    assert sorted(path.name for path in (folder / "again").iterdir()) == [".out.jsonl.job", "out.jsonl", "out.rejects.jsonl"]
    assert [path.name for path in (folder / "again/.out.jsonl.job").iterdir()] == ["ledger.sqlite"]


def test_extract_strict_and_site(folder: Path) -> None:
    """Under --strict a rejection gives exit code 1; --site skips the others' captures, and counts them."""
    scraper("extract", "archives/x.warc.gz", "-o", "o.jsonl", "--strict", cwd=folder, code=1)
    done = scraper("extract", "archives/x.warc.gz", "-o", "o.jsonl", "--strict", "--site", "letters", cwd=folder)
    assert "captures 3 = extracted 2 + rejected 0 + skipped 1 (1 not of site letters)" in done.stdout
    done = scraper("extract", "archives/x.warc.gz", "-o", "o.jsonl", "--site", "nope", cwd=folder, code=2)
    assert "no site is named 'nope'" in done.stderr


def test_unreadable_input_does_not_stop_the_rest(folder: Path) -> None:
    """A file that is no archive is named and gives exit code 2, after the others were extracted."""
    (folder / "empty.warc.gz").write_bytes(b"")
    done = scraper("extract", "empty.warc.gz", "gone.warc.gz", "archives/x.warc.gz", "-o", "o.jsonl", cwd=folder, code=2)
    assert "empty.warc.gz" in done.stderr
    assert "gone.warc.gz" in done.stderr
    assert len(lines(folder / "o.jsonl")) == 2
    scraper("extract", "archives/x.warc.gz", "-o", "o.jsonl", "--rejects", "o.jsonl", cwd=folder, code=2)
    done = scraper("extract", "archives/x.warc.gz", "-o", "plugins/letters/__init__.py/o.jsonl", cwd=folder, code=2)
    assert "cannot write" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_archive_loses_only_the_damage(folder: Path) -> None:
    """Captures around a damaged place are extracted; the place is counted and named with its offset."""
    archive = folder / "archives" / "x.warc.gz"
    offset = lines(folder / "out.jsonl")[0]["capture"]["offset"]
    data = bytearray(archive.read_bytes())
    data[offset + 40] ^= 0xFF
    archive.write_bytes(data)
    done = scraper("extract", archive, "-o", "o.jsonl", cwd=folder)
    assert "captures 2 = extracted 1 + rejected 1" in done.stdout
    assert "damaged places: 1" in done.stdout
    rejected = lines(folder / "o.rejects.jsonl")
    assert rejected[0]["stage"] == "read"
    assert rejected[0]["capture"]["offset"] == offset


def test_verify_says_that_all_is_well(folder: Path) -> None:
    """A fresh output verifies: exit code 0, the counts by outcome, and a conclusion."""
    done = scraper("verify", "out.jsonl", cwd=folder)
    assert "verified               9\nfailed                 0\n" in done.stdout
    assert "2 extractions, 9 values: every value verified; 1 archives: whole" in done.stdout
    assert "not checked as a whole" in scraper("verify", "out.jsonl", "--quick", cwd=folder).stdout


def test_verify_names_what_fails(folder: Path) -> None:
    """A changed value gives exit code 1 and is named by line and field, with what the bytes say."""
    text = (folder / "out.jsonl").read_text().replace('"doi":"10.5555/bees.1"', '"doi":"10.5555/bees.2"', 1)
    (folder / "changed.jsonl").write_text(text)
    done = scraper("verify", "changed.jsonl", cwd=folder, code=1)
    assert "changed.jsonl:1 /doi: failed: the bytes say '10.5555/bees.1', the record says '10.5555/bees.2'" in done.stdout


def test_verify_notices_a_changed_or_missing_archive(folder: Path) -> None:
    """An archive that changed where no record points, or that is gone, gives exit code 1."""
    archive = folder / "archives" / "x.warc.gz"
    whole = archive.read_bytes()
    archive.write_bytes(whole + b"x")
    assert "changed since it was indexed" in scraper("verify", "out.jsonl", cwd=folder, code=1).stdout
    archive.unlink()
    done = scraper("verify", "out.jsonl", cwd=folder, code=1)
    assert "archive missing        9" in done.stdout
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "y.warc.gz").write_bytes(whole)
    scraper("verify", "out.jsonl", "--archives", "elsewhere", cwd=folder)


def test_verify_of_nothing_is_refused(folder: Path) -> None:
    """An output file that cannot be read is exit code 2; one that holds torn lines is exit code 1."""
    assert "cannot read gone.jsonl" in scraper("verify", "gone.jsonl", cwd=folder, code=2).stderr
    (folder / "torn.jsonl").write_bytes((folder / "out.jsonl").read_bytes()[:-40])
    assert "torn.jsonl:2 (line): failed: the line is no extraction" in scraper("verify", "torn.jsonl", cwd=folder, code=1).stdout


def test_explain_shows_bytes_steps_and_value(folder: Path) -> None:
    """Explain shows the quoted bytes marked in their place, each step with its result, the value and the verdict."""
    shown = scraper("explain", "out.jsonl", "/title", cwd=folder).stdout
    assert "archive  x.warc.gz at offset" in shown
    assert "⟦On the   keeping\\n of bees⟧\\n\\nby Jane Roe" in shown
    assert "step     squash → 'On the keeping of bees'" in shown
    assert shown.endswith("value    'On the keeping of bees'\nverdict  verified\n")
    assert "int → 12" in scraper("explain", "out.jsonl", "letters.example/1", "/citation_count", cwd=folder).stdout


def test_explain_takes_a_whole_part(folder: Path) -> None:
    """A field that names a part explains every value below it; another record can be chosen by number."""
    shown = scraper("explain", "out.jsonl", "2", "/authors", "--context", "3", cwd=folder).stdout
    assert "out.jsonl:2" in shown
    assert "…by ⟦Jane Roe⟧; Å" in shown.replace("\\xc3", "Å")
    assert "/authors/1/name" in shown


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["out.jsonl", "/nope"], "has no field /nope; it has /title"),
        (["out.jsonl", "9", "/title"], "has no record 9"),
        (["out.jsonl", "1", "2", "/title"], "takes an output file, a record and a field"),
        (["archives/x.warc.gz", "/title"], "is no extraction"),
    ],
)
def test_explain_says_what_is_wrong(folder: Path, args: list[str], message: str) -> None:
    """A field, record or file that is not there is named, with what there is instead; exit code 2."""
    done = scraper("explain", *args, cwd=folder, code=2)
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_explain_shows_a_failed_value(folder: Path) -> None:
    """A pointer that does not replay is explained as far as it goes, with the verdict."""
    text = (folder / "out.jsonl").read_text().replace('"steps":["squash"]', '"steps":["int"]', 1)
    (folder / "changed.jsonl").write_text(text)
    shown = scraper("explain", "changed.jsonl", "/title", cwd=folder).stdout
    assert "verdict  failed: the steps ['int'] do not apply" in shown


@pytest.mark.parametrize(
    "verb",
    [
        [],
        ["load"],
        ["extract"],
        ["verify"],
        ["explain"],
        ["sites"],
        ["sites", "list"],
        ["index"],
        ["query"],
        ["merge"],
        ["convert"],
    ],
)
def test_every_command_has_help(tmp_path: Path, verb: list[str]) -> None:
    """Each command explains itself."""
    assert len(scraper(*verb, "--help", cwd=tmp_path).stdout) > 200


def test_errors_redirects_and_empty_pages_are_skipped(folder: Path) -> None:
    """A capture without a whole page in it is counted as skipped, with the reason."""
    head = "HTTP/1.1 {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}"
    with ArchiveWriter(folder / "http.warc.gz") as writer:
        for number, (status, page) in enumerate([("200 OK", PAGE), ("404 Not Found", PAGE), ("301 Moved", ""), ("200 OK", "")]):
            block = head.format(status, len(page.encode()), page).encode()
            writer.write_response(f"https://letters.example/{number}", "2026-01-02T03:04:05Z", block)
        cut = head.format("200 OK", len(PAGE.encode()), PAGE).encode()
        reason = [("WARC-Truncated", "disconnect")]
        writer.write_response("https://letters.example/cut", "2026-01-02T03:04:05Z", cut, headers=reason)
    done = scraper("extract", "http.warc.gz", "-o", "o.jsonl", cwd=folder)
    reasons = "1 HTTP status 301, 1 HTTP status 404, 1 empty payload, 1 truncated: disconnect"
    assert f"captures 5 = extracted 1 + rejected 0 + skipped 4 ({reasons})" in done.stdout
    scraper("verify", "o.jsonl", cwd=folder)
