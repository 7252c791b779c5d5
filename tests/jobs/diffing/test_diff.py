"""`scraper diff`: what became of every record and value, told exactly, whatever the order and the format of the outputs."""

from __future__ import annotations

import copy
import random
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from extractions import extraction, line
from hypothesis import given, settings
from hypothesis import strategies as st
from support import PAGE, project, scraper, write_archive

from scraper.cli.diff import command
from scraper.jobs.outputs import open_sink

OUTCOMES = ("same", "moved", "changed", "gained", "lost")
SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")


class Leaf:
    """A value and where it was read."""

    def __init__(self, value: Any, start: int) -> None:
        self.value, self.start = value, start


def _write(path: Path, data: list[Any]) -> Path:
    with open_sink(path) as sink:
        for each in data:
            sink.write(line(each))
    return path


def _diff(old: Path, new: Path, *options: str, code: int | None = None) -> list[dict[str, Any]]:
    """The lines that the command prints for programs, run in this process."""
    done = CliRunner().invoke(command, [str(old), str(new), "--format", "jsonl", *options], catch_exceptions=False)
    assert code is None or done.exit_code == code, done.output
    found = [orjson.loads(each) for each in done.stdout.splitlines()]
    assert found[-1]["kind"] == "account"
    assert found[-1]["different"] == (done.exit_code == 1)
    return found


def _counts(found: list[dict[str, Any]]) -> dict[tuple[str, str, str], tuple[int, ...]]:
    """Site, site before and field of each row → its counts by outcome, and of records that are not the same."""
    rows = [each for each in found if each["kind"] in {"records", "values"}]
    return {
        (each["site"], each.get("was", ""), each.get("field", "")): (*(each[name] for name in OUTCOMES), each["records"])
        for each in rows
    }


def _two(folder: Path, old: list[Any], new: list[Any], *options: str, code: int | None = None) -> list[dict[str, Any]]:
    return _diff(_write(folder / "old.jsonl", old), _write(folder / "new.jsonl", new), *options, code=code)


def _article(number: int) -> dict[str, Any]:
    """A record as a tree of leaves, each with a value and a place of its own."""
    place = iter(range(10, 10_000, 10))
    authors = [
        {"name": Leaf(f"Author {number}.{each}", next(place)), "orcid": Leaf(f"0000-{number}-{each}", next(place))}
        for each in range(number % 4)
    ]
    return {
        "title": Leaf(f"Title {number}", next(place)),
        "journal": {"title": Leaf(f"Journal {number}", next(place))},
        "authors": authors,
        "keywords": [Leaf(f"word {number}.{each}", next(place)) for each in range(3)],
        "citation_count": Leaf(number, next(place)),
    }


def _rendered(tree: dict[str, Any], number: int, site: str) -> dict[str, Any]:
    """The extraction of a record."""
    provenance: dict[str, Any] = {}

    def plain(node: Any, path: str) -> Any:
        if isinstance(node, Leaf):
            provenance[path] = {"spans": [[node.start, node.start + 9]], "as": ["text"]}
            return node.value
        if isinstance(node, dict):
            return {key: plain(member, f"{path}/{key}") for key, member in node.items()}
        return [plain(member, f"{path}/{at}") for at, member in enumerate(node)]

    record = plain(tree, "")
    return extraction(record, site=site, url=f"https://letters.example/{number}", provenance=provenance) | {
        "capture": extraction({}, url=f"https://letters.example/{number}")["capture"]
    }


Told = list[tuple[str, str]]


def _move(tree: dict[str, Any], _random: random.Random) -> Told:
    tree["title"].start += 1
    return [("/title", "moved")]


def _change(tree: dict[str, Any], _random: random.Random) -> Told:
    tree["journal"]["title"].value += "!"
    return [("/journal/title", "changed")]


def _change_type(tree: dict[str, Any], _random: random.Random) -> Told:
    tree["citation_count"].value = float(tree["citation_count"].value)
    return [("/citation_count", "changed")]


def _lose(tree: dict[str, Any], _random: random.Random) -> Told:
    del tree["journal"]
    return [("/journal/title", "lost")]


def _gain(tree: dict[str, Any], _random: random.Random) -> Told:
    tree["volume"] = Leaf("3", 5)
    return [("/volume", "gained")]


def _insert_author(tree: dict[str, Any], random_: random.Random) -> Told:
    tree["authors"].insert(random_.randint(0, len(tree["authors"])), {"name": Leaf("New", 5)})
    return [("/authors/*/name", "gained")]


def _remove_author(tree: dict[str, Any], random_: random.Random) -> Told:
    gone = tree["authors"].pop(random_.randrange(len(tree["authors"]))) if tree["authors"] else {}
    return [(f"/authors/*/{name}", "lost") for name in gone]


