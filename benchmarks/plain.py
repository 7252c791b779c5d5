"""The contestant without provenance: how a Scrapy user reads the same fields of the same pages.

warcio opens the archive, w3lib decodes, parsel selects by the selectors that the site `scholarly` records, regular expressions and
string methods do the rest, jsonschema validates against the same schema (compiled once), json writes the line. It reads metas,
abstract and references as that site does; what the site reads beside them (JSON-LD, markup in metas, joined authors) it leaves out,
which is to its advantage.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import IO, TYPE_CHECKING, Any

import parsel
from jsonschema import Draft202012Validator
from w3lib.encoding import html_to_unicode
from warcio.archiveiterator import ArchiveIterator

from scraper.records import load_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Lookup = Callable[[str], list[str]]

_DC = ("dc.", "dcterms.", "dc:", "dcterms:")
_PRISM = ("prism.", "prism:")
_DOI = re.compile(r"^\s*(?:doi:\s*|https?://(?:dx\.)?doi\.org/)*(10\.\d[\d.]*/\S+?)[.,;]?\s*$", re.IGNORECASE)
_PMID = re.compile(r"^\s*(?:pmid:?\s*)?([1-9]\d*)\s*$", re.IGNORECASE)
_PMCID = re.compile(r"^\s*((?:PMC)?\d+)\s*$")
_ISSN = re.compile(r"(?<![\w-])\d{4}-?\d{3}[\dXx](?![\w-])")
_URL = re.compile(r"^\s*((?:https?:)?/\S+)\s*$")
_PAIR = re.compile(r"(?:^|;)\s*(citation_\w+|dc\.\w+)\s*=\s*")
_FORMATS = ("%Y/%m/%d", "%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%Y/%m", "%Y-%m", "%b %Y", "%B %Y", "%Y")
_MARKED = (
    *("section[role=doc-abstract]", "section#abstract", "div#abstract", "section#Abs1", "div#Abs1-content", "section.abstract"),
    *("div.abstract", "div.hlFld-Abstract", "div.abstractSection", "section.html-abstract"),
)
_FULL_TEXT = (
    "citation_pdf_url",
    "citation_fulltext_html_url",
    "citation_full_html_url",
    "citation_xml_url",
    "bepress_citation_pdf_url",
)


def lines(archive: IO[bytes]) -> Iterator[bytes]:
    """Yield a JSON line for each page of an archive whose record is valid."""
    for url, content_type, payload in payloads(archive):
        line = extract(payload, content_type, url)
        if line is not None:
            yield line


def payloads(archive: IO[bytes]) -> Iterator[tuple[str, str, bytes]]:
    """Yield URL, Content-Type and payload of each successful HTML response."""
    for record in ArchiveIterator(archive):
        if record.rec_type == "response" and record.http_headers.get_statuscode() == "200":
            content_type = record.http_headers.get_header("Content-Type", "")
            if "html" in content_type:
                yield record.rec_headers.get_header("WARC-Target-URI"), content_type, record.content_stream().read()


_VALIDATOR = Draft202012Validator(load_schema("article/1"))


def extract(payload: bytes, content_type: str, url: str) -> bytes | None:
    """Return the line of a page; None where its record is not valid."""
    page = parsel.Selector(text=html_to_unicode(content_type, payload)[1])
    item = article(page, lambda name: page.css(f'meta[name="{name}"]::attr(content)').getall())
    return _line(item, url)


def extract_once(payload: bytes, content_type: str, url: str) -> bytes | None:
    """Do the same with the metas read by one query instead of one a name: as fast as it gets with these libraries."""
    page = parsel.Selector(text=html_to_unicode(content_type, payload)[1])
    found: dict[str, list[str]] = {}
    for meta in page.root.iter("meta"):
        name, content = meta.get("name") or meta.get("property"), meta.get("content")
        if name and content:
            found.setdefault(name.lower(), []).append(content)
    return _line(article(page, lambda name: found.get(name, [])), url)


def _line(item: dict[str, Any], url: str) -> bytes | None:
    record = cleaned(item)
    if not _VALIDATOR.is_valid(record):
        return None
    return json.dumps({"type": "article/1", "record": record, "url": url}, ensure_ascii=False).encode() + b"\n"


def article(page: parsel.Selector, metas: Lookup) -> dict[str, Any]:
    """Read an article's page."""
    metas = _shown(metas)
    return {
        "title": _first(metas, "citation_title", "bepress_citation_title", "eprints.title", *_terms(_DC, "title"), "og:title"),
        "authors": _authors(page, metas),
        "journal": {
            "title": _first(
                metas,
                *("citation_journal_title", "bepress_citation_journal_title", *_terms(_PRISM, "publicationName")),
                *("eprints.publication", "citation_conference_title", "citation_conference", "citation_inbook_title"),
            ),
            "abbreviation": _first(metas, "citation_journal_abbrev", "citation_journal_abbreviation"),
            "issn": _issns(metas),
            "publisher": _first(metas, "citation_publisher", "bepress_citation_publisher", *_terms(_DC, "publisher")),
        },
        "published": _date(
            _first(
                metas,
                *("citation_publication_date", "citation_cover_date", "citation_date", "bepress_citation_date"),
                *_terms(_PRISM, "publicationDate", "coverDate"),
                *_terms(_DC, "date.issued", "issued", "date"),
                *("citation_year", "bepress_citation_year", *_terms(_DC, "created"), "citation_online_date"),
            )
        ),
        "published_online": _date(_first(metas, "citation_online_date", "citation_epub_date", "bepress_citation_online_date")),
        "volume": _first(metas, "citation_volume", "bepress_citation_volume", *_terms(_PRISM, "volume"), "eprints.volume"),
        "issue": _first(metas, "citation_issue", "bepress_citation_issue", *_terms(_PRISM, "number"), "eprints.number"),
        "pages": _pages(metas),
        "doi": _read(metas, _DOI, "citation_doi", *_terms(_PRISM, "doi"), *_terms(_DC, "identifier.doi", "identifier"), "doi"),
        "pmid": _read(metas, _PMID, "citation_pmid", "ncbi_uidlist"),
        "pmcid": _read(metas, _PMCID, "citation_pmcid", "citation_pmc"),
        "abstract": _abstract(page, metas),
        "keywords": _keywords(metas),
        "publication_types": _every(metas, "citation_article_type", *_terms(_PRISM, "genre"), *_terms(_DC, "type")),
        "funding": [{"funder": text} for text in metas("citation_funding_source")],
        "references": [_reference(text) for text in metas("citation_reference")],
        "language": _first(metas, "citation_language", *_terms(_DC, "language")),
        "rights": _first(
            metas, *_terms(_DC, "rights"), *_terms(_PRISM, "copyright"), *_terms(_DC, "copyright"), "citation_license"
        ),
        "full_text_links": [{"url": url} for name in _FULL_TEXT for text in metas(name) for url in _URL.findall(text)[:1]],
    }


