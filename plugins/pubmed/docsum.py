"""The entries of PubMed's lists of similar and citing articles.

A title, then authors in full and in short, the citation in full and in short, and the PMID, on one line or on several:

    Example title.
    Doe J, Roe R. Doe J, et al. Example J Med. 2022 May;3(4):5-6. doi: 10.…. Example J Med. 2022. PMID: 1 Free PMC article.

The page shows one of each two forms at a time, the full one where there is room: it is the one quoted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugins._shared.citation import authors, bare_doi, is_journal
from plugins._shared.imprint import imprint
from plugins._shared.lines import item
from scraper.quoting import MISSING, Sourced
from scraper.records.article import Reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugins._shared.lines import Text

_PMID = re.compile(r"\bPMID:\s*([1-9]\d*)")
_AFTER = re.compile(
    r"^(?:Free (?:PMC )?article\.|Review\.|Clinical Trial\.|No abstract available\.|\d[\d,]* articles?$|(?:See|Show) all\b.*)"
)
_SENTENCE = re.compile(r"[.?!]\s+")


def docsums(lines: Sequence[Text]) -> list[Reference]:
    """Read the entries of a list; the line of the PMID ends each of them, and what follows the last one belongs to none."""
    found: list[Reference] = []
    held: list[Text] = []
    for line in lines:
        if held or not _AFTER.match(line.value):
            held.append(line)
        if held and _PMID.search(line.value):
            found.append(_docsum(held))
            held = []
    return found


def _docsum(lines: Sequence[Text]) -> Reference:
    title = item(lines[0]).squash() if len(lines) > 1 else MISSING
    body = [line.squash() for line in (lines[1:] if title else lines)]
    pmid = body[-1].re(_PMID)
    source = next((line for line in body if not imprint(_before_pmid(line)).is_bare), MISSING)
    read = imprint(_before_pmid(source))
    head = source[: read.start] if read.start > 0 else MISSING
    named, full = _journal(head, source)
    names = body[0].re(r"^(.*?\.)(?:\s|$)")
    people = authors(names)
    pieces = [title, names if people else MISSING, full]
    return Reference(
        citation=Sourced.join(" ", pieces if full else [title, *body]),
        title=title.removesuffix("."),
        authors=people,
        journal=named,
        doi=bare_doi(full or source),
        pmid=pmid,
        **read.fields(),
    )


def _before_pmid(line: Text) -> Text:
    found = _PMID.search(line.value) if line else None
    return line[: found.start()].strip() if found else line


def _journal(head: Text, source: Text) -> tuple[Text, Text]:
    """Return the journal before the date, and the whole citation from it on, up to where the page repeats it in short."""
    if not head:
        return MISSING, MISSING
    start = max((found.end() for found in _SENTENCE.finditer(head.value.rstrip(" ."))), default=0)
    named = head[start:].strip().removesuffix(".")
    if not is_journal(named.value):
        return MISSING, MISSING
    rest = source[start:]
    end = rest.value.find(f" {named.value}. ", 1)
    return named, _before_pmid(rest[:end] if end > 0 else rest)
