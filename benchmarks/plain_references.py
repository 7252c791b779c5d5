"""How the contestant without provenance reads references and funding: pairs ("citation_title=…;citation_year=…") or plain text.

Plain text is read as far as it is a citation of the form "Authors. Title. Journal. 2022;62(8):2140-57. doi: 10.…", with the
expressions that our own sites use.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from plain_values import MONTH, clean, date, distinct, doi, pmcid, pmid, span

if TYPE_CHECKING:
    from collections.abc import Callable

    Pairs = dict[str, list[str]]

# DOIs and titles hold semicolons: a pair ends where the next begins.
_NAME = re.compile(r"(?:^|;)(?P<space>\s*)(?P<name>citation_\w+|dc\.\w+)\s*=\s*")
# One large publisher writes the journal without a name after the title, and two spaces before the next pair.
_BARE_JOURNAL = re.compile(r";\s(?P<journal>[^;=]{2,100})$")
_ALSO = re.compile(r"\s*(?:,\s*and\s|,|\band\s|;)\s*")
_FAMILY_FIRST = re.compile(r"^[^,;]+,(?!\s*and\b)[^,;]+$(?<!et al)(?<!et al\.)")
_UNCERTAIN = re.compile(r",| and |;|\bet al\b|\bed\b")
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?){1,4}|[A-Z](?:-?[A-Z]){0,3}")


def reference(text: str) -> dict[str, Any]:
    """Read a reference."""
    said = _pairs(text)
    return _from_pairs(said) if said else citation(clean(text))


def funding(text: str) -> list[dict[str, str]]:
    """Read a funder and the awards: pairs, or a funder's name."""
    said = _pairs(text)
    funder = _first(said, "citation_funder", "citation_funding_source") if said else clean(text)
    awards = [*said.get("citation_grant_number", ()), *said.get("citation_award_number", ())]
    return [{"funder": funder, "award": award} for award in awards] or [{"funder": funder}]


def _pairs(text: str) -> Pairs:
    said: Pairs = {}
    names = list(_NAME.finditer(text))
    for name, after in zip_longest(names, names[1:]):
        value = text[name.end() : after.start() if after else len(text)].rstrip("; \t\n")
        bare = _BARE_JOURNAL.search(value) if after and len(after["space"]) > 1 else None
        if bare:
            said.setdefault("citation_journal_title", []).append(bare["journal"])
            value = value[: bare.start()]
        value = clean(value)
        if value:
            said.setdefault(name["name"].lower(), []).append(value)
    return said


def _first(said: Pairs, *names: str, read: Callable[[str], str] | None = None) -> str:
    for name in names:
        for text in said.get(name, ()):
            value = read(text) if read else text
            if value:
                return value
    return ""


def _from_pairs(said: Pairs) -> dict[str, Any]:
    authors = [*said.get("citation_author", ()), *said.get("citation_authors", ()), *said.get("dc.creator", ())]
    return {
        "title": _first(said, "citation_title", "dc.title"),
        "authors": distinct(name for text in authors for name in _joined(text)),
        "journal": _first(
            said, "citation_journal_title", "citation_journal_abbrev", "citation_inbook_title", "citation_conference_title"
        ),
        "published": _first(said, "citation_publication_date", "citation_date", "citation_year", "dc.date", read=date),
        "volume": _first(said, "citation_volume"),
        "issue": _first(said, "citation_issue"),
        "pages": _first(said, "citation_pages")
        or span(
            _first(said, "citation_firstpage", "citation_first_page"),
            _first(said, "citation_lastpage", "citation_last_page"),
        ),
        "doi": _first(said, "citation_doi", read=doi),
        "pmid": _first(said, "citation_pmid", read=pmid),
        "pmcid": _first(said, "citation_pmcid", read=pmcid),
    }


def _joined(text: str) -> list[str]:
    """Return the names of a value: one, or several where each is certainly one; "Roe, Jane" is one."""
    names = [name.strip() for name in _ALSO.split(text)]
    if len(names) > 1 and all(name and _is_one(name) for name in names):
        return names
    return [text] if not _UNCERTAIN.search(text) or _FAMILY_FIRST.match(text) else []


