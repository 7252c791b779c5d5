"""Brings in the fixtures of spiders' tests."""

from __future__ import annotations

from crawling import crawl, web

__all__ = ["crawl", "web"]
