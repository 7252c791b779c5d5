"""What all tests share."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"

# Not `tests` itself: then tests/plugins would be part of the namespace package `plugins`.
sys.path.insert(0, str(ROOT / "tests" / "helpers"))

settings.register_profile("house", deadline=None, max_examples=200)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches beyond this machine: to look up another host is an error."""
    look_up = socket.getaddrinfo

    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in {"localhost", "127.0.0.1", "::1", None, ""}:
            raise AssertionError(f"a test looked up {host!r}")
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", guarded)


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
