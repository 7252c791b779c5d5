"""Crawling with Scrapy."""
