"""The main job on the real dumps, as a user does it: load, extract, verify; and nothing that is changed afterwards passes."""

from __future__ import annotations

import copy
import random
from pathlib import Path

import orjson
import pytest
from support import lines, scraper

from scraper.sites import load_registry
from scraper.verify import Archives, archive_damage, verify_line

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    """A folder with the archive of the dumps and its output."""
    folder = tmp_path_factory.mktemp("seeds")
    scraper("load", shared / "seeds", "-o", "x/seeds.warc.gz", cwd=folder)
    done = scraper("extract", "x/seeds.warc.gz", "-o", "x/out.jsonl", cwd=folder)
    assert "captures 4 = extracted 4 + rejected 0 + skipped 0" in done.stdout
    load_registry()  # the steps of plugins
    return folder


def test_every_value_verifies(folder: Path) -> None:
    """Four dumps give four extractions, each by its own site, and every value verifies."""
    done = scraper("verify", "x/out.jsonl", cwd=folder)
    assert "4 extractions" in done.stdout
    assert "every value verified; 1 archives: whole" in done.stdout
    sites = [line["site"]["name"] for line in lines(folder / "x/out.jsonl")]
    assert sites == ["pubmed", "peeref", "koreamed", "articles_pmid"]


def test_loading_again_changes_nothing(folder: Path, shared: Path) -> None:
    """A second load says that all is archived already, and leaves the archive as it is."""
    before = (folder / "x/seeds.warc.gz").read_bytes()
    done = scraper("load", shared / "seeds", "-o", "x/seeds.warc.gz", cwd=folder)
    assert "loaded 0 + already archived 4" in done.stdout
    assert (folder / "x/seeds.warc.gz").read_bytes() == before


def test_every_shifted_pointer_is_caught(folder: Path) -> None:
    """Each span of each pointer, shifted by one byte either way, fails in its field."""
    places = Archives([folder / "x"])
    for data in lines(folder / "x/out.jsonl"):
        for shift in (-1, 1):
            moved = copy.deepcopy(data)
            for pointer in moved["provenance"].values():
                pointer["spans"] = [[start + shift, end + shift] for start, end in pointer["spans"]]
            outcomes = {verdict.outcome for verdict in verify_line(orjson.dumps(moved), places)}
            assert outcomes == {"failed"}


def test_every_flipped_byte_is_caught(folder: Path, tmp_path: Path) -> None:
    """Three hundred bytes of the archive, flipped one at a time, are each noticed, with the index beside it and without."""
    whole, chance = (folder / "x/seeds.warc.gz").read_bytes(), random.Random(4)  # noqa: S311  # seeded places, no secret
    output = (folder / "x/out.jsonl").read_bytes().splitlines()
    archive = tmp_path / "seeds.warc.gz"
    for _ in range(300):
        place = chance.randrange(len(whole))
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        places = Archives([tmp_path])
        outcomes = {verdict.outcome for line in output for verdict in verify_line(line, places)}
        assert outcomes != {"verified"} or list(archive_damage(archive)), f"byte {place}"
