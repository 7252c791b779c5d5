"""Migrations: from one version of a record type to the next, without losing sight of a single byte.

A migration works on the plain JSON of an extraction. Values are moved, dropped or stated, and their pointers go with them, so
that what was verified before is verified afterwards:

    @migration("book/1", "book/2")
    def rename_price(draft: Draft) -> None:
        draft.move("/price", "/offer/price")

Extracting an old archive anew gives the new version by itself; migrating is for output whose archive is out of reach, or large.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import attrs

from scraper.errors import UnsourcedValue, UsageError
from scraper.quoting import Sourced
from scraper.records.leaves import leaves_of
from scraper.records.schemas import check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Json = dict[str, Any]


class Draft:
    """An extraction under migration. Paths are JSON Pointers (RFC 6901) to members of objects.

    Attributes:
        record: The plain JSON values, to be read.
        provenance: Their pointers, to be read.
    """

    def __init__(self, extraction: Json) -> None:
        self.record: Json = extraction["record"]
        self.provenance: dict[str, Json] = extraction["provenance"]
        self._problems: list[Json] = extraction.get("problems", [])

    def move(self, old: str, new: str) -> None:
        """Move the value at a path, whatever is below it too, and their pointers; what is not there is left alone.

        Raises:
            UsageError: A path leads through what is no object, or something is at the new one.
        """
        value = self._take(old)
        if value is not None:
            goal, called = self._parent(new, make=True)
            if goal is None or called in goal:
                raise UsageError(f"{old} cannot move to {new}: something is there")
            goal[called] = value
            self._prune(old)
        moved = {_moved(field, old, new): pointer for field, pointer in self.provenance.items()}
        self.provenance.clear()
        self.provenance.update(moved)
        for problem in self._problems:
            problem["field"] = _moved(problem["field"], old, new)

    def drop(self, path: str) -> None:
        """Remove the value at a path, whatever is below it too, and their pointers."""
        if self._take(path) is not None:
            self._prune(path)
        for field in [each for each in self.provenance if _below(each, path)]:
            del self.provenance[field]
        self._problems[:] = [problem for problem in self._problems if not _below(problem["field"], path)]

    def state(self, path: str, value: Any, why: str) -> None:
        """Put a value that no page holds: a constant, or a look-up. Reports count it apart.

        Raises:
            UsageError: The path leads through what is no object.
        """
        self.drop(path)
        parent, name = self._parent(path, make=True)
        if parent is not None:
            parent[name] = value
        self.provenance[path] = Sourced.stated(value, why).pointer()

    def _take(self, path: str) -> Any:
        """Take a value out; None if it is not there."""
        parent, name = self._parent(path)
        return parent.pop(name, None) if parent is not None else None

    def _prune(self, path: str) -> None:
        """Remove the objects above a path that are empty, except from lists: their members stay where they are."""
        *above, _ = _parts(path)
        while above:
            *higher, name = above
            parent = self._at(higher)
            if not isinstance(parent, dict) or parent.get(name) != {}:
                return
            del parent[name]
            above = higher

    def _parent(self, path: str, *, make: bool = False) -> tuple[Json | None, str]:
        """Return the object that a path's last part names a member of, None if there is none; and that part."""
        *above, name = _parts(path)
        found = self._at(above, make=make)
        if found is not None and not isinstance(found, dict):
            raise UsageError(f"{path} leads through what is no object; members of lists stay where they are")
        return found, name

    def _at(self, parts: list[str], *, make: bool = False) -> Any:
        """Return the value at a path, None if there is none; objects on the way can be made."""
        found: Any = self.record
        for part in parts:
            match found:
                case dict():
                    found = found.setdefault(part, {}) if make else found.get(part)
                case list() if part.isdecimal() and int(part) < len(found):
                    found = found[int(part)]
                case _:
                    return None
        return found


def _parts(path: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def _below(field: str, path: str) -> bool:
    return field == path or field.startswith(f"{path}/")


def _moved(field: str, old: str, new: str) -> str:
    return new + field[len(old) :] if _below(field, old) else field


@attrs.frozen(slots=True)
class Migration:
    """A way from one version of a record type to another. Make one by `migration`, and bring it by `scraper_migrations`.

    Attributes:
        old: The type and version it takes, as in `book/1`.
        new: The type and version it gives.
        function: What does it to a draft.
    """

    old: str
    new: str
    function: Callable[[Draft], None]


def migration(old: str, new: str) -> Callable[[Callable[[Draft], None]], Migration]:
    """Make a migration of the decorated function."""
    return lambda function: Migration(old, new, function)


def migrate(extraction: Json, migrations: Iterable[Migration]) -> Json:
    """Bring an extraction to the newest version that migrations lead to.

    Args:
        extraction: One line of output (`schemas/extraction/1.json`); stays as it is.
        migrations: Those there are.

    Returns:
        The extraction of the newest version; the same object if there is nothing to do.

    Raises:
        UnsourcedValue: A migration left a value without a pointer, or a pointer without a value.
        SchemaViolation: What it gave does not satisfy its schema.
        UsageError: A migration asked for what cannot be done, or its schema is not known.
    """
    ways = {each.old: each for each in migrations}
    made = extraction
    while way := ways.pop(made["type"], None):
        made = copy.deepcopy(made) if made is extraction else made
        way.function(Draft(made))
        made["type"] = way.new
        _check(made)
    return made


def _check(made: Json) -> None:
    loose = {path for path, _ in leaves_of(made["record"])} ^ made["provenance"].keys()
    if loose:
        raise UnsourcedValue("value and pointer do not belong together", field=min(loose))
    if not made.get("problems", True):
        del made["problems"]
    check(made["type"], made["record"])
    check("extraction/1", made)
