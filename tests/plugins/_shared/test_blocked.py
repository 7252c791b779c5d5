"""Pages that stand in the way of pages, told from articles."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from crawling import CAPTCHA, LOGIN

from plugins._shared.blocked import wall
from scraper.errors import Unmatched
from scraper.pages import HtmlPage, open_page
from scraper.sites import load_registry

DATE = "2026-01-01T00:00:00Z"
LONG = f"<html><body><h1>Bees</h1><p>{'Bees live in hives. ' * 200}</p><div class='g-recaptcha'></div></body></html>"
NAMED = "<html><head><meta name='citation_title' content='Bees'></head><body>Log in <input type='password'></body></html>"


def _wall(html: str | bytes) -> str | None:
    page = open_page(html if isinstance(html, bytes) else html.encode(), "text/html")
    assert isinstance(page, HtmlPage)
    return wall(page)


@pytest.mark.parametrize(
    ("html", "what"),
    [
        (CAPTCHA, "a captcha"),
        (LOGIN, "a login form"),
        ("<title>Just a moment...</title><form id='challenge-form'></form>", "a captcha"),
        ("<h1>Access Denied</h1><p>Your access has been temporarily blocked.</p>", "a notice that access is blocked"),
        ("<body>Please verify that you are a human.</body>", "a notice that access is blocked"),
        (LONG, None),
        (NAMED, None),
        ("<h1>Bees</h1><p>A letter.</p><a href='/login'>Log in</a>", None),
        ("<h1>Robots and humans</h1><p>Are bees robots?</p>", None),
        ("", None),
    ],
)
def test_what_stands_in_the_way_is_told(html: str, what: str | None) -> None:
    """Captchas, notices and logins are told; pages with text, with an article's metas, or with a mere link to log in are not."""
    assert _wall(html) == what


@pytest.mark.parametrize(
    ("url", "site"), [("https://pubmed.ncbi.nlm.nih.gov/1/", "pubmed"), ("https://journal.example/1", "scholarly")]
)
def test_a_layout_refuses_it(url: str, site: str) -> None:
    """Of a known site it is that site's rejection, elsewhere the fallback's; an ordinary page is none's."""
    registry = load_registry()
    page = open_page(CAPTCHA.encode(), "text/html", url=url)
    chosen, layout = registry.choose(url, "text/html", DATE, page)
    assert (chosen.name, layout.name) == (site, "blocked")
    ordinary = open_page(b"<h1>About us</h1>", "text/html", url=url)
    with pytest.raises(Unmatched):
        registry.choose(url, "text/html", DATE, ordinary)


@pytest.mark.shared_data
def test_no_article_is_taken_for_it(shared: Path) -> None:
    """Of the publishers' pages as served, none is said to stand in the way of itself."""
    files = [path for path in sorted((shared / "pages").rglob("*")) if {".html", ".htm", ".gz"} & set(path.suffixes)]
    assert len(files) > 60
    payloads = {path.name: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files}
    assert {name: what for name, payload in payloads.items() if (what := _wall(payload))} == {}
