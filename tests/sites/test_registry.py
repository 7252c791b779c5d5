"""Plugins are found, broken ones are named, and pages find their site."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import PAGE, letters

from scraper.errors import SiteError, Unmatched
from scraper.pages import TextPage
from scraper.records.article import Article
from scraper.sites import Registry, Site, load_registry

LETTER = TextPage(PAGE.encode())
PROSE = TextPage(b"prose")
WHEN = "2026-01-02T03:04:05Z"


def test_a_url_decides_first() -> None:
    """The site whose URLs match gets the page; among several, the one of higher priority, then by name."""
    low = Site("a-fallback", version="1", urls=["letters.example/"], priority=1)
    registry = Registry([low, letters()])
    assert registry.choose("https://letters.example/1", "text/plain", WHEN, LETTER)[0].name == "letters"
    assert [site.name for site in registry.sites] == ["letters", "a-fallback"]
    assert registry.by_url("https://other.example/") is None


def test_without_a_url_the_content_decides() -> None:
    """A page whose URL nobody knows goes to the layout that recognises it, or is unmatched."""
    registry = Registry([letters()])
    site, layout = registry.choose("urn:sha256:00", "text/plain", WHEN, LETTER)
    assert (site.name, layout.name) == ("letters", "text")
    with pytest.raises(Unmatched, match="none recognises the text/plain page"):
        registry.choose("urn:sha256:00", "text/plain", WHEN, PROSE)
    with pytest.raises(Unmatched, match="no site matches"):
        registry.choose("urn:sha256:00", "text/html", WHEN, LETTER)


def test_layouts_are_dated() -> None:
    """A capture is read with the layout that was in use on its own date."""
    site = Site("dated", version="1", urls=["dated.example"])
    site.layout("old", media_types=["text/plain"], until=dt.date(2020, 1, 1))(lambda page: Article(title=page.line(1)))
    site.layout("new", media_types=["text/plain"], since=dt.date(2020, 1, 1), until=dt.date(2025, 1, 1))(
        lambda page: Article(title=page.line(2))
    )
    registry = Registry([site])
    chosen = [registry.choose("https://dated.example/", "text/plain", date, PROSE)[1].name for date in ("2019-12-31", "2020-01-01")]
    assert chosen == ["old", "new"]
    with pytest.raises(Unmatched, match="none of its layouts reads text/plain of 2025-01-01"):
        registry.choose("https://dated.example/", "text/plain", "2025-01-01T00:00:00Z", PROSE)


def test_two_layouts_of_one_name_are_refused() -> None:
    """A site cannot have two layouts of the same name."""
    site = letters()
    with pytest.raises(SiteError, match="two layouts named 'text'"):
        site.layout("text", media_types=["text/plain"])


def test_one_site_can_be_chosen() -> None:
    """A registry can be narrowed to one site; an unknown name lists those that are known."""
    assert [site.name for site in Registry([letters()]).only("letters").sites] == ["letters"]
    with pytest.raises(Unmatched, match="'nope'; known: letters"):
        Registry([letters()]).only("nope")


def test_the_bundled_plugins_all_load() -> None:
    """No bundled plugin is broken, and shared code of plugins is no plugin."""
    registry = load_registry()
    assert [plugin.error for plugin in registry.plugins if plugin.error] == []
    assert {"pubmed", "peeref", "koreamed", "articles_pmid"} <= {site.name for site in registry.sites}
    assert not any(plugin.name.startswith("_") for plugin in registry.plugins)


OFFLINE = """
import socket

def refuse(*args, **kwargs):
    raise SystemExit(f"the network was asked: {args}")

socket.getaddrinfo = socket.socket.connect = refuse
from scraper.sites import load_registry
print(load_registry().by_url("https://pubmed.ncbi.nlm.nih.gov/1/").name)
"""


def test_matching_urls_asks_no_network(tmp_path: Path) -> None:
    """Plugins load and URLs match on a machine without a network, and nothing is cached in the home folder."""
    env = os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", OFFLINE], env=env, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("pubmed\n", "")
    assert list(tmp_path.iterdir()) == []
