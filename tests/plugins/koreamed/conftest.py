"""Brings in the fixtures that all tests of plugins share."""

from __future__ import annotations

from reading import claims, read, registry

__all__ = ["claims", "read", "registry"]
