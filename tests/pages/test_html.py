"""HTML opened for quoting: what plugin authors select, and where it says it is."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import parsel
import pytest

from scraper.errors import BadSelector, QuotingError, UnsupportedCharset
from scraper.pages import HtmlPage, open_page
from scraper.quoting import MISSING, replay

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from scraper.quoting import Sourced

FIXTURES = Path(__file__).parent / "fixtures"
ARTICLE = (FIXTURES / "article.html").read_bytes()
TANGLED = (FIXTURES / "tangled.html").read_bytes()


@pytest.fixture
def page() -> HtmlPage:
    """A scholarly page."""
    return HtmlPage(ARTICLE)


def body(markup: str) -> HtmlPage:
    """A page of this markup."""
    return HtmlPage(f"<!doctype html><body>{markup}".encode())


def shown(value: Sourced[str], payload: bytes = ARTICLE) -> list[str]:
    """The bytes that a value points at, which must replay to it."""
    assert replay(value.pointer(), payload) == value.value
    return [payload[start:end].decode() for start, end in value.spans]


def test_the_media_type_opens_it() -> None:
    """HTML is opened by its media type, parameters or not."""
    page = open_page(ARTICLE, "text/html; charset=utf-8", url="https://journal.example/")
    assert isinstance(page, HtmlPage)
    assert (page.url, page.charset, page.media_type) == ("https://journal.example/", "utf-8", "text/html")


def test_metas_go_by_name_or_property(page: HtmlPage) -> None:
    """A meta is found in any case and any order of attributes, by name or property, and points at its content's bytes."""
    assert shown(page.meta("citation_title")) == ["Stem cells &amp; &#946;-catenin in the &quot;niche&quot;"]
    assert page.meta("citation_title").value == 'Stem cells & β-catenin in the "niche"'
    assert shown(page.meta("Citation_DOI")) == ["10.9999/jwe.2023.41"]
    assert shown(page.meta("citation_journal_title")) == ["Examples"]
    assert page.meta("og:image").value == "/figure?id=1&copy=2&size=large"
    assert page.meta("og:image").pointer()["as"] == ["attribute"]
    assert [value.value for value in page.metas("citation_author")] == ["Jörg Müller", "Ann O'Neill", "Li Wei 李伟"]
    assert page.meta("nothing") is page.meta("contentless") is MISSING
    assert not page.meta("empty")
    assert not page.meta("valueless")


def test_meta_groups_pair_by_position(page: HtmlPage) -> None:
    """An author's institutions are those that stand between it and the next author."""
    groups = page.meta_groups("citation_author", "citation_author_institution", "citation_author_email")
    assert [group.head.value for group in groups] == ["Jörg Müller", "Ann O'Neill", "Li Wei 李伟"]
    institutions = [[value.value for value in group.getall("citation_author_institution")] for group in groups]
    assert institutions == [["University of Nowhere", "Institute for Tests"], ["Institute for Tests"], []]
    assert groups[1].get("citation_author_institution").value == "Institute for Tests"
    assert groups[2].get("citation_author_institution") is groups[0].get("citation_author_email") is MISSING
    assert groups[0].get("citation_author_institution").spans != groups[1].get("citation_author_institution").spans


def test_a_page_says_what_it_is(page: HtmlPage) -> None:
    """Title, language and canonical URL come as values, verbatim."""
    assert page.title.value == "Stem cells & β-catenin — Journal of Worked Examples"
    assert shown(page.title) == ["Stem cells &amp; β-catenin &mdash; Journal of Worked Examples"]
    assert shown(page.lang) == ["en"]
    assert page.canonical_url.value == "https://journal.example/articles/41?a=1&b=2"
    bare = HtmlPage(b"<p>nothing")
    assert bare.title is bare.lang is bare.canonical_url is bare.meta("x") is MISSING


