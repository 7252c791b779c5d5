"""What is extracted: records, the lines they are written as, and the schemas these satisfy."""

from scraper.records.extraction import Extraction, Rejection, SiteRef
from scraper.records.record import Part, Plain, Record, plain
from scraper.records.schemas import check, load_schema

__all__ = ["Extraction", "Part", "Plain", "Record", "Rejection", "SiteRef", "check", "load_schema", "plain"]