def cleaned(value: Any) -> Any:
    """Leave out what is empty."""
    match value:
        case dict():
            return {key: member for key, member in ((key, cleaned(member)) for key, member in value.items()) if member}
        case list():
            return [member for member in map(cleaned, value) if member]
    return value


def _shown(metas: Lookup) -> Lookup:
    return lambda name: [text for text in (" ".join(text.split()) for text in metas(name)) if text]


def _terms(prefixes: tuple[str, ...], *terms: str) -> list[str]:
    return [prefix + term for term in terms for prefix in prefixes]


def _first(metas: Lookup, *names: str) -> str:
    return next((text for name in names for text in metas(name)), "")


def _every(metas: Lookup, *names: str) -> list[str]:
    return next((list(dict.fromkeys(found)) for name in names if (found := metas(name))), [])


def _read(metas: Lookup, pattern: re.Pattern[str], *names: str) -> str:
    return next((found[1] for name in names for text in metas(name) if (found := pattern.match(text))), "")


def _date(text: str) -> str:
    for form in _FORMATS:
        try:
            read = dt.datetime.strptime(text, form)  # noqa: DTZ007  # a day has no time zone
        except ValueError:
            continue
        return read.strftime("%Y-%m-%d" if "%d" in form else "%Y-%m" if "%m" in form or "%b" in form.lower() else "%Y")
    return ""


