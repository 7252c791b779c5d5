"""The layout: which pages are articles, and what their heads say, field by field.

Every field names its sources, best first; the pointer's selector shows which of them it came from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugins._shared.lines import shown
from plugins.scholarly.abstract import abstract
from plugins.scholarly.dates import date, year
from plugins.scholarly.head import Field, Head, distinct, dublin, prism
from plugins.scholarly.identifiers import doi, issns, named_pmcid, named_pmid, names_itself_a_doi, pmcid, pmid
from plugins.scholarly.people import people
from plugins.scholarly.plain import clean
from plugins.scholarly.references import funding, references, span
from scraper.pages import HtmlPage, XmlPage
from scraper.quoting import MISSING, Sourced
from scraper.records.article import Article, Journal, Link

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugins._shared.lines import Text

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
    metas=(
        "citation_keywords",
        "citation_keyword",
        "bepress_citation_keywords",
        *prism("keyword"),
        "eprints.keywords",
        *dublin("subject"),
    ),
    linked=("keywords",),
)
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


def extract(page: HtmlPage | XmlPage) -> Article:
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
        keywords=head.every(_KEYWORDS, _keywords),
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
    parts = [head.first(Field(metas=(f"citation_{part}",)), lambda text: text.strip()) for part in ("year", "month", "day")]
    apart = (
        Sourced.join("-", parts).date("%Y-%m-%d", "%Y-%b-%d", "%Y-%B-%d", "%Y-%m", "%Y-%b", "%Y-%B")
        if parts[0] and parts[1]
        else MISSING
    )
    certain = head.first(_PUBLISHED, date)
    return (
        certain or apart or head.first(_YEAR, date) or head.first(_PUBLISHED, year) or head.first(_LAST_PUBLISHED, date) or certain
    )


def _pages(head: Head) -> Text:
    for first, last in zip(_FIRST_PAGE, _LAST_PAGE, strict=True):
        start = head.first(Field(metas=(first,)))
        if start:
            return span(start, head.first(Field(metas=(last,))))
    linked = span(head.first(Field(linked=("pageStart",))), head.first(Field(linked=("pageEnd",))))
    return head.first(_PAGES) or linked


def _keywords(text: Text) -> list[Text]:
    """Return the keywords of a content: joined by semicolons, or by commas where there are several and no sentence."""
    separator = ";" if ";" in re.sub(r"&#?\w+;", "", text.value) else ","
    parts = text.split(separator) if separator == ";" or "(" not in text.value else [text]
    return shown(clean(part) for part in parts)


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


# Recognising

_TITLES = ("citation_title", "bepress_citation_title", "eprints.title", *dublin("title"))
_SIGNS = (
    ("citation_journal_title", "bepress_citation_journal_title", "eprints.publication"),
    ("citation_conference_title", "citation_conference", "citation_inbook_title"),
    ("citation_technical_report_institution", "citation_dissertation_institution", "bepress_citation_dissertation_institution"),
    ("citation_doi", "bepress_citation_doi", "publication_doi", *prism("doi")),
    ("citation_issn", "bepress_citation_issn"),
    ("citation_pmid", "citation_pmcid", "citation_arxiv_id"),
    prism("startingPage"),
)
"""Groups of metas, each of which is a sign of a scholarly work."""
_SUPPORT = (
    ("citation_author", "citation_authors", "bepress_citation_author", "eprints.creators_name", *dublin("creator", "contributor")),
    (
        "citation_date",
        "citation_publication_date",
        "citation_online_date",
        "citation_year",
        "bepress_citation_date",
        *dublin("date", "issued"),
    ),
    ("citation_firstpage", "citation_volume", "bepress_citation_firstpage", *prism("volume")),
    (
        "citation_abstract",
        "citation_abstract_html_url",
        "citation_pdf_url",
        "citation_fulltext_html_url",
        "bepress_citation_pdf_url",
    ),
)
"""Groups of metas that support a sign, and mean nothing alone."""
_FULL_TEXT_URLS = ("citation_pdf_url", "citation_fulltext_html_url", "bepress_citation_pdf_url", "eprints.document_url")
_SOFTWARE = ("SoftwareSourceCode", "SoftwareApplication")


def recognises(page: HtmlPage | XmlPage) -> bool:
    """Whether a page is one article's: a title, a sign of a scholarly work, and something beside it."""
    if not isinstance(page, HtmlPage | XmlPage):
        return False
    head = Head(page)
    if not head.has(*_TITLES):
        return head.linked is not None and bool(head.first(_TITLE) and (head.nodes("author") or head.first(_DOI, doi)))
    return _is_scholarly(head) and not _is_list(head) and not _is_journal(head) and not _is_software(head)


def _is_scholarly(head: Head) -> bool:
    signs = sum(head.has(*names) for names in _SIGNS) + _has_named_doi(head) + (head.linked is not None)
    support = sum(head.has(*names) for names in _SUPPORT)
    # Theses and preprints name no journal: the guidelines of Google Scholar ask for author and full text at least.
    deposited = (
        head.has("citation_title", "bepress_citation_title", "eprints.title")
        and head.has(*_SUPPORT[0])
        and head.has(*_FULL_TEXT_URLS)
    )
    return (signs > 0 and signs + support > 1) or deposited


def _has_named_doi(head: Head) -> bool:
    """Whether Dublin Core names a DOI as one. Pages of all kinds hold Dublin Core: nothing less in it is a sign."""
    return any(names_itself_a_doi(text) for name in dublin("identifier", "identifier.doi") for text in head.metas(name))


def _is_list(head: Head) -> bool:
    """Whether the metas are those of several works, as on pages of search results."""
    several = [len({text.value.strip() for text in head.metas(name)}) > 1 for name in ("citation_title", "citation_doi")]
    return all(several)


def _is_journal(head: Head) -> bool:
    """Whether the title is the journal's own, and nobody wrote it: a journal's home page, or an issue's contents."""
    title, journal = head.first(_TITLE), head.first(_JOURNAL)
    return bool(journal) and title.value.casefold() == journal.value.casefold() and not head.has(*_SUPPORT[0], "citation_firstpage")


def _is_software(head: Head) -> bool:
    if not isinstance(head.page, HtmlPage) or head.has("citation_journal_title"):
        return False
    return bool(head.page.json_ld_all(*_SOFTWARE)) and head.linked is None
