"""What the quoting tests draw from: charsets, texts, and chains of operations on values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
from hypothesis import strategies as st

from scraper.quoting import MISSING, Sourced

if TYPE_CHECKING:
    from collections.abc import Callable

CHARSETS = [
    "utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "ascii", "iso8859-1", "cp1252", "iso8859-15", "koi8-r", "cp1251",
    "cp037", "mac-roman", "gb18030", "gbk", "gb2312", "big5", "big5hkscs", "cp950", "shift_jis", "cp932", "euc_jp", "euc_jis_2004",
    "shift_jis_2004", "euc_kr", "cp949", "johab",
]  # fmt: skip
STATEFUL = ["utf-7", "hz", "iso2022_jp", "iso2022_jp_2", "iso2022_kr", "idna", "punycode", "base64", "unicode_escape", "no-such"]

charsets = st.sampled_from(CHARSETS)
letters = st.sampled_from(list("abc;: \t\n\r\u00a0\u2003éßπД中字한글ア\u00ca\u0304€–\ufffd\U0001f600\U00020000"))  # noqa: RUF001  # a dash as pages write it
texts = st.text(st.one_of(letters, st.characters(codec="utf-8")), max_size=80)


@st.composite
def payloads(draw: st.DrawFn) -> tuple[bytes, str]:
    """Bytes and the charset to read them in: clean text, clean text with damage, or anything."""
    charset = draw(charsets)
    kind = draw(st.sampled_from(["clean", "damaged", "random"]))
    if kind == "random":
        return draw(st.binary(max_size=120)), charset
    raw = draw(texts).encode(charset, "replace")
    if kind == "damaged":
        place = draw(st.integers(0, len(raw)))
        raw = raw[:place] + draw(st.binary(min_size=1, max_size=4)) + raw[place + draw(st.integers(0, 2)) :]
    return raw, charset


@attrs.frozen
class Operation:
    """The same operation on a sourced value and on plain text, which is the model of what must come out."""

    name: str
    sourced: Callable[[Sourced[str]], Sourced[Any]]
    plain: Callable[[str], str]
    narrowing: bool = True


def _pick(index: int, parts: list[Any], nothing: Any = MISSING) -> Any:
    return parts[index % len(parts)] if parts else nothing


def _plain_re(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[min(1, found.re.groups)] if found else ""


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    """One operation that takes text to text; where nothing is left, both sides give nothing."""
    a, b = draw(st.integers(-20, 20)), draw(st.integers(-20, 40))
    sep = draw(st.sampled_from([";", " ", "a", "é", "中", "\n", "\u00ca"]))
    pattern = draw(st.sampled_from([r"(\S+)", r"\w+", r";\s*(.*)", r"(?s)b(.*)c", r"[^a]+", r"(é|中)?x?", r"\s+\S"]))
    return draw(
        st.sampled_from(
            [
                Operation(f"[{a}:{b}]", lambda v: v[a:b], lambda t: t[a:b]),
                Operation("strip", lambda v: v.strip(), str.strip),
                Operation(f"lstrip({sep!r})", lambda v: v.lstrip(sep), lambda t: t.lstrip(sep)),
                Operation("rstrip", lambda v: v.rstrip(), str.rstrip),
                Operation(f"split({sep!r})[{a}]", lambda v: _pick(a, v.split(sep)), lambda t: _pick(a, t.split(sep), "")),
                Operation(f"split()[{a}]", lambda v: _pick(a, v.split()), lambda t: _pick(a, t.split(), "")),
                Operation(f"partition({sep!r})[{b % 3}]", lambda v: v.partition(sep)[b % 3], lambda t: t.partition(sep)[b % 3]),
                Operation(f"rpartition({sep!r})[{b % 3}]", lambda v: v.rpartition(sep)[b % 3], lambda t: t.rpartition(sep)[b % 3]),
                Operation(f"removeprefix({sep!r})", lambda v: v.removeprefix(sep), lambda t: t.removeprefix(sep)),
                Operation(f"removesuffix({sep!r})", lambda v: v.removesuffix(sep), lambda t: t.removesuffix(sep)),
                Operation(f"re({pattern!r})", lambda v: v.re(pattern), lambda t: _plain_re(pattern, t)),
                Operation("squash", lambda v: v.squash(), lambda t: " ".join(t.split()), narrowing=False),
                Operation("casefold", lambda v: v.casefold(), str.casefold, narrowing=False),
                Operation("prefix", lambda v: v.then("prefix", text="x"), lambda t: f"x{t}" if t else t, narrowing=False),
            ]
        )
    )