def _change_author(tree: dict[str, Any], random_: random.Random) -> Told:
    changed = random_.sample(tree["authors"], min(len(tree["authors"]), 1))
    for author in changed:
        author["orcid"].value += "X"
    return [("/authors/*/orcid", "changed") for _ in changed]


def _insert_word(tree: dict[str, Any], random_: random.Random) -> Told:
    tree["keywords"].insert(random_.randint(0, 3), Leaf("New", 5))
    return [("/keywords/*", "gained")]


def _remove_word(tree: dict[str, Any], random_: random.Random) -> Told:
    del tree["keywords"][random_.randrange(3)]
    return [("/keywords/*", "lost")]


EDITS = [
    lambda *_: [], _move, _change, _change_type, _lose, _gain, _insert_author, _remove_author, _change_author, _insert_word,
    _remove_word,
]  # fmt: skip
"""Each changes a record, and returns what must be told: field and outcome of each value that is not the same."""


def _fields(node: Any, field: str = "") -> list[str]:
    """The field of each leaf of a record."""
    if isinstance(node, Leaf):
        return [field]
    members = (
        [(f"{field}/{key}", each) for key, each in node.items()] if isinstance(node, dict) else [(f"{field}/*", e) for e in node]
    )
    return [found for name, each in members for found in _fields(each, name)]


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), suffixes=st.tuples(st.sampled_from(SUFFIXES), st.sampled_from(SUFFIXES)))
def test_edits_are_told_exactly(tmp_path_factory: pytest.TempPathFactory, seed: int, suffixes: tuple[str, str]) -> None:
    """Whatever was edited, lost, gained or given to another site: exactly this is told, in any order and format of the outputs."""
    random_ = random.Random(seed)  # noqa: S311  # an order, no secret
    folder = tmp_path_factory.mktemp("diff")
    old, new = [], []
    expected: dict[tuple[str, str, str], Counter[str]] = {}

    def expect(site: str, was: str, field: str, outcome: str) -> None:
        expected.setdefault((site, was, field), Counter())[outcome] += 1

    for number in range(random_.randrange(12)):
        before, site = _article(number), random_.choice(["letters", "notes"])
        after, to = copy.deepcopy(before), random_.choice([site, site, site, "other"])
        match random_.choice(["both", "both", "both", "old", "new"]):
            case "old":
                old.append(_rendered(before, number, site))
                expect(site, "", "", "lost")
                expect(site, "", "", "records")
            case "new":
                new.append(_rendered(before, number, site))
                expect(site, "", "", "gained")
                expect(site, "", "", "records")
            case _:
                told = random_.choice(EDITS)(after, random_)
                old.append(_rendered(before, number, site))
                new.append(_rendered(after, number, to))
                was = site if site != to else ""
                outcomes = {outcome for _, outcome in told}
                expect(to, was, "", "same" if not told else "moved" if outcomes == {"moved"} else "changed")
                same = Counter(_fields(before)) - Counter(field for field, outcome in told if outcome != "gained")
                for field, outcome in [*((field, "same") for field in same.elements()), *told]:
                    expect(to, was, field, outcome)
                for field in {"" for _ in told} | {field for field, _ in told}:
                    expect(to, was, field, "records")
    paths = [
        _write(folder / f"{name}{suffix}", random_.sample(data, len(data)))
        for name, data, suffix in zip(("old", "new"), (old, new), suffixes, strict=True)
    ]
    found = _diff(*paths)
    assert _counts(found) == {key: tuple(each[name] for name in (*OUTCOMES, "records")) for key, each in expected.items()}
    assert found[-1]["different"] == any(each[name] for each in expected.values() for name in ("changed", "gained", "lost"))


