"""Lists on PubMed's article page since 2020: figures, references, similar and citing articles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugins._shared.citation import authors, bare_doi, before_identifiers, is_journal, reference
from plugins._shared.imprint import imprint
from plugins._shared.lines import is_placeholder
from plugins._shared.nodes import after, all_said, first_said, joined, plain, with_links
from scraper.quoting import MISSING, Sourced
from scraper.records.article import Figure, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plugins._shared.lines import Text
    from scraper.pages import HtmlNode, HtmlPage

_KIND = (
    r"(?:(?:Supplementary|Supplemental|Extended Data|Online)\s)?(?:Fig(?:ure|s)?\b\.?|Scheme|Chart|Plate|Box|Table|Image|Video)"
    r"\s*[A-Z]?\d+[A-Za-z]?[.:]?"
)
_LABEL = re.compile(rf"^(?:{_KIND}|Graphical Abstract)$", re.IGNORECASE)
_LABELLED = re.compile(rf"^({_KIND})(?=\s)", re.IGNORECASE)
_DASHES = " \n\r\t-–—\u00a0"  # noqa: RUF001  # as between the links on pages


# Figures


def figures(page: HtmlPage) -> list[Figure]:
    """Read the figures: a label, which the page may give twice, then a caption."""
    return [_figure(caption) for caption in page.css(".figures-list figcaption, #figures figcaption")]


def _figure(caption: HtmlNode) -> Figure:
    texts = _blocks(caption)
    label = texts[0] if texts and _LABEL.match(texts[0].value) else MISSING
    rest = [text for text in texts if not (label and text.value == label.value)]
    inside = rest[0].re(_LABELLED) if rest and not label else MISSING
    if inside:
        return Figure(label=inside, caption=joined([after(rest[0], inside), *rest[1:]]))
    return Figure(label=label, caption=joined(rest))


def _blocks(caption: HtmlNode) -> list[Text]:
    """Return the texts of a caption's blocks, or the whole where text stands between them."""
    while len(caption.children) == 1 and not caption.own_text().strip():
        caption = caption.children[0]
    blocks = caption.children if not caption.own_text().strip() else [caption]
    return all_said(blocks)


# References


def references(page: HtmlPage) -> list[Reference]:
    """Read the references: the whole list where the page holds it beside its beginning. Each is alone in a list of its own."""
    lists = page.css("#full-references-list") or page.css("#references .references-list, .references .references-list")
    items = [item for found in lists for item in found.css("li") if not item.css("li li")]
    return list(_once(map(_reference, items)))


def _once(found: Iterable[Reference]) -> Iterator[Reference]:
    """Yield references without those of an outer list that held an inner one's."""
    seen: set[tuple[tuple[int, int], ...]] = set()
    for each in found:
        if each.citation and each.citation.spans not in seen:
            seen.add(each.citation.spans)
            yield each


def _reference(item: HtmlNode) -> Reference:
    """Read one reference: its text without the labels of its links, and what these lead to."""
    labels = [plain(link) for link in item.css("a.reference-link, .reference-links a")]
    return with_links(reference(_without_links(item.text(), labels)), item)


def _without_links(text: Text, labels: Sequence[str]) -> Text:
    """Narrow to before the labels of links that a reference ends with, the dashes between them, and past white space."""
    if not text:
        return text
    rest = text.value.rstrip()
    for label in reversed(labels):
        if label and not is_placeholder(label) and rest.endswith(label):
            rest = rest.removesuffix(label).rstrip(_DASHES)
    return text[len(rest) - len(rest.lstrip()) : len(rest)]


# Similar and citing articles


def similar_articles(page: HtmlPage) -> list[Reference]:
    """Read the list of similar articles."""
    return [_docsum(item) for item in page.css("#similar-articles-list .full-docsum")]


def citing_articles(page: HtmlPage) -> list[Reference]:
    """Read the list of citing articles, of which the page shows the first few."""
    return [_docsum(item) for item in page.css("#citedby-articles-list .full-docsum")]


def _docsum(item: HtmlNode) -> Reference:
    """Read an entry; of authors and citation, each there in full and in short, those in full."""
    title = first_said(item.css(".docsum-title"))
    names = first_said(item.css(".docsum-authors.full-authors"))
    source = first_said(item.css(".docsum-journal-citation.full-journal-citation"))
    read = imprint(before_identifiers(source))
    journal = source[: read.start].strip().removesuffix(".") if read.start > 0 else MISSING
    return Reference(
        citation=Sourced.join(" ", [title, names, source]),
        title=title.removesuffix("."),
        authors=authors(names),
        journal=journal if journal and is_journal(journal.value) and not read.is_bare else MISSING,
        doi=bare_doi(source),
        pmid=first_said(item.css(".docsum-pmid")).re(r"^[1-9]\d*$"),
        **read.fields(),
    )
