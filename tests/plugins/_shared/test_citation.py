"""Citations, as several sites write them: what is certain is read, what is not is absent."""

from __future__ import annotations

from typing import Any

import pytest

from plugins._shared.citation import bare_doi, is_author, reference
from scraper.pages import open_page
from scraper.quoting import replay
from scraper.records import plain
from scraper.records.article import Article

SICI = "10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2"


def cite(text: str) -> dict[str, Any]:
    """Read one reference, and prove its leaves."""
    payload = text.encode()
    line = open_page(payload, "text/plain").line(1)
    found = plain(Article(references=[reference(line)]))
    for path, pointer in found.provenance.items():
        part: Any = found.record
        for key in path.split("/")[1:]:
            part = part[int(key)] if key.isdecimal() else part[key]
        assert replay(pointer, payload) == part
    (only,) = found.record["references"]
    return dict(only)


def test_a_whole_reference_is_read_part_by_part() -> None:
    """Authors, title, journal, date, volume, issue, pages and DOI of a reference are each read."""
    shown = "Doe J, Roe RS, et al. On bees: a view. J Bees. 2022 Apr 3;6(8):214-257. doi: 10.5555/a.b."
    assert cite(f"{shown} - DOI - PMC - PubMed") == {
        "citation": shown,
        "title": "On bees: a view",
        "authors": ["Doe J", "Roe RS"],
        "journal": "J Bees",
        "published": "2022-04-03",
        "volume": "6",
        "issue": "8",
        "pages": "214-257",
        "doi": "10.5555/a.b",
    }


@pytest.mark.parametrize(
    ("imprint", "expected"),
    [
        ("2022;62(8):2140–2157", ("2022", "62", "8", "2140–2157")),  # noqa: RUF001
        ("2023;14(Suppl 1):S71", ("2023", "14", "Suppl 1", "S71")),
        ("2023;14 Suppl 1:S71-S80", ("2023", "14 Suppl 1", None, "S71-S80")),
        ("2023;(12):i-xii", ("2023", None, "12", "i-xii")),
        ("2023; 14(3)", ("2023", "14", "3", None)),
        ("2023 Mar 1:14:1123456", ("2023-03-01", "14", None, "1123456")),
        ("2020 Mar 5:2020.03.04.976662", ("2020-03-05", None, None, "2020.03.04.976662")),
        ("2001;117(1):44-51; discussion 52", ("2001", "117", "1", "44-51; discussion 52")),
        ("2023 Jan-Feb;14:e10", ("2023", "14", None, "e10")),
        ("2023 Apr 11-17;14:CD001", ("2023-04", "14", None, "CD001")),
        ("2023 Winter;14:7", ("2023", "14", None, "7")),
        ("2023 Sept;14:7", ("2023-09", "14", None, "7")),
        ("2022 Dec-2023 Jan;14:7", (None, "14", None, "7")),
        ("2011;Chapter 4:Unit 4.1", ("2011", "Chapter 4", None, "Unit 4.1")),
    ],
)
def test_imprints_are_read(imprint: str, expected: tuple[str | None, ...]) -> None:
    """Date, volume, issue and pages are read in each of the forms that indexes write, with ranges no more precise than sure."""
    found = cite(f"Doe J, Roe R. A title of bees. J Bees. {imprint}. doi: 10.5555/1.")
    assert tuple(found.get(name) for name in ("published", "volume", "issue", "pages")) == expected
    assert found["journal"] == "J Bees"


@pytest.mark.parametrize(
    "citation",
    [
        "Doe J. Honey and Wax. J. Bee. Sci. 2012;122:1-4.",
        "Doe J, Roe R. A view of hives. Acta Bees. Section D, Wax. 2010;66:213.",
        "Doe, J. & Roe, R. A view of hives. Bee. Rev. 12, 33-40 (2012).",
        "Doe J. The hive book. 3rd ed. Combtown: Wax Press; 2001.",
        "Doe J. Missing stop between title and Bees. 2012;122:1-4.",
        "https://bees.example/page. Accessed 2020.",
    ],
)
def test_uncertain_titles_and_journals_are_absent(citation: str) -> None:
    """Where it is not certain which period ends the title, title and journal are absent, and the citation is there."""
    found = cite(citation)
    assert found["citation"] == citation
    assert "title" not in found
    assert "journal" not in found


