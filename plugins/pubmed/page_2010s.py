"""PubMed's abstract page of about 2010 to 2019 (www.ncbi.nlm.nih.gov/pubmed/PMID): `div.rprt.abstract`.

Known from one page as served, of 2015, with marked affiliations, a plain abstract, keywords, an online date alone and no PMC
identifier. Unverified: sections of structured abstracts, lists of types, MeSH terms and grants (read where their headings name
them), languages, statements of interests. Similar and citing articles were loaded later by a script and are not in such pages.

What names its authors without links is not read. An affiliation without a mark was the first author's in some years and
everybody's in others: it is given for the page as a whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plugins._shared.abstract import abstract
from plugins._shared.citation import bare_doi, before_identifiers
from plugins._shared.imprint import DATE, imprint, published
from plugins._shared.nodes import after, all_said, first_said, marked, pieces, prose, said, untied
from plugins.pubmed.grants import funding
from plugins.pubmed.links import links
from scraper.quoting import MISSING
from scraper.records.article import Article, Author, Journal, Section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugins._shared.lines import Text
    from scraper.pages import HtmlNode, HtmlPage, NodeList

_REPORT = ".rprt.abstract"
_LANGUAGE = re.compile(r"^\[Article in ([^\]]+)\]")
_RIGHTS = re.compile(r"^(?:©|\(c\)|copyright\b|published (?:by|\d{4}))", re.IGNORECASE)


def recognises(page: HtmlPage) -> bool:
    """Whether a page is PubMed's of one abstract."""
    return len(page.css(f"{_REPORT} > .cit")) == 1 and bool(page.css(f"{_REPORT} .rprtid, #absid"))


def extract(page: HtmlPage) -> Article:
    """Extract the article."""
    listed = marked(page.css(f"{_REPORT} .afflist li"))
    people = _authors(page.css(f"{_REPORT} .auths > *"), listed)
    paragraphs = [p for p in page.css(f"{_REPORT} .abstr p") if p.text().strip()]
    notices = [p for p in paragraphs if not p.css("abstracttext") and _RIGHTS.match(said(p).value)]
    return Article(
        title=first_said(page.css(f"{_REPORT} h1")),
        authors=people,
        affiliations=untied(people, listed),
        journal=journal(page.css(f"{_REPORT} > .cit > a")),
        **cited(first_said(page.css(f"{_REPORT} > .cit")), first_said(page.css(f"{_REPORT} > .cit > a"))),
        pmid=_row(page, "PMID:").re(r"^[1-9]\d*") or page.css("#absid::attr(value)").get().re(r"^[1-9]\d*$"),
        pmcid=_row(page, "PMCID:").re(r"^PMC\d+"),
        abstract=_abstract([p for p in paragraphs if said(p).value not in {said(each).value for each in notices}]),
        rights=prose(notices),
        keywords=[word for p in page.css(f"{_REPORT} .keywords p") for word in pieces(said(p).removesuffix("."))],
        publication_types=_list(page, "Publication Types", "Publication Type"),
        mesh_terms=_list(page, "MeSH Terms"),
        funding=[each for grant in _list(page, "Grant Support", "Grant support") for each in funding(grant)],
        conflict_of_interest=first_said(page.xpath(_INTERESTS)),
        language=next((found for found in (said(node).re(_LANGUAGE) for node in page.css(f"{_REPORT} > *")) if found), MISSING),
        full_text_links=links([*page.css(".icons.portlet a[href]"), *_listed(page, "Full Text Sources", "//a[@href]")]),
    )


_INTERESTS = "//*[self::h3 or self::h4][starts-with(normalize-space(.), 'Conflict of interest statement')]/following-sibling::*[1]"


def journal(names: NodeList) -> Journal:
    """Read the journal: its abbreviation, with the full title as tooltip, each with a period."""
    title = next((name.attr("title") for name in names), MISSING)
    return Journal(title=title.squash().removesuffix("."), abbreviation=first_said(names).removesuffix("."))


def cited(citation: Text, named: Text) -> dict[str, Any]:
    """Read what follows the journal in a citation: "2005;52(4):789-96. doi: 10.…. Epub 2005 Jun 6."."""
    rest = after(citation, named)
    read = imprint(before_identifiers(rest)) if rest else imprint(MISSING)
    return read.fields() | {
        "published": published(read.date or rest.re(f"^{DATE}")),
        "published_online": published(rest.re(rf"\bEpub\s+({DATE})")),
        "doi": bare_doi(rest.re(r"(?i)\bdoi:\s*10\.\S+")),
    }


def _authors(nodes: NodeList, listed: Mapping[str, Text]) -> list[Author]:
    """Read names and the marks that follow each."""
    people: list[tuple[Text, list[Text]]] = []
    for node in nodes:
        if node.tag == "a":
            people.append((said(node), []))
        elif node.tag == "sup" and people:
            people[-1][1].extend(said(node).re_all(r"\w+"))
    return [
        Author(name=name, affiliations=[listed[mark.value] for mark in marks if mark.value in listed]) for name, marks in people
    ]


def _abstract(paragraphs: Sequence[HtmlNode]) -> list[Section]:
    """Read sections, each under a heading of its own; where there is none, by the labels that the text begins with."""
    if not any(_heading(p) for p in paragraphs):
        return abstract(all_said(paragraphs))
    return [Section(heading=_heading(p), text=said(p)) for p in paragraphs]


def _heading(paragraph: HtmlNode) -> Text:
    above = first_said(paragraph.xpath("preceding-sibling::*[1][self::h4]"))
    return (above or next((each.attr("label") for each in paragraph.css("abstracttext[label]")), MISSING)).strip(": ")


def _row(page: HtmlPage, name: str) -> Text:
    return first_said(
        page.xpath(f"//dl[contains(@class, 'rprtid')]/dt[normalize-space(.)='{name}']/following-sibling::*[1][self::dd]")
    )


def _list(page: HtmlPage, *headings: str) -> list[Text]:
    return [text for heading in headings for text in all_said(_listed(page, heading, "/li"))]


def _listed(page: HtmlPage, heading: str, what: str) -> NodeList:
    """Select in the list under a heading of the sections at the end."""
    above = f"//div[contains(@class, 'morecit')]//h4[normalize-space(.)='{heading}']"
    return page.xpath(f"{above}/following-sibling::*[1][self::ul]{what}")
