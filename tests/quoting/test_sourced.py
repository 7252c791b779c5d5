"""Sourced values: whatever is done to them, their pointers lead back to the bytes."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from strategies import Operation, operations, payloads

from scraper.errors import UnknownStep
from scraper.pages import TextPage
from scraper.quoting import MISSING, Missing, Sourced, Unreadable, open_payload, quote, replay, stateless
from scraper.quoting.payload import decode


def opened(payload: bytes, charset: str = "utf-8") -> Sourced[str]:
    """The whole text of a payload, read literally in a charset."""
    mapped = open_payload(payload, stateless(charset))
    return quote(mapped, 0, len(mapped.text), selector="whole")


@given(payloads(), st.lists(operations(), max_size=6))
def test_any_chain_of_operations_replays(drawn: tuple[bytes, str], chain: list[Operation]) -> None:
    """After any chain of operations, the value is what plain text gives, and replaying its pointer on the payload gives it too."""
    payload, charset = drawn
    value: Any = opened(payload, charset)
    model: Any = value.value
    for operation in chain:
        value, model = operation.sourced(value), operation.plain(model)
        if isinstance(value, Missing):
            assert not model
            return
        assert value.value == model, operation.name
        if value:
            assert replay(value.pointer(), payload, charset) == model, (operation.name, value.pointer())
    event(f"{len(value.steps)} steps, {'narrow' if len(value.spans) == 1 else 'wide'}")


@given(payloads(), st.lists(operations().filter(lambda each: each.narrowing), min_size=1, max_size=6))
def test_narrowing_points_at_the_value_itself(drawn: tuple[bytes, str], chain: list[Operation]) -> None:
    """After narrowing alone, the decoded bytes at the spans are the value, or the cut is recorded; clean text never needs that."""
    payload, charset = drawn
    value: Any = opened(payload, charset)
    clean = decode(payload, stateless(charset)).encode(charset, "replace") == payload and charset not in {
        "big5hkscs", "euc_jis_2004", "shift_jis_2004",
    }  # fmt: skip
    for operation in chain:
        value = operation.sourced(value)
        if not value:
            return
        shown = "".join(decode(payload[start:end], stateless(charset)) for start, end in value.spans)
        assert shown == value.value or value.steps
        assert shown == value.value or not clean


@given(payloads(), st.integers(0, 40), st.integers(0, 40), st.integers(0, 20), st.integers(0, 20))
def test_after_squash_narrowing_is_still_narrow(drawn: tuple[bytes, str], a: int, b: int, c: int, d: int) -> None:
    """A cut of squashed text replays, and its spans lie inside the spans before the cut."""
    payload, charset = drawn
    squashed = opened(payload, charset)[a : a + b].squash()
    cut = squashed[c : c + d]
    if cut:
        assert replay(cut.pointer(), payload, charset) == cut.value
        assert squashed.spans[0][0] <= cut.spans[0][0] <= cut.spans[-1][1] <= squashed.spans[-1][1]


def test_narrowing_records_no_step() -> None:
    """A regular expression's group points at its own bytes alone, without a step."""
    doi = opened(b"see doi: 10.1186/x.").re(r"doi: (\S+)\.")
    assert doi.pointer() == {"spans": [[9, 18]], "as": ["raw"], "selector": "whole"}


def test_squash_then_re_points_at_few_bytes() -> None:
    """After squashing, a match without white space points at its bytes and needs no step; one with a run needs squash."""
    squashed = opened(b"  Stem \n  Cells   in vitro ").squash()
    assert squashed.value == "Stem Cells in vitro"
    assert squashed.pointer()["spans"] == [[2, 26]]
    assert squashed.re("vitro").pointer() == {"spans": [[21, 26]], "as": ["raw"], "selector": "whole"}
    assert squashed.re("Stem Cells").pointer()["steps"] == ["squash"]
    assert squashed.re("Stem Cells").pointer()["spans"] == [[2, 15]]


