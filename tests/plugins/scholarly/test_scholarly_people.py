"""Authors, and what belongs to each by position."""

from __future__ import annotations

from typing import Any

import pytest

ROE, DOE = ("citation_author", "Roe, Jane"), ("citation_author", "John Doe")
PLACE = "citation_author_institution"


def names(found: Any) -> list[str]:
    """The names of a record's authors."""
    return [each["name"] for each in found.record.get("authors", [])]


def test_repeated_authors_come_in_order(article: Any) -> None:
    """A comma tells the family name; without one the name stays whole."""
    assert article(ROE, DOE).record["authors"] == [{"name": "Roe, Jane", "given": "Jane", "family": "Roe"}, {"name": "John Doe"}]


def test_the_parts_of_a_name_point_at_their_bytes(article: Any) -> None:
    """Family and given names are narrowed out of the whole."""
    found = article(ROE, DOE)
    assert [found.source(f"/authors/0/{part}") for part in ("name", "family", "given")] == [["Roe, Jane"], ["Roe"], ["Jane"]]


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("Driggers III, William B.", "Driggers III", "William B."),
        ("Roe, Jane, Jr.", "Roe", "Jane"),
        ("Roe, Jane, MD, PhD", "Roe", "Jane"),
        ("Jane Roe, PhD", None, None),
        ("Jane Roe, M.D.", None, None),
        ("John Doe, Jr.", None, None),
        ("García Márquez, Ana María", "García Márquez", "Ana María"),
        ("Example Group, Hive, Comb and Wax", None, None),
        ("Roe", None, None),
        ("Roe, D.", "Roe", "D."),
        ("Roe, MA", "Roe", "MA"),
        ("Roe, Jane, Hive", None, None),
    ],
)
def test_names_are_parted_where_that_is_certain(article: Any, name: str, family: str | None, given: str | None) -> None:
    """Degrees and suffixes are no given names."""
    author = article(("citation_author", name), DOE).record["authors"][0]
    assert (author["name"], author.get("family"), author.get("given")) == (name, family, given)


def test_affiliations_belong_to_the_author_before(article: Any) -> None:
    """Institution, e-mail and ORCID iD follow their author; the same place twice is one."""
    metas = [
        ROE,
        (PLACE, "Hive College"),
        (PLACE, "Comb Institute"),
        (PLACE, "Hive College"),
        ("citation_author_email", "jane@hive.example"),
    ]
    other = [DOE, (PLACE, "Comb Institute"), ("citation_author_orcid", "https://orcid.org/0000-0002-1825-0097")]
    assert article(*metas, *other).record["authors"] == [
        {
            "name": "Roe, Jane",
            "given": "Jane",
            "family": "Roe",
            "email": "jane@hive.example",
            "affiliations": ["Hive College", "Comb Institute"],
        },
        {"name": "John Doe", "orcid": "0000-0002-1825-0097", "affiliations": ["Comb Institute"]},
    ]


def test_an_orcid_points_at_its_digits(article: Any) -> None:
    """The URL before it is narrowed away."""
    found = article(ROE, ("citation_author_orcid", "http://orcid.org/0000-0002-1694-233X"), DOE)
    assert found.source("/authors/0/orcid") == ["0000-0002-1694-233X"]


@pytest.mark.parametrize("email", ["mailto:jane@hive.example", "Jane Roe <jane@hive.example>", "jane@hive.example."])
def test_an_email_is_bare(article: Any, email: str) -> None:
    """What stands around the address is narrowed away."""
    assert article(ROE, ("citation_author_email", email), DOE).record["authors"][0]["email"] == "jane@hive.example"


def test_places_after_the_last_author_are_nobodys(article: Any) -> None:
    """Where only the last author is followed by places, the page may list all authors first: they are the page's."""
    found = article(ROE, DOE, (PLACE, "Hive College"), (PLACE, "Comb Institute"), ("citation_author_email", "jane@hive.example"))
    assert found.record["affiliations"] == ["Hive College", "Comb Institute"]
    assert [each.keys() for each in found.record["authors"]] == [{"name", "given", "family"}, {"name"}]


