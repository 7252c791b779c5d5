"""Crawling with Scrapy: every page archived as it came over the wire, and extracted from the archive.

ADDONS = {"scraper.crawl.Addon": 500}
"""

from __future__ import annotations

from scraper.crawl.addon import Addon

__all__ = ["Addon"]
