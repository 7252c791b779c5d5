"""What is wrong with the layouts of a site: days that two claim, days that none reads, designs that no case tries."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from casework import PAGE, put_page

from scraper.authoring.layouts import layout_faults
from scraper.sites import Registry, Site

HTML, TEXT = ["text/html"], ["text/plain"]
Y2010, Y2015, Y2020 = (dt.date(year, 1, 1) for year in (2010, 2015, 2020))


def never(_page: Any) -> bool:
    """Recognise no page."""
    return False


def always(_page: Any) -> bool:
    """Recognise every page."""
    return True


@pytest.fixture
def faults(tmp_path: Path) -> Callable[..., list[str]]:
    """What is wrong with a site of these layouts, each of which has a case."""

    def found(*layouts: dict[str, Any], page: bool = False) -> list[str]:
        site = Site("x", version="1.0.0", urls=["x.example/"])
        for layout in layouts:
            site.layout(**{"media_types": HTML} | layout)(lambda _page: [])
            put_page(tmp_path / f"{layout['name']}.warc", PAGE if page else " ", url="https://x.example/1")
            expected = {"stage": "extract", "site": "x", "layout": layout["name"]}
            (tmp_path / f"{layout['name']}.expected.json").write_text(json.dumps(expected))
        return layout_faults(site, tmp_path, Registry([site]))

    return found


@pytest.mark.parametrize(
    "layouts",
    [
        [{"name": "only"}],
        [{"name": "old", "until": Y2010}, {"name": "new", "since": Y2010}],
        [{"name": "new", "since": Y2010}, {"name": "old", "until": Y2010}],
        [{"name": "html"}, {"name": "text", "media_types": TEXT}],
        [{"name": "known", "recognises": never}, {"name": "rest"}],
        [{"name": "one", "recognises": never}, {"name": "two", "recognises": never}],
        [{"name": "later", "since": Y2010}],
        [{"name": "old", "until": Y2010}, {"name": "new", "since": Y2015}, {"name": "rest", "since": Y2010, "until": Y2015}],
    ],
)
def test_layouts_that_part_the_days_are_well(faults: Callable[..., list[str]], layouts: list[dict[str, Any]]) -> None:
    """Days that meet, other media types, pages that are recognised, and one layout for what remains, are no fault."""
    assert faults(*layouts) == []


@pytest.mark.parametrize(
    ("layouts", "words"),
    [
        ([{"name": "a"}, {"name": "b"}], "layouts 'a' and 'b' overlap: both read text/html, and 'a' takes every page"),
        ([{"name": "a"}, {"name": "b", "recognises": never}], "'a' takes every page"),
        (
            [{"name": "a", "until": Y2015}, {"name": "b", "since": Y2010, "until": Y2020}],
            "both read text/html since 2010-01-01 until 2015-01-01",
        ),
        ([{"name": "a", "until": Y2010}, {"name": "b", "since": Y2015}], "no layout reads text/html from 2010-01-01 to 2015-01-01"),
        (
            [{"name": "c", "recognises": never}, {"name": "a", "until": Y2010}, {"name": "b", "since": Y2015}],
            "from 2010-01-01 to 2015-01-01",
        ),
        ([{"name": "a", "since": Y2015, "until": Y2010}], "layout 'a' reads no day"),
    ],
)
def test_overlaps_and_gaps_are_told(faults: Callable[..., list[str]], layouts: list[dict[str, Any]], words: str) -> None:
    """Two layouts of the same pages and days, days between layouts that none reads, and a layout of no day are named."""
    (fault,) = faults(*layouts)
    assert words in fault


def test_layouts_that_recognise_the_same_page_overlap(faults: Callable[..., list[str]]) -> None:
    """Where two layouts recognise the page of a case, and nothing but their order decides, both are named, with the case."""
    told = faults({"name": "a", "recognises": always}, {"name": "b", "recognises": always}, page=True)
    assert told == [f"layouts 'a' and 'b' overlap: all of them recognise the page of case {name!r}" for name in "ab"]


def test_a_layout_without_a_case_is_told(tmp_path: Path) -> None:
    """A layout that no case tries is named, with the command that adds one; so is half a case."""
    site = Site("x", version="1.0.0")
    site.layout("a", media_types=HTML)(lambda _page: [])
    (tmp_path / "a.expected.json").write_text("{}")
    missing, half = layout_faults(site, tmp_path, Registry([site]))
    assert "layout 'a' has no case in" in missing
    assert "scraper sites case add x" in missing
    assert "a.expected.json is half a case: there is no a.warc beside it" in half
