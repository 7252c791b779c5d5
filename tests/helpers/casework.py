"""What the tests of cases share: a project with a site of one HTML layout, and pages for it."""

from __future__ import annotations

from pathlib import Path

from support import DATE

from scraper.archive.compose import TERMINATOR, compose_head
from scraper.archive.loaders.drafts import identify

URL = "https://notes.example/1"
PLUGIN = '''
"""Notes."""

from scraper.pages import HtmlPage
from scraper.records.article import Article, Author
from scraper.sites import Site, hookimpl

site = Site("notes", version="1.0.0", urls=["notes.example/"])


@site.layout("page", media_types=["text/html"])
def page(page: HtmlPage) -> Article:
    return Article(
        title=page.css("h1.title::text").get().squash(),
        authors=[Author(name=name.squash()) for name in page.css(".authors a::text").getall()],
        published=page.css("time::attr(datetime)").get().date("%Y-%m-%d"),
        doi=page.css("a.doi::text").get().re(r"10[.]\\d+/\\S+"),
        citation_count=page.css(".cited::text").get().int(),
    )


@hookimpl
def scraper_sites():
    return [site]
'''
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Bees</title></head><body>
<h1 class="title">On the  keeping of bees</h1>
<p class="authors"><a href="/jane">Jane Roe</a>, <a href="/asa">Åsa Öberg</a></p>
<p>On <time datetime="2021-03-04">4 March</time>, <a class="doi" href="https://doi.org/10.5555/bees.1">doi: 10.5555/bees.1</a></p>
<p>Cited <b class="cited">12</b> times.</p></body></html>
"""
FIELDS = ["title", "authors", "published", "doi", "citation_count"]
WHOLE = ["no-missing-field", "no-extra-field", "schema-valid", "every-value-verified", "same-page", "same-recompressed"]


def notes(folder: Path) -> Path:
    """Make a project with the site of notes."""
    plugin = folder / "plugins" / "notes"
    plugin.mkdir(parents=True)
    (plugin / "__init__.py").write_text(PLUGIN)
    (folder / "page.html").write_text(PAGE)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Change a file; what is to be changed must be in it."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def put_page(path: Path, page: str, url: str = URL) -> None:
    """Write the page of a case, as somebody would who edits it: nothing else of the case changes."""
    payload = page.encode()
    fields = [("WARC-Target-URI", url), ("Content-Type", "text/html")]
    head = compose_head("resource", fields, payload, date=DATE, record_id=identify("resource", url, payload))
    path.write_bytes(head + payload + TERMINATOR)
