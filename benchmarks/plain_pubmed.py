"""The contestant without provenance on PubMed's article page: how a Scrapy user reads the same fields of the same pages.

One selector a field, which are those of the site `pubmed`; what repeats is selected once and looped over. Citations and abstracts
are read by the functions that read them on other pages (`plain_references.py`, `plain_abstract.py`), and records are validated and
written as there (`plain.py`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plain import line, opened
from plain_abstract import labelled
from plain_references import DATE, authors, bare_doi, citation, head_and_imprint, is_bare, is_journal, published

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parsel import Selector, SelectorList

    Nodes = Selector | SelectorList[Selector]


def extract(payload: bytes, content_type: str, url: str) -> bytes | None:
    """Return the line of a page; None where its record is not valid."""
    return line(article(opened(payload, content_type)), url)


# Texts

_PLACEHOLDERS = frozenset({"-", "--", "n/a", "soon will be listed here", "no data available", "no abstract available"})


def every_text(nodes: Nodes) -> list[str]:
    """Return what each element says, white space collapsed; those that say nothing are left out."""
    texts = (" ".join(text.split()) for text in nodes.xpath("string()").getall())
    return [text for text in texts if text and text.rstrip(".").casefold() not in _PLACEHOLDERS]


def first_text(nodes: Nodes) -> str:
    """Return what the first element says that says something."""
    return next(iter(every_text(nodes)), "")


def once(texts: Iterable[str]) -> list[str]:
    """Return texts without those that were there before, whatever their case."""
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(text.casefold(), text)
    return list(found.values())


def after(text: str, label: str) -> str:
    """Return what follows a label that the text begins with."""
    return text.removeprefix(label).lstrip() if label else text


def group(pattern: re.Pattern[str], text: str) -> str:
    """Return what an expression finds: its group, or all where it has none."""
    found = pattern.search(text)
    return found[pattern.groups and 1] if found else ""


def first_group(pattern: re.Pattern[str], texts: Iterable[str]) -> str:
    """Return what an expression finds in the first text where it finds anything."""
    return next((found for text in texts if (found := group(pattern, text))), "")


# The article

_PMID = re.compile(r"^\s*([1-9]\d*)\s*$")
_PMCID = re.compile(r"PMC\d+")
_LEADING_DATE = re.compile(f"^{DATE}")
_EPUB = re.compile(rf"\bEpub\s+({DATE})")
_LANGUAGE = re.compile(r"(?:^|\[)Article in ([A-Z][^\]\[]*?)\s?(?:\]|$)")
_BOOK = re.compile(
    r"^(?P<inside>In:\s+)?(?P<title>.+?)(?:\s+\[Internet\])?\.\s+(?P<place>[^.:;]+(?:\([^()]*\))?):\s+(?P<publisher>[^;]+);"
    rf"\s+(?P<date>{DATE})"
)


def article(page: Selector) -> dict[str, Any]:
    """Read an article's page."""
    heading = page.css("#full-view-heading")
    cited = first_text(heading.css(".cit"))
    _, imprint = head_and_imprint(cited)
    found = _BOOK.match(first_text(page.css(".book-citation")))
    book = found.groupdict() if found else {}
    places = _places(page)
    people = _people(page, places)
    return {
        "title": first_text(heading.css(".heading-title")) or _meta(page, "citation_title"),
        "authors": people,
        "affiliations": [] if any(person["affiliations"] for person in people) else list(places.values()),
        "journal": _journal(page, book),
        **imprint,
        "published": published(imprint.get("published") or group(_LEADING_DATE, cited) or book.get("date", "")),
        "published_online": published(group(_EPUB, first_text(heading.css(".secondary-date")))),
        **_identifiers(page),
        "abstract": _abstract(page),
        "keywords": _keywords(page),
        "publication_types": once(
            every_text(page.css("#full-view-heading .publication-type, #publication-type")) + _terms(page, "publication-types")
        ),
        "mesh_terms": once(_terms(page, "mesh-terms")),
        "conflict_of_interest": " ".join(every_text(page.css("#conflict-of-interest > :not(h2):not(h3):not(h4)"))),
        "funding": [funding for grant in once(_terms(page, "grants")) if (funding := _funding(grant))],
        "figures": [_figure(caption) for caption in page.css(".figures-list figcaption, #figures figcaption")],
        "references": _references(page),
        "similar_articles": [_docsum(item) for item in page.css("#similar-articles-list .full-docsum")],
        "citing_articles": [_docsum(item) for item in page.css("#citedby-articles-list .full-docsum")],
        "citation_count": _citation_count(page),
        "language": first_group(_LANGUAGE, every_text(heading.xpath("*[not(self::h1)]"))),
        "rights": first_text(page.css("#abstract .copyright, .abstract .copyright")),
        "full_text_links": _links(page),
    }


