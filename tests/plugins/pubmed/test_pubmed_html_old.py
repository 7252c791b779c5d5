"""PubMed's older pages, of the 2010s and of 2009, on pages of our own and on the real ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_html import Read, read_case, read_file, read_html

SHELL = """<!DOCTYPE html><html><body>
<div class="rprt abstract"><div class="cit"><a title="Wax.">Wax.</a> {cit}</div><h1>Bees</h1>{body}
<dl class="rprtid"><dt>PMID:</dt><dd>1</dd></dl></div></body></html>"""


@pytest.fixture
def article() -> Read:
    """The fixture page of the 2010s."""
    return read_case("pubmed", "article-2010s")


@pytest.fixture
def older() -> Read:
    """The fixture page of 2009."""
    return read_case("pubmed", "article-2009")


def test_the_site_claims_the_pages(article: Read, older: Read) -> None:
    """Each page is known by its elements, whatever its address."""
    assert (article.site, article.layout) == ("pubmed", "article-2010s")
    assert (older.site, older.layout) == ("pubmed", "article-2009")


def test_title(article: Read) -> None:
    """The title is the heading, its period included."""
    assert article.record["title"] == "Bees & wax."


def test_authors_are_tied_to_their_affiliations(article: Read) -> None:
    """The marks behind a name lead to its affiliations."""
    hospital, college = "Hive Hospital, Example City.", "Wax College. Electronic address: doe@example.org."
    assert article.record["authors"] == [
        {"name": "Doe J", "affiliations": [hospital, college]},
        {"name": "Roe J", "affiliations": [college]},
        {"name": "Example Hive Group"},
    ]
    assert article.source("/authors/0/affiliations/0") == [hospital]


def test_affiliations_without_marks_belong_to_the_page() -> None:
    """An affiliation without a mark is the page's."""
    body = "<div class='auths'><a>Doe J</a>, <a>Roe J</a>.</div><div class='afflist'><ul><li>Hive Hospital.</li></ul></div>"
    read = read_html(SHELL.format(cit="2013;1:2.", body=body).encode()).record
    assert read["authors"] == [{"name": "Doe J"}, {"name": "Roe J"}]
    assert read["affiliations"] == ["Hive Hospital."]


def test_journal(article: Read) -> None:
    """The journal's link holds its abbreviation, with the full title as tooltip; the periods are none of theirs."""
    assert article.record["journal"] == {"title": "Journal of bees", "abbreviation": "J Bees"}


def test_citation(article: Read) -> None:
    """Dates, volume, issue, pages and DOI are read from the citation."""
    read = article.record
    assert [read[name] for name in ("published", "published_online", "volume", "issue", "pages", "doi")] == [
        *("2015-03-12", "2015-01-02", "56", "2", "120-31", "10.5555/bees.2015"),
    ]


def test_articles_ahead_of_print() -> None:
    """Ahead of print the one date is that of publication; a second one is not made of it."""
    read = read_html(SHELL.format(cit="2015 Mar 12. doi: 10.5555/b. [Epub ahead of print]", body="").encode()).record
    assert read == {
        "title": "Bees",
        "journal": {"title": "Wax", "abbreviation": "Wax"},
        "published": "2015-03-12",
        "doi": "10.5555/b",
        "pmid": "1",
    }


def test_identifiers(article: Read) -> None:
    """PMID and PMC identifier stand in rows."""
    assert (article.record["pmid"], article.record["pmcid"]) == ("11111111", "PMC2222222")


def test_abstract_and_rights(article: Read) -> None:
    """Sections stand under headings, and the copyright notice behind them."""
    assert article.record["abstract"] == [
        {"heading": "BACKGROUND", "text": "Bees live here."},
        {"heading": "RESULTS", "text": "They make H2O."},
    ]
    assert article.record["rights"] == "Copyright © 2015 The Authors."


def test_keywords(article: Read) -> None:
    """Keywords stand between semicolons."""
    assert article.record["keywords"] == ["Bees", "hives, and wax", "honey"]


def test_lists_at_the_end(article: Read) -> None:
    """Types, MeSH terms and grants are lists under their headings."""
    assert article.record["publication_types"] == ["Review"]
    assert article.record["mesh_terms"] == ["Bees/physiology*", "Humans"]
    assert article.record["funding"] == [{"funder": "NHVI NIH HHS", "award": "R01 HV000001"}]


