"""The arguments of spiders (`scrapy crawl NAME -a limit=5`): read and checked, each error naming its argument.

Needs no Scrapy. What is wrong with an argument is an error; what is wrong with one entry of a list is that entry's own matter:
it is named with its place, and the others go on.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import frozen

from scraper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_BETWEEN_URLS = re.compile(r"\s*,\s*(?=https?://|/)")
_CONTACT = re.compile(r"[^\s@()]+@[^\s@()]+\.[^\s@()]+|https?://[^\s()]+")


@frozen
class Entry:
    """One entry of a list that somebody wrote.

    Attributes:
        text: What it says.
        place: Where it stands: the argument, or file and line.
    """

    text: str
    place: str


class Arguments:
    """What `-a` gave to a spider.

    Args:
        given: Names and values.
        known: The names that the spider has a use for.

    Raises:
        UsageError: A name is not known.
    """

    def __init__(self, given: Mapping[str, str], known: Iterable[str]) -> None:
        names = sorted(known)
        for name in given:
            if name not in names:
                raise UsageError(f"argument {name}: this spider has none of that name, but {', '.join(names)}")
        self._given = given

    def text(self, name: str) -> str | None:
        """Return a text; None where the argument is not given.

        Raises:
            UsageError: It is empty.
        """
        value = self._given.get(name)
        if value is not None and not value.strip():
            raise UsageError(f"argument {name}: it is empty")
        return None if value is None else value.strip()

    def one_of(self, *names: str) -> tuple[str, str]:
        """Return name and value of the one argument that says what to crawl.

        Raises:
            UsageError: There is none, or more than one.
        """
        values = [(name, value) for name in names if (value := self.text(name)) is not None]
        if len(values) != 1:
            given = " and ".join(name for name, _ in values) or "none"
            raise UsageError(f"argument {' or '.join(names)}: give {'one' if len(names) > 1 else 'it'} (given: {given})")
        return values[0]

    def number(self, name: str, default: int | None = None) -> int | None:
        """Return a whole number, 1 or more.

        Raises:
            UsageError: It is none.
        """
        value = self.text(name)
        if value is None:
            return default
        if not re.fullmatch(r"0*[1-9][0-9]{0,8}", value):
            raise UsageError(f"argument {name}: {value!r} is no whole number from 1 up")
        return int(value)

    def flag(self, name: str) -> bool:
        """Return whether an argument is switched on.

        Raises:
            UsageError: It is neither on nor off.
        """
        value = self.text(name)
        if value is None:
            return False
        if value.lower() not in _FLAGS:
            raise UsageError(f"argument {name}: {value!r} is neither 1 nor 0")
        return _FLAGS[value.lower()]

    def base(self, default: str | None) -> str | None:
        """Return the URL before all paths of a site, without a slash at its end.

        Raises:
            UsageError: It is no URL of http or https.
        """
        value = self.text("base")
        if value is None:
            return default
        if not is_url(value) or urlsplit(value).query or urlsplit(value).fragment:
            raise UsageError(f"argument base: {value!r} is no URL such as https://example.org")
        return value.rstrip("/")

    def urls(self) -> list[Entry]:
        """Return what the argument `urls` lists: the lines of a file, or URLs with commas between them.

        Raises:
            UsageError: It is not given, or it is neither.
        """
        _, value = self.one_of("urls")
        if _is_file(value):
            return lines("urls", value)
        if not value.startswith(("http://", "https://", "/")):
            raise UsageError(f"argument urls: {value!r} is neither a file nor a URL of http or https")
        return [Entry(text, "urls") for text in _BETWEEN_URLS.split(value)]


def lines(name: str, path: str) -> list[Entry]:
    """Return the lines of a file that an argument names; empty ones and comments (`# …`) are left out.

    Raises:
        UsageError: The file cannot be read as UTF-8 text.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise UsageError(f"argument {name}: {path} cannot be read: {why}") from error
    entries = (Entry(line.strip(), f"{path}:{number}") for number, line in enumerate(text.splitlines(), 1))
    return [entry for entry in entries if entry.text and not entry.text.startswith("#")]


def useful(entries: Iterable[Entry], read: Callable[[str], str]) -> tuple[list[str], list[str]]:
    """Part the entries that can be read from those that cannot.

    Args:
        entries: The entries.
        read: Returns what an entry means, or raises ValueError with the reason why it means nothing.

    Returns:
        The meanings, each once, in order; and a complaint for each other entry.
    """
    found: dict[str, None] = {}
    complaints = []
    for entry in entries:
        try:
            found[read(entry.text)] = None
        except ValueError as error:
            complaints.append(f"{entry.place}: {entry.text!r} is skipped: {error}")
    return list(found), complaints


def contact(value: str | None) -> str | None:
    """Check an address by which a site's operator can reach the person who crawls.

    Raises:
        UsageError: It is neither an e-mail address nor a URL.
    """
    if value and not _CONTACT.fullmatch(value):
        raise UsageError(f"argument contact: {value!r} is neither an e-mail address nor a URL")
    return value or None


def is_url(text: str) -> bool:
    """Whether a text is a URL of http or https with a host."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and not re.search(r"\s", text)


def _is_file(value: str) -> bool:
    try:
        return Path(value).is_file()
    except OSError:  # too long for a name, for instance
        return False
