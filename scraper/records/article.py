"""`Article`: a scholarly article as its web page shows it. Schema: `schemas/article/1.json`.

Nothing else in `scraper/` knows what an article is; plugins import this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from scraper.quoting import MISSING, Sourced
from scraper.records.record import Part, Record
from scraper.records.seen import seen_as

if TYPE_CHECKING:
    from collections.abc import Sequence

    Text = Sourced[str]

_DOI = r"10\.\d[\d.]*/\S*[^\s.,;]"
_ISSN = r"\d{4}-?\d{3}[\dXx]"
_ORCID = r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]"
_FAMILY, _GIVEN = r"^([^,]+),[^,]+$", r"^[^,]+,\s*([^,]+)$"
_PAIR = r"{}\s*=\s*([^;]*[^;\s])"
_SHORT = r"^\s*(\S.{0,40}?)\s*$"


@attrs.frozen(kw_only=True)
class Author(Part):
    """One author, with what the page ties to them."""

    name: Text = attrs.field(default=MISSING, metadata=seen_as("/name"))
    given: Text = attrs.field(default=MISSING, metadata=seen_as("/givenName .", pattern=_GIVEN))
    family: Text = attrs.field(default=MISSING, metadata=seen_as("/familyName .", pattern=_FAMILY))
    orcid: Text = attrs.field(
        default=MISSING, metadata=seen_as("citation_author_orcid /identifier /@id /sameAs /url", pattern=_ORCID)
    )
    email: Text = attrs.field(default=MISSING, metadata=seen_as("citation_author_email /email", pattern=r"[^\s:]+@[^\s,;]+"))
    affiliations: Sequence[Text] = attrs.field(
        default=(),
        metadata=seen_as(
            "citation_author_institution citation_author_affiliation bepress_citation_author_institution "
            "/affiliation/name /affiliation"
        ),
    )


@attrs.frozen(kw_only=True)
class Journal(Part):
    """The journal, as the page names it."""

    title: Text = attrs.field(
        default=MISSING,
        metadata=seen_as(
            "citation_journal_title bepress_citation_journal_title prism.publicationName eprints.publication "
            "citation_conference_title citation_inbook_title /isPartOf:Periodical/name /isPartOf/name"
        ),
    )
    abbreviation: Text = attrs.field(default=MISSING, metadata=seen_as("citation_journal_abbrev citation_journal_abbreviation"))
    issn: Sequence[Text] = attrs.field(
        default=(),
        metadata=seen_as(
            ("citation_issn bepress_citation_issn prism.issn prism.eIssn eprints.issn /isPartOf:Periodical/issn"),
            pattern=_ISSN,
            every=True,
        ),
    )
    publisher: Text = attrs.field(
        default=MISSING,
        metadata=seen_as(
            "citation_publisher bepress_citation_publisher eprints.publisher dc.publisher dcterms.publisher /publisher/name"
        ),
    )


@attrs.frozen(kw_only=True)
class Section(Part):
    """One section of an abstract; a plain abstract is one section without a heading."""

    heading: Text = MISSING
    text: Text = MISSING


@attrs.frozen(kw_only=True)
class Funding(Part):
    """A funder and one award of theirs."""

    funder: Text = MISSING
    award: Text = MISSING


@attrs.frozen(kw_only=True)
class Figure(Part):
    """A figure's label ("Fig. 1") and caption."""

    label: Text = MISSING
    caption: Text = MISSING


