"""HAR 1.2: what a browser's network panel saves. Each entry with content becomes a `response` record.

A HAR holds a message in parts, and its body decoded, so a record built from it is not what came over the wire, and says so
in its `X-Scraper-Changed` field: Content-Encoding and Transfer-Encoding are left out, Content-Length is that of the body, a
body given as text is UTF-8 and declared so, and HTTP/2 or HTTP/3 becomes an HTTP/1.1 status line. Requests are not
archived: they exist only in parts too, and nothing is extracted from them.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scraper.archive.loaders.drafts import Outcome, PassedOver, Rejected, ResponseDraft, identify, label
from scraper.archive.loaders.origin import Origin, changed_date, checked_date, checked_url
from scraper.errors import LoadError

if TYPE_CHECKING:
    from scraper.archive.loaders.inputs import Source

_WEB: Final = frozenset({"http", "https"})
_DROPPED: Final = frozenset({"content-encoding", "transfer-encoding", "content-length", "trailer"})
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CHARSET: Final = re.compile(r"""\s*;\s*charset\s*=\s*("[^"]*"|[^\s;,]*)""", re.IGNORECASE)
_UTF8: Final = re.compile(r"""utf-?8""", re.IGNORECASE)
_STATUS: Final = range(200, 1000)


@frozen
class _Body:
    """A body: its bytes, and whether the HAR gives it as text, which is encoded as UTF-8 here."""

    data: bytes
    was_text: bool


def har_entries(data: bytes, source: Source, origin: Origin) -> Iterator[Outcome]:
    """Make a draft of each entry of a HAR.

    Passed over are entries without content (redirects, what the browser did not keep) and those that are not of the web
    (`data:`, `blob:`, extensions). An entry that cannot be read is rejected, and the others go on.

    Args:
        data: The file.
        source: The file.
        origin: What its user says of it: the date is that of entries without one.

    Yields:
        Drafts, rejections, notes of what is passed over.

    Raises:
        LoadError: It is no HAR.
    """
    for number, entry in enumerate(_entries(data, source)):
        part = f"entries/{number}"
        try:
            yield _outcome(entry, part, source, origin)
        except ValueError as error:
            yield Rejected(path=source.path, part=part, reason=str(error))


def _entries(data: bytes, source: Source) -> list[Any]:
    """The entries of a HAR (HAR 1.2, `log.entries`).

    Raises:
        LoadError: It is no HAR.
    """
    try:
        entries = json.loads(data.decode("utf-8-sig"))["log"]["entries"]
    except (ValueError, RecursionError) as error:
        raise LoadError(f"a HAR that is no JSON: {error}", path=source.path) from error
    except (KeyError, TypeError, IndexError) as error:
        raise LoadError("no HAR: it has no log.entries", path=source.path) from error
    if not isinstance(entries, list):
        raise LoadError("no HAR: its log.entries is no list", path=source.path)
    return entries


def _outcome(entry: Any, part: str, source: Source, origin: Origin) -> Outcome:
    """What an entry becomes.

    Raises:
        ValueError: It is malformed.
    """
    url = str(_at(entry, "request", "url", kind=str))
    if not url.lower().startswith(("http:", "https:")):
        return PassedOver(path=source.path, reason="entry not of the web")
    response = _at(entry, "response", kind=Mapping)
    body = _body(response.get("content"))
    if body is None:
        return PassedOver(path=source.path, reason="entry without content")
    url = checked_url(url, schemes=_WEB)
    block, changed = _block(response, body)
    return ResponseDraft(
        url=url,
        date=_date(entry, source, origin),
        block=block,
        record_id=identify("response", url, body.data),
        source=label(source.name, part),
        changed=changed,
        address=_address(entry.get("serverIPAddress")),
    )


def _at(value: Any, *keys: str, kind: type) -> Any:
    """A value inside an entry.

    Raises:
        ValueError: It is not there, or of another type.
    """
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(value, kind):
        raise ValueError(f"the entry has no {'.'.join(keys)}")  # noqa: TRY004  one error for all that is wrong with an entry
    return value


