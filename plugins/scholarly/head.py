"""Where a page says what it is: its metas by name, its JSON-LD article; the best source that shows something wins.

HTML and XHTML alike: an XHTML page is XML to the reader, so its metas are collected here.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from plugins.scholarly.identifiers import doi
from plugins.scholarly.plain import clean
from scraper.quoting import MISSING, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from plugins._shared.lines import Text
    from scraper.pages import HtmlPage, JsonNode

    Read = Callable[[Text], Text]

_ARTICLES = ("ScholarlyArticle", "MedicalScholarlyArticle")
_SERIALS = ("Periodical", "PublicationVolume", "PublicationIssue")
# An article that stands deeper is one of a list, or a work that the article cites.
_TOP = re.compile(r"(?:/\d+|/@graph|/mainEntity(?:OfPage)?)*")


def dublin(*terms: str) -> tuple[str, ...]:
    """Return the names under which metas hold terms of Dublin Core."""
    return tuple(f"{prefix}{term}" for term in terms for prefix in ("dc.", "dcterms.", "dc:", "dcterms:"))


def prism(*terms: str) -> tuple[str, ...]:
    """Return the names under which metas hold terms of PRISM."""
    return tuple(f"{prefix}{term}" for term in terms for prefix in ("prism.", "prism:"))


@attrs.frozen(slots=True)
class Field:
    """Where a field may stand, best source first.

    Attributes:
        metas: Names of metas.
        linked: Paths in the JSON-LD article: members, and `member:Type` for an object of that type in the member.
        last: Names of metas that are asked after these.
    """

    metas: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


class Head:
    """What a page says about itself.

    Args:
        page: The page.
    """

    def __init__(self, page: HtmlPage) -> None:
        self.page = page
        self._names = page.meta_names

    def metas(self, name: str) -> list[Text]:
        """Return the content of every meta of a name that shows something."""
        return [text for text in self.page.metas(name) if text and text.value.strip()]

    def groups(self, head: str, *members: str) -> list[tuple[Text, Mapping[str, Sequence[Text]]]]:
        """Return each meta of a name that shows something, with the members that follow it, by name."""
        return [(each.head, each.members) for each in self.page.meta_groups(head, *members) if each.head]

    @cached_property
    def linked(self) -> JsonNode | None:
        """The JSON-LD article that the page is about; None if there is none, or more than one."""
        found = [node for node in self.page.json_ld_all(*_ARTICLES) if _TOP.fullmatch(node.pointer)]
        if not found:
            found = [node for node in self.page.json_ld_all("Article") if _TOP.fullmatch(node.pointer) and _is_scholarly(node)]
        return found[0] if len(found) == 1 else None

    def has(self, *names: str) -> bool:
        """Whether a meta of one of these names shows something."""
        return any(self._first(name) or self.metas(name) for name in self._there(names))

    def _first(self, name: str) -> bool:
        """Whether the first meta of a name shows something: most do, and a name may come a hundred times."""
        text = self.page.meta(name)
        return bool(text) and not text.value.isspace()

    def first(self, field: Field, read: Read = clean) -> Text:
        """Return the first value that can be read; if none can and one was tried by a step, what became of it."""
        failed = MISSING
        for texts in self._sources(field):
            for text in texts:
                value = read(text)
                if value:
                    return value
                failed = value if isinstance(value, Unreadable) else failed
        return failed

    def every(self, field: Field, read: Callable[[Text], Iterable[Text]]) -> list[Text]:
        """Return all values of the first source that has any; each once."""
        for texts in self._sources(field):
            values = distinct(value for text in texts for value in read(text))
            if values:
                return values
        return []

    def _sources(self, field: Field) -> Iterator[list[Text]]:
        for name in self._there(field.metas):
            yield self.metas(name)
        if field.linked and self.linked is not None:
            yield from ([node.text() for node in self.nodes(path)] for path in field.linked)
        for name in self._there(field.last):
            yield self.metas(name)

    def _there(self, names: Sequence[str]) -> list[str]:
        """Return the names that metas of the page have."""
        return [name for name in names if name.lower() in self._names]

    def nodes(self, path: str) -> list[JsonNode]:
        """Return what stands at a path in the JSON-LD article; see `Field.linked`."""
        found = [self.linked] if self.linked is not None else []
        for part in path.split("/"):
            found = [each for node in found for each in _below(node, part)]
        return found


def _is_scholarly(node: JsonNode) -> bool:
    """Whether an article of the general type stands in a periodical, or has a DOI."""
    identifiers = [text for each in node["identifier"].each() for text in (each.text(), each["value"].text())]
    return bool(node["isPartOf"].find_all(*_SERIALS)) or any(map(doi, [node["@id"].text(), *identifiers]))


def _below(node: JsonNode, part: str) -> list[JsonNode]:
    member, _, type_ = part.partition(":")
    child = node[member]
    return child.find_all(type_)[:1] if type_ else child.each()


def distinct(texts: Iterable[Text]) -> list[Text]:
    """Return the texts that show something, each value once."""
    found: dict[str, Text] = {}
    for text in texts:
        if text:
            found.setdefault(text.value, text)
    return list(found.values())
