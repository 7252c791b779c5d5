"""The pytest plugin: each case becomes a test of each field, and each plugin's layouts a test of their own.

pytest loads this in every project that has us installed (entry point group `pytest11`), so it imports nothing until there is
something of ours to collect:

- `NAME.warc` with `NAME.expected.json` beside it: `…/NAME.warc::title`, one test a field, and those of the whole;
- `plugins/NAME/__init__.py` (or `plugins/NAME.py`) that brings sites: `…/__init__.py::layouts`;
- `cases/SITE/`, where an installed plugin's project keeps cases: `…/cases/SITE::layouts`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_HOOK = b"scraper_sites"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a case, or a plugin."""
    if file_path.suffix == ".warc" and file_path.with_suffix(".expected.json").is_file():
        return _collector("CaseFile", file_path, parent)
    if file_path.suffix == ".py" and _is_plugin(file_path):
        return _collector("PluginFile", file_path, parent)
    return None


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a plugin's folder without importing it under a name that is not its own; and a folder of a site's cases."""
    if _is_plugin(path / "__init__.py"):
        folder: pytest.Collector = pytest.Dir.from_parent(parent, path=path)
        return folder
    if path.parent.name == "cases" and not _is_plugin(path.parent.parent / "__init__.py") and any(path.glob("*.expected.json")):
        return _collector("CaseFolder", path, parent)
    return None


def _is_plugin(path: Path) -> bool:
    """Whether a file is a plugin's: a member of a namespace package `plugins` that names the hook which brings sites."""
    home = path.parent.parent if path.name == "__init__.py" else path.parent
    name = path.parent.name if path.name == "__init__.py" else path.stem
    if home.name != "plugins" or name.startswith("_") or (home / "__init__.py").exists():
        return False
    return path.is_file() and _HOOK in path.read_bytes()


def _collector(name: str, path: Path, parent: pytest.Collector) -> pytest.Collector:
    """Make a collector; their module is imported when the first one is needed."""
    made: pytest.Collector = getattr(importlib.import_module("scraper.authoring.collectors"), name).from_parent(parent, path=path)
    return made
