"""Fields of the head, one by one: their sources, their forms, and the bytes they point at."""

from __future__ import annotations

from typing import Any

import pytest

TITLES = [
    ("citation_title", "Of Highwire"),
    ("bepress_citation_title", "Of bepress"),
    ("eprints.title", "Of EPrints"),
    ("DC.Title", "Of Dublin Core"),
    ("dcterms.title", "Of DCMI terms"),
]
OG = '<meta property="og:title" content="Of OpenGraph">'
LINKED = '<script type="application/ld+json">{}</script>'
ARTICLE = LINKED.format('{"@type": "ScholarlyArticle", "headline": "Of schema.org", "author": "Jane Roe"}')


@pytest.mark.parametrize("best", range(len(TITLES)))
def test_the_best_source_of_a_title_wins(article: Any, best: int) -> None:
    """Highwire, bepress, EPrints, Dublin Core: the first that is there, and the selector says which."""
    metas = [*reversed(TITLES[best:]), ("citation_doi", "10.5555/1"), ("citation_date", "2020")]
    found = article(*metas, least=False, extra=OG + ARTICLE)
    name, title = TITLES[best]
    assert found.record["title"] == title
    assert found.selector("/title") == f'meta[name="{name.lower()}"]::attr(content)'
    assert (found.site, found.layout) == ("scholarly", "metas")


def test_the_title_of_opengraph_comes_last(article: Any) -> None:
    """It is taken where JSON-LD names no headline, and no other meta holds a title."""
    assert article(least=False, extra=OG + ARTICLE).record["title"] == "Of schema.org"


def test_a_blank_content_is_none(article: Any) -> None:
    """The next source is asked where the first shows nothing."""
    found = article(("citation_title", " "), ("DC.title", "Bees"), ("citation_doi", "10.5555/1"), ("DC.date", "2020"), least=False)
    assert found.record["title"] == "Bees"


def test_white_space_is_collapsed_only_where_there_is_some(article: Any) -> None:
    """A plain value has no step; one over several lines is narrowed to its text and squashed."""
    found = article(("citation_publisher", " Hive\n    Press "), ("citation_volume", "3"))
    assert found.record["journal"]["publisher"] == "Hive Press"
    assert (found.source("/journal/publisher"), found.steps("/journal/publisher")) == (["Hive\n    Press"], ["squash"])
    assert (found.source("/volume"), found.steps("/volume")) == (["3"], [])


# Journal


def test_the_journal_is_read(article: Any) -> None:
    """Title, abbreviation, ISSNs and publisher."""
    metas = [("citation_journal_abbrev", "Ex J Bees"), ("citation_issn", "1234-5679"), ("citation_issn", "2345-678X")]
    assert article(*metas, ("citation_publisher", "Hive Press")).record["journal"] == {
        "title": "Example Journal of Bees",
        "abbreviation": "Ex J Bees",
        "issn": ["1234-5679", "2345-678X"],
        "publisher": "Hive Press",
    }


def test_issns_are_gathered_once(article: Any) -> None:
    """Joined, labelled or repeated in PRISM, each ISSN comes once."""
    metas = [("citation_issn", "Print: 1234-5679, Online: 2345-678X"), ("prism.issn", "1234-5679"), ("prism.eIssn", "3456-7890")]
    found = article(*metas)
    assert found.record["journal"]["issn"] == ["1234-5679", "2345-678X", "3456-7890"]
    assert found.source("/journal/issn/1") == ["2345-678X"]


def test_proceedings_stand_for_the_journal(article: Any) -> None:
    """A paper of a conference names its proceedings."""
    metas = [
        ("citation_title", "Bees"),
        ("citation_author", "Roe, Jane"),
        ("citation_conference_title", "Proceedings of Bees 2020"),
    ]
    assert article(*metas, least=False).record["journal"] == {"title": "Proceedings of Bees 2020"}


def test_prism_and_dublin_core_name_the_journal_too(article: Any) -> None:
    """PRISM gives the title, Dublin Core the publisher."""
    prism = {"publicationName": "Example J", "doi": "10.5555/1", "volume": "7", "number": "2", "publicationDate": "2020-03-01"}
    pages = [("prism.startingPage", "5"), ("prism.endingPage", "9")]
    metas = [
        ("dc.title", "Bees"),
        ("dc.publisher", "Hive Press"),
        *pages,
        *((f"prism.{name}", text) for name, text in prism.items()),
    ]
    record = article(*metas, least=False).record
    assert record["journal"] == {"title": "Example J", "publisher": "Hive Press"}
    assert {name: record[name] for name in ("volume", "issue", "pages", "published", "doi")} == {
        "volume": "7", "issue": "2", "pages": "5-9", "published": "2020-03-01", "doi": "10.5555/1",
    }  # fmt: skip


# Pages


