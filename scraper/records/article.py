"""`Article`: a scholarly article as its web page shows it. Schema: `schemas/article/1.json`.

Nothing else in `scraper/` knows what an article is; plugins import this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from scraper.quoting import MISSING, Sourced
from scraper.records.record import Part, Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    Text = Sourced[str]


@attrs.frozen(kw_only=True)
class Author(Part):
    """One author, with what the page ties to them."""

    name: Text = MISSING
    given: Text = MISSING
    family: Text = MISSING
    orcid: Text = MISSING
    email: Text = MISSING
    affiliations: Sequence[Text] = ()


@attrs.frozen(kw_only=True)
class Journal(Part):
    """The journal, as the page names it."""

    title: Text = MISSING
    abbreviation: Text = MISSING
    issn: Sequence[Text] = ()
    publisher: Text = MISSING


@attrs.frozen(kw_only=True)
class Section(Part):
    """One section of an abstract; a plain abstract is one section without a heading."""

    heading: Text = MISSING
    text: Text = MISSING


@attrs.frozen(kw_only=True)
class Funding(Part):
    """A funder and one award of theirs."""

    funder: Text = MISSING
    award: Text = MISSING


@attrs.frozen(kw_only=True)
class Figure(Part):
    """A figure's label ("Fig. 1") and caption."""

    label: Text = MISSING
    caption: Text = MISSING


@attrs.frozen(kw_only=True)
class Reference(Part):
    """Another work that the page lists. `citation` is the reference as shown, without link labels."""

    citation: Text = MISSING
    title: Text = MISSING
    authors: Sequence[Text] = ()
    journal: Text = MISSING
    published: Text = MISSING
    volume: Text = MISSING
    issue: Text = MISSING
    pages: Text = MISSING
    doi: Text = MISSING
    pmid: Text = MISSING
    pmcid: Text = MISSING


@attrs.frozen(kw_only=True)
class Rating(Part):
    """A score that the page gives the article."""

    name: Text = MISSING
    value: Sourced[float] = MISSING


@attrs.frozen(kw_only=True)
class Link(Part):
    """A link to the full text."""

    label: Text = MISSING
    url: Text = MISSING


@attrs.frozen(kw_only=True)
class Article(Record):
    """A scholarly article. Only `title` is required; see the schema for what each field means."""

    TYPE: ClassVar[str] = "article/1"

    title: Text = MISSING
    authors: Sequence[Author] = ()
    affiliations: Sequence[Text] = ()
    journal: Journal | None = None
    published: Text = MISSING
    published_online: Text = MISSING
    volume: Text = MISSING
    issue: Text = MISSING
    pages: Text = MISSING
    doi: Text = MISSING
    pmid: Text = MISSING
    pmcid: Text = MISSING
    abstract: Sequence[Section] = ()
    summary: Text = MISSING
    keywords: Sequence[Text] = ()
    publication_types: Sequence[Text] = ()
    mesh_terms: Sequence[Text] = ()
    conflict_of_interest: Text = MISSING
    funding: Sequence[Funding] = ()
    figures: Sequence[Figure] = ()
    references: Sequence[Reference] = ()
    citing_articles: Sequence[Reference] = ()
    similar_articles: Sequence[Reference] = ()
    citation_count: Sourced[int] = MISSING
    ratings: Sequence[Rating] = ()
    language: Text = MISSING
    rights: Text = MISSING
    full_text_links: Sequence[Link] = ()