def test_the_real_command_shows_what_a_plugin_changed(tmp_path: Path) -> None:
    """Extract, change the plugin, extract again: fields, versions, bytes and the reasons for losses are shown."""
    project(tmp_path)
    pages = {f"https://letters.example/{number}": PAGE.replace("cited 12", f"cited {number}") for number in range(3)}
    write_archive(tmp_path / "x.warc.gz", pages)
    scraper("extract", "x.warc.gz", "-o", "old.jsonl", cwd=tmp_path)
    plugin = tmp_path / "plugins" / "letters" / "__init__.py"
    plugin.write_text(CHANGED)
    scraper("extract", "x.warc.gz", "-o", "new.jsonl.zst", cwd=tmp_path)
    done = scraper("diff", "old.jsonl", "new.jsonl.zst", cwd=tmp_path, code=1)
    assert [each.split() for each in done.stdout.splitlines()[:7]] == [
        ["site", "field", "same", "moved", "changed", "gained", "lost", "records"],
        ["letters", "(records)", "0", "0", "2", "0", "1", "3"],
        ["letters", "/authors/*/name", "0", "0", "0", "0", "4", "2"],
        ["letters", "/citation_count", "0", "0", "0", "0", "2", "2"],
        ["letters", "/doi", "0", "0", "2", "0", "0", "2"],
        ["and", "1", "field", "without", "a", "difference", "(--all", "shows", "them)"],
        ["letters:", "version", "1.2.3", "→", "2.0.0", "in", "2", "records"],
    ]
    shown = " ".join(done.stdout.split())
    assert "letters: 1 record lost, rejected at extract, ExtractionFailed, as https://letters.example/0: layout 'text'" in shown
    doi = PAGE.encode().index(b"10.5555")
    assert f'old "10.5555/bees.1" bytes [{doi}, {doi + 14}), found by search(' in shown
    assert f'new "10.5555/bees" bytes [{doi}, {doi + 12}), found by search(' in shown
    assert "(new.jsonl.zst:1 /doi)" in shown
    count = shown[shown.index("letters /citation_count lost") :]
    assert "why int: 'cited'" in count
    assert "\x1b" not in done.stdout
    assert scraper("diff", "old.jsonl", "new.jsonl.zst", "--fail-on", "gained", cwd=tmp_path).stdout == done.stdout
    scraper("diff", "old.jsonl", "new.jsonl.zst", "--fail-on", "gained,version", cwd=tmp_path, code=1)
    scraper("diff", "old.jsonl", "old.jsonl", "--fail-on", "moved,changed,gained,lost", cwd=tmp_path)


CHANGED = """
from scraper.records.article import Article
from scraper.sites import Site, hookimpl

site = Site("letters", version="2.0.0", urls=["letters.example/"])


@site.layout("text", media_types=["text/plain"])
def text(page):
    if page.search(r"^cited (0) times"):
        raise ValueError("no such page")
    return Article(
        title=page.search(r"(?s)(?<=Letters\\n\\n)(.*?)(?=\\n\\nby)").squash(),
        doi=page.search(r"^doi: (\\S+)\\.1"),
        citation_count=page.search(r"^(cited) ").int(),
    )


@hookimpl
def scraper_sites():
    return [site]
"""


def test_records_of_one_capture_meet_by_identifier_and_by_place(tmp_path: Path) -> None:
    """Several records of a page belong together by what identifies them, else by their order in the page, not in the file."""

    def record(start: int, **fields: Any) -> dict[str, Any]:
        pointers = {f"/{name}": {"spans": [[start, start + 2]], "as": ["text"]} for name in fields}
        return extraction(fields, provenance=pointers)

    old = [record(10, title="a", pmid="1"), record(20, title="b"), record(30, title="c", pmid="3"), record(40, title="d")]
    new = [record(40, title="D!"), record(30, title="C", pmid="3"), record(20, title="b"), record(5, title="new", pmid="9")]
    found = _two(tmp_path, old, [*new, record(10, title="a", pmid="1")], "--examples", "9")
    told = [
        (each["old"]["value"], each["new"]["value"])
        for row in found
        if row.get("field") == "/title"
        for each in row["examples"]
        if each["outcome"] == "changed"
    ]
    assert sorted(told) == [("c", "C"), ("d", "D!")]
    assert _counts(found)["letters", "", ""] == (2, 0, 2, 1, 0, 3)


def test_a_visit_of_its_own_is_a_record_of_its_own(tmp_path: Path) -> None:
    """A payload that was met again gives a record for each visit, and each is compared with its own."""
    first, again = extraction({"title": "a"}), extraction({"title": "a"})
    again["capture"]["revisit"] = {
        "url": "https://letters.example/2", "date": "2026-02-02T00:00:00Z", "warc": "y.warc.gz", "offset": 1, "length": 2,
        "record_id": "<urn:x:again>",
    }  # fmt: skip
    assert _counts(_two(tmp_path, [first, again], [again, first], code=0))["letters", "", ""] == (2, 0, 0, 0, 0, 0)
    assert _counts(_two(tmp_path, [first, again], [again], code=1))["letters", "", ""] == (1, 0, 0, 0, 1, 1)


