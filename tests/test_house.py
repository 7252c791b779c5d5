"""The house: floors that stand only on those below, one exception tree, and names that are what they say."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import scraper
from scraper import errors

ROOT = Path(__file__).parents[1]
FLOORS = {
    "scraper.errors": 1, "scraper.archive": 2, "scraper.quoting": 2, "scraper.pages": 3, "scraper.records": 3, "scraper.sites": 4,
    "scraper.verify": 4, "scraper.extract": 5, "plugins": 5, "scraper.crawl": 6, "scraper.jobs": 6,
    "scraper.authoring": 6, "scraper.cli": 7,
}  # fmt: skip
MODULES = sorted(
    path for folder in ("scraper", "plugins") for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts
)


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _room(module: str) -> str | None:
    return next((room for room in FLOORS if module == room or module.startswith(f"{room}.")), None)


def _imports(path: Path) -> set[str]:
    """Every module of ours that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in {"scraper", "plugins"}}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_stands_only_on_the_floors_below(path: Path) -> None:
    """No module imports from its own floor's other rooms or from above, so there are no circles."""
    room = _room(_name(path))
    if room is None:
        return
    for imported in _imports(path):
        other = _room(imported)
        assert other in {None, room} or FLOORS[other] < FLOORS[room], f"{_name(path)} imports {imported}"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_says_what_it_is_and_stays_small(path: Path) -> None:
    """Each module opens with a docstring and is one room's worth of code."""
    assert ast.get_docstring(ast.parse(path.read_bytes())), path
    assert len(path.read_bytes().splitlines()) <= 450, path


def test_only_the_article_knows_articles() -> None:
    """Nothing in the package but the record type itself imports the article."""
    for path in (ROOT / "scraper").rglob("*.py"):
        assert "scraper.records.article" not in _imports(path), path


def test_the_tree_of_exceptions_is_drawn_as_it_is() -> None:
    """The drawing in the docstring names every exception class at its depth, and nothing else."""
    drawn = {}
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^(    (?:[│ ]   )*(?:[├└]── )?)([A-Z]\w+)", line)
        if found:
            drawn[found[2]] = (len(found[1]) - 4) // 4
    classes = {name: cls for name, cls in vars(errors).items() if inspect.isclass(cls) and issubclass(cls, Exception)}
    assert drawn == {name: cls.__mro__.index(errors.ScraperError) for name, cls in classes.items()}


def test_what_a_package_offers_can_be_imported() -> None:
    """Every name in an `__all__` is there, once, and in order."""
    for module in pkgutil.walk_packages(scraper.__path__, "scraper."):
        loaded = importlib.import_module(module.name)
        names = getattr(loaded, "__all__", [])
        assert [name for name in names if not hasattr(loaded, name)] == []
        assert len(set(names)) == len(names)
