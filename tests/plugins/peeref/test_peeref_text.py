"""Peeref as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = "Bees do well, a machine says."
PROSE = "Bees were kept in hives. All of them did well."
RATINGS = """Primary Rating

3.9
Not enough ratings

Secondary Ratings

Novelty
-
Significance
4
Rate this paper
"""


def dump(
    *,
    head: str = "3.9 Review",
    title: str = "On the keeping of bees",
    volume: str = "Volume 17, Issue -, Pages 1-9",
    middle: str = "",
    prose: str = f"{DIGEST}\n{PROSE}",
    authors: str = "",
    ratings: str = RATINGS,
) -> str:
    """A page of the site."""
    return f"""{head}

{title}

Journal

JOURNAL OF BEES
{volume}

Publisher

HIVE PRESS LTD
DOI: 10.1016/S0140-6736(20)30183-5

{middle}Ask authors/readers for more resources

{prose}

Authors

{authors}I am an author on this paper
Click your name to claim this paper and add it to your profile.

Reviews

{ratings}
Recommended

No Data Available
No Data Available"""


def test_title_journal_and_publisher_are_read(read: Any) -> None:
    """Title, journal, publisher and DOI are read from their places."""
    found = read(dump())
    assert found.site == "peeref"
    assert found.record["title"] == "On the keeping of bees"
    assert found.record["journal"] == {"title": "JOURNAL OF BEES", "publisher": "HIVE PRESS LTD"}
    assert found.record["doi"] == "10.1016/S0140-6736(20)30183-5"


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ("Volume 17, Issue -, Pages 1-9", ("17", None, "1-9")),
        ("Volume -, Issue -, Pages -", (None, None, None)),
        ("Volume 3, Issue SUPPL 1, Pages E1-+", ("3", "SUPPL 1", "E1-+")),
        ("Volume 3, Issue 2, Pages", ("3", "2", None)),
    ],
)
def test_hyphens_stand_for_nothing(read: Any, volume: str, expected: tuple[str | None, ...]) -> None:
    """A hyphen in place of volume, issue or pages is an absent field."""
    record = read(dump(volume=volume)).record
    assert tuple(record.get(name) for name in ("volume", "issue", "pages")) == expected


def test_a_page_without_a_volume_line_is_read(read: Any) -> None:
    """Publisher and journal are enough where there is no volume line."""
    record = read(dump(volume="")).record
    assert record["journal"]["title"] == "JOURNAL OF BEES"
    assert "volume" not in record


@pytest.mark.parametrize(
    ("head", "types"),
    [
        ("3.9 Review", ["Review"]),
        ("4 Article; Proceedings Paper", ["Article", "Proceedings Paper"]),
        ("- Article", ["Article"]),
        ("Editorial Material", ["Editorial Material"]),
        ("Some menu entry", None),
    ],
)
def test_types_are_read(read: Any, head: str, types: list[str] | None) -> None:
    """The publication types stand behind the rating; without one only known types count."""
    assert read(dump(head=head)).record.get("publication_types") == types


def test_ratings_have_names_and_numbers(read: Any) -> None:
    """Each rating is a number with the name above it; a hyphen is no rating."""
    found = read(dump())
    assert found.record["ratings"] == [{"name": "Primary Rating", "value": 3.9}, {"name": "Significance", "value": 4.0}]
    assert not found.found.problems


def test_the_rating_above_the_title_counts_where_no_other_is(read: Any) -> None:
    """Where the section of ratings is missing, the number above the title is a rating without a name."""
    assert read(dump(ratings="")).record["ratings"] == [{"value": 3.9}]


def test_no_rating_is_no_field(read: Any) -> None:
    """A page without ratings has no field for them."""
    assert "ratings" not in read(dump(head="- Review", ratings="Primary Rating\n\n-\nNot enough ratings\n")).record


def test_keywords_are_read(read: Any) -> None:
    """Keywords stand between semicolons; a hyphen is none."""
    assert read(dump(middle="Keywords\n\nbees; hives; wax\n\n")).record["keywords"] == ["bees", "hives", "wax"]
    assert "keywords" not in read(dump(middle="Keywords\n\n-\n\n")).record


def test_each_award_is_an_entry(read: Any) -> None:
    """A funder with several awards is listed once for each; without any, once."""
    funding = "Funding\n\n  1. Bee Council (BC), Comb Section [A1, B-2; C/3]\n  2. Honey Fund\n  3. Wax Board[9]\n\n"
    assert read(dump(middle=funding)).record["funding"] == [
        {"funder": "Bee Council (BC), Comb Section", "award": "A1"},
        {"funder": "Bee Council (BC), Comb Section", "award": "B-2"},
        {"funder": "Bee Council (BC), Comb Section", "award": "C/3"},
        {"funder": "Honey Fund"},
        {"funder": "Wax Board", "award": "9"},
    ]


def test_the_digest_comes_before_the_abstract(read: Any) -> None:
    """Of two paragraphs the first is the machine's digest and the second the abstract."""
    record = read(dump()).record
    assert record["summary"] == DIGEST
    assert record["abstract"] == [{"text": PROSE}]


