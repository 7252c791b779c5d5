"""PubMed's XML layout, on records that the project wrote itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from plugins.pubmed.xml import extract
from scraper.errors import Unmatched
from scraper.pages import XmlPage
from scraper.quoting import replay
from scraper.records import Plain, check, plain

if TYPE_CHECKING:
    from scraper.sites import Registry

ARTICLE = """
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">12345678</PMID>
  <DateRevised><Year>2024</Year><Month>01</Month><Day>02</Day></DateRevised>
  <Article PubModel="Print-Electronic">
    <Journal><ISSN IssnType="Electronic">2041-1723</ISSN>
      <JournalIssue CitedMedium="Internet"><Volume>14</Volume><Issue>1</Issue>
        <PubDate><Year>2023</Year><Month>Apr</Month><Day>11</Day></PubDate></JournalIssue>
      <Title>Examples in biology</Title><ISOAbbreviation>Ex Biol</ISOAbbreviation></Journal>
    <ArticleTitle>Growth of <i>E. coli</i> at CO<sub>2</sub> &lt; 5 %:
      an example.</ArticleTitle>
    <Pagination><StartPage>71</StartPage><EndPage>75</EndPage><MedlinePgn>71-5</MedlinePgn></Pagination>
    <ELocationID EIdType="doi" ValidYN="N">10.1000/wrong</ELocationID>
    <ELocationID EIdType="doi" ValidYN="Y">https://doi.org/10.1000/xyz.123</ELocationID>
    <Abstract>
      <AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">It was &#x2264; 5.</AbstractText>
      <AbstractText Label="UNLABELLED">It is <sup>2</sup> now.</AbstractText><AbstractText/>
      <CopyrightInformation>© 2023. The Authors.</CopyrightInformation></Abstract>
    <AuthorList CompleteYN="Y">
      <Author ValidYN="Y"><LastName>Roe</LastName><ForeName>Jane A</ForeName><Initials>JA</Initials><Suffix>Jr</Suffix>
        <Identifier Source="ORCID">http://orcid.org/0000-0002-1825-0097</Identifier>
        <AffiliationInfo><Affiliation>Dept. of Examples,
          Town.</Affiliation></AffiliationInfo>
        <AffiliationInfo><Affiliation>Other Institute.</Affiliation></AffiliationInfo></Author>
      <Author ValidYN="N"><LastName>Doh</LastName><ForeName>John</ForeName><Initials>J</Initials></Author>
      <Author ValidYN="Y"><LastName>Doe</LastName><Initials>J</Initials>
        <Identifier Source="ORCID">0000000218250097</Identifier></Author>
      <Author ValidYN="Y"><CollectiveName>Example Study Group</CollectiveName></Author></AuthorList>
    <Language>eng</Language><Language>fre</Language>
    <GrantList><Grant><GrantID>R01-1</GrantID><Acronym>EX</Acronym><Agency>NIH HHS</Agency></Grant>
      <Grant><Agency>Example Trust</Agency></Grant></GrantList>
    <PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList>
    <VernacularTitle>Croissance.</VernacularTitle>
    <ArticleDate DateType="Electronic"><Year>2023</Year><Month>03</Month><Day>09</Day></ArticleDate>
  </Article>
  <MedlineJournalInfo><MedlineTA>Ex Biol J</MedlineTA><ISSNLinking>2041-1723</ISSNLinking></MedlineJournalInfo>
  <CommentsCorrectionsList><CommentsCorrections RefType="Cites"><RefSource>No. 1999</RefSource></CommentsCorrections>
  </CommentsCorrectionsList>
  <MeshHeadingList><MeshHeading><DescriptorName UI="D1">Humans</DescriptorName></MeshHeading>
    <MeshHeading><DescriptorName>Growth</DescriptorName><QualifierName>genetics</QualifierName>
      <QualifierName>physiology</QualifierName></MeshHeading></MeshHeadingList>
  <OtherAbstract Type="Publisher" Language="fre"><AbstractText>C'était.</AbstractText></OtherAbstract>
  <KeywordList Owner="NOTNLM"><Keyword>growth</Keyword><Keyword> carbon
    dioxide </Keyword></KeywordList>
  <CoiStatement>None declared.</CoiStatement></MedlineCitation>
 <PubmedData><ArticleIdList><ArticleId IdType="pubmed">12345678</ArticleId><ArticleId IdType="pmc">PMC7654321</ArticleId>
   </ArticleIdList>
  <ReferenceList><Title>References</Title><Reference>
     <Citation>Roe J, Doe A. Old growth. <i>Nature.</i> 2020;1:2. doi: 10.1000/shown</Citation>
     <ArticleIdList><ArticleId IdType="doi">10.1000/ref.1</ArticleId><ArticleId IdType="pubmed">111</ArticleId>
       <ArticleId IdType="pmc">222</ArticleId></ArticleIdList></Reference>
   <ReferenceList><Reference><Citation>Doe J. 2021. doi: 10.1000/ref.2.</Citation></Reference>
     <Reference><Citation>&#160;</Citation></Reference></ReferenceList></ReferenceList></PubmedData>
