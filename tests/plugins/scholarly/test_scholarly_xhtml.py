"""XHTML pages, which are HTML to the reader, as they are to Scrapy."""

from __future__ import annotations

from typing import Any

import pytest

PAGE = """<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Bees</title>
<meta name="citation_title" content="On the keeping of bees &amp; wasps"/>
<meta name="citation_journal_title" content="Example J"/>
<meta name="citation_author" content="Roe, Jane"/>
<meta name="citation_author_institution" content="Hive College"/>
<meta name="citation_author" content="Doe, John"/>
<meta name="citation_doi" content="doi:10.5555/1"/>
<meta property="og:title" content="Bees"/><meta content="no name"/><meta name="citation_volume"/>
</head><body><div class="abstract"><h3>Abstract</h3>
<p>Bees were <i>kept</i> for seven years in wooden hives, and all were well.</p></div>
</body></html>"""


@pytest.fixture(scope="module")
def found(read: Any) -> Any:
    """The record of the page above."""
    return read(PAGE, "application/xhtml+xml")


def test_an_xhtml_page_is_read(found: Any) -> None:
    """Its metas are read as those of HTML are."""
    assert (found.site, found.layout) == ("scholarly", "metas")
    assert found.record["title"] == "On the keeping of bees & wasps"
    assert found.record["doi"] == "10.5555/1"


def test_authors_of_an_xhtml_page_are_grouped(found: Any) -> None:
    """An institution belongs to the author before it."""
    assert [(each["family"], each.get("affiliations")) for each in found.record["authors"]] == [
        ("Roe", ["Hive College"]),
        ("Doe", None),
    ]


def test_the_abstract_of_an_xhtml_page_is_read(found: Any) -> None:
    """Marked as in HTML."""
    assert found.record["abstract"] == [{"text": "Bees were kept for seven years in wooden hives, and all were well."}]