def test_squashing_twice_is_squashing_once() -> None:
    """What is squashed already gets no second step, so that narrowing it is still exact."""
    twice = opened(b"a  b; c  d").squash().squash()
    assert twice.pointer()["steps"] == ["squash"]
    assert [part.squash().spans for part in twice.split("; ")] == [((0, 4),), ((6, 10),)]


@pytest.mark.parametrize("shift", [(-1, -1), (1, 1), (-1, 0), (1, 0), (0, -1), (0, 1)])
def test_a_shifted_pointer_of_squashed_text_fails(shift: tuple[int, int]) -> None:
    """A span moved by one byte, also into the white space around, does not replay to the value."""
    payload = b"x  Stem \n  Cells  y"
    squashed = opened(payload)[1:-1].squash()
    pointer = squashed.pointer()
    pointer["spans"] = [[squashed.spans[0][0] + shift[0], squashed.spans[0][1] + shift[1]]]
    try:
        assert replay(pointer, payload) != "Stem Cells"
    except Exception as error:  # noqa: BLE001  # any refusal is fine, only not the value
        assert type(error).__name__ == "ReplayError"  # noqa: PT017  # the alternative to another value


def test_a_cut_where_no_byte_is_becomes_a_step() -> None:
    """Where a cut falls inside one byte sequence, the wider span stays and the cut is recorded."""
    payload = "Ê̄x".encode("big5hkscs")
    for cut, name in ((opened(payload, "big5hkscs")[1:2], "slice"), (opened(payload, "big5hkscs").re("\u0304"), "re")):
        assert cut.value == "\u0304"
        assert cut.spans == ((0, 3),)
        assert [step.name for step in cut.steps] == [name]
        assert replay(cut.pointer(), payload, "big5hkscs") == "\u0304"


def test_quoting_between_bytes_reaches_wider() -> None:
    """To quote from a place that is no byte boundary widens the span and records the slice."""
    payload = "aÊ̄x".encode("big5hkscs")
    found = quote(open_payload(payload, "big5hkscs"), 2, 4, selector="here")
    assert (found.value, [step.name for step in found.steps]) == ("\u0304x", ["slice"])
    assert replay(found.pointer(), payload, "big5hkscs") == "\u0304x"


def test_lines_are_without_their_ends() -> None:
    """Lines are cut at LF, CRLF and CR, each pointing at its own bytes."""
    parts = opened("a\r\né\rc\n".encode()).lines()
    assert [part.value for part in parts] == ["a", "é", "c", ""]
    assert [part.spans for part in parts[:3]] == [((0, 1),), ((3, 5),), ((6, 7),)]


def test_groups_give_each_named_part() -> None:
    """Named groups come narrowed; a group that took no part is missing, and so are all when nothing matches."""
    pattern = r"(?P<volume>\d+)(?:\((?P<issue>\d+)\))?:(?P<pages>\S+)"
    found = opened(b"2023;14(1):71-80").groups(pattern)
    assert {name: part.value for name, part in found.items()} == {"volume": "14", "issue": "1", "pages": "71-80"}
    assert opened(b"14:71").groups(pattern)["issue"] is MISSING
    assert list(opened(b"none").groups(pattern).values()) == [MISSING] * 3


def test_re_all_replays_each_match() -> None:
    """Every match is narrowed; after a step that keeps no map, each is recorded by its number and replays."""
    folded = opened(b"Ab aB AB").casefold()
    found = folded.re_all(r"ab")
    assert [part.pointer()["steps"][-1] for part in found][2] == ["re", {"pattern": "ab", "group": 0, "match": 2}]
    assert [replay(part.pointer(), b"Ab aB AB") for part in found] == ["ab", "ab", "ab"]


