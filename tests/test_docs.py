"""The documentation holds all that is public: whatever is missing in it is missing for those who read it."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import orjson
import pytest

from scraper.cli.main import cli
from scraper.crawl.options import DEFAULTS
from scraper.quoting.steps import registered
from scraper.sites import hookspecs, load_registry

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
NAV = (ROOT / "mkdocs.yml").read_text()
WRITTEN = {path.name: path.read_text() for path in sorted(DOCS.glob("*.md"))}


def _tool(name: str) -> ModuleType:
    """A module of the documentation's tools, which are no package."""
    sys.path.insert(0, str(ROOT / "scripts" / "docs"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.pop(0)


reference = _tool("reference")
console = _tool("console")


def _verbs(command: click.Command, name: str) -> dict[str, click.Command]:
    """A command and all below it, by how each is called."""
    found = {name: command}
    if isinstance(command, click.Group):
        context = click.Context(command)
        for verb in command.list_commands(context):
            below = command.get_command(context, verb)
            assert below is not None
            found |= _verbs(below, f"{name} {verb}")
    return found


def test_every_page_is_in_the_navigation() -> None:
    """No page lies beside the navigation, and none is named there that does not exist."""
    named = set(re.findall(r": ([\w./-]+\.md)$", NAV, re.MULTILINE))
    assert named == set(WRITTEN) | {place for place in named if place.startswith("reference/")}
    assert {place for place in named if place.startswith("reference/")} <= set(reference.pages())


def test_every_command_is_told_of_with_its_options() -> None:
    """The reference holds each command and each of its options; a page that somebody wrote shows each command."""
    told, written = reference.commands(), "\n".join(WRITTEN.values())
    for name, command in _verbs(cli, "scraper").items():
        section = told.split(f"# {name}\n", 1)[1].partition("\n#")[0]
        options = [each for each in command.params if isinstance(each, click.Option)]
        assert all(option in section for each in options for option in each.opts), name
        assert isinstance(command, click.Group) or re.search(rf"\b{name}(?![\w-])", written), f"no page shows `{name}`"


def test_every_hook_is_told_of() -> None:
    """The page on plugins names each hook, and so does the reference."""
    hooks = [name for name, value in vars(hookspecs).items() if name.startswith("scraper_") and callable(value)]
    assert len(hooks) > 3
    assert "::: scraper.sites.hookspecs" in reference.hooks()
    assert [name for name in hooks if f"`{name}()`" not in WRITTEN["plugins.md"]] == []


def test_every_setting_is_told_of_with_its_default() -> None:
    """The table of settings holds each setting that the add-on reads, with its default."""
    rows = dict(re.findall(r"^\| `(SCRAPER_\w+)` \| `(.*?)` \|", WRITTEN["crawling.md"], re.MULTILINE))
    assert rows == {name: repr(value) for name, value in DEFAULTS.items()}


def test_every_name_with_our_prefix_is_told_of() -> None:
    """Whatever the sources call SCRAPER_… (settings, variables of the environment, a plugin's constant) stands in some page."""
    sources = [path.read_text() for folder in ("scraper", "plugins") for path in (ROOT / folder).rglob("*.py")]
    names = {name for text in sources for name in re.findall(r"\bSCRAPER_[A-Z_]+\b", text)}
    assert [name for name in sorted(names) if not any(name in text for text in WRITTEN.values())] == []


def test_every_step_is_told_of() -> None:
    """The reference holds each registered step, those of the bundled plugins too, with what it does."""
    load_registry()
    told = reference.steps()
    ours = {name: step for name, step in registered().items() if step.__module__.startswith(("scraper.", "plugins."))}
    assert "books.price" in ours
    for name, step in ours.items():
        assert (step.__doc__ or "").splitlines()[0] in told.split(f"## {name} ", 1)[1].partition("\n## ")[0], name


def test_every_public_name_is_told_of() -> None:
    """The page of a package holds each name of its `__all__`, from where that is defined."""
    pages, packages = reference.pages(), sorted((ROOT / "scraper").rglob("__init__.py"))
    for package in (".".join(path.parent.relative_to(ROOT).parts) for path in packages):
        module = importlib.import_module(package)
        names: list[str] = list(getattr(module, "__all__", ()))
        told = pages[f"reference/{package.removeprefix('scraper.')}.md"]() if names else ""
        for name in names:
            home, _, own = reference.public()[package][name].rpartition(".")
            assert f"::: {home}.{own}\n" in told, f"{package}.{name}"
            assert getattr(importlib.import_module(home), own) is getattr(module, name), f"{package}.{name}"


def _described(schema: dict[str, Any]) -> list[str]:
    """The descriptions of a schema's properties, wherever they stand."""
    found = []
    for name, each in schema.get("properties", {}).items():
        assert "description" in each or "$ref" in each or name == "spans", name
        found += [each["description"]] if "description" in each else []
    below = [each for each in schema.values() if isinstance(each, dict)]
    return found + [text for each in below for text in _described(each)]


@pytest.mark.parametrize("path", reference.schema_files(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_property_of_a_schema_is_told_of(path: Path) -> None:
    """Each property of each schema has a description, and the reference holds it."""
    schema = orjson.loads(path.read_bytes())
    told = reference.schemas()
    for text in _described(schema):
        assert " ".join(text.split()).replace("|", "\\|") in told, text


@pytest.mark.parametrize(
    ("said", "printed", "agree"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n", "a\nb\n", False),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n…\nd\n", "a\nb\nc\n", False),
        ("3 passed in …s\n", "3 passed in …s\n", True),
        ("3 passed in 0.12s\n", "3 passed in …s\n", True),
    ],
)
def test_a_page_must_say_what_was_printed(said: str, printed: str, agree: bool) -> None:
    """What a page shows agrees with what was printed line by line, but for what it leaves out and what varies."""
    assert console.agrees(said, printed) is agree


def _page(tmp_path: Path, text: str) -> Path:
    page = tmp_path / "page.md"
    page.write_text(text)
    return page


def test_a_wrong_page_is_named_and_put_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that prints something else is an error that shows the difference; an update writes what it prints."""
    monkeypatch.setattr(console, "ROOT", tmp_path)
    steps = "```text file=a.txt\nold\n```", "```diff apply=a.txt\n-old\n+new\n```", "```console exec\n$ cat a.txt\nold\n```\n"
    page = _page(tmp_path, "\n\n".join(steps))
    (wrong,) = console.act(page, update=False)
    assert "page.md: $ cat a.txt" in wrong
    assert "-old\n+new" in wrong
    assert console.act(page, update=True) == []
    assert page.read_text().endswith("$ cat a.txt\nnew\n```\n")
    assert console.act(page, update=False) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("```console exec\n$ false\n```\n", "exit code 1, not 0"),
        ("```console exec exit=1\n$ true\n```\n", "exit code 0, not 1"),
        ("```console exec exit=1\n$ false\n$ false\n```\n", "exit code 1, not 0"),
        ("```text file=a.txt\nold\n```\n\n```diff apply=a.txt\n-other\n+new\n```\n", "this is there 0 times"),
        ("```console exec\nno command\n```\n", "does not begin with a command"),
    ],
)
def test_a_page_that_cannot_be_acted_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, reason: str) -> None:
    """A command that ends otherwise than the page says, and a change that does not fit, are errors."""
    monkeypatch.setattr(console, "ROOT", tmp_path)
    (wrong,) = console.act(_page(tmp_path, text), update=False)
    assert reason in wrong
