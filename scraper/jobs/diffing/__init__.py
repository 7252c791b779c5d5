"""What changed between two outputs of the same captures, per site and field."""

from scraper.jobs.diffing.account import RECORD, Account, Group, Row
from scraper.jobs.diffing.compare import OUTCOMES, Outcome
from scraper.jobs.diffing.diff import open_diff
from scraper.jobs.diffing.pairing import NEW, OLD

__all__ = ["NEW", "OLD", "OUTCOMES", "RECORD", "Account", "Group", "Outcome", "Row", "open_diff"]