def test_lost_records_say_why(tmp_path: Path) -> None:
    """A record that was lost shows the rejection of its capture, from beside the new output or the file named, if one is known."""
    old = [extraction({"title": "a"}, url=f"https://letters.example/{number}") for number in range(3)]
    rejection = {"stage": "validate", "error": "SchemaViolation", "reason": "too short", "field": "/title"}
    undecoded = {key: old[1]["capture"][key] for key in ("warc", "offset", "record_id")}
    rejections = [rejection | {"capture": old[0]["capture"]}, rejection | {"stage": "read", "capture": undecoded}]
    (tmp_path / "new.rejects.jsonl").write_bytes(b"".join(map(line, rejections)))
    causes = [each for each in _two(tmp_path, old, [], code=1) if each["kind"] == "cause"]
    assert [(each.get("stage"), each["records"]) for each in causes] == [(None, 1), ("read", 1), ("validate", 1)]
    assert causes[2]["example"]["rejection"]["reason"] == "too short"
    (tmp_path / "new.rejects.jsonl").rename(tmp_path / "why.jsonl")
    found = _two(tmp_path, old, [], "--rejects", str(tmp_path / "why.jsonl"), code=1)
    assert [each for each in found if each["kind"] == "cause"] == causes
    (tmp_path / "why.jsonl").write_bytes(line(old[0]))
    done = scraper("diff", "old.jsonl", "new.jsonl", "--rejects", "why.jsonl", cwd=tmp_path, code=2)
    assert "why.jsonl:1 is no rejection" in done.stderr


def test_filters(tmp_path: Path) -> None:
    """A site or a field that was asked for is compared alone; one that is not there is an error, never a silence."""
    record = {"title": "a", "authors": [{"name": "x"}], "doi": "1"}
    old = [extraction(record, site=site, url=f"https://{site}.example/") for site in ("a", "b")]
    new = [extraction(record | {"doi": "2", "title": "b"}, site=site, url=f"https://{site}.example/") for site in ("a", "b")]
    found = _two(tmp_path, old, new, "--site", "a", "--field", "doi", "--field", "/authors/")
    assert set(_counts(found)) == {("a", "", ""), ("a", "", "/doi"), ("a", "", "/authors/*/name")}
    _two(tmp_path, old, new, "--field", "/authors", code=0)
    for options, words in (
        (("--site", "c"), "no record is of site c; there are a, b"),
        (("--field", "/dio"), "no record has the field /dio"),
    ):
        assert words in scraper("diff", "old.jsonl", "new.jsonl", *options, cwd=tmp_path, code=2).stderr
    assert "--fail-on" in scraper("diff", "old.jsonl", "new.jsonl", "--fail-on", "all", cwd=tmp_path, code=2).stderr


def test_lines_that_cannot_be_read_are_told_and_the_rest_is_compared(tmp_path: Path) -> None:
    """A torn line, one of another kind and one that is nested too deep are named; the rest is compared; the exit code is 2."""
    good = extraction({"title": "a"})
    _write(tmp_path / "old.jsonl", [good])
    deep = line(good).replace(b'{"title":"a"}', b'{"title":' + b"[" * 900 + b"]" * 900 + b"}")
    (tmp_path / "new.jsonl").write_bytes(line(good) + b'{"type": \n' + line({"type": "x"}) + deep)
    done = scraper("diff", "old.jsonl", "new.jsonl", cwd=tmp_path, code=2)
    assert "lines 4 = extractions 1 + unreadable 3" in done.stdout
    assert "records 1: 1 same" in done.stdout
    assert [f"new.jsonl:{number} is no extraction" in done.stderr for number in (1, 2, 3, 4)] == [False, True, True, True]
    assert "cannot read nothing.jsonl" in scraper("diff", "old.jsonl", "nothing.jsonl", cwd=tmp_path, code=2).stderr


def test_what_a_page_holds_does_nothing_to_a_terminal(tmp_path: Path) -> None:
    """Values, URLs and reasons are shown escaped; long values are shown where they differ."""
    long = "word " * 200
    old, new = (extraction({"title": f"{long}{end}\u202e\x1b[2J"}, url="https://x.example/\x1b[31m") for end in ("one", "two"))
    _write(tmp_path / "old.jsonl", [old])
    _write(tmp_path / "new.jsonl", [new])
    done = scraper("diff", "old.jsonl", "new.jsonl", cwd=tmp_path, code=1)
    assert {"\x1b", "\u202e"}.isdisjoint(done.stdout)
    assert "word one" in done.stdout
    assert "word two" in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 400


def test_lists_without_end_take_no_time_without_end(tmp_path: Path) -> None:
    """Ten thousand members that repeat, all alike or in another order, are aligned at once."""
    words = ["x", "y"] * 5000
    found = _two(tmp_path, [extraction({"keywords": words})], [extraction({"keywords": ["z", *words[::-1], "x", "x"]})])
    row = _counts(found)["letters", "", "/keywords/*"]
    assert sum(row[:3]) + row[4] == 10_000
    assert row[3] - row[4] == 3
