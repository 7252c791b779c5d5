"""Positions in JSON: what a value claims as its bytes is where the scanner found it, in any text and any encoding."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from marking import leaves, marker, overwrite, prove_json

from scraper.pages import JsonNode, JsonPage
from scraper.quoting import open_payload, replay

FIXTURE = """{"same": "same", "same ": ["same", {"same": "s\\u0061me"}], "a/b~c": 1, "\\u00e9": -1.50e+3, "": "",
  "deep": [[[["x"]]], [], {}, null, true, false], "pair": "x\\ud83d\\ude00y", "escapes": "\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000",
  "html": "a < b &amp; c", "raw": "é中😀", "long": [0, 10, 123456789012345678, 0.1, 1E5, -0]
}
"""

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]

strings = st.text(st.one_of(st.sampled_from('ab"\\/\n\té中\U0001f600\u2028'), st.characters(codec="utf-8")), max_size=8)
numbers = st.one_of(st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False))
values = st.recursive(
    st.one_of(strings, numbers, st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(strings, inner, max_size=4)),
    max_leaves=15,
)


def test_every_leaf_is_where_it_claims_to_be() -> None:
    """Marked all at once, each leaf becomes its marker, in every encoding that JSON has."""
    for encoding in ENCODINGS:
        tally = prove_json(FIXTURE.encode(encoding))
        assert (tally.seen, tally.located) == (19, 19)


def test_marking_one_leaf_changes_that_leaf_alone() -> None:
    """Marked one at a time, exactly one string becomes the marker and all others stay."""
    payload = FIXTURE.encode()
    found = [leaf.get() for leaf in leaves(JsonPage(payload).root)]
    for number, value in enumerate(found):
        if isinstance(value.value, str):
            marked = overwrite(payload, "utf-8", [value], [marker(number)])
            again = [leaf.get().value for leaf in leaves(JsonPage(marked).root)]
            assert again == [marker(number) if each is value else each.value for each in found]


@given(values, st.sampled_from(ENCODINGS), st.booleans(), st.sampled_from([None, 0, 2, "\t"]))
def test_any_text_is_located_completely(data: object, encoding: str, ascii_: bool, indent: int | str | None) -> None:
    """Whatever is JSON is located to the last leaf, and proven, however it is written."""
    tally = prove_json(json.dumps(data, ensure_ascii=ascii_, indent=indent).encode(encoding))
    assert tally.located == tally.seen


@given(values, strings, strings)
def test_a_range_of_another_payload_is_located_in_it(data: object, before: str, after: str) -> None:
    """JSON inside another text has the same values, and pointers into that text's payload."""
    source = json.dumps(data, ensure_ascii=False)
    mapped = open_payload(f"{before}{source}{after}".encode(), "utf-8")
    node = JsonNode.parse(mapped, len(before), len(before) + len(source), selector="script")
    alone = [leaf.get().value for leaf in leaves(JsonPage(source.encode()).root)]
    inside = [leaf.get() for leaf in leaves(node)]
    assert [value.value for value in inside] == alone
    for value in inside:
        assert replay(value.pointer(), mapped.payload) == value.value
        assert (value.selector or "").startswith("script")


@given(strings, st.booleans(), st.integers(0, 9), st.integers(1, 9))
def test_narrowing_a_string_is_exact(text: str, ascii_: bool, start: int, size: int) -> None:
    """A part of a string points at its own escapes and characters, never at half of one, and needs no step."""
    payload = json.dumps([text], ensure_ascii=ascii_).encode()
    part = JsonPage(payload)[0].get()[start : start + size]
    assert part.value == text[start : start + size]
    assert replay(part.pointer(), payload) == part.value
    assert not part.steps or not part
