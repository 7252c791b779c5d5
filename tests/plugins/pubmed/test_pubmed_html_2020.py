"""PubMed's article page since 2020, on pages of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reading_html import Read, claimed, read_case, read_html

SHELL = """<!DOCTYPE html><html><body><main id="article-details"><div id="full-view-heading">
<span class="cit">{cit}</span><span class="secondary-date">{secondary}</span><h1 class="heading-title">Bees</h1>{heading}</div>
{body}</main></body></html>"""


@pytest.fixture
def article() -> Read:
    """The fixture page of an article."""
    return read_case("pubmed", "article-2020")


@pytest.fixture
def book() -> Read:
    """The fixture page of a chapter."""
    return read_case("pubmed", "article-2020-book")


def record(body: str = "", *, cit: str = "", secondary: str = "", heading: str = "") -> dict[str, Any]:
    """Extract a page of which nothing but a part is written."""
    return read_html(SHELL.format(body=body, cit=cit, secondary=secondary, heading=heading).encode()).record


def test_the_site_claims_the_page(article: Read) -> None:
    """The page is known by its elements, whatever its address."""
    assert (article.site, article.layout) == ("pubmed", "article-2020")


def test_title(article: Read) -> None:
    """The title is that of the full view, brackets of a translation and their period included, with spans around the markup."""
    assert article.record["title"] == "[On the keeping of bees in cities: a review & a plan]."
    assert article.source("/title") == ["[On the keeping of ", "bees", "\n      in cities: a review &amp; a plan]."]


def test_authors_are_tied_to_their_affiliations(article: Read) -> None:
    """Marks lead to the listed affiliations, and to the mark's tooltip where the list lacks one."""
    jane, john, group = article.record["authors"]
    assert jane == {
        "name": "Jane Doe",
        "affiliations": ["Hive Hospital, Example City. Electronic address: jane@example.org.", "Wax College, Example City."],
    }
    assert john["affiliations"] == ["Wax College, Example City."]
    assert group == {"name": "Example Hive Group", "affiliations": ["Drone Institute, nowhere listed."]}
    assert "affiliations" not in article.record


def test_affiliations_point_at_the_list(article: Read) -> None:
    """An affiliation's bytes are those behind its mark in the list, without the mark."""
    assert article.source("/authors/1/affiliations/0") == ["Wax College,\n          Example City."]


def test_orcid(article: Read) -> None:
    """An ORCID iD is read from the link beside a name."""
    assert [author.get("orcid") for author in article.record["authors"]] == [None, "0000-0001-2345-678X", None]


def test_affiliations_without_marks_belong_to_the_page(book: Read) -> None:
    """An affiliation that no mark ties to anybody is the page's."""
    assert book.record["authors"] == [{"name": "Jane Roe"}]
    assert book.record["affiliations"] == ["Hive Hospital"]


def test_editors_and_collaborators_are_no_authors() -> None:
    """A list under another heading than the authors' is not theirs."""
    person = "<div class='authors-list'><span class='authors-list-item'><a class='full-name'>{}</a></span></div>"
    lists = [
        f"<div><h3>{heading}</h3>{person.format(name)}</div>" for heading, name in (("Editors", "Pat Poe"), ("Authors", "Jane Roe"))
    ]
    assert record(heading="".join(lists))["authors"] == [{"name": "Jane Roe"}]
    assert "authors" not in record(heading=lists[0])


def test_journal(article: Read) -> None:
    """The journal's button holds its abbreviation, with the full title as tooltip; what calls itself publisher is none."""
    assert article.record["journal"] == {
        "title": "Journal of bees & hives",
        "abbreviation": "J Bees",
        "issn": ["1234-5678", "2345-6789"],
    }


def test_published_volume_issue_and_pages(article: Read) -> None:
    """Date, volume, issue and pages are read from the citation."""
    read = article.record
    assert [read[name] for name in ("published", "volume", "issue", "pages")] == ["2023-04-11", "14", "1 Suppl 2", "71-80"]
    assert article.source("/volume") == ["14"]


@pytest.mark.parametrize(
    ("cit", "expected"),
    [
        ("2023 Apr 11:S0001-1.", {"published": "2023-04-11", "pages": "S0001-1"}),
        ("2023 May-Jun;3(4):5.", {"published": "2023", "volume": "3", "issue": "4", "pages": "5"}),
        ("2023 Apr 11.", {"published": "2023-04-11"}),
        ("2023 Jan 2:14:1123456.", {"published": "2023-01-02", "volume": "14", "pages": "1123456"}),
        ("[Preprint]. 2020 Dec 22:2020.12.21.20248121.", {"published": "2020-12-22", "pages": "2020.12.21.20248121"}),
        ("", {}),
    ],
)
def test_citations_of_other_forms(cit: str, expected: dict[str, str]) -> None:
    """Ahead of print there is neither volume nor issue, and dates are no more precise than shown."""
    assert record(cit=cit) == {"title": "Bees"} | expected


