"""PubMed's XML, as efetch returns it and the baseline files hold it: many `PubmedArticle` and `PubmedBookArticle` in one payload.

Decisions, where the format offers more than a record holds:

- `title` is the English `ArticleTitle` as it stands (a translation in brackets: "[…]."), and the `VernacularTitle` only where there
  is none ("[Not Available]."). A book's title is its `BookTitle`; of a chapter it is the chapter's, and `journal.title` the book's.
- `abstract` is the `Abstract`. An `OtherAbstract` (another language, a plain summary) stands in only where there is no other.
- Dates are no more precise than certain: a season is its year, a range of months their year, and a range over the turn of a
  year the year in which it begins.
- A whole name is given name, family name and suffix. Authors marked as invalid (`ValidYN="N"`) are earlier spellings of others.
- Without page numbers, `pages` is the article number (`ELocationID` of the type "pii"), as in PubMed's own citations.
- MeSH terms are written as PubMed's pages show them: "Descriptor / qualifier", one for each qualifier.
- References are those of `ReferenceList`; older records list theirs under `CommentsCorrections` of the type "Cites".

Source: the PubMed DTD and its documentation of elements (National Library of Medicine).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from plugins._shared.citation import bare_doi, reference
from plugins._shared.imprint import published
from scraper.quoting import MISSING, Sourced
from scraper.records.article import Article, Author, Funding, Journal, Reference, Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scraper.pages import XmlNode, XmlPage

    Text = Sourced[str]

RECORDS = ("PubmedArticle", "PubmedBookArticle")
ROOTS = frozenset({*RECORDS, "PubmedArticleSet", "PubmedBookArticleSet"})

_RUN = re.compile(r"\s\s|[^\S ]")
_NO_TITLE = re.compile(r"\[?\s*not available\s*\]?\.?", re.IGNORECASE)
_ORCID = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]")
_BARE_ORCID = re.compile(r"\b([0-9]{4})([0-9]{4})([0-9]{4})([0-9]{3}[0-9X])\b")
_FORMATS = ("%b", "%m", "%B")


def recognises(page: XmlPage) -> bool:
    """Whether a page is PubMed's XML: its root element says so."""
    return page.root_tag in ROOTS


def extract(page: XmlPage) -> Iterator[Article]:
    """Yield every article and book of a page, in order."""
    for node in page.each(*RECORDS):
        yield _book(node) if node.tag == "PubmedBookArticle" else _article(node)


def _article(node: XmlNode) -> Article:
    citation, article = "MedlineCitation", "MedlineCitation/Article"
    return Article(
        title=_title(node, article),
        authors=_authors(node, f"{article}/AuthorList/Author"),
        affiliations=_texts(node, f"{article}/Affiliation"),
        journal=_journal(node),
        published=_published(node, f"{article}/Journal/JournalIssue/PubDate"),
        published_online=_date(node, f"{article}/ArticleDate[@DateType='Electronic']"),
        volume=_text(node, f"{article}/Journal/JournalIssue/Volume"),
        issue=_text(node, f"{article}/Journal/JournalIssue/Issue"),
        pages=_pages(node, f"{article}/Pagination") or _text(node, f"{article}/ELocationID[@EIdType='pii'][not(@ValidYN='N')]"),
        doi=_doi(node, f"{article}/ELocationID", "PubmedData/ArticleIdList"),
        pmid=_text(node, f"{citation}/PMID"),
        pmcid=_pmcid(node, "PubmedData/ArticleIdList"),
        abstract=_abstract(node, f"{article}/Abstract") or _abstract(node, f"{citation}/OtherAbstract[1]"),
        keywords=_texts(node, f"{citation}/KeywordList/Keyword"),
        publication_types=_texts(node, f"{article}/PublicationTypeList/PublicationType"),
        mesh_terms=_mesh_terms(node),
        conflict_of_interest=_text(node, f"{citation}/CoiStatement"),
        funding=_funding(node, f"{article}/GrantList/Grant"),
        references=_references(node, "PubmedData") or _cited(node),
        language=_language(node, f"{article}/Language"),
        rights=_text(node, f"{article}/Abstract/CopyrightInformation"),
    )


