"""What all tests share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"

# Helpers that stand beside the tests of one folder are imported by their bare name.
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "quoting")]

settings.register_profile("house", deadline=None, max_examples=200)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what runs on the real material where that is missing."""
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared_data"):
            item.add_marker(pytest.mark.skip(reason="the shared material is not beside this checkout"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the real material."""
    return SHARED