</PubmedArticle>
"""

BOOK = """
<PubmedBookArticle><BookDocument><PMID>23456789</PMID>
  <ArticleIdList><ArticleId IdType="bookaccession">NBK1</ArticleId></ArticleIdList>
  <Book><Publisher><PublisherName>Example Press</PublisherName></Publisher><BookTitle book="ex">Examples, a <i>Book</i></BookTitle>
    <PubDate><Year>2001</Year></PubDate><AuthorList Type="editors"><Author><LastName>Ed</LastName></Author></AuthorList>
    <AuthorList Type="authors"><Author><LastName>Roe</LastName><ForeName>Jane</ForeName></Author></AuthorList></Book>
  {chapter}<Language>eng</Language><PublicationType>Review</PublicationType>
  <Abstract><AbstractText>About examples.</AbstractText></Abstract></BookDocument></PubmedBookArticle>
"""

Read = tuple[dict[str, Any], Plain]


def payload_of(*records: str, encoding: str = "utf-8") -> bytes:
    """Records as efetch wraps them."""
    head = '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "https://dtd.nlm.nih.gov/x.dtd">\n'
    return f"{head}<PubmedArticleSet>{''.join(records)}</PubmedArticleSet>".encode(encoding)


def read(*records: str, encoding: str = "utf-8") -> list[Read]:
    """Each record with its pointers, after every one of them has led back to its value, and the schema has accepted it."""
    payload = payload_of(*records, encoding=encoding)
    page = XmlPage(payload)
    found = [plain(record) for record in extract(page)]
    for each in found:
        check("article/1", each.record)
        for path, pointer in each.provenance.items():
            value: Any = each.record
            for key in path.split("/")[1:]:
                value = value[int(key)] if isinstance(value, list) else value[key]
            assert replay(pointer, payload, page.charset) == value, path
    return [(each.record, each) for each in found]


def test_an_article_is_read_completely() -> None:
    """Every field of an article stands where the format has it, and nothing else does."""
    ((record, found),) = read(ARTICLE)
    assert record == {
        "title": "Growth of E. coli at CO2 < 5 %: an example.",
        "authors": [
            {
                "name": "Jane A Roe Jr", "given": "Jane A", "family": "Roe", "orcid": "0000-0002-1825-0097",
                "affiliations": ["Dept. of Examples, Town.", "Other Institute."],
            },
            {"name": "J Doe", "given": "J", "family": "Doe", "orcid": "0000-0002-1825-0097"},
            {"name": "Example Study Group"},
        ],
        "journal": {"title": "Examples in biology", "abbreviation": "Ex Biol", "issn": ["2041-1723"]},
        "published": "2023-04-11",
        "published_online": "2023-03-09",
        "volume": "14",
        "issue": "1",
        "pages": "71-5",
        "doi": "10.1000/xyz.123",
        "pmid": "12345678",
        "pmcid": "PMC7654321",
        "abstract": [{"heading": "BACKGROUND", "text": "It was ≤ 5."}, {"text": "It is 2 now."}],
        "keywords": ["growth", "carbon dioxide"],
        "publication_types": ["Journal Article"],
        "mesh_terms": ["Humans", "Growth / genetics", "Growth / physiology"],
        "conflict_of_interest": "None declared.",
        "funding": [{"funder": "NIH HHS", "award": "R01-1"}, {"funder": "Example Trust"}],
        "references": [
            {
                "citation": "Roe J, Doe A. Old growth. Nature. 2020;1:2. doi: 10.1000/shown",
                "title": "Old growth", "authors": ["Roe J", "Doe A"],
                "journal": "Nature", "published": "2020", "volume": "1", "pages": "2",
                "doi": "10.1000/ref.1", "pmid": "111", "pmcid": "PMC222",
            },
            {"citation": "Doe J. 2021. doi: 10.1000/ref.2.", "published": "2021", "doi": "10.1000/ref.2"},
        ],
        "language": "eng, fre",
        "rights": "© 2023. The Authors.",
    }  # fmt: skip
    assert not found.problems


def test_identifiers_point_at_themselves_alone() -> None:
    """A DOI, an ORCID or a number points at its own bytes, without the URL or white space around it."""
    payload = payload_of(ARTICLE)
    ((_, found),) = read(ARTICLE)
    for path, source in (("/doi", "10.1000/xyz.123"), ("/authors/0/orcid", "0000-0002-1825-0097"), ("/volume", "14")):
        pointer = found.provenance[path]
        assert payload[slice(*pointer["spans"][0])].decode() == source
        assert "steps" not in pointer
    assert [len(found.provenance[path]["spans"]) for path in ("/title", "/published", "/authors/1/orcid")] == [5, 3, 4]


def test_records_come_one_each_and_in_order() -> None:
    """A payload of several articles and books gives a record for each."""
    found = read(ARTICLE, BOOK.format(chapter=""), ARTICLE.replace("12345678", "12345679"))
    assert [record["pmid"] for record, _ in found] == ["12345678", "23456789", "12345679"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_encoding_does_not_matter(encoding: str) -> None:
    """The same records come out of other encodings, each value with its own bytes there."""
    assert read(ARTICLE, encoding=encoding)[0][0] == read(ARTICLE)[0][0]


def test_books_and_chapters() -> None:
    """A book has its title and publisher; a chapter its own title and authors, the book standing for the journal."""
    chapter = (
        '<ArticleTitle book="ex" part="c1">Chapter One</ArticleTitle><Pagination><MedlinePgn>1-9</MedlinePgn></Pagination>'
        '<AuthorList Type="authors"><Author><LastName>Doe</LastName></Author></AuthorList>'
    )
    (book, part) = (read(BOOK.format(chapter=each))[0][0] for each in ("", chapter))
    assert book == {
        "title": "Examples, a Book",
        "authors": [{"name": "Jane Roe", "given": "Jane", "family": "Roe"}],
        "journal": {"publisher": "Example Press"},
        "published": "2001",
        "pmid": "23456789",
        "abstract": [{"text": "About examples."}],
        "publication_types": ["Review"],
        "language": "eng",
    }
    assert (part["title"], part["pages"], part["authors"]) == ("Chapter One", "1-9", [{"name": "Doe", "family": "Doe"}])
    assert part["journal"] == {"title": "Examples, a Book", "publisher": "Example Press"}


PUB_DATE = "<Year>2023</Year><Month>Apr</Month><Day>11</Day>"


@pytest.mark.parametrize(
    ("shown", "published"),
    [
        ("<Year>2023</Year><Month>04</Month><Day>1</Day>", "2023-04-01"),
        ("<Year>2023</Year><Month>April</Month>", "2023-04"),
        ("<Year>2023</Year>", "2023"),
        ("<Year>2023</Year><Season>Spring</Season>", "2023"),
        ("<Year>2023</Year><Month>Spring</Month>", "2023"),
        ("<Year>2023</Year><Month>Feb</Month><Day>30</Day>", "2023-02"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998"),
        ("<MedlineDate>2010 Sep-Oct</MedlineDate>", "2010"),
        ("<MedlineDate>2003 May 1-14</MedlineDate>", "2003-05"),
        ("<MedlineDate>Spring 1976</MedlineDate>", "1976"),
        ("<MedlineDate>undated</MedlineDate>", None),
        ("", None),
    ],
)
def test_dates_are_no_more_precise_than_certain(shown: str, published: str | None) -> None:
    """Months by name or number, seasons, ranges, impossible days: what is certain is kept."""
    ((record, _),) = read(ARTICLE.replace(PUB_DATE, shown))
    assert record.get("published") == published


@attrs.frozen
class Change:
    """An article in which something stands differently, and what must come of it."""

    old: str
    new: str
    field: str
    value: Any


CHANGES = [
    Change("Growth of <i>E. coli</i> at CO<sub>2</sub> &lt; 5 %:\n      an example.", "[Not Available].", "title", "Croissance."),
    Change("71-5", "", "pages", "71-75"),
    Change("<ISOAbbreviation>Ex Biol</ISOAbbreviation>", "", "journal", {
        "title": "Examples in biology", "abbreviation": "Ex Biol J", "issn": ["2041-1723"],
    }),
    Change(">2041-1723</ISSNL", ">2041-1111</ISSNL", "journal", {
        "title": "Examples in biology", "abbreviation": "Ex Biol", "issn": ["2041-1723", "2041-1111"],
    }),
    Change("https://doi.org/10.1000/xyz.123", "", "doi", None),
    Change("ReferenceList>", "Nothing>", "references", [{"citation": "No. 1999"}]),
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.field)
def test_what_stands_in_for_what_is_not_there(change: Change) -> None:
    """Where the first source of a field is missing, the next one is read."""
    ((record, _),) = read(ARTICLE.replace(change.old, change.new))
    assert record.get(change.field) == change.value


def test_another_abstract_stands_in_for_none() -> None:
    """An abstract in another language is read only where there is no other; so is an article number for pages."""
    source = ARTICLE.replace("<Abstract>", "<Gone>").replace("</Abstract>", "</Gone>").replace("Pagination>", "Gone2>")
    number = '<ELocationID EIdType="pii" ValidYN="Y">e71</ELocationID>'
    ((record, _),) = read(source.replace("<ELocationID", f"{number}<ELocationID", 1))
    assert (record["abstract"], record["pages"]) == ([{"text": "C'était."}], "e71")


def test_the_layout_is_found_by_its_root_element(registry: Registry) -> None:
    """Wherever PubMed's XML comes from, its root element names it; other XML is not claimed."""
    url, date = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi?db=pubmed", "2024-01-01T00:00:00Z"
    site, layout = registry.choose(url, "text/xml", date, XmlPage(payload_of(ARTICLE)))
    assert (site.name, layout.name) == ("pubmed", "xml")
    with pytest.raises(Unmatched):
        registry.choose(url, "text/xml", date, XmlPage(b"<rss/>"))
