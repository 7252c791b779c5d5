"""The contestant without provenance: how a Scrapy user reads the same fields of the same pages.

warcio opens the archive, w3lib decodes, parsel selects by the selectors that the site `scholarly` records, regular expressions and
string methods do the rest (`plain_values.py`, `plain_abstract.py`, `plain_references.py`), jsonschema validates against the same
schema (compiled once), json writes the line. It reads every field from the same sources by the same rules as that site. What
remains different: libxml2 reads the HTML, which repairs broken pages in its own way, and whether a page is an article at all is not
asked, which is to the contestant's advantage.
"""

from __future__ import annotations

import json
import re
from collections import deque
from functools import cache
from typing import IO, TYPE_CHECKING, Any

import parsel
from jsonschema import Draft202012Validator
from plain_abstract import abstract
from plain_references import funding, reference
from plain_values import (
    clean,
    date,
    distinct,
    doi,
    every,
    first,
    iso,
    issns,
    link,
    listed,
    named_pmcid,
    named_pmid,
    parts,
    people,
    pmcid,
    pmid,
    span,
    year,
)
from w3lib.encoding import html_to_unicode
from warcio.archiveiterator import ArchiveIterator

from scraper.records import load_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plain_values import Lookup, Metas

_VALIDATOR = Draft202012Validator(load_schema("article/1"))


def payloads(archive: IO[bytes]) -> Iterator[tuple[str, str, bytes]]:
    """Yield URL, Content-Type and payload of each successful HTML response."""
    for record in ArchiveIterator(archive):
        if record.rec_type == "response" and record.http_headers.get_statuscode() == "200":
            content_type = record.http_headers.get_header("Content-Type", "")
            if "html" in content_type:
                yield record.rec_headers.get_header("WARC-Target-URI"), content_type, record.content_stream().read()


def opened(payload: bytes, content_type: str) -> parsel.Selector:
    """Decode and parse a page."""
    return parsel.Selector(text=html_to_unicode(content_type, payload)[1], type="html")


def extract(payload: bytes, content_type: str, url: str) -> bytes | None:
    """Return the line of a page, its metas read by one query a name; None where its record is not valid."""
    page = opened(payload, content_type)

    @cache
    def metas(name: str) -> list[str]:
        return [text for text in page.xpath(_named(name)).getall() if text and not text.isspace()]

    def beginning(start: str) -> Metas:
        for meta in page.xpath(_BEGINNING, start=start):
            name, content = meta.root.get("name", "").lower(), meta.root.get("content")
            if content:
                yield name if name.startswith(start) else meta.root.get("property").lower(), content

    return line(article(page, metas, beginning), url)


def extract_once(payload: bytes, content_type: str, url: str) -> bytes | None:
    """Do the same with the metas read in one pass instead of by one query a name: as fast as it gets with these libraries."""
    page = opened(payload, content_type)
    ordered: list[tuple[str, str]] = []
    for meta in page.root.iter("meta"):
        name, other, content = meta.get("name"), meta.get("property"), meta.get("content")
        if content and not content.isspace():
            if name:
                ordered.append((name.lower(), content))
            if other and other != name:
                ordered.append((other.lower(), content))
    found: dict[str, list[str]] = {}
    for name, content in ordered:
        found.setdefault(name, []).append(content)

    def beginning(start: str) -> Metas:
        return [each for each in ordered if each[0].startswith(start)]

    return line(article(page, lambda name: found.get(name, ()), beginning), url)


def _lower(attribute: str) -> str:
    return f"translate(@{attribute}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"


@cache
def _named(name: str) -> str:
    """Return the query for metas of this `name` or `property` in any case; most are told apart by their length, which is quick."""
    either = (f"(string-length(@{each}) = {len(name)} and {_lower(each)} = '{name}')" for each in ("name", "property"))
    return f"descendant::meta[{' or '.join(either)}]/@content"


_BEGINNING = f"descendant::meta[starts-with({_lower('name')}, $start) or starts-with({_lower('property')}, $start)]"


def line(item: dict[str, Any], url: str) -> bytes | None:
    """Return the line of a record; None where it is not valid."""
    record = cleaned(item)
    if not _VALIDATOR.is_valid(record):
        return None
    return json.dumps({"type": "article/1", "record": record, "url": url}, ensure_ascii=False).encode() + b"\n"


def cleaned(value: Any) -> Any:
    """Leave out what is empty."""
    match value:
        case dict():
            return {key: member for key, member in ((key, cleaned(member)) for key, member in value.items()) if member}
        case list():
            return [member for member in map(cleaned, value) if member]
    return value


# The fields, each with its sources, best first: metas, and paths in the JSON-LD article ("/headline")


def _dublin(*terms: str) -> list[str]:
    return [prefix + term for term in terms for prefix in ("dc.", "dcterms.", "dc:", "dcterms:")]


def _prism(*terms: str) -> list[str]:
    return [prefix + term for term in terms for prefix in ("prism.", "prism:")]


