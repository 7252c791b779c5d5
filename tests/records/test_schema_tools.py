"""Schemas made from record types, whether one may follow another, and records brought from one version to the next."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Optional

import attrs
import pytest
from jsonschema import Draft202012Validator

from scraper.errors import ScraperError, UnsourcedValue, UsageError
from scraper.quoting import MISSING, Sourced
from scraper.records import Draft, Part, Record, load_schema, migrate, migration, schemas
from scraper.records.article import Article
from scraper.records.compatible import changes
from scraper.records.generate import generate

if TYPE_CHECKING:
    Words = Sourced[str]
    Names = list[Words]


@attrs.frozen(kw_only=True)
class Leg(Part):
    """One leg of a journey."""

    stop: Words = MISSING
    onward: Optional[Leg] = None  # noqa: UP045  # as older code writes it


@attrs.frozen(kw_only=True)
class Journey(Record):
    """A journey, with
    its legs.

    Attributes:
        name: What it is called,
            in full.
        seats: How many there are.
    """  # noqa: D205  # as authors write

    TYPE: ClassVar[str] = "journey/1"

    name: Words
    seats: Sourced[int] = MISSING
    night: Sourced[bool] = MISSING
    legs: tuple[Leg, ...] = ()
    names: Names = ()
    first: Leg | None = None


@attrs.frozen(kw_only=True)
class Odd(Record):
    """A record that cannot be one."""

    TYPE: ClassVar[str] = "odd/1"

    when: Sourced[complex] = MISSING


def test_a_schema_follows_from_the_class() -> None:
    """Types come from annotations and their aliases, descriptions from docstrings, required is what has no default."""
    made = generate(Journey)
    Draft202012Validator.check_schema(made)
    assert (made["$id"], made["title"], made["description"]) == ("journey/1", "Journey, version 1", "A journey, with its legs.")
    text = {"type": "string", "minLength": 1}
    assert made["properties"] == {
        "name": {**text, "description": "What it is called, in full."},
        "seats": {"type": "integer", "description": "How many there are."},
        "night": {"type": "boolean"},
        "legs": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/leg"}},
        "names": {"type": "array", "minItems": 1, "items": text},
        "first": {"$ref": "#/$defs/leg"},
    }
    assert made["required"] == ["name"]
    assert made["$defs"]["leg"]["properties"] == {"stop": text, "onward": {"$ref": "#/$defs/leg"}}


def test_the_schemas_that_are_kept_start_from_what_is_generated() -> None:
    """What is generated from a class has the fields and types of the schema that its author went on to write."""
    found = changes(generate(Article), load_schema("article/1"))
    assert {change.what.partition(":")[0] for change in found} <= {"required now", "pattern", "minimum", "maximum"}


def test_what_no_record_can_hold_is_named() -> None:
    """An annotation that says no type of JSON is an error that names it."""
    with pytest.raises(UsageError, match="Odd: 'complex' is no type that a record can hold"):
        generate(Odd)


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    *parts, last = path.split("/")

    def change(schema: dict[str, Any]) -> None:
        for part in parts:
            schema = schema[part]
        if value is None:
            del schema[last]
        else:
            schema[last] = value

    return change


def _rename(schema: dict[str, Any]) -> None:
    schema["properties"]["places"] = schema["properties"].pop("seats")


@pytest.mark.parametrize(
    ("change", "field", "what", "compatible"),
    [
        (_set("properties/gauge", {"type": "string"}), "/gauge", "added", True),
        (_set("properties/name/description", "Other words."), None, None, True),
        (_set("properties/night", None), "/night", "removed", False),
        (_rename, "/seats", "removed, or renamed to places", False),
        (_set("required", ["name", "seats"]), "/seats", "required now", False),
        (_set("required", []), "/name", "no longer required", False),
        (_set("properties/seats/type", "string"), "/seats", "type changed: integer → string", False),
        (_set("properties/seats/type", ["integer", "string"]), "/seats", "type widened: integer → integer or string", False),
        (_set("properties/seats/minimum", 1), "/seats", "minimum: none → 1", False),
        (_set("properties/name/minLength", 0), "/name", "minLength: 1 → 0", True),
        (_set("$defs/leg/properties/stop/pattern", "^A"), "/legs/*/stop", "pattern: none → '^A'", False),
        (_set("properties/legs/items", {"type": "string"}), "/legs/*", "type changed: object → string", False),
        (_set("properties/names/items", None), "/names", "its members changed in a way that cannot be judged", False),
        (_set("additionalProperties", True), "", "other fields are allowed now", True),
        (_set("anyOf", [{}]), "", "anyOf: none → [{}]", False),
    ],
)
def test_a_change_is_judged_by_field(change: Any, field: str | None, what: str | None, compatible: bool) -> None:
    """Each difference names its field and whether it may stand under the same version; words alone are no difference."""
    old = generate(Journey)
    new = copy.deepcopy(old)
    change(new)
    found = changes(old, new)
    if field is None:
        assert found == []
    else:
        assert (field, what, compatible) in [(each.field, each.what, each.compatible) for each in found]
        assert all(each.compatible for each in found) is compatible


EXTRACTION = {
    "type": "journey/1",
    "site": {"name": "rail", "layout": "page", "version": "1"},
    "record": {"name": "Night Mail", "seats": 4, "legs": [{"stop": "Crewe"}], "from": {"city": "Euston"}},
    "capture": {
        "url": "https://rail.example/1", "date": "2026-01-01T00:00:00Z", "media_type": "text/plain", "charset": "utf-8",
        "warc": "x.warc.gz", "offset": 0, "length": 1, "record_id": "<urn:uuid:1>", "payload_sha256": "0" * 64,
    },
    "provenance": {
        path: {"spans": [[place, place + 1]], "as": ["text"]}
        for place, path in enumerate(["/name", "/seats", "/legs/0/stop", "/from/city"])
    },
    "problems": [{"field": "/from/time", "spans": [[9, 10]], "source": "?", "reason": "date: '?' is no date"}],
}  # fmt: skip


@pytest.fixture
def _free_schemas() -> Any:
    """Versions two and three of the journey's schema, which allow anything."""
    before = dict(schemas._brought)
    schemas.bring({f"journey/{version}": {"type": "object"} for version in (2, 3)})
    yield
    schemas.bring(before)


