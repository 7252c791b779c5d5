"""Whether one schema may follow another under the same version.

A change is compatible if every record that satisfied the old schema satisfies the new one, and whoever read the old ones meets no
type that they cannot know, and misses nothing that was always there. What cannot be judged is not compatible: unknown, never wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]

_WORDS: Final = {"$schema", "$id", "$defs", "$comment", "title", "description", "examples", "default", "deprecated"}
_PARTS: Final = {"type", "properties", "required", "items", "additionalProperties", "$ref"}
_AT_LEAST: Final = {"minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"}
_AT_MOST: Final = {"maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"}


@attrs.frozen(slots=True, order=True)
class Change:
    """One difference.

    Attributes:
        field: JSON Pointer of the field in records; `*` is each member of a list.
        what: What is different.
        compatible: Whether it may stand under the same version.
    """

    field: str
    what: str
    compatible: bool


def changes(old: Schema, new: Schema) -> list[Change]:
    """Return what is different between two schemas, by field."""
    return sorted(set(_Comparison(old, new).compare(old, new, "")))


class _Comparison:
    """Two schemas whose references are followed while they are compared."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old = old
        self._new = new
        self._met: set[tuple[str, str]] = set()

    def compare(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        pair = (old.get("$ref", ""), new.get("$ref", ""))
        if all(pair) and pair in self._met:
            return
        self._met |= {pair} if all(pair) else set()
        old, new = _followed(old, self._old), _followed(new, self._new)
        yield from _type(old, new, path)
        yield from _constraints(old, new, path)
        yield from self._properties(old, new, path)
        if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
            yield from self.compare(old["items"], new["items"], f"{path}/*")
        elif old.get("items") != new.get("items"):
            yield Change(path, "its members changed in a way that cannot be judged", compatible=False)
        self._met -= {pair}

    def _properties(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed, needs = set(old.get("required", [])), set(new.get("required", []))
        added, removed = after.keys() - before.keys(), before.keys() - after.keys()
        for name in sorted(removed):
            like = next((each for each in sorted(added) if after[each] == before[name]), None)
            yield Change(f"{path}/{name}", "removed" + (f", or renamed to {like}" if like else ""), compatible=False)
        for name in sorted(added):
            yield Change(f"{path}/{name}", "added, required" if name in needs else "added", compatible=name not in needs)
        for name in sorted(before.keys() & after.keys()):
            if (name in needed) != (name in needs):
                yield Change(f"{path}/{name}", "required now" if name in needs else "no longer required", compatible=False)
            yield from self.compare(before[name], after[name], f"{path}/{name}")
        if old.get("additionalProperties", True) != new.get("additionalProperties", True):
            opened = new.get("additionalProperties", True) is True
            yield Change(path, f"other fields are {'allowed' if opened else 'not allowed'} now", compatible=opened)


def _followed(schema: Schema, root: Schema) -> Schema:
    """Return what a reference within a schema refers to, with what stands beside it."""
    while "$ref" in schema:
        found: Any = root
        for part in schema["$ref"].removeprefix("#").split("/")[1:]:
            found = found.get(part, {}) if isinstance(found, dict) else {}
        schema = found | {key: value for key, value in schema.items() if key != "$ref"}
    return schema


def _types(schema: Schema) -> set[str]:
    said = schema.get("type", [])
    return {said} if isinstance(said, str) else set(said)


def _type(old: Schema, new: Schema, path: str) -> Iterator[Change]:
    before, after = _types(old), _types(new)
    if before != after:
        how = "narrowed" if before > after or not before else "widened" if before < after or not after else "changed"
        told = [" or ".join(sorted(each)) or "any" for each in (before, after)]
        yield Change(path, f"type {how}: {told[0]} → {told[1]}", compatible=False)


def _constraints(old: Schema, new: Schema, path: str) -> Iterator[Change]:
    said = {key for key in old.keys() | new.keys() if not key.startswith("x-")}  # notes for programs, not constraints
    for key in sorted(said - _WORDS - _PARTS):
        before, after = old.get(key), new.get(key)
        if before != after:
            yield Change(path, f"{key}: {_shown(before)} → {_shown(after)}", compatible=_looser(key, before, after))


def _shown(value: Any) -> str:
    return "none" if value is None else repr(value)


def _looser(key: str, before: Any, after: Any) -> bool:
    """Whether all that satisfied a constraint still does."""
    if after is None:
        return True
    if before is None:
        return False
    if key in _AT_LEAST:
        return bool(after <= before)
    if key in _AT_MOST:
        return bool(after >= before)
    return key == "enum" and all(each in after for each in before)
