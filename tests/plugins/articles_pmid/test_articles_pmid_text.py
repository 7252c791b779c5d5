"""The digest site as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

ROWS = """Journal Bees : the journal of hives
Publisher Hive, Inc.
Date 2020 May 13
PMID 123
Citations 1,206
"""
NOBODY = "Authors\nAffiliations\nSoon will be listed here.\n"
ABSTRACT = "Abstract\n\nBees were kept. All was well.\n\n"
CITING = """Citing Articles

Later bees: a myth or not?.

Doe J, Van Der Berg K, Roe-Poe R J Invest Bees. 2025; 11(2):7-9.

PMID: 51 PMC: 77. DOI: 10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2.


"""
REFERENCES = """References
1.
Doe J, Example Hive Group . Early bees: a view of U.S. hives. BEE Insight. 2018; 3(8). PMC: 88. DOI: 10.5555/a(b). View

2.
Poe P . What is wax? J Bees (Lond). 2001 Jan; 117(Suppl 1):S44-51. View"""


def dump(*, title: str = "On the keeping of bees", rows: str = ROWS, people: str = NOBODY, rest: str = ABSTRACT) -> str:
    """A page of the site."""
    return f"» Articles » PMID: 123\n\n{title}\n\nOverview\n{rows}{people}{rest}"


def citing(read: Any, source: str) -> dict[str, Any]:
    """Read a citing article with this line of authors and journal."""
    (only,) = read(dump(rest=f"Citing Articles\n\nLater bees.\n\n{source}\n\nPMID: 51.\n")).record["citing_articles"]
    return dict(only)


def test_the_overview_is_read(read: Any) -> None:
    """Journal, publisher, date, PMID and count come from the rows of the overview."""
    found = read(dump())
    assert found.site == "articles_pmid"
    assert found.record["title"] == "On the keeping of bees"
    assert found.record["journal"] == {"title": "Bees : the journal of hives", "publisher": "Hive, Inc."}
    assert (found.record["published"], found.record["pmid"], found.record["citation_count"]) == ("2020-05-13", "123", 1206)


def test_the_breadcrumb_has_the_pmid_too(read: Any) -> None:
    """Without its row the PMID comes from the breadcrumb, and rows that are missing or empty are absent fields."""
    record = read(dump(rows="Journal\nPublisher -\n")).record
    assert record["pmid"] == "123"
    assert {"journal", "published", "citation_count"}.isdisjoint(record)


def test_announcements_are_no_authors(read: Any) -> None:
    """Where authors will be listed soon there are none."""
    assert {"authors", "affiliations"}.isdisjoint(read(dump()).record)


def test_authors_and_affiliations_are_read_where_listed(read: Any) -> None:
    """Authors may stand on one line or on several; affiliations come without their numbers."""
    people = "Authors\nDoe J, Roe R\nPoe P\nAffiliations\n1. Hive College\n2. Comb Institute\n"
    record = read(dump(people=people)).record
    assert record["authors"] == [{"name": "Doe J"}, {"name": "Roe R"}, {"name": "Poe P"}]
    assert record["affiliations"] == ["Hive College", "Comb Institute"]


def test_the_abstract_is_read(read: Any) -> None:
    """A plain abstract is one section, one with labels several."""
    assert read(dump()).record["abstract"] == [{"text": "Bees were kept. All was well."}]
    labelled = "Abstract\n\nObjective: Bees. Results: Honey.\n"
    assert read(dump(rest=labelled)).record["abstract"] == [
        {"heading": "Objective", "text": "Bees."},
        {"heading": "Results", "text": "Honey."},
    ]


def test_citing_articles_are_read(read: Any) -> None:
    """A citing article is cut into all of its parts, and its PMC number regains the letters that belong to it."""
    assert read(dump(rest=CITING)).record["citing_articles"] == [
        {
            "citation": "Later bees: a myth or not?. Doe J, Van Der Berg K, Roe-Poe R J Invest Bees. 2025; 11(2):7-9.",
            "title": "Later bees: a myth or not?",
            "authors": ["Doe J", "Van Der Berg K", "Roe-Poe R"],
            "journal": "J Invest Bees",
            "published": "2025",
            "volume": "11",
            "issue": "2",
            "pages": "7-9",
            "doi": "10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2",
            "pmid": "51",
            "pmcid": "PMC77",
        }
    ]


@pytest.mark.parametrize(
    ("source", "authors", "journal"),
    [
        ("Doe J Bees. 2025; 14(3).", ["Doe J"], "Bees"),
        ("Doe J, Roe R BEE Insight. 2025; 14.", ["Doe J", "Roe R"], "BEE Insight"),
        ("Doe J, Lee SH N Engl J Bees. 2025; 14.", None, None),
        ("Doe JK, Lee SH N Engl J Bees. 2025; 14.", ["Doe JK", "Lee SH"], "N Engl J Bees"),
        ("Doe J Jr J Bees. 2025.", ["Doe J Jr"], "J Bees"),
        ("Example Hive Group Bees. 2025; 14.", None, None),
        ("Example Hive Group J Bees. 2025; 14.", None, None),
        ("J Bees. 2025; 14.", None, None),
    ],
)
def test_the_last_author_ends_at_the_initials(read: Any, source: str, authors: list[str] | None, journal: str | None) -> None:
    """No mark stands between the last author and the journal: where initials do not tell, both are absent."""
    found = citing(read, source)
    assert (found.get("authors"), found.get("journal"), found["published"]) == (authors, journal, "2025")


def test_a_citing_article_may_lack_its_source(read: Any) -> None:
    """Of a citing article with nothing but title and PMID these are read."""
    record = read(dump(rest="Citing Articles\n\nLater bees.\n\nPMID: 51.\n")).record
    assert record["citing_articles"] == [{"citation": "Later bees.", "title": "Later bees", "pmid": "51"}]


def test_references_are_read(read: Any) -> None:
    """References are cut into their parts, without list number and the label of the link."""
    first, second = read(dump(rest=ABSTRACT + REFERENCES)).record["references"]
    assert first == {
        "citation": "Doe J, Example Hive Group . Early bees: a view of U.S. hives. BEE Insight. 2018; 3(8). PMC: 88. "
        "DOI: 10.5555/a(b).",
        "title": "Early bees: a view of U.S. hives",
        "authors": ["Doe J", "Example Hive Group"],
        "journal": "BEE Insight",
        "published": "2018",
        "volume": "3",
        "issue": "8",
        "doi": "10.5555/a(b)",
        "pmcid": "PMC88",
    }
    assert (second["title"], second["published"], second["issue"], second["pages"]) == (
        "What is wax?",
        "2001-01",
        "Suppl 1",
        "S44-51",
    )
    assert second["citation"].endswith("S44-51.")


def test_fifty_references_are_fifty(read: Any) -> None:
    """As many references are read as there are."""
    lines = "\n\n".join(f"{n}.\nDoe J . Bees of year {n}. Bees. {1900 + n}; {n}(1):{n}. View" for n in range(1, 51))
    references = read(dump(rest=f"References\n{lines}")).record["references"]
    assert [each["volume"] for each in references] == [str(n) for n in range(1, 51)]
    assert references[49]["published"] == "1950"


def test_a_reference_without_the_mark_keeps_its_citation(read: Any) -> None:
    """Where no mark stands behind the authors, authors and title are absent."""
    (only,) = read(dump(rest="References\n1.\nSome hive report. Bees. 2002; 1:2. View")).record["references"]
    assert only == {"citation": "Some hive report. Bees. 2002; 1:2.", "published": "2002", "volume": "1", "pages": "2"}


def test_sections_may_come_in_any_order(read: Any) -> None:
    """Sections are known by their headings, wherever they stand."""
    record = read(dump(rest=f"{REFERENCES}\n\n{CITING}{ABSTRACT}")).record
    assert (len(record["references"]), len(record["citing_articles"]), len(record["abstract"])) == (2, 1, 1)


@pytest.mark.parametrize("title", ["Overview", "References", "蜂蜜研究", "What is wax? A study: of bees", "[A translated title]."])
def test_titles_are_told_by_their_place(read: Any, title: str) -> None:
    """A title may be named like a section, be in any script, and hold any marks."""
    record = read(dump(title=title, rest=ABSTRACT + REFERENCES)).record
    assert record["title"] == title
    assert record["citation_count"] == 1206


def test_line_ends_and_charsets_do_not_matter(read: Any) -> None:
    """Windows line ends, a byte order mark and Windows-1252 bytes give the same record."""
    text = dump(title="Über Bienen", rest=ABSTRACT + CITING + REFERENCES)
    expected = read(text).record
    assert read(text.replace("\n", "\r\n").encode("utf-8-sig")).record == expected
    assert read(text.encode("cp1252")).record == expected


@pytest.mark.shared_data
def test_the_real_dump(read: Any, shared: Path) -> None:
    """Every field of the real dump is read."""
    found = read((shared / "seeds" / "003_ad85ba3834ad5e0c.txt").read_bytes())
    record = found.record
    assert found.site == "articles_pmid"
    assert record["title"].startswith("Mesenchymal Stem/Stromal Cell-Derived ")
    assert record["title"].endswith("Skin Regeneration")
    assert record["journal"] == {"title": "Cells", "publisher": "MDPI"}
    assert (record["published"], record["pmid"], record["citation_count"]) == ("2020-05-13", "32392899", 206)
    (section,) = record["abstract"]
    assert section["text"].startswith("Exosomes are nano-sized vesicles")
    assert section["text"].endswith("exosome-derived therapeutics.")
    assert len(record) == 8
    assert not found.found.problems


@pytest.mark.shared_data
def test_the_real_dump_s_lists(read: Any, shared: Path) -> None:
    """Every part of both lists of the real dump is read."""
    record = read((shared / "seeds" / "003_ad85ba3834ad5e0c.txt").read_bytes()).record
    keys = ("journal", "published", "volume", "issue", "pages", "doi", "pmid", "pmcid")
    assert [tuple(each.get(key) for key in keys) for each in record["citing_articles"]] == [
        ("Gels", "2025", "11", "2", None, "10.3390/gels11020119", "39996662", "PMC11854167"),
        ("Stem Cell Res Ther", "2025", "16", "1", "76", "10.1186/s13287-025-04160-5", "39985030", "PMC11846194"),
        ("Stem Cell Res Ther", "2025", "16", "1", "74", "10.1186/s13287-025-04197-6", "39984996", "PMC11846240"),
        ("Front Cell Dev Biol", "2025", "13", None, "1517369", "10.3389/fcell.2025.1517369", "39963155", "PMC11830822"),
        ("Cells", "2025", "14", "3", None, "10.3390/cells14030202", "39936993", "PMC11817634"),
    ]
    assert [tuple(each.get(key) for key in keys) for each in record["references"]] == [
        ("J Invest Dermatol", "2001", "117", "1", "44-51", "10.1046/j.0022-202x.2001.01399.x", None, None),
        ("Stem Cell Res Ther", "2019", "10", "1", "105", "10.1186/s13287-019-1207-z", None, "PMC6429800"),
        ("JCI Insight", "2018", "3", "8", None, "10.1172/jci.insight.99263", None, "PMC5931131"),
        ("In Vitro Cell Dev Biol Anim", "2019", "55", "3", "203-210", "10.1007/s11626-019-00330-x", None, None),
        ("Circulation", "2012", "125", "23", "2892-903", "10.1161/CIRCULATIONAHA.111.087817", None, None),
    ]
    assert [len(each["authors"]) for each in record["citing_articles"] + record["references"]] == [6, 6, 6, 6, 4, 6, 5, 6, 6, 6]
    assert record["citing_articles"][0]["authors"][3:] == ["Di Rosa L", "Palumbo F", "Fiorica C"]
    assert record["references"][1]["authors"][3] == "Joerger-Messerli M"
    assert record["citing_articles"][4]["title"].endswith(": A Myth or Reality?")
    assert record["references"][3]["title"].endswith("p38, ERK, and Akt pathways")
    assert record["citing_articles"][0]["citation"].endswith(
        "Ulcer Healing. Tomasello L, Biondo M, Biscari G, Di Rosa L, Palumbo F, Fiorica C Gels. 2025; 11(2)."
    )
    assert record["references"][4]["citation"].endswith("2892-903. DOI: 10.1161/CIRCULATIONAHA.111.087817.")