def _body(content: Any) -> _Body | None:
    """The body of a response, or None where the HAR holds none (HAR 1.2, `content`).

    Raises:
        ValueError: It cannot be decoded.
    """
    text = content.get("text") if isinstance(content, Mapping) else None
    if not isinstance(text, str) or not text:
        return None
    encoding = content.get("encoding") or ""
    if encoding == "base64":
        try:
            return _Body(base64.b64decode("".join(text.split()), validate=True), was_text=False)
        except binascii.Error as error:
            raise ValueError(f"its content is no base64: {error}") from error
    if encoding:
        raise ValueError(f"its content is encoded as {encoding!r}, which HAR 1.2 does not define")
    try:
        return _Body(text.encode(), was_text=True)
    except UnicodeEncodeError as error:
        raise ValueError(f"its content is no Unicode text: a lone surrogate at character {error.start}") from error


def _block(response: Mapping[str, Any], body: _Body) -> tuple[bytes, str]:
    """The HTTP message of a response, and how it differs from what came over the wire.

    Raises:
        ValueError: It has no final status.
    """
    status = response.get("status")
    if not isinstance(status, int) or status not in _STATUS:
        raise ValueError(f"status {status!r} is no status of a response with content")
    version = str(response.get("httpVersion") or "")
    changes = [] if version.upper() in {"HTTP/1.1", "HTTP/1.0"} else [f"HTTP/1.1 status line for {_line(version) or 'none'}"]
    fields = list(_fields(response.get("headers")))
    kept = [(name, value) for name, value in fields if name.lower() not in _DROPPED]
    changes += [f"{name} {value} left out" for name, value in fields if name.lower() in _DROPPED - {"content-length"}]
    changes.append("Content-Length of the decoded body")
    if body.was_text:
        kept = _declared(kept, response)
        changes.append("text encoded as UTF-8")
    kept.append(("Content-Length", str(len(body.data))))
    reason = _line(str(response.get("statusText") or ""))
    start = f"{version.upper() if version.upper() == 'HTTP/1.0' else 'HTTP/1.1'} {status} {reason}\r\n"
    head = start + "".join(f"{name}: {value}\r\n" for name, value in kept) + "\r\n"
    return head.encode() + body.data, "; ".join(changes)


def _fields(headers: Any) -> Iterator[tuple[str, str]]:
    """Header fields, without HTTP/2's pseudo fields; several values that a browser joined by newlines are parted again."""
    for header in headers if isinstance(headers, list) else ():
        name, value = (header.get("name"), header.get("value")) if isinstance(header, Mapping) else (None, None)
        if isinstance(name, str) and isinstance(value, str) and _TOKEN.fullmatch(name):
            yield from ((name, _line(line)) for line in value.split("\n"))


def _declared(fields: list[tuple[str, str]], response: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The fields with a Content-Type that says UTF-8: a page's own `<meta charset>` may name what it once was."""
    given = next((value for name, value in reversed(fields) if name.lower() == "content-type"), None)
    value = given if given is not None else _line(str(response["content"].get("mimeType") or "application/octet-stream"))
    charset = _CHARSET.search(value)
    if not (charset and _UTF8.fullmatch(charset[1].strip('"'))):
        value = f"{_CHARSET.sub('', value)}; charset=utf-8"
    return [*((name, old) for name, old in fields if name.lower() != "content-type"), ("Content-Type", value)]


def _line(text: str) -> str:
    """Text as it may stand on one line of a head: line ends, NUL and lone surrogates replaced."""
    return re.sub(r"[\r\n\0\ud800-\udfff]+", " ", text).strip()


def _date(entry: Mapping[str, Any], source: Source, origin: Origin) -> str:
    """When an entry was fetched; an entry that does not say gets the file's date."""
    started = entry.get("startedDateTime")
    if isinstance(started, str):
        return checked_date(started)
    return origin.date or changed_date(source)


def _address(text: Any) -> str:
    """The server's address, where it is one (Chrome writes brackets around IPv6)."""
    with suppress(ValueError):  # anything else is simply not recorded
        return str(ipaddress.ip_address(str(text).strip("[]")))
    return ""
