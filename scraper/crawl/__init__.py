"""Crawling with Scrapy: every page archived as it came over the wire, and extracted from the archive.

ADDONS = {"scraper.crawl.Addon": 500}
"""

from __future__ import annotations

from scraper.crawl.addon import Addon
from scraper.crawl.items import ExtractionItem

__all__ = ["Addon", "ExtractionItem"]
