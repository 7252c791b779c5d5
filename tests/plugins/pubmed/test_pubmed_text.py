"""PubMed's article page as text: the top of the page, and the sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

BANNER = "Skip to main page content\nU.S. flag\n\nAccess keys NCBI Homepage MyNCBI Homepage Main Content Main Navigation\n"
TITLE = "On the keeping of bees"
CITATION = ". 2023 Apr 11;14(1):71."
PEOPLE = """Authors

José Núñez 1 2, Łucja O'Brien-Żak 3

Affiliations

  • 1 1st Department of Bees, Hive College, Lund.
  • 2 Comb Institute.
  • 3 Wax Ltd.

"""


def dump(
    *,
    types: str = "Review\n",
    citation: str = CITATION,
    notes: str = "doi: 10.5555/bees.1.\n",
    title: str = TITLE,
    people: str = "Affiliations\n",
    byline: str | None = "Jane Roe\u00a0et al. J Bees. .",
    body: str = "",
) -> str:
    """A page of the site."""
    short = "" if byline is None else f"{types}\n{title}\n\n{byline}\n\n"
    return f"{BANNER}{types}{citation}\n{notes}\n{title}\n\n{people}{short}{body}"


def abstract(text: str) -> str:
    """The section of the abstract."""
    return f"Abstract\n\n{text}\n\nPubMed Disclaimer\n\n"


def test_the_top_of_the_page_is_read(read: Any) -> None:
    """Type, citation, DOI, title, first author and journal come from the top of the page."""
    found = read(dump())
    assert found.site == "pubmed"
    assert found.record == {
        "title": TITLE,
        "authors": [{"name": "Jane Roe"}],
        "journal": {"abbreviation": "J Bees"},
        "published": "2023-04-11",
        "volume": "14",
        "issue": "1",
        "pages": "71",
        "doi": "10.5555/bees.1",
        "publication_types": ["Review"],
    }


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        (". 2023 Jan-Feb;14(Suppl 1):S71-S80.", ("2023", "14", "Suppl 1", "S71-S80")),
        (". 1998 Winter;(3):i-xii.", ("1998", None, "3", "i-xii")),
        (". 2023 Mar 1:14:1123456.", ("2023-03-01", "14", None, "1123456")),
        (". 2024 Mar 5:S0140-6736(24)00510-2.", ("2024-03-05", None, None, "S0140-6736(24)00510-2")),
        (". 2024 Mar 5:14.", ("2024-03-05", None, None, None)),
        (". 2024 Mar 5.", ("2024-03-05", None, None, None)),
        ("2023 Apr 11;14:71.", ("2023-04-11", "14", None, "71")),
        (". 2024.", ("2024", None, None, None)),
        (". 2022 Dec-2023 Jan;4:5.", (None, "4", None, "5")),
        ("J Bees (Lond). 2023 Apr;14:71. doi: 10.5555/bees.1. Epub 2023 Mar 1.", ("2023-04", "14", None, "71")),
    ],
)
def test_citations_vary(read: Any, citation: str, expected: tuple[str | None, ...]) -> None:
    """Each form of a citation is read, and what it does not have is absent."""
    record = read(dump(citation=citation)).record
    assert tuple(record.get(name) for name in ("published", "volume", "issue", "pages")) == expected
    assert record["title"] == TITLE


def test_a_journal_before_the_citation_is_read(read: Any) -> None:
    """Where a dump keeps the button of the journal, the journal is read from there."""
    record = read(dump(citation="Bee Sci. 2023;1:2.", byline=None)).record
    assert record["journal"] == {"abbreviation": "Bee Sci"}


@pytest.mark.parametrize(
    ("notes", "online"),
    [
        ("doi: 10.5555/bees.1. Epub 2022 May 3.\n", "2022-05-03"),
        ("doi: 10.5555/bees.1.\nEpub 2022 May.\n", "2022-05"),
        ("doi: 10.5555/bees.1. eCollection 2022.\n", None),
        ("doi: 10.5555/bees.1. Online ahead of print.\n", None),
    ],
)
def test_electronic_publication_has_its_own_date(read: Any, notes: str, online: str | None) -> None:
    """The date of publication ahead of the issue is read beside the DOI or below it; the date of an electronic issue is not it."""
    record = read(dump(notes=notes)).record
    assert record.get("published_online") == online
    assert (record["doi"], record["title"]) == ("10.5555/bees.1", TITLE)


@pytest.mark.parametrize(
    "doi", ["10.1016/S0140-6736(20)30183-5", "10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2"]
)
def test_dois_keep_their_own_marks(read: Any, doi: str) -> None:
    """Parentheses, colons and semicolons of a DOI are its own, the period behind it is not."""
    assert read(dump(notes=f"doi: {doi}.\n")).record["doi"] == doi


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ("", None),
        ("Clinical Trial, Phase III\n", ["Clinical Trial, Phase III"]),
        ("Case Reports\nComment\n", ["Case Reports", "Comment"]),
    ],
)
def test_types_above_the_citation_are_read(read: Any, types: str, expected: list[str] | None) -> None:
    """There may be no type above the citation, one, or several."""
    assert read(dump(types=types)).record.get("publication_types") == expected


def test_types_of_the_last_section_are_added_once(read: Any) -> None:
    """Types listed at the end are read as well, each type once, without the labels of buttons."""
    types = "Publication types\n\n  • Review\n  Actions\n  • Research Support, Non-U.S. Gov't\n\n"
    body = f"{types}MeSH terms\n\n  • Bees* / physiology\n  Actions\n  • Humans\n"
    record = read(dump(body=body)).record
    assert record["publication_types"] == ["Review", "Research Support, Non-U.S. Gov't"]
    assert record["mesh_terms"] == ["Bees* / physiology", "Humans"]


def test_authors_are_tied_to_affiliations(read: Any) -> None:
    """A list of authors with marks is tied to the affiliations of these marks."""
    record = read(dump(people=PEOPLE)).record
    assert record["authors"] == [
        {"name": "José Núñez", "affiliations": ["1st Department of Bees, Hive College, Lund.", "Comb Institute."]},
        {"name": "Łucja O'Brien-Żak", "affiliations": ["Wax Ltd."]},
    ]
    assert "affiliations" not in record


def test_affiliations_without_authors_are_the_page_s(read: Any) -> None:
    """Where the list of authors is not shown, affiliations are at page level."""
    record = read(dump(people="Affiliation\n\n1 Hive College.\n\n")).record
    assert record["authors"] == [{"name": "Jane Roe"}]
    assert record["affiliations"] == ["Hive College."]


@pytest.mark.parametrize(
    ("byline", "authors", "journal"),
    [
        ("Example Hive Group et al. J Bees (Lond). 2023 Jan-Feb.", ["Example Hive Group"], "J Bees (Lond)"),
        ("Jane A. Roe et al. Bees. .", ["Jane A. Roe"], "Bees"),
        ("Jane A. Roe. Bees. 2023.", ["Jane A. Roe"], "Bees"),
        ("王伟 et al. Zhonghua Mi Feng Za Zhi. .", ["王伟"], "Zhonghua Mi Feng Za Zhi"),
        ("Jane Roe J Bees. .", None, None),
    ],
)
def test_bylines_vary(read: Any, byline: str, authors: list[str] | None, journal: str | None) -> None:
    """The byline gives the first author and the journal; where nothing stands between them, neither."""
    record = read(dump(byline=byline)).record
    assert [each["name"] for each in record.get("authors", [])] == (authors or [])
    assert record.get("journal", {}).get("abbreviation") == journal


def test_identifiers_are_read(read: Any) -> None:
    """PMID and PMCID are read where the page lists them, not those of other works."""
    other = "Comment in\n\n  • Bees again.\n    J Bees. 2023 Mar;15(1):1-2. doi: 10.5555/2. PMID: 999 No abstract available.\n"
    ours = "  • PMID: 123\n  • PMCID: PMC456\n  • DOI: 10.5555/bees.1\n"
    record = read(dump(people=ours, body=other)).record
    assert (record["pmid"], record["pmcid"], record["doi"]) == ("123", "PMC456", "10.5555/bees.1")
    assert "pmid" not in read(dump(body=other)).record


def test_the_language_is_read(read: Any) -> None:
    """The language of a translated article is read."""
    record = read(dump(title="[A translated title]", people="[Article in Spanish]\n\nAffiliations\n")).record
    assert (record["title"], record["language"]) == ("[A translated title]", "Spanish")


@pytest.mark.parametrize(
    "title",
    ["References", "Abstract", "Review", "蜂蜜研究", "What is wax? A study: of bees", "Print media and bees", "Epub readers"],
)
def test_titles_are_told_by_their_place(read: Any, title: str) -> None:
    """A title may be named like a section or a type, be in any script, and hold any marks."""
    record = read(dump(title=title, body=abstract("Bees were kept."))).record
    assert record["title"] == title
    assert record["abstract"] == [{"text": "Bees were kept."}]
    assert record["journal"] == {"abbreviation": "J Bees"}


def test_a_plain_abstract_is_one_section(read: Any) -> None:
    """A plain abstract is one section, even where it begins with a word and a colon."""
    text = "Bees: what are they? Nobody: knows."
    assert read(dump(body=abstract(text))).record["abstract"] == [{"text": text}]


def test_a_structured_abstract_has_headings(read: Any) -> None:
    """Paragraphs with labels become sections; labels inside a paragraph do not cut it."""
    text = "Background: Bees exist. Aim: inside.\n\nMethods and analysis: We looked.\n\nOwn heading: Odd.\n\nConclusions: Good."
    assert read(dump(body=abstract(text))).record["abstract"] == [
        {"heading": "Background", "text": "Bees exist. Aim: inside."},
        {"heading": "Methods and analysis", "text": "We looked."},
        {"heading": "Own heading", "text": "Odd."},
        {"heading": "Conclusions", "text": "Good."},
    ]


def test_no_abstract_is_no_field(read: Any) -> None:
    """The announcement that there is none is no abstract."""
    assert "abstract" not in read(dump(body=abstract("No abstract available."))).record


def test_keywords_end_before_their_period(read: Any) -> None:
    """Keywords are parts between semicolons without the period that ends the line, and no part of the abstract."""
    record = read(dump(body=abstract("Bees.\n\nKeywords: Apis spp.; Honey; Wax.\n\n© 2031. The Keepers."))).record
    assert record["keywords"] == ["Apis spp.", "Honey", "Wax"]
    assert record["abstract"] == [{"text": "Bees."}]
    assert record["rights"] == "© 2031. The Keepers."


def test_the_conflict_of_interest_is_read(read: Any) -> None:
    """The statement may have several paragraphs."""
    body = "Conflict of interest statement\n\nNone declared.\nJ.R. keeps bees.\n\nFigures\n"
    assert read(dump(body=body)).record["conflict_of_interest"] == "None declared. J.R. keeps bees."


def test_figures_have_label_and_caption(read: Any) -> None:
    """A label that the page repeats is one label, what follows is its caption, and there may be none."""
    body = "Figures\n\nFig. 1\nFig. 1\nA hive. Of wax.\nFigure 2\nTwo\nparts.\nGraphical abstract\nGraphical abstract\n"
    body += "Map B\nMap B\nA map.\n"
    assert read(dump(body=body)).record["figures"] == [
        {"label": "Fig. 1", "caption": "A hive. Of wax."},
        {"label": "Figure 2", "caption": "Two parts."},
        {"label": "Graphical abstract"},
        {"label": "Map B", "caption": "A map."},
    ]


def test_references_lose_numbers_and_labels(read: Any) -> None:
    """Each numbered line is a reference, without its number and the labels of its links."""
    first_one = "    1. Doe J. First of bees. J Bees. 2001;1:1-2. doi: 10.5555/1. - DOI - PMC - PubMed\n"
    body = f"References\n\n{first_one}    1. Hive report, no year.\nShow all 9 references\n"
    first, second = read(dump(body=body)).record["references"]
    assert (first["citation"], first["title"], first["authors"]) == (
        "Doe J. First of bees. J Bees. 2001;1:1-2. doi: 10.5555/1.",
        "First of bees",
        ["Doe J"],
    )
    assert second == {"citation": "Hive report, no year."}


def test_fifty_references_are_fifty(read: Any) -> None:
    """As many references are read as there are."""
    lines = "\n".join(f"    1. Doe J. Bees of year {n}. Bees. {1900 + n};{n}(1):{n}. - PubMed" for n in range(1, 51))
    assert [each["pages"] for each in read(dump(body=f"References\n\n{lines}\n")).record["references"]] == [
        str(n) for n in range(1, 51)
    ]


SIMILAR = """Similar articles

  • Hives and combs: a view?
    Doe J, Roe R. Doe J, et al. Hive Sci. 2021 May 3;3(4):5-6. doi: 10.5555/hs.1. Epub 2021 May 1. Hive Sci. 2021. PMID: 31 Review.
  • Wax.
    Poe P.
    Poe P.
    Front Wax. 2020 Jan 2:11:800. doi: 10.5555/fw.2. eCollection 2020.
    Front Wax. 2020.
    PMID: 32
    Free article.
