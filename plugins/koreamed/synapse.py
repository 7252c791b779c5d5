"""KoreaMed Synapse (synapse.koreamed.org): the full texts of the journals in KoreaMed.

Known from one page as served, of 2020. It holds a second whole document, `<!DOCTYPE html>` and all, inside its `#articleLayer`, and
its own `<title>` is the same on every page. Unverified: plain abstracts, MeSH terms, and pages without metas or with older markup.

- Authors and institutions are those of the metas, where each author is followed by their own. The line of authors adds ORCID iDs,
  and the note on the corresponding author an address, each only to the one author of exactly that name.
- `published` is the meta's date and `published_online` the line's of that name; often they are the same.
- `publication_types` is the word beside the journal's own category, which is left out.
- Awards stand in running text and are not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from plugins._shared.abstract import abstract
from plugins._shared.authors import are_authors
from plugins._shared.authors import authors as line_of_authors
from plugins._shared.citation import bare_doi, reference
from plugins._shared.imprint import imprint
from plugins._shared.metas import from_metas
from plugins._shared.nodes import (
    after,
    all_said,
    first_said,
    marked,
    orcid,
    pieces,
    plain,
    prose,
    said,
    untied,
    with_links,
)
from scraper.quoting import MISSING
from scraper.records.article import Article, Author, Figure, Link, Reference, Section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugins._shared.lines import Text
    from scraper.pages import HtmlNode, HtmlPage

_FRONT = "#article-front"
_NAMES = "//*[@id='article-front']//*[@class='PubTitle']/ancestor::div[1]/following-sibling::div[1]"
_NUMBERED = re.compile(r"^(?:\d+\.\s+)?(\S.*)$")
_ONLINE = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%B %Y", "%Y")
_INTERESTS = re.compile(r"^conflicts? of interests?\b", re.IGNORECASE)


def recognises(page: HtmlPage) -> bool:
    """Whether a page is one of an article on Synapse."""
    if not (page.meta("citation_title") or page.css(".PubTitle")):
        return False
    address = page.meta("citation_fulltext_html_url")
    if address and "//synapse.koreamed.org/" in address.value:
        return True
    return any(plain(title) == "KoreaMed Synapse" for title in page.css("head > title"))


def extract(page: HtmlPage) -> Article:
    """Extract the article."""
    metas = from_metas(page)
    entries = list(page.css(f"{_FRONT} .metadata-entry"))
    printed = next((read for read in (imprint(said(entry)) for entry in entries) if not read.is_bare), imprint(MISSING))
    places = {mark: place for mark, place in marked(entries).items() if mark.isalnum()}
    people = metas["authors"] or _named(page, places)
    return Article(
        **metas
        | {
            "title": first_said(page.css(".PubTitle")) or metas["title"],
            "authors": [_identified(person, page, entries) for person in people],
            "volume": printed.volume or metas["volume"],
            "issue": printed.issue or metas["issue"],
            "pages": printed.pages or metas["pages"],
            "doi": metas["doi"] or bare_doi(_labelled(entries, "DOI:")),
            "keywords": _terms(entries, "Keywords:") or metas["keywords"],
        },
        affiliations=untied(people, places),
        published_online=_labelled(entries, "Published online:").date(*_ONLINE),
        abstract=_abstract(page),
        publication_types=[
            kind for kind in (node.parent.own_text().squash() for node in page.css(".artCat") if node.parent) if kind
        ],
        mesh_terms=_terms(entries, "MeSH Terms:"),
        conflict_of_interest=next(
            (after(said(p), label) for p, label in _footnotes(page) if _INTERESTS.match(label.value)), MISSING
        ),
        rights=next((text for text in all_said(entries) if re.match(r"Copyright\b|©", text.value)), MISSING),
        figures=[Figure(label=first_said(node.css(".label")), caption=_caption(node)) for node in page.css(".fig.panel")],
        references=[_reference(node) for node in page.css(".ref_layer")],
        full_text_links=[Link(url=url.strip()) for url in page.metas("citation_pdf_url") if url.strip()],
    )


def _labelled(entries: Sequence[HtmlNode], label: str) -> Text:
    """Return what stands behind a label that the site generates."""
    for entry in entries:
        name = first_said(entry.css(".generated"))
        if name and name.value == label:
            return after(said(entry), name)
    return MISSING


def _terms(entries: Sequence[HtmlNode], label: str) -> list[Text]:
    """Return the words behind a label: its links, since a word may hold a comma, or what commas separate."""
    for entry in list(entries):
        name = first_said(entry.css(".generated"))
        if name and name.value == label:
            return all_said(entry.css("a")) or pieces(after(said(entry), name), ",")
    return []


def _named(page: HtmlPage, places: Mapping[str, Text]) -> list[Author]:
    """Read the line of authors, with degrees and marks; the title stands above it."""
    line = first_said(page.xpath(_NAMES))
    return line_of_authors(line, places) if line and are_authors(line) else []


def _identified(person: Author, page: HtmlPage, entries: Sequence[HtmlNode]) -> Author:
    """Add what the page says of the one author of exactly that name."""
    return attrs.evolve(person, orcid=_orcid(person.name, page), email=_email(person.name, entries))


def _orcid(name: Text, page: HtmlPage) -> Text:
    """Return the iD that follows a name in the line of authors."""
    found = []
    for link in page.xpath(f"{_NAMES}//a[contains(@href, 'orcid.org/')]"):
        before = link.xpath("preceding-sibling::text()[normalize-space(.)][1]").get().squash()
        if before and re.split(r",\s*", before.value.lstrip(", "))[0] == name.value:
            found.append(orcid(link))
    return found[0] if len(found) == 1 else MISSING


def _email(name: Text, entries: Sequence[HtmlNode]) -> Text:
    """Return the address in the note on a corresponding author, if it is the only one there."""
    for entry in entries:
        text, links = said(entry), list(entry.css("a[href^='mailto:']"))
        found = re.match(r"Corresponding author: ([^,(]+)[,(]", text.value) if text else None
        if found and found[1].strip() == name.value and len(links) == 1:
            return said(links[0]).re(r"^\S+@\S+$")
    return MISSING


def _abstract(page: HtmlPage) -> list[Section]:
    """Read sections under headings, or what stands there without any."""
    sections = [_section(node) for node in page.css(".abstract-layer .abstract .section")]
    if sections:
        return [section for section in sections if section.text]
    found = next(iter(page.css(".abstract-layer .abstract")), None)
    if found is None:
        return []
    blocks = [found] if found.own_text().strip() else found.children
    return abstract(all_said(blocks))


def _section(node: HtmlNode) -> Section:
    texts = [child for child in node.children if "title" not in child.plain_attr("class")]
    return Section(heading=first_said(node.css(".section-title")).rstrip(": "), text=prose(texts))


def _footnotes(page: HtmlPage) -> list[tuple[HtmlNode, Text]]:
    """Return footnotes with the label, raised, that each begins with."""
    found = [(p, first_said(p.css("sup"))) for p in page.css("#article-back .footnote p, .back-section .footnote p")]
    return [(p, label) for p, label in found if label]


def _caption(figure: HtmlNode) -> Text:
    return prose(child for caption in figure.css(".caption") for child in (caption.children or [caption]))


def _reference(node: HtmlNode) -> Reference:
    """Read a reference behind its number; the labels of its links are pictures."""
    return with_links(reference(said(node).re(_NUMBERED)), node)
