"""What a file is: by its content, then by its name.

A container (another archive, a HAR, an MHTML, a WACZ) is known by how it begins, whatever it is called. A single page gets
its media type from its name as long as its content does not say otherwise; a file whose name says nothing, from its content.
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

import orjson

from scraper.archive.head import ARC_LINE, WARC_LINE
from scraper.archive.loaders.markup import beginning
from scraper.archive.members import MAGIC
from scraper.archive.payload import OCTETS, read_media_type

Format: TypeAlias = Literal["archive", "zip", "gzip", "har", "mhtml", "page"]

TEXT: Final = "text/plain"
HTML: Final = "text/html"
XML: Final = "application/xml"
JSON: Final = "application/json"
GZIP_MAGIC: Final = MAGIC
_TYPE: Final = re.compile(r"[\w!#$&^.+\-]{1,127}/[\w!#$&^.+\-]{1,127}", re.ASCII)  # RFC 6838 §4.2
_TOKEN: Final = re.compile(r"[\w!#$%&'*+.^`|~\-]{1,99}", re.ASCII)

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_ARCHIVE_NAME: Final = re.compile(r"\.(w?arc|wet|wat)(\.gz)?(\.open)?\Z", re.IGNORECASE)
_HAR: Final = re.compile(rb'\s*\{\s*"log"\s*:\s*\{\s*"(version|creator|browser|pages|entries|comment)"\s*:')
_MHTML: Final = re.compile(rb"^(Snapshot-Content-Location:|Content-Type:\s*multipart/related)", re.IGNORECASE | re.MULTILINE)
_MAIL_HEADER: Final = re.compile(rb"\s{0,9}[A-Za-z][A-Za-z0-9\-]{1,60}:[ \t]")
_MAIL_HEAD: Final = re.compile(rb"\r?\n\r?\n")

_BY_NAME: Final = {
    ".htm": HTML,
    ".html": HTML,
    ".xhtml": "application/xhtml+xml",
    ".xml": XML,
    ".json": JSON,
    ".txt": TEXT,
}
_NO_PAGES: Final = {".css": "a style sheet", ".js": "a script", ".mjs": "a script", ".map": "a source map", ".svg": "an image"}
_HTML_START: Final = re.compile(
    r"(?:<\?xml[^>]{0,200}\?>)?(?:\s++|(?><!--.*?-->))*+<(?:!doctype html|html)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_XML_START: Final = re.compile(r"\s*<\?xml\s")
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAGIC: Final = tuple(
    (re.compile(pattern, re.DOTALL), what)
    for pattern, what in (
        (rb"%PDF-\d", "a PDF"),
        (rb"\x89PNG\r\n", "a PNG image"),
        (rb"\xff\xd8\xff", "a JPEG image"),
        (rb"GIF8[79]a", "a GIF image"),
        (rb"RIFF.{4}(WEBP|WAVE|AVI )", "an image, sound or film"),
        (rb"wOF[F2]\0", "a font"),
        (rb"\x7fELF", "a program"),
        (rb"BZh[1-9]1AY&SY", "compressed with bzip2"),
        (rb"\xfd7zXZ\0", "compressed with xz"),
        (rb"\x28\xb5\x2f\xfd", "compressed with zstd"),
        (rb"7z\xbc\xaf\x27\x1c", "a 7-Zip file"),
        (rb"Rar!\x1a\x07", "a RAR file"),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
        (rb"SQLite format 3\0", "a database"),
        (rb"bplist00", "a property list (a Safari web archive?)"),
    )
)


def declared(content_type: str) -> tuple[str, str | None]:
    """Media type and charset of a Content-Type, as far as they may stand in a header; else `application/octet-stream`, None."""
    named, charset = read_media_type(content_type)
    return (named if _TYPE.fullmatch(named) else OCTETS), (charset if _TOKEN.fullmatch(charset or "") else None)


def recognise(start: bytes, name: str) -> Format:
    """Tell a file's format by how it begins, then by its name.

    Args:
        start: Its first bytes, some tens of kilobytes.
        name: Its name.
    """
    if is_archive(start):
        return "archive"
    if start.startswith(_ZIP):
        return "zip"
    if start.startswith(MAGIC):
        return "archive" if _ARCHIVE_NAME.search(name) else "gzip"
    if _HAR.match(start):
        return "har"
    if _MAIL_HEADER.match(start) and _MHTML.search(_MAIL_HEAD.split(start, 1)[0]):
        return "mhtml"
    return _format_of_name(name.lower())


def is_archive(start: bytes) -> bool:
    """Whether these are the first bytes of a WARC or ARC, once inflated."""
    return bool(WARC_LINE.match(start) or ARC_LINE.match(start)) or start.startswith(b"filedesc:")


def _format_of_name(name: str) -> Format:
    """The format that a name claims; a page when it claims none."""
    if _ARCHIVE_NAME.search(name):
        return "archive"
    if name.endswith(".wacz"):
        return "zip"
    if name.endswith(".har"):
        return "har"
    return "mhtml" if name.endswith((".mhtml", ".mht")) else "page"


def media_type(data: bytes, name: str) -> str:
    """Decide the media type of a single page.

    Args:
        data: The whole page.
        name: Its name, without `.gz`.

    Raises:
        ValueError: It is no page; the message says what it is.
    """
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    other = next((what for magic, what in _MAGIC if magic.match(data)), None) or _NO_PAGES.get(suffix)
    if other:
        raise ValueError(f"{other}, no page")
    named = _BY_NAME.get(suffix)
    return _by_content(data) if named is None else _amended(named, data)


def _amended(named: str, data: bytes) -> str:
    """The media type that a name claims, unless the content clearly is another."""
    if named in {XML, JSON, TEXT}:
        text = beginning(data)
        if _HTML_START.match(text) and not (named == XML and _XML_START.match(text)):
            return HTML
        if named == TEXT and _XML_START.match(text):
            return XML
    return named


def _by_content(data: bytes) -> str:
    """The media type of a page whose name says nothing.

    Raises:
        ValueError: It is no text.
    """
    text = beginning(data)
    if _HTML_START.match(text):
        return HTML
    if _XML_START.match(text):
        return XML
    if _BINARY.search(text.encode("utf-8", "surrogatepass")):
        raise ValueError("unknown binary content; --media-type loads it all the same")
    return JSON if data.lstrip()[:1] in {b"{", b"["} and _is_json(data) else TEXT


def _is_json(data: bytes) -> bool:
    """Whether the whole of it is JSON."""
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True
