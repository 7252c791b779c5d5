"""Authors on PubMed's article page since 2020, tied to their affiliations by the marks behind their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugins._shared.nodes import first_said, marked, orcid, said
from scraper.records.article import Author

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugins._shared.lines import Text
    from scraper.pages import HtmlNode, HtmlPage


def places(page: HtmlPage) -> dict[str, Text]:
    """Return the affiliations by their marks; the page may list them twice, beside the names and in full."""
    return marked(page.css(".affiliations .item-list > li"), "sup.key")


def authors(page: HtmlPage, listed: Mapping[str, Text]) -> list[Author]:
    """Return the authors of the full view; lists of collaborators follow it, and the short view repeats some."""
    found = [*page.css("#full-view-heading .authors-list"), *page.css(".inline-authors .authors-list")]
    lists = [each for each in found if _is_of_authors(each)]
    people = [_author(item, listed) for found in lists[:1] for item in found.css(".authors-list-item")]
    return [person for person in people if person.name]


def _is_of_authors(found: HtmlNode) -> bool:
    """Whether a list has the heading of authors or none: editors and collaborators may be listed in the same way."""
    heading = first_said(found.xpath("preceding-sibling::*[self::h2 or self::h3 or self::h4][1]"))
    return not heading or heading.value.casefold() in {"author", "authors"}


def _author(item: HtmlNode, listed: Mapping[str, Text]) -> Author:
    links = item.css("sup a.affiliation-link, a.affiliation-link")
    return Author(
        name=first_said(item.css(".full-name")),
        orcid=orcid(item),
        affiliations=[place for place in (_place(link, listed) for link in links) if place],
    )


def _place(link: HtmlNode, listed: Mapping[str, Text]) -> Text:
    """Return the affiliation of a mark: the one listed under it, or what the mark's tooltip says."""
    key = said(link)
    return listed.get(key.value if key else "") or link.attr("title").squash()
