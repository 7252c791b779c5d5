"""Pages to measure on: made-up ones, shaped like PubMed's page of one article since 2020.

The common case of a scraper: a site that is found by its address, and whose fields stand in the body of its pages. What `corpus.py`
makes is the other case, a page that a fallback knows by its metas. The markup is what the site `pubmed` knows of real pages
(`corpus_pubmed_markup.py`), the words are made up. What comes twice there comes twice here: the heading, and the first references.
Most texts are nothing but characters, as there: a title in eight has a reference (`&amp;`), another of a similar article an italic
name. Page number N is the same bytes on every machine.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import corpus_pubmed_markup as markup
from corpus import prose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from corpus import Page

_FAMILIES = (
    *("Roe", "Doe", "Müller", "Woolworthy", "Threadgold", "Łoomska", "Knitović", "Feltham", "Spindél", "O&#39;Dye", "Purlström"),
    *("Bobbinet", "Çarder", "Yarnsen", "Weftington"),
)
_GIVENS = ("Jane", "John", "Ännchen", "Zoë", "Pat", "Lou", "Björk", "Nìa", "Max", "Alex", "Sofía", "Kim")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_THINGS = ("Wool", "Socks", "Looms", "Felt", "Dyes", "Fibres", "Yarn", "Needles", "β-Keratin", "Moths", "Sheep", "Spinning")
_LABELS = ("Background", "Objective", "Methods", "Results", "Conclusions")
_QUALIFIERS = ("", " / analysis", " / therapeutic use*", "*", " / chemistry", " / standards*")
_TYPES = ("Journal Article", "Comparative Study", "Multicenter Study", "Research Support, Non-U.S. Gov&#39;t")
_GRANTS = (
    "R01 WL{:06}/WL/NWSI NIH HHS/United States",
    "MR/W{:05}X/1/MRC_/Medical Wool Council/United Kingdom",
    "{}/National Yarn Foundation of Example",
    "WT_/Sock Trust/United Kingdom",
)
_SOURCES = {"Full Text Sources": ("Wool Press", "Felt Central"), "Medical": ("MedlineSocks",), "Miscellaneous": ("LooMetrics",)}


@dataclass(frozen=True)
class _Work:
    """An article as pages name it: the page's own, or another; texts are written as HTML."""

    authors: Sequence[tuple[str, str]]
    title: str
    journal: str
    date: str
    volume: int
    issue: int
    pages: tuple[int, int]
    doi: str
    pmid: int

    @property
    def listed(self) -> str:
        return ", ".join(f"{family} {given[0]}" for given, family in self.authors)

    @property
    def short(self) -> str:
        return f"{self.listed.split(',')[0]}, et al"

    @property
    def year(self) -> str:
        return self.date[:4]

    @property
    def imprint(self) -> str:
        return f"{self.date};{self.volume}({self.issue}):{self.pages[0]}-{self.pages[1]}."

    @property
    def cited(self) -> str:
        return f"{self.journal}. {self.imprint} doi: {self.doi}."


def page(number: int) -> Page:
    """Make an article's page, of 100 to 150 kB."""
    chance = random.Random(number)  # noqa: S311  # the same pages everywhere, nothing secret
    work = _work(chance, authors=chance.randint(3, 10), pmid=30_000_000 + number)
    text = markup.PAGE.format(
        head=_head(work, number),
        top=markup.TOP.format(links=_repeated(markup.MENU_ITEM, 40), options=_repeated(markup.OPTION, 12)),
        article="".join(_article(chance, work, number)),
        aside=_aside(work, number),
        bottom=markup.BOTTOM.format(links=_repeated(markup.MENU_ITEM, 40), script=_script(number, 90)),
    )
    return f"https://pubmed.ncbi.nlm.nih.gov/{work.pmid}/", text.encode()


def pages(count: int) -> Iterator[Page]:
    """Make many; see `page`."""
    return map(page, range(1, count + 1))


def _article(chance: random.Random, work: _Work, number: int) -> Iterator[str]:
    yield _heading(chance, work, number)
    yield _abstract(chance, number)
    yield markup.INTERESTS.format(prose(chance, 25))
    yield _figures(chance)
    yield markup.SIMILAR.format(_docsums(chance, 5, "similar_articles"))
    yield markup.CITING.format(count=chance.randint(4, 2999), items=_docsums(chance, chance.randint(1, 4), "citedby_articles"))
    yield _references(chance, number)
    yield from _keyword_sections(chance)
    yield _linkout(number)


def _work(chance: random.Random, *, authors: int, pmid: int) -> _Work:
    start, thing = chance.randint(1, 900), chance.choice(_THINGS)
    date = (str(chance.randint(1990, 2025)), chance.choice(_MONTHS), str(chance.randint(1, 28)))
    return _Work(
        authors=[(chance.choice(_GIVENS), chance.choice(_FAMILIES)) for _ in range(authors)],
        title=prose(chance, chance.randint(8, 16)).rstrip(".") + chance.choice((f": {thing} &amp; others", *[""] * 7)),
        journal=chance.choice(("J {} Res", "{} Lett")).format(thing),
        date=" ".join(date[: chance.randint(1, 3)]),
        volume=chance.randint(1, 80),
        issue=chance.randint(1, 12),
        pages=(start, start + chance.randint(1, 20)),
        doi=f"10.99999/{thing[:3].lower()}.{chance.randint(1, 999_999)}",
        pmid=pmid,
    )


