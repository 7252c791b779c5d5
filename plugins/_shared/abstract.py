"""Abstracts: plain paragraphs, or sections with labels that stand before the text or on lines of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scraper.quoting import MISSING
from scraper.records.article import Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugins._shared.lines import Text

_WORDS = (
    *("abstract", "aim", "aims", "analysis", "applications", "background", "case", "challenges", "clinical relevance", "context"),
    *("clinical significance", "clinical trial registration", "clinical trial registration number", "comparison", "comparators"),
    *("conclusion", "conclusions", "conclusion(s)", "content", "contribution", "data", "data collection", "data extraction"),
    *("data source", "data sources", "data selection", "data synthesis", "design", "diagnoses", "diagnosis", "discussion"),
    *("eligibility criteria", "ethics", "evidence acquisition", "evidence synthesis", "experimental approach", "exposure"),
    *("exposures", "findings", "funding", "goal", "goals", "highlights", "hypothesis", "impact", "implications", "importance"),
    *("information sources", "innovation", "intervention", "interventions", "interpretation", "introduction", "key messages"),
    *("key results", "keypoints", "key points", "level of evidence", "limitation", "limitations", "main outcome measure"),
    *("main outcome measures", "main outcome measure(s)", "main outcomes", "main outcomes and measures", "main results"),
    *("material", "materials", "measurements", "measures", "method", "methods", "methodology", "methods/design", "motivation"),
    *("novelty", "objective", "objectives", "observations", "outcome", "outcomes", "outlook", "participants", "patient"),
    *("patient concerns", "patients", "population", "presentation of case", "principal findings", "procedure", "procedures"),
    *("prospero registration", "purpose", "purpose of review", "rationale", "recent findings", "recommendations", "registration"),
    *("relevance", "research question", "result", "results", "review methods", "sample", "scope", "search strategy"),
    *("selection criteria", "setting", "settings", "significance", "statement of significance", "study design", "study selection"),
    *("subject", "subjects", "summary", "supplementary information", "systematic review registration", "translation", "treatment"),
    *("trial registration", "trial registration number", "unlabelled", "what this study adds", "wider implications"),
    *("case presentation", "case report", "case description", "case summary", "lessons", "therapy", "technique"),
    *("availability and implementation", "graphical abstract", "synopsis", "search methods", "authors' conclusions"),
    *("main body", "short conclusion", "practical applications", "perspective", "perspectives", "future directions"),
)
LABELS = frozenset(_WORDS)
"""Labels of abstracts' sections, case-folded; two of them may be joined by "and", "&", "/" or a comma."""

_LONGEST = 200  # characters of a label, far more than two of the list have; most texts that are asked about are paragraphs
_JOINED = re.compile(r"\s*(?:,|/|&|\band\b)\s*")
# Shaped like a label; lower case begins none.
_SHAPED = re.compile(r"^(?P<heading>[^\W\d_a-z][^.:;?!]{0,60}?)\s*:\s+(?P<text>\S.*)$", re.DOTALL)
_INSIDE = re.compile(r"(?:^|(?<=[.?!)\]]\s))(?P<heading>[^\W\d_a-z][^.:;?!]{0,60}?)\s?:\s(?=\S)")


def is_label(text: str) -> bool:
    """Whether a text is a label as abstracts use them."""
    if len(text) > _LONGEST:
        return False
    folded = " ".join(text.rstrip(":").split()).casefold()
    return folded in LABELS or all(part in LABELS for part in _JOINED.split(folded))


def abstract(paragraphs: Sequence[Text]) -> list[Section]:
    """Read the paragraphs of an abstract into sections."""
    # Labels that are in nobody's list count where every paragraph has one.
    shaped = len(paragraphs) > 1 and all(_SHAPED.match(each.squash().value) for each in paragraphs)
    known = any(_labelled(each) for each in paragraphs)
    found: list[Section] = []
    heading = MISSING
    for paragraph in paragraphs:
        if not heading and is_label(paragraph.value) and len(paragraphs) > 1:
            heading = paragraph.removesuffix(":").strip()
            continue
        found.extend(_sections(paragraph.squash(), heading, alone=len(paragraphs) == 1, anything=shaped and known))
        heading = MISSING
    return found


def is_structured(paragraph: Text) -> bool:
    """Whether a paragraph begins an abstract that has labels."""
    return _labelled(paragraph) or is_label(paragraph.value)


def _labelled(paragraph: Text) -> bool:
    found = _SHAPED.match(" ".join(paragraph.value.split()))
    return bool(found and is_label(found["heading"]))


def _sections(text: Text, heading: Text, *, alone: bool, anything: bool) -> Iterator[Section]:
    """Yield the sections of one paragraph.

    Args:
        text: The paragraph.
        heading: The label on the line before, if there is one.
        alone: Whether it is the whole abstract, and may hold several sections in a row.
        anything: Whether a label need not be a known one.
    """
    inside = [] if heading else [found for found in _INSIDE.finditer(text.value) if is_label(found["heading"])]
    if inside and not inside[0].start():
        inside = inside if alone else inside[:1]
        ends = [*(found.start() for found in inside[1:]), len(text.value)]
        for found, end in zip(inside, ends, strict=True):
            yield Section(heading=text[slice(*found.span("heading"))], text=text[found.end() : end].strip())
    elif anything and not heading:
        yield Section(**text.groups(_SHAPED))
    else:
        yield Section(heading=heading, text=text)
