"""Records of a large XML payload, one after another."""

from __future__ import annotations

import tracemalloc

import pytest

from scraper.errors import MalformedPayload
from scraper.pages import XmlNode, XmlPage
from scraper.quoting import replay

SET = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE set [<!ENTITY e "E"><!-- <rec> -->]>
<set xmlns:x="urn:x"><!-- <rec>no</rec> --><in lang="é"><rec n="1">one &e;<rec n="1a"/><![CDATA[</rec>]]></rec></in>
<?pi <rec>?><other><x:rec n="2">two</x:rec></other><rec n='3>'/><record>no</record></set>
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_each_yields_the_outermost_elements_in_order(encoding: str) -> None:
    """Elements of the name come in order, whatever prefix they have; those in comments and the like, and inner ones, do not."""
    payload = SET.replace('"utf-8"', f'"{encoding.removesuffix("-sig")}"').encode(encoding)
    page = XmlPage(payload)
    found = list(page.each("rec"))
    assert [node.attr("n").value for node in found] == ["1", "2", "3>"]
    assert [node.text().value for node in found] == ["one E</rec>", "two", None]
    assert [node.tag for node in page.each("other", "rec")] == ["rec", "other", "rec"]
    for node in found:
        number = node.attr("n")
        assert payload[slice(*number.spans[0])].decode(page.charset) == number.value
        assert replay(node.get().pointer(), payload, page.charset) == node.get().value


def test_a_record_knows_what_stands_around_it() -> None:
    """Namespaces and absolute queries work as in the whole page; what is outside the record is unlocated there."""
    page = XmlPage(SET.encode())
    first = next(page.each("rec"))
    assert first.parent is None
    assert first.xpath("/set/in/rec/@n").get().spans == first.xpath("@n").get().spans
    outside = first.xpath("ancestor::in/@lang").get()
    assert (outside.value, outside.origin) == ("é", "unlocated")
    (prefixed,) = page.each("other")
    assert prefixed.xpath("x:rec/text()").get().value == "two"


def test_the_root_may_be_the_record() -> None:
    """A payload of one record is that record."""
    assert [node.text().value for node in XmlPage(b"<?xml version='1.0'?><rec>x</rec>\n<!-- end -->").each("rec")] == ["x"]
    assert list(XmlPage(b"<set/>").each("rec")) == []


@pytest.mark.parametrize(
    ("tail", "place", "whole"),
    [
        ("<rec>&no;</rec></set>", "line 2, byte 24: Entity 'no' not defined", 1),
        ("<rec>", "line 2, byte 19: <rec> is not closed", 1),
        ("<rec></set>", "line 2, byte 19: <rec> is not closed", 1),
        ("<rec><i></rec></set>", "line 2, byte 29: Opening and ending tag mismatch", 1),
        ("<rec/>", "line 2, byte 25: the payload ends inside 'set'", 2),
        ("<rec/></sets>", "line 2, byte 25: </sets> closes nothing", 2),
        ("<rec/></set>more", "line 2, byte 31: something stands behind the root", 2),
    ],
)
def test_what_was_whole_comes_before_the_error(tail: str, place: str, whole: int) -> None:
    """A stream that breaks off has yielded every record before, and says where it broke off."""
    found: list[XmlNode] = []
    with pytest.raises(MalformedPayload) as caught:
        found.extend(XmlPage(f"<set>\n<rec>é</rec>{tail}".encode()).each("rec"))
    assert (len(found), str(caught.value)[: len(place)]) == (whole, place)


def test_memory_does_not_grow_with_the_payload() -> None:
    """Ten times the records need no more memory beside the payload itself."""
    peaks = []
    for count in (2000, 200, 2000):  # the first run fills the interpreter's caches
        payload = b"<set>" + b"".join(b"<rec n='%d'>%s</rec>" % (n, b"<i>text</i>" * 50) for n in range(count)) + b"</set>"
        page = XmlPage(payload)
        tracemalloc.start()
        assert sum(bool(node.css("i:last-child").get()) for node in page.each("rec")) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < peaks[1] + 50_000
