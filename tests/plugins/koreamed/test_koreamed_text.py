"""KoreaMed as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

RIGHTS = "Copyright © 2031 by Example Association of Editors. All rights reserved."
CITATION = "J Korean Bee Sci.\u00a0 2021 Oct;36(5):793-809. 10.5555/jkbs.2021.1."
FOOT = f"""Full Text Links
  • JKBS
Actions
Cited
CITED
export Copy
Close
Share
  • Post
Similar articles
{RIGHTS} \u00a0 \u00a0 \u00a0 \u00a0 E-mail: editors@bees.example"""


def dump(*, citation: str = CITATION, title: str = "On the keeping of bees", authors: str = "", rest: str = "") -> str:
    """A page of the site."""
    return f"{citation}\n\n{title}\n\n{authors}{rest}{FOOT}"


PLACES = "Affiliations\n  • 1Hive College, Seoul\n  • 2Comb Institute, Busan\n"
ABSTRACT = "\nAbstract\n\nBees were kept. All was well.\n\nKeyword\n\nBee; Hive; Comb\n"


def test_the_citation_is_read(read: Any) -> None:
    """Journal, date, volume, issue, pages and the DOI without a prefix come from the first line."""
    found = read(dump(rest=PLACES + ABSTRACT))
    assert found.site == "koreamed"
    assert found.record["journal"] == {"abbreviation": "J Korean Bee Sci"}
    assert {name: found.record[name] for name in ("published", "volume", "issue", "pages", "doi")} == {
        "published": "2021-10",
        "volume": "36",
        "issue": "5",
        "pages": "793-809",
        "doi": "10.5555/jkbs.2021.1",
    }


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        ("Bees. 2020;7:e12. doi: 10.1016/S0140-6736(20)30183-5.", ("2020", "7", None, "e12", "10.1016/S0140-6736(20)30183-5")),
        ("Bees. 2020 Jan-Feb;7(Suppl 1):S1-S9.", ("2020", "7", "Suppl 1", "S1-S9", None)),
        ("J Bees (Seoul).  2020 Dec. https://doi.org/10.5555/x.", ("2020-12", None, None, None, "10.5555/x")),
        ("Bees. 2020 Dec 31;(12):i-xii. Epub 2020 Nov 3. 10.5555/y", ("2020-12-31", None, "12", "i-xii", "10.5555/y")),
    ],
)
def test_citations_vary(read: Any, citation: str, expected: tuple[str | None, ...]) -> None:
    """Parts that a citation does not have are absent, and each form of a date and a DOI is read."""
    record = read(dump(citation=citation, rest=ABSTRACT)).record
    assert tuple(record.get(name) for name in ("published", "volume", "issue", "pages", "doi")) == expected


def test_epub_is_published_online(read: Any) -> None:
    """The date of an electronic publication ahead of print is `published_online`."""
    assert read(dump(citation="Bees. 2020 Dec;7:1. Epub 2020 Nov 3. 10.5555/y")).record["published_online"] == "2020-11-03"


def test_affiliations_lose_bullet_and_number(read: Any) -> None:
    """Affiliations stand at page level where no authors are shown, without bullet and glued number."""
    record = read(dump(rest=PLACES + ABSTRACT)).record
    assert record["affiliations"] == ["Hive College, Seoul", "Comb Institute, Busan"]
    assert "authors" not in record


def test_a_number_of_the_name_stays(read: Any) -> None:
    """Only the number that is due is taken off: ordinals and house numbers belong to the name."""
    numbered = "Affiliations\n  • 11st Department of Hives\n  • 22nd Department of Combs\n"
    assert read(dump(rest=numbered)).record["affiliations"] == ["1st Department of Hives", "2nd Department of Combs"]
    assert read(dump(rest="Affiliations\n  • 10 Hive Street\n")).record["affiliations"] == ["10 Hive Street"]
    assert read(dump(rest="Affiliation\n  • 1st Department\n")).record["affiliations"] == ["1st Department"]


def test_letters_are_marks_as_well(read: Any) -> None:
    """Marks may be letters."""
    assert read(dump(rest="Affiliations\n  • aHive College\n  • bComb Institute\n")).record["affiliations"] == [
        "Hive College",
        "Comb Institute",
    ]


def test_authors_are_tied_by_their_marks(read: Any) -> None:
    """Authors that are shown with marks hold their affiliations, which then are not at page level."""
    record = read(dump(authors="Gil-dong Hong1, Min-su de Kim1,2,* and Åsa Öberg2, MD, PhD\n", rest=PLACES + ABSTRACT)).record
    assert record["authors"] == [
        {"name": "Gil-dong Hong", "affiliations": ["Hive College, Seoul"]},
        {"name": "Min-su de Kim", "affiliations": ["Hive College, Seoul", "Comb Institute, Busan"]},
        {"name": "Åsa Öberg", "affiliations": ["Comb Institute, Busan"]},
    ]
    assert "affiliations" not in record


def test_a_plain_abstract_is_one_section(read: Any) -> None:
    """An abstract without labels is one section."""
    assert read(dump(rest=ABSTRACT)).record["abstract"] == [{"text": "Bees were kept. All was well."}]


def test_labels_may_stand_on_their_own_lines(read: Any) -> None:
    """Labels on lines of their own and labels before the text both become headings."""
    text = "Abstract\n\nPurpose\nTo keep bees.\nMaterials and Methods\nA hive: one.\nResults: Bees.\nConclusion\nGood.\n"
    assert read(dump(rest=text)).record["abstract"] == [
        {"heading": "Purpose", "text": "To keep bees."},
        {"heading": "Materials and Methods", "text": "A hive: one."},
        {"heading": "Results", "text": "Bees."},
        {"heading": "Conclusion", "text": "Good."},
    ]


def test_labels_may_follow_each_other_on_one_line(read: Any) -> None:
    """An abstract that is one line with known labels behind its sentences is cut at them."""
    text = "Abstract\n\nBACKGROUND: Bees. METHODS: A hive: one. RESULTS: Honey.\n"
    assert read(dump(rest=text)).record["abstract"] == [
        {"heading": "BACKGROUND", "text": "Bees."},
        {"heading": "METHODS", "text": "A hive: one."},
        {"heading": "RESULTS", "text": "Honey."},
    ]


def test_keywords_are_parts_between_semicolons(read: Any) -> None:
    """Keywords stand between semicolons."""
    assert read(dump(rest=ABSTRACT)).record["keywords"] == ["Bee", "Hive", "Comb"]


def test_rights_end_before_the_address(read: Any) -> None:
    """The copyright notice comes without the e-mail address behind it, and is no part of an abstract above it."""
    page = f"{CITATION}\n\nA title\n\nexport Copy\nCITED\nAbstract\n\nBees.\n{RIGHTS} E-mail: x@y.example"
    record = read(page).record
    assert record["rights"] == RIGHTS
    assert record["abstract"] == [{"text": "Bees."}]


@pytest.mark.parametrize(
    "title", ["Abstract", "Keyword", "벌을 기르는 법", "Is it a hive? A study: of bees", "[A translated title]"]
)
def test_titles_are_told_by_their_place(read: Any, title: str) -> None:
    """A title may be named like a section, be in any script, and hold any marks."""
    record = read(dump(title=title, rest=ABSTRACT)).record
    assert record["title"] == title
    assert record["keywords"] == ["Bee", "Hive", "Comb"]


def test_missing_sections_are_absent(read: Any) -> None:
    """A page with nothing but title and citation gives these."""
    assert set(read(dump()).record) == {"title", "journal", "published", "volume", "issue", "pages", "doi", "rights"}


def test_line_ends_and_charsets_do_not_matter(read: Any) -> None:
    """Windows line ends, a byte order mark and Windows-1252 bytes give the same record."""
    text = dump(rest=PLACES + ABSTRACT)
    expected = read(text).record
    assert read(text.replace("\n", "\r\n").encode("utf-8-sig")).record == expected
    western = read(text.replace("•", "\u2022").encode("cp1252")).record
    assert western == expected


@pytest.mark.parametrize("url", ["https://koreamed.org/article/1", "https://synapse.koreamed.org/articles/1"])
def test_urls_lead_to_the_site(read: Any, registry: Any, url: str) -> None:
    """Pages of both hosts belong to the site."""
    assert registry.by_url(url).name == "koreamed"
    assert read(dump(), url=url).site == "koreamed"


@pytest.mark.shared_data
def test_the_real_dump(read: Any, shared: Path) -> None:
    """Every field of the real dump is read."""
    found = read((shared / "seeds" / "002_f273ee1a9f419af6.txt").read_bytes())
    record = found.record
    assert found.site == "koreamed"
    assert record["title"].startswith("Using Pre-Clinical Studies to ")
    assert record["title"].endswith("CellDerived Mesenchymal Stem cells")
    assert record["journal"] == {"abbreviation": "Tissue Eng Regen Med"}
    assert (record["published"], record["volume"], record["issue"], record["pages"]) == ("2023-10", "20", "6", "793-809")
    assert record["doi"] == "10.1007/s13770-023-00557-6"
    assert len(record["affiliations"]) == 6
    assert record["affiliations"][4] == "Watford General Hospital, London, UK"
    assert all(place[0].isupper() for place in record["affiliations"])
    (section,) = record["abstract"]
    assert section["text"].startswith("Recent studies of exosomes")
    assert section["text"].endswith("in clinical medicine.")
    assert record["keywords"] == ["MSC", "Exosome", "iPSC", "Stem cell"]
    assert record["rights"] == "Copyright © 2024 by Korean Association of Medical Journal Editors. All rights reserved."
    assert len(record) == 11
    assert not found.found.problems
