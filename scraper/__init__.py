"""A scraper whose every value can be proven: each field points at the exact archived bytes it came from."""

__version__ = "0.1.0"