def test_join_keeps_every_part() -> None:
    """Joined values keep all their spans and each part's own steps, and replay."""
    payload = b"Jane  Roe;2023 Apr 11;x"
    name, date, _ = opened(payload).split(";")
    joined = Sourced.join(" / ", [name.squash(), MISSING, date.date("%Y %b %d")])
    assert joined.value == "Jane Roe / 2023-04-11"
    assert replay(joined.pointer(), payload) == joined.value
    assert Sourced.join("; ", opened(payload).split(";")).pointer()["steps"] == [["join", {"sep": "; "}]]
    nested = Sourced.join("+", [joined.casefold(), name])
    assert replay(nested.pointer(), payload) == nested.value
    assert Sourced.join(";", [MISSING]) is MISSING


def test_stated_values_say_so() -> None:
    """A constant has no spans and carries its reason; so does what is cut from it or joined with it."""
    stated = Sourced.stated("English;x", "the site is in English")
    assert stated.pointer() == {"spans": [], "stated": "the site is in English"}
    assert stated.split(";")[0].pointer() == stated.pointer()
    assert Sourced.join(" ", [opened(b"a"), stated]).origin == "stated"
    assert Sourced.unlocated("x", "implied tag").pointer() == {"spans": [], "unlocated": "implied tag"}


def test_missing_absorbs_everything() -> None:
    """Operations on nothing give nothing, without an `if`, and never raise."""
    found = opened(b"abc").re("x")
    assert found is MISSING
    for value in (found.strip(), found.int(), found[1:2], found[0], found.squash().re("x").date("%Y"), found.then("casefold")):
        assert value is MISSING
    assert (found.split(), found.lines(), found.re_all("x")) == ([], [], [])
    assert found.partition(";") == (MISSING, MISSING, MISSING)
    assert dict(found.groups("(?P<a>x)")) == {"a": MISSING}
    assert not found
    assert (found or opened(b"b")).value == "b"


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        (lambda v: v.int(), "int: 'n/a' is no whole number"),
        (lambda v: v.float(), "float: 'n/a' is no number"),
        (lambda v: v.date("%Y", "%Y %b"), "date: 'n/a' is no date of the form '%Y %b'"),
    ],
)
def test_what_cannot_be_read_says_why(read: Any, reason: str) -> None:
    """A step that does not apply gives a falsy value that keeps the bytes and the reason and absorbs what follows."""
    found = read(opened(b"n/a"))
    assert isinstance(found, Unreadable)
    assert (bool(found), found.reason, found.spans, found.strip() is found) == (False, reason, ((0, 3),), True)
    assert repr(found).startswith("Unreadable('n/a'")


def test_values_travel_without_their_page() -> None:
    """Values survive pickling with everything they can do, stay small, and there is one MISSING."""
    page = TextPage(b"x" * 100_000 + b"\ndoi: 10.1/y")
    value = page.search(r"doi: (\S+)")
    again = pickle.loads(pickle.dumps(value))  # noqa: S301  # our own bytes
    assert again == value
    assert again[0:2].spans == value[0:2].spans
    assert len(pickle.dumps(value)) < 500
    assert pickle.loads(pickle.dumps(MISSING)) is MISSING  # noqa: S301  # our own bytes
    unreadable = pickle.loads(pickle.dumps(value.int()))  # noqa: S301  # our own bytes
    assert unreadable.reason == value.int().reason


def test_numbers_are_not_text() -> None:
    """To narrow a number is a mistake in a plugin, and says so."""
    with pytest.raises(TypeError, match="only text can be narrowed"):
        opened(b"12").int().strip()
    with pytest.raises(ValueError, match="stride"):
        opened(b"12")[::2]
    with pytest.raises(UnknownStep, match="no step named 'nope'"):
        opened(b"12").then("nope")


def test_zero_is_a_value() -> None:
    """A count of nought is truthy, unlike an empty text."""
    assert opened(b"0").int()
    assert not opened(b" ").strip()
    assert opened(b" ").strip().int().value == ""
