"""Abstracts: from metas, markup and all, or from the part of the page that is marked as the abstract."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugins._shared.abstract import abstract as labelled
from plugins._shared.abstract import is_structured
from plugins._shared.lines import shown
from plugins.scholarly.head import Field, dublin
from plugins.scholarly.marked import heading_of, marked_abstract
from plugins.scholarly.plain import clean
from scraper.quoting import MISSING
from scraper.records.article import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugins._shared.lines import Text
    from plugins.scholarly.head import Head

_METAS = Field(
    metas=("citation_abstract", "bepress_citation_abstract", *dublin("abstract", "description.abstract"), "eprints.abstract"),
    linked=("abstract",),
)
_DESCRIPTION = Field(metas=dublin("description"), linked=("description",))
_SHORTEST = 60
_TITLE = re.compile(r"<(?P<tag>h[1-6]|(?:jats:)?title)(?:\s[^<>]*)?>(?P<heading>.*?)</(?P=tag)>", re.IGNORECASE | re.DOTALL)
_PARAGRAPH = re.compile(r"</?(?:p|jats:p|br)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_CUT = re.compile(r"(?:\.\.\.|…)\s*$")


def abstract(head: Head) -> list[Section]:
    """Read the abstract: from metas made for it, else from the page's own, else from a description that is not cut short."""
    return _from_text(head.first(_METAS, _verbatim)) or marked_abstract(head.page) or _from_text(head.first(_DESCRIPTION, _whole))


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
    headings = [MISSING, *(heading_of(clean(text[slice(*title.span("heading"))])) for title in titles)]
    return [
        section
        for heading, start, end in zip(headings, starts, ends, strict=True)
        for section in _sections(heading, _paragraphs(text[start:end]))
    ]


def _paragraphs(text: Text) -> list[Text]:
    """Narrow to each paragraph of a content."""
    if not text:
        return []
    breaks = list(_PARAGRAPH.finditer(text.value))
    starts, ends = [0, *(each.end() for each in breaks)], [*(each.start() for each in breaks), len(text.value)]
    return [part for part in (clean(text[start:end]) for start, end in zip(starts, ends, strict=True)) if part]


def _sections(heading: Text, paragraphs: Sequence[Text]) -> list[Section]:
    if not heading and any(is_structured(paragraph) for paragraph in paragraphs):
        return labelled(paragraphs)
    return [Section(heading=MISSING if number else heading, text=text) for number, text in enumerate(paragraphs)]
