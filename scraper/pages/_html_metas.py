"""A page's `<meta>` elements by name: where publishers say what the page is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from scraper.quoting import MISSING, Sourced

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from turbohtml import Document, Element


@attrs.frozen(slots=True)
class MetaGroup:
    """A meta that heads a group, and those that belong to it by position.

    Attributes:
        head: The head's content.
        members: For each asked name the contents between this head and the next, in order.
    """

    head: Sourced[str]
    members: Mapping[str, Sequence[Sourced[str]]]

    def get(self, name: str) -> Sourced[str]:
        """Return the first content of a member, or `MISSING`."""
        return next(iter(self.members[name]), MISSING)

    def getall(self, name: str) -> Sequence[Sourced[str]]:
        """Return every content of a member."""
        return self.members[name]


class Metas:
    """The metas of a document that have a content.

    Args:
        document: The parsed page.
    """

    __slots__ = ("_by_name",)

    def __init__(self, document: Document) -> None:
        self._by_name: dict[str, list[tuple[int, Element]]] = {}
        for place, meta in enumerate(document.select("meta[content]")):
            for name in (meta.attr("name"), meta.attr("property")):
                self._add((name or "").strip().lower(), place, meta)

    def _add(self, name: str, place: int, meta: Element) -> None:
        if name:
            metas = self._by_name.setdefault(name, [])
            if not metas or metas[-1][0] != place:  # both of its names may be the same
                metas.append((place, meta))

    @property
    def names(self) -> Collection[str]:
        """Every name, in lower case."""
        return self._by_name.keys()

    def named(self, name: str) -> list[Element]:
        """Return the metas of a name, in document order."""
        return [meta for _, meta in self._by_name.get(name.lower(), ())]

    def groups(self, head: str, members: Sequence[str], content: Callable[[Element, str], Sourced[str]]) -> list[MetaGroup]:
        """Return each head with the members up to the next head."""
        names = (head, *members)
        metas = [(place, number, meta) for number, name in enumerate(names) for place, meta in self._by_name.get(name.lower(), ())]
        groups: list[tuple[Sourced[str], dict[str, list[Sourced[str]]]]] = []
        for _, number, meta in sorted(metas, key=lambda found: found[:2]):
            if number == 0:
                groups.append((content(meta, head), {name: [] for name in members}))
            elif groups:
                groups[-1][1][names[number]].append(content(meta, names[number]))
        return [MetaGroup(*group) for group in groups]