def _book(node: XmlNode) -> Article:
    document, book = "BookDocument", "BookDocument/Book"
    chapter = _title(node, document)
    title = _text(node, f"{book}/BookTitle")
    return Article(
        title=chapter or title,
        authors=_authors(node, f"{document}/AuthorList[not(@Type='editors')]/Author")
        or _authors(node, f"{book}/AuthorList[not(@Type='editors')]/Author"),
        journal=Journal(title=title if chapter else MISSING, publisher=_text(node, f"{book}/Publisher/PublisherName")),
        published=_published(node, f"{book}/PubDate"),
        volume=_text(node, f"{book}/Volume"),
        pages=_pages(node, f"{document}/Pagination"),
        doi=_doi(node, f"{book}/ELocationID", f"{document}/ArticleIdList", "PubmedBookData/ArticleIdList"),
        pmid=_text(node, f"{document}/PMID"),
        pmcid=_pmcid(node, f"{document}/ArticleIdList"),
        abstract=_abstract(node, f"{document}/Abstract"),
        keywords=_texts(node, f"{document}/KeywordList/Keyword"),
        publication_types=_texts(node, f"{document}/PublicationType"),
        funding=_funding(node, f"{document}/GrantList/Grant"),
        references=_references(node, document),
        language=_language(node, f"{document}/Language"),
        rights=_text(node, f"{document}/Abstract/CopyrightInformation"),
    )


def _tidy(text: Text) -> Text:
    """Return a text without white space around it, and with runs inside collapsed where there are any."""
    stripped = text.strip()
    return stripped.squash() if stripped and _RUN.search(stripped.value) else stripped


def _text(node: XmlNode, path: str) -> Text:
    return next((text for text in (_tidy(each.text()) for each in node.xpath(path)) if text), MISSING)


def _texts(node: XmlNode, path: str) -> list[Text]:
    """Return what each element at a path says; those that say nothing are left out."""
    return [text for text in (_tidy(each.text()) for each in node.xpath(path)) if text]


def _title(node: XmlNode, path: str) -> Text:
    title = _text(node, f"{path}/ArticleTitle")
    if title and not _NO_TITLE.fullmatch(title.value):
        return title
    return _text(node, f"{path}/VernacularTitle") or title


def _authors(node: XmlNode, path: str) -> list[Author]:
    return [author for author in (_author(each) for each in node.xpath(f"{path}[not(@ValidYN='N')]")) if author.name]


def _author(node: XmlNode) -> Author:
    given, family = _text(node, "ForeName") or _text(node, "Initials"), _text(node, "LastName")
    return Author(
        name=_text(node, "CollectiveName") or Sourced.join(" ", [given, family, _text(node, "Suffix")]),
        given=given,
        family=family,
        orcid=_orcid(_text(node, "Identifier[@Source='ORCID']")),
        affiliations=_texts(node, "AffiliationInfo/Affiliation | Affiliation"),
    )


def _orcid(text: Text) -> Text:
    """Narrow to the bare identifier: URLs stand before it, and older records write it without hyphens."""
    found = text.re(_ORCID)
    if found or not text:
        return found
    groups = _BARE_ORCID.search(text.value)
    return Sourced.join("-", [text[slice(*groups.span(number))] for number in range(1, 5)]) if groups else MISSING


def _journal(node: XmlNode) -> Journal:
    journal, info = "MedlineCitation/Article/Journal", "MedlineCitation/MedlineJournalInfo"
    numbers = [*_texts(node, f"{journal}/ISSN"), *_texts(node, f"{info}/ISSNLinking")]
    return Journal(
        title=_text(node, f"{journal}/Title"),
        abbreviation=_text(node, f"{journal}/ISOAbbreviation") or _text(node, f"{info}/MedlineTA"),
        issn=list({number.value: number for number in reversed(numbers)}.values())[::-1],
    )


