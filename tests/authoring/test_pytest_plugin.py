"""The pytest plugin in projects of its own: what it makes a test of, what it says when one fails, and what it leaves alone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from casework import FIELDS, PAGE, PLUGIN, WHOLE, edit, put_page

pytest_plugins = ["pytester"]

CASE = "plugins/notes/cases/page.warc"
LAYOUTS = "plugins/notes/__init__.py::layouts"
TESTS = [LAYOUTS, *(f"{CASE}::{name}" for name in ["same-layout", *FIELDS, *WHOLE])]
SELECTORS = ["h1.title::text", ".authors a::text", "time::attr(datetime)", "a.doi::text", ".cited::text"]


@pytest.fixture
def folder(made: Path, pytester: pytest.Pytester) -> Path:
    """The folder that pytest runs in: a copy of the project."""
    shutil.copytree(made, pytester.path, dirs_exist_ok=True)
    return pytester.path


def outcomes(pytester: pytest.Pytester, *args: str) -> tuple[dict[str, str], str]:
    """Run pytest in a process of its own; return what became of each test, and all it printed."""
    done = pytester.runpytest_subprocess("-rA", "-Werror", "-p", "no:hypothesispytest", "-p", "no:cov", *args)
    text = done.stdout.str()
    lines = re.findall(r"^(PASSED|FAILED|ERROR) (\S+)", text, re.MULTILINE)
    return {name: outcome for outcome, name in lines}, text


def failed(found: dict[str, str]) -> list[str]:
    """The tests of the case that failed, by name."""
    return [name.removeprefix(f"{CASE}::") for name, outcome in found.items() if outcome != "PASSED"]


def test_each_field_is_a_test(folder: Path, pytester: pytest.Pytester) -> None:
    """A case gives one test a field and those of the whole, the site one of its layouts; several workers share them."""
    found, text = outcomes(pytester, "-n", "2")
    assert found.keys() == set(TESTS)
    assert failed(found) == [], text


def test_a_changed_page_fails_for_what_was_changed(folder: Path, pytester: pytest.Pytester) -> None:
    """A class that is renamed fails its field, with selector and what stands there now, and nothing else fails.

    A required field takes no other field with it, though its schema refuses the record. Where no value changed, it is told that the
    page is another one.
    """
    pages = {
        "optional": PAGE.replace('class="doi"', 'class="identifier"'),
        "required": PAGE.replace('class="title"', 'class="headline"'),
        "equal": PAGE.replace("<body>", "<body><!-- new -->"),
    }
    for name, page in pages.items():
        put_page((folder / CASE).with_name(f"{name}.warc"), page)
        shutil.copy((folder / CASE).with_suffix(".expected.json"), (folder / CASE).with_name(f"{name}.expected.json"))
    found, text = outcomes(pytester)
    assert [name.removeprefix("plugins/notes/cases/") for name, outcome in found.items() if outcome != "PASSED"] == [
        "equal.warc::same-page",
        "optional.warc::doi", "optional.warc::no-missing-field",
        "required.warc::title", "required.warc::no-missing-field", "required.warc::schema-valid",
    ]  # fmt: skip
    assert [selector for selector in SELECTORS if selector in text] == ["h1.title::text", "a.doi::text"]
    assert "/doi: no value\n  expected  '10.5555/bees.1'\n  found by  a.doi::text\n" in text
    assert "⟦10.5555/bees.1⟧" in text
    assert "'title' is a required property" in text
    assert "run: scraper sites case update" in text


def test_a_changed_plugin_is_told_value_by_value(folder: Path, pytester: pytest.Pytester) -> None:
    """A value that is another, one found otherwise and one too many are told with got, expected, selector and bytes."""
    plugin = folder / "plugins" / "notes" / "__init__.py"
    edit(plugin, '"h1.title::text"', '"title::text"')
    edit(plugin, '".cited::text"', '"b::text"')
    edit(plugin, "citation_count=", 'language=page.css("html::attr(lang)").get(),\n        citation_count=')
    found, text = outcomes(pytester)
    assert failed(found) == ["title", "citation_count", "no-extra-field"]
    assert "/title: another value\n  expected  'On the keeping of bees'\n  found by  h1.title::text\n  steps     squash" in text
    assert "⟦On the  keeping of bees⟧" in text
    assert "got       'Bees'\n  found by  title::text" in text
    assert "<title>⟦Bees⟧</title>" in text
    assert "/citation_count: the same value, found otherwise" in text
    assert "/language\n  value     'en'\n  found by  html::attr(lang)" in text


@pytest.mark.parametrize("args", [("-n", "2"), ("-k", "doi")], ids=["xdist", "chosen"])
def test_a_layout_that_raises_is_one_failure(folder: Path, pytester: pytest.Pytester, args: tuple[str, ...]) -> None:
    """A page that gives nothing to compare fails the first test that was chosen, with error and line; the rest is skipped."""
    edit(folder / "plugins" / "notes" / "__init__.py", "    return Article(", '    raise ValueError("oops")\n    return Article(')
    found, text = outcomes(pytester, *args)
    assert failed(found) == ["doi" if "doi" in args else "same-layout"]
    assert "raised ValueError: oops (__init__.py:13)" in text


def test_what_cannot_be_read_is_one_failure(folder: Path, pytester: pytest.Pytester) -> None:
    """A damaged page fails once, an expectation that is no JSON once, naming the file; half a case fails the site's test."""
    cases = folder / "plugins" / "notes" / "cases"
    (cases / "torn.warc").write_bytes((cases / "page.warc").read_bytes()[:-100])
    (cases / "torn.expected.json").write_bytes((cases / "page.expected.json").read_bytes())
    (cases / "scribble.warc").write_bytes((cases / "page.warc").read_bytes())
    (cases / "scribble.expected.json").write_text("{")
    (cases / "half.warc").write_bytes((cases / "page.warc").read_bytes())
    found, text = outcomes(pytester)
    assert [name for name, outcome in found.items() if outcome != "PASSED"] == [
        LAYOUTS, "plugins/notes/cases/scribble.warc::expected", "plugins/notes/cases/torn.warc::same-layout",
    ]  # fmt: skip
    assert "scribble.expected.json cannot be read" in text
    assert "half.warc is half a case: there is no half.expected.json beside it" in text
    assert "DamagedRecord" in text


