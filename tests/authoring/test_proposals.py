"""What is proposed for real pages: nothing but what the written code then reads, and most of what a plugin made by hand reads."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from scraper.archive import Capture, Record, interpret, raw_records
from scraper.archive.loaders import Front, Loading, Origins, Target, find_inputs
from scraper.authoring.scaffold import Draft, draft, plugin_code
from scraper.extract import extract
from scraper.sites import Registry, load_registry

pytestmark = pytest.mark.shared_data
_EVERY = 3  # every third page, to be quick


def pages(folder: Path, scratch: Path) -> list[tuple[Record, Capture]]:
    """Every third page of a folder that can be loaded, at a URL of its own."""
    archive = scratch / "pages.warc"
    inputs = find_inputs([folder], output=archive)
    with Target(archive) as target:
        loading = Loading(Front(Origins({}, "2026-01-02")), target, lambda _: None)
        for source in itertools.islice(inputs.sources, 0, None, _EVERY):
            loading.load(source)
    records = [record for record in raw_records(archive) if isinstance(record, Record)]
    found = [(record, interpret(record, archive, max_payload=1 << 28)) for record in records]
    return [(record, capture) for record, capture in found if isinstance(capture, Capture) and capture.url.startswith("http")]


def read(made: Draft) -> dict[str, Any]:
    """What the written code reads from the page."""
    module = ModuleType("written")
    exec(compile(plugin_code(made), "written", "exec"), vars(module))  # noqa: S102  # what is written is what is tried
    (line,) = [each.to_json() for each in extract(made.capture, Registry([module.site]))]
    assert "record" in line, line
    assert not line.get("problems")
    assert all("as" in pointer for pointer in line["provenance"].values())
    return dict(line["record"])


@pytest.mark.parametrize("folder", ["scholarly", "other"])
def test_the_code_reads_what_was_proposed(shared: Path, tmp_path: Path, folder: str) -> None:
    """Whatever the page, the written code reads just the proposed values, each of them located; or nothing is proposed."""
    made = [draft("site", record, Registry([]), type_name="article") for record, _ in pages(shared / "pages" / folder, tmp_path)]
    assert len(made) > 5
    for each in made:
        assert read(each) == {field.name: field.best.value for field in each.proposed.fields}


def test_most_of_what_a_plugin_reads_is_proposed(shared: Path, tmp_path: Path) -> None:
    """Of the fields that the site `scholarly` reads from publishers' pages, nine in ten are proposed with the same values."""
    scholarly, counts = load_registry().only("scholarly"), Counter[str]()
    for record, capture in pages(shared / "pages" / "scholarly", tmp_path):
        line = next(iter(extract(capture, scholarly))).to_json()
        if "record" in line:
            made = draft("site", record, Registry([]), type_name="article")
            found = {field.name: field.best.value for field in made.proposed.fields}
            counts.update(_verdict(value, found.get(name)) for name, value in line["record"].items())
    assert counts["same"] > 0.9 * counts.total(), counts


def _verdict(read: Any, proposed: Any) -> str:
    """Compare a field; what is proposed may hold more."""
    if proposed is None:
        return "missing"
    return "same" if _holds(proposed, read) else "other"


def _holds(more: Any, less: Any) -> bool:
    if isinstance(less, dict):
        return isinstance(more, dict) and all(_holds(more.get(name), value) for name, value in less.items())
    if isinstance(less, list):
        return isinstance(more, list) and len(more) >= len(less) and all(map(_holds, more, less))
    return json.dumps(more) == json.dumps(less)
