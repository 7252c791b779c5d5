"""`scraper sites drift`: the field and selector that stopped matching are named, with where and what is there now; nothing else."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from casework import PAGE, edit, notes
from support import scraper

from scraper.archive import ArchiveWriter
from scraper.authoring.drift import Survey, drifts
from scraper.authoring.nearest import nearest
from scraper.pages import open_page
from scraper.sites import Registry

Change = Callable[[str], str]
SELECTORS = {
    "/authors/*/name": ".authors a::text", "/citation_count": ".cited::text", "/doi": "a.doi::text",
    "/published": "time::attr(datetime)", "/title": "h1.title::text",
}  # fmt: skip


def monthly(path: Path, change: Change = str, *, since: int = 17, captures: int = 24) -> Path:
    """Write an archive of two pages a month; those from a number on are changed. A count of citations is on every third."""
    with ArchiveWriter(path) as writer:
        for number in range(1, captures + 1):
            page = PAGE.replace("keeping of bees", f"keeping of bees, part {number}").replace("bees.1", f"bees.{number}")
            cited = f'<b class="cited">{number}</b>' if number % 3 == 0 else "many"
            page = page.replace('<b class="cited">12</b>', cited)
            writer.write_conversion(
                url=f"https://notes.example/{number}", media_type="text/html",
                date=f"{2020 + (number - 1) // 24}-{(number - 1) % 24 // 2 + 1:02d}-03T04:05:06Z",
                payload=(change(page) if number >= since else page).encode(),
                record_id=f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>",
            )  # fmt: skip
    return path


def renamed(old: str, new: str) -> Change:
    """The same page with one class renamed."""
    return lambda page: page.replace(f'class="{old}"', f'class="{new}"')


def report(folder: Path, *args: str | Path, code: int = 1) -> dict[str, Any]:
    """Run the command; return its rows by field."""
    done = scraper("sites", "drift", *args, "--json", cwd=folder, code=code)
    return {row["field"]: row for row in map(orjson.loads, done.stdout.splitlines())}


def blamed(rows: dict[str, Any]) -> list[tuple[str, str | None]]:
    """The fields and selectors that are blamed."""
    return [(field, each["selector"]) for field, row in rows.items() for each in row["drift"]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with the site of notes."""
    return notes(tmp_path)


