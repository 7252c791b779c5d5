"""Pages of the fallback's own: a head of given metas, opened, routed and extracted, every value proven."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from scraper.pages import open_page
from scraper.quoting import replay
from scraper.records import check, plain
from scraper.sites import load_registry
from scraper.verify import leaves_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from scraper.sites import Registry

URL = "https://publisher.example/1"
DATE = "2026-01-01T00:00:00Z"
# The least that is an article, and fills no field but these two.
LEAST = (
    ("citation_title", "On the keeping of bees"),
    ("citation_journal_title", "Example Journal of Bees"),
    ("citation_abstract_html_url", "https://publisher.example/1.abstract"),
)


@attrs.frozen
class Found:
    """A page's record, with its pointers and the bytes they count in."""

    site: str
    layout: str
    record: dict[str, Any]
    provenance: dict[str, Any]
    problems: list[Any]
    payload: bytes

    def source(self, path: str) -> list[str]:
        """What each span of a field's pointer says in the payload, as it is written there."""
        return [self.payload[slice(*span)].decode() for span in self.provenance[path]["spans"]]

    def selector(self, path: str) -> str:
        """How a field was found."""
        return str(self.provenance[path]["selector"])

    def steps(self, path: str) -> list[str]:
        """The names of the steps that made a field of its bytes."""
        return [each if isinstance(each, str) else each[0] for each in self.provenance[path].get("steps", [])]


def head(*metas: tuple[str, str], least: bool = True, body: str = "", extra: str = "") -> str:
    """An HTML page of metas, the least an article has before them."""
    lines = "\n".join(f'<meta name="{name}" content="{escape(content)}">' for name, content in ((*LEAST,) if least else ()) + metas)
    return f"<!DOCTYPE html><html><head><title>Bees</title>\n{lines}\n{extra}</head><body>{body}</body></html>"


@pytest.fixture(scope="session")
def registry() -> Registry:
    """Every plugin of the house."""
    return load_registry()


@pytest.fixture(scope="session")
def read(registry: Registry) -> Callable[..., Found]:
    """Extract a page, given as text or bytes, by whichever site claims it; prove each leaf, and check the schema."""

    def reader(page: str | bytes, media_type: str = "text/html", charset: str | None = None) -> Found:
        payload = page if isinstance(page, bytes) else page.encode()
        opened = open_page(payload, media_type, charset=charset, url=URL)
        site, layout = registry.choose(URL, media_type, DATE, opened)
        found = plain(layout.extract(opened))
        check("article/1", found.record)
        leaves = dict(leaves_of(found.record))
        assert leaves.keys() == found.provenance.keys()
        for path, value in leaves.items():
            assert replay(found.provenance[path], payload, opened.charset) == value, path
        return Found(site.name, layout.name, found.record, found.provenance, found.problems, payload)

    return reader


@pytest.fixture(scope="session")
def article(read: Callable[..., Found]) -> Callable[..., Found]:
    """Extract a page of the given metas, in a charset; see `head`."""

    def extracted(*metas: tuple[str, str], charset: str = "utf-8", **options: Any) -> Found:
        return read(head(*metas, **options).encode(charset), charset=charset)

    return extracted


@pytest.fixture(scope="session")
def claimed(registry: Registry) -> Callable[..., bool]:
    """Whether the fallback recognises a page of the given metas; see `head`."""
    (layout,) = (each for each in registry.only("scholarly").sites[0].layouts if each.name == "metas")

    def claims(*metas: tuple[str, str], **options: Any) -> bool:
        page = open_page(head(*metas, least=False, **options).encode(), "text/html", url=URL)
        return bool(layout.recognises and layout.recognises(page))

    return claims
