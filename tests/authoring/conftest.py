"""Brings in what the tests of authoring share: a project with a site and a case of it, made once by the real command."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from casework import URL, notes
from crawling import web
from support import DATE, scraper

__all__ = ["web"]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, to be copied."""
    folder = notes(tmp_path_factory.mktemp("made"))
    scraper("sites", "case", "add", "notes", "page.html", "--url", URL, "--date", DATE, cwd=folder)
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A project with the site of notes and its case `page`."""
    return Path(shutil.copytree(made, tmp_path / "project"))