@migration("journey/1", "journey/2")
def first(draft: Draft) -> None:
    """Rename, nest and drop."""
    draft.move("/name", "/title")
    draft.move("/from", "/start/place")
    draft.drop("/seats")
    draft.move("/nothing", "/anything")


@migration("journey/2", "journey/3")
def second(draft: Draft) -> None:
    """State what no page holds, and move within a member of a list."""
    draft.state("/operator", "rail", "the site's only operator")
    draft.move("/legs/0/stop", "/legs/0/station")
    draft.drop("/start/place/city")


@pytest.mark.usefixtures("_free_schemas")
def test_pointers_go_with_their_values() -> None:
    """Migrations are chained to the newest version; pointers and problems move, vanish and appear with their fields."""
    before = copy.deepcopy(EXTRACTION)
    once = migrate(EXTRACTION, [first])
    assert once["type"] == "journey/2"
    assert once["record"] == {"title": "Night Mail", "legs": [{"stop": "Crewe"}], "start": {"place": {"city": "Euston"}}}
    assert {path: each["spans"][0][0] for path, each in once["provenance"].items()} == {
        "/title": 0, "/legs/0/stop": 2, "/start/place/city": 3,
    }  # fmt: skip
    assert once["problems"][0]["field"] == "/start/place/time"
    twice = migrate(EXTRACTION, [second, first])
    assert twice["record"] == {"title": "Night Mail", "legs": [{"station": "Crewe"}], "operator": "rail"}
    assert twice["provenance"]["/operator"] == {"spans": [], "stated": "the site's only operator"}
    assert before == EXTRACTION
    assert migrate(twice, [first, second]) is twice


@pytest.mark.usefixtures("_free_schemas")
@pytest.mark.parametrize(
    ("function", "error"),
    [
        (lambda draft: draft.record.pop("seats"), UnsourcedValue),
        (lambda draft: draft.record.update(extra=1), UnsourcedValue),
        (lambda draft: draft.move("/name", "/seats"), UsageError),
        (lambda draft: draft.move("/name", "/legs/0"), UsageError),
        (lambda draft: draft.drop("/legs/0"), UsageError),
    ],
)
def test_a_migration_that_loses_a_pointer_is_refused(function: Any, error: type[ScraperError]) -> None:
    """A value without a pointer, a pointer without a value, and what has no place are errors; the old record stays."""
    with pytest.raises(error):
        migrate(EXTRACTION, [migration("journey/1", "journey/2")(function)])
    assert EXTRACTION["type"] == "journey/1"