See all similar articles

Cited by

1,002 articles

  • Later bees.
    Moe M, Example Hive Group. Moe M, et al. Bees. 2024 Jan;1(1):1. Bees. 2024. PMID: 33
"""


def test_similar_articles_are_read(read: Any) -> None:
    """Similar articles are read from one line or several, in their full form."""
    assert read(dump(body=SIMILAR)).record["similar_articles"] == [
        {
            "citation": "Hives and combs: a view? Doe J, Roe R. Hive Sci. 2021 May 3;3(4):5-6. doi: 10.5555/hs.1. Epub 2021 May 1.",
            "title": "Hives and combs: a view?",
            "authors": ["Doe J", "Roe R"],
            "journal": "Hive Sci",
            "published": "2021-05-03",
            "volume": "3",
            "issue": "4",
            "pages": "5-6",
            "doi": "10.5555/hs.1",
            "pmid": "31",
        },
        {
            "citation": "Wax. Poe P. Front Wax. 2020 Jan 2:11:800. doi: 10.5555/fw.2. eCollection 2020.",
            "title": "Wax",
            "authors": ["Poe P"],
            "journal": "Front Wax",
            "published": "2020-01-02",
            "volume": "11",
            "pages": "800",
            "doi": "10.5555/fw.2",
            "pmid": "32",
        },
    ]


def test_citing_articles_are_read_and_counted(read: Any) -> None:
    """The count and the citing articles are read; authors that are not all certain are absent."""
    record = read(dump(body=SIMILAR)).record
    assert record["citation_count"] == 1002
    (only,) = record["citing_articles"]
    assert (only["title"], only["journal"], only["pmid"], only.get("authors")) == ("Later bees", "Bees", "33", None)


def test_grants_are_read(read: Any) -> None:
    """A grant is number and agency; forms that leave open which part is which are absent."""
    body = (
        "Grants and funding\n\n  • R01 AI123456/AI/NIAID NIH HHS/United States\n"
        "  • MR/N013255/1/MRC_/Medical Research Council/United Kingdom\n  • 001/World Health Organization/International\n"
    )
    assert read(dump(body=body)).record["funding"] == [
        {"funder": "NIAID NIH HHS", "award": "R01 AI123456"},
        {"funder": "Medical Research Council", "award": "MR/N013255/1"},
    ]


def test_a_table_of_contents_is_no_content(read: Any) -> None:
    """Headings that the page lists again as its navigation change nothing."""
    navigation = "Page navigation\n\nAbstract\nConflict of interest statement\nReferences\nPublication types\nFollow NCBI\n"
    body = abstract("Bees.")
    assert read(dump(body=body + navigation)).record == read(dump(body=body)).record


def test_sections_may_come_in_any_order(read: Any) -> None:
    """Sections are known by their headings, wherever they stand."""
    references = "References\n\n1. Doe J. First of bees. J Bees. 2001;1:1-2.\n\n"
    record = read(dump(body=f"MeSH terms\n\nBees\n\n{references}{abstract('Bees.')}")).record
    assert (record["mesh_terms"], len(record["references"]), record["abstract"]) == (["Bees"], 1, [{"text": "Bees."}])


def test_line_ends_and_charsets_do_not_matter(read: Any) -> None:
    """Windows line ends, a byte order mark and Windows-1252 bytes give the same record."""
    text = dump(title="Über Bienen – ein Überblick", body=abstract("Bees.") + SIMILAR)  # noqa: RUF001
    expected = read(text).record
    assert read(text.replace("\n", "\r\n").encode("utf-8-sig")).record == expected
    assert read(text.encode("cp1252")).record == expected


@pytest.mark.parametrize("url", ["https://pubmed.ncbi.nlm.nih.gov/123/", "https://www.ncbi.nlm.nih.gov/pubmed/123"])
def test_urls_lead_to_the_site(registry: Any, url: str) -> None:
    """Pages of both addresses belong to the site."""
    assert registry.by_url(url).name == "pubmed"


def test_articles_of_pubmed_central_are_not_the_site_s(registry: Any) -> None:
    """Full texts have a site of their own."""
    assert registry.by_url("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1/") is None


def test_an_address_of_the_site_stands_for_the_banner(read: Any) -> None:
    """A dump without the banner is known by its URL."""
    assert read(dump().removeprefix(BANNER), url="https://pubmed.ncbi.nlm.nih.gov/123/").record["title"] == TITLE


@pytest.mark.shared_data
def test_the_real_dump(read: Any, shared: Path) -> None:
    """Every field of the real dump is read."""
    found = read((shared / "seeds" / "000_0c7d50f7b5b1c7ae.txt").read_bytes())
    record = found.record
    assert found.site == "pubmed"
    assert record["title"].startswith("Research progress of engineered ")
    assert record["title"].endswith("autoimmune/inflammatory diseases")
    assert record["authors"] == [{"name": "Xueqing Zhu"}]
    assert record["journal"] == {"abbreviation": "Stem Cell Res Ther"}
    assert (record["published"], record["volume"], record["issue"], record["pages"]) == ("2023-04-11", "14", "1", "71")
    assert record["doi"] == "10.1186/s13287-023-03295-7"
    assert record["publication_types"] == ["Review"]
    (section,) = record["abstract"]
    assert section["text"].startswith("Autoimmune/inflammatory diseases affect")
    assert section["text"].endswith("at home and abroad.")
    assert len(record["keywords"]) == 6
    assert record["keywords"][::5] == ["Autoimmune diseases", "Tissue engineering"]
    assert record["conflict_of_interest"] == "The authors declare that they have no competing interests."
    (figure,) = record["figures"]
    assert figure["label"] == "Fig. 1"
    assert figure["caption"].startswith("Technologies for engineering MSCs or MSC-exos.")
    assert figure["caption"].endswith("Created by myself")
    assert len(record) == 14
    assert not found.found.problems


@pytest.mark.shared_data
def test_the_real_dump_s_references(read: Any, shared: Path) -> None:
    """Every part of the real dump's references is read."""
    references = read((shared / "seeds" / "000_0c7d50f7b5b1c7ae.txt").read_bytes()).record["references"]
    keys = ("journal", "published", "volume", "issue", "pages", "doi")
    assert [tuple(each[key] for key in keys) for each in references] == [
        ("Crit Rev Food Sci Nutr", "2022", "62", "8", "2140–2157", "10.1080/10408398.2020.1850417"),  # noqa: RUF001
        ("Nat Rev Endocrinol", "2013", "9", "11", "646–659", "10.1038/nrendo.2013.161"),  # noqa: RUF001
        ("J Intern Med", "2015", "278", "4", "369–395", "10.1111/joim.12395"),  # noqa: RUF001
        ("Immune Netw", "2022", "22", "1", "e10", "10.4110/in.2022.22.e10"),
        ("Med Clin North Am", "2016", "100", "4", "719–731", "10.1016/j.mcna.2016.03.001"),  # noqa: RUF001
    ]
    assert references[0]["authors"] == ["Marton LT", "Barbalho SM", "Sloan KP", "Sloan LA", "Goulart RA", "Araújo AC"]
    assert [len(each["authors"]) for each in references] == [6, 3, 3, 2, 2]
    assert references[3]["title"] == "Recent advances in cell therapeutics for systemic autoimmune diseases"
    assert references[3]["citation"].endswith("Immune Netw. 2022;22(1):e10. doi: 10.4110/in.2022.22.e10.")
