"""Environments made for these tests: wheels built from this checkout and from the example distribution, installed for real."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from crawling import web
from environments import GAZETTE, ROOT, Environment, fresh

__all__ = ["web"]

collect_ignore = ["scraper-gazette"]  # its tests run where it is installed


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the two wheels."""
    folder = tmp_path_factory.mktemp("wheels")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT, GAZETTE],
        check=True, timeout=500, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="session")
def wheel(wheels: Path) -> Path:
    """Our own wheel."""
    (path,) = wheels.glob("scraper-*.whl")
    return path


@pytest.fixture(scope="session")
def bare(wheels: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the package and no extra; the sample archive is in its folder."""
    made = fresh(tmp_path_factory.mktemp("bare"))
    made.install(wheel, wheels=wheels)
    shutil.copy(ROOT / "archives" / "sample.warc.gz", made.folder)
    return made


@pytest.fixture(scope="session")
def gazette(wheels: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the example distribution, in a project of its settings, its tests and its cases, without its source."""
    made = fresh(tmp_path_factory.mktemp("gazette"))
    (path,) = wheels.glob("scraper_gazette-*.whl")
    made.install(f"{wheel}[cases]", f"{path}[crawl]", wheels=wheels)
    for name in ("tests", "scrapy.cfg", "pyproject.toml"):
        copy = shutil.copytree if (GAZETTE / name).is_dir() else shutil.copy
        copy(GAZETTE / name, made.folder / name)
    return made
