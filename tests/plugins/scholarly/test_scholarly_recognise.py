"""Which pages the fallback claims."""

from __future__ import annotations

from typing import Any

import pytest

TITLE = ("citation_title", "On the keeping of bees")
DC_TITLE = ("DC.title", "On the keeping of bees")
AUTHOR = ("citation_author", "Roe, Jane")
LINKED = '<script type="application/ld+json">{}</script>'


@pytest.mark.parametrize(
    "metas",
    [
        [TITLE, ("citation_journal_title", "Example J"), AUTHOR],
        [TITLE, ("citation_doi", "10.5555/1"), ("citation_date", "2020")],
        [TITLE, ("citation_issn", "1234-5679"), ("citation_firstpage", "1")],
        [TITLE, ("citation_conference_title", "Proceedings of Bees"), AUTHOR],
        [TITLE, ("citation_dissertation_institution", "Hive College"), AUTHOR],
        [TITLE, ("citation_technical_report_institution", "Hive Bureau"), AUTHOR],
        [TITLE, AUTHOR, ("citation_pdf_url", "https://hive.example/1.pdf")],
        [TITLE, AUTHOR, ("citation_abstract_html_url", "https://hive.example/1")],
        [TITLE, ("citation_arxiv_id", "2001.00001"), AUTHOR],
        [DC_TITLE, ("DC.identifier", "doi:10.5555/1"), ("DC.creator", "Roe, Jane")],
        [DC_TITLE, ("DC.Identifier", "https://doi.org/10.5555/1"), ("DC.date", "2020")],
        [DC_TITLE, ("citation_journal_title", "Example J"), ("DC.creator", "Roe, Jane")],
        [("dcterms.title", "Bees"), ("prism.doi", "10.5555/1"), ("prism.volume", "3")],
        [DC_TITLE, ("prism.startingPage", "1"), ("DC.date", "2020")],
        [
            ("bepress_citation_title", "Bees"),
            ("bepress_citation_author", "Roe, Jane"),
            ("bepress_citation_pdf_url", "https://hive.example/1"),
        ],
        [("bepress_citation_title", "Bees"), ("bepress_citation_doi", "10.5555/1"), ("bepress_citation_date", "2020")],
        [("eprints.title", "Bees"), ("eprints.creators_name", "Roe, Jane"), ("eprints.document_url", "https://hive.example/1.pdf")],
        [("eprints.title", "Bees"), ("eprints.publication", "Example J"), ("eprints.creators_name", "Roe, Jane")],
    ],
)
def test_articles_are_claimed(claimed: Any, metas: list[tuple[str, str]]) -> None:
    """A title, a sign of a scholarly work and something beside it make an article, in whichever vocabulary."""
    assert claimed(*metas)


@pytest.mark.parametrize(
    "metas",
    [
        [],
        [TITLE],
        [TITLE, AUTHOR],
        [TITLE, AUTHOR, ("citation_publication_date", "2015")],
        [TITLE, ("citation_doi", "10.5555/1")],
        [("citation_doi", "10.5555/1"), AUTHOR],
        [("citation_title", " "), ("citation_doi", "10.5555/1"), AUTHOR],
        [TITLE, ("citation_journal_title", ""), AUTHOR],
        [DC_TITLE, ("DC.creator", "Roe, Jane"), ("DC.date", "2020")],
        [DC_TITLE, ("DC.creator", "Roe, Jane"), ("DC.identifier", "https://hive.example/10.5555/1")],
        [
            DC_TITLE,
            ("DC.creator", "Roe, Jane"),
            ("DC.identifier", "urn:uuid:1"),
            ("prism.section", "politics"),
            ("DC.type", "Text.Article"),
        ],
        [("og:title", "Bees"), ("og:type", "article"), ("article:published_time", "2020-01-01")],
    ],
)
def test_other_pages_are_declined(claimed: Any, metas: list[tuple[str, str]]) -> None:
    """Titles, authors and dates are on pages of every kind: without a sign they claim nothing."""
    assert not claimed(*metas)


def test_a_list_of_works_is_declined(claimed: Any) -> None:
    """Metas of several titles and several DOIs are those of search results."""
    first = [TITLE, ("citation_doi", "10.5555/1"), ("citation_journal_title", "Example J")]
    second = [("citation_title", "On wasps"), ("citation_doi", "10.5555/2"), ("citation_journal_title", "Example J")]
    assert claimed(*first)
    assert not claimed(*first, *second)


def test_a_title_in_two_languages_is_one_article(claimed: Any) -> None:
    """Two titles of one DOI are a work and its translation."""
    assert claimed(TITLE, ("citation_title", "Über die Bienenzucht"), ("citation_doi", "10.5555/1"), AUTHOR)


