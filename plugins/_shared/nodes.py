"""What the elements of HTML pages say: white space collapsed, and nothing where there is nothing or a placeholder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from plugins._shared.lines import is_placeholder, shown
from scraper.quoting import MISSING, Sourced

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from plugins._shared.lines import Text
    from scraper.pages import HtmlNode
    from scraper.records.article import Author, Reference

HTML = ("text/html", "application/xhtml+xml")
"""The media types of HTML layouts."""

_RUN = re.compile(r"\s\s|[^\S ]")
_ORCID = re.compile(r"orcid\.org/([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X])")
_PMID = re.compile(r"(?:^|//pubmed\.ncbi\.nlm\.nih\.gov|/pubmed)/([1-9]\d*)/?(?:[?#]|$)")
_PMCID = re.compile(r"(?:/pmc/articles/(?:PMC)?|//pmc\.ncbi\.nlm\.nih\.gov/articles/(?:PMC)?)(\d+)\b", re.IGNORECASE)
_DOI = re.compile(r"(?:doi\.org/)(10\.\d[\d.]*/[^\s%?#]+)$")


def said(node: HtmlNode) -> Text:
    """Return what an element says, or `MISSING`."""
    text = tidy(node.text())
    return text if text and not is_placeholder(text.value) else MISSING


def plain(node: HtmlNode) -> str:
    """Return what an element says as a plain string, its white space collapsed: for decisions, not for values."""
    return " ".join(node.plain_text().split())


def tidy(text: Text) -> Text:
    """Return a text without white space around it, and with runs inside collapsed where there are any."""
    stripped = text.strip()
    return stripped.squash() if stripped and _RUN.search(stripped.value) else stripped


def all_said(nodes: Iterable[HtmlNode]) -> list[Text]:
    """Return what each element says; those that say nothing are left out."""
    return [text for text in map(said, nodes) if text]


def first_said(nodes: Iterable[HtmlNode]) -> Text:
    """Return what the first element says that says something, or `MISSING`."""
    return next((text for text in map(said, nodes) if text), MISSING)


def prose(nodes: Iterable[HtmlNode]) -> Text:
    """Return what elements say as one text."""
    return joined(all_said(nodes))


def joined(texts: Sequence[Text]) -> Text:
    """Return texts as one; of one alone no step is recorded."""
    return texts[0] if len(texts) == 1 else Sourced.join(" ", texts)


def once(texts: Iterable[Text]) -> list[Text]:
    """Return texts without those that were there before, whatever their case."""
    found: dict[str, Text] = {}
    for text in texts:
        found.setdefault(text.value.casefold(), text)
    return list(found.values())


def after(text: Text, label: Text) -> Text:
    """Narrow to what follows a label and white space, if the text begins with it.

    In one cut: a squashed text that begins with white space could not point at its bytes alone.
    """
    if not (text and label and text.value.startswith(label.value)):
        return text
    return text[len(text.value) - len(text.value[len(label.value) :].lstrip()) :]


def pieces(text: Text, separator: str = ";") -> list[Text]:
    """Return what stands between separators and shows something, each cut without the white space around it."""
    other = rf"[^{re.escape(separator)}]"
    return shown(text.re_all(rf"(?!\s){other}(?:{other}*(?<!\s))?")) if text else []


def marked(nodes: Iterable[HtmlNode], mark: str = "sup") -> dict[str, Text]:
    """Return affiliations by their marks, and without them; an element without a mark has a key that no author bears.

    Args:
        nodes: The elements, an affiliation each.
        mark: Which element inside bears the mark.
    """
    found: dict[str, Text] = {}
    for number, node in enumerate(nodes):
        whole, key = said(node), first_said(list(node.css(mark))[:1])
        if not (whole and key and whole.value.startswith(key.value)):
            key = MISSING  # it stands inside the text
        place = after(whole, key)
        if place and not (key and not key.value.isalnum()):  # "# Contributed equally." is no place
            found.setdefault(key.value if key else f"line {number}", place)
    return found


def untied(people: Sequence[Author], places: Mapping[str, Text]) -> list[Text]:
    """Return the affiliations for the page as a whole: all of them where no author is tied to any."""
    return [] if any(author.affiliations for author in people) else list(places.values())


def orcid(node: HtmlNode) -> Text:
    """Return the ORCID iD that an element links to, or `MISSING`."""
    return _linked(_links(node), _ORCID)


def linked_pmid(node: HtmlNode) -> Text:
    """Return the PubMed identifier that an element links to."""
    return _linked(_links(node), _PMID)


def with_links(found: Reference, node: HtmlNode) -> Reference:
    """Return a reference with the identifiers that its element links to, where its text shows none.

    A DOI that the address escapes is left alone; addresses write the letters of PMC's identifiers in any case, or not at all.
    """
    links = _links(node)
    return attrs.evolve(
        found,
        doi=found.doi or _linked(links, _DOI),
        pmid=found.pmid or _linked(links, _PMID),
        pmcid=found.pmcid or _linked(links, _PMCID).then("prefix", text="PMC"),
    )


def _links(node: HtmlNode) -> list[tuple[str, HtmlNode]]:
    """Return the links in an element, each with its address."""
    return [(link.plain_attr("href").strip(), link) for link in node.css("a[href]")]


def _linked(links: Iterable[tuple[str, HtmlNode]], pattern: re.Pattern[str]) -> Text:
    """Return what the first address that fits says; only that one is quoted."""
    return next((link.attr("href").strip().re(pattern) for address, link in links if pattern.search(address)), MISSING)