def test_json_ld_is_read_leaf_by_leaf(page: HtmlPage) -> None:
    """A JSON-LD value points into its script; blocks that are no JSON are left out and counted, blank ones are neither."""
    found = page.json_ld("ScholarlyArticle")
    assert shown(found["headline"].get()) == ['Stem \\u03b2-cells & \\"niche\\"']
    assert found["headline"].get().value == 'Stem β-cells & "niche"'
    assert [author["name"].get().value for author in found["author"]] == ["Jörg Müller", "Ann O'Neill"]
    assert found["pageStart"].get().value == 71
    assert page.json_ld("Dataset")["name"].get().value == "wrapped"
    assert (page.json_ld_broken, len(page.json_ld_all()), len(page.json_ld_all("WebSite", "Dataset"))) == (1, 2, 2)
    assert page.json_ld()["@context"].get().value == "https://schema.org"
    assert page.json_ld("Nothing")["name"].get() is MISSING
    assert not HtmlPage(b"").json_ld()


def test_text_below_has_a_span_for_each_run(page: HtmlPage) -> None:
    """All text of an element comes in order, with the bytes of each run, and narrows as one text."""
    title = page.css("h1.heading-title")[0].text()
    assert title.squash().value == "Stem cells & β-catenin in the niche 1"
    assert shown(title) == ["\n  Stem cells &amp; ", "β-catenin", " in the ", "niche", "&nbsp;", "1", "\n"]
    assert shown(title.squash().re("catenin in")) == ["catenin", " in"]
    assert shown(title.re(r"&.*niche")) == ["&amp; ", "β-catenin", " in the ", "niche"]


def test_a_list_gives_the_text_of_its_first_match() -> None:
    """What a selector found gives the whole text of its first match, or nothing, without a look at whether there is one."""
    page = body("<h1>Socks <i>in</i> socks</h1><h1>Second</h1>")
    assert page.css("h1").text().value == page.xpath("//h1").text().value == "Socks in socks"
    assert page.css("h1").text().spans == page.css("h1")[0].text().spans
    assert page.css("h1::text").text().value == "Socks "
    assert page.css("h2").text().squash() is MISSING


def test_text_leaves_scripts_out(page: HtmlPage) -> None:
    """Text below an element skips scripts and styles, and comments do not count as text."""
    abstract = page.css("#abstract")[0]
    assert abstract.text().squash().value == "OneOneOne, then bold and italic and the end."
    assert abstract.own_text().squash().value == "OneOneOne, then and the end."
    assert shown(abstract.own_text())[:3] == ["One", "One", "One, then "]
    assert page.css("script:not([type])::text").get().value == 'var a = "<b>&amp;</b>";'


def test_equal_texts_are_told_apart(page: HtmlPage) -> None:
    """Three equal runs between comments point at three places."""
    texts = page.css("#abstract::text").getall()
    places = [ARTICLE.index(after) for after in (b"One<!-- a c", b"One<!-- an", b"One, then")]
    assert [text.spans[0][0] for text in texts[:3]] == places
    assert [text.value[:3] for text in texts[:3]] == ["One"] * 3


def test_an_element_is_its_source(page: HtmlPage) -> None:
    """The value of an element is its verbatim source, ending before what closes it where its end tag is left out."""
    assert shown(page.css("a.full-name").get()) == ['<a class="full-name" href="/a?n=1&amp;m=2">Jörg Müller</a>']
    assert page.css("a.full-name").get().readings == ("markup",)
    assert page.css("ul.list > li").getall()[0].value == "<li>first\n  "
    assert page.css("dd").get().value == "<dd> 10.9999/jwe.2023.41 "
    assert page.css("input").get().value == '<input type="text" name=q value="a &quot;b&quot;">'
    assert page.css("td")[3].get().value == "<td>"


def test_special_contents(page: HtmlPage) -> None:
    """Text areas, preformatted text and references read as browsers read them."""
    assert page.css("textarea::text").get().value == "first & second\n"
    assert shown(page.css("textarea::text").get()) == ["first &amp; second\n"]
    assert page.css("pre::text").get().value == "\n  kept   as it is © 2023\n"
    assert page.css("style::text").get().readings == ("raw",)
    odd = page.css("p[title]")[0]
    assert odd.own_text().value == "¬it; &x; € \ufffd &bogus; &amp;"
    assert [odd.attr(name).value for name in ("title", "data-empty", "data-equals", "data-x", "hidden")] == [
        'single "quotes"', "", "", "spaced", "",
    ]  # fmt: skip
    assert shown(odd.attr("data-x")) == ["spaced"]
    assert odd.attr("nothing") is MISSING


