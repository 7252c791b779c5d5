"""XML opened for quoting."""

from __future__ import annotations

import pickle
import time
from typing import Any

import pytest

from scraper.errors import BadSelector, ExcessivePayload, MalformedPayload, QuotingError
from scraper.pages import XmlPage, open_page
from scraper.quoting import MISSING, Sourced, replay

PAGE = b"""<?xml version="1.0"?>
<set xmlns:x="urn:x"><rec id="1" x:id='2'>Stem <i>Cells</i> &amp; more<none/></rec><rec id="2"><x:name>N</x:name></rec></set>
"""


def proven(value: Sourced[str], payload: bytes, charset: str = "utf-8") -> str:
    """The value, after its pointer has led back to it."""
    assert replay(value.pointer(), payload, charset) == value.value
    return value.value


def test_selecting_by_css() -> None:
    """Selectors know the document's own names, also with `::text` and `::attr`, relative to a node that may itself match."""
    page = XmlPage(PAGE)
    assert page.css("rec > i::text").get().pointer() == {"spans": [[72, 77]], "as": ["xml"], "selector": "rec > i::text"}
    assert [value.value for value in page.css("rec::attr(id)").getall()] == ["1", "2"]
    assert [value.value for value in page.css("rec ::text").getall()] == ["Stem ", "Cells", " & more", "N"]
    assert [value.value for value in page.css("set > ::attr(id)").getall()] == ["1", "2"]
    record = page.css("rec")[0]
    assert [len(record.css(selector)) for selector in ("rec", "> i", "set i", "i, none", "rec:first-child > i")] == [1, 1, 0, 2, 1]
    for found in (record.css("::text"), record.css("rec *::text"), record.xpath(".//text()")):
        assert [value.value for value in found.getall()] == ["Stem ", "Cells", " & more"]
    assert page.css("nope").get() is page.css("nope").text() is MISSING
    assert page.css("rec").text().value == record.text().value == "Stem Cells & more"
    assert not page.css("Rec")
    assert page.css("rec").css("i::text").get().spans == page.css("rec").xpath("i/text()").get().spans


def test_names_match_in_any_namespace() -> None:
    """A selector's names are local names; a query's prefixes are the root's, or those it is given."""
    page = XmlPage(b'<a xmlns="urn:d" xmlns:x="urn:x"><b>1</b><x:b k="2" x:k="3">4</x:b></a>')
    assert [value.value for value in page.css("b::text").getall()] == ["1", "4"]
    assert page.css("a > b:nth-child(2)::attr(k)").get().value == "2"
    assert page.xpath("x:b/@x:k").get().value == "3"
    assert page.xpath("d:b/text()", namespaces={"d": "urn:d"}).get().value == "1"
    assert not page.xpath("b")
    assert (page.css("b")[1].tag, page.root.tag, page.root_tag) == ("x:b", "a", "a")
    assert [page.css("b")[1].attr(name).value for name in ("k", "x:k", "{urn:x}k", "y:k")] == ["2", "3", "3", None]


def test_selecting_by_xpath() -> None:
    """Texts and attributes are exactly those that the query means, in unions and with predicates too."""
    page = XmlPage(PAGE)
    assert [value.value for value in page.xpath("//rec/text()[2] | //i/text() | //@x:id").getall()] == ["2", "Cells", " & more"]
    assert page.xpath("/set/rec[@id='2']/x:name/text()").get().value == "N"
    assert page.xpath("//rec[re:test(@id, '^[2-9]$')]").get().value == '<rec id="2"><x:name>N</x:name></rec>'
    for query in ("string(//rec)", "count(//rec)", "//rec[", "y:rec", "concat('a', 'b')"):
        with pytest.raises(BadSelector):
            page.xpath(query).get()
    for selector in ("rec[", "rec::first-line", "rec::attr()"):
        with pytest.raises(BadSelector):
            page.css(selector)


def test_nodes_know_their_neighbours() -> None:
    """Name, parent and children of elements; the element that a text or an attribute belongs to; source as `get`."""
    page = XmlPage(PAGE)
    record = page.css("rec")[0]
    assert ([child.tag for child in record], record.children[1].tag) == (["i", "none"], "none")
    for query in ("text()[1]", "text()[2]", "@id", "i"):
        (node,) = record.xpath(query)
        assert node.parent is not None
        assert node.parent.attr("id").value == "1"
    assert page.root.parent is None
    assert proven(record.get(), PAGE).startswith('<rec id="1"')
    assert record.get().pointer()["as"] == ["markup"]
    text = record.xpath("text()")[0]
    assert (text.tag, text.children, list(text.css("i")), text.attr("id")) == ("", [], [], MISSING)
    assert text.text() == text.own_text() == text.get()


