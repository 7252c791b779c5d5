"""References in metas, as pairs and as plain text."""

from __future__ import annotations

from typing import Any

import pytest


def reference(article: Any, content: str) -> dict[str, Any]:
    """The one reference of a page."""
    (found,) = article(("citation_reference", content)).record["references"]
    return dict(found)


def test_pairs_are_read(article: Any) -> None:
    """Title, authors, journal, date, volume, issue, pages and identifiers; pairs show no citation."""
    content = (
        "citation_title=On wasps; citation_author=J. Roe; citation_author=A. Doe;citation_journal_title=Example J;"
        "citation_journal_abbrev=Ex J;citation_publication_date=2001/3;citation_volume=7;citation_issue=2;citation_firstpage=5;"
        "citation_lastpage=9;citation_doi=https://doi.org/10.5555/w;citation_pmid=123;citation_pmcid=45; "
    )
    assert reference(article, content) == {
        "title": "On wasps",
        "authors": ["J. Roe", "A. Doe"],
        "journal": "Example J",
        "published": "2001-03",
        "volume": "7",
        "issue": "2",
        "pages": "5-9",
        "doi": "10.5555/w",
        "pmid": "123",
        "pmcid": "PMC45",
    }


def test_pairs_point_at_their_bytes(article: Any) -> None:
    """Each value is narrowed out of the content."""
    found = article(("citation_reference", "citation_title=On wasps; citation_volume=7 ;citation_doi=10.5555/w"))
    assert found.source("/references/0/title") == ["On wasps"]
    assert found.source("/references/0/volume") == ["7"]
    assert found.steps("/references/0/title") == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("citation_year=2001;citation_pages=5-9", {"published": "2001", "pages": "5-9"}),
        ("citation_journal_abbrev=Ex J;citation_date=2001", {"journal": "Ex J", "published": "2001"}),
        ("citation_title=Wasps; a review; citation_volume=7", {"title": "Wasps; a review", "volume": "7"}),
        (
            "citation_doi=10.1002/(SICI)1<1::A>3.0.CO;2-2;citation_volume=7",
            {"doi": "10.1002/(SICI)1<1::A>3.0.CO;2-2", "volume": "7"},
        ),
        (
            "citation_title=On wasps; Ex J;  citation_year=2001;  citation_volume=7; ",
            {"title": "On wasps", "journal": "Ex J", "published": "2001", "volume": "7"},
        ),
        ("citation_title=E = mc; citation_volume=7", {"title": "E = mc", "volume": "7"}),
        ("dc.title=On wasps;dc.creator=Roe J", {"title": "On wasps", "authors": ["Roe J"]}),
        ("citation_title=On <i>Vespa</i>", {"title": "On Vespa"}),
        ("citation_number=5; citation_volume=7", {"volume": "7"}),
    ],
)
def test_odd_pairs_are_read(article: Any, content: str, expected: dict[str, Any]) -> None:
    """Semicolons inside values, other names, a journal without a name, numbers in the list."""
    assert reference(article, content) == expected


@pytest.mark.parametrize(
    ("value", "authors"),
    [
        ("Roe J, Doe A, Öberg Å and Poe E", ["Roe J", "Doe A", "Öberg Å", "Poe E"]),
        ("Leong E S P, Wu S J and Poe E A", ["Leong E S P", "Wu S J", "Poe E A"]),
        ("J. Roe, A.-B. Doe", ["J. Roe", "A.-B. Doe"]),
        ("JK Roe, A-B Doe", ["JK Roe", "A-B Doe"]),
        ("Roe, Jane", ["Roe, Jane"]),
        ("Jane Roe", ["Jane Roe"]),
        ("Jane Roe and John Doe", None),
        ("Roe J et al", None),
        ("Roe S D and Doe D J ed Poe S D", None),
        ("Hive Group, Comb, Wax", None),
    ],
)
def test_authors_of_pairs_are_parted_where_that_is_certain(article: Any, value: str, authors: list[str] | None) -> None:
    """Several names in one value are names only if each is certainly one."""
    assert reference(article, f"citation_title=On wasps;citation_author={value}").get("authors") == authors


def test_plain_text_is_a_citation(article: Any) -> None:
    """It is kept as shown, and read where its form is certain."""
    found = reference(article, " Roe J, Doe A.  On wasps. Ex J. 2001;7(2):5-9. doi:10.5555/w. ")
    assert found["citation"] == "Roe J, Doe A. On wasps. Ex J. 2001;7(2):5-9. doi:10.5555/w."
    assert {name: found[name] for name in ("title", "journal", "published", "volume", "doi")} == {
        "title": "On wasps",
        "journal": "Ex J",
        "published": "2001",
        "volume": "7",
        "doi": "10.5555/w",
    }


def test_plain_text_of_another_form_is_not_guessed_at(article: Any) -> None:
    """A citation that is not of that form has no parts."""
    content = "Roe, J. & Doe, A. On wasps. Example Journal vol. 7 5–9 (2001)."  # noqa: RUF001  # an en dash, as on pages
    assert reference(article, content) == {"citation": content}


def test_references_keep_their_order(article: Any) -> None:
    """One that shows nothing leaves no gap."""
    metas = [("citation_reference", text) for text in ("citation_volume=1", "citation_number=2;", "citation_volume=3")]
    assert article(*metas).record["references"] == [{"volume": "1"}, {"volume": "3"}]
