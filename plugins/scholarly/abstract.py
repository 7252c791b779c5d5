"""Abstracts: from metas, markup and all, or from the part of the page that is marked as the abstract."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugins._shared.abstract import abstract as labelled
from plugins._shared.abstract import is_label
from plugins._shared.lines import shown
from plugins.scholarly.head import Field, dublin
from plugins.scholarly.plain import clean
from scraper.quoting import MISSING
from scraper.records.article import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugins._shared.lines import Text
    from plugins.scholarly.head import Head
    from scraper.pages import HtmlNode, XmlNode

    Node = HtmlNode | XmlNode

_METAS = Field(
    metas=("citation_abstract", "bepress_citation_abstract", *dublin("abstract", "description.abstract"), "eprints.abstract"),
    linked=("abstract",),
)
_DESCRIPTION = Field(metas=dublin("description"), linked=("description",))
# How publishers mark the abstract, surest first. `#Abs1` is Springer's.
_MARKED = (
    *("section[role=doc-abstract]", "section#abstract", "div#abstract", "section#Abs1", "div#Abs1-content", "section.abstract"),
    *("div.abstract", "div.hlFld-Abstract", "div.abstractSection", "div.article__abstract", "div#Abs1"),
)
_NAMES_ITSELF = frozenset({"abstract", "summary", "résumé", "resumen", "zusammenfassung", "resumo", "abstract:", "summary:"})
_OTHER = re.compile(r"highlight|graphical|keyword|teaser|editor|lay-?summary|plain", re.IGNORECASE)
_SHORTEST = 60
_TITLE = re.compile(r"<(?P<tag>h[1-6]|(?:jats:)?title)(?:\s[^<>]*)?>(?P<heading>.*?)</(?P=tag)>", re.IGNORECASE | re.DOTALL)
_PARAGRAPH = re.compile(r"</?(?:p|jats:p|br)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_CUT = re.compile(r"(?:\.\.\.|…)\s*$")


def abstract(head: Head) -> list[Section]:
    """Read the abstract: from metas made for it, else from the page's own, else from a description that is not cut short."""
    return _from_text(head.first(_METAS, _verbatim)) or _from_page(head) or _from_text(head.first(_DESCRIPTION, _whole))


def _verbatim(text: Text) -> Text:
    return text if shown([clean(text)]) else MISSING


def _whole(text: Text) -> Text:
    return text if len(text.value) >= _SHORTEST and not _CUT.search(text.value) else MISSING


def _from_text(text: Text) -> list[Section]:
    """Read a content: plain, or with the headings and paragraphs that its markup shows."""
    if not text:
        return []
    titles = list(_TITLE.finditer(text.value))
    starts = [0, *(title.end() for title in titles)]
    ends = [*(title.start() for title in titles), len(text.value)]
    headings = [MISSING, *(_heading(text[slice(*title.span("heading"))]) for title in titles)]
    return [
        section
        for heading, start, end in zip(headings, starts, ends, strict=True)
        for section in _sections(heading, _paragraphs(text[start:end]))
    ]


def _heading(text: Text) -> Text:
    """Return a heading, unless it is but the abstract's own name."""
    found = clean(text)
    return MISSING if not found or found.value.casefold() in _NAMES_ITSELF else found.removesuffix(":").rstrip()


def _paragraphs(text: Text) -> list[Text]:
    """Narrow to each paragraph of a content."""
    breaks = list(_PARAGRAPH.finditer(text.value)) if text else []
    starts, ends = [0, *(each.end() for each in breaks)], [*(each.start() for each in breaks), len(text.value or "")]
    return [part for part in (clean(text[start:end]) for start, end in zip(starts, ends, strict=True)) if part]


def _sections(heading: Text, paragraphs: Sequence[Text]) -> list[Section]:
    if not heading:
        return labelled(paragraphs)
    return [Section(heading=heading if number == 0 else MISSING, text=text) for number, text in enumerate(paragraphs)]


def _from_page(head: Head) -> list[Section]:
    """Read the part of the page that is marked as the abstract."""
    for selector in _MARKED:
        for node in head.page.css(selector):
            marks = f"{node.attr('class').value or ''} {node.attr('id').value or ''}"
            text = MISSING if _OTHER.search(marks) else node.text()
            if text and len(text.value) >= _SHORTEST:
                return _from_node(node)
    return []


def _from_node(node: Node) -> list[Section]:
    """Read headings and paragraphs in the order of the page; without paragraphs all text is one."""
    found: list[Section] = []
    heading = MISSING
    for each in node.css("h2, h3, h4, h5, h6, p"):
        text = each.text().squash()
        if not text:
            continue
        if each.tag != "p":
            heading = _heading(text)
        else:
            found += _marked(each, text) if not heading else _sections(heading, [text])
            heading = MISSING
    return found or labelled([_without_name(node.text().squash())])


def _marked(node: Node, text: Text) -> list[Section]:
    """Read a paragraph, whose first words may be marked as its heading: `<p><strong>Methods</strong> We kept …`."""
    first = next(iter(node.children), None)
    label = first.text().squash() if first is not None and first.tag in {"strong", "b", "em", "i", "span"} else MISSING
    if label and is_label(label.value) and text.value.startswith(label.value) and len(text.value) > len(label.value) + 1:
        rest = text[len(label.value) :].lstrip(": .\u2014\u2013-")
        return [Section(heading=label.rstrip(":. "), text=rest)]
    return labelled([text])


def _without_name(text: Text) -> Text:
    """Narrow past the word "Abstract" that stands before the text."""
    return text.re(r"^(?:Abstract|ABSTRACT|Summary|SUMMARY)\s*:?\s+(\S.*)$") or text
