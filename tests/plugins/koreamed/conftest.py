"""Brings in the fixtures that all tests of plugins share."""

from __future__ import annotations

from crawling import crawl, web
from reading import claims, read, registry

__all__ = ["claims", "crawl", "read", "registry", "web"]
