"""Questions to outputs: SQL on DuckDB, and the common ones ready to run."""

from scraper.jobs.querying.columns import described_columns
from scraper.jobs.querying.database import Answer, Database, open_database
from scraper.jobs.querying.examples import Example, examples
from scraper.jobs.querying.values import as_json

__all__ = ["Answer", "Database", "Example", "as_json", "described_columns", "examples", "open_database"]
