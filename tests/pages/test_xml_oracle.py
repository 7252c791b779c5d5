"""Positions in XML: what a value claims as its bytes is where the parser found it, in any document and any encoding."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from marking import Tally, marker, overwrite, prove_xml

from scraper.pages import XmlPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FIXTURE = """<?xml version="1.0" encoding="{encoding}"?>
<!-- before <r> --><?pi <r> ?><!DOCTYPE r [
  <!ENTITY e "from <![CDATA[]]> the DTD"><!-- ' ]> --><!ATTLIST r kind NMTOKENS "plain" given CDATA "x">
]>
<r xmlns:x="urn:x" x:id = 'a>"b"' empty="" white="one
two\tthree" refs="&lt;&#233;&#xE9;&quot;&apos;" kind="  a   b ">
  Bacteri\u00e9 &amp; <i>Stap<sup>h</sup></i>, same<!-- same <p> -->same<?same ?>same
  <p>&#233;</p><p>é</p><q><![CDATA[<p> &amp; ]] > ]]]]><![CDATA[>
 lines]]>tail</q><e>a&e;b</e><k/><k></k><x:p>in x</x:p>
</r><!-- after -->
"""

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252", "us-ascii", "gb18030", "shift_jis"]


def encoded(text: str, encoding: str) -> bytes:
    """Encode a document, references standing for what the encoding lacks; `utf-16-le` comes without a mark."""
    return text.encode(encoding, "xmlcharrefreplace")


def declared(encoding: str) -> str:
    """The name that a document in this encoding declares."""
    return {"utf-8-sig": "utf-8", "utf-16-le": "utf-16"}.get(encoding, encoding)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_text_and_attribute_is_where_it_claims_to_be(encoding: str, newline: str) -> None:
    """Marked all at once, each value becomes its marker; only what the DTD wrote is unlocated."""
    payload = encoded(FIXTURE.format(encoding=declared(encoding)).replace("\n", newline), encoding)
    tally = prove_xml(payload)
    assert tally.seen - tally.located == 2  # the entity's text, and the attribute that a declared type collapses


def test_marking_one_value_changes_that_value_alone() -> None:
    """Marked one at a time, exactly one value becomes the marker and all others stay."""
    payload = FIXTURE.format(encoding="utf-8").encode()
    page = XmlPage(payload)
    values = page.xpath("//text() | //@*").getall()
    before = [value.value for value in values]
    for number, value in enumerate(values):
        if value.origin == "located":
            again = XmlPage(overwrite(payload, "utf-8", [value], [marker(number)])).xpath("//text() | //@*").getall()
            changed = [(now.value, was) for now, was in zip(again, before, strict=True) if now.value != was]
            assert [(now.removesuffix(" x x"), was) for now, was in changed] == [(marker(number), value.value)]


def test_an_elements_text_has_the_spans_of_its_texts() -> None:
    """`text()` and `own_text()` claim exactly the bytes of the text nodes that they join."""
    page = XmlPage(FIXTURE.format(encoding="utf-8").encode())
    for node in page.xpath("//*"):
        for value, query in ((node.text(), ".//text()"), (node.own_text(), "text()")):
            parts = node.xpath(query).getall()
            assert (value.value or "") == "".join(part.value for part in parts)
            if value.origin == "located":
                assert value.spans == tuple(span for part in parts for span in part.spans)


letters = st.text("ab <>&\"' \t\r\n]é中\U0001f600-", max_size=6)


@st.composite
def contents(draw: st.DrawFn, depth: int = 3) -> str:
    """Well-formed content: text with references, CDATA sections, comments, instructions, elements."""
    return "".join(draw(st.lists(_pieces(depth), max_size=5)))


def _pieces(depth: int) -> st.SearchStrategy[str]:
    text = letters.map(lambda drawn: drawn.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&#62;"))
    simple = [
        text,
        letters.map(lambda drawn: f"<![CDATA[{drawn.replace(']]>', '')}]]>"),
        letters.map(lambda drawn: f"<!--{drawn.replace('-', '')}-->"),
        letters.map(lambda drawn: f"<?pi {drawn.replace('?>', '')}?>"),
        st.sampled_from(["&#233;", "&#xA;", "&#13;", "&quot;", "&apos;"]),
    ]
    return st.one_of(*simple, elements(depth - 1)) if depth else st.one_of(*simple)


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    """An element with attributes in either kind of quotes."""
    name = draw(st.sampled_from(["a", "b", "long-name"]))
    attributes = "".join(
        f"{draw(st.sampled_from([' ', chr(10), '  ']))}{key}{draw(st.sampled_from(['=', ' = ']))}{quote}{value}{quote}"
        for key in draw(st.sets(st.sampled_from(["x", "y", "z"])))
        for quote in [draw(st.sampled_from(["'", '"']))]
        for value in [draw(letters).replace("&", "&amp;").replace("<", "&lt;").replace(quote, "&#34;" if quote == '"' else "&#39;")]
    )
    inside = draw(contents(depth=depth))
    return f"<{name}{attributes}/>" if not inside and draw(st.booleans()) else f"<{name}{attributes}>{inside}</{name} >"


@given(elements(), st.sampled_from(ENCODINGS))
def test_any_document_is_located_completely(source: str, encoding: str) -> None:
    """Whatever is well-formed and declares nothing is located to the last value, and proven."""
    payload = encoded(f'<?xml version="1.0" encoding="{declared(encoding)}"?>{source}', encoding)
    tally = prove_xml(payload)
    assert tally.located == tally.seen


@given(st.lists(elements(depth=2), max_size=4), st.sampled_from(ENCODINGS))
def test_streamed_records_claim_the_same_bytes(sources: list[str], encoding: str) -> None:
    """What `each` yields has the values and spans that the same elements have in the whole page."""
    records = "\n".join(f"<rec>{source}</rec><!-- <rec> -->" for source in sources)
    payload = encoded(f'<?xml version="1.0" encoding="{declared(encoding)}"?><all><in k="v">{records}</in></all>', encoding)
    page = XmlPage(payload)
    streamed = [value for node in page.each("rec") for value in node.xpath(".//text() | .//@*").getall()]
    whole = [value for node in page.css("rec") for value in node.xpath(".//text() | .//@*").getall()]
    assert [(value.value, value.spans) for value in streamed] == [(value.value, value.spans) for value in whole]


# On real material


def real_files(shared: Path) -> Iterator[tuple[str, bytes]]:
    """Each XML file that is one."""
    for path in sorted((shared / "pubmed_xml").iterdir()):
        payload = path.read_bytes()
        payload = gzip.decompress(payload) if path.suffix == ".gz" else payload
        try:
            etree.fromstring(payload)
        except etree.XMLSyntaxError:
            continue
        yield path.name, payload


def _recoded(encoding: str, newline: str = "\n") -> Callable[[bytes], bytes]:
    def variant(payload: bytes) -> bytes:
        text = payload.decode("utf-8-sig").replace("\r\n", "\n").replace("\n", newline)
        body = text.partition("?>")[2] if text.startswith("<?xml") else text
        return encoded(f'<?xml version="1.0" encoding="{declared(encoding)}"?>{body}', encoding)

    return variant


VARIANTS: dict[str, Callable[[bytes], bytes]] = {
    "mark": _recoded("utf-8-sig"),
    "crlf": _recoded("utf-8", "\r\n"),
    "utf-16": _recoded("utf-16"),
    "utf-16-le crlf": _recoded("utf-16-le", "\r\n"),
    "latin-1": _recoded("iso-8859-1"),
    "windows-1252": _recoded("windows-1252"),
}


@pytest.mark.shared_data
def test_real_files_are_located(shared: Path) -> None:
    """In real files no claim is wrong, and at least 99.9 % of all texts and attributes are located."""
    total = Tally()
    for _, payload in real_files(shared):
        total += prove_xml(payload)
    assert total.seen > 100_000
    assert total.located >= 0.999 * total.seen, total


@pytest.mark.shared_data
@pytest.mark.parametrize("name", VARIANTS)
def test_real_files_are_located_as_other_servers_send_them(shared: Path, name: str) -> None:
    """So it is in other encodings, with a byte order mark, and with other ends of lines."""
    total = Tally()
    for number, (_, payload) in enumerate(real_files(shared)):
        if number % 8 == len(name) % 8 and len(payload) < 300_000:
            total += prove_xml(VARIANTS[name](payload))
    assert total.located >= 0.999 * total.seen, total