@pytest.mark.parametrize(
    ("secondary", "expected"),
    [
        ("Epub 2023 Feb 3.", "2023-02-03"),
        ("Epub 2023 Feb.", "2023-02"),
        ("eCollection 2023.", None),
        ("Online ahead of print.", None),
    ],
)
def test_published_online(secondary: str, expected: str | None) -> None:
    """The date after "Epub" is that of online publication; a collection's is not."""
    assert record(secondary=secondary).get("published_online") == expected


def test_identifiers(article: Read) -> None:
    """PMID, PMC identifier and DOI are read bare, the last with the brackets that belong to it."""
    read = article.record
    assert (read["pmid"], read["pmcid"], read["doi"]) == ("11111111", "PMC2222222", "10.5555/bees(20)30183-5")


def test_abstract(article: Read) -> None:
    """Labels become headings; another language, keywords and notices are no sections."""
    assert article.record["abstract"] == [
        {"heading": "Background", "text": "Bees live in cities (p < 0.05)."},
        {"heading": "Methods and Findings", "text": "We counted H2O."},
        {"text": "What bears no label."},
    ]
    assert article.source("/abstract/0/heading") == ["Background"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<p>Bees.</p>", [{"text": "Bees."}]),
        ("Bees.", [{"text": "Bees."}]),
        (
            "<p>BACKGROUND: Bees. RESULTS: Wax.</p>",
            [{"heading": "BACKGROUND", "text": "Bees."}, {"heading": "RESULTS", "text": "Wax."}],
        ),
        ("<p><em>No abstract available</em></p>", None),
        ("<p><strong class='sub-title'>Results:</strong></p>", None),
    ],
)
def test_abstracts_of_other_forms(content: str, expected: object) -> None:
    """Labels inside the text count too; a placeholder and a label without text are nothing."""
    page = record(f"<div id='abstract'><div class='abstract-content selected' id='any'>{content}</div></div>")
    assert page.get("abstract") == expected


def test_keywords(article: Read) -> None:
    """Keywords stand between semicolons in the paragraph of that label, and end with a period."""
    assert article.record["keywords"] == ["Bees", "hives, and wax", "honey"]
    assert article.source("/keywords/2") == ["honey"]


def test_publication_types(article: Read) -> None:
    """Types stand above the citation and in a list at the end; each is given once, without the menu's actions."""
    assert article.record["publication_types"] == ["Review", "English Abstract"]


def test_mesh_terms(article: Read) -> None:
    """MeSH terms are the buttons' texts, as shown."""
    assert article.record["mesh_terms"] == ["Bees* / physiology", "Humans"]
    assert article.source("/mesh_terms/0") == ["Bees* / physiology"]


def test_conflict_of_interest(article: Read) -> None:
    """The statement is what stands below its title."""
    assert article.record["conflict_of_interest"] == "J.D. keeps bees."


def test_funding(article: Read) -> None:
    """A grant is a funder and an award where it is certain which part is which, and nothing otherwise."""
    assert article.record["funding"] == [
        {"funder": "NHVI NIH HHS", "award": "R01 HV000001"},
        {"funder": "Medical Hive Council", "award": "MR/H00001X/1"},
        {"funder": "National Hive Foundation of Example", "award": "8888"},
        {"funder": "Wax Trust"},
    ]


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        (
            "PG/10/23/00001/BHF_/British Hive Foundation/United Kingdom",
            {"funder": "British Hive Foundation", "award": "PG/10/23/00001"},
        ),
        ("Z99 HV999999/ImNIH/Intramural NIH HHS/United States", {"funder": "Intramural NIH HHS", "award": "Z99 HV999999"}),
        ("R01 HV1/NHVI NIH HHS/United States", {"funder": "NHVI NIH HHS", "award": "R01 HV1"}),
        ("Hive Trust/United Kingdom", {"funder": "Hive Trust"}),
        ("P30/United States", None),
        ("R01 HV1", None),
    ],
)
def test_grants_of_other_forms(grant: str, expected: dict[str, str] | None) -> None:
    """Numbers may hold slashes, acronym and number may be missing, and a country is no funder."""
    page = record(f"<div id='grants'><ul class='keywords-list'><li>{grant}</li></ul></div>")
    assert page.get("funding") == (expected and [expected])


def test_figures(article: Read) -> None:
    """A figure has a label and a caption, in blocks or in a row; without a label it has a caption alone."""
    assert article.record["figures"] == [
        {"label": "Fig. 1", "caption": "A hive. A Its door."},
        {"label": "Figure 2", "caption": "Wax in summer."},
        {"caption": "Bees without a label."},
    ]


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("<div><div>Fig. 1</div><div>Fig. 1</div><div>Wax.</div></div>", {"label": "Fig. 1", "caption": "Wax."}),
        ("<p>Video of bees.</p>", {"caption": "Video of bees."}),
        ("<p>Graphical Abstract</p>", {"label": "Graphical Abstract"}),
    ],
)
def test_figures_of_other_forms(caption: str, expected: dict[str, str]) -> None:
    """A label may come twice, or alone; a word that begins a sentence is none."""
    page = record(f"<div id='figures'><figure><figcaption>{caption}</figcaption></figure></div>")
    assert page["figures"] == [expected]


