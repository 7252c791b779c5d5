"""Dates: their sources, their forms, and how precisely they are read."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("2010/03/05", "2010-03-05"),
        ("2010-3-5", "2010-03-05"),
        ("2010.03.05", "2010-03-05"),
        ("2010", "2010"),
        ("2010/03", "2010-03"),
        ("2010-3", "2010-03"),
        ("March 2010", "2010-03"),
        ("Mar, 2010", "2010-03"),
        ("Sept 2010", "2010-09"),
        ("Sept. 6, 2010", "2010-09-06"),
        ("2010 Sept. 6", "2010-09-06"),
        ("05 Mar 2010", "2010-03-05"),
        ("5 March 2010", "2010-03-05"),
        ("05-Mar-2010", "2010-03-05"),
        ("Mar 5, 2010", "2010-03-05"),
        ("March 5 2010", "2010-03-05"),
        ("2010 Mar 5", "2010-03-05"),
        ("2010 March", "2010-03"),
        ("20100305", "2010-03-05"),
        ("2010-03-05T13:41+00:00", "2010-03-05"),
        ("2010-03-05 12:00:00", "2010-03-05"),
        ("5.3.2010", "2010-03-05"),
        ("25/03/2010", "2010-03-25"),
        ("03/25/2010", "2010-03-25"),
        ("03/03/2010", "2010-03-03"),
        ("03/05/2010", "2010"),
        ("Spring 2010", "2010"),
        ("Jan-Feb 2010", "2010"),
        ("2010-00-00", "2010"),
        ("2010-02-30", "2010"),
        ("Dec 2010 - Jan 2011", None),
        ("soon", None),
        ("  2010/03/05\n", "2010-03-05"),
    ],
)
@pytest.mark.parametrize("name", ["citation_date", "citation_publication_date", "dc.date"])
def test_dates_are_read(article: Any, name: str, content: str, value: str | None) -> None:
    """Every form is read as precisely as it is certain: an ambiguous order, a season, an impossible day give the year."""
    assert article((name, content)).record.get("published") == value


def test_a_date_points_at_its_bytes(article: Any) -> None:
    """The time of day is narrowed away; the format is recorded."""
    found = article(("citation_date", " 2010-03-05T13:41 "))
    assert (found.source("/published"), found.provenance["/published"]["steps"]) == (
        ["2010-03-05"],
        [["date", {"format": "%Y-%m-%d"}]],
    )


def test_an_unreadable_date_is_a_problem(article: Any) -> None:
    """What is there and no date is listed, with its bytes."""
    (problem,) = article(("citation_date", "soon")).problems
    assert (problem["field"], problem["source"]) == ("/published", "soon")


def test_an_ambiguous_date_yields_to_a_certain_one(article: Any) -> None:
    """Another source decides between day and month."""
    assert article(("citation_date", "11/01/2013"), ("DC.Date", "2013-11-01")).record["published"] == "2013-11-01"


SOURCES = [
    ("citation_publication_date", "2001"),
    ("citation_cover_date", "2002"),
    ("citation_date", "2003"),
    ("bepress_citation_date", "2004"),
    ("prism.publicationDate", "2005"),
    ("eprints.date", "2006"),
    ("dc.date.issued", "2007"),
    ("dcterms.issued", "2008"),
    ("dc.date", "2009"),
    ("citation_year", "2010"),
    ("citation_online_date", "2011"),
    ("article:published_time", "2012-01-01T00:00:00Z"),
]


@pytest.mark.parametrize("best", range(len(SOURCES)))
def test_the_best_source_of_the_date_wins(article: Any, best: int) -> None:
    """The first of the order that is there, whatever comes first on the page."""
    name, content = SOURCES[best]
    found = article(*reversed(SOURCES[best:]))
    assert found.record["published"] == content[:10]
    assert f'"{name}"' in found.selector("/published")


def test_a_date_in_parts_is_joined(article: Any) -> None:
    """Year, month and day in metas of their own make one date, with a span each."""
    found = article(("citation_year", "2010"), ("citation_month", "3"), ("citation_day", "05"))
    assert found.record["published"] == "2010-03-05"
    assert (found.source("/published"), found.steps("/published")) == (["2010", "3", "05"], ["join", "date"])


@pytest.mark.parametrize(("month", "value"), [("March", "2010-03"), ("Mar", "2010-03"), ("03", "2010-03"), ("Spring", "2010")])
def test_a_date_of_year_and_month_is_joined(article: Any, month: str, value: str) -> None:
    """Months by name or number; another word leaves the year."""
    assert article(("citation_year", "2010"), ("citation_month", month)).record["published"] == value


@pytest.mark.parametrize("name", ["citation_online_date", "bepress_citation_online_date", "citation_epub_date"])
def test_the_date_online_is_kept_apart(article: Any, name: str) -> None:
    """It is no date of publication where there is one."""
    record = article((name, "2009/12/24"), ("citation_date", "2010/03")).record
    assert (record["published"], record["published_online"]) == ("2010-03", "2009-12-24")
