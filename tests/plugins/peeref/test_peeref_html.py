"""Peeref as HTML, on a page of our own and on the lines of the real dump."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_html import Read, as_html, claimed, read_case, read_html, read_text


@pytest.fixture
def work() -> Read:
    """The fixture page."""
    return read_case("peeref", "html")


def test_the_site_claims_the_page(work: Read) -> None:
    """The page is known by its words, whatever its address."""
    assert (work.site, work.layout) == ("peeref", "html")


def test_title_and_types(work: Read) -> None:
    """The title points at the pieces around its markup, and the type at its own words."""
    assert work.record["title"] == "On the keeping of bees"
    assert work.source("/title") == ["On the ", "keeping", " of bees"]
    assert work.record["publication_types"] == ["Review"]


def test_journal_volume_and_doi(work: Read) -> None:
    """Lines that a break ends are lines; a hyphen is no issue."""
    read = work.record
    assert read["journal"] == {"title": "JOURNAL OF BEES", "publisher": "HIVE PRESS LTD"}
    assert (read["volume"], read.get("issue"), read["pages"], read["doi"]) == ("17", None, "1-9", "10.5555/BEES")
    assert work.source("/volume") == ["17"]
    assert work.source("/doi") == ["10.5555/BEES"]


def test_keywords_and_funding(work: Read) -> None:
    """Keywords stand between semicolons, also over several lines of source; awards stand in brackets."""
    assert work.record["keywords"] == ["bees", "hives", "wax"]
    assert work.record["funding"] == [
        {"funder": "Bee Council", "award": "A1"},
        {"funder": "Bee Council", "award": "B2"},
        {"funder": "Honey Fund"},
    ]


def test_summary_and_abstract(work: Read) -> None:
    """The machine's digest stands before the abstract."""
    assert work.record["summary"] == "Bees do well, a machine says."
    assert work.record["abstract"] == [{"text": "Bees were kept in hives. All of them did well."}]


def test_ratings_and_nobody(work: Read) -> None:
    """Ratings have names and numbers, and the invitation names no author."""
    assert work.record["ratings"] == [{"name": "Primary Rating", "value": 3.9}, {"name": "Significance", "value": 4.0}]
    assert "authors" not in work.record


def test_metas_come_first(work: Read) -> None:
    """Where the page has metas, they name the authors that its words do not."""
    metas = b'<meta name="citation_author" content="Jane Roe"><meta name="citation_publication_date" content="2022/04"></head>'
    read = read_html(work.payload.replace(b"</head>", metas)).record
    assert read["authors"] == [{"name": "Jane Roe"}]
    assert read["published"] == "2022-04"
    assert read["title"] == work.record["title"]


@pytest.mark.shared_data
def test_the_real_dump_in_paragraphs(shared: Path) -> None:
    """The lines of the real dump, each a paragraph, give the dump's record."""
    dump = (shared / "seeds" / "001_9eaeba8471633117.txt").read_bytes()
    found = read_html(as_html(dump))
    assert (found.site, found.layout) == ("peeref", "html")
    assert found.record == read_text(dump)


@pytest.mark.shared_data
@pytest.mark.parametrize("folder", ["other", "scholarly", "pmc", "pubmed_2010s", "koreamed_synapse"])
def test_no_page_of_others_is_claimed(shared: Path, folder: str) -> None:
    """Pages of other sites are left to theirs."""
    assert claimed("peeref", shared / "pages" / folder) == []