def _meta(page: Selector, name: str) -> str:
    return " ".join(page.css(f'meta[name="{name}"]::attr(content)').get("").split())


def _journal(page: Selector, book: dict[str, str]) -> dict[str, Any]:
    """Read the journal's button, whose tooltip is the full title; of a chapter the journal is its book."""
    button = page.css("#full-view-journal-trigger")
    title = " ".join(button.attrib.get("title", "").split())
    return {
        "title": (book["title"] if book.get("inside") else "") or title or _meta(page, "citation_journal_title"),
        "abbreviation": first_text(button),
        "issn": once(number.strip() for number in page.css('meta[name="citation_issn"]::attr(content)').getall()),
        "publisher": book.get("publisher", ""),
    }


def _identifiers(page: Selector) -> dict[str, str]:
    shown = page.css("#full-view-identifiers .identifier")
    pmid = first_text(shown.css(".pubmed .current-id")) or _meta(page, "citation_pmid")
    doi = first_text(shown.css(".doi a")) or first_text(page.css("#full-view-heading .citation-doi"))
    return {
        "pmid": group(_PMID, pmid),
        "pmcid": group(_PMCID, first_text(shown.css(".pmc a"))),
        "doi": bare_doi(doi) or bare_doi(_meta(page, "citation_doi")),
    }


def _citation_count(page: Selector) -> int:
    amount = first_text(page.xpath("//h2[starts-with(normalize-space(.), 'Cited by')]//*[has-class('amount')]"))
    return int(amount.replace(",", "") or 0)


def _terms(page: Selector, section: str) -> list[str]:
    """Return the entries of a list: each one's button says it, or its link, above a menu of actions."""
    items = page.xpath(f"//*[@id='{section}']//li[not(ancestor::*[contains(@class, 'actions')])]")
    return [first_text((item.css("button") or item.css("a") or [item])[0]) for item in items]


# Authors

_ORCID = re.compile(r"orcid\.org/([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X])")


def _places(page: Selector) -> dict[str, str]:
    """Return the affiliations by their marks, and without them; one without a mark has a key that no author bears."""
    found: dict[str, str] = {}
    for number, item in enumerate(page.css(".affiliations .item-list > li")):
        text, key = first_text(item), first_text(item.css("sup.key")[:1])
        if not text.startswith(key):
            key = ""  # it stands inside the text
        place = after(text, key)
        if place and (not key or key.isalnum()):  # "# Contributed equally." is no place
            found.setdefault(key or f"line {number}", place)
    return found


def _people(page: Selector, places: dict[str, str]) -> list[dict[str, Any]]:
    """Return the authors of the full view; editors and collaborators may be listed in the same way, under other headings."""
    for listed in [*page.css("#full-view-heading .authors-list"), *page.css(".inline-authors .authors-list")]:
        heading = first_text(listed.xpath("preceding-sibling::*[self::h2 or self::h3 or self::h4][1]"))
        if heading.casefold() in {"", "author", "authors"}:
            people = (_person(item, places) for item in listed.css(".authors-list-item"))
            return [person for person in people if person["name"]]
    return []


