"""A pointer for people: each span's bytes in their place, and the value after each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from scraper.quoting.reading import read
from scraper.quoting.replay import slices
from scraper.quoting.steps import Step, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CONTEXT: Final = 60
"""Bytes shown on each side of a span, where nothing else is asked for."""


@attrs.frozen(slots=True)
class Place:
    """A span in its surroundings, decoded, with control characters (line ends too) and undecodable bytes as escapes.

    Attributes:
        start: The span's first byte in the payload.
        end: The byte behind it.
        size: Bytes of the payload.
        reading: How the span reads, as in the pointer (`text`, `attribute`, …).
        before: What stands before it; begins with `…` where the payload goes on.
        quoted: The span itself.
        after: What stands behind it; ends with `…` where the payload goes on.
    """

    start: int
    end: int
    size: int
    reading: str
    before: str
    quoted: str
    after: str

    @property
    def title(self) -> str:
        """Where the span is, and how it reads."""
        return f"[{self.start}, {self.end}) of {self.size}, read as {self.reading}"

    @property
    def line(self) -> str:
        """The span between ⟦ and ⟧, in its surroundings."""
        return f"{self.before}⟦{self.quoted}⟧{self.after}"


def places(pointer: Mapping[str, Any], payload: bytes, charset: str, context: int = CONTEXT) -> Iterator[Place]:
    """Yield the place of each span of a pointer.

    Args:
        pointer: The JSON form of a sourced value's origin.
        payload: The payload that its spans count in.
        charset: The charset of the capture.
        context: Bytes to show on each side.

    Raises:
        ReplayError: The pointer has no spans, or they lie outside the payload.
    """
    for span, (_, reading) in zip(pointer.get("spans", ()), slices(pointer, payload), strict=True):
        yield place(payload, span, charset, reading, context)


def place(payload: bytes, span: Sequence[int], charset: str, reading: str, context: int = CONTEXT) -> Place:
    """Return the place of a span (its first byte, and the byte behind it); the other arguments are those of `places`."""
    start, end = span
    before = ("…" if start > context else "") + visible(payload[max(0, start - context) : start], charset)
    after = visible(payload[end : end + context], charset) + ("…" if end + context < len(payload) else "")
    return Place(start, end, len(payload), reading, before, visible(payload[start:end], charset), after)


def stages(pointer: Mapping[str, Any], payload: bytes, charset: str) -> Iterator[tuple[str, Any]]:
    """Yield each step of a pointer as text, and the value after it.

    Raises:
        QuotingError: The pointer does not replay.
    """
    texts = [read(raw, charset, reading) for raw, reading in slices(pointer, payload)]
    steps = [Step.from_json(each) for each in pointer.get("steps", [])]
    for count, step in enumerate(steps, 1):
        args = ", ".join(f"{name}={value!r}" for name, value in step.args.items())
        yield f"{step.label}({args})" if args else step.label, run(texts, steps[:count])


def visible(raw: bytes, charset: str) -> str:
    """Decode, with undecodable bytes and control characters (line ends too) as escapes."""
    text = raw.decode(charset, "backslashreplace")
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