def test_text_has_a_span_for_each_stretch() -> None:
    """Markup, comments, instructions and CDATA sections part the spans; references do not."""
    payload = b"<p>a &lt; b<i>c</i><!-- x -->d<?pi x?>e<![CDATA[ & ]]>f</p>"
    node = XmlPage(payload).root
    assert proven(node.text(), payload) == "a < bcde & f"
    assert node.text().spans == ((3, 11), (14, 15), (29, 30), (38, 39), (48, 51), (54, 55))
    assert node.text().readings == ("xml", "xml", "xml", "xml", "raw", "xml")
    assert proven(node.own_text(), payload) == "a < bde & f"
    assert [proven(value, payload) for value in node.xpath("text()").getall()] == ["a < b", "d", "e & f"]
    assert XmlPage(b"<p/>").root.text() is XmlPage(b"<p><i>x</i></p>").root.own_text() is MISSING


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("&amp;&lt;&gt;&quot;&apos;", "&<>\"'"),
        ("&#233;&#xe9;&#x1F600;&#0000000000233;", "éé😀é"),
        ("&amp;lt;", "&lt;"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a&#13;&#10;b", "a\r\nb"),
        ("<![CDATA[&amp;\r\n&#233;\r]]>", "&amp;\n&#233;\n"),
        ("a]]&gt;b", "a]]>b"),
    ],
)
def test_text_reads_as_xml_says(source: str, value: str) -> None:
    """References (XML 1.0 §4.1, §4.6), ends of lines (§2.11) and CDATA sections (§2.7) by their rules."""
    payload = f"<p>{source}</p>".encode()
    assert proven(XmlPage(payload).root.text(), payload) == value


@pytest.mark.parametrize(
    ("source", "value"),
    [("a&#10;b", "a\nb"), ("a\nb\t c\r\nd", "a b  c d"), ("\n", " "), ("&#x20;&lt;'", " <'"), ("", "")],
)
def test_attributes_read_as_xml_says(source: str, value: str) -> None:
    """White space in an attribute is normalised as XML 1.0 §3.3.3 says: written out it is a space, as a reference itself."""
    payload = f'<p q="x" a = "{source}"/>'.encode()
    assert proven(XmlPage(payload).root.attr("a"), payload) == value


def test_narrowing_is_exact() -> None:
    """A part of a text points at its own reference or character, and needs no step."""
    payload = "<p>1 &#60; é &amp;amp; 2</p>".encode()
    text = XmlPage(payload).root.text()
    for pattern, source in (("<", b"&#60;"), ("é", "é".encode()), ("&amp", b"&amp;amp"), ("amp;", b"amp;"), (r"\d$", b"2")):
        part = text.re(pattern)
        assert payload[slice(*part.spans[0])] == source
        assert not part.steps
        assert proven(part, payload) == part.value


def test_what_a_dtd_writes_is_unlocated() -> None:
    """Text from an entity, and a value that a declared type collapses, are on the page, but their bytes are not theirs."""
    page = XmlPage(b'<!DOCTYPE a [<!ENTITY e "E"><!ATTLIST a t NMTOKENS #IMPLIED>]><a t=" x  y "><b>1&e;2</b><c>3</c></a>')
    assert (page.css("b::text").get().value, page.css("b::text").get().origin) == ("1E2", "unlocated")
    assert (page.root.text().value, page.root.text().origin) == ("1E23", "unlocated")
    assert (page.root.attr("t").value, page.root.attr("t").origin) == ("x y", "unlocated")
    assert page.css("c")[0].text().spans == ((91, 92),)


def test_entities_with_markup_hide_every_place() -> None:
    """Where an entity brings elements, no element can be told from its tag with certainty, and nothing is guessed."""
    page = XmlPage(b'<!DOCTYPE a [<!ENTITY e "<b>1</b>">]><a><b>1</b>&e;<b>1</b></a>')
    found = [node.text() for node in page.css("b")]
    assert [(text.value, text.origin) for text in found] == [("1", "unlocated")] * 3
    assert page.root.get().origin == page.css("b::text").get().origin == "unlocated"


def test_nothing_outside_the_payload_is_read() -> None:
    """External entities are never opened: a page that needs one is refused."""
    for dtd in ('<!ENTITY e SYSTEM "file:///etc/hostname">', '<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;'):
        with pytest.raises(MalformedPayload, match="not defined"):
            _ = XmlPage(f"<!DOCTYPE a [{dtd}]><a>&e;</a>".encode()).root
    assert XmlPage(b'<!DOCTYPE a SYSTEM "http://localhost:1/a.dtd"><a>x</a>').root.text().value == "x"


def _laughs(depth: int) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(depth))
    return f"<!DOCTYPE a [{entities}]><a>&e{depth - 1};</a>".encode()