def _others(chance: random.Random, count: int) -> Iterator[_Work]:
    for _ in range(count):
        work = _work(chance, authors=chance.randint(1, 3), pmid=chance.randint(1_000_000, 39_999_999))
        yield work if chance.randrange(8) else replace(work, title=f"{work.title} of <i>Ovis textilis</i>")


def _repeated(template: str, count: int) -> str:
    return "".join(map(template.format, range(count)))


# Around the article


def _head(work: _Work, number: int) -> str:
    said = {
        "citation_title": work.title,
        "citation_journal_title": f"Journal of {work.journal}",
        "citation_publisher": work.journal,
        "citation_authors": f"{work.listed.replace(', ', ';')};",
        "citation_pmid": work.pmid,
        "citation_doi": work.doi,
        "citation_volume": work.volume,
        "citation_issue": work.issue,
        "citation_issn": f"{number % 9999:04}-123X",
        "citation_date": work.date,
        "description": f"{work.title}. {work.journal}",
        "keywords": f"pmid:{work.pmid}, doi:{work.doi}, {work.title}, {work.listed}",
        **dict.fromkeys(("ncbi_app", "ncbi_db", "ncbi_report"), "pubmed"),
        "viewport": "width=device-width,initial-scale=1",
        "robots": "index,nofollow,noarchive",
    }
    metas = "".join(f'<meta name="{name}" content="{value}">\n' for name, value in said.items())
    graph = "".join(f'<meta property="og:{name}" content="{work.title}">\n' for name in ("title", "description", "image:alt"))
    return markup.HEAD.format(
        title=work.title,
        metas=metas + graph + _repeated(markup.SHEET, 6),
        pmid=work.pmid,
        styles=".usa-banner > .grid:not(.b) { margin: 0 auto; color: #205493 }" * 80,
        script=_script(number, 60),
    )


def _script(number: int, lines: int) -> str:
    return markup.SCRIPT.format(markup.SCRIPT_LINE.format(number) * lines)


def _aside(work: _Work, number: int) -> str:
    options = _repeated(markup.OPTION, 8)
    panels = "".join(markup.PANEL.format(work=work, place=place, options=options) for place in range(8))
    return markup.ASIDE.format(url=_url("Wool Press", number), work=work, panels=panels)


def _linkout(number: int) -> str:
    categories = []
    for title, names in _SOURCES.items():
        links = "".join(markup.LINKOUT_LINK.format(url=_url(name, number), name=name) for name in names)
        categories.append(markup.LINKOUT_CATEGORY.format(title=title, links=links))
    return markup.LINKOUT.format("".join(categories))


def _url(name: str, number: int) -> str:
    return f"https://{name.replace(' ', '').lower()}.example/full/{number}?a=1&amp;b=2"


# The article


def _heading(chance: random.Random, work: _Work, number: int) -> str:
    """Make the heading in its full and its short view; every ninth article is translated, every fourth is a review."""
    title = f"[{work.title.replace('β', '<i>β</i>', 1)}]" if number % 9 == 0 else work.title
    places = [f"Institute {place} of {chance.choice(_THINGS)}, Town, Country." for place in range(1, chance.randint(3, 7))]
    places[0] = places[0].replace(",", " &amp; Others,", 1)
    kind = markup.REVIEW if number % 4 == 0 else ""
    return markup.HEADING.format(
        source=markup.SOURCE.format(view="full", work=work, type=kind),
        short_source=markup.SOURCE.format(view="short", work=work, type=kind),
        title=markup.TITLE.format(f"{title}.") + (markup.LANGUAGE if number % 9 == 0 else ""),
        authors=_authors(chance, work, places),
        short_authors=_authors(chance, work, places, most=1),
        places="".join(markup.PLACE.format(key=key, place=place) for key, place in enumerate(places, 1)),
        identifiers="".join(_identifiers(work, number)),
    )


def _authors(chance: random.Random, work: _Work, places: Sequence[str], *, most: int = 10) -> str:
    authors = []
    for place, (given, family) in enumerate(work.authors[:most]):
        keys = sorted(chance.sample(range(1, len(places) + 1), k=chance.randint(1, 2)))
        marks = "".join(markup.MARK.format(key=key, place=places[key - 1]) for key in keys)
        orcid = markup.ORCID.format(place) if place % 4 == 1 else ""
        authors.append(markup.AUTHOR.format(given=given, family=family, pmid=work.pmid, orcid=orcid, marks=marks))
    return "".join(authors)


