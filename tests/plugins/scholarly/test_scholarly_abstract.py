"""Abstracts, out of metas and out of the page."""

from __future__ import annotations

from typing import Any

import pytest

LONG = "Bees were kept for seven years in wooden hives, and all of them were well at the end of it."
PLAIN = [{"text": LONG}]
ONE, TWO = "Bees are kept.", "All was well, and seven hives were kept too."
PARTED = [{"heading": "Background", "text": ONE}, {"heading": "Results", "text": TWO}]
JATS = "<jats:sec><jats:title>{}</jats:title><jats:p>{}</jats:p></jats:sec>"


@pytest.mark.parametrize(
    "name",
    [
        "citation_abstract",
        "bepress_citation_abstract",
        "dcterms.abstract",
        "DC.Description.Abstract",
        "eprints.abstract",
        "dc.description",
    ],
)
def test_an_abstract_in_a_meta_is_read(article: Any, name: str) -> None:
    """A plain one is one section without a heading and without a step."""
    found = article((name, LONG))
    assert found.record["abstract"] == PLAIN
    assert (found.source("/abstract/0/text"), found.steps("/abstract/0/text")) == ([LONG], [])


@pytest.mark.parametrize(
    "content",
    [
        f"<h3>Background</h3><p>{ONE}</p><h3>Results:</h3><p>{TWO}</p>",
        f"<jats:title>Abstract</jats:title>{JATS.format('Background', ONE)}{JATS.format('Results', TWO)}",
        f"<p>Background: {ONE}</p><p>Results: {TWO}</p>",
        f"Background: {ONE} Results: {TWO}",
    ],
)
def test_a_structured_abstract_in_a_meta_is_parted(article: Any, content: str) -> None:
    """Headings are shown as markup or as labels; each section points at its own bytes."""
    found = article(("citation_abstract", content))
    assert found.record["abstract"] == PARTED
    assert found.source("/abstract/0/text") == ["Bees are kept."]


def test_the_name_of_the_abstract_is_no_heading(article: Any) -> None:
    """A heading that says "Abstract" is left out."""
    assert article(("citation_abstract", f"<h3>ABSTRACT</h3>\n<p>{LONG}</p>")).record["abstract"] == PLAIN


def test_markup_inside_a_paragraph_is_read_by_a_step(article: Any) -> None:
    """Tags around are narrowed away, tags inside are stripped, and the pointer says so."""
    found = article(("citation_abstract", f"<p>CO<sub>2</sub> &amp; bees: {LONG}</p>"))
    assert found.record["abstract"] == [{"text": f"CO2 & bees: {LONG}"}]
    assert found.steps("/abstract/0/text") == ["scholarly.plain"]


def test_paragraphs_are_sections(article: Any) -> None:
    """Paragraphs without headings stay apart."""
    assert article(("citation_abstract", f"<p>{LONG}</p><p>More.</p>")).record["abstract"] == [{"text": LONG}, {"text": "More."}]


@pytest.mark.parametrize("content", [LONG + " ...", LONG + "…", "Bees are kept."])
def test_a_description_cut_short_is_no_abstract(article: Any, content: str) -> None:
    """What ends in an ellipsis, or is but a line, describes the page."""
    assert "abstract" not in article(("dc.description", content)).record


def test_descriptions_for_sharing_are_no_abstract(article: Any) -> None:
    """OpenGraph's and the page's own are not read."""
    assert "abstract" not in article(("og:description", LONG), ("description", LONG)).record