@pytest.mark.parametrize(
    ("field", "classes", "near"),
    [
        ("/doi", ("doi", "identifier"), "a.identifier"),
        ("/title", ("title", "headline"), "h1.headline"),
        ("/authors/*/name", ("authors", "people"), "p.people > a"),
        ("/citation_count", ("cited", "times"), "b.times"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_renamed_class_is_named_and_nothing_else(folder: Path, field: str, classes: tuple[str, str], near: str) -> None:
    """One class renamed in the later captures blames its field and selector alone, at that capture, with the new name beside it.

    A required field takes no other field with it, though its record is rejected; an optional one needs a longer run of misses.
    """
    pages = {"since": 61, "captures": 120} if field == "/citation_count" else {}
    rows = report(folder, monthly(folder / "x.warc.gz", renamed(*classes), **pages))
    assert blamed(rows) == [(field, SELECTORS[field])]
    (drift,) = rows[field]["drift"]
    assert drift["nearest"]["what"] == near
    assert drift["first"]["url"] == f"https://notes.example/{pages.get('since', 17)}"
    assert drift["first"]["warc"] == "x.warc.gz"
    assert drift["first"]["offset"] > drift["last"]["offset"] > 0


def test_an_output_tells_the_same_as_its_archive(folder: Path) -> None:
    """An output and its rejects give the report that extracting gives, those of records that their schema refused included."""
    archive = monthly(folder / "x.warc.gz", renamed("title", "headline"))
    scraper("extract", archive, "-o", "out.jsonl", "--workers", "1", cwd=folder)
    assert report(folder, "--from", "out.jsonl") == report(folder, archive)
    with (folder / "out.rejects.jsonl").open("ab") as file:  # as of a damaged place
        file.write(
            b'{"stage": "read", "error": "DamagedRecord", "reason": "torn", "capture": {"warc": "x.warc.gz", "offset": 7}}\n'
        )
    (folder / "away").mkdir()
    archive.rename(folder / "away" / "x.warc.gz")
    rows = report(folder, "--from", "out.jsonl")
    assert blamed(rows) == [("(record)", None)]
    assert "the page cannot be looked at" in rows["(record)"]["drift"][0]["said"]
    assert blamed(report(folder, "--from", "out.jsonl", folder / "away")) == [("/title", "h1.title::text")]


def test_the_coverage_of_each_field_is_counted(folder: Path) -> None:
    """Each field has its captures and those that show it, by period, in the order of dates, whatever that of the archive."""
    rows = report(folder, monthly(folder / "x.warc.gz", renamed("doi", "identifier")), "--by", "month")
    assert list(rows) == ["(record)", *SELECTORS]
    assert {field: (row["found"], row["captures"]) for field, row in rows.items()} == {
        "(record)": (24, 24), "/authors/*/name": (24, 24), "/citation_count": (8, 24), "/doi": (16, 24), "/published": (24, 24),
        "/title": (24, 24),
    }  # fmt: skip
    months = [f"2020-{month:02d}" for month in range(1, 13)]
    assert rows["/doi"]["coverage"] == {month: [2 if month < "2020-09" else 0, 2] for month in months}


def test_people_are_told_in_words(folder: Path) -> None:
    """The report holds a table, and of the selector where it matched last, where it did not, how likely that is, what is near."""
    told = scraper("sites", "drift", monthly(folder / "x.warc.gz", renamed("doi", "identifier")), cwd=folder, code=1).stdout
    assert (
        "notes, layout page: /doi: a.doi::text stopped matching\n  last      2020-08-03T04:05:06Z https://notes.example/16 (x.warc"
        in told
    )
    assert "first     2020-09-03T04:05:06Z https://notes.example/17 (x.warc.gz at offset" in told
    assert "nearest   a.identifier: 'doi: 10.5555/bees.17'\n" in told
    assert "captures 24\nstopped matching: 1\n" in told


def test_what_does_not_drift_is_not_blamed(folder: Path) -> None:
    """Pages without a change, and a field that is missing three times at the end by chance, end in exit code 0."""
    archive = monthly(folder / "x.warc.gz", captures=26)
    assert blamed(report(folder, archive, code=0)) == []
    assert "stopped matching: nothing" in scraper("sites", "drift", archive, cwd=folder).stdout


def test_a_layout_that_fails_is_blamed_itself(folder: Path) -> None:
    """Where a layout recognises its pages no more, or raises on them, that is named with the reason, and none of its fields is."""
    plugin = folder / "plugins" / "notes" / "__init__.py"
    archive = monthly(folder / "x.warc.gz", renamed("title", "headline"))
    edit(plugin, 'media_types=["text/html"])', 'media_types=["text/html"], recognises=lambda page: bool(page.css("h1.title")))')
    rows = report(folder, archive)
    assert blamed(rows) == [("(recognised) text/html", None)]
    (drift,) = rows["(recognised) text/html"]["drift"]
    assert (drift["layout"], drift["misses"]) == ("page", 8)
    assert "none of its layouts recognises this page" in drift["said"]
    edit(plugin, ', recognises=lambda page: bool(page.css("h1.title"))', "")
    edit(plugin, "title=page", 'title=page.css("h1.title")[0].text() if page.css("h1")[0].attr("class") else page')
    rows = report(folder, archive)
    assert blamed(rows) == [("(record)", None)]
    assert "rejected at extract: ExtractionFailed" in rows["(record)"]["drift"][0]["said"]


def test_a_value_that_cannot_be_read_any_more_is_told_as_such(folder: Path) -> None:
    """Where the selector still finds what a step cannot read, the bytes and the reason are told instead of something near."""
    rows = report(folder, monthly(folder / "x.warc.gz", lambda page: page.replace('"2021-03-04"', '"4 March"')))
    assert blamed(rows) == [("/published", "time::attr(datetime)")]
    assert "it is there and cannot be read: '4 March'" in rows["/published"]["drift"][0]["said"]


def test_another_selector_that_takes_over_is_named(folder: Path) -> None:
    """A selector that stops is named although a second one finds the field since, and so is that one."""
    edit(folder / "plugins" / "notes" / "__init__.py", "doi=page", 'doi=page.css("a.identifier::text").get().re("10.*") or page')
    rows = report(folder, monthly(folder / "x.warc.gz", renamed("doi", "identifier")))
    assert blamed(rows) == [("/doi", "a.doi::text")]
    assert rows["/doi"]["found"] == 24
    assert rows["/doi"]["drift"][0]["instead"] == ["a.identifier::text"]


def test_the_heat_map_shows_every_cell(folder: Path) -> None:
    """The picture is XML with a cell for each field and period, framed where a selector stopped, and the same on every run."""
    archive = monthly(folder / "x.warc.gz", renamed("doi", "identifier"))
    report(folder, archive, "--plot", "a.svg")
    report(folder, archive, "--plot", "b.svg")
    assert (folder / "a.svg").read_bytes() == (folder / "b.svg").read_bytes()
    cells = [each for each in ET.parse(folder / "a.svg").iter("{http://www.w3.org/2000/svg}rect") if len(each)]  # noqa: S314  # ours
    titles = {each[0].text: each for each in cells}
    assert len(titles) == 6 * 12
    framed = [title for title, each in titles.items() if each.get("stroke") == "#d00"]
    assert framed == ["notes page /doi, 2020-09: 0 of 2"]
    assert (
        titles["notes page /doi, 2020-08: 2 of 2"].get("fill")
        != titles["notes page /doi, 2020-10: 0 of 2"].get("fill")
        == "#ffffff"
    )


def test_an_archive_that_cannot_be_read_takes_no_other_with_it(folder: Path) -> None:
    """What is no archive is told, with exit code 2, and the others are looked at."""
    (folder / "bad.warc.gz").write_bytes(b"no archive")
    done = scraper("sites", "drift", "bad.warc.gz", "gone.warc.gz", monthly(folder / "x.warc.gz"), cwd=folder, code=2)
    assert done.stderr.count("NotAnArchive") == 2
    assert "captures 24\nstopped matching: nothing" in done.stdout


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ((), "name archives, or an output"),
        (("x.warc.gz",), "NotAnArchive"),
        (("--from", "page.html"), "page.html:1 is neither an extraction nor a rejection"),
        (("x.warc.gz", "--plot", "x.png"), "name it .svg"),
        (("x.warc.gz", "--site", "nots"), "no site is named 'nots'"),
    ],
    ids=["nothing", "no-archive", "no-output", "png", "no-site"],
)
def test_wrong_use_is_one_line(folder: Path, args: tuple[str, ...], why: str) -> None:
    """What cannot be done is told in one line, with exit code 2."""
    (folder / "x.warc.gz").write_bytes(b"no archive")
    told = scraper("sites", "drift", *args, cwd=folder, code=2).stderr
    assert why in told
    assert told.count("\n") == 1


def test_chance_blames_no_field_more_often_than_it_may() -> None:
    """Of surveys in which nothing changed but fields come and go by chance, no greater share than the risk blames anything."""
    wrong = sum(bool(drifts(_random(Random(seed)))) for seed in range(400))  # noqa: S311  # no secret
    assert wrong <= 400 * 0.05


def _random(random: Random) -> Survey:
    survey = Survey(Registry([]))
    shares = [random.random() for _ in range(20)]
    for number in range(60):
        shown = [name for name, share in enumerate(shares) if random.random() < share]
        survey.add(
            {
                "site": {"name": "s", "layout": "l"}, "provenance": {f"/f{name}": {"selector": "x"} for name in shown},
                "capture": {"media_type": "t", "date": f"{number:03d}", "warc": "x", "offset": number, "record_id": "", "url": ""},
            }
        )  # fmt: skip
    return survey


@pytest.mark.parametrize(
    ("selector", "page", "media_type", "what"),
    [
        ('meta[name="dc.date"]::attr(content)', '<meta name="dc.dates" content="x">', "text/html", 'meta[name="dc.dates"]'),
        ("//div[@class='full-title']/text()", '<p class="title-full">A</p>', "text/html", "p.title-full"),
        ("script[type='x'][0] /headline", '<script type="application/ld+json">{"headLine": "A"}</script>', "text/html",
         "JSON-LD /headLine"),
        ("/work/titles/*", '{"work": {"title": "A"}}', "application/json", "/work/title"),
        ("Work >> Book/Title", "<Works><Titles>A</Titles></Works>", "text/xml", "Works > Titles"),
        (r"search(/^Journal: (\S+)/)", "A\nJournals: B\n", "text/plain", "line 2"),
        ("h1.title::text", "<p>A title</p>", "text/html", None),
    ],
    ids=["meta", "xpath", "json-ld", "json", "xml", "text", "nothing"],
)  # fmt: skip
def test_the_nearest_thing_is_looked_for_in_any_page(selector: str, page: str, media_type: str, what: str | None) -> None:
    """A name like the lost one is found in elements, metas, JSON, XML and labels; where nothing is like it, nothing is named."""
    found = nearest(selector, open_page(page.encode(), media_type))
    assert (found and found.what) == what
