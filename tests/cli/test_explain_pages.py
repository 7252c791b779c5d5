"""Explaining values of HTML, XML and JSON: the markup around the quote is shown, and what the quote reads as."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import scraper

HTML = r"""<!DOCTYPE html><html><head><link rel="canonical" href="https://page.example/1">
<meta name="citation_title" content="Line, rack &amp; radiator"><meta name="citation_journal_title" content="J Sample">
<meta name="citation_doi" content="10.5555/x.1"></head><body><section id="abstract"><h2>Abstract</h2>
<p>Sixty <em>imaginary</em> socks were dried in three ways, and all of them were dry in the end.</p></section></body></html>
"""
LINKED = r"""<!DOCTYPE html><html><head><link rel="canonical" href="https://linked.example/1">
<script type="application/ld+json">{"@type": "ScholarlyArticle", "headline": "\u00dcber \ud83d\ude00 bees",
"author": [{"@type": "Person", "name": "Jane Roe"}], "isPartOf": {"@type": "Periodical", "name": "J Sample"}}</script></head></html>
"""
XML = """<?xml version="1.0"?><PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>90000001</PMID><Article><Journal>
<JournalIssue><PubDate><Year>2024</Year><Month>Feb</Month></PubDate></JournalIssue></Journal>
<ArticleTitle>Warm <i>milk</i> &amp; sleep.</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the output of three pages."""
    folder = tmp_path_factory.mktemp("explain")
    for name, page in (("a.html", HTML), ("b.html", LINKED), ("c.xml", XML)):
        (folder / name).write_text(page)
    scraper("load", "a.html", "b.html", "c.xml", "-o", "x.warc.gz", cwd=folder)
    scraper("extract", "x.warc.gz", "-o", "out.jsonl", "--strict", cwd=folder)
    scraper("verify", "out.jsonl", cwd=folder)
    return folder


@pytest.mark.parametrize(
    ("record", "field", "shown"),
    [
        ("1", "/title", ['content="⟦Line, rack &amp; radiator⟧">', "read as attribute", "value    'Line, rack & radiator'"]),
        ("1", "/abstract/0/text", ["<p>⟦Sixty ⟧<em>", "<em>⟦imaginary⟧</em>", "</em>⟦ socks were"]),
        ("2", "/title", [r'"headline": "⟦\u00dcber \ud83d\ude00 bees⟧"', "read as json", "value    'Über 😀 bees'"]),
        ("3", "/title", ["<ArticleTitle>⟦Warm ⟧<i>", "</i>⟦ &amp; sleep.⟧</", "read as xml", "value    'Warm milk & sleep.'"]),
        ("3", "/published", ["<Year>⟦2024⟧</Year>", "join(sep=' ') → '2024 Feb'", "date(format='%Y %b') → '2024-02'"]),
    ],
)
def test_markup_around_the_quote_is_shown(folder: Path, record: str, field: str, shown: list[str]) -> None:
    """The bytes stand in their markup, each span marked, with the reading, the steps and the value."""
    done = scraper("explain", "out.jsonl", record, field, cwd=folder)
    assert [text for text in shown if text not in done.stdout] == []
    assert done.stdout.endswith("verdict  verified\n")
