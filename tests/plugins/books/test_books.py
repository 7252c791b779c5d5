"""Books, the example that is not scholarly: its own record type, schema, steps, layouts and migrations, end to end."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from support import lines, scraper, write_archive

from scraper.archive import Capture, scan
from scraper.errors import StepFailed
from scraper.extract import extract
from scraper.quoting import Step, replay
from scraper.records import Extraction, Rejection, load_schema
from scraper.records.compatible import changes
from scraper.records.generate import generate
from scraper.sites import load_registry

ROOT = Path(__file__).parents[3]
PRODUCT, CATALOGUE = (Path(__file__).with_name(f"{name}.html") for name in ("product", "catalogue"))
URLS = {"https://books.example/book/417": PRODUCT, "https://books.example/shelf/travel": CATALOGUE}


def archive(folder: Path, pages: dict[str, bytes] | None = None) -> Path:
    """An archive of the shop's pages."""
    found = pages or {url: path.read_bytes() for url, path in URLS.items()}
    return write_archive(folder / "books.warc.gz", dict(found), media_type="text/html")


def results(path: Path) -> list[tuple[Capture, Extraction | Rejection]]:
    """What the captures of an archive give."""
    registry = load_registry()
    return [(item, result) for item in scan(path) if isinstance(item, Capture) for result in extract(item, registry)]


def test_a_product_page_gives_one_book(tmp_path: Path) -> None:
    """The page's book is read, not those praised beside it; price, currency, stock and stars come by steps of the plugin."""
    book = results(archive(tmp_path))[0][1]
    assert isinstance(book, Extraction)
    assert book.type == "book/1"
    assert book.record == {
        "title": "Knots for Left Hands", "category": "Crafts & Hobbies", "price": 1251.7, "currency": "GBP",
        "availability": "In stock", "stock": 22, "rating": 3, "upc": "ex-000-417",
        "description": "Forty knots, drawn in a mirror, with a rope of one metre.",
    }  # fmt: skip
    assert book.provenance["/price"]["steps"] == ["books.price"]


def test_a_catalogue_page_gives_many(tmp_path: Path) -> None:
    """Each book of the page is a record; what its page says in a way that leaves doubt is absent, and listed as a problem."""
    books = [result for _, result in results(archive(tmp_path))[1:] if isinstance(result, Extraction)]
    assert [book.record["title"] for book in books] == [
        "A Walk Around the Kitchen",
        "Maps & Other Rumours",
        "Timetables of Nowhere",
    ]
    assert [(book.record["price"], book.record.get("currency")) for book in books] == [(45.17, "GBP"), (12.5, "EUR"), (9.99, None)]
    assert books[1].record["availability"] == "Out of stock"
    assert [problem["field"] for problem in books[2].problems] == ["/currency", "/rating"]


def test_every_value_replays(tmp_path: Path) -> None:
    """Each pointer leads from the archived bytes to its value."""
    count = 0
    for capture, book in results(archive(tmp_path)):
        assert isinstance(book, Extraction)
        for path, pointer in book.provenance.items():
            assert replay(pointer, capture.payload, capture.charset or "utf-8") == book.record[path[1:]]
            count += 1
    assert count == 27


@pytest.mark.parametrize(
    ("step", "value", "expected"),
    [
        ("price", "£51.77", 51.77), ("price", "1,299.00 €", 1299.0), ("price", "US$3", 3.0), ("price", "1.299,00 €", None),
        ("price", "free", None), ("price", "£1 £2", None), ("price", "£1,29", None), ("currency", "12 €", "EUR"),
        ("currency", "$12", None), ("currency", "12", None), ("stars", "star-rating Two", 2), ("stars", "Two Three", None),
    ],
)  # fmt: skip
def test_a_step_reads_or_refuses(step: str, value: str, expected: Any) -> None:
    """A step of the plugin reads what leaves no doubt, and refuses everything else."""
    load_registry()
    if expected is None:
        with pytest.raises(StepFailed):
            Step.of(f"books.{step}").apply(value)
    else:
        assert Step.of(f"books.{step}").apply(value) == expected


def test_it_takes_nobody_elses_pages(tmp_path: Path) -> None:
    """The same page elsewhere, or without a known URL, is not the shop's."""
    page = CATALOGUE.read_bytes()
    found = results(archive(tmp_path, {"https://shop.example/": page, "urn:sha256:00": page, "https://books.example.org/": page}))
    assert [type(result) for _, result in found] == [Rejection] * 3


def test_its_schema_is_its_own() -> None:
    """The schema comes with the plugin, and is what `scraper schema` makes of the class, with bounds."""
    registry = load_registry()
    (plugin,) = (each for each in registry.plugins if each.name == "books")
    found = changes(generate(plugin.records[0]), load_schema("book/1"))
    assert {(change.field, change.what.partition(":")[0]) for change in found} == {
        ("/currency", "pattern"), ("/price", "minimum"), ("/rating", "maximum"), ("/rating", "minimum"), ("/stock", "minimum"),
    }  # fmt: skip


def test_nothing_in_the_package_knows_what_an_article_or_a_book_is() -> None:
    """No module but the record type's own says article/1, imports Article, or names a field that only such a record has."""
    own = {"doi", "pmid", "pmcid", "mesh_terms", "citation_count", "abstract", "isbn", "upc"}
    knowing = []
    for path in sorted((ROOT / "scraper").rglob("*.py")):
        if path == ROOT / "scraper/records/article.py":
            continue
        for node in ast.walk(ast.parse(path.read_bytes())):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if text in own | {"article/1", "book/1"} or name in own | {"Article", "Book"}:
                knowing.append((path.name, text or name))
    assert knowing == []