_TITLE = ("citation_title", "bepress_citation_title", "eprints.title", *_dublin("title"), "/headline", "/name", "og:title")
_JOURNAL = (
    *("citation_journal_title", "bepress_citation_journal_title", *_prism("publicationname"), "eprints.publication"),
    *("citation_conference_title", "citation_conference", "citation_inbook_title", "bepress_citation_series_title"),
    "/isPartOf:Periodical/name",
)
_ISSN = (("citation_issn", "bepress_citation_issn"), _prism("issn"), _prism("eissn"))
_OTHER_ISSN = ("eprints.issn", "/isPartOf:Periodical/issn")
_PUBLISHER = (
    *("citation_publisher", "bepress_citation_publisher", "eprints.publisher", *_dublin("publisher")),
    *("/publisher/name", "/isPartOf:Periodical/publisher/name"),
)
_PUBLISHED = (
    *("citation_publication_date", "citation_cover_date", "citation_date", "bepress_citation_date"),
    *(*_prism("publicationdate", "coverdate"), "eprints.date", *_dublin("date.issued", "issued", "date"), "/datePublished"),
)
_LAST_PUBLISHED = (*_dublin("created"), "citation_online_date", "article:published_time")
_ONLINE = ("citation_online_date", "citation_epub_date", "bepress_citation_online_date")
_VOLUME = (
    *("citation_volume", "bepress_citation_volume", *_prism("volume"), "eprints.volume", *_dublin("citation.volume")),
    *("/isPartOf:PublicationVolume/volumeNumber", "/volumeNumber"),
)
_ISSUE = (
    *("citation_issue", "bepress_citation_issue", *_prism("number"), "eprints.number", *_dublin("citation.issue")),
    *("/isPartOf:PublicationIssue/issueNumber", "/issueNumber"),
)
_FIRST_PAGE = ("citation_firstpage", "citation_first_page", "bepress_citation_firstpage", *_prism("startingpage"))
_LAST_PAGE = ("citation_lastpage", "citation_last_page", "bepress_citation_lastpage", *_prism("endingpage"))
_PAGES = ("citation_pages", "eprints.pagerange", *_prism("pagerange"), "citation_article_number", "citation_publication_number")
_DOI = (
    *("citation_doi", "bepress_citation_doi", *_prism("doi"), *_dublin("identifier.doi", "identifier"), "doi", "publication_doi"),
    *("/identifier", "/identifier/value", "/sameAs", "/@id", *_dublin("source"), "eprints.id_number", "eprints.doi"),
)
_KEYWORDS = ("citation_keywords", "citation_keyword", "bepress_citation_keywords", *_prism("keyword"), "eprints.keywords")
_TYPES = ("citation_article_type", *_prism("genre"), *_dublin("type"))
_LANGUAGE = ("citation_language", *_dublin("language"), "eprints.language", "/inLanguage")
_RIGHTS = (*_dublin("rights"), *_prism("copyright"), *_dublin("copyright"), "citation_license", "/license")
_FULL_TEXT = (
    *("citation_pdf_url", "citation_fulltext_html_url", "citation_full_html_url", "citation_xml_url"),
    *("bepress_citation_pdf_url", "eprints.document_url"),
)
_IDENTIFIER, _SUBJECTS = _dublin("identifier"), _dublin("subject")
_NO_TYPES = frozenset(
    {"text", "text.article", "text/html", "collection", "image", "sound", "journal", "other", "peerreviewed", "nonpeerreviewed"}
)
_NO_LANGUAGES = frozenset({"und", "mul", "zxx", "null"})


def article(page: parsel.Selector, metas: Lookup, beginning: Callable[[str], Metas]) -> dict[str, Any]:
    """Read an article's page.

    Args:
        page: The page.
        metas: Returns the contents of the metas of a name that show something.
        beginning: Returns name and content of all metas whose names begin so, in order.
    """
    linked = _linked_article(page)

    def texts(name: str) -> Any:
        return metas(name) if name[0] != "/" else _texts_at(linked, name) if linked else ()

    authors, affiliations = people(texts, beginning, _at(linked, "/author"))
    return {
        "title": first(texts, _TITLE),
        "authors": authors,
        "affiliations": affiliations,
        "journal": {
            "title": first(texts, _JOURNAL),
            "abbreviation": first(texts, ("citation_journal_abbrev", "citation_journal_abbreviation")),
            "issn": distinct(number for names in _ISSN for number in every(texts, names, issns))
            or every(texts, _OTHER_ISSN, issns),
            "publisher": first(texts, _PUBLISHER),
        },
        "published": _published(texts),
        "published_online": first(texts, _ONLINE, date),
        "volume": first(texts, _VOLUME),
        "issue": first(texts, _ISSUE),
        "pages": _pages(texts),
        "doi": first(texts, _DOI, doi),
        "pmid": first(texts, ("citation_pmid", "ncbi_uidlist"), pmid) or first(texts, _IDENTIFIER, named_pmid),
        "pmcid": first(texts, ("citation_pmcid", "citation_pmc"), pmcid) or first(texts, _IDENTIFIER, named_pmcid),
        "abstract": abstract(page, texts),
        "keywords": _keywords(texts),
        "publication_types": every(texts, _TYPES, lambda text: _known(text, _NO_TYPES)),
        "funding": [each for text in texts("citation_funding_source") for each in funding(text)],
        "references": [reference(text) for text in texts("citation_reference")],
        "language": next(iter(every(texts, _LANGUAGE, lambda text: _known(text, _NO_LANGUAGES))), ""),
        "rights": first(texts, _RIGHTS),
        "full_text_links": [{"url": url} for url in distinct(link(text) for name in _FULL_TEXT for text in texts(name))],
    }