def test_css_and_xpath_agree(page: HtmlPage) -> None:
    """The same values by either language point at the same bytes."""
    pairs = [
        ("a.full-name::text", "//a[has-class('full-name')]/text()"),
        ("a::attr(href)", "//a/@href"),
        ("ul.list li", "//ul[@class='list']//li"),
        (".authors ::text", "//div[@class='authors']//text()"),
        ("dt:contains('doi') + dd::text", "//dt[contains(., 'doi')]/following-sibling::dd[1]/text()"),
        ("tr:has(th) > th::text", "//tr[th]/th/text()"),
        ("sup::text, a.full-name::attr(href)", "//sup/text() | //a[@class='full-name']/@href"),
        ("a[href!='/a?n=2']::attr(href)", "//a[not(@href='/a?n=2')]/@href"),
        (".authors > ::text", "//div[@class='authors']/*/text()"),
    ]
    for css, xpath in pairs:
        by_css, by_xpath = page.css(css).getall(), page.xpath(xpath).getall()
        assert by_css, css
        assert [(value.value, value.spans) for value in by_css] == [(value.value, value.spans) for value in by_xpath]
        assert page.css(css).get().spans == page.xpath(xpath).get().spans == by_css[0].spans


def test_mixed_unions_keep_document_order(page: HtmlPage) -> None:
    """Texts and attributes of one selector come in the order of the page."""
    found = page.css(".authors sup::text, .authors a::attr(href), .authors a::text").getall()
    assert [value.value for value in found] == ["/a?n=1&m=2", "Jörg Müller", "1", "/a?n=2", "Ann O’Neill", "2"]  # noqa: RUF001  # as pages write it
    nested = body("<div>a<div>b<div>c</div>d</div>e</div>")
    assert [value.value for value in nested.css("div::text").getall()] == list("abcde")
    assert nested.css("div::text").get().value == "a"
    assert body("<div><div>b</div>a</div>").css("div::text").get().value == "b"


def test_a_node_selects_at_and_below_itself(page: HtmlPage) -> None:
    """Relative to a node a selector begins at the node; what lies outside does not count."""
    reference = page.css("li.reference")[1]
    assert [value.value for value in reference.css("::text").getall()] == ["Another title", " ", "2020"]
    assert reference.css("li").get().spans == reference.get().spans
    assert [value.value for value in reference.css("li > span::text").getall()] == ["Another title", "2020"]
    assert not reference.css("div span")
    assert reference.css("> span.year::text").get().value == "2020"
    assert reference.css(".title::text").get().value == "Another title"
    assert [value.value for value in reference.xpath("./span/@class").getall()] == ["title", "year"]
    assert page.css(".refs").css("li").xpath("span[2]/text()").getall()[1].value == "2020"
    assert page.css("> html > body > .refs::attr(class)").get().value == "refs"
    outer = page.css("li.nested")[0]
    assert [value.value for value in outer.css("li li::text").getall()] == ["inner"]
    assert outer.css("ul li").get().value == "<li>inner</li>"
    assert outer.css("a, li li::text").getall()[0].value == "inner"


def test_nodes_walk_the_tree(page: HtmlPage) -> None:
    """Nodes know their tag, parent and children; texts and attributes have a parent and nothing below."""
    table = page.css("table")[0]
    assert [child.tag for child in table.children] == ["caption", "tbody"]
    assert [(node.tag, node.parent and node.parent.tag) for node in page.css("th")] == [("th", "tr")] * 2
    assert page.css("html")[0].parent is None
    text, attribute = page.css("th::text")[0], page.css("a::attr(href)")[0]
    assert (text.tag, text.children, text.parent and text.parent.tag) == ("", [], "th")
    assert (attribute.text().value, attribute.own_text().value) == ("/a?n=1&m=2", "/a?n=1&m=2")
    assert attribute.parent
    assert attribute.parent.tag == "a"
    assert text.attr("x") is MISSING
    assert (len(text.css("*")), len(text.xpath(".//*"))) == (0, 0)
    assert (len(page.css("th")), bool(page.css("th")), bool(page.css("video"))) == (2, True, False)
    assert page.css("video").get() is MISSING
    assert page.css("video").getall() == []
    assert (repr(text), repr(page.css("th"))) == ("<HtmlNode text 'th::text'>", "<NodeList 'th'>")


