"""The digest site as HTML, on a page of our own and on the lines of the real dump."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_html import Read, as_html, claimed, read_case, read_html, read_text


@pytest.fixture
def digest() -> Read:
    """The fixture page."""
    return read_case("articles_pmid", "html")


def test_the_site_claims_the_page(digest: Read) -> None:
    """The page is known by its words, whatever its address."""
    assert (digest.site, digest.layout) == ("articles_pmid", "html")


def test_title(digest: Read) -> None:
    """The title stands below the breadcrumb."""
    assert digest.record["title"] == "Bees of the city"


def test_overview(digest: Read) -> None:
    """Rows of the overview point at their values alone, whether white space keeps their cells apart or not."""
    read = digest.record
    assert read["journal"] == {"title": "Cells of Wax", "publisher": "Hive Press"}
    assert (read["published"], read["pmid"], read["citation_count"]) == ("2020-05-13", "11111111", 1206)
    for path, source in {"/journal/title": "Cells of Wax", "/journal/publisher": "Hive Press", "/citation_count": "1,206"}.items():
        assert digest.source(path) == [source]


@pytest.mark.parametrize(
    "row",
    [
        "<div><span>Journal</span> Wax</div>",
        "<div><div>Journal</div><div>Wax</div></div>",
        "<dl><dt>Journal</dt><dd>Wax</dd></dl>",
        "<p>Journal Wax</p>",
    ],
)
def test_rows_of_other_forms(row: str) -> None:
    """Name and value may share an element or stand beside each other; what a footer names alike is no row."""
    page = f"""<body><p>» Articles » PMID: 1</p><h1>Bees</h1><h2>Overview</h2>{row}<h2>Abstract</h2><p>Wax.</p>
    <footer><a>Journal</a><a>About</a><a>Date</a><a>2001</a></footer></body>"""
    read = read_html(page.encode()).record
    assert read["journal"] == {"title": "Wax"}
    assert "published" not in read


def test_what_is_not_there_yet_is_nothing(digest: Read) -> None:
    """The announcement of a list is no list."""
    assert "authors" not in digest.record
    assert "affiliations" not in digest.record


def test_abstract(digest: Read) -> None:
    """The abstract stands under its heading."""
    assert digest.record["abstract"] == [{"text": "Bees live in the city."}]


def test_citing_articles(digest: Read) -> None:
    """A citing article is a title, a line of authors and journal, and a line of identifiers."""
    assert digest.record["citing_articles"] == [
        {
            "citation": "Bees after all. Doe J, Roe R J Wax. 2025; 16(1):76.",
            "title": "Bees after all",
            "authors": ["Doe J", "Roe R"],
            "journal": "J Wax",
            "published": "2025",
            "volume": "16",
            "issue": "1",
            "pages": "76",
            "doi": "10.5555/w.2",
            "pmid": "22222222",
            "pmcid": "PMC3333333",
        }
    ]


def test_references(digest: Read) -> None:
    """A reference is read without the link that it ends with, and each part points at its own bytes."""
    (reference,) = digest.record["references"]
    assert reference["citation"] == "Poe P, Doe J . Wax of old. J Wax. 2001; 117(1):44-51. PMC: 444. DOI: 10.5555/o.1."
    assert (reference["journal"], reference["doi"], reference["pmcid"]) == ("J Wax", "10.5555/o.1", "PMC444")
    assert digest.source("/references/0/journal") == ["J Wax"]


@pytest.mark.shared_data
def test_the_real_dump_in_paragraphs(shared: Path) -> None:
    """The lines of the real dump, each a paragraph, give the dump's record."""
    dump = (shared / "seeds" / "003_ad85ba3834ad5e0c.txt").read_bytes()
    found = read_html(as_html(dump))
    assert (found.site, found.layout) == ("articles_pmid", "html")
    assert found.record == read_text(dump)


@pytest.mark.shared_data
@pytest.mark.parametrize("folder", ["other", "scholarly", "pmc", "pubmed_2010s", "koreamed_synapse"])
def test_no_page_of_others_is_claimed(shared: Path, folder: str) -> None:
    """Pages of other sites are left to theirs."""
    assert claimed("articles_pmid", shared / "pages" / folder) == []
