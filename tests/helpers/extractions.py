"""Extractions made up for tests of outputs: the line as data, without a page behind it."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import strategies as st

from scraper.records import load_schema

FIELDS = list(load_schema("article/1")["properties"])
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBERS = st.one_of(st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
JSON = st.recursive(
    st.one_of(TEXT, NUMBERS, st.none()),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "text", "title", "a/b", "~"]), inner, max_size=3)
    ),
    max_leaves=6,
)
SPANS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)).map(sorted), min_size=1, max_size=3)


def extraction(
    record: dict[str, Any],
    *,
    site: str = "letters",
    url: str = "https://letters.example/1",
    kind: str = "article/1",
    provenance: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """An extraction of a record, which points nowhere unless told."""
    return {
        "type": kind,
        "site": {"name": site, "layout": "text", "version": "1.0.0"},
        "record": record,
        "capture": {
            "url": url, "date": "2026-01-02T03:04:05Z", "media_type": "text/plain", "charset": "utf-8", "warc": "x.warc.gz",
            "offset": 7, "length": 9, "record_id": f"<urn:x:{site}:{url}>", "payload_sha256": "0" * 64,
        },
        "provenance": provenance or {},
        **more,
    }  # fmt: skip


def line(data: Any) -> bytes:
    """The line of some data."""
    return orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE)


@st.composite
def extractions(draw: st.DrawFn) -> dict[str, Any]:
    """An extraction whose record need not satisfy its schema, with pointers of every form to some of its fields."""
    names = st.sampled_from([*FIELDS, "Title", "x_start", "a/b"])
    record = draw(st.dictionaries(names, JSON, min_size=1, max_size=5))
    located = st.builds(
        lambda spans, steps: {"spans": spans, "as": ["text"] * len(spans), "selector": "h1"} | ({"steps": steps} if steps else {}),
        SPANS, st.lists(st.sampled_from(["squash", ["date", {"format": "%Y"}]]), max_size=2),
    )  # fmt: skip
    elsewhere = st.sampled_from([{"spans": [], "stated": "known"}, {"spans": [], "unlocated": "lost"}])
    paths = st.sampled_from([*(f"/{name}" for name in record), "/authors/0/name", "/keywords/1"])
    provenance = draw(st.dictionaries(paths, located | elsewhere, max_size=4))
    problem = {"field": "/pages", "spans": [[1, 2], [0, 1]], "source": "x", "reason": "no"}
    more = draw(st.sampled_from([{}, {"problems": [problem]}]))
    return extraction(record, kind=draw(st.sampled_from(["article/1", "unknown_type/3"])), provenance=provenance, **more)