def test_selectors_are_told(page: HtmlPage) -> None:
    """A value says how it was found, step by step."""
    assert page.css("h1 i::text").get().selector == "h1 i::text"
    assert page.css(".refs")[0].css("li")[1].xpath("span/text()").get().selector == ".refs >> li >> span/text()"
    assert page.meta("citation_doi").selector == 'meta[name="citation_doi"]::attr(content)'
    assert page.css("a")[0].attr("href").selector == "a::attr(href)"


@pytest.mark.parametrize("query", ["string(//h1)", "count(//a)", "concat('a', 'b')", "boolean(//a)", "//a/namespace::*"])
def test_computed_values_have_no_place(page: HtmlPage, query: str) -> None:
    """A query that computes is refused, and the message says what to write instead."""
    for ask in (page.xpath(query).get, page.xpath(query).getall):
        with pytest.raises(BadSelector, match=r"\.text\(\)\.squash\(\)"):
            ask()


@pytest.mark.parametrize(
    "select",
    [
        lambda page: page.css("p["),
        lambda page: page.css("p::first-line"),
        lambda page: page.css("p::text b"),
        lambda page: page.css("p::attr()"),
        lambda page: page.css(""),
        lambda page: page.css("p,,b"),
        lambda page: page.css("p:nope"),
        lambda page: page.css("+ p"),
        lambda page: page.css(":contains('a'"),
        lambda page: page.xpath("//p[").get(),
        lambda page: page.xpath("//p/nope()").getall(),
        lambda page: page.xpath("").get(),
    ],
)
def test_selectors_that_cannot_be_read(page: HtmlPage, select: Callable[[HtmlPage], Any]) -> None:
    """A selector with a mistake is a typed error that shows it."""
    with pytest.raises(BadSelector, match=r"selector|query"):
        select(page)


@pytest.mark.parametrize(
    ("selector", "why"),
    [
        ("body::attr(data-merged)", "another tag"),
        ("html::attr(lang)", "another tag"),
        ("tbody", "implied"),
        ("br", "implied"),
        ("svg::text", "moved or merged"),
        ("body > p:not([a])", "implied"),
    ],
)
def test_what_has_no_place_says_so(selector: str, why: str) -> None:
    """Implied tags, copies, moved text and merged attributes are on the page, but their bytes are not claimed."""
    found = [value for value in HtmlPage(TANGLED).css(selector).getall() if value.origin == "unlocated"]
    assert found
    assert why in found[0].pointer()["unlocated"]
    assert found[0].spans == ()


def test_text_moved_out_of_tables_is_not_claimed() -> None:
    """Text that tables throw out is unlocated, also where an equal text stands in its apparent place."""
    for markup in ("<table>x<tr><td>x</table>", "<b><table>same<table>same", "<table><tr></tr>same<table>same"):
        values = body(markup).css("body::text, b::text").getall()
        assert {value.origin for value in values} == {"unlocated"}


def test_comments_have_no_place(page: HtmlPage) -> None:
    """A comment can be selected, but is not quoted."""
    assert page.xpath("//comment()").get().origin == "unlocated"


def test_charset_is_a_fixed_point() -> None:
    """To open a page again with its own charset changes nothing, whatever decided it."""
    cases = [
        (b"<meta charset=latin1><p>\xe9", None, "cp1252"),
        (b"\xef\xbb\xbf<meta charset=latin1><p>\xc3\xa9", "latin1", "utf-8"),
        ("\ufeff<p>é".encode("utf-16-be"), None, "utf-16-be"),
        (b"<meta charset=utf-16><p>\xc3\xa9", None, "utf-8"),
        (b"<p>\xe9", None, "cp1252"),
    ]
    for payload, declared, charset in cases:
        page = HtmlPage(payload, charset=declared)
        again = HtmlPage(payload, charset=page.charset)
        assert page.charset == again.charset == charset
        assert page.css("p::text").get() == again.css("p::text").get()
        assert page.css("p::text").get().value == "é"
    with pytest.raises(UnsupportedCharset):
        HtmlPage(b"<p>", charset="iso-2022-jp")


