"""What the tests of plugins share: a text is opened, routed and extracted, and every value proven, before a test looks at it.

Each folder's conftest brings the fixtures in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from scraper.pages import open_page
from scraper.quoting import replay
from scraper.records import check, plain
from scraper.sites import Registry, load_registry
from scraper.verify import leaves_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from scraper.records import Plain

NOWHERE = "urn:sha256:00"
DATE = "2026-01-01T00:00:00Z"


@attrs.frozen
class Read:
    """What became of a text: the site that claimed it, its record, and the pointers."""

    site: str
    record: dict[str, Any]
    found: Plain


@pytest.fixture(scope="session")
def registry() -> Registry:
    """Every plugin of the house."""
    return load_registry()


@pytest.fixture(scope="session")
def read(registry: Registry) -> Callable[..., Read]:
    """Extract a text by whichever site claims it, prove each leaf against the bytes, and check the schema."""

    def reader(text: str | bytes, url: str = NOWHERE, *, untitled: bool = False) -> Read:
        payload = text if isinstance(text, bytes) else text.encode()
        page = open_page(payload, "text/plain", url=url)
        site, layout = registry.choose(url, "text/plain", DATE, page)
        (found,) = (plain(record) for record in [layout.extract(page)])
        check("article/1", found.record | ({"title": "None"} if untitled else {}))
        leaves = dict(leaves_of(found.record))
        assert leaves.keys() == found.provenance.keys()
        for path, value in leaves.items():
            assert replay(found.provenance[path], payload, page.charset) == value, path
        return Read(site.name, found.record, found)

    return reader


@pytest.fixture(scope="session")
def claims(registry: Registry) -> Callable[[bytes], list[str]]:
    """Name every site whose text layout recognises a payload."""

    def claimed(payload: bytes) -> list[str]:
        page = open_page(payload, "text/plain", url=NOWHERE)
        layouts = [(site.name, layout) for site in registry.sites for layout in site.layouts if layout.reads("text/plain", DATE)]
        return [name for name, layout in layouts if layout.recognises and layout.recognises(page)]

    return claimed