def test_one_paragraph_is_the_abstract(read: Any) -> None:
    """A paragraph alone is the abstract, of which a digest would be made."""
    record = read(dump(prose=PROSE)).record
    assert "summary" not in record
    assert record["abstract"] == [{"text": PROSE}]


def test_labelled_paragraphs_are_no_digest(read: Any) -> None:
    """Paragraphs that begin with a label are all of the abstract."""
    record = read(dump(prose="Background: Bees.\nResults: Honey.")).record
    assert "summary" not in record
    assert record["abstract"] == [{"heading": "Background", "text": "Bees."}, {"heading": "Results", "text": "Honey."}]


@pytest.mark.parametrize("line", ["Jane Doe, John Roe\n", "Jane Doe; John Roe\n", "Jane Doe\nJohn Roe\n"])
def test_authors_are_read_where_shown(read: Any, line: str) -> None:
    """Authors stand in their section, between commas, semicolons or lines; the invitation to claim a paper is none."""
    assert read(dump(authors=line)).record["authors"] == [{"name": "Jane Doe"}, {"name": "John Roe"}]
    assert "authors" not in read(dump()).record


@pytest.mark.parametrize("title", ["Journal", "Publisher", "Reviews", "What is wax? A study: of bees", "Über Bienen", "3.9 bees"])
def test_titles_are_told_by_their_place(read: Any, title: str) -> None:
    """A title may be named like a section and hold any marks."""
    record = read(dump(title=title)).record
    assert record["title"] == title
    assert record["journal"]["title"] == "JOURNAL OF BEES"


def test_line_ends_and_charsets_do_not_matter(read: Any) -> None:
    """Windows line ends, a byte order mark and Windows-1252 bytes give the same record."""
    text = dump(title="Über Bienen – ein Überblick")  # noqa: RUF001
    expected = read(text).record
    assert read(text.replace("\n", "\r\n").encode("utf-8-sig")).record == expected
    assert read(text.encode("cp1252")).record == expected


def test_urls_lead_to_the_site(registry: Any) -> None:
    """Pages of the host belong to the site."""
    assert registry.by_url("https://www.peeref.com/works/1").name == "peeref"


@pytest.mark.shared_data
def test_the_real_dump(read: Any, shared: Path) -> None:
    """Every field of the real dump is read."""
    found = read((shared / "seeds" / "001_9eaeba8471633117.txt").read_bytes())
    record = found.record
    assert found.site == "peeref"
    assert record["title"].startswith("Targeted Therapy for ")
    assert record["title"].endswith(": From Basic to Clinics")
    assert record["publication_types"] == ["Review"]
    assert record["ratings"] == [{"name": "Primary Rating", "value": 4.7}]
    assert record["journal"] == {"title": "INTERNATIONAL JOURNAL OF NANOMEDICINE", "publisher": "DOVE MEDICAL PRESS LTD"}
    assert (record["volume"], record["pages"], record["doi"]) == ("17", "1757-1781", "10.2147/IJN.S355366")
    assert record["keywords"][::5] == ["mesenchymal stem cells", "targeted therapy"]
    assert len(record["keywords"]) == 6
    assert [each["award"] for each in record["funding"]] == ["81973265", "2021107"]
    assert record["funding"][0]["funder"] == "National Natural Science Foundation of China"
    assert record["funding"][1]["funder"].endswith(", Southwest Minzu University")
    assert record["summary"].startswith("Inflammation is a beneficial process,")
    assert record["summary"].endswith("also play a significant role.")
    (section,) = record["abstract"]
    assert section["text"].startswith("Inflammation is a beneficial and physiological process,")
    assert section["text"].endswith("in inflammatory diseases.")
    assert len(record) == 11
    assert not found.found.problems
