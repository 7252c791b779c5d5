"""Record heads: what stands before a block, in WARC (1.1 §4) and in ARC (version 1 and 2).

Written here rather than taken from a library, because a head decides where its record ends: libraries repair what they
read (unfold, strip, skip), and a repaired length is a torn record taken for a good one.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import Final

from attrs import frozen

MAX_LINE: Final = 1 << 16
"""Longest header line, and hence URL, in bytes; WARC 1.1 sets no bound."""
MAX_HEAD: Final = 1 << 20
"""Longest head in bytes."""

WARC_LINE: Final = re.compile(rb"WARC/\d\.\d{1,3}[ \t\r]*\n")
ARC_LINE: Final = re.compile(
    rb"(?P<url>[A-Za-z][A-Za-z0-9+.\-]*:[^\r\n]*?) (?P<ip>[0-9A-Fa-f.:]+|-) (?P<date>\d+|-)"
    rb" (?P<type>\S+)(?: (?P<more>\S+ \S+ \S+ \S+ \S+))? (?P<length>\d+)\r?\n"
)
_ONCE: Final = frozenset({"warc-type", "warc-record-id", "warc-date", "warc-target-uri", "content-length"})
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # in no head (WARC 1.1 §4): noise runs through it
_FILEDESC_LINE: Final = re.compile(rb"filedesc:[^\n]* (?P<length>\d+)\r?\n")
_ARC_DATE: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?", re.ASCII)


@frozen
class Head:
    """One record's head.

    Attributes:
        fields: Header fields by lower-case name, unfolded and stripped; the first of several counts.
        length: Content-Length: bytes of the block.
        raw: The head's bytes as archived, its closing blank line included.
        arc: Whether this is the line of an ARC, whose fields are then given their WARC names.
    """

    fields: dict[str, str]
    length: int
    raw: bytes
    arc: bool = False

    @property
    def kind(self) -> str:
        """The record's type, lower case, e.g. `response`."""
        return self.fields.get("warc-type", "").lower()

    @property
    def url(self) -> str:
        """The target URI, without the angle brackets that WARC 1.0's grammar asks for; empty when there is none."""
        uri = self.fields.get("warc-target-uri", "")
        return uri[1:-1] if uri[:1] == "<" and uri[-1:] == ">" else uri

    @property
    def date(self) -> str:
        """WARC-Date verbatim (WARC 1.1 §5.4); empty when it is missing."""
        return self.fields.get("warc-date", "")

    def record_id(self, block: bytes) -> str:
        """WARC-Record-ID, or one derived from URL, date and block where there is none (ARC): the same at each reading."""
        given = self.fields.get("warc-record-id")
        if given:
            return given
        name = f"{self.date} {self.url} {hashlib.sha256(block).hexdigest()}"
        return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>"


def opens(line: bytes, *, arc: bool) -> bool:
    """Whether a line (with its line feed) opens a record."""
    if arc:
        return ARC_LINE.fullmatch(line) is not None or line.startswith(b"filedesc:")
    return WARC_LINE.fullmatch(line) is not None


def parse_warc(raw: bytes) -> Head | str:
    """Read a WARC head (WARC 1.1 §4).

    Bare line feeds are taken as line ends too (git turns CRLF into LF, and archives live in repositories).

    Args:
        raw: Its bytes from the version line to the blank line, inclusive.

    Returns:
        The head, or what is wrong with it.
    """
    if _CONTROL.search(raw):
        return "the head holds control characters"
    fields: dict[str, str] = {}
    name = ""
    for line in _text(raw).split("\n")[1:]:
        if line[:1] in {" ", "\t"} and name:  # folded: WARC 1.1 §4 keeps RFC 822's continuation lines
            fields[name] = f"{fields[name]} {line.strip()}".strip()
            continue
        before, colon, value = line.partition(":")
        if colon:
            name = before.strip().lower()
            if fields.setdefault(name, value.strip()) != value.strip() and name in _ONCE:
                return f"the head states {before.strip()} twice"
    length = fields.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) <= 18):  # noqa: PLR2004  below 2**63
        return f"Content-Length is {length!r}, not a number of bytes"
    if not fields.get("warc-type"):
        return "the record has no WARC-Type"
    return Head(fields, int(length), raw)


def parse_arc(raw: bytes) -> Head | str:
    """Read an ARC URL line, version 1 (5 fields) or 2 (10 fields); a space in the URL is tolerated.

    Args:
        raw: The line with its line feed.

    Returns:
        The head with its fields under their WARC names, or what is wrong with it.
    """
    first = _FILEDESC_LINE.fullmatch(raw)
    if first:
        return Head({"warc-type": "filedesc"}, int(first["length"]), raw, arc=True)
    match = ARC_LINE.fullmatch(raw)
    if match is None:
        return "the line is no ARC URL record line"
    fields = {
        "warc-type": "response",
        "warc-target-uri": _text(match["url"]),
        "warc-date": _arc_date(match["date"].decode("ascii")),
        "content-type": _text(match["type"]),
    }
    return Head(fields, int(match["length"]), raw, arc=True)


def _arc_date(digits: str) -> str:
    """`20050614070144` as `2005-06-14T07:01:44Z`; with fewer digits to the precision they have; empty for others."""
    match = _ARC_DATE.fullmatch(digits)
    if match is None:
        return ""
    year, month, day, hour, minute, second = match.groups()
    time = "" if hour is None else f"T{hour}:{minute}Z" if second is None else f"T{hour}:{minute}:{second}Z"
    return f"{year}-{month}-{day}{time}"


def _text(raw: bytes) -> str:
    """Header bytes as text: UTF-8 (WARC 1.1 §4), or Latin-1 where they are not, which loses nothing."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
