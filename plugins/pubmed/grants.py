"""Grants as PubMed's pages write them: "number/acronym/agency/country", any of which may be left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scraper.quoting import MISSING
from scraper.records.article import Funding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugins._shared.lines import Text

_COUNTRY = r"United States|United Kingdom|Canada|International|Ireland|Switzerland|Austria|Japan"
# An acronym is the letters of an institute ("HL", "WT_", "NS"); numbers may hold slashes of their own.
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"^(?P<award>.*\d.*)/[A-Z][A-Za-z0-9 -]{0,14}_?/(?P<funder>[^/]+)/[^/\d]+$",
        rf"^(?P<award>[^/]*\d[^/]*)/(?P<funder>[^/]*[^/\d\s][^/]*)/(?:{_COUNTRY})$",
        rf"^[A-Z][A-Za-z0-9 -]{{0,14}}_?/(?P<funder>[^/\d]+)/(?:{_COUNTRY})$",
        rf"^(?P<funder>[^/\d]+)/(?:{_COUNTRY})$",
        rf"^(?P<award>[^/]*\d[^/]*)/(?!(?:{_COUNTRY})$)(?P<funder>[^/\d]+)$",
    )
)


def funding(grant: Text) -> Iterator[Funding]:
    """Yield a grant's funder and award; nothing where it is not certain which part is which."""
    for form in _FORMS:
        found = grant.groups(form)
        if found["funder"]:
            yield Funding(funder=found["funder"].strip(), award=found.get("award", MISSING).strip())
            return