@pytest.mark.parametrize("title", ["Example J", "EXAMPLE J"])
def test_a_journals_own_page_is_declined(claimed: Any, title: str) -> None:
    """Where the title is the journal's and nobody wrote it, the page is the journal's home or an issue's contents."""
    metas = [
        ("citation_title", title),
        ("citation_journal_title", "Example J"),
        ("citation_issn", "1234-5679"),
        ("citation_volume", "3"),
    ]
    assert not claimed(*metas)
    assert claimed(*metas, AUTHOR)


def test_contents_of_an_issue_are_declined(claimed: Any) -> None:
    """Journal, ISSN, volume and date without author, page, DOI or full text are an issue's, with a title or without."""
    metas = [("citation_journal_title", "Example J"), ("citation_issn", "1234-5679"), ("citation_volume", "3"), ("dc.date", "2020")]
    assert not claimed(*metas)
    assert not claimed(*metas, ("dc.title", "Example J: Vol 3, No 2"))
    assert not claimed(*metas, ("citation_title", "Volume 3, Issue 2"))


def test_software_is_declined(claimed: Any) -> None:
    """A page that calls itself software is none of ours, unless a journal published it."""
    software = LINKED.format('{"@type": "SoftwareSourceCode", "name": "Bees"}')
    metas = [TITLE, ("citation_doi", "10.5555/1"), AUTHOR]
    assert claimed(*metas)
    assert not claimed(*metas, extra=software)
    assert claimed(*metas, ("citation_journal_title", "Example J"), extra=software)


@pytest.mark.parametrize("type_", ["NewsArticle", "BlogPosting", "Article", "ReportageNewsArticle", "Product"])
def test_other_articles_of_schema_org_are_declined(claimed: Any, type_: str) -> None:
    """News, posts and plain articles of schema.org are no scholarly ones."""
    linked = f'{{"@type": "{type_}", "headline": "Bees", "author": {{"name": "Jane Roe"}}, "datePublished": "2020-01-01"}}'
    assert not claimed(extra=LINKED.format(linked))
    assert not claimed(DC_TITLE, ("DC.creator", "Roe, Jane"), extra=LINKED.format(linked))


def test_a_scholarly_article_of_schema_org_is_claimed(claimed: Any) -> None:
    """JSON-LD alone is enough, at the top, in a graph, or as what the page is about."""
    article = '{"@type": "ScholarlyArticle", "headline": "Bees", "author": {"name": "Jane Roe"}}'
    assert claimed(extra=LINKED.format(article))
    assert claimed(extra=LINKED.format(f'{{"@graph": [{{"@type": "WebSite"}}, {article}]}}'))
    assert claimed(extra=LINKED.format(f'{{"@type": "WebPage", "mainEntity": {article}}}'))


@pytest.mark.parametrize(
    "sign",
    [
        '"isPartOf": {"@type": "PublicationIssue", "issueNumber": "2"}',
        '"isPartOf": {"@type": "Periodical", "name": "Example J"}',
        '"@id": "https://doi.org/10.5555/1"',
        '"identifier": {"@type": "PropertyValue", "value": "doi:10.5555/1"}',
    ],
)
def test_an_article_of_schema_org_with_a_sign_is_claimed(claimed: Any, sign: str) -> None:
    """The general type is enough in a periodical, or with a DOI."""
    assert claimed(extra=LINKED.format(f'{{"@type": "Article", "headline": "Bees", "author": "Jane Roe", {sign}}}'))
    assert not claimed(extra=LINKED.format(f'{{"@type": "NewsArticle", "headline": "Bees", "author": "Jane Roe", {sign}}}'))


def test_a_list_of_scholarly_articles_is_declined(claimed: Any) -> None:
    """Several articles, or articles that something else lists or cites, are a page of another kind."""
    article = '{"@type": "ScholarlyArticle", "headline": "Bees", "author": {"name": "Jane Roe"}}'
    assert not claimed(extra=LINKED.format(f"[{article}, {article}]"))
    assert not claimed(extra=LINKED.format(f'{{"@type": "ItemList", "itemListElement": [{{"item": {article}}}]}}'))
    assert not claimed(extra=LINKED.format(f'{{"@type": "Person", "knows": {article}}}'))


def test_a_scholarly_article_without_author_or_doi_is_declined(claimed: Any) -> None:
    """A headline alone is not enough."""
    assert not claimed(extra=LINKED.format('{"@type": "ScholarlyArticle", "headline": "Bees"}'))


def test_the_fallback_is_asked_after_every_other_site(registry: Any) -> None:
    """It has no URLs and the lowest priority of all."""
    site = registry.only("scholarly").sites[0]
    assert list(site.urls) == []
    assert site.priority < min(each.priority for each in registry.sites if each.name != "scholarly")