@attrs.frozen(kw_only=True)
class Reference(Part):
    """Another work that the page lists. `citation` is the reference as shown, without link labels."""

    citation: Text = MISSING
    title: Text = attrs.field(default=MISSING, metadata=seen_as(".", pattern=_PAIR.format("citation_title")))
    authors: Sequence[Text] = attrs.field(
        default=(), metadata=seen_as(".", pattern=r"citation_authors?\s*=\s*([^,;]*[^,;\s])\s*(?:;|$)")
    )
    journal: Text = attrs.field(default=MISSING, metadata=seen_as(".", pattern=_PAIR.format("citation_journal_(?:title|abbrev)")))
    published: Text = attrs.field(
        default=MISSING, metadata=seen_as(".", pattern=_PAIR.format("citation_(?:publication_date|date|year)"), date=True)
    )
    volume: Text = attrs.field(default=MISSING, metadata=seen_as(".", pattern=_PAIR.format("citation_volume")))
    issue: Text = attrs.field(default=MISSING, metadata=seen_as(".", pattern=_PAIR.format("citation_issue")))
    pages: Text = attrs.field(default=MISSING, metadata=seen_as(".", pattern=_PAIR.format("citation_pages")))
    doi: Text = attrs.field(default=MISSING, metadata=seen_as(".", pattern=_PAIR.format("citation_doi")))
    pmid: Text = attrs.field(default=MISSING, metadata=seen_as(".", pattern=_PAIR.format("citation_pmid")))
    pmcid: Text = attrs.field(default=MISSING, metadata=seen_as(".", pattern=_PAIR.format("citation_pmcid")))


@attrs.frozen(kw_only=True)
class Rating(Part):
    """A score that the page gives the article."""

    name: Text = MISSING
    value: Sourced[float] = MISSING


@attrs.frozen(kw_only=True)
class Link(Part):
    """A link to the full text."""

    label: Text = MISSING
    url: Text = MISSING


