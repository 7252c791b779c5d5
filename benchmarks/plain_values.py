"""How the contestant without provenance reads values: a meta's content as text, dates, identifiers, authors.

Plain texts and compiled expressions, which are those of the site `scholarly`: what differs between the two is the provenance alone.
A `Lookup` returns what a page says under a name, verbatim; a field asks several names, the best first.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Lookup = Callable[[str], Sequence[str]]
    Metas = Iterable[tuple[str, str]]

_PLACEHOLDERS = frozenset({"-", "--", "n/a", "soon will be listed here", "no data available", "no abstract available"})
_INLINE = (
    r"a|abbr|b|bdi|bold|cite|code|em|ext-link|font|i|img|inline-formula|inline-graphic|ital|italic|math|monospace|named-content|q|sc|small"
    r"|span|strong|styled-content|sub|sup|tex-math|tt|u|underline|xref|(?:mml|m):[a-z]+|jats:(?!p\b|sec\b|title\b|list)[a-z-]+"
)
_BLOCK = (
    r"blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|sec|section|table|tbody|td|th|title|tr|ul|jats:(?:p|sec|title|list|list-item)"
)
_TAG = re.compile(rf"</?(?:{_INLINE}|{_BLOCK})(?:\s[^<>]*)?/?>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,31}\d{0,2});", re.IGNORECASE)
_PART = re.compile(r"(?:&(?:#\w{1,8}|[a-z]{2,31}\d{0,2});|[^;])+", re.IGNORECASE)


def clean(text: str) -> str:
    """Return a content as plain text: white space collapsed, no markup; empty for placeholders."""
    text = " ".join(text.split())
    if "<" in text or "&" in text:
        text = _without_markup(text)
    return "" if text.rstrip(".").casefold() in _PLACEHOLDERS else text


def _without_markup(text: str) -> str:
    text = _TAG.sub("", _BLOCK_TAG.sub(" ", text))
    return " ".join(_REFERENCE.sub(lambda reference: html.unescape(reference[0]), text).split())


def parts(text: str) -> list[str]:
    """Return what stands between semicolons, but for those that end a character reference."""
    return _PART.findall(text) if "&" in text else text.split(";")


def first(texts: Lookup, names: Iterable[str], read: Callable[[str], str] = clean) -> str:
    """Return the first value that can be read."""
    for name in names:
        for text in texts(name):
            value = read(text)
            if value:
                return value
    return ""


def every(texts: Lookup, names: Iterable[str], read: Callable[[str], Iterable[str]]) -> list[str]:
    """Return all values of the first name that has any, each once."""
    for name in names:
        found = distinct(value for text in texts(name) for value in read(text))
        if found:
            return found
    return []


def distinct(texts: Iterable[str]) -> list[str]:
    """Return the texts that are not empty, each once."""
    return [text for text in dict.fromkeys(texts) if text]


# Identifiers

_LABEL = r"(?:(?:urn:|info:)?doi\s?[:/]\s*|doi\s+|https?://(?:www\.|dx\.)?doi\.org/)"
_INVISIBLE = r"\s\x00-\x20\u180e\u200b\ufeff"
_DOI = re.compile(rf"^[{_INVISIBLE}]*{_LABEL}*(10\.\d[\d.]*/[^{_INVISIBLE}]+?)[.,;]?[{_INVISIBLE}]*$", re.IGNORECASE)
_PMID = re.compile(r"^\s*(?:pmid:?\s*|info:pmid/|https?://pubmed\.ncbi\.nlm\.nih\.gov/)?([1-9]\d*)/?\s*$", re.IGNORECASE)
_NAMED_PMID = re.compile(r"^\s*(?:pmid:\s*|info:pmid/)([1-9]\d*)\s*$", re.IGNORECASE)
_PMCID = re.compile(r"^\s*(?:(?i:pmcid):?\s*)?(?:PMC)?(\d+)\s*$")
_NAMED_PMCID = re.compile(r"^\s*(?:pmcid:\s*|info:pmcid/)?(PMC\d+)\s*$")
_ISSN = re.compile(r"(?<![\w-])\d{4}-?\d{3}[\dXx](?![\w-])")
_URL = re.compile(r"^\s*((?:https?:)?/\S+)\s*$")
_RANGE = re.compile(r"\w\s?[-–]\s?\w")  # noqa: RUF001  # an en dash


def doi(text: str) -> str:
    """Return a content's DOI without label or URL; a content that is more than a DOI has none."""
    found = _group(_DOI, text)
    return clean(found) if "&" in found else found


def pmid(text: str) -> str:
    """Return a content's PubMed identifier."""
    return _group(_PMID, text)


def named_pmid(text: str) -> str:
    """Return a PubMed identifier that says so."""
    return _group(_NAMED_PMID, text)


