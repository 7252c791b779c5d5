"""Steps: registered, versioned, pure; and pointers that do not fit are refused."""

from __future__ import annotations

from typing import Any

import pytest

from scraper.errors import QuotingError, ReplayError, StepFailed, UnknownStep
from scraper.quoting import Step, replay, step
from scraper.quoting.steps import registered


@pytest.mark.parametrize(
    ("name", "args", "value", "expected"),
    [
        ("squash", {}, "a \n b", "a b"),
        ("int", {}, "1,234", 1234),
        ("int", {}, "-7", -7),
        ("int", {}, "9,223,372,036,854,775,807", 2**63 - 1),
        ("float", {}, "4.7", 4.7),
        ("casefold", {}, "Straße", "strasse"),
        ("prefix", {"text": "PMC"}, "11854167", "PMC11854167"),
        ("slice", {"start": 1, "end": 2}, "abc", "b"),
        ("split", {"sep": ";", "index": 1}, "a;b", "b"),
        ("re", {"pattern": "(b)", "group": 1}, "abc", "b"),
        ("date", {"format": "%Y %b %d"}, "2023 Apr 1", "2023-04-01"),
        ("date", {"format": "%Y %b"}, "2023 oct", "2023-10"),
        ("date", {"format": "%Y"}, "2023", "2023"),
        ("date", {"format": "%d %B %Y"}, "29 February 2024", "2024-02-29"),
        ("date", {"format": "%m/%d/%Y"}, "1/2/2023", "2023-01-02"),
        ("date", {"format": "%B %Y"}, "Sept 2023", "2023-09"),
    ],
)
def test_a_step_does_what_it_says(name: str, args: dict[str, Any], value: str, expected: Any) -> None:
    """Each registered step gives its documented value."""
    assert Step.of(name, **args).apply(value) == expected


@pytest.mark.parametrize(
    ("name", "args", "value"),
    [
        ("squash", {}, " a"),
        ("squash", {}, 3),
        ("int", {}, "1 234"),
        ("int", {}, "12,34"),
        ("int", {}, "٣"),
        ("int", {}, "9223372036854775808"),
        ("int", {}, "9" * 5000),
        ("float", {}, "9" * 400),
        ("float", {}, "4,7"),
        ("slice", {"start": 2, "end": 9}, "abc"),
        ("split", {"index": 5}, "a b"),
        ("re", {"pattern": "x"}, "abc"),
        ("date", {"format": "%Y %b %d"}, "2023 Apr 31"),
        ("date", {"format": "%Y %b %d"}, "2023 Foo 1"),
        ("date", {"format": "%Y %b %d"}, " 2023 Apr 1"),
        ("date", {"format": "%d"}, "1"),
    ],
)
def test_a_step_refuses_what_it_cannot_read(name: str, args: dict[str, Any], value: Any) -> None:
    """A step that does not apply raises StepFailed and never invents a value."""
    with pytest.raises(StepFailed):
        Step.of(name, **args).apply(value)


def test_versions_stand_side_by_side() -> None:
    """A new version is used from now on, and the old one still replays old pointers."""

    @step("test.shout")
    def shout(value: str) -> str:
        return value.upper()

    old = Step.of("test.shout")

    @step("test.shout", version=2)
    def shout_louder(value: str) -> str:
        return value.upper() + "!"

    new = Step.of("test.shout")
    assert (old.to_json(), new.to_json()) == ("test.shout", "test.shout@2")
    assert [Step.from_json(each.to_json()).apply("a") for each in (old, new)] == ["A", "A!"]
    assert {"test.shout", "test.shout@2"} <= registered().keys()
    with pytest.raises(QuotingError, match="version 2 is taken by"):
        step("test.shout", version=2)(shout)
    with pytest.raises(QuotingError, match="'@'"):
        step("a@b")


def test_an_unknown_step_is_named() -> None:
    """A pointer whose step nobody registered is refused, and the message says what to install."""
    with pytest.raises(UnknownStep, match=r"'mysite\.roman'.*install the plugin"):
        replay({"spans": [[0, 1]], "as": ["raw"], "steps": ["mysite.roman"]}, b"x")


@pytest.mark.parametrize(
    "pointer",
    [
        {},
        {"spans": [], "as": []},
        {"spans": [[0, 1]]},
        {"spans": [[0, 1], [1, 2]], "as": ["raw"]},
        {"spans": [[0, 9]], "as": ["raw"]},
        {"spans": [[-1, 1]], "as": ["raw"]},
        {"spans": [[2, 1]], "as": ["raw"]},
        {"spans": [[0.0, 1]], "as": ["raw"]},
        {"spans": [["a"]], "as": ["raw"]},
        {"spans": [[0, 1]], "as": ["nonsense"]},
        {"spans": [[0, 1]], "as": ["raw"], "steps": ["int"]},
        {"spans": [[0, 1]], "as": ["raw"], "steps": [["slice", {"start": 0}]]},
        {"spans": [[0, 1]], "as": ["raw"], "steps": [["re", {"pattern": "(", "group": 1}]]},
        {"spans": [[0, 1]], "as": ["raw"], "steps": [["join", {"sep": ",", "parts": [[5, 1]]}]]},
        {"spans": [[0, 1]], "as": ["raw"], "steps": [["join", {"sep": ",", "parts": []}]]},
        {"spans": [[0, 1]], "as": ["raw"], "steps": [{"int": 1}]},
        {"spans": [[0, 1]], "as": ["raw"], "steps": ["int@x"]},
    ],
)
def test_a_pointer_that_does_not_fit_is_refused(pointer: dict[str, Any]) -> None:
    """Malformed pointers, spans outside the payload and steps that do not apply are refused with an error of ours."""
    with pytest.raises(QuotingError):
        replay(pointer, b"abc")


def test_replay_refusals_are_typed() -> None:
    """A span outside the payload names itself and the payload's size."""
    with pytest.raises(ReplayError, match=r"span \[0, 9\].*3 bytes"):
        replay({"spans": [[0, 9]], "as": ["raw"]}, b"abc")
