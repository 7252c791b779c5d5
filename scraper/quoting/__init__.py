"""A value and the bytes it came from: quoting, steps, and the way back.

Everything else in this project stands on what is here, and this package stands on nothing but the errors.
"""

from scraper.quoting.payload import PayloadMap, decide_charset, open_payload, stateless
from scraper.quoting.quote import quote
from scraper.quoting.replay import replay
from scraper.quoting.sourced import MISSING, Missing, Sourced, Unreadable
from scraper.quoting.steps import Step, step

__all__ = [
    "MISSING",
    "Missing",
    "PayloadMap",
    "Sourced",
    "Step",
    "Unreadable",
    "decide_charset",
    "open_payload",
    "quote",
    "replay",
    "stateless",
    "step",
]
