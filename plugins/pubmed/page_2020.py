"""PubMed's article page in use since 2020 (pubmed.ncbi.nlm.nih.gov/PMID/).

Its structure is known from the selectors and samples of other public programs that read it, and from a text dump; no page as
served was at hand. Unverified are therefore: where the language, ORCID iDs and the grants stand, the markup inside figures, the
forms of books, and lists of references under titles of their own. What is read is keyed on ids and classes that several programs
agree on, and on what an element says rather than on where exactly it stands.

Decisions, where the page offers more than a record holds:

- `title` is as shown: a translated one stands in brackets with its period ("[…].").
- `abstract` is the one that the page shows selected; the same in another language, which a button shows, is left out.
- `published_online` is the date after "Epub"; "eCollection" is the date of an issue that exists online alone.
- An e-mail address stays in the affiliation that holds it: whose it is, is not said.
- MeSH terms keep the asterisk of a major topic, as shown.
- `journal.publisher` is a book's alone: the meta citation_publisher holds the journal.

There are no dates of use: a page that was saved lately may be of any age, and is known by its elements alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plugins._shared.abstract import abstract
from plugins._shared.citation import bare_doi, before_identifiers
from plugins._shared.imprint import DATE, imprint, published
from plugins._shared.nodes import after, all_said, first_said, once, pieces, plain, prose, said, untied
from plugins.pubmed.grants import funding
from plugins.pubmed.links import links
from plugins.pubmed.page_2020_lists import citing_articles, figures, references, similar_articles
from plugins.pubmed.page_2020_people import authors, places
from scraper.quoting import MISSING
from scraper.records.article import Article, Journal, Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugins._shared.lines import Text
    from scraper.pages import HtmlNode, HtmlPage

_HEADING = "#full-view-heading"
_BOOK = re.compile(
    r"^(?P<inside>In:\s+)?(?P<title>.+?)(?:\s+\[Internet\])?\.\s+(?P<place>[^.:;]+(?:\([^()]*\))?):\s+(?P<publisher>[^;]+);"
    rf"\s+(?P<date>{DATE})"
)
_CITED_BY = "//h2[starts-with(normalize-space(.), 'Cited by')]//*[has-class('amount')]"
_FULL_TEXT_SOURCES = "//*[@id='linkout']//*[normalize-space(.)='Full Text Sources']/following-sibling::ul[1]//a[@href]"
_KEYWORDS = frozenset({"keywords", "keyword"})
_LANGUAGE = re.compile(r"(?:^|\[)Article in ([A-Z][^\]\[]*?)\s?(?:\]|$)")


def recognises(page: HtmlPage) -> bool:
    """Whether a page is PubMed's of one article; lists of several bear numbered ids."""
    return bool(page.css(f"{_HEADING} .heading-title")) and bool(
        page.css("#article-details, #article-page, #full-view-identifiers")
    )


def extract(page: HtmlPage) -> Article:
    """Extract the article."""
    citation = first_said(page.css(f"{_HEADING} .cit"))
    read = imprint(before_identifiers(citation))
    book = first_said(page.css(".book-citation")).groups(_BOOK)
    listed = places(page)
    people = authors(page, listed)
    return Article(
        title=first_said(page.css(f"{_HEADING} .heading-title")) or page.meta("citation_title").squash(),
        authors=people,
        affiliations=untied(people, listed),
        journal=_journal(page, book["title"] if book["inside"] else MISSING, book["publisher"].squash()),
        **read.fields() | {"published": published(read.date or citation.re(f"^{DATE}") or book["date"])},
        published_online=published(first_said(page.css(f"{_HEADING} .secondary-date")).re(rf"\bEpub\s+({DATE})")),
        **_identifiers(page),
        abstract=_abstract(_paragraphs(page)),
        keywords=_keywords(page),
        publication_types=once(
            all_said(page.css(f"{_HEADING} .publication-type, #publication-type")) + _terms(page, "#publication-types")
        ),
        mesh_terms=_terms(page, "#mesh-terms"),
        conflict_of_interest=prose(_below_title(page, "#conflict-of-interest")),
        funding=[each for grant in _terms(page, "#grants") for each in funding(grant)],
        figures=figures(page),
        references=references(page),
        similar_articles=similar_articles(page),
        citing_articles=citing_articles(page),
        citation_count=first_said(page.xpath(_CITED_BY)).int(),
        language=_language(page),
        rights=first_said(page.css("#abstract .copyright, .abstract .copyright")),
        full_text_links=links([*page.css(".full-text-links-list a[href]"), *page.xpath(_FULL_TEXT_SOURCES)]),
    )


