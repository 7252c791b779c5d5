"""JSON opened for quoting."""

from __future__ import annotations

import json
import pickle
import time
from typing import TYPE_CHECKING, Any

import pytest

from scraper.errors import ExcessivePayload, MalformedPayload, QuotingError, UnsupportedMediaType
from scraper.pages import JsonNode, JsonPage, open_page
from scraper.pages.json import MAX_DEPTH
from scraper.quoting import MISSING, Unreadable, open_payload, replay

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = b'{"name": "Stem \\u00e9\\ud83d\\ude00\\n", "year": 2023, "open": true, "none": null, "authors": [{"name": "Roe"}, "Doe"]}'


def test_values_come_with_their_bytes() -> None:
    """A string points inside its quotes; a number and a truth value at their source, read by a step."""
    page = JsonPage(PAGE)
    assert page["name"].get().pointer() == {"spans": [[10, 35]], "as": ["json"], "selector": "/name"}
    assert page["name"].get().value == "Stem é😀\n"
    assert page["year"].get().pointer() == {"spans": [[46, 50]], "as": ["raw"], "selector": "/year", "steps": ["json"]}
    assert [page[key].get().value for key in ("year", "open")] == [2023, True]
    assert replay(page["open"].get().pointer(), PAGE) is True


def test_narrowing_goes_through_escapes() -> None:
    """What is cut out of a string points at its escapes alone, a pair of surrogates being one."""
    name = JsonPage(PAGE)["name"].get()
    assert (name[5:7].spans, name[6:7].spans, name.strip().spans) == (((15, 33),), ((21, 33),), ((10, 33),))
    assert not name[6:7].steps


def test_nodes_are_walked_like_what_they_hold() -> None:
    """Members by name, elements by number, also from the end; iteration yields values, `items` names too."""
    page = JsonPage(PAGE)
    authors = page["authors"]
    assert (len(authors), authors.kind, authors[-1].get().value, authors[0]["name"].selector) == (
        2,
        "array",
        "Doe",
        "/authors/0/name",
    )
    assert [node.kind for node in page] == ["string", "number", "boolean", "null", "array"]
    assert [(key, node.kind) for key, node in authors[0].items()] == [("name", "string")]
    assert (page.root.keys(), "year" in page.root, "pages" in page.root) == (
        ["name", "year", "open", "none", "authors"],
        True,
        False,
    )
    assert [[node.kind for node in page[key].each()] for key in ("authors", "name", "none", "nope")] == [
        ["object", "string"], ["string"], [], [],
    ]  # fmt: skip


def test_what_is_not_there_is_missing() -> None:
    """Nothing that is asked of nothing raises; nulls, arrays and objects are no values."""
    page = JsonPage(PAGE)
    for node in (page["x"]["y"][3], page["authors"][2], page["authors"]["name"], page["name"][0], page.at("/x/0"), page.find("x")):
        assert not node
        assert (node.get(), node.text(), node.source(), list(node), node.kind) == (MISSING, MISSING, MISSING, [], "absent")
    assert page["none"].get() is page["authors"].get() is MISSING
    assert page["none"]


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/a~1b", 1),
        ("/c%d", 2),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
        ("/", 0),
        ("/list/1", 11),
        ("/list/01", None),
        ("/list/-", None),
    ],
)
def test_pointers_are_those_of_rfc_6901(pointer: str, value: int | None) -> None:
    """Pointers are read by the RFC's rules: escapes, empty names, numbers without leading zeros."""
    page = JsonPage(b'{"a/b": 1, "c%d": 2, "k\\"l": 6, " ": 7, "m~n": 8, "": 0, "list": [10, 11]}')
    assert page.at(pointer).get().value == value
    if value is not None:
        assert page.at(pointer).pointer == pointer
    assert page.at("").kind == "object"


def test_what_is_no_pointer_is_refused() -> None:
    """A pointer without its slash, or with a stray tilde, is a mistake in a plugin and says so."""
    for pointer in ("a", "/a~2", "/~"):
        with pytest.raises(QuotingError, match="no JSON Pointer"):
            JsonPage(b"{}").at(pointer)