@pytest.mark.parametrize(
    "body",
    [
        f'<section id="abstract"><h2>Abstract</h2><p>{LONG}</p></section>',
        f'<div class="abstract main">{LONG}</div>',
        f'<div class="abstract"><span>Abstract:</span> {LONG}</div>',
        f'<section role="doc-abstract"><h2>Abstract</h2><div role="paragraph">{LONG}</div></section>',
        f'<div id="Abs1-content" class="section"><p>{LONG}</p></div>',
        f'<div><h3>Abstract</h3><div class="collapsible"><p>{LONG}</p></div></div>',
        f"<h2> Summary: </h2>\n<p>{LONG}</p>",
        f'<div class="abstract"><p>{LONG}</p><p>Keywords: bees, honey</p></div>',
        f'<div class="abstract"><p>{LONG}</p><h4>Key words</h4><p>bees, honey</p></div>',
        f'<div class="highlights"><div class="abstract"><p>Bees! {LONG}</p></div></div><div class="abstract"><p>{LONG}</p></div>',
        f'<div id="abstract"><h2>Abstract</h2><ul><li>Jump to: {LONG}</li></ul></div><div class="abstract">{LONG}</div>',
        f'<div class="abstract"><p>Jane Roe</p><h3>Abstract</h3><p>{LONG}</p></div>',
        f'<div class="abstract"><div>Share<div>{LONG}</div></div></div>',
    ],
)
def test_a_marked_abstract_is_read(article: Any, body: str) -> None:
    """By the name of its element or by the heading before it, without keywords, highlights and links."""
    assert article(body=body).record["abstract"] == PLAIN


@pytest.mark.parametrize(
    "body",
    [
        f"<h4>Background</h4><p>{ONE}</p><h4>Results</h4><p>{TWO}</p>",
        f"<p><b>Background</b> {ONE}</p><p><b>Results:</b> {TWO}</p>",
        f"<p>Background: {ONE}</p><p>Results: {TWO}</p>",
        f"<h3>Background:</h3><div>{ONE}</div><h3>Results</h3><div>{TWO}</div>",
        f"<p>Jane Roe and John Doe</p><h3>Background</h3><p>{ONE}</p><h3>Results</h3><p>{TWO}</p>",
    ],
)
def test_a_marked_structured_abstract_is_parted(article: Any, body: str) -> None:
    """Headings are elements, bold words or labels; what stands before the first of several is no abstract."""
    assert article(body=f'<div class="abstract">{body}</div>').record["abstract"] == PARTED


def test_a_section_called_summary_is_kept(article: Any) -> None:
    """It is the abstract's name only where it stands first."""
    body = f'<div class="abstract"><h3>Recent Findings</h3><p>{LONG}</p><h3>Summary</h3><p>Bees are well.</p></div>'
    headings = [each["heading"] for each in article(body=body).record["abstract"]]
    assert headings == ["Recent Findings", "Summary"]


def test_a_paragraph_under_a_heading_of_two_keeps_the_heading_at_the_first(article: Any) -> None:
    """The second paragraph of a section has no heading of its own."""
    body = f'<div class="abstract"><h3>Methods</h3><p>{LONG}</p><p>We looked.</p></div>'
    assert article(body=body).record["abstract"] == [{"heading": "Methods", "text": LONG}, {"text": "We looked."}]


def test_markup_in_the_page_leaves_several_spans(article: Any) -> None:
    """Text that markup interrupts points at each stretch, and no step strips anything."""
    found = article(body=f'<div class="abstract"><p>CO<sub>2</sub> and bees. {LONG}</p></div>')
    assert found.record["abstract"] == [{"text": f"CO2 and bees. {LONG}"}]
    assert found.source("/abstract/0/text") == ["CO", "2", f" and bees. {LONG}"]


def test_the_metas_abstract_wins_over_the_pages_and_that_over_a_description(article: Any) -> None:
    """Metas made for it are surest, descriptions least."""
    body, description = f'<div class="abstract"><p>Page. {LONG}</p></div>', ("dc.description", f"Described. {LONG}")
    assert article(description, ("citation_abstract", LONG), body=body).record["abstract"] == PLAIN
    assert article(description, body=body).record["abstract"] == [{"text": f"Page. {LONG}"}]
    assert article(description).record["abstract"] == [{"text": f"Described. {LONG}"}]


def test_an_empty_place_is_no_abstract(article: Any) -> None:
    """A marked place without text, as scripts fill it later, is passed over."""
    assert "abstract" not in article(body='<section id="abstract"><h2>Abstract</h2></section>').record
