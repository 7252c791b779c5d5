r"""Files into an archive: whatever a page was saved as becomes a capture, once, and nothing is dropped in silence.

    inputs = find_inputs([Path("saved-pages")], output=Path("x.warc.gz"))
    with Target(Path("x.warc.gz")) as target:
        loading = Loading(Front(Origins({})), target, notice=print)
        loading.note(inputs)
        for source in inputs.sources:
            loading.load(source)
    print(*loading.tally.lines(), sep="\n")

One module a format: single pages (`saved`), `har`, `mhtml`, `wacz`, archives of other tools (`foreign`); `front` chooses.
"""

from __future__ import annotations

from scraper.archive.loaders.drafts import Draft, PassedOver, Rejected, shown
from scraper.archive.loaders.front import MAX_FILE, Front
from scraper.archive.loaders.inputs import Inputs, Source, find_inputs
from scraper.archive.loaders.loading import Archived, Event, Known, Loading, Tally
from scraper.archive.loaders.mapping import Assigned, Row, assign, read_mapping
from scraper.archive.loaders.origin import Origin, Origins, checked_date
from scraper.archive.loaders.target import Target

__all__ = [
    "MAX_FILE",
    "Archived",
    "Assigned",
    "Draft",
    "Event",
    "Front",
    "Inputs",
    "Known",
    "Loading",
    "Origin",
    "Origins",
    "PassedOver",
    "Rejected",
    "Row",
    "Source",
    "Tally",
    "Target",
    "assign",
    "checked_date",
    "find_inputs",
    "read_mapping",
    "shown",
]
