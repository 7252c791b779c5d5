"""Fields out of JSON-LD, where no meta holds them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

ARTICLE: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "ScholarlyArticle",
    "@id": "https://doi.org/10.5555/bees.1",
    "headline": "On the keeping of <i>Apis</i>",
    "author": [
        {
            "@type": "Person",
            "name": "Jane Roe",
            "givenName": "Jane",
            "familyName": "Roe",
            "@id": "https://orcid.org/0000-0002-1825-0097",
            "email": "mailto:jane@hive.example",
            "affiliation": [{"@type": "Organization", "name": "Hive College"}],
        },
        {"givenName": "John", "familyName": "Doe", "affiliation": "Comb Institute"},
    ],
    "datePublished": "2020-03-01T00:00:00Z",
    "isPartOf": {
        "@type": "PublicationIssue",
        "issueNumber": 2,
        "isPartOf": {
            "@type": ["PublicationVolume", "Periodical"],
            "name": "Example J",
            "issn": ["1234-5679", "2345-678X"],
            "volumeNumber": "7",
        },
    },
    "pageStart": "5",
    "pageEnd": "9",
    "publisher": {"@type": "Organization", "name": "Hive Press"},
    "keywords": "bees, honey, wax",
    "inLanguage": "en",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "abstract": "Bees \\u0026 wasps.",
}


def page(article: Any) -> str:
    """A page that holds nothing but an article in JSON-LD."""
    return f'<head><script type="application/ld+json">{orjson.dumps(article).decode()}</script></head><body></body>'


@pytest.fixture(scope="module")
def found(read: Any) -> Any:
    """The record of the article above."""
    return read(page(ARTICLE).replace("\\\\u", "\\u"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "On the keeping of Apis"),
        ("doi", "10.5555/bees.1"),
        ("published", "2020-03-01"),
        ("volume", "7"),
        ("issue", "2"),
        ("pages", "5-9"),
        ("keywords", ["bees", "honey", "wax"]),
        ("language", "en"),
        ("rights", "https://creativecommons.org/licenses/by/4.0/"),
        ("abstract", [{"text": "Bees & wasps."}]),
        ("journal", {"title": "Example J", "issn": ["1234-5679", "2345-678X"], "publisher": "Hive Press"}),
    ],
)
def test_a_field_is_read(found: Any, field: str, value: Any) -> None:
    """Each field of a record has its place in schema.org's vocabulary."""
    assert found.record[field] == value


def test_authors_are_read_with_their_parts(read: Any) -> None:
    """Names, ORCID iD, e-mail and affiliations; a name that is not given whole is joined of its parts."""
    found = read(page(ARTICLE))
    jane, john = found.record["authors"]
    assert {name: jane.pop(name) for name in ("orcid", "email")} == {"orcid": "0000-0002-1825-0097", "email": "jane@hive.example"}
    assert jane == {"name": "Jane Roe", "given": "Jane", "family": "Roe", "affiliations": ["Hive College"]}
    assert john == {"name": "John Doe", "given": "John", "family": "Doe", "affiliations": ["Comb Institute"]}
    assert found.steps("/authors/1/name") == ["join"]


def test_the_selector_is_the_place_in_the_json(found: Any) -> None:
    """The pointer says which script, and where in it."""
    assert found.selector("/volume") == "script[type='application/ld+json'][0] /isPartOf/isPartOf/volumeNumber"


@pytest.mark.parametrize("author", ["Jane Roe", ["Jane Roe"], {"name": "Jane Roe"}, [{"@type": "Person", "name": " Jane Roe "}]])
def test_authors_are_written_in_many_ways(read: Any, author: Any) -> None:
    """One or several, as text or as objects."""
    assert read(page(ARTICLE | {"author": author})).record["authors"] == [{"name": "Jane Roe"}]


@pytest.mark.parametrize(
    "identifier", ["doi:10.5555/x", {"@type": "PropertyValue", "propertyID": "DOI", "value": "10.5555/x"}, ["1", "10.5555/x"]]
)
def test_identifiers_are_written_in_many_ways(read: Any, identifier: Any) -> None:
    """A text, a property with its value, or a list."""
    assert read(page(ARTICLE | {"identifier": identifier})).record["doi"] == "10.5555/x"


def test_a_meta_wins_over_json_ld(read: Any) -> None:
    """What the article's own metas say is asked first."""
    record = read('<meta name="citation_volume" content="8">' + page(ARTICLE)).record
    assert (record["volume"], record["issue"]) == ("8", "2")


def test_works_that_the_article_cites_are_not_the_article(read: Any) -> None:
    """Articles deeper in the JSON are references."""
    cited = {"@type": "ScholarlyArticle", "headline": "On wasps", "author": "A. Poe", "datePublished": "1999"}
    assert read(page(ARTICLE | {"citation": [cited]})).record["title"] == "On the keeping of Apis"


def test_broken_json_costs_nothing_else(article: Any) -> None:
    """A block that is no JSON is passed over."""
    found = article(("citation_volume", "3"), extra='<script type="application/ld+json">{"@type": </script>')
    assert found.record["volume"] == "3"
