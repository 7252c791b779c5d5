"""Pages that stand in the way of pages: captchas, "unusual traffic", logins, served with a status of success.

As a layout they are asked last, so that a page which a site's own layouts know is never taken for one; and their extraction fails
by saying what stood there, so that such a page becomes a rejection with that reason, never an article.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from plugins._shared.nodes import HTML, plain
from scraper.errors import ExtractionFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scraper.pages import HtmlPage
    from scraper.sites import Site

_LONGEST = 2500  # code points that such a page shows; an article's page shows more
_MOST = 1000  # elements of such a page; counting them is quick, and spares reading the text of a large page
_CHALLENGE = (
    ".g-recaptcha, .h-captcha, .cf-turnstile, #challenge-form, #challenge-running, #px-captcha, iframe[src*='captcha'], "
    "form[action*='captcha'], form[action*='/sorry/'], img[src*='captcha']"
)
_TRAFFIC = re.compile(
    r"unusual (?:traffic|activity)|too many requests|automated (?:requests|queries|access)|rate limit exceeded"
    r"|are you (?:a )?(?:human|robot)|(?:verify|confirm|prove)(?: that)? you are (?:not a robot|(?:a )?human)"
    r"|not a robot|access (?:to this page )?(?:is |has been |was )?(?:denied|blocked)|temporarily blocked|security check"
    r"|checking your browser|\bcaptcha\b",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"\b(?:log|sign) ?in\b|\blogin\b", re.IGNORECASE)


class BlockedPage(ExtractionFailed):
    """Something stands in place of the page that was asked for."""


def wall(page: HtmlPage) -> str | None:
    """Say what stands in place of a page; None where nothing does.

    Only pages that show little and name no article count: logins and captchas stand beside the text of many an article.
    """
    if page.meta("citation_title") or page.meta("citation_doi") or len(page.css("body *")) > _MOST:
        return None
    shown = " ".join(map(plain, page.css("body")))
    if len(shown) > _LONGEST:
        return None
    titles = " ".join(node.text().value for node in page.css("title, h1, h2") if node.text())
    if page.css(_CHALLENGE):
        return "a captcha"
    if _TRAFFIC.search(f"{titles} {shown}"):
        return "a notice that access is blocked"
    if page.css("input[type='password']") and _LOGIN.search(f"{titles} {shown}"):
        return "a login form"
    return None


def extract(page: HtmlPage) -> NoReturn:
    """Refuse the page.

    Raises:
        BlockedPage: Always; it says what stands there.
    """
    raise BlockedPage(f"{wall(page)} stands in place of the page")


def refuse_blocked(site: Site, *hosts: str) -> None:
    """Give a site its last layout: what stands in the way of its pages.

    Args:
        site: The site.
        hosts: Its hosts, subdomains included; none for any, as befits a fallback.
    """

    def recognises(page: HtmlPage) -> bool:
        return _is_at(page.url, hosts) and wall(page) is not None

    site.layout("blocked", media_types=HTML, recognises=recognises)(extract)


def _is_at(url: str | None, hosts: Sequence[str]) -> bool:
    host = urlsplit(url or "").hostname or ""
    return not hosts or any(host == each or host.endswith(f".{each}") for each in hosts)
