"""KoreaMed and KoreaMed Synapse as HTML, on pages of our own and on the real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reading_html import Read, as_html, claimed, read_case, read_file, read_html, read_text


@pytest.fixture
def synapse() -> Read:
    """The fixture page of Synapse."""
    return read_case("koreamed", "synapse")


@pytest.fixture
def article() -> Read:
    """The fixture page of KoreaMed."""
    return read_case("koreamed", "article")


def without_metas(synapse: Read) -> dict[str, Any]:
    """Extract the fixture page of Synapse without the metas in its head."""
    lines = synapse.payload.splitlines(keepends=True)
    return read_html(b"".join(line for line in lines if not line.startswith(b'<meta name="citation_'))).record


def test_the_site_claims_the_pages(synapse: Read, article: Read) -> None:
    """Each page is known by what it holds, whatever its address."""
    assert (synapse.site, synapse.layout) == ("koreamed", "synapse")
    assert (article.site, article.layout) == ("koreamed", "article")


def test_title(synapse: Read) -> None:
    """The title is the one shown above the authors; that of the page is the site's name, and the inner page has another."""
    assert synapse.record["title"] == "Bees & wax: a comparison"
    assert synapse.source("/title") == ["Bees &amp; ", "wax", ": a comparison"]


def test_authors(synapse: Read) -> None:
    """Institutions belong to the author before them; iDs and addresses to the one of that name."""
    assert synapse.record["authors"] == [
        {
            "name": "Jane Doe",
            "orcid": "0000-0001-2345-678X",
            "affiliations": ["Hive Hospital, Seoul, Korea.", "Wax College, Seoul, Korea."],
        },
        {
            "name": "John Q. Roe",
            "orcid": "0000-0002-2345-6789",
            "email": "john@example.org",
            "affiliations": ["Wax College, Seoul, Korea."],
        },
        {"name": "Pat Poe"},
    ]
    assert "affiliations" not in synapse.record


def test_authors_without_metas(synapse: Read) -> None:
    """Without metas the line of authors is read, past degrees, with the affiliations that its marks name."""
    read = without_metas(synapse)
    assert [author["name"] for author in read["authors"]] == ["Jane Doe", "John Q. Roe", "Pat Poe"]
    assert read["authors"][0]["affiliations"] == ["Hive Hospital, Seoul, Korea.", "Wax College, Seoul, Korea."]
    assert read["authors"][1]["email"] == "john@example.org"
    assert (read["doi"], read["volume"], read["pages"]) == ("10.5555/kjb.2019.0001", "8", "41-52")
    assert "published" not in read, "the citation shows the issue's year, and the page no date of its own"


def test_journal(synapse: Read) -> None:
    """The journal is that of the metas."""
    assert synapse.record["journal"] == {
        "title": "Korean Journal of Bees",
        "abbreviation": "Korean J Bees",
        "issn": ["1234-5678"],
        "publisher": "The Korean Society of Bees",
    }


def test_dates(synapse: Read) -> None:
    """A day or month of zero is none; the date online is the line's of that name."""
    assert (synapse.record["published"], synapse.record["published_online"]) == ("2018-03", "2018-03-09")


def test_volume_issue_pages_and_doi(synapse: Read) -> None:
    """Volume, issue and pages point at the citation shown, and the DOI at its meta."""
    assert [synapse.record[name] for name in ("volume", "issue", "pages", "doi")] == ["8", "2", "41-52", "10.5555/kjb.2019.0001"]
    assert synapse.source("/pages") == ["41-52"]


def test_abstract(synapse: Read) -> None:
    """Sections stand under headings, their paragraphs in divisions that a paragraph cannot hold."""
    assert synapse.record["abstract"] == [
        {"heading": "Objective", "text": "To compare bees (p < 0.001)."},
        {"heading": "Materials and Methods", "text": "Bees. Wax."},
    ]


@pytest.mark.parametrize("inside", ["<p>Bees live.</p>", "Bees live.", "<div>Bees <i>live</i>.</div>"])
def test_plain_abstracts(inside: str) -> None:
    """An abstract without sections is one section without a heading."""
    page = f"""<html><head><title>KoreaMed Synapse</title></head><body><h3 class="PubTitle">Bees</h3>
    <div class="abstract-layer"><div class="abstract">{inside}</div></div></body></html>"""
    assert read_html(page.encode()).record == {"title": "Bees", "abstract": [{"text": "Bees live."}]}


def test_keywords_and_mesh_terms(synapse: Read) -> None:
    """Keywords are links, which may hold a comma; words without links stand between commas."""
    assert synapse.record["keywords"] == ["Bees", "Wax, raw"]
    assert synapse.record["mesh_terms"] == ["Bees", "Humans"]
    assert without_metas(synapse)["keywords"] == ["Bees", "Wax, raw"]


def test_publication_types(synapse: Read) -> None:
    """The type stands beside the journal's category."""
    assert synapse.record["publication_types"] == ["Original Article"]


def test_conflict_of_interest(synapse: Read) -> None:
    """The statement is the footnote of that label."""
    assert synapse.record["conflict_of_interest"] == "The authors have none."


def test_rights(synapse: Read) -> None:
    """The notice is the article's, not the site's."""
    assert synapse.record["rights"] == "Copyright © 2018 The Korean Society of Bees"


