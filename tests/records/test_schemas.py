"""Schemas: described, in step with the classes, and judged alike by both validators."""

from __future__ import annotations

import copy
import typing
from typing import Any

import attrs
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scraper.errors import SchemaViolation, UsageError
from scraper.quoting import Sourced
from scraper.records import article as article_module
from scraper.records import check, load_schema
from scraper.records.article import Article
from scraper.records.record import Part

NAMES = ["article/1", "extraction/1", "rejection/1", "work/1"]
TEXT = st.sampled_from(
    ["x", "", " ", "10.1/x", "10.1/x\n", "10.1002/(SICI)1<1::A>3.0.CO;2-2", "10.1/ x", "10.1/\u2003", "10.1/\x85", "10.1/\ufeff",
     "2023-10", "2023-13", "2023-1", "2023\n", "123", "0", "PMC1", "PMC1\n", "a@b", "0000-0001-2345-678X", "\u00a0", "\x1c"]
)  # fmt: skip


def _described(schema: Any, path: str = "") -> list[str]:
    """Paths of properties without a description, and without one behind their reference."""
    if not isinstance(schema, dict):
        return []
    missing = []
    for name, member in schema.get("properties", {}).items():
        if "description" not in member and "$ref" not in member:
            missing.append(f"{path}/{name}")
        missing += _described(member, f"{path}/{name}")
    for name, member in schema.get("$defs", {}).items():
        missing += ([] if "description" in member else [f"{path}#{name}"]) + _described(member, f"{path}#{name}")
    return missing + _described(schema.get("items"), f"{path}[]")


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_valid_and_described(name: str) -> None:
    """Each schema is valid draft 2020-12, names itself, and describes every property and part."""
    schema = load_schema(name)
    Draft202012Validator.check_schema(schema)
    assert (schema["$id"], schema["$schema"]) == (name, "https://json-schema.org/draft/2020-12/schema")
    assert schema["description"]
    assert _described(schema) == []


def _class_fields(cls: type) -> dict[str, Any]:
    attrs.resolve_types(cls, vars(article_module) | {"Sequence": typing.Sequence, "Text": Sourced[str]})  # for resolving
    return {field.name: field.type for field in attrs.fields(cls)}


def _kind(type_: Any) -> Any:
    """What a field's type stands for: a JSON type, a part's name, or a list of one of these."""
    origin, args = typing.get_origin(type_), typing.get_args(type_)
    if origin is Sourced:
        return {str: "string", int: "integer", float: "number"}[args[0]]
    if args and type(None) in args:
        return _kind(next(each for each in args if each is not type(None)))
    if isinstance(type_, type) and issubclass(type_, Part):
        return type_
    return [_kind(args[0])]


def _agree(cls: type, schema: dict[str, Any], defs: dict[str, Any]) -> None:
    fields, properties = _class_fields(cls), schema["properties"]
    assert list(fields) == list(properties), cls.__name__
    for name, type_ in fields.items():
        _agree_kind(_kind(type_), properties[name], defs, f"{cls.__name__}.{name}")


def _agree_kind(kind: Any, schema: dict[str, Any], defs: dict[str, Any], where: str) -> None:
    if "$ref" in schema:
        schema = defs[schema["$ref"].removeprefix("#/$defs/")]
    if isinstance(kind, list):
        assert schema["type"] == "array", where
        _agree_kind(kind[0], schema["items"], defs, where)
    elif isinstance(kind, type):
        _agree(kind, schema, defs)
    else:
        assert schema["type"] == kind, where


def test_classes_and_schema_agree_field_by_field() -> None:
    """The article's classes and its schema have the same fields, in the same order, of the same types."""
    schema = load_schema("article/1")
    _agree(Article, schema, schema["$defs"])


@st.composite
def instances(draw: st.DrawFn, schema: dict[str, Any], defs: dict[str, Any]) -> Any:
    """Data that mostly satisfies a schema, and now and then does not."""
    if "$ref" in schema:
        schema = defs[schema["$ref"].removeprefix("#/$defs/")]
    if draw(st.integers(0, 40)) == 0:
        return draw(st.sampled_from([None, "", [], {}, 0, -1, 1.5, True, "x"]))
    match schema["type"]:
        case "object":
            names = list(schema["properties"])
            chosen = set(draw(st.lists(st.sampled_from(names), max_size=4))) | set(schema.get("required", []))
            if draw(st.integers(0, 40)) == 0:
                return {"unknown": 1}
            return {name: draw(instances(schema["properties"][name], defs)) for name in names if name in chosen}
        case "array":
            return draw(st.lists(instances(schema["items"], defs), max_size=2))
        case "integer" | "number":
            return draw(st.sampled_from([0, 1, -1, 206, 4.0, 4.7, 10**30]))
    return draw(TEXT)


@given(st.data())
def test_both_validators_give_the_same_verdict(data: st.DataObject) -> None:
    """The compiled validator and the reference implementation agree on generated records, good and bad."""
    schema = load_schema("article/1")
    instance = data.draw(instances(schema, schema["$defs"]))
    compiled = jsonschema_rs.Draft202012Validator(schema).is_valid(instance)
    assert compiled == Draft202012Validator(schema).is_valid(instance)
    if compiled:
        check("article/1", instance)
    else:
        with pytest.raises(SchemaViolation, match="article/1"):
            check("article/1", instance)


EXTRACTION = {
    "type": "article/1", "site": {"name": "s", "layout": "l", "version": "1"}, "record": {"title": "T"},
    "capture": {"url": "u", "date": "d", "media_type": "text/plain", "charset": "utf-8", "warc": "w", "offset": 0, "length": 1,
                "record_id": "<r>", "payload_sha256": "0" * 64},
    "provenance": {"/title": {"spans": [[0, 1]], "as": ["raw"], "steps": ["squash", ["slice", {"start": 0, "end": 1}]]},
                   "/doi": {"spans": [], "stated": "why"}},
}  # fmt: skip


@given(st.data())
def test_both_validators_agree_on_extractions(data: st.DataObject) -> None:
    """On an extraction with anything changed anywhere, both validators give the same verdict."""
    schema, instance = load_schema("extraction/1"), copy.deepcopy(EXTRACTION)
    place: Any = instance
    while isinstance(place, dict | list) and place:
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(st.sampled_from([None, "", "x", -1, 1.5, [], {}, [[1]], True]))
            break
        place = place[key]
    compiled = jsonschema_rs.Draft202012Validator(schema).is_valid(instance)
    assert compiled == Draft202012Validator(schema).is_valid(instance)


def test_an_unknown_schema_is_named() -> None:
    """A schema that is not there is refused by name, with the places that were looked in."""
    with pytest.raises(UsageError, match="'book/7'"):
        load_schema("book/7")