def test_text_gives_numbers_as_they_are_written() -> None:
    """Where a record wants text, a number is quoted as the page writes it."""
    page = JsonPage(b'{"volume": 014, "price": 1.50}'.replace(b"014", b"14"))
    assert [page[key].text().value for key in ("volume", "price")] == ["14", "1.50"]
    assert page["price"].text().pointer() == {"spans": [[24, 28]], "as": ["raw"], "selector": "/price"}
    assert JsonPage(PAGE)["name"].text() == JsonPage(PAGE)["name"].get()
    assert JsonPage(PAGE)["authors"][0].source().value == '{"name": "Roe"}'


def test_of_repeated_members_the_last_counts() -> None:
    """A name that stands twice in an object means its last value, as in every common reader, also written with an escape."""
    for source in (b'{"a": 1, "b": 2, "a": 3}', b'{"a": 1, "\\u0061": 3, "b": 2}'):
        for keys in ("ab", "ba"):
            page = JsonPage(source)
            assert {key: page[key].get().value for key in keys} == {"a": 3, "b": 2}
        assert [node.get().value for node in JsonPage(source)] == list(json.loads(source).values())


@pytest.mark.parametrize("source", ["9" * 5000, "18446744073709551616", "-9223372036854775809", "1e999", "NaN", "-Infinity"])
def test_a_number_that_no_output_holds_is_unreadable(source: str) -> None:
    """A number beyond 64 bits costs its own field, with its reason, and no other."""
    page = JsonPage(f'{{"big": {source}, "ok": 1}}'.encode())
    found = page["big"].get()
    assert isinstance(found, Unreadable)
    assert found.found.value == source
    assert page["big"].text().value == source
    assert page["ok"].get().value == 1


def test_lone_surrogates_become_replacement_characters() -> None:
    """Half a pair, in a value or a name, reads as U+FFFD, so that the output can be written."""
    page = JsonPage(b'{"\\ud800/k": "a\\udc00b", "ok": "\\ud800\\u0041"}')
    assert [node.get().value for node in page] == ["a\ufffdb", "\ufffdA"]
    (found, _) = (node.get() for node in page)
    assert found.selector == "/\ufffd~1k"
    json.dumps(found.pointer(), ensure_ascii=False).encode()


def test_raw_control_characters_are_accepted() -> None:
    """A line break inside a string, as pages have it, is part of the string."""
    assert JsonPage(b'["a\nb"]')[0].get().pointer()["spans"] == [[2, 5]]


@pytest.mark.parametrize(
    ("payload", "place"),
    [
        (b"", "line 1, byte 0"),
        (b'{"a": 1,}', "byte 8"),
        (b'{"a":\n tru}', "line 2, byte 7"),
        (b"[1] x", "byte 4"),
        (b'\xef\xbb\xbf["\xc3\xa9", ]', "byte 10"),
        (b'["a', "byte 1"),
        (b'["\\x"]', "byte 2"),
        ("[é é]".encode("utf-16-le"), "byte 2"),
    ],
)
def test_broken_json_says_where(payload: bytes, place: str) -> None:
    """What is no JSON is refused with the line and the byte of the payload."""
    with pytest.raises(MalformedPayload, match="no JSON") as caught:
        open_page(payload, "application/json")
    assert place in str(caught.value)


@pytest.mark.parametrize("make", [lambda n: b"[" * n + b"]" * n, lambda n: b'{"a":' * n + b"1" + b"}" * n])
def test_nesting_is_bounded(make: Callable[[int], bytes]) -> None:
    """Up to the bound a text opens and is walked; beyond it, and far beyond, it is refused as such."""
    node = JsonPage(make(MAX_DEPTH)).root
    for _ in range(MAX_DEPTH - 1):
        node = next(iter(node))
    assert node
    for depth in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(ExcessivePayload, match="nested deeper"):
            JsonPage(make(depth))