def pmcid(text: str) -> str:
    """Return a content's PubMed Central identifier, with the letters that some sites leave out."""
    found = _PMCID.match(text)
    return f"PMC{found[1]}" if found else ""


def named_pmcid(text: str) -> str:
    """Return a PubMed Central identifier that says so."""
    return _group(_NAMED_PMCID, text)


def issns(text: str) -> list[str]:
    """Return every ISSN of a content."""
    return _ISSN.findall(text)


def link(text: str) -> str:
    """Return a content that is a link, without white space around it."""
    return _group(_URL, text)


def span(start: str, end: str) -> str:
    """Return pages, first to last; the first alone where it is a range, or nothing comes after it."""
    return start if not start or not end or start == end or _RANGE.search(start) else f"{start}-{end}"


def _group(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


# Dates

MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b"
)
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}  # noqa: SIM905  # read as prose
_Y, _B = r"(?P<y>\d{4})", rf"(?P<m>{MONTH})"
_DATES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_Y}([-/.])(?P<m>\d{{1,2}})\2(?P<d>\d{{1,2}})(?=$|[T\s])",
        rf"{_Y}[-/.](?P<m>\d{{1,2}})$",
        rf"{_Y}$",
        rf"{_Y}(?P<m>\d\d)(?P<d>\d\d)$",
        rf"{_Y} {_B}\.? (?P<d>\d{{1,2}})$",
        rf"{_Y}[ -]{_B}$",
        rf"(?P<d>\d{{1,2}})(?: {_B},? |-{_B.replace('<m>', '<n>')}-){_Y}(?=$|\s)",
        rf"{_B}\.? (?P<d>\d{{1,2}}),? {_Y}(?=$|\s)",
        rf"{_B}(?:[,.]? |-){_Y}$",
        rf"(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.{_Y}$",
        # With slashes the order is American or not: read where but one order makes a date.
        rf"(?P<d>1[3-9]|2\d|3[01])/(?P<m>\d{{1,2}})/{_Y}$",
        rf"(?P<m>\d{{1,2}})/(?P<d>1[3-9]|2\d|3[01])/{_Y}$",
        rf"(?P<d>0?(?P<m>\d{{1,2}}))/0?(?P=m)/{_Y}$",
    )
)
_AMBIGUOUS = re.compile(r"\d{1,2}/\d{1,2}/\d{4}$")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")


@lru_cache(maxsize=4096)
def date(text: str) -> str:
    """Read a date; of a range, a season or an impossible day the year. Kept, because dates come again and again."""
    text = " ".join(text.split())
    for form in _DATES:
        found = form.match(text)
        if found:
            said = found.groupdict()
            read = iso(said["y"], said.get("m") or said.get("n"), said.get("d"))
            if read:
                return read
    return "" if _AMBIGUOUS.match(text) else year(text)


def year(text: str) -> str:
    """Return the year of a date, if it names no other."""
    years = set(_YEAR.findall(text))
    return years.pop() if len(years) == 1 else ""


def iso(year: str, month: str | None, day: str | None) -> str:
    """Write a date in ISO 8601, as precise as its parts; empty if there is no such day."""
    try:
        number = (int(month) if month.isdecimal() else _MONTHS[month[:3].lower()]) if month else 0
        exact = dt.date(int(year), number or 1, int(day or 0) or 1).isoformat()
    except (KeyError, ValueError):
        return ""
    return exact if day and int(day) else exact[:7] if number else exact[:4]


# Authors

_JOINED = (
    *("citation_authors", "eprints.creators_name", "dc.creator", "dcterms.creator", "dc:creator", "dcterms:creator"),
    *("dc.contributor", "dcterms.contributor", "dc:contributor", "dcterms:contributor"),
)
# What follows a name after a comma, and is no given name; without periods and spaces.
_TITLES = frozenset(
    "md phd ms msc ma ba bs bsc mph rn dds dmd dvm mbbs mba pharmd dphil scd edd psyd drph jd frcs facs jr sr ii iii iv".split()  # noqa: SIM905  # read as prose
)
_AND = re.compile(r"^(?:and|&)\s+")
_ORCID = re.compile(r"(?<!\d)\d{4}-\d{4}-\d{4}-\d{3}[\dX](?!\d)")
_EMAIL = re.compile(rf"[^{_INVISIBLE}<>;,:]+@[^{_INVISIBLE}<>;,]+")
_NO_NAME = re.compile(r"^(?:https?:|www\.|\W*$)|@|^(?:n/?a|none|null|unknown|anonymous|admin|hwadmin)$", re.IGNORECASE)