def _is_one(name: str) -> bool:
    """Whether a text is one author: "Roe J", or initials first, "J. Roe" and "JK Roe"."""
    *initials, family = name.split()
    first = bool(initials) and all(map(_INITIALS.fullmatch, initials))
    return _is_author(name) or (first and family[:1].isupper() and len(family) > 1)


# Citations in plain text

_DOI = re.compile(r"(?:\bdoi:?\s*|\bdoi\.org/)+(10\.\d[\d.]*/\S+)", re.IGNORECASE)
_BARE_DOI = re.compile(r"^(10\.\d[\d.]*/\S+)$")
_IDENTIFIER = re.compile(r"\s*(?:\bdoi:?\s*10\.|https?://|\b(?:PMID|PMC|PMCID):\s*\w)", re.IGNORECASE)
_PMID = re.compile(r"\bPMID:\s*([1-9]\d*)")
_PMCID = re.compile(r"\bPMC(?:ID)?:\s*(?:PMC)?(\d+)")
_LABELS = re.compile(r"(?:\s+[-–]\s+(?:DOI|PMC|PubMed))+\s*$|\s+View\s*$")  # noqa: RUF001  # an en dash, as on pages
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
_ABBREVIATED = re.compile(r"[A-Z]\w{0,8}(?: [A-Z]\w{0,8}){0,4}")  # perhaps the beginning of "J. Clin. Invest."

_SEASON = r"(?:(?:Spring|Summer|Autumn|Fall|Winter)\b|[1-4](?:st|nd|rd|th)\sQuart\w*)"
_YEAR = r"(?:1[6-9]|20)\d\d\b"
DATE = rf"{_YEAR}(?:\s(?:{MONTH}|{_SEASON})(?:\s?[\s/–-]\s?(?:{MONTH}|{_SEASON}|{_YEAR}|\d{{1,2}}\b))*)?"  # noqa: RUF001
_PART = r"(?:[A-Z]{0,4}\d[\w/–-]*|[IVXLCDM]+|Suppl\w*|Pt|Part|Chapter|Spec|No|Hors|[A-Z])"  # noqa: RUF001
_VOLUME = rf"(?P<volume>(?:{_PART}(?:\s{_PART}){{0,4}})?)\s?(?:\((?P<issue>[^()]*)\))?"
_PAGE = r"(?:(?:[A-Za-z][\w.-]{0,15}?)?\d[\w()/–—-]*(?:\.[\w()/–—-]+)*|[ivxlc]+(?:[-–][ivxlc]+)?|[A-Z]+(?:[-–][A-Z]+)?)"  # noqa: RUF001
_PAGES = rf"(?P<pages>(?:Unit\s)?{_PAGE}(?:[,;]\s?(?:[a-z]+\s){{0,2}}{_PAGE})*)"
_END = r"(?=\.?\s*$|[.,]\s|\.?\s+(?:doi|DOI)\b)"
_IMPRINTS = tuple(
    re.compile(rf"(?<!\S)(?P<published>{DATE}){rest}")
    for rest in (
        rf"\s?;\s?{_VOLUME}(?:\s?:\s?{_PAGES})?{_END}",
        rf"\s?;\s?{_VOLUME}(?=\s?:)",
        rf":(?P<volume>\d\w{{0,8}}(?:\sSuppl(?:\s\w+)?)?):{_PAGES}{_END}",
        rf":(?!\d+{_END}){_PAGES}{_END}",
        r"(?=\s?;|:\d)",
        r"(?=[.\s]*$)",
    )
)
_DAY = re.compile(rf"^\d{{4}}\s{MONTH}(?:\s\d{{1,2}})?$")
_DAYS = re.compile(rf"^(\d{{4}}\s{MONTH})\s\d{{1,2}}\s?[-–/]\s?\d{{1,2}}$")  # noqa: RUF001  # an en dash