def _person(item: Selector, places: dict[str, str]) -> dict[str, Any]:
    return {
        "name": first_text(item.css(".full-name")),
        "orcid": first_group(_ORCID, item.css("a::attr(href)").getall()),
        "affiliations": [
            places.get(first_text(mark)) or " ".join(mark.attrib.get("title", "").split())
            for mark in item.css("a.affiliation-link")
        ],
    }


# The abstract, its keywords, figures and grants

_KEYWORDS = frozenset({"keywords", "keyword"})


def _label(paragraph: Selector) -> str:
    return first_text(paragraph.css("strong.sub-title"))


def _is_keywords(label: str) -> bool:
    return label.rstrip(": ").casefold() in _KEYWORDS


def _abstract(page: Selector) -> list[dict[str, str]]:
    """Read sections by their labels; where no label is marked as one, by those that the text begins with."""
    content = (page.css("#abstract .abstract-content.selected") or page.css(".abstract-content"))[:1]
    paragraphs = [(_label(p), first_text(p)) for p in content.css("p:not(.copyright)") or content]
    shown = [(label, text) for label, text in paragraphs if not _is_keywords(label)]
    if not any(label for label, _ in shown):
        return labelled([text for _, text in shown if text])
    sections = ({"heading": label.rstrip(": "), "text": after(text, label)} for label, text in shown)
    return [section for section in sections if section["text"]]


def _keywords(page: Selector) -> list[str]:
    for paragraph in page.css("#abstract p, .abstract p"):
        label = _label(paragraph)
        if _is_keywords(label):
            return [word.strip() for word in after(first_text(paragraph), label).removesuffix(".").split(";")]
    return []


_KIND = (
    r"(?:(?:Supplementary|Supplemental|Extended Data|Online)\s)?(?:Fig(?:ure|s)?\b\.?|Scheme|Chart|Plate|Box|Table|Image|Video)"
    r"\s*[A-Z]?\d+[A-Za-z]?[.:]?"
)
_FIGURE_LABEL = re.compile(rf"^(?:{_KIND}|Graphical Abstract)$", re.IGNORECASE)
_LABELLED = re.compile(rf"^({_KIND})(?=\s)", re.IGNORECASE)


def _figure(caption: Selector) -> dict[str, str]:
    """Read a figure: a label, which the page may give twice, then a caption."""
    texts = _blocks(caption)
    if texts and _FIGURE_LABEL.match(texts[0]):
        return {"label": texts[0], "caption": " ".join(text for text in texts if text != texts[0])}
    whole = " ".join(texts)
    label = group(_LABELLED, whole)
    return {"label": label, "caption": after(whole, label)}


def _blocks(node: Selector) -> list[str]:
    """Return the texts of a caption's blocks, or the whole where text stands between them."""
    children = node.xpath("*")
    if node.xpath("text()[normalize-space()]"):
        return every_text(node)
    return _blocks(children[0]) if len(children) == 1 else every_text(children)


_COUNTRY = r"United States|United Kingdom|Canada|International|Ireland|Switzerland|Austria|Japan"
_GRANTS = tuple(
    re.compile(form)
    for form in (
        r"^(?P<award>.*\d.*)/[A-Z][A-Za-z0-9 -]{0,14}_?/(?P<funder>[^/]+)/[^/\d]+$",
        rf"^(?P<award>[^/]*\d[^/]*)/(?P<funder>[^/]*[^/\d\s][^/]*)/(?:{_COUNTRY})$",
        rf"^[A-Z][A-Za-z0-9 -]{{0,14}}_?/(?P<funder>[^/\d]+)/(?:{_COUNTRY})$",
        rf"^(?P<funder>[^/\d]+)/(?:{_COUNTRY})$",
        rf"^(?P<award>[^/]*\d[^/]*)/(?!(?:{_COUNTRY})$)(?P<funder>[^/\d]+)$",
    )
)