def test_many_brackets_side_by_side_are_no_nesting() -> None:
    """A long list of short lists is not deep."""
    assert len(JsonPage(b"[" + b"[1]," * 1000 + b"[[]]]").root) == 1001
    assert len(JsonPage(json.dumps(['[{"\\' * 300, "\\", '"]]' * 300, {'\\"[': "]"}]).encode()).root) == 4


def test_long_strings_full_of_escapes_stay_cheap() -> None:
    """A long text with many escapes costs no more than reading it a few times, and later members are still found."""
    begun = time.monotonic()
    page = JsonPage(json.dumps({"text": "line\n" * 300_000, "after": 1}).encode())
    assert (page["text"].get().spans, page["after"].get().value) == (((10, 1_800_010),), 1)
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("declared", [None, "utf-8", "latin1", "utf-16"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_the_bytes_decide_the_charset(encoding: str, declared: str | None) -> None:
    """JSON is Unicode whatever is declared; and to open it again with the answer changes nothing."""
    payload = '["é"]'.encode(encoding)
    page = JsonPage(payload, charset=declared)
    assert page[0].get().value == "é"
    assert JsonPage(payload, charset=page.charset).charset == page.charset


def test_a_declared_charset_counts_for_what_is_no_unicode() -> None:
    """Bytes that are not UTF-8 are read by their label, else as windows-1252."""
    assert JsonPage('["中"]'.encode("gb18030"), charset="gb18030")[0].get().value == "中"
    assert JsonPage(b'["\x80"]')[0].get().value == "€"


LINKED = json.dumps(
    [
        {"@type": "WebPage", "mainEntity": {"@type": ["Thing", "schema:ScholarlyArticle"], "name": "inner"}},
        {"@graph": [{"@type": "https://schema.org/ScholarlyArticle", "name": "outer"}, {"@type": 7}, "text"]},
        {"@type": "NewsArticle", "name": "news"},
    ]
).encode()


def test_json_ld_is_found_by_type() -> None:
    """Objects are found by type through lists, graphs and members, whatever vocabulary is written before it."""
    page = JsonPage(LINKED)
    assert [node["name"].get().value for node in page.find_all("ScholarlyArticle")] == ["inner", "outer"]
    assert page.find("NewsArticle")["name"].get().value == "news"
    assert [node.selector for node in page.find_all("ScholarlyArticle", "NewsArticle")] == ["/2", "/0/mainEntity", "/1/@graph/0"]
    assert page.find_all("Article") == []
    assert page.find("ScholarlyArticle").find("ScholarlyArticle").pointer == "/0/mainEntity"


def test_json_in_a_range_of_a_text() -> None:
    """JSON in another payload has pointers into that payload; errors name its bytes; what stands around does not matter."""
    payload = '<é><script>{"name": "x"}</script>'.encode()
    mapped = open_payload(payload, "utf-8")
    node = JsonNode.parse(mapped, 11, 24, selector="script")
    assert node["name"].get().pointer() == {"spans": [[22, 23]], "as": ["json"], "selector": "script /name"}
    with pytest.raises(MalformedPayload, match="line 1, byte 25"):
        JsonNode.parse(mapped, 11, 30)


def test_open_page_knows_json_by_its_media_type() -> None:
    """JSON, JSON-LD and whatever has their suffix open as JSON."""
    for media_type in ("application/json", "application/ld+json; charset=utf-8", "text/x+json"):
        assert isinstance(open_page(b"{}", media_type, url="u"), JsonPage)
    with pytest.raises(UnsupportedMediaType):
        open_page(b"{}", "json")


def test_pages_and_nodes_do_not_travel() -> None:
    """A page or node refuses to be pickled, and says what to send instead."""
    page: Any
    for page in (JsonPage(b"{}"), JsonPage(b"{}").root):
        with pytest.raises(QuotingError, match="send the payload"):
            pickle.dumps(page)