def people(texts: Lookup, beginning: Callable[[str], Metas], linked: Sequence[Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Read the authors, and the affiliations that no author is tied to.

    Args:
        texts: What the page says under a name.
        beginning: Returns name and content of all metas whose names begin so, in order.
        linked: The authors in JSON-LD, which come last.
    """
    for head in ("citation_author", "bepress_citation_author"):
        groups = _groups(head, beginning(head))
        if groups:
            return _grouped(groups)
    names = every(texts, _JOINED, _names)
    found = [_author(name, alone=len(names) == 1) for name in names]
    return found or [author for one in linked for author in _linked_authors(one)], []


def _groups(head: str, metas: Metas) -> list[tuple[str, dict[str, list[str]]]]:
    """Return each author's name with what follows it, by the last part of its meta's name."""
    groups: list[tuple[str, dict[str, list[str]]]] = []
    for name, text in metas:
        if name == head:
            groups.append((text, {}))
        elif groups:
            groups[-1][1].setdefault(name.removeprefix(head), []).append(text)
    return [group for group in groups if _is_name(group[0])]


def _grouped(groups: Sequence[tuple[str, dict[str, list[str]]]]) -> tuple[list[dict[str, Any]], list[str]]:
    places = [
        distinct(clean(text) for what in ("_institution", "_affiliation", "_institute") for text in said.get(what, ()))
        for _, said in groups
    ]
    if len(groups) == 1:
        names = _names(groups[0][0])
        if len(names) > 1:
            return [_author(name) for name in names], places[0]
    # Where only the last has affiliations, the page may as well list all authors before all places.
    loose = len(groups) > 1 and bool(places[-1]) and not any(places[:-1])
    found = []
    for (name, said), own in zip(groups, places, strict=True):
        author = _author(clean(name.strip().rstrip(",;")), alone=len(groups) == 1)
        if not loose:
            author |= {"affiliations": own, "email": _email(said.get("_email", ())), "orcid": _orcid(said.get("_orcid", ()))}
        found.append(author)
    return found, places[-1] if loose else []


def _email(texts: Iterable[str]) -> str:
    return next((found[0].rstrip(".") for text in texts if (found := _EMAIL.search(text))), "")


def _orcid(texts: Iterable[Any]) -> str:
    return next((found[0] for text in texts if isinstance(text, str) and (found := _ORCID.search(text))), "")


def _names(text: str) -> list[str]:
    """Return each name of a content: joined by semicolons, or by commas where every part is a whole name."""
    joined = parts(text)
    if len(joined) == 1:
        names = text.split(",")
        if len(names) > 2 and all(len(name.split()) > 1 for name in names):  # noqa: PLR2004  # of two, one may be given names
            joined = names
    found = (clean(_AND.sub("", part.strip().rstrip(","))) for part in joined)
    return [name for name in found if _is_name(name)]


def _is_name(text: str) -> bool:
    return not _NO_NAME.search(text.strip())


def _author(name: str, *, alone: bool = False) -> dict[str, Any]:
    """Return an author; with family and given name where "Roe, Jane" tells them apart, with or without degrees after it."""
    pieces = [piece.strip() for piece in name.split(",")]
    while len(pieces) > 2 and _is_title(pieces[-1]):  # noqa: PLR2004  # family and given names stay
        pieces.pop()
    if len(pieces) != 2 or not all(pieces):  # noqa: PLR2004  # family and given names
        return {"name": name}
    family, given = pieces
    # "Roe, MA" are initials; "Jane Roe, MA" is a degree; "Jane Roe, John Doe" alone may as well be two people.
    if " " in family and (_is_title(given) or (alone and " " in given)):
        return {"name": name}
    return {"name": name, "family": family, "given": given}


def _is_title(text: str) -> bool:
    return re.sub(r"[.\s]", "", text).casefold() in _TITLES


def _linked_authors(one: Any) -> list[dict[str, Any]]:
    """Return the authors that a JSON-LD value names: a text, or a person with its parts."""
    if isinstance(one, str):
        return [_author(name) for name in _names(one)]
    if not isinstance(one, dict):
        return []
    name, given, family = (clean(str(one.get(key) or "")) for key in ("name", "givenName", "familyName"))
    if not _is_name(name or family):
        return []
    places = [place.get("name") if isinstance(place, dict) else place for place in listed(one.get("affiliation"))]
    orcid = _orcid([one.get("@id"), one.get("identifier"), *listed(one.get("sameAs")), *listed(one.get("url"))])
    return [
        {
            "name": name or " ".join(filter(None, (given, family))),
            "given": given,
            "family": family,
            "orcid": orcid,
            "email": _email([str(one.get("email") or "")]),
            "affiliations": distinct(clean(place) for place in places if isinstance(place, str)),
        }
    ]


def listed(value: Any) -> list[Any]:
    """Return what JSON-LD may write as a list or as one."""
    return value if isinstance(value, list) else [] if value is None else [value]
