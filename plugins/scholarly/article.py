"""The layout: what an article's page says, field by field.

Every field names its sources, best first; the pointer's selector shows which of them it came from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugins._shared.lines import shown
from plugins.scholarly.abstract import abstract
from plugins.scholarly.dates import date, year
from plugins.scholarly.head import Field, Head, distinct, dublin, prism
from plugins.scholarly.identifiers import doi, issns, named_pmcid, named_pmid, pmcid, pmid
from plugins.scholarly.people import people
from plugins.scholarly.plain import clean, parts
from plugins.scholarly.references import funding, references, span
from scraper.quoting import MISSING, Sourced
from scraper.records.article import Article, Journal, Link

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugins._shared.lines import Text
    from scraper.pages import HtmlPage

_TITLE = Field(
    metas=("citation_title", "bepress_citation_title", "eprints.title", *dublin("title")),
    linked=("headline", "name"),
    last=("og:title",),
)
_JOURNAL = Field(
    metas=(
        *("citation_journal_title", "bepress_citation_journal_title", *prism("publicationName"), "eprints.publication"),
        *("citation_conference_title", "citation_conference", "citation_inbook_title", "bepress_citation_series_title"),
    ),
    linked=("isPartOf:Periodical/name",),
)
_ABBREVIATION = Field(metas=("citation_journal_abbrev", "citation_journal_abbreviation"))
_ISSN = (Field(metas=("citation_issn", "bepress_citation_issn")), Field(metas=prism("issn")), Field(metas=prism("eIssn")))
_LINKED_ISSN = Field(metas=("eprints.issn",), linked=("isPartOf:Periodical/issn",))
_PUBLISHER = Field(
    metas=("citation_publisher", "bepress_citation_publisher", "eprints.publisher", *dublin("publisher")),
    linked=("publisher/name", "isPartOf:Periodical/publisher/name"),
)
_PUBLISHED = Field(
    metas=(
        *("citation_publication_date", "citation_cover_date", "citation_date", "bepress_citation_date"),
        *prism("publicationDate", "coverDate"),
        *("eprints.date", *dublin("date.issued", "issued", "date")),
    ),
    linked=("datePublished",),
)
_YEAR = Field(metas=("citation_year", "bepress_citation_year"))
_LAST_PUBLISHED = Field(metas=(*dublin("created"), "citation_online_date", "article:published_time"))
_ONLINE = Field(metas=("citation_online_date", "citation_epub_date", "bepress_citation_online_date"))
_VOLUME = Field(
    metas=("citation_volume", "bepress_citation_volume", *prism("volume"), "eprints.volume", *dublin("citation.volume")),
    linked=("isPartOf:PublicationVolume/volumeNumber", "volumeNumber"),
)
_ISSUE = Field(
    metas=("citation_issue", "bepress_citation_issue", *prism("number"), "eprints.number", *dublin("citation.issue")),
    linked=("isPartOf:PublicationIssue/issueNumber", "issueNumber"),
)
_FIRST_PAGE = ("citation_firstpage", "citation_first_page", "bepress_citation_firstpage", *prism("startingPage"))
_LAST_PAGE = ("citation_lastpage", "citation_last_page", "bepress_citation_lastpage", *prism("endingPage"))
_PAGES = Field(
    metas=("citation_pages", "eprints.pagerange", *prism("pageRange"), "citation_article_number", "citation_publication_number"),
    linked=("pagination",),
)
_DOI = Field(
    metas=(
        "citation_doi",
        "bepress_citation_doi",
        *prism("doi"),
        *dublin("identifier.doi", "identifier"),
        "doi",
        "publication_doi",
    ),
    linked=("identifier", "identifier/value", "sameAs", "@id"),
    last=(*dublin("source"), "eprints.id_number", "eprints.doi"),
)
_PMID = Field(metas=("citation_pmid", "ncbi_uidlist"))
_PMCID = Field(metas=("citation_pmcid", "citation_pmc"))
_IDENTIFIER = Field(metas=dublin("identifier"))
_KEYWORDS = Field(
    metas=("citation_keywords", "citation_keyword", "bepress_citation_keywords", *prism("keyword"), "eprints.keywords"),
)
_LINKED_KEYWORDS = Field(linked=("keywords",))
_SUBJECTS = Field(metas=dublin("subject"))
_TYPES = Field(metas=("citation_article_type", *prism("genre"), *dublin("type")))
_LANGUAGE = Field(metas=("citation_language", *dublin("language"), "eprints.language"), linked=("inLanguage",))
_RIGHTS = Field(metas=(*dublin("rights"), *prism("copyright"), *dublin("copyright"), "citation_license"), linked=("license",))
_FULL_TEXT = tuple(
    Field(metas=(name,))
    for name in (
        *("citation_pdf_url", "citation_fulltext_html_url", "citation_full_html_url", "citation_xml_url"),
        *("bepress_citation_pdf_url", "eprints.document_url"),
    )
)

# The types of DCMI and others say that it is text, not what kind of text.
_NO_TYPE = frozenset(
    {"text", "text.article", "text/html", "collection", "image", "sound", "journal", "other", "peerreviewed", "nonpeerreviewed"}
)
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "null"})


def extract(page: HtmlPage) -> Article:
    """Read an article's page."""
    head = Head(page)
    authors, affiliations = people(head)
    return Article(
        title=head.first(_TITLE),
        authors=authors,
        affiliations=affiliations,
        journal=_journal(head),
        published=_published(head),
        published_online=head.first(_ONLINE, date),
        volume=head.first(_VOLUME),
        issue=head.first(_ISSUE),
        pages=_pages(head),
        doi=head.first(_DOI, doi),
        pmid=head.first(_PMID, pmid) or head.first(_IDENTIFIER, named_pmid),
        pmcid=head.first(_PMCID, pmcid) or head.first(_IDENTIFIER, named_pmcid),
        abstract=abstract(head),
        keywords=_keywords(head),
        publication_types=head.every(_TYPES, _known(_NO_TYPE)),
        funding=funding(head),
        references=references(head),
        language=next(iter(head.every(_LANGUAGE, _known(_NO_LANGUAGE))), MISSING),
        rights=head.first(_RIGHTS),
        full_text_links=_links(head),
    )


