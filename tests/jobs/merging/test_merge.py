"""`scraper merge`: works of extractions, told apart and joined by what identifies them, every claim with its source."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import orjson
import pytest
from extractions import extraction, line
from hypothesis import given, settings
from hypothesis import strategies as st
from support import PAGE, lines, project, scraper, write_archive

from scraper.jobs.merging import merge
from scraper.records import check
from scraper.records.work import claims_of, difference

DOIS, PMIDS = st.sampled_from(["10.1/a", "10.1/A", "10.1/b"]), st.sampled_from(["1", "2"])
KEYS = st.fixed_dictionaries({}, optional={"doi": DOIS, "pmid": PMIDS, "pmcid": st.just("PMC1")})


def _merge(folder: Path, *outputs: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], Any, list[str]]:
    """Merge outputs, check every line against the schema, and return the works, the account and the complaints."""
    paths = [folder / f"{number}.jsonl" for number in range(len(outputs))]
    for path, output in zip(paths, outputs, strict=True):
        path.write_bytes(b"".join(map(line, output)))
    complaints: list[str] = []
    merged = merge(paths, folder / "works.jsonl", complain=complaints.append)
    works = lines(folder / "works.jsonl")
    for work in works:
        check("work/1", work)
    return works, merged, complaints


def _of(site: str, **record: Any) -> dict[str, Any]:
    return extraction({"title": "Bees"} | record, site=site, url=f"https://{site}.example/")


def test_identifiers_join_directly_and_through_others(tmp_path: Path) -> None:
    """A shows a DOI, B the DOI in other case and a PMID, C the PMID: one work; what shows none stays alone."""
    data = [_of("c", pmid="7"), _of("a", doi="10.1/X"), _of("d"), _of("b", doi="10.1/x", pmid="7"), _of("e")]
    works, merged, complaints = _merge(tmp_path, data[:2], data[2:])
    assert [[each["site"]["name"] for each in work["extractions"]] for work in works] == [["a", "b", "c"], ["d"], ["e"]]
    assert [work["identity"] for work in works] == [{"doi": "10.1/x", "pmid": "7"}, {}, {}]
    assert (merged.works, merged.joined, merged.unidentified, merged.contradictions, complaints) == (3, 1, 2, 0, [])


def test_every_claim_names_who_makes_it(tmp_path: Path) -> None:
    """Each value of a field lists its extractions, most sites first; parts are taken apart; conflicts say how values differ."""
    works, _, _ = _merge(
        tmp_path,
        [
            _of("a", pmid="7", published="2023", journal={"title": "J", "issn": ["1", "2"]}, volume="1"),
            _of("b", pmid="7", published="2023-10", journal={"title": "j."}, volume="12"),
            _of("c", pmid="7", published="2023-10", title="Bees", keywords=["x"]),
        ],
    )
    [work] = works
    assert work["claims"]["/published"] == [{"value": "2023-10", "extractions": [1, 2]}, {"value": "2023", "extractions": [0]}]
    assert work["claims"]["/title"] == [{"value": "Bees", "extractions": [0, 1, 2]}]
    assert work["claims"]["/journal/issn"] == [{"value": ["1", "2"], "extractions": [0]}]
    assert work["claims"]["/keywords"] == [{"value": ["x"], "extractions": [2]}]
    assert work["conflicts"] == [
        {"field": "/published", "difference": "extent"},
        {"field": "/journal/title", "difference": "spelling"},
        {"field": "/volume", "difference": "value"},
    ]


def test_contradictory_identifiers_are_not_joined(tmp_path: Path) -> None:
    """One DOI with two PMIDs is reported; only extractions with the very same identifiers are joined, and say with whom not."""
    data = [
        _of("a", doi="10.1/x", pmid="1"),
        _of("b", doi="10.1/x", pmid="2"),
        _of("c", doi="10.1/X", pmid="1"),
        _of("d", doi="10.1/x"),
    ]
    works, merged, complaints = _merge(tmp_path, data)
    assert [[each["site"]["name"] for each in work["extractions"]] for work in works] == [["a", "c"], ["b"], ["d"]]
    assert works[0]["not_joined"] == {"works": 2, "identities": [{"doi": "10.1/x", "pmid": "2"}, {"doi": "10.1/x"}]}
    assert merged.contradictions == 1
    assert complaints == ["not joined, for these identifiers contradict each other: doi 10.1/x; pmid 1, 2"]


def test_a_hub_of_contradictions_stays_small(tmp_path: Path) -> None:
    """A site that shows one PMID on every page does not make every work name every other."""
    works, _, complaints = _merge(tmp_path, [_of(f"s{number:03}", doi=f"10.1/{number}", pmid="1") for number in range(99)])
    assert len(works) == 99
    assert {work["not_joined"]["works"] for work in works} == {98}
    assert {len(work["not_joined"]["identities"]) for work in works} == {10}
    assert all(work["identity"] not in work["not_joined"]["identities"] for work in works)
    assert len(complaints) == 1
    assert complaints[0].endswith("…; pmid 1")


@settings(max_examples=60)
@given(keys=st.lists(KEYS, max_size=8), seed=st.integers(0, 99))
def test_works_partition_the_extractions(tmp_path_factory: pytest.TempPathFactory, keys: list[dict[str, str]], seed: int) -> None:
    """Whatever identifiers pages show: each extraction is in one work, which never holds two values of one identifier; pages that
    agree in a key and contradict nobody are together; and the output does not depend on the order of lines and files.
    """  # noqa: D205  # one sentence
    folder = tmp_path_factory.mktemp("merge")
    data = [_of(f"s{number}", **each) for number, each in enumerate(keys)]
    works, merged, _ = _merge(folder, data)
    whole = (folder / "works.jsonl").read_bytes()
    assert sorted(each["site"]["name"] for work in works for each in work["extractions"]) == sorted(
        each["site"]["name"] for each in data
    )
    for work in works:
        for name in ("doi", "pmid", "pmcid"):
            shown = {each["record"][name].lower() for each in work["extractions"] if name in each["record"]}
            assert shown == ({work["identity"][name].lower()} if name in work["identity"] else set())
    joinable = [work for work in works if "not_joined" not in work]
    for name in ("doi", "pmid", "pmcid"):
        values = [work["identity"][name] for work in joinable if name in work["identity"]]
        assert len(values) == len(set(values))
    assert merged.lines == merged.extractions == len(data)
    shuffled = random.Random(seed).sample(data, len(data))  # noqa: S311  # an order, no secret
    _merge(folder, shuffled[: seed % 5], shuffled[seed % 5 :])
    assert (folder / "works.jsonl").read_bytes() == whole


def test_repeated_and_unreadable_lines(tmp_path: Path) -> None:
    """A line that was there is counted once more, a torn one is named and left out, and the sum holds."""
    good = _of("a", doi="10.1/x")
    works, merged, complaints = _merge(tmp_path, [good, good], [good, {"type": "nothing"}])
    assert len(works) == 1
    assert (merged.lines, merged.extractions, merged.repeated, merged.unreadable) == (4, 1, 2, 1)
    assert "1.jsonl:2 is no extraction, and left out" in complaints[0]


def test_types_do_not_mix(tmp_path: Path) -> None:
    """Records of different types are different works; a type that is not known here is joined with nothing."""
    works, _, _ = _merge(tmp_path, [_of("a", doi="10.1/x"), _of("b", doi="10.1/x") | {"type": "other/1"}])
    assert [(work["of"], work["identity"]) for work in works] == [("article", {"doi": "10.1/x"}), ("other", {})]


def test_merged_works_verify(tmp_path: Path) -> None:
    """Verify walks back every claim of a work, and notices a claim that nobody makes, or one that is gone."""
    project(tmp_path)
    for name, page in (("x", PAGE), ("y", PAGE.replace("cited 12", "cited 13"))):
        write_archive(tmp_path / f"{name}.warc.gz", {f"https://letters.example/{name}": page})
        scraper("extract", f"{name}.warc.gz", "-o", f"{name}.jsonl", cwd=tmp_path)
    done = scraper("merge", "x.jsonl", "y.jsonl", "x.jsonl", "-o", "works.jsonl", cwd=tmp_path)
    assert "lines 2 = extractions 2 + repeated 0 + unreadable 0" in done.stdout
    assert "works 1: 1 of several extractions, 0 without an identifier" in done.stdout
    assert "conflicts: 1 fields" in done.stdout
    assert "10 values: every value verified; 2 archives: whole" in scraper("verify", "works.jsonl", cwd=tmp_path).stdout
    text = (tmp_path / "works.jsonl").read_text()
    (tmp_path / "claim.jsonl").write_text(text.replace('{"value":13,', '{"value":14,', 1))
    assert "/claims/~1citation_count: failed" in scraper("verify", "claim.jsonl", cwd=tmp_path, code=1).stdout
    (tmp_path / "record.jsonl").write_text(text.replace('"citation_count":13', '"citation_count":12', 1))
    done = scraper("verify", "record.jsonl", cwd=tmp_path, code=1)
    assert "/extractions/1/record/citation_count: failed: the bytes say 13, the record says 12" in done.stdout
    assert "/conflicts: failed" in done.stdout


def test_merge_says_what_is_wrong(tmp_path: Path) -> None:
    """Wrong names are refused before any work; lines that are left out give exit code 1."""
    (tmp_path / "x.jsonl").write_bytes(line(_of("a")) + b"{torn\n")
    assert "works are JSON Lines" in scraper("merge", "x.jsonl", "-o", "w.parquet", cwd=tmp_path, code=2).stderr
    assert "cannot be the same file" in scraper("merge", "x.jsonl", "-o", "x.jsonl", cwd=tmp_path, code=2).stderr
    assert "cannot read gone.jsonl" in scraper("merge", "gone.jsonl", "-o", "w.jsonl", cwd=tmp_path, code=2).stderr
    done = scraper("merge", "x.jsonl", "-o", "w.jsonl.zst", cwd=tmp_path, code=1)
    assert "x.jsonl:2 is no extraction, and left out" in done.stderr
    assert "lines 2 = extractions 1 + repeated 0 + unreadable 1" in done.stdout


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("On Bees.", "ON BEES", "spelling"),
        ("ﬁne", "fine", "spelling"),
        ("†", "‡", "value"),
        ("2023", "2023-10", "extent"),
        ("1", "12", "value"),
        ([{"name": "Roe"}], [{"name": "Roe", "given": "J"}, {"name": "X"}], "extent"),
        ([{"name": "Roe"}], [{"name": "Poe"}], "value"),
        (1, 2, "value"),
    ],
)
def test_how_values_differ(one: Any, other: Any, kind: str) -> None:
    """Differences of writing, of extent and of substance are told apart, whichever value comes first."""
    assert difference(one, other) == difference(other, one) == kind


def test_numbers_and_texts_are_different_claims() -> None:
    """Equal in Python is not equal in JSON: 1, 1.0, true and "1" are claims of their own."""
    data = [extraction({"title": value}) for value in (1, 1.0, True, "1")]
    assert [orjson.dumps(claim["value"]) for claim in claims_of(data)["/title"]] == [b"1", b"1.0", b"true", b'"1"']