def test_places_of_one_author_are_theirs(article: Any) -> None:
    """With one author there is no doubt."""
    found = article(ROE, (PLACE, "Hive College"))
    assert found.record["authors"][0]["affiliations"] == ["Hive College"]
    assert "affiliations" not in found.record


@pytest.mark.parametrize("content", ["Roe, Jane;", "Roe, Jane,", " Roe, Jane "])
def test_separators_after_the_last_name_are_left_out(article: Any, content: str) -> None:
    """They join nothing, whether the name stands alone or not."""
    assert names(article(("citation_author", content))) == ["Roe, Jane"]
    assert names(article(("citation_author", content), DOE)) == ["Roe, Jane", "John Doe"]


@pytest.mark.parametrize("name", ["citation_author", "citation_authors", "DC.creator", "bepress_citation_author"])
@pytest.mark.parametrize("content", ["Roe, Jane; Doe, John", " Roe, Jane ;Doe, John; ", "Roe, Jane; and Doe, John"])
def test_authors_joined_by_semicolons_are_parted(article: Any, name: str, content: str) -> None:
    """One content may hold them all."""
    found = article((name, content))
    assert [(each["name"], each["family"]) for each in found.record["authors"]] == [("Roe, Jane", "Roe"), ("Doe, John", "Doe")]
    assert found.source("/authors/1/name") == ["Doe, John"]


def test_places_after_joined_authors_are_nobodys(article: Any) -> None:
    """One content of several authors ties its places to none of them."""
    found = article(("citation_author", "Roe, Jane; Doe, John"), (PLACE, "Hive College"))
    assert found.record["affiliations"] == ["Hive College"]
    assert names(found) == ["Roe, Jane", "Doe, John"]


def test_three_whole_names_joined_by_commas_are_parted(article: Any) -> None:
    """Each of three parts or more being a whole name, they are three people."""
    assert names(article(("citation_authors", "Jane Roe, John Doe, and  Åsa Öberg"))) == ["Jane Roe", "John Doe", "Åsa Öberg"]


@pytest.mark.parametrize("name", ["citation_author", "DC.creator"])
def test_two_names_joined_by_a_comma_are_not_told_apart(article: Any, name: str) -> None:
    """They may be one person, family name first: the content stays whole, and its parts are not named."""
    assert article((name, "Jane Roe, John Doe")).record["authors"] == [{"name": "Jane Roe, John Doe"}]


def test_the_best_source_of_authors_wins(article: Any) -> None:
    """Highwire's, one by one, before joined ones, Dublin Core's creators before its contributors."""
    contributor, creator, joined = ("DC.Contributor", "A. Roe"), ("DC.Creator", "B. Roe"), ("citation_authors", "C. Roe; C. Doe")
    assert names(article(contributor)) == ["A. Roe"]
    assert names(article(contributor, creator)) == ["B. Roe"]
    assert names(article(contributor, creator, joined)) == ["C. Roe", "C. Doe"]
    assert names(article(contributor, creator, joined, ("citation_author", "D. Roe"))) == ["D. Roe"]


@pytest.mark.parametrize("content", ["https://hive.example/jane", "jane@hive.example", " ", "-", "hwadmin", "N/A"])
def test_what_is_no_name_is_left_out(article: Any, content: str) -> None:
    """Addresses and accounts are no authors."""
    assert "authors" not in article(("DC.creator", content)).record
    assert names(article(("citation_author", content), ROE)) == ["Roe, Jane"]


def test_markup_in_names_is_read(article: Any) -> None:
    """Marks of footnotes stand in names as markup."""
    found = article(("citation_author", "Jos&eacute; <i>Roe</i> Doe"), ROE)
    assert names(found)[0] == "José Roe Doe"
    assert found.steps("/authors/0/name") == ["scholarly.plain"]


@pytest.mark.parametrize("name", ["citation_author", "citation_authors"])
def test_the_semicolon_of_a_reference_parts_no_names(article: Any, name: str) -> None:
    """A name that was escaped twice is one name."""
    assert names(article((name, "Jos&eacute; Roe; Doe, John"))) == ["José Roe", "Doe, John"]
