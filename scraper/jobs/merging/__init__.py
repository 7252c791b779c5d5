"""Many outputs into one: extractions of the same work joined by what identifies it."""

from scraper.jobs.merging.merge import Merged, merge

__all__ = ["Merged", "merge"]