@pytest.mark.parametrize(
    "payload",
    [
        _laughs(12),
        b'<!DOCTYPE a [<!ENTITY e "' + b"x" * 60_000 + b'">]><a>' + b"&e;" * 60_000 + b"</a>",
        b'<!DOCTYPE a [<!ENTITY e "&f;"><!ENTITY f "&e;">]><a>&e;</a>',
        b"<a>" * 10_000 + b"</a>" * 10_000,
        b"<a>" + b"x" * 10_000_001 + b"</a>",
    ],
    ids=["laughs", "quadratic", "loop", "deep", "long"],
)
def test_bombs_are_refused_at_once(payload: bytes) -> None:
    """What would grow without bound is refused as such, soon, in a whole page and in a stream."""
    begun = time.monotonic()
    with pytest.raises(ExcessivePayload):
        _ = XmlPage(payload).root
    with pytest.raises(ExcessivePayload):
        list(XmlPage(payload).each("a"))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("head", [b"<a>", b"<a><rec>", b"<!DOCTYPE a [", b""], ids=["root", "record", "DTD", "prolog"])
@pytest.mark.parametrize("again", [b"<!--", b"<![CDATA[", b"<?", b'<b x="', b"<rec x='", b"</rec ", b"</", b"<", b"<rec>"])
def test_what_never_ends_is_refused_at_once(head: bytes, again: bytes) -> None:
    """Markup that is opened again and again and never closed costs no more than reading it once."""
    begun = time.monotonic()
    for load in (lambda page: page.root, lambda page: list(page.each("rec"))):
        with pytest.raises(MalformedPayload):
            load(XmlPage(head + again * 100_000))
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("payload", "place"),
    [
        (b"", "line 1, byte 0: no XML"),
        (b"no markup", "line 1, byte 0: no XML"),
        (b'<?xml version="1.0"?>', "line 1, byte 0: no XML"),
        (b"<a>\n<b></a>", "line 2, byte 9: "),
        (b"<a>\r\n<b x='1' x='2'/></a>", "line 2, byte 14: "),
        ("<é>&nope;</é>".encode(), "line 1, byte 4: "),
        ("<a>é<</a>".encode("utf-16"), "line 1, byte 12: "),
        (b"<a/><b/>", "line 1, byte 4: "),
        (b"<a>\n", "line 2, byte 4: "),
        (b"<a>\x01</a>", "line 1, byte 3: "),
    ],
)
def test_malformed_xml_says_where(payload: bytes, place: str) -> None:
    """What is not well-formed is refused with the line and the byte of the payload."""
    with pytest.raises(MalformedPayload) as caught:
        _ = XmlPage(payload).root
    assert str(caught.value).startswith(place)


@pytest.mark.parametrize(
    ("payload", "charset", "decoded"),
    [
        ('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"), None, "cp1252"),
        ("<a>é</a>".encode("latin-1"), "iso-8859-1", "cp1252"),
        ("<a>é</a>".encode(), None, "utf-8"),
        ("<a>é</a>".encode("utf-16"), "utf-8", "utf-16-le"),
        ("<a>é</a>".encode("utf-16-be"), None, "utf-16-be"),
        ("<a>é</a>".encode("utf-32-le"), None, "utf-32-le"),
        ('<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode(), "no-such", "utf-8"),
        ('<a>é<meta charset="iso-8859-1"/></a>'.encode(), None, "utf-8"),
        ('<?xml version="1.0" encoding="koi8-r"?><a>&#233;</a>'.encode("koi8-r"), None, "koi8-r"),
    ],
)
def test_the_charset_is_decided_by_mark_label_and_declaration(payload: bytes, charset: str | None, decoded: str) -> None:
    """In this order (RFC 7303 §3.2), and to open a page again with the answer changes nothing."""
    page = XmlPage(payload, charset=charset)
    assert page.charset == decoded
    assert proven(page.root.text(), payload, decoded) == "é"
    assert XmlPage(payload, charset=page.charset).charset == decoded


def test_malformed_bytes_become_replacement_characters() -> None:
    """A byte that is no character costs its character, as on other pages, and the values beside it are still located."""
    payload = b'<?xml version="1.0" encoding="utf-8"?><a><b>x\xffy</b><c>z</c></a>'
    page = XmlPage(payload)
    assert proven(page.css("b")[0].text(), payload) == "x\ufffdy"
    assert [node.text().spans for node in page.each("c")] == [((54, 55),)]


def test_open_page_knows_xml_by_its_media_type() -> None:
    """XML and whatever has its suffix open as XML."""
    for media_type in ("application/xml", "text/xml; charset=utf-8", "application/rss+xml"):
        page = open_page(b"<a/>", media_type, url="u")
        assert isinstance(page, XmlPage)
        assert page.url == "u"


def test_pages_and_nodes_do_not_travel() -> None:
    """A page, node or list refuses to be pickled, and says what to send instead."""
    page = XmlPage(PAGE)
    held: Any
    for held in (page, page.root, page.css("rec")):
        with pytest.raises(QuotingError, match="send the payload"):
            pickle.dumps(held)