def _identifiers(work: _Work, number: int) -> Iterator[str]:
    yield markup.IDENTIFIER.format(kind="pubmed", label="PMID", shown=markup.PMID.format(work.pmid))
    pmcid = f"PMC{9_000_000 + number}"
    links = {"pmc": ("PMCID", "https://www.ncbi.nlm.nih.gov/pmc/articles/", pmcid), "doi": ("DOI", "https://doi.org/", work.doi)}
    for kind, (label, host, shown) in links.items():
        if kind == "doi" or number % 3:
            link = markup.IDENTIFIER_LINK.format(url=host + shown, shown=shown)
            yield markup.IDENTIFIER.format(kind=kind, label=label, shown=link)


def _abstract(chance: random.Random, number: int) -> str:
    """Make an abstract: in sections, or on every fifth page one paragraph, with labels in its text or without."""
    told = {label: _told(chance) for label in _LABELS}
    if number % 5:
        paragraphs = [markup.SUB_TITLE.format(label) + text for label, text in told.items()]
    elif number % 2:
        paragraphs = [" ".join(told.values())]
    else:
        paragraphs = [" ".join(f"{label.upper()}: {text}" for label, text in told.items())]
    return markup.ABSTRACT.format(
        paragraphs="".join(map(markup.PARAGRAPH.format, paragraphs)),
        keywords=";\n      ".join(
            f"{thing.lower()} {chance.choice(('care', 'wear', 'repair'))}" for thing in chance.sample(_THINGS, k=6)
        ),
        year=2000 + number % 25,
    )


def _told(chance: random.Random) -> str:
    """Make a section's text; every third has markup and references in it."""
    marked = chance.choice((" (<i>p</i> &lt; 0.05) &amp; CO<sub>2</sub>", "", ""))
    return f"{prose(chance, 35)} {prose(chance, 8).rstrip('.')}{marked}. {prose(chance, 20)}"


def _figures(chance: random.Random) -> str:
    places = range(1, chance.randint(3, 6))
    return markup.FIGURES.format(
        "".join(markup.FIGURE.format(place=place, title=prose(chance, 8), text=prose(chance, 60)) for place in places)
    )


# Lists


def _docsums(chance: random.Random, count: int, source: str) -> str:
    works = enumerate(_others(chance, count), 1)
    return "".join(markup.DOCSUM.format(work=work, source=source, place=place) for place, work in works)


def _references(chance: random.Random, number: int) -> str:
    """List the references: on every fourth page as PubMed writes citations, on others as some publishers do."""
    write = (_cited, _cited_by_one, _cited_by_other, _cited_by_one)[number % 4]
    items = [_reference(chance, work, write) for work in _others(chance, int(chance.triangular(20, 60, 25)))]
    return markup.REFERENCES.format(top="".join(items[:5]), every="".join(items))


def _cited(work: _Work) -> str:
    return f"{work.listed}. {work.title}. {work.cited}"


def _cited_by_one(work: _Work) -> str:
    names = ", ".join(f"{family}, {given[0]}." for given, family in work.authors)
    return f"{names} ({work.year}). {work.title}. {work.journal} {work.volume}, {work.pages[0]}–{work.pages[1]}."  # noqa: RUF001  # an en dash, as on pages


def _cited_by_other(work: _Work) -> str:
    names = " &amp; ".join(f"{family}, {given[0]}." for given, family in work.authors)
    return f"{names} {work.title}. {work.journal} {work.volume}, {work.pages[0]}-{work.pages[1]} ({work.year})."


def _reference(chance: random.Random, work: _Work, write: Callable[[_Work], str]) -> str:
    """Make a reference, with links to where it is known: most are."""
    targets = {"DOI": f"https://doi.org/{work.doi}", "PubMed": f"/{work.pmid}/"}
    shown = [label for label in targets if chance.randrange(5)]
    links = "".join(markup.REFERENCE_LINK.format(label=label, work=work, url=targets[label]) for label in shown)
    return markup.REFERENCE.format(text=write(work), links=links)


def _keyword_sections(chance: random.Random) -> Iterator[str]:
    meshes = [f"{thing}{chance.choice(_QUALIFIERS)}" for thing in chance.sample(_THINGS, k=chance.randint(6, 11))]
    yield _keywords("publication-types", "Publication types", chance.sample(_TYPES, k=chance.randint(1, 3)))
    yield _keywords("mesh-terms", "MeSH terms", meshes)
    yield _keywords("substances", "Substances", chance.sample(_THINGS, k=3))
    grants = (each.format(chance.randint(1, 99_999)) for each in chance.sample(_GRANTS, k=chance.randint(1, 4)))
    yield markup.KEYWORDS.format(section="grants", title="Grants and funding", items="".join(map(markup.GRANT.format, grants)))


def _keywords(section: str, title: str, entries: Sequence[str]) -> str:
    items = (markup.KEYWORD.format(section=section, place=place, entry=entry) for place, entry in enumerate(entries))
    return markup.KEYWORDS.format(section=section, title=title, items="".join(items))