def test_conflict_of_interest(article: Read) -> None:
    """The statement stands under its heading."""
    assert article.record["conflict_of_interest"] == "None."


def test_language(article: Read) -> None:
    """The language stands below the title."""
    assert article.record["language"] == "German"


def test_full_text_links(article: Read) -> None:
    """Links are pictures beside the article and names below it; each address counts once, and other sources do not."""
    assert article.record["full_text_links"] == [
        {"label": "Bee Press", "url": "http://example.org/full/1"},
        {"label": "Hive Central", "url": "http://example.com/full"},
    ]


def test_the_page_of_2009(older: Read) -> None:
    """The older page holds the same in other places, and five related articles."""
    assert older.record == {
        "title": "Bees and wax.",
        "authors": [{"name": "Doe-Roe J"}, {"name": "Poe P"}],
        "affiliations": ["Hive Hospital, Gdańsk."],
        "journal": {"title": "Journal of bees", "abbreviation": "J Bees"},
        "published": "2005",
        "published_online": "2005-06-06",
        "volume": "52",
        "issue": "4",
        "pages": "789-96",
        "pmid": "11111111",
        "abstract": [{"text": "Bees make wax."}],
        "similar_articles": [
            {
                "citation": "Wax. A history. J Wax. 1999 Jun 18; 274(25):17789-93.",
                "title": "Wax. A history",
                "journal": "J Wax",
                "published": "1999-06-18",
                "volume": "274",
                "issue": "25",
                "pages": "17789-93",
                "pmid": "22222222",
            }
        ],
    }


@pytest.mark.shared_data
def test_the_real_page_of_2015(shared: Path) -> None:
    """Every field of the real page of the 2010s is read."""
    found = read_file(shared / "pages" / "pubmed_2010s" / "mekentosj+doiscraper__test__fixtures__pubmed.html")
    read = found.record
    assert found.layout == "article-2010s"
    assert read["title"] == "Circadian cortisol and fatigue severity in relapsing-remitting multiple sclerosis."
    assert [author["name"] for author in read["authors"]] == ["Powell DJ", "Moss-Morris R", "Liossi C", "Schlotz W"]
    assert all(len(author["affiliations"]) == 1 for author in read["authors"])
    assert read["authors"][0]["affiliations"][0].startswith("Aberdeen Health Psychology Group,")
    assert read["journal"]["title"] == "Psychoneuroendocrinology"
    assert [read[name] for name in ("published", "volume", "pages", "doi", "pmid")] == [
        *("2015-03-12", "56", "120-131", "10.1016/j.psyneuen.2015.03.010", "25817406"),
    ]
    assert len(read["abstract"]) == 1
    assert read["keywords"][2] == "Hypothalamic–pituitary–adrenal axis"  # noqa: RUF001
    assert read["rights"].startswith("Copyright © 2015 The Authors.")
    assert [link["label"] for link in read["full_text_links"]] == ["Elsevier Science"]
    assert len(read) == 12


@pytest.mark.shared_data
def test_the_real_page_of_2009(shared: Path) -> None:
    """Every field of the real page of 2009 is read."""
    found = read_file(shared / "pages" / "pubmed_2010s" / "Consiliance+pyscholar__tests__data__pubmed.html")
    read = found.record
    assert found.layout == "article-2009"
    assert read["title"].startswith("Isolation and characterization of pigeon breast muscle")
    assert [author["name"] for author in read["authors"]] == ["Tkacz-Stachowska K", "Lechward K", "Skladanowski AC"]
    assert read["affiliations"][0].endswith("Medical University of Gdańsk, Gdańsk, Poland.")
    assert read["journal"] == {"title": "Acta biochimica Polonica", "abbreviation": "Acta Biochim Pol"}
    assert [read[name] for name in ("published", "published_online", "volume", "issue", "pages", "pmid")] == [
        *("2005", "2005-06-06", "52", "4", "789-96", "15940349"),
    ]
    assert [each["pmid"] for each in read["similar_articles"]] == ["10364222", "10766785", "2344353", "16770441", "12916861"]
    assert read["similar_articles"][3]["title"].startswith("Adenosine as a metabolic regulator")
    assert len(read) == 12