def _published(texts: Lookup) -> str:
    """Read the date of publication: what the best source says, its parts where they stand apart, else a year."""
    return (
        first(texts, _PUBLISHED, date)
        or _published_in_parts(texts)
        or first(texts, ("citation_year", "bepress_citation_year"), date)
        or first(texts, _PUBLISHED, year)
        or first(texts, _LAST_PUBLISHED, date)
    )


def _published_in_parts(texts: Lookup) -> str:
    said, month = first(texts, ("citation_year",)), first(texts, ("citation_month",))
    return iso(said, month, first(texts, ("citation_day",))) if said and month else ""


def _pages(texts: Lookup) -> str:
    for start, end in zip(_FIRST_PAGE, _LAST_PAGE, strict=True):
        page = first(texts, (start,))
        if page:
            return span(page, first(texts, (end,)))
    return first(texts, (*_PAGES, "/pagination")) or span(first(texts, ("/pageStart",)), first(texts, ("/pageEnd",)))


def _keywords(texts: Lookup) -> list[str]:
    """Return the keywords: repeated, joined by semicolons, or in one content joined by commas; else the subjects."""
    found = every(texts, _KEYWORDS, _by_semicolons)
    if len(found) == 1 and "(" not in found[0]:
        return [word for word in map(clean, found[0].split(",")) if word]
    return found or every(texts, ("/keywords",), _by_commas) or every(texts, _SUBJECTS, _by_semicolons)


def _by_semicolons(text: str) -> list[str]:
    return [clean(part) for part in parts(text)]


def _by_commas(text: str) -> list[str]:
    return [clean(part) for part in (text.split(",") if text.count(",") > 1 else [text])]


def _known(text: str, ignored: frozenset[str]) -> list[str]:
    found = clean(text)
    return [] if found.casefold() in ignored else [found]


# JSON-LD

_BLOCKS = f"descendant::script[starts-with({_lower('type')}, 'application/ld+json')]/text()"
_MARKS = re.compile(r"\A(?:\s|<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)+|(?:\s|;|(?://)?\s*-->|(?://|/\*)?\s*\]\]>(?:\s*\*/)?)+\Z")
_SERIALS = frozenset({"Periodical", "PublicationVolume", "PublicationIssue"})


def _linked_article(page: parsel.Selector) -> dict[str, Any] | None:
    """Return the JSON-LD article that the page is about; None if there is none, or more than one."""
    tops = [top for text in page.xpath(_BLOCKS).getall() for top in _tops(_parsed(text))]
    found = [top for top in tops if _types(top) & {"ScholarlyArticle", "MedicalScholarlyArticle"}] or [
        top for top in tops if "Article" in _types(top) and _is_scholarly(top)
    ]
    return found[0] if len(found) == 1 else None


def _parsed(text: str) -> Any:
    try:
        return json.loads(_MARKS.sub("", text), strict=False)
    except ValueError:
        return None


def _tops(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects that are not parts of others: what stands deeper is one of a list, or cited."""
    if isinstance(value, dict):
        yield value
        for member in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _tops(value.get(member))
    elif isinstance(value, list):
        for each in value:
            yield from _tops(each)


def _types(value: dict[str, Any]) -> set[str]:
    return {re.split("[/#:]", name)[-1] for name in listed(value.get("@type")) if isinstance(name, str)}


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects in a value, shallow ones first."""
    waiting = deque([value])
    while waiting:
        each = waiting.popleft()
        if isinstance(each, dict):
            yield each
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


def _is_scholarly(top: dict[str, Any]) -> bool:
    """Whether an article of the general type stands in a periodical, or has a DOI."""
    return any(_types(each) & _SERIALS for each in _objects(top.get("isPartOf"))) or any(
        doi(text) for path in ("/@id", "/identifier", "/identifier/value") for text in _texts_at(top, path)
    )


def _at(top: dict[str, Any] | None, path: str) -> list[Any]:
    """Return what stands at a path; `member:Type` is the first object of that type in the member."""
    found: list[Any] = [top]
    for part in path[1:].split("/"):
        member, _, type_ = part.partition(":")
        below = [one[member] for one in found if isinstance(one, dict) and member in one]
        if type_:
            found = [each for one in below for each in [each for each in _objects(one) if type_ in _types(each)][:1]]
        else:
            found = [each for one in below for each in listed(one)]
    return found


def _texts_at(top: dict[str, Any], path: str) -> list[str]:
    found = [str(each) for each in _at(top, path) if isinstance(each, str | int | float)]
    return [text for text in found if text and not text.isspace()]