def citation(shown: str) -> dict[str, Any]:
    """Read a citation, white space collapsed, as far as it is certain."""
    shown = _before(_LABELS, shown)
    head, imprint = head_and_imprint(shown)
    first = _SENTENCE_END.search(head)
    names = authors(head[: first.start()]) if first else []
    # Without a volume it may be a book: its last sentence is a publisher then, or an edition.
    title, journal = _title_and_journal(head[first.end() :]) if first and not is_bare(imprint) else ("", "")
    pmid, pmcid = _PMID.search(shown), _PMCID.search(shown)
    return {
        "citation": shown,
        "authors": names if title or len(names) > 1 else [],
        "title": title if names else "",
        "journal": journal,
        "doi": bare_doi(shown),
        "pmid": pmid[1] if pmid else "",
        "pmcid": f"PMC{pmcid[1]}" if pmcid else "",
        **imprint,
        "published": published(imprint.get("published", "")),
    }


def head_and_imprint(text: str) -> tuple[str, dict[str, str]]:
    """Return what stands before the date, volume, issue and pages of a citation, and these as they stand there."""
    body = _before(_IDENTIFIER, text)
    found = next((found for form in _IMPRINTS if (found := form.search(body))), None)
    return (body[: found.start()], found.groupdict()) if found else ("", {})


def is_bare(imprint: dict[str, str]) -> bool:
    """Whether nothing but a date is there, as in books and works in press."""
    return not any(imprint.get(name) for name in ("volume", "issue", "pages"))


def _before(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return text[: found.start()] if found else text


def bare_doi(text: str) -> str:
    """Return the DOI that a text names, without the punctuation of the sentence around it."""
    named = _DOI.search(text) or _BARE_DOI.search(text)
    doi = named[1].rstrip(".,;") if named else ""
    if doi.endswith(")") and doi.count(")") > doi.count("("):  # the parenthesis was opened before the DOI
        doi = doi[:-1].rstrip(".,;")
    return doi


def published(text: str) -> str:
    """Read a citation's date, no more precisely than is certain: a range of days is a month, one of months a year."""
    if len(re.findall(r"\d{4}", text)) != 1:
        return ""
    days = _DAYS.match(text)
    return date(text if _DAY.match(text) else days[1] if days else text[:4])


def authors(text: str) -> list[str]:
    """Return the authors of a citation's first sentence; none unless every one of them is certain."""
    people, _, groups = text.strip().removesuffix(".").removesuffix(" et al").rstrip(",").partition(";")
    named = [name for name in map(str.strip, people.split(",")) if name]
    if not named or not all(map(_is_author, named)):
        return []
    return [*named, *(group for group in map(str.strip, groups.split(";")) if group)]


def _is_author(name: str) -> bool:
    """Whether a text is one author as citations write them: family name, then initials ("Araújo AC", "Smith J Jr")."""
    words = name.split()
    if words and words[-1] in _SUFFIXES:
        words.pop()
    if not 1 < len(words) <= _MOST_WORDS or words[0][0].isdigit() or _GROUP.search(name):
        return False
    initials = words[-1].replace("-", "")
    return initials.isalpha() and initials.isupper() and len(initials) <= _LONGEST_INITIALS


def _title_and_journal(text: str) -> tuple[str, str]:
    """Cut "Title. Journal." in two; both are empty unless it is certain where the title ends."""
    head = text.strip().rstrip(".,").strip()
    ends = list(_SENTENCE_END.finditer(head))
    if not ends:
        return "", ""
    before = head[ends[-2].end() if len(ends) > 1 else 0 : ends[-1].start()]
    journal = head[ends[-1].end() :]
    if not is_journal(journal) or _ABBREVIATED.fullmatch(before):
        return "", ""
    return head[: ends[-1].end()].strip().removesuffix("."), journal


def is_journal(name: str) -> bool:
    """Whether a sentence can be a whole journal title: no "Section D", no rest of a sentence."""
    lower = name[:1].islower() and not _LOWER_CASE_JOURNAL.match(name)
    return 0 < len(name) <= _LONGEST_JOURNAL and not lower and not _NO_JOURNAL.match(name)
