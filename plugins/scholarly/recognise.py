"""Which pages are articles: those with a title, a sign of a scholarly work, and something beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugins.scholarly.head import Field, Head, dublin, prism
from plugins.scholarly.identifiers import doi, names_itself_a_doi

if TYPE_CHECKING:
    from scraper.pages import HtmlPage

_TITLES = ("citation_title", "bepress_citation_title", "eprints.title", *dublin("title"))
_LINKED_TITLE = Field(linked=("headline", "name"))
_LINKED_DOI = Field(linked=("identifier", "identifier/value", "sameAs", "@id"))
_JOURNALS = ("citation_journal_title", "bepress_citation_journal_title", *prism("publicationName"))
_DOIS = ("citation_doi", "bepress_citation_doi", "publication_doi", *prism("doi"))
_NUMBERS = ("citation_pmid", "citation_pmcid", "citation_arxiv_id")
_SIGNS = (
    ("citation_journal_title", "bepress_citation_journal_title", "eprints.publication"),
    ("citation_conference_title", "citation_conference", "citation_inbook_title"),
    ("citation_technical_report_institution", "citation_dissertation_institution", "bepress_citation_dissertation_institution"),
    ("citation_issn", "bepress_citation_issn"),
    prism("startingPage"),
    _DOIS,
    _NUMBERS,
)
"""Groups of metas, each of which is a sign of a scholarly work."""
_AUTHORS = (
    "citation_author",
    "citation_authors",
    "bepress_citation_author",
    "eprints.creators_name",
    *dublin("creator", "contributor"),
)
_FIRST_PAGES = ("citation_firstpage", "bepress_citation_firstpage", *prism("startingPage"))
_TEXTS = (
    *("citation_pdf_url", "citation_fulltext_html_url", "citation_abstract_html_url"),
    *("bepress_citation_pdf_url", "bepress_citation_abstract_html_url", "eprints.document_url"),
)
_SUPPORT = (
    _AUTHORS,
    (
        *("citation_date", "citation_publication_date", "citation_online_date", "citation_year", "bepress_citation_date"),
        *dublin("date", "issued"),
    ),
    (*_FIRST_PAGES, "citation_volume", *prism("volume")),
    (*_TEXTS, "citation_abstract"),
)
"""Groups of metas that support a sign, and mean nothing alone."""
_OWN = (*_AUTHORS, *_FIRST_PAGES, *_TEXTS, *_DOIS, *_NUMBERS)
"""Metas that a single work has, and neither a journal nor an issue."""
_SOFTWARE = ("SoftwareSourceCode", "SoftwareApplication")


def recognises(page: HtmlPage) -> bool:
    """Whether a page is one article's, and no list, journal or software."""
    head = Head(page)
    if not head.has(*_TITLES):
        return head.linked is not None and bool(
            head.first(_LINKED_TITLE) and (head.nodes("author") or head.first(_LINKED_DOI, doi))
        )
    return _is_scholarly(head) and not _is_list(head) and not _is_journal(head) and not _is_software(head)


def _is_scholarly(head: Head) -> bool:
    named = _has_named_doi(head)
    signs = sum(head.has(*names) for names in _SIGNS) + named + (head.linked is not None)
    support = sum(head.has(*names) for names in _SUPPORT)
    return (signs > 0 and signs + support > 1 and (named or head.has(*_OWN))) or _is_deposited(head)


def _is_deposited(head: Head) -> bool:
    """Whether a page is a repository's: theses and preprints name no journal, but their authors and where the text is."""
    return head.has("citation_title", "bepress_citation_title", "eprints.title") and head.has(*_AUTHORS) and head.has(*_TEXTS)


def _has_named_doi(head: Head) -> bool:
    """Whether Dublin Core names a DOI as one.

    Pages of all kinds hold Dublin Core, so nothing less in it is a sign: a bare "10.…" among its identifiers is not.
    """
    return any(names_itself_a_doi(text) for name in dublin("identifier", "identifier.doi") for text in head.metas(name))


def _is_list(head: Head) -> bool:
    """Whether the metas are those of several works, as on pages of search results."""
    several = [len({text.value.strip() for text in head.metas(name)}) > 1 for name in ("citation_title", "citation_doi")]
    return all(several)


def _is_journal(head: Head) -> bool:
    """Whether the title is the journal's own, and nobody wrote it: a journal's home page, or an issue's contents."""
    title, journal = head.first(Field(metas=_TITLES)), head.first(Field(metas=_JOURNALS))
    return bool(journal) and title.value.casefold() == journal.value.casefold() and not head.has(*_AUTHORS, *_FIRST_PAGES)


def _is_software(head: Head) -> bool:
    if head.has("citation_journal_title"):
        return False
    return bool(head.page.json_ld_all(*_SOFTWARE)) and head.linked is None