def test_references(article: Read) -> None:
    """Each nested list is a reference; its links are no part of the citation, and say what it is."""
    first, second, third = article.record["references"]
    assert first == {
        "citation": "Doe J, Roe J. Bees of old. J Bees. 2001;1(2):3–9. doi: 10.5555/old.1.",  # noqa: RUF001
        "title": "Bees of old",
        "authors": ["Doe J", "Roe J"],
        "journal": "J Bees",
        "published": "2001",
        "volume": "1",
        "issue": "2",
        "pages": "3–9",  # noqa: RUF001
        "doi": "10.5555/old.1",
        "pmid": "6666666",
        "pmcid": "PMC777",
    }
    assert second == {"citation": "Hive Institute. Facts on bees: https://example.org/bees"}
    assert third["citation"] == "Poe P. Wax, a study. Wax Lett. 1999;7:8."
    assert third["pmid"] == "7777777"
    assert "doi" not in third, "an address with escapes is no DOI"


def test_citations_point_at_their_own_bytes(article: Read) -> None:
    """A citation's bytes end where the labels of its links begin."""
    assert article.source("/references/2/citation") == ["Poe P. Wax, a study. Wax Lett. 1999;7:8."]


def test_the_whole_list_of_references_counts() -> None:
    """Where the page holds the beginning of the list and the whole, the whole is read, each reference once."""
    short = "<ol class='references-list' id='top-references-list-1'><li><ol><li>One.</li></ol></li></ol>"
    whole = "<ol class='references-list' id='full-references-list'><li><ol><li>One.</li></ol></li><li>Two.</li></ol>"
    page = record(f"<div class='references' id='references'>{short}{whole}</div>")
    assert page["references"] == [{"citation": "One."}, {"citation": "Two."}]


def test_similar_articles(article: Read) -> None:
    """Entries hold the authors and the citation in full; a book has no journal."""
    wax, honey = article.record["similar_articles"]
    assert wax == {
        "citation": "Wax in cities: is there any? Roe J, Poe P; Example Hive Group. "
        "J Wax. 2022 May;3(4):5-6. doi: 10.5555/wax.1. Epub 2022 Mar 1.",
        "title": "Wax in cities: is there any?",
        "authors": ["Roe J", "Poe P", "Example Hive Group"],
        "journal": "J Wax",
        "published": "2022-05",
        "volume": "3",
        "issue": "4",
        "pages": "5-6",
        "doi": "10.5555/wax.1",
        "pmid": "33333333",
    }
    assert (honey["title"], honey["pmid"], honey.get("journal")) == ("Honey", "44444444", None)


def test_citing_articles(article: Read) -> None:
    """Citing articles are a list of their own."""
    (bees,) = article.record["citing_articles"]
    assert (bees["journal"], bees["doi"], bees["pages"]) == ("Bees (Basel)", "10.5555/b.2", "6")


def test_citation_count(article: Read) -> None:
    """The count stands in the heading of the citing articles."""
    assert article.record["citation_count"] == 1234
    assert article.source("/citation_count") == ["1,234"]


def test_language(article: Read) -> None:
    """The language of an article in another one than English stands beside its title."""
    assert article.record["language"] == "French"
    assert "language" not in record(heading="<p>An article in French wax</p>")


def test_rights(article: Read) -> None:
    """The copyright notice ends the abstract."""
    assert article.record["rights"] == "© 2023. The Authors."


def test_full_text_links(article: Read) -> None:
    """Links to the full text are those of the buttons and of the sources named so, each address once."""
    assert article.record["full_text_links"] == [
        {"label": "Bee Press", "url": "https://example.org/full/1"},
        {"label": "Free PMC article", "url": "https://www.ncbi.nlm.nih.gov/pmc/articles/pmid/11111111/"},
        {"label": "Hive Central", "url": "https://example.com/full"},
    ]


def test_books(book: Read) -> None:
    """Of a chapter the journal is the book, with its publisher, and the date is the book's."""
    assert book.record["title"] == "Bee Sting"
    assert book.record["journal"] == {"title": "HivePearls", "publisher": "HivePearls Publishing"}
    assert book.record["published"] == "2023-01"
    assert book.record["abstract"] == [{"text": "A sting hurts."}, {"text": "It passes."}]


def test_nothing_is_claimed_of_an_empty_page() -> None:
    """A page that shows a title alone gives a title alone."""
    assert record() == {"title": "Bees"}


@pytest.mark.shared_data
@pytest.mark.parametrize("folder", ["other", "scholarly", "pmc"])
def test_no_page_of_others_is_claimed(shared: Path, folder: str) -> None:
    """Pages of other sites are left to theirs, PubMed Central's among them."""
    assert claimed("pubmed", shared / "pages" / folder) == []