def test_sites_of_installed_packages_have_their_cases_in_the_tests(
    folder: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases in tests/cases/SITE/ are tests too, and the layouts of that site with them, wherever the plugin comes from."""
    installed = folder / "installed"
    shutil.move(folder / "plugins" / "notes" / "__init__.py", folder / "notes_site.py")
    (installed / "notes_site-1.0.dist-info").mkdir(parents=True)
    shutil.move(folder / "notes_site.py", installed / "notes_site.py")
    (installed / "notes_site-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: notes-site\nVersion: 1.0\n")
    (installed / "notes_site-1.0.dist-info" / "entry_points.txt").write_text("[scraper]\nnotes = notes_site\n")
    (folder / "tests" / "cases").mkdir(parents=True)
    shutil.move(folder / "plugins" / "notes" / "cases", folder / "tests" / "cases" / "notes")
    shutil.rmtree(folder / "plugins")
    monkeypatch.setenv("PYTHONPATH", str(installed))
    found, text = outcomes(pytester)
    moved = {name.replace("plugins/notes/cases", "tests/cases/notes") for name in TESTS[1:]}
    assert found.keys() == moved | {"tests/cases/notes::layouts"}
    assert set(found.values()) == {"PASSED"}, text


def test_a_project_without_cases_is_left_alone(pytester: pytest.Pytester) -> None:
    """Where there is neither case nor site, nothing of ours is imported, and a folder named plugins stays what it is."""
    pytester.makepyfile(
        **{
            "plugins/other/__init__": "raise AssertionError('imported')",
            "test_it": """
                import sys
                def test_it():
                    ours = {"scraper.extract", "scraper.sites", "scraper.archive", "scraper.authoring.collectors"}
                    assert "scraper.authoring.pytest_plugin" in sys.modules
                    assert not ours & sys.modules.keys()
            """,
        }
    )
    pytester.path.joinpath("x.warc").write_bytes(b"no case")
    found, text = outcomes(pytester)
    assert found == {"test_it.py::test_it": "PASSED"}, text


def test_a_broken_plugin_fails_its_own_test(folder: Path, pytester: pytest.Pytester) -> None:
    """A plugin that cannot be loaded, and a site whose layouts nobody tries, each fail the test of their own layouts."""
    for name, text in {"broken": f"{PLUGIN}\nimport nowhere", "bare": PLUGIN.replace("notes", "bare")}.items():
        (folder / "plugins" / name).mkdir()
        (folder / "plugins" / name / "__init__.py").write_text(text)
    (folder / "plugins" / "single.py").write_text(PLUGIN.replace("notes", "alone"))
    found, text = outcomes(pytester, "-k", "layouts")
    assert [name for name, outcome in found.items() if outcome == "FAILED"] == [
        "plugins/bare/__init__.py::layouts", "plugins/broken/__init__.py::layouts", "plugins/single.py::layouts",
    ]  # fmt: skip
    assert f"bare: layout 'page' has no case in {folder / 'plugins' / 'bare' / 'cases'}:" in text
    assert f"alone: layout 'page' has no case in {folder / 'tests' / 'cases' / 'alone'}:" in text
    assert "No module named 'nowhere'" in text
