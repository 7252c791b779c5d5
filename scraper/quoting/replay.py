"""Walking a pointer back: from spans and steps to the value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scraper.errors import ReplayError, StepFailed
from scraper.quoting.payload import stateless
from scraper.quoting.reading import read
from scraper.quoting.steps import Step, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def replay(pointer: Mapping[str, Any], payload: bytes, charset: str = "utf-8") -> Any:
    """Make the value of a pointer again, from the payload's bytes alone.

    Args:
        pointer: The JSON form of a sourced value's origin (`Sourced.pointer`).
        payload: The payload bytes that its spans count in.
        charset: The charset of the capture.

    Returns:
        The value, to be compared with the recorded one.

    Raises:
        ReplayError: The spans lie outside the payload, a step no longer applies, or the pointer is malformed.
        UnknownStep: A step is not registered here.
        UnsupportedCharset: The charset cannot be quoted.
    """
    name = stateless(charset)
    texts = [read(raw, name, as_) for raw, as_ in slices(pointer, payload)]
    steps = pointer.get("steps", [])
    try:
        return run(texts, [Step.from_json(each) for each in steps])
    except (StepFailed, TypeError, KeyError, IndexError, ValueError, re.error) as error:
        # Arguments come from a file: whatever they make a step raise, it is the pointer that does not fit.
        raise ReplayError(f"the steps {steps!r} do not apply: {error}") from error


def slices(pointer: Mapping[str, Any], payload: bytes) -> Iterator[tuple[bytes, str]]:
    """Yield each span's bytes and how it reads.

    Raises:
        ReplayError: The pointer has no spans, or they lie outside the payload.
    """
    spans, readings = pointer.get("spans"), pointer.get("as")
    if not spans or not isinstance(spans, list) or not isinstance(readings, list) or len(spans) != len(readings):
        raise ReplayError("the pointer has no spans, or not a reading for each")
    for span, reading in zip(spans, readings, strict=True):
        match span:
            case [int(start), int(end)] if 0 <= start <= end <= len(payload):
                yield payload[start:end], reading
            case _:
                raise ReplayError(f"span {span!r} is no range in a payload of {len(payload)} bytes")
