"""Citations as the National Library of Medicine writes them: "Journal. 2023 Apr 11;14(1):71. doi: 10.…".

Four sites show them, each with its own white space, link labels and list numbers. What does not parse with certainty is left
absent: a citation has hardly any marks between its parts but periods, and periods stand inside the parts too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plugins._shared.imprint import imprint
from scraper.quoting import MISSING
from scraper.records.article import Reference

if TYPE_CHECKING:
    from plugins._shared.lines import Text

_DOI = re.compile(r"(?:\bdoi:?\s*|\bdoi\.org/)+(10\.\d[\d.]*/\S+)", re.IGNORECASE)
_BARE_DOI = re.compile(r"^10\.\d[\d.]*/\S+$")
_IDENTIFIER = re.compile(r"\s*(?:\bdoi:?\s*10\.|https?://|\b(?:PMID|PMC|PMCID):\s*\w)", re.IGNORECASE)
_PMID = re.compile(r"\bPMID:\s*([1-9]\d*)")
_PMCID = re.compile(r"\bPMC(?:ID)?:\s*((?:PMC)?\d+)")
_LABELS = re.compile(r"(?:\s+[-–]\s+(?:DOI|PMC|PubMed))+\s*$|\s+View\s*$")  # noqa: RUF001  # an en dash, as on pages
_LAST_LABELS = ("DOI", "PMC", "PubMed", "View")
_SENTENCE_END = re.compile(r"[.?!…][\"”’)\]]?\s+")  # noqa: RUF001  # a typographic quotation mark, as on pages

_SUFFIXES = frozenset({"Jr", "Sr", "2nd", "3rd", "4th", "II", "III", "IV"})
_GROUP = re.compile(
    r"\b(?:Group|Consortium|Collaborat\w+|Investigators|Network|Committee|Study|Team|Initiative|Association|Society|Trials?|Registry"
    r"|Organi[sz]ation|Cent(?:er|re)s?|Institut\w+|Foundation|Program(?:me)?|Project|Alliance|Council|Department)\b"
)
_LONGEST_INITIALS = 4
_MOST_WORDS = 6  # of an author: five of family name, one of initials

_LONGEST_JOURNAL = 100
_NO_JOURNAL = re.compile(r"In:|(?:Section|Part|Series|Suppl)\b|\d+(?:st|nd|rd|th)\b|[^\w\"“(]|\w$")
_LOWER_CASE_JOURNAL = re.compile(r"[a-z]{1,3}[A-Z]|npj\b|bioRxiv|medRxiv")
# What may be the beginning of a journal written with periods: "J. Clin. Invest.", "J Allergy Clin. Immunol."
_ABBREVIATED = re.compile(r"[A-Z]\w{0,8}(?: [A-Z]\w{0,8}){0,4}")


def bare_doi(text: Text) -> Text:
    """Return the DOI that a text names: without prefix, URL, or the punctuation of the sentence around it."""
    found = (text.re(_DOI) or text.re(_BARE_DOI)).rstrip(".,;")
    unopened = bool(found) and found.value.endswith(")") and found.value.count(")") > found.value.count("(")
    return found[:-1].rstrip(".,;") if unopened else found


def without_labels(text: Text) -> Text:
    """Narrow to before the labels of links that a reference ends with: "- DOI - PubMed", "View"."""
    found = _LABELS.search(text.value) if text and text.value.rstrip().endswith(_LAST_LABELS) else None
    return text[: found.start()] if found else text


def before_identifiers(text: Text) -> Text:
    """Narrow to before the DOI and other identifiers that a reference ends with."""
    found = _IDENTIFIER.search(text.value) if text else None
    return text[: found.start()] if found else text


def is_author(name: str) -> bool:
    """Whether a text is one author as citations write them: family name, then initials ("Araújo AC", "Smith J Jr")."""
    words = name.split()
    if words and words[-1] in _SUFFIXES:
        words.pop()
    if not 1 < len(words) <= _MOST_WORDS or words[0][0].isdigit() or _GROUP.search(name):
        return False
    initials = words[-1].replace("-", "")
    return initials.isalpha() and initials.isupper() and len(initials) <= _LONGEST_INITIALS


def authors(text: Text) -> list[Text]:
    """Return the authors of a citation's first sentence; none unless every one of them is certain.

    Groups stand behind a semicolon ("Smith J, Doe A; Example Study Group"); "et al." is no author.
    """
    people, _, groups = text.strip().removesuffix(".").removesuffix(" et al").rstrip(",").partition(";")
    named = [name for name in (part.strip() for part in people.split(",")) if name]
    if not named or not all(is_author(name.value) for name in named):
        return []
    return [*named, *(group for group in (part.strip() for part in groups.split(";") if groups) if group)]


def title_and_journal(text: Text, *, dotted: bool = True) -> tuple[Text, Text]:
    """Cut "Title. Journal." in two; both are `MISSING` unless it is certain where the title ends.

    Args:
        text: What stands between the authors and the date.
        dotted: Whether the journal may be written with periods ("J. Clin. Invest.").
    """
    head = text.strip().rstrip(".,").strip()
    ends = [(found.start(), found.end()) for found in _SENTENCE_END.finditer(head.value)] if head else []
    if not ends:
        return MISSING, MISSING
    before = head.value[ends[-2][1] if len(ends) > 1 else 0 : ends[-1][0]]
    named = head[ends[-1][1] :]
    if not is_journal(named.value) or (dotted and _ABBREVIATED.fullmatch(before)):
        return MISSING, MISSING
    return head[: ends[-1][1]].strip().removesuffix("."), named


def is_journal(name: str) -> bool:
    """Whether a sentence can be a whole journal title: no "Section D", no rest of a sentence."""
    lower = name[:1].islower() and not _LOWER_CASE_JOURNAL.match(name)
    return bool(name) and len(name) <= _LONGEST_JOURNAL and not lower and not _NO_JOURNAL.match(name)


def identifiers(text: Text) -> dict[str, Any]:
    """Return what identifies a work, by the names of records' fields."""
    pmcid = text.re(_PMCID)
    # Some sites leave out the letters that belong to the number.
    pmcid = pmcid if not pmcid or pmcid.value.startswith("PMC") else pmcid.then("prefix", text="PMC")
    return {"doi": bare_doi(text), "pmid": text.re(_PMID), "pmcid": pmcid}


def reference(shown: Text) -> Reference:
    """Read a reference: "Authors. Title. Journal. 2022;62(8):2140-57. doi: 10.… - DOI - PubMed"."""
    citation = without_labels(shown.squash())
    body = before_identifiers(citation)
    read = imprint(body)
    head = body[: read.start] if read.start > 0 else MISSING
    first = _SENTENCE_END.search(head.value) if head else None
    names = authors(head[: first.start()]) if first else []
    # Without a volume it may be a book: its last sentence is a publisher then, or an edition.
    title, named = title_and_journal(head[first.end() :]) if first and not read.is_bare else (MISSING, MISSING)
    return Reference(
        citation=citation,
        authors=names if title or len(names) > 1 else [],
        title=title if names else MISSING,
        journal=named,
        **identifiers(citation),
        **read.fields(),
    )