def _journal(page: HtmlPage, book: Text, publisher: Text) -> Journal:
    """Read the journal's button, whose tooltip is the full title; of a chapter the journal is its book."""
    title = page.css("#full-view-journal-trigger::attr(title)").get().squash()
    return Journal(
        title=book or title or page.meta("citation_journal_title").squash(),
        abbreviation=first_said(page.css("#full-view-journal-trigger")),
        issn=once(number.strip() for number in page.metas("citation_issn")),
        publisher=publisher,
    )


def _identifiers(page: HtmlPage) -> dict[str, Any]:
    shown = "#full-view-identifiers .identifier"
    pmid = first_said(page.css(f"{shown}.pubmed .current-id")) or page.meta("citation_pmid")
    doi = first_said(page.css(f"{shown}.doi a")) or first_said(page.css(f"{_HEADING} .citation-doi"))
    return {
        "pmid": pmid.re(r"^\s*([1-9]\d*)\s*$"),
        "pmcid": first_said(page.css(f"{shown}.pmc a")).re(r"PMC\d+"),
        "doi": bare_doi(doi) or bare_doi(page.meta("citation_doi").strip()),
    }


def _paragraphs(page: HtmlPage) -> list[HtmlNode]:
    """Return the paragraphs of the abstract that the page shows, the notices below it left out."""
    shown = [*page.css("#abstract .abstract-content.selected"), *page.css(".abstract-content.selected, .abstract-content")][:1]
    return [
        p for content in shown for p in content.css("p") or [content] if _label_key(p) not in _KEYWORDS and not p.css("p.copyright")
    ]


def _label(paragraph: HtmlNode) -> Text:
    return first_said(paragraph.css("strong.sub-title"))


def _label_key(paragraph: HtmlNode) -> str:
    label = _label(paragraph)
    return label.value.rstrip(": ").casefold() if label else ""


def _abstract(paragraphs: Sequence[HtmlNode]) -> list[Section]:
    """Read sections by their labels; where no label is marked as one, by those that the text begins with."""
    if not any(_label_key(paragraph) for paragraph in paragraphs):
        return abstract(all_said(paragraphs))
    return [section for section in map(_section, paragraphs) if section.text]


def _section(paragraph: HtmlNode) -> Section:
    label = _label(paragraph)
    return Section(heading=label.rstrip(": "), text=after(said(paragraph), label))


def _keywords(page: HtmlPage) -> list[Text]:
    found = next((p for p in page.css("#abstract p, .abstract p") if _label_key(p) in _KEYWORDS), None)
    return pieces(after(said(found), _label(found)).removesuffix(".")) if found else []


def _terms(page: HtmlPage, section: str) -> list[Text]:
    """Return the entries of a list: each one's button says it, or its link, above a menu of actions."""
    items = [item for item in page.css(f"{section} li") if not item.xpath("ancestor::*[contains(@class, 'actions')]")]
    entries = [first_said([*item.css("button"), *item.css("a"), item][:1]) for item in items]
    return once(entry for entry in entries if entry)


def _below_title(page: HtmlPage, section: str) -> list[HtmlNode]:
    return [node for found in list(page.css(section))[:1] for node in found.children if node.tag not in {"h2", "h3", "h4"}]


def _language(page: HtmlPage) -> Text:
    """Return the language of an article that is not in English: "[Article in French]", beside the title but not in it."""
    beside = (node for heading in page.css(_HEADING) for node in heading.children if node.tag != "h1")
    return next((said(node).re(_LANGUAGE) for node in beside if _LANGUAGE.search(plain(node))), MISSING)
