"""The fallback on pages of publishers as they were served, and on pages that are none of its own."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from parsel import Selector

from scraper.pages import open_page
from scraper.quoting import replay
from scraper.records import check, plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.shared_data

_TITLES = ("citation_title", "dc.title", "dcterms.title", "bepress_citation_title", "eprints.title")
_DOIS = ("citation_doi", "bepress_citation_doi", "prism.doi", "dc.identifier", "dcterms.identifier", "doi", "publication_doi")
_LABEL = re.compile(r"^(?:doi:|https?://(?:dx\.)?doi\.org/)", re.IGNORECASE)


@attrs.frozen
class Real:
    """A page as served; what the fallback made of it, None where it declined."""

    name: str
    payload: bytes
    charset: str
    metas: dict[str, list[str]]
    record: dict[str, Any] | None
    provenance: dict[str, Any]

    def meta(self, *names: str) -> list[str]:
        """The contents of metas, as another parser reads them."""
        return [content for name in names for content in self.metas.get(name, [])]


@pytest.fixture(scope="module")
def pages(shared: Path, registry: Any) -> Callable[[str], list[Real]]:
    """Read every page of a folder with the fallback, each folder once."""
    (layout,) = (each for each in registry.only("scholarly").sites[0].layouts if each.name == "metas")
    known: dict[str, list[Real]] = {}

    def opened(folder: str) -> list[Real]:
        if folder not in known:
            known[folder] = [_real(path, layout) for path in sorted((shared / "pages" / folder).iterdir())]
        return known[folder]

    return opened


def _real(path: Path, layout: Any) -> Real:
    payload = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    page = open_page(payload, "text/html")
    metas: dict[str, list[str]] = {}
    # Names are local: where a page begins with an XML declaration, that parser puts them into a namespace.
    for node in Selector(text=payload.decode(page.charset, "replace")).xpath("//*[local-name()='meta'][@content]"):
        name = node.attrib.get("name") or node.attrib.get("property") or ""
        metas.setdefault(name.strip().lower(), []).append(node.attrib["content"].strip())
    found = plain(layout.extract(page)) if layout.recognises(page) else None
    return Real(path.name, payload, page.charset, metas, found and found.record, found.provenance if found else {})


def test_nearly_every_page_with_a_title_gives_a_record(pages: Any) -> None:
    """At least 95 of a hundred; the rest say nothing but a title and an author."""
    titled = [page for page in pages("scholarly") if any(page.meta(*_TITLES))]
    declined = [page.name for page in titled if page.record is None]
    assert len(titled) > 60
    assert len(declined) <= 0.05 * len(titled), declined


@pytest.mark.parametrize("folder", ["scholarly", "pmc", "pubmed_2010s", "koreamed_synapse"])
def test_every_record_is_valid_and_every_value_replays(pages: Any, folder: str) -> None:
    """Records fit the schema, and each pointer leads back to its value."""
    for page in pages(folder):
        if page.record is None:
            continue
        check("article/1", page.record)
        for path, pointer in page.provenance.items():
            assert replay(pointer, page.payload, page.charset) == _at(page.record, path), (page.name, path)


@pytest.mark.parametrize("folder", ["scholarly", "pmc"])
def test_the_doi_is_the_metas(pages: Any, folder: str) -> None:
    """Wherever another parser finds a DOI in the metas, the record holds it, and none where there is none."""
    for page in pages(folder):
        if page.record is not None:
            bare = [_LABEL.sub("", content) for content in page.meta(*_DOIS)]
            expected = next((content for content in bare if re.match(r"10\.\d{4,}/\S+$", content)), None)
            assert page.record.get("doi") == expected, page.name


def test_titles_are_the_metas(pages: Any) -> None:
    """The title is that of a meta, but for markup and white space."""
    for page in pages("scholarly"):
        if page.record is not None:
            first = next(filter(None, page.meta(*_TITLES)))
            assert re.sub(r"\W", "", page.record["title"]) == re.sub(r"<[^>]+>|\W", "", first), page.name


def test_repeated_authors_are_all_there(pages: Any) -> None:
    """As many authors as there are metas of them, in their order."""
    for page in pages("scholarly"):
        listed = page.meta("citation_author")
        if page.record is not None and len(listed) > 1:
            names = [" ".join(name.split()) for name in listed]
            assert [each["name"] for each in page.record["authors"]] == names, page.name


def test_other_pages_are_declined(pages: Any) -> None:
    """News, blogs, data sets and drafts are none of ours."""
    assert [page.name for page in pages("other") if page.record is not None] == []


def test_old_pages_of_pubmed_are_declined(pages: Any) -> None:
    """They hold no metas of an article, and have a layout of their own."""
    assert [page.name for page in pages("pubmed_2010s") if page.record is not None] == []


def test_pages_of_pubmed_central_are_read(pages: Any) -> None:
    """They are articles with Highwire's metas."""
    assert all(page.record is not None for page in pages("pmc"))


def _at(record: Any, path: str) -> Any:
    for token in path.split("/")[1:]:
        record = record[int(token)] if isinstance(record, list) else record[token]
    return record