@pytest.mark.parametrize(
    ("title", "journal"),
    [
        ("Is it honey? A review of hives", "J Bees (Lond)"),
        ("What is wax?", "eBees"),
        ("[A translated title]", "Rev Med Abejas"),
        ("The year 2020; a study", "BEE Insight"),
        ("Growth of B. cerana in boxes", "Bees"),
        ("Über die Größe der Waben", "Z Bienenkd"),
    ],
)
def test_titles_may_hold_what_ends_sentences(title: str, journal: str) -> None:
    """A title with marks inside ends where the journal begins; its own question mark stays."""
    stop = "" if title.endswith("?") else "."
    found = cite(f"Doe J, Müller Ö. {title}{stop} {journal}. 2012;122:1-4. - PubMed")
    assert (found["title"], found["journal"]) == (title, journal)


@pytest.mark.parametrize("et_al", [", et al", " et al", ", et al,"])
def test_et_al_is_no_author(et_al: str) -> None:
    """What stands for further authors is none, however it is joined."""
    expected = None if et_al.endswith(",") else ["Doe J", "Roe R"]
    assert cite(f"Doe J, Roe R{et_al}. A title of bees. J Bees. 2012;122:1-4.").get("authors") == expected


def test_groups_behind_a_semicolon_are_authors() -> None:
    """A group behind the people is an author as well."""
    found = cite("Doe J, O'Roe-Poe AB Jr; Example Hive Group. A title of bees. J Bees. 2012;122:1-4.")
    assert found["authors"] == ["Doe J", "O'Roe-Poe AB Jr", "Example Hive Group"]


def test_a_group_alone_is_not_told_from_a_title() -> None:
    """Where the first sentence is no list of people, authors and title are absent; the rest is certain."""
    found = cite("Hive 2019 Collaborators. The burden of bees. Bees. 2020;396:1204.")
    assert "authors" not in found
    assert "title" not in found
    assert (found["journal"], found["volume"]) == ("Bees", "396")


def test_the_first_imprint_is_the_work_s_own() -> None:
    """What is said of an erratum behind a reference is not taken for the work."""
    found = cite("Doe J. A title of bees. J Bees. 2001;358:1-2. Erratum in: J Bees. 2002;359:5.")
    assert (found["published"], found["volume"]) == ("2001", "358")


def test_an_impossible_date_is_a_problem() -> None:
    """A day that no calendar has leaves the date absent."""
    assert "published" not in cite("Doe J. A title of bees. J Bees. 2020 Feb 31;3:4.")


def test_identifiers_behind_a_reference_are_read() -> None:
    """PMID and PMCID that a reference ends with are read, with the letters that belong to them."""
    found = cite("Doe J. A title of bees. J Bees. 2001;3:4. PMID: 123. PMC: 456.")
    assert (found["pmid"], found["pmcid"], found["pages"]) == ("123", "PMC456", "4")


@pytest.mark.parametrize("doi", ["10.1016/S0140-6736(20)30183-5", SICI, "10.5555/a;b", "10.5555/a(b)c", "10.5555/x_y"])
@pytest.mark.parametrize(
    "frame", ["doi: {}.", "{}", "doi:{}", "(doi: {}).", "https://doi.org/{}", "DOI: {}. View", "see doi: {}, and"]
)
def test_dois_are_bare(doi: str, frame: str) -> None:
    """A DOI comes without prefix, URL and the punctuation around it, and with the parentheses and semicolons of its own."""
    payload = frame.format(doi).encode()
    assert bare_doi(open_page(payload, "text/plain").line(1)).value == doi


@pytest.mark.parametrize("name", ["Araújo AC", "de la Cruz M", "Smith J Jr", "Joerger-Messerli M", "Łoś Ż", "Xu J-P"])
def test_authors_are_known(name: str) -> None:
    """A family name and initials are an author."""
    assert is_author(name)


@pytest.mark.parametrize("name", ["Example Study Group", "Bees", "12 A", "Hive Society J", "Roe Robert", ""])
def test_other_texts_are_no_authors(name: str) -> None:
    """A group, a lone word or a full name is no author as citations write them."""
    assert not is_author(name)