@pytest.mark.parametrize(
    ("metas", "pages"),
    [
        ([("citation_firstpage", "57"), ("citation_lastpage", "65")], "57-65"),
        ([("citation_firstpage", "e12")], "e12"),
        ([("citation_firstpage", "7"), ("citation_lastpage", "7")], "7"),
        ([("citation_firstpage", "444-445"), ("citation_lastpage", "445")], "444-445"),
        ([("citation_firstpage", "57"), ("citation_lastpage", "")], "57"),
        ([("citation_lastpage", "65")], None),
        ([("citation_pages", "1-9")], "1-9"),
        ([("eprints.pagerange", "1-9")], "1-9"),
        ([("bepress_citation_firstpage", "1"), ("bepress_citation_lastpage", "9")], "1-9"),
        ([("citation_firstpage", ""), ("prism.startingPage", "3"), ("prism.endingPage", "4")], "3-4"),
        ([("citation_publication_number", "190")], "190"),
    ],
)
def test_pages_are_joined(article: Any, metas: list[tuple[str, str]], pages: str | None) -> None:
    """First and last page are one range; a first page that is a range, or alone, stays as it is."""
    assert article(*metas).record.get("pages") == pages


def test_joined_pages_point_at_both(article: Any) -> None:
    """The range has a span for each of its two ends."""
    found = article(("citation_firstpage", " 57 "), ("citation_lastpage", "65"))
    assert (found.source("/pages"), found.steps("/pages")) == (["57", "65"], ["join"])


# Identifiers


@pytest.mark.parametrize(
    "content",
    [
        "10.5555/bees.1",
        "doi:10.5555/bees.1",
        "DOI: 10.5555/bees.1",
        "doi 10.5555/bees.1.",
        "https://doi.org/10.5555/bees.1",
        "http://dx.doi.org/10.5555/bees.1",
        "doi:https://doi.org/10.5555/bees.1",
        "info:doi/10.5555/bees.1",
        "urn:doi:10.5555/bees.1",
        " 10.5555/bees.1\n",
        "\ufeff10.5555/bees.1\u200b",
    ],
)
@pytest.mark.parametrize(
    "name", ["citation_doi", "bepress_citation_doi", "prism.doi", "DC.Identifier", "dcterms.identifier", "doi"]
)
def test_a_doi_is_bare(article: Any, name: str, content: str) -> None:
    """Labels and URLs are narrowed away, whichever meta holds it."""
    found = article((name, content))
    assert found.record["doi"] == "10.5555/bees.1"
    assert (found.source("/doi"), found.steps("/doi")) == (["10.5555/bees.1"], [])


@pytest.mark.parametrize(
    "doi",
    ["10.1016/S0896-6273(03)00803-1", "10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2", "10.5555/a_b;c,d"],
)
def test_odd_dois_stay_whole(article: Any, doi: str) -> None:
    """Brackets, angles and semicolons belong to the DOI."""
    assert article(("citation_doi", doi)).record["doi"] == doi


def test_a_doi_escaped_twice_is_read(article: Any) -> None:
    """What is an entity after reading the attribute is a character that was escaped twice."""
    found = article(("citation_doi", "10.1002/3.0&lt;1::X&gt;2"))
    assert found.record["doi"] == "10.1002/3.0<1::X>2"
    assert found.steps("/doi") == ["scholarly.plain"]


@pytest.mark.parametrize("content", ["https://hive.example/10.5555/1", "bees", "10.5555", "see 10.5555/1 and 10.5555/2"])
def test_what_is_no_doi_is_absent(article: Any, content: str) -> None:
    """A content that is more than a DOI, or less, is none."""
    assert "doi" not in article(("dc.identifier", content)).record


def test_the_doi_among_other_identifiers_is_found(article: Any) -> None:
    """Dublin Core repeats its identifiers, the publisher's own number first."""
    found = article(("dc.Identifier", "1135230"), ("dc.Identifier", "info:pmid/25540987"), ("dc.Identifier", "10.5555/1"))
    assert (found.record["doi"], found.record["pmid"]) == ("10.5555/1", "25540987")


@pytest.mark.parametrize(
    ("name", "content", "field", "value"),
    [
        ("citation_pmid", "19002842", "pmid", "19002842"),
        ("citation_pmid", "PMID: 19002842", "pmid", "19002842"),
        ("citation_pmid", "n/a", "pmid", None),
        ("citation_pmcid", "PMC2151964", "pmcid", "PMC2151964"),
        ("citation_pmcid", "2151964", "pmcid", "PMC2151964"),
        ("citation_pmcid", "PMCID: PMC2151964", "pmcid", "PMC2151964"),
        ("dc.identifier", "PMC2151964", "pmcid", "PMC2151964"),
        ("dc.identifier", "19002842", "pmid", None),
    ],
)
def test_identifiers_of_pubmed_are_read(article: Any, name: str, content: str, field: str, value: str | None) -> None:
    """A bare number is one only in a meta of its own."""
    assert article((name, content)).record.get(field) == value


# The rest