def _funding(grant: str) -> dict[str, str]:
    """Return a grant's funder and award; nothing where it is not certain which part is which."""
    found = next((found for form in _GRANTS if (found := form.match(grant))), None)
    return {name: text.strip() for name, text in found.groupdict().items()} if found else {}


# Other articles

_DASHES = " \n\r\t-–—\u00a0"  # noqa: RUF001  # as between the links on pages
_LINKED_PMID = re.compile(r"(?:^|//pubmed\.ncbi\.nlm\.nih\.gov|/pubmed)/([1-9]\d*)/?(?:[?#]|$)")
_LINKED_PMCID = re.compile(r"(?:/pmc/articles/(?:PMC)?|//pmc\.ncbi\.nlm\.nih\.gov/articles/(?:PMC)?)(\d+)\b", re.IGNORECASE)
_LINKED_DOI = re.compile(r"(?:doi\.org/)(10\.\d[\d.]*/[^\s%?#]+)$")
_DOCSUM_PMID = re.compile(r"^[1-9]\d*$")


def _references(page: Selector) -> list[dict[str, Any]]:
    """Read the references: the whole list where the page holds it beside its beginning. Each is alone in a list of its own."""
    lists = page.css("#full-references-list") or page.css("#references .references-list, .references .references-list")
    found = (_reference(item) for item in lists.xpath(".//li[not(.//li)]"))
    return [reference for reference in found if reference["citation"]]


def _reference(item: Selector) -> dict[str, Any]:
    """Read one reference: its text without the labels of its links, and what these lead to."""
    text = first_text(item)
    for label in reversed(every_text(item.css("a.reference-link, .reference-links a"))):
        if text.endswith(label):
            text = text.removesuffix(label).rstrip(_DASHES)
    found = citation(text)
    links = item.css("a::attr(href)").getall()
    pmcid = first_group(_LINKED_PMCID, links)
    return found | {
        "doi": found["doi"] or first_group(_LINKED_DOI, links),
        "pmid": found["pmid"] or first_group(_LINKED_PMID, links),
        "pmcid": found["pmcid"] or (f"PMC{pmcid}" if pmcid else ""),
    }


def _docsum(item: Selector) -> dict[str, Any]:
    """Read an entry; of authors and citation, each there in full and in short, those in full."""
    title = first_text(item.css(".docsum-title"))
    names = first_text(item.css(".docsum-authors.full-authors"))
    source = first_text(item.css(".docsum-journal-citation.full-journal-citation"))
    head, imprint = head_and_imprint(source)
    journal = head.strip().removesuffix(".")
    return {
        "citation": " ".join(filter(None, (title, names, source))),
        "title": title.removesuffix("."),
        "authors": authors(names),
        "journal": journal if is_journal(journal) and not is_bare(imprint) else "",
        "doi": bare_doi(source),
        "pmid": group(_DOCSUM_PMID, first_text(item.css(".docsum-pmid"))),
        **imprint,
        "published": published(imprint.get("published", "")),
    }


# Links to the full text

_SITE = re.compile(r"^(?:See full text options at|Icon for|Read full text (?:in|at))?\s*(.*?)$")
_SOURCES = "//*[@id='linkout']//*[normalize-space(.)='Full Text Sources']/following-sibling::ul[1]//a[@href]"


def _links(page: Selector) -> list[dict[str, str]]:
    """Read links; a page shows the same one in several places."""
    found: dict[str, str] = {}
    for link in [*page.css(".full-text-links-list a[href]"), *page.xpath(_SOURCES)]:
        found.setdefault(link.attrib["href"].strip(), _site(link))
    return [{"label": label, "url": url} for url, label in found.items() if url]


def _site(link: Selector) -> str:
    """Return the name of the site behind a link: the link's text, else its picture's or tooltip's."""
    names = (first_text(link), *link.css("img::attr(alt)").getall(), link.attrib.get("title", ""))
    return group(_SITE, next((" ".join(name.split()) for name in names if name.strip()), ""))
