"""Which site claims a text of unknown address: the right one, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scraper.errors import Unmatched
from scraper.sites import load_registry

if TYPE_CHECKING:
    from pathlib import Path

SEARCH_RESULTS = """Skip to main page content
Search Results

2 results

1
On the keeping of bees.
Doe J, Roe R. Doe J, et al.
J Bees. 2023 Apr 11;14(1):71. doi: 10.5555/1.
PMID: 1
Free PMC article.

2
Wax.
Poe P.
J Bees. 2022;13(1):7.
PMID: 2
"""
ABSTRACTS = """Skip to main page content
Review
. 2023 Apr 11;14(1):71.
doi: 10.5555/1.

On the keeping of bees

Abstract

Bees.

PubMed Disclaimer

. 2022 Apr 11;13(1):7.
doi: 10.5555/2.

Wax

Abstract

Wax.

PubMed Disclaimer
"""
FULL_TEXT = """Skip to main content
An official website of the United States government

J Bees. 2023 Apr 11;14:71. doi: 10.5555/1

On the keeping of bees

Jane Roe 1, John Doe 2

PMCID: PMC1 PMID: 1

Abstract

Bees.

Keywords: bees, hives

References

1. Doe J. First of bees. J Bees. 2001;1:1-2. [DOI] [PubMed]
"""
README = """# Bees

Journal

This folder holds dumps of PubMed, Peeref and KoreaMed pages, "» Articles » PMID: 1" among them.
PubMed Disclaimer

J Bees. 2023 Apr 11;14:71. doi: 10.5555/1

Keyword
"""
PROSE = """It was the year 2020; a good one for bees.

Journal

Today the hive stood still.

Publisher

Nobody.

Abstract

None."""


@pytest.mark.parametrize("text", [SEARCH_RESULTS, ABSTRACTS, FULL_TEXT, README, PROSE, "", "\n\n", "\ufeff", "Abstract", ". 2023."])
def test_other_texts_are_claimed_by_nobody(claims: Any, read: Any, text: str) -> None:
    """Lists of articles, full texts, notes about the sites and prose belong to no site."""
    assert claims(text.encode()) == []
    with pytest.raises(Unmatched):
        read(text)


def test_a_list_at_an_address_of_the_site_is_no_article(read: Any) -> None:
    """Search results of PubMed are refused even where the URL leads to the site."""
    with pytest.raises(Unmatched):
        read(SEARCH_RESULTS, url="https://pubmed.ncbi.nlm.nih.gov/?term=bees")


def test_every_plugin_loads() -> None:
    """No plugin of the house is broken."""
    assert [plugin for plugin in load_registry().plugins if plugin.error] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_no_text_makes_a_layout_stumble(claims: Any, payload: bytes) -> None:
    """Whatever the bytes, a layout answers whether it knows them."""
    assert isinstance(claims(payload), list)


SEEDS = {
    "000_0c7d50f7b5b1c7ae.txt": "pubmed",
    "001_9eaeba8471633117.txt": "peeref",
    "002_f273ee1a9f419af6.txt": "koreamed",
    "003_ad85ba3834ad5e0c.txt": "articles_pmid",
}


@pytest.mark.shared_data
def test_each_real_file_is_claimed_by_its_own_site_alone(claims: Any, shared: Path) -> None:
    """Of all the real material, each dump is claimed by its own site, and everything else by none."""
    files = [path for path in sorted(shared.rglob("*")) if path.is_file() and path.suffix not in {".gz", ".wacz"}]
    claimed = {path.name: claims(path.read_bytes()[:100_000]) for path in files}
    assert {name: sites for name, sites in claimed.items() if sites} == {name: [site] for name, site in SEEDS.items()}


@pytest.mark.shared_data
@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_dump_with_lines_missing_is_no_other_site_s(read: Any, claims: Any, shared: Path, name: str, data: st.DataObject) -> None:
    """With any lines left out, a dump is still its own site's, with a proven record, or nobody's."""
    lines = (shared / "seeds" / name).read_text("utf-8").split("\n")
    gone = data.draw(st.sets(st.integers(0, len(lines) - 1), max_size=12))
    text = "\n".join(line for place, line in enumerate(lines) if place not in gone)
    claimed = claims(text.encode())
    assert set(claimed) <= {SEEDS[name]}
    if claimed:
        read(text, untitled=True)