def _journal(head: Head) -> Journal:
    numbers = distinct(number for field in _ISSN for number in head.every(field, issns))
    return Journal(
        title=head.first(_JOURNAL),
        abbreviation=head.first(_ABBREVIATION),
        issn=numbers or head.every(_LINKED_ISSN, issns),
        publisher=head.first(_PUBLISHER),
    )


def _published(head: Head) -> Text:
    """Read the date of publication: what the best source says with certainty, its parts where they stand apart, else a year."""
    certain = head.first(_PUBLISHED, date)
    return (
        certain
        or _published_in_parts(head)
        or head.first(_YEAR, date)
        or head.first(_PUBLISHED, year)
        or head.first(_LAST_PUBLISHED, date)
        or certain
    )


def _published_in_parts(head: Head) -> Text:
    """Read a date whose year, month and day have metas of their own."""
    found = [head.first(Field(metas=(f"citation_{part}",))) for part in ("year", "month", "day")]
    formats = [f"%Y-{month}{day}" for month in ("%m", "%b", "%B") for day in ("-%d", "")]
    return Sourced.join("-", found).date(*formats) if found[0] and found[1] else MISSING


def _pages(head: Head) -> Text:
    for first, last in zip(_FIRST_PAGE, _LAST_PAGE, strict=True):
        start = head.first(Field(metas=(first,)))
        if start:
            return span(start, head.first(Field(metas=(last,))))
    linked = span(head.first(Field(linked=("pageStart",))), head.first(Field(linked=("pageEnd",))))
    return head.first(_PAGES) or linked


def _keywords(head: Head) -> list[Text]:
    """Return the keywords: repeated, joined by semicolons, or in one content joined by commas; else the subjects.

    Subjects are names of fields that hold commas ("Physics, general"): they are split at semicolons alone.
    """
    found = head.every(_KEYWORDS, _by_semicolons)
    if len(found) == 1 and "(" not in found[0].value:
        return shown(part.strip() for part in found[0].split(","))
    return found or head.every(_LINKED_KEYWORDS, _listed) or head.every(_SUBJECTS, _by_semicolons)


def _listed(text: Text) -> list[Text]:
    return shown(clean(part) for part in (text.split(",") if text.value.count(",") > 1 else [text]))


def _by_semicolons(text: Text) -> list[Text]:
    return shown(clean(part) for part in parts(text))


def _known(ignored: frozenset[str]) -> Callable[[Text], list[Text]]:
    """Return a reader of contents that leaves out those that say nothing."""

    def read(text: Text) -> list[Text]:
        found = clean(text)
        return [found] if found and found.value.casefold() not in ignored else []

    return read


def _links(head: Head) -> list[Link]:
    """Return where the full text is; the selector says which form of it."""
    urls = distinct(url for field in _FULL_TEXT for url in head.every(field, lambda text: [text.re(r"^\s*((?:https?:)?/\S+)\s*$")]))
    return [Link(url=url) for url in urls]
