"""What is extracted: records, the lines they are written as, and the schemas these satisfy."""

from scraper.records.extraction import Extraction, Rejection, SiteRef
from scraper.records.leaves import leaves_of
from scraper.records.migrations import Draft, Migration, migrate, migration
from scraper.records.record import Part, Plain, Record, plain
from scraper.records.schemas import check, load_schema

__all__ = [
    "Draft",
    "Extraction",
    "Migration",
    "Part",
    "Plain",
    "Record",
    "Rejection",
    "SiteRef",
    "check",
    "leaves_of",
    "load_schema",
    "migrate",
    "migration",
    "plain",
]