def _issns(metas: Lookup) -> list[str]:
    names = ("citation_issn", "bepress_citation_issn", *_terms(_PRISM, "issn", "eIssn"))
    return list(dict.fromkeys(number for name in names for text in metas(name) for number in _ISSN.findall(text)))


def _pages(metas: Lookup) -> str:
    first = _first(metas, "citation_firstpage", "citation_first_page", *_terms(_PRISM, "startingPage"))
    last = _first(metas, "citation_lastpage", "citation_last_page", *_terms(_PRISM, "endingPage")) if first else ""
    if first:
        return f"{first}-{last}" if last and last != first and "-" not in first else first
    return _first(metas, "citation_pages", *_terms(_PRISM, "pageRange"), "citation_article_number")


def _keywords(metas: Lookup) -> list[str]:
    found = _every(metas, "citation_keywords", "citation_keyword", *_terms(_PRISM, "keyword")) or _every(
        metas, *_terms(_DC, "subject")
    )
    words = [word.strip() for text in found for word in text.split(";")]
    return [word.strip() for word in words[0].split(",")] if len(words) == 1 else words


def _authors(page: parsel.Selector, metas: Lookup) -> list[dict[str, Any]]:
    authors: list[dict[str, Any]] = []
    if metas("citation_author"):
        for meta in page.css('meta[name^="citation_author"]'):
            name, text = meta.attrib["name"], " ".join(meta.attrib.get("content", "").split())
            if name == "citation_author":
                authors.append({**_person(text), "affiliations": []})
            elif authors and name == "citation_author_institution":
                authors[-1]["affiliations"].append(text)
            elif authors and name in {"citation_author_email", "citation_author_orcid"}:
                authors[-1][name.removeprefix("citation_author_")] = text
    return authors or [
        _person(name.strip()) for text in _every(metas, "citation_authors", *_terms(_DC, "creator")) for name in text.split(";")
    ]


def _person(name: str) -> dict[str, Any]:
    family, comma, given = (part.strip() for part in name.partition(","))
    return {"name": name, "family": family, "given": given} if comma else {"name": name}


def _abstract(page: parsel.Selector, metas: Lookup) -> list[dict[str, str]]:
    said = _first(metas, "citation_abstract", *_terms(_DC, "abstract", "description.abstract"))
    if said:
        return [{"text": said}]
    for selector in _MARKED:
        found = []
        heading = ""
        for part in page.css(f"{selector} :is(h2, h3, h4, p)"):
            text = " ".join("".join(part.css("::text").getall()).split())
            if part.root.tag == "p":
                found.append({"heading": heading, "text": text})
                heading = ""
            elif text.lower() != "abstract":
                heading = text
        if found:
            return found
    return [{"text": text}] if len(text := _first(metas, *_terms(_DC, "description"))) > 60 else []  # noqa: PLR2004  # as the site


def _reference(text: str) -> dict[str, Any]:
    names = list(_PAIR.finditer(text))
    if not names:
        return {"citation": text}
    ends = [*(name.start() for name in names[1:]), len(text)]
    said: dict[str, list[str]] = {}
    for name, end in zip(names, ends, strict=True):
        said.setdefault(name[1].lower(), []).append(text[name.end() : end].strip("; \t\n"))
    read = {name.removeprefix("citation_"): texts[0] for name, texts in said.items()}
    doi = _DOI.match(read.get("doi", ""))
    first, last = read.get("firstpage", ""), read.get("lastpage", "")
    return {
        "title": read.get("title"),
        "authors": said.get("citation_author", []),
        "journal": read.get("journal_title"),
        "published": _date(read.get("publication_date") or read.get("date") or read.get("year") or ""),
        "volume": read.get("volume"),
        "issue": read.get("issue"),
        "pages": read.get("pages") or (f"{first}-{last}" if last and last != first else first),
        "doi": doi[1] if doi else "",
        "pmid": read.get("pmid"),
    }