def test_newlines_of_the_payload() -> None:
    """Values read with line feeds, as in a browser; source stays as it is; both point at the payload's own bytes."""
    payload = b"<p title='a\r\nb'>one\r\ntwo\rthree</p>\r\n<pre>\r\nx</pre><script>\r\n1</script>"
    page = HtmlPage(payload)
    assert page.css("p::text").get().value == "one\ntwo\nthree"
    assert shown(page.css("p::text").get(), payload) == ["one\r\ntwo\rthree"]
    assert page.css("p::attr(title)").get().value == "a\nb"
    assert page.css("pre::text").get().value == "x"
    assert page.css("script::text").get().value == "\r\n1"
    assert page.css("p").get().value.count("\r") == 3
    assert shown(page.css("p::text").get().lines()[1], payload) == ["two"]


def test_pages_stay_where_they_are(page: HtmlPage) -> None:
    """Pages, nodes and lists refuse to be pickled, because the parser would lose all places; values travel."""
    for each in (page, page.css("p"), page.css("p")[0]):
        with pytest.raises(QuotingError, match="do not travel"):
            pickle.dumps(each)
    value = page.css("h1")[0].text().squash()
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301  # our own bytes


def test_nothing_is_selected_before_it_is_asked_for(page: HtmlPage) -> None:
    """A query that cannot be evaluated fails when its list is asked, not when it is made."""
    found = page.xpath("//p[")
    with pytest.raises(BadSelector):
        len(found)


def test_a_page_of_nothing() -> None:
    """Empty and blank payloads open, and hold nothing."""
    for payload in (b"", b" ", b"\xef\xbb\xbf", b"\0"):
        page = HtmlPage(payload)
        assert page.css("::text").getall() == []
        assert [node.get().origin for node in page.css("*")] == ["unlocated"] * 3


@pytest.mark.parametrize(
    "selector",
    [
        *("title::text", "h1 ::text", "h1::text", "a::attr(href)", "a.full-name::text", ".authors > ::text", ".authors ::text"),
        *(
            "li.reference span::text",
            "ol > li",
            "dt:contains('doi')::text",
            "sup::text, a::attr(href)",
            "::attr(class)",
            "p[title]::attr(data-x)",
        ),
        *("li:not(.reference)::text", "tr:has(th) th::text", "ul.list > li:nth-child(2) a::text", "span.year, span.title::text"),
    ],
)
def test_the_same_values_as_parsel(page: HtmlPage, selector: str) -> None:
    """Where the trees agree, a selector finds what it finds in Scrapy."""
    theirs = parsel.Selector(text=ARTICLE.decode())
    wanted = [value if value.startswith("<") else value.replace("\r\n", "\n") for value in theirs.css(selector).getall()]
    found = [value.value for value in page.css(selector).getall()]
    assert found == wanted
    assert page.css(selector).get().value == theirs.css(selector).get()
    for outer, inner in (
        ("ol", "li"),
        ("ol", "li li"),
        (".refs", "::text"),
        ("li.nested", "li::text"),
        (".authors", "a::attr(href)"),
    ):
        theirs_inside = [node.css(inner).getall() for node in theirs.css(outer)]
        assert [[value.value for value in node.css(inner).getall()] for node in page.css(outer)] == theirs_inside


def test_plain_text_is_what_text_says_without_places() -> None:
    """A node's plain text is the value of its text; a page's source is the decoded payload; a meta asked for twice is one value."""
    page = HtmlPage(b"<meta name=a content='&amp;x'><p>One <b>t&amp;wo</b><script>no()</script><!-- no --> three</p><i></i>")
    assert page.css("p")[0].plain_text() == page.css("p")[0].text().value == "One t&wo three"
    assert page.css("p::text")[0].plain_text() == "One "
    assert page.css("i")[0].plain_text() == ""
    assert page.source.endswith("no()</script><!-- no --> three</p><i></i>")
    assert page.metas("a") == page.metas("a") == [page.meta("a")] == [page.meta("a")]


def test_texts_beyond_ascii_are_cut_at_their_bytes() -> None:
    """A part of a text in UTF-8 points at its own bytes alone, wherever it begins, in short texts and in long ones."""
    for before in ("", "é", "β€𝄞" * 2000):
        payload = f"<p>{before}naïve; β-keratin; 羊毛</p>".encode()
        for part in HtmlPage(payload, charset="utf-8").css("p::text").get().split("; "):
            assert part.steps == ()
            assert b"".join(payload[start:end] for start, end in part.spans).decode() == part.value