MIGRATING = '''
@hookimpl
def scraper_migrations():
    """Bring the way to version 2."""
    from scraper.records import migration

    @migration("book/1", "book/2")
    def nest(draft):
        draft.move("/price", "/offer/price")
        draft.move("/currency", "/offer/currency")
        draft.drop("/url")
        if draft.record.get("rating") == 1:
            raise ValueError("no star")

    return [nest]
'''


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a copy of the plugin under another name, so that it can be changed and taken away, and its output."""
    project = tmp_path_factory.mktemp("shop")
    folder = project / "plugins" / "shop"
    shutil.copytree(ROOT / "plugins" / "books", folder, ignore=shutil.ignore_patterns("__pycache__", "cases"))
    (folder / "schemas" / "book").rename(folder / "schemas" / "good")
    names = {
        "plugins.books": "plugins.shop",
        '"books"': '"shop"',
        '"books.': '"shop.',
        "books.example": "shop.example",
        "book/1": "good/1",
    }
    for path in folder.rglob("*.py"):
        code = path.read_text()
        for old, new in names.items():
            code = code.replace(old, new)
        path.write_text(code)
    pages = {f"https://shop.example/{path.stem}": path.read_bytes() for path in URLS.values()}
    write_archive(project / "x.warc.gz", dict(pages), media_type="text/html")
    scraper("extract", "x.warc.gz", "-o", "out.jsonl", cwd=project)
    return project


@pytest.fixture
def elsewhere(made: Path, tmp_path: Path) -> Path:
    """A copy of that project for one test."""
    return Path(shutil.copytree(made, tmp_path / "shop", ignore=shutil.ignore_patterns("__pycache__")))


def test_a_plugin_that_is_gone_leaves_values_unproven(elsewhere: Path) -> None:
    """Where the plugin is not installed, verify fails the values that its steps made, naming the step; the others stay verified."""
    whole = scraper("verify", "out.jsonl", cwd=elsewhere).stdout
    assert "verified              27" in whole
    shutil.rmtree(elsewhere / "plugins")
    told = scraper("verify", "out.jsonl", cwd=elsewhere, code=1).stdout
    assert "out.jsonl:1 /price: failed: step 'shop.price' is not registered here: install the plugin that provides it" in told
    found = {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", told, re.MULTILINE)}
    steps = sum(
        str(pointer.get("steps")).count("shop.") > 0
        for line in lines(elsewhere / "out.jsonl")
        for pointer in line["provenance"].values()
    )
    assert (found["verified"], found["failed"]) == (27 - steps, steps)
    assert "verdict  failed: step 'shop.price'" in scraper("explain", "out.jsonl", "1", "/price", cwd=elsewhere).stdout


def test_old_output_is_migrated_and_still_verifies(elsewhere: Path) -> None:
    """Migrated lines hold the new version with every pointer; a line whose migration fails stays and is named."""
    folder = elsewhere / "plugins" / "shop"
    code = (folder / "__init__.py").read_text() + MIGRATING.replace("book/", "good/")
    (folder / "__init__.py").write_text(code)
    schema = json.loads((folder / "schemas/good/1.json").read_text())
    offer = {name: schema["properties"].pop(name) for name in ("price", "currency")}
    del schema["properties"]["url"]
    schema["properties"]["offer"] = {"type": "object", "properties": offer, "additionalProperties": False}
    (folder / "schemas/good/2.json").write_text(json.dumps(schema))
    done = scraper("migrate", "out.jsonl", "-o", "new.jsonl", cwd=elsewhere, code=1)
    assert "4 lines = migrated 3 + unchanged 0 + failed 1" in done.stdout
    assert "out.jsonl:3 stays as it was: its migration raised ValueError: no star" in done.stderr
    old, new = lines(elsewhere / "out.jsonl"), lines(elsewhere / "new.jsonl")
    assert [line["type"] for line in new] == ["good/2", "good/2", "good/1", "good/2"]
    assert new[2] == old[2]
    assert new[0]["record"]["offer"] == {"price": 1251.7, "currency": "GBP"}
    assert new[0]["provenance"]["/offer/price"] == old[0]["provenance"]["/price"]
    assert "25 values: every value verified" in scraper("verify", "new.jsonl", cwd=elsewhere).stdout
    again = scraper("migrate", "new.jsonl", "-o", "newer.jsonl", cwd=elsewhere, code=1).stdout
    assert "migrated 0 + unchanged 3 + failed 1" in again
    assert (elsewhere / "newer.jsonl").read_bytes() == (elsewhere / "new.jsonl").read_bytes()


def test_schemas_are_compared_on_the_command_line(elsewhere: Path) -> None:
    """Compatible changes give exit code 0, others 1 with the field named; what is no schema is exit code 2."""
    shown = scraper("schema", "good/1", cwd=elsewhere).stdout
    (elsewhere / "made.json").write_text(shown)
    assert json.loads(shown)["$id"] == "good/1"
    done = scraper("schema", "diff", "good/1", "made.json", cwd=elsewhere)
    assert "compatible    /price: minimum: 0 → none" in done.stdout
    schema = json.loads(shown)
    del schema["properties"]["upc"]
    (elsewhere / "less.json").write_text(json.dumps(schema))
    done = scraper("schema", "diff", "made.json", "less.json", cwd=elsewhere, code=1)
    assert "INCOMPATIBLE  /upc: removed" in done.stdout
    assert "1 of 1 changes are incompatible: a new version is needed" in done.stdout
    for name in ("gone/1", "x.warc.gz"):
        assert name in scraper("schema", "diff", "made.json", name, cwd=elsewhere, code=2).stderr