@attrs.frozen(kw_only=True)
class Article(Record):
    """A scholarly article. Only `title` is required; see the schema for what each field means."""

    TYPE: ClassVar[str] = "article/1"
    SIGNS: ClassVar[tuple[str, ...]] = (
        *("citation_title", "citation_doi", "citation_journal_title", "citation_pmid", "prism.doi", "prism.publicationName"),
        *("dc.identifier=doi:", "dc.identifier=https://doi.org/", "dc.identifier=http://dx.doi.org/", "bepress_citation_title"),
        *("eprints.title", "/ScholarlyArticle", "/MedicalScholarlyArticle"),
    )
    LINKED: ClassVar[tuple[str, ...]] = ("ScholarlyArticle", "MedicalScholarlyArticle", "Article")

    title: Text = attrs.field(
        default=MISSING,
        metadata=seen_as(
            "citation_title bepress_citation_title eprints.title dc.title dcterms.title /headline /name og:title <h1> <title>"
        ),
    )
    authors: Sequence[Author] = attrs.field(
        default=(),
        metadata=seen_as(
            (
                "citation_author bepress_citation_author citation_authors eprints.creators_name dc.creator "
                "dcterms.creator dc.contributor /author <a[rel~=author]> <[itemprop=author]>"
            ),
            head="name",
            separators=";",
        ),
    )
    affiliations: Sequence[Text] = ()
    journal: Journal | None = None
    published: Text = attrs.field(
        default=MISSING,
        metadata=seen_as(
            (
                "citation_publication_date citation_cover_date citation_date bepress_citation_date "
                "prism.publicationDate prism.coverDate eprints.date dc.date.issued dcterms.issued dc.issued "
                "dc.date dcterms.date /datePublished citation_year bepress_citation_year dc.created "
                "dcterms.created citation_online_date article:published_time <time::attr(datetime)> "
                "<[itemprop=datePublished]::attr(content)> Published:"
            ),
            date=True,
        ),
    )
    published_online: Text = attrs.field(
        default=MISSING, metadata=seen_as("citation_online_date citation_epub_date bepress_citation_online_date", date=True)
    )
    volume: Text = attrs.field(
        default=MISSING,
        metadata=seen_as(
            (
                "citation_volume bepress_citation_volume prism.volume eprints.volume dc.citation.volume "
                "/isPartOf:PublicationVolume/volumeNumber Volume:"
            ),
            pattern=_SHORT,
        ),
    )
    issue: Text = attrs.field(
        default=MISSING,
        metadata=seen_as(
            (
                "citation_issue bepress_citation_issue prism.number eprints.number dc.citation.issue "
                "/isPartOf:PublicationIssue/issueNumber Issue:"
            ),
            pattern=_SHORT,
        ),
    )
    pages: Text = attrs.field(
        default=MISSING,
        metadata=seen_as(
            (
                "citation_firstpage..citation_lastpage citation_first_page..citation_last_page "
                "bepress_citation_firstpage..bepress_citation_lastpage prism.startingPage..prism.endingPage "
                "citation_pages eprints.pagerange prism.pageRange citation_article_number "
                "citation_publication_number /pagination Pages:"
            ),
            pattern=_SHORT,
        ),
    )
    doi: Text = attrs.field(
        default=MISSING,
        metadata=seen_as(
            (
                "citation_doi bepress_citation_doi prism.doi dc.identifier.doi dc.identifier dcterms.identifier "
                "doi publication_doi /identifier /identifier/value /sameAs /@id dc.source "
                '<a[href*="doi.org/10."]::attr(href)> DOI:'
            ),
            pattern=_DOI,
        ),
    )
    pmid: Text = attrs.field(default=MISSING, metadata=seen_as("citation_pmid ncbi_uidlist PMID:", pattern=r"^\s*([1-9]\d*)\b"))
    pmcid: Text = attrs.field(default=MISSING, metadata=seen_as("citation_pmcid citation_pmc PMCID:", pattern=r"PMC\d+"))
    abstract: Sequence[Section] = attrs.field(
        default=(),
        metadata=seen_as(
            (
                "citation_abstract bepress_citation_abstract dc.abstract dcterms.abstract dc.description.abstract "
                "eprints.abstract /abstract <#abstract p> <.abstract p> <section[class*=abstract] p> <div[class*=abstract] p> "
                "<section[id^=Abs] p> <div[id^=Abs] p> <div[class*=abstract] span> "
                "dc.description dcterms.description /description"
            ),
            head="text",
        ),
    )
    summary: Text = MISSING
    keywords: Sequence[Text] = attrs.field(
        default=(),
        metadata=seen_as(
            (
                "citation_keywords citation_keyword bepress_citation_keywords prism.keyword eprints.keywords "
                "/keywords dc.subject dcterms.subject keywords"
            ),
            separators=";,",
        ),
    )
    publication_types: Sequence[Text] = attrs.field(
        default=(),
        metadata=seen_as("citation_article_type prism.genre dc.type dcterms.type", pattern=r"^(?!(?i:text|other)\b).+"),
    )
    mesh_terms: Sequence[Text] = ()
    conflict_of_interest: Text = MISSING
    funding: Sequence[Funding] = ()
    figures: Sequence[Figure] = ()
    references: Sequence[Reference] = attrs.field(
        default=(), metadata=seen_as("citation_reference", head="citation", pattern=r"^(?!\s*citation_\w+=)[\s\S]+")
    )
    citing_articles: Sequence[Reference] = ()
    similar_articles: Sequence[Reference] = ()
    citation_count: Sourced[int] = MISSING
    ratings: Sequence[Rating] = ()
    language: Text = attrs.field(
        default=MISSING,
        metadata=seen_as("citation_language dc.language dcterms.language eprints.language /inLanguage <html::attr(lang)>"),
    )
    rights: Text = attrs.field(
        default=MISSING, metadata=seen_as("dc.rights dcterms.rights prism.copyright dc.copyright citation_license /license")
    )
    full_text_links: Sequence[Link] = attrs.field(
        default=(),
        metadata=seen_as(
            (
                "citation_pdf_url citation_fulltext_html_url citation_full_html_url citation_xml_url "
                "bepress_citation_pdf_url eprints.document_url"
            ),
            head="url",
            every=True,
            pattern=r"^\s*((?:https?:)?/\S+)\s*$",
        ),
    )