def test_figures(synapse: Read) -> None:
    """Figures have a label and a caption; tables are none."""
    assert synapse.record["figures"] == [{"label": "Fig. 1", "caption": "A hive. A. Its door."}]


def test_references(synapse: Read) -> None:
    """A reference stands behind its number, and its links say what it is."""
    first, second = synapse.record["references"]
    assert first == {
        "citation": "Doe J, Roe J, Poe P, et al. Bees of old. J Bees. 2009; 169:2078–2086.",  # noqa: RUF001
        "title": "Bees of old",
        "authors": ["Doe J", "Roe J", "Poe P"],
        "journal": "J Bees",
        "published": "2009",
        "volume": "169",
        "pages": "2078–2086",  # noqa: RUF001
        "doi": "10.5555/old.1",
        "pmid": "22222222",
        "pmcid": "PMC3333333",
    }
    assert second["citation"].startswith("Poe P. Hives. In : 2nd conference on hives;")
    assert not {"doi", "pmid", "pmcid", "title"} & second.keys()


def test_full_text_links(synapse: Read) -> None:
    """The PDF's address is that of the metas."""
    assert synapse.record["full_text_links"] == [{"url": "https://synapse.koreamed.org/upload/kjb-8-41.pdf"}]


def test_the_page_of_koreamed(article: Read) -> None:
    """The page is read by the words of its dump."""
    assert article.record == {
        "title": "Bees & wax",
        "affiliations": ["Hive Hospital, Seoul, Korea", "Wax College, Seoul, Korea"],
        "journal": {"abbreviation": "J Bees"},
        "published": "2023-10",
        "volume": "20",
        "issue": "6",
        "pages": "793-809",
        "doi": "10.5555/bees-2023",
        "abstract": [{"text": "Bees live"}, {"text": "in hives."}],
        "keywords": ["Bees", "Hives", "Wax, raw"],
        "rights": "Copyright © 2024 by Korean Association of Medical Journal Editors. All rights reserved.",
    }
    assert article.source("/volume") == ["20"]
    assert article.source("/affiliations/0") == ["Hive Hospital, Seoul, Korea"]


def test_metas_come_first(article: Read) -> None:
    """Where the page has metas, they say it, and the words the rest."""
    metas = b"""<meta name="citation_title" content="Bees and wax">
    <meta name="citation_journal_title" content="Journal of bees">
    <meta name="citation_author" content="Doe, Jane"><meta name="citation_author_institution" content="Hive Hospital">
    <meta name="citation_doi" content="doi:10.5555/bees-2023"></head>"""
    read = read_html(article.payload.replace(b"</head>", metas)).record
    assert read["title"] == "Bees and wax"
    assert read["journal"] == {"title": "Journal of bees", "abbreviation": "J Bees"}
    assert read["authors"] == [{"name": "Doe, Jane", "affiliations": ["Hive Hospital"]}]
    assert (read["doi"], read["volume"]) == ("10.5555/bees-2023", "20")


@pytest.mark.shared_data
def test_the_real_page_of_synapse(shared: Path) -> None:
    """Every field of the real page is read, as far as its excerpt goes."""
    found = read_file(shared / "pages" / "koreamed_synapse" / "synapse_koreamed_articles_1142721.EXCERPT.html")
    read = found.record
    assert (found.site, found.layout) == ("koreamed", "synapse")
    assert read["title"].startswith("Low-Dose Abdominal CT Using a Deep Learning-Based Denoising Algorithm:")
    assert [author["name"] for author in read["authors"]][::7] == ["Yoon Joo Shin", "Young Hoon Kim"]
    assert all(len(author["affiliations"]) == 1 and len(author["orcid"]) == 19 for author in read["authors"])
    assert [author.get("email") for author in read["authors"]] == [None, "changwon1981@gmail.com", *[None] * 6]
    assert read["journal"]["abbreviation"] == "Korean J Radiol"
    assert [read[name] for name in ("published", "published_online", "volume", "issue", "pages", "doi")] == [
        *("2020-02-11", "2020-02-11", "21", "3", "356-364", "10.3348/kjr.2019.0413"),
    ]
    assert [section["heading"] for section in read["abstract"]] == ["Objective", "Materials and Methods", "Results", "Conclusion"]
    assert len(read["keywords"]) == 6
    assert read["publication_types"] == ["Original Article"]
    assert read["rights"] == "Copyright © 2020 The Korean Society of Radiology"
    assert len(read) == 14


@pytest.mark.shared_data
def test_the_real_dump_in_paragraphs(shared: Path) -> None:
    """The lines of the real dump, each a paragraph, give the dump's record."""
    dump = (shared / "seeds" / "002_f273ee1a9f419af6.txt").read_bytes()
    found = read_html(as_html(dump))
    assert (found.site, found.layout) == ("koreamed", "article")
    assert found.record == read_text(dump)


@pytest.mark.shared_data
@pytest.mark.parametrize("folder", ["other", "scholarly", "pmc", "pubmed_2010s"])
def test_no_page_of_others_is_claimed(shared: Path, folder: str) -> None:
    """Pages of other sites are left to theirs."""
    assert claimed("koreamed", shared / "pages" / folder) == []