def _published(node: XmlNode, path: str) -> Text:
    date = _date(node, path)
    if date:
        return date
    shown = _text(node, f"{path}/MedlineDate")
    return published(shown) or shown.re(r"\b(?:1[5-9]|20)\d\d\b").date("%Y") or date


def _date(node: XmlNode, path: str) -> Text:
    """Read a date from its elements, as far as they can be read; the day alone may be amiss, and the month a season."""
    parts = [_text(node, f"{path}/{name}") for name in ("Year", "Month", "Day")]
    found: Text = MISSING
    for count in (3, 2, 1):
        if all(parts[:count]):
            rest = " %d" if count == 3 else ""  # noqa: PLR2004  # year, month and day
            formats = [f"%Y {month}{rest}" for month in _FORMATS] if count > 1 else ["%Y"]
            found = Sourced.join(" ", parts[:count]).date(*formats) if count > 1 else parts[0].date("%Y")
            if found:
                break
    return found


def _pages(node: XmlNode, path: str) -> Text:
    """Return the pages as MEDLINE writes them ("764-9"), else first and last."""
    return _text(node, f"{path}/MedlinePgn") or Sourced.join(
        "-", [_text(node, f"{path}/{end}") for end in ("StartPage", "EndPage")]
    )


def _doi(node: XmlNode, location: str, *lists: str) -> Text:
    stated = _texts(node, f"{location}[@EIdType='doi'][not(@ValidYN='N')]")
    listed = [text for path in lists for text in _texts(node, f"{path}/ArticleId[@IdType='doi']")]
    return next((doi for doi in map(bare_doi, [*stated, *listed]) if doi), MISSING)


def _pmcid(node: XmlNode, path: str) -> Text:
    """Return the PubMed Central identifier; some lists leave its "PMC" away."""
    shown = _text(node, f"{path}/ArticleId[@IdType='pmc' or @IdType='pmcid']")
    return shown.re(r"PMC\d+") or shown.re(r"^\d+$").then("prefix", text="PMC")


def _abstract(node: XmlNode, path: str) -> list[Section]:
    sections = [(_tidy(each.attr("Label")), _tidy(each.text())) for each in node.xpath(f"{path}/AbstractText")]
    return [
        Section(heading=MISSING if heading and heading.value == "UNLABELLED" else heading, text=text)
        for heading, text in sections
        if text
    ]


def _mesh_terms(node: XmlNode) -> list[Text]:
    terms: list[Text] = []
    for heading in node.xpath("MedlineCitation/MeshHeadingList/MeshHeading"):
        descriptor, qualifiers = _text(heading, "DescriptorName"), _texts(heading, "QualifierName")
        terms += [Sourced.join(" / ", [descriptor, each]) for each in qualifiers] or [descriptor]
    return terms


def _funding(node: XmlNode, path: str) -> list[Funding]:
    return [Funding(funder=_text(grant, "Agency"), award=_text(grant, "GrantID")) for grant in node.xpath(path)]


def _references(node: XmlNode, path: str) -> list[Reference]:
    """Return the references: identifiers where the format has them, the rest as far as the citation says it with certainty."""
    return [_reference(each) for each in node.xpath(f"{path}//ReferenceList/Reference")]


def _reference(node: XmlNode) -> Reference:
    found = reference(_text(node, "Citation"))
    return attrs.evolve(
        found,
        doi=_doi(node, "ELocationID", "ArticleIdList") or found.doi,
        pmid=_text(node, "ArticleIdList/ArticleId[@IdType='pubmed']").re(r"^[1-9]\d*$"),
        pmcid=_pmcid(node, "ArticleIdList"),
    )


def _cited(node: XmlNode) -> Sequence[Reference]:
    found = node.xpath("MedlineCitation/CommentsCorrectionsList/CommentsCorrections[@RefType='Cites']")
    return [Reference(citation=_text(each, "RefSource"), pmid=_text(each, "PMID")) for each in found]


def _language(node: XmlNode, path: str) -> Text:
    """Return the language's code; a work in several names them all."""
    languages = _texts(node, path)
    return languages[0] if len(languages) == 1 else Sourced.join(", ", languages)