@pytest.mark.parametrize(
    ("metas", "keywords"),
    [
        ([("citation_keywords", "bees; honey ;wax; ")], ["bees", "honey", "wax"]),
        ([("citation_keywords", "R&amp;D; bees")], ["R&D", "bees"]),
        ([("citation_keywords", "bees, honey, wax")], ["bees", "honey", "wax"]),
        ([("citation_keywords", "bees"), ("citation_keywords", "honey, raw")], ["bees", "honey, raw"]),
        ([("citation_keywords", "bees (Apis, Bombus)")], ["bees (Apis, Bombus)"]),
        ([("citation_keyword", "bees"), ("citation_keyword", "bees"), ("citation_keyword", "honey")], ["bees", "honey"]),
        ([("bepress_citation_keywords", "bees; honey")], ["bees", "honey"]),
        ([("dc.subject", "Biology, general")], ["Biology, general"]),
        ([("dc.subject", "<i>Apis mellifera</i>"), ("dc.subject", "wax")], ["Apis mellifera", "wax"]),
        ([("keywords", "Hive Press, journals, science")], None),
    ],
)
def test_keywords_are_split(article: Any, metas: list[tuple[str, str]], keywords: list[str] | None) -> None:
    """Repeated, joined by semicolons, or in one content by commas; the site's own keywords are not the article's."""
    assert article(*metas).record.get("keywords") == keywords


def test_a_keyword_points_at_its_own_bytes(article: Any) -> None:
    """Splitting and tags around narrow; no step is recorded."""
    found = article(("citation_keywords", "wax; <i>Apis</i>"))
    assert (found.source("/keywords/1"), found.steps("/keywords/1")) == (["Apis"], [])


@pytest.mark.parametrize(
    ("name", "content", "value"),
    [
        ("citation_language", "en", "en"),
        ("DC.Language", "eng", "eng"),
        ("citation_language", "English", "English"),
        ("dcterms.language", "und", None),
    ],
)
def test_the_language_is_as_shown(article: Any, name: str, content: str, value: str | None) -> None:
    """Codes and names stay as they are; undetermined is absent."""
    assert article((name, content)).record.get("language") == value


@pytest.mark.parametrize(
    ("name", "content", "value"),
    [
        ("citation_article_type", "Research Article", ["Research Article"]),
        ("dc.Type", "Text", None),
        ("DC.type", "Text.Article", None),
        ("dc.type", "review-article", ["review-article"]),
    ],
)
def test_the_kind_of_publication_is_read(article: Any, name: str, content: str, value: list[str] | None) -> None:
    """The general types of DCMI say nothing about the kind."""
    assert article((name, content)).record.get("publication_types") == value


@pytest.mark.parametrize("name", ["dc.rights", "DCTERMS.rights", "prism.copyright"])
def test_rights_are_read(article: Any, name: str) -> None:
    """A statement or the URL of a licence, as shown."""
    assert article((name, "© 2020 Jane Roe")).record["rights"] == "© 2020 Jane Roe"


def test_links_to_the_full_text_are_read(article: Any) -> None:
    """PDF, HTML and XML, each URL once; what is no URL is left out."""
    pdf, html = "https://hive.example/1.pdf", "https://hive.example/1"
    named = [("pdf", pdf), ("pdf", "/1.pdf"), ("fulltext_html", html), ("full_html", html), ("xml", "none")]
    metas = [(f"citation_{name}_url", url) for name, url in named]
    found = article(*metas)
    assert found.record["full_text_links"] == [
        {"url": url} for url in ("https://hive.example/1.pdf", "/1.pdf", "https://hive.example/1")
    ]
    assert found.selector("/full_text_links/2/url") == 'meta[name="citation_fulltext_html_url"]::attr(content)'


@pytest.mark.parametrize(
    ("content", "funding"),
    [
        ("citation_funder=Hive Foundation;citation_grant_number=31;", [{"funder": "Hive Foundation", "award": "31"}]),
        (
            "citation_funder=Hive; citation_grant_number=1; citation_grant_number=2",
            [{"funder": "Hive", "award": "1"}, {"funder": "Hive", "award": "2"}],
        ),
        ("Hive Foundation", [{"funder": "Hive Foundation"}]),
    ],
)
def test_funding_is_read(article: Any, content: str, funding: list[dict[str, str]]) -> None:
    """Pairs of funder and awards, or a name alone."""
    assert article(("citation_funding_source", content)).record["funding"] == funding


def test_placeholders_are_absent(article: Any) -> None:
    """A hyphen or "n/a" in place of a value is none."""
    record = article(("citation_volume", "-"), ("citation_issue", "n/a"), ("citation_publisher", "--")).record
    assert record.keys() == {"title", "journal"}
    assert record["journal"].keys() == {"title"}


def test_names_of_metas_are_read_in_any_case_and_as_property(article: Any) -> None:
    """`Citation_Volume` and `property="citation_issue"` count."""
    found = article(("Citation_Volume", "3"), extra='<meta property="citation_issue" content="4">')
    assert (found.record["volume"], found.record["issue"]) == ("3", "4")


def test_a_page_in_another_charset_is_read(article: Any) -> None:
    """Positions count in the payload's bytes, whatever they encode."""
    found = article(("citation_author", "Öberg, Åsa"), ("citation_publisher", "Hive"), charset="latin-1")
    assert (found.record["authors"][0]["family"], found.source("/journal/publisher")) == ("Öberg", ["Hive"])
