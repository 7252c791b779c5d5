"""A load in this process, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import frozen

from scraper.archive import Capture, Damage, scan
from scraper.archive.loaders import Event, Front, Loading, Origins, Rejected, Row, Tally, Target, assign, find_inputs, read_mapping

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@frozen
class Loaded:
    """What came of a load: its account, what it told, the mapping's rows that named nothing, and where it was written."""

    tally: Tally
    events: list[Event]
    unmatched: list[Row]
    output: Path

    @property
    def captures(self) -> list[Capture]:
        """The captures of the archive that can be read; it holds no damage in any case."""
        items = list(scan(self.output)) if self.output.exists() else []
        assert not [item for item in items if isinstance(item, Damage)]
        return [item for item in items if isinstance(item, Capture)]

    @property
    def capture(self) -> Capture:
        """The only capture."""
        (capture,) = self.captures
        return capture

    @property
    def rejected(self) -> list[str]:
        """The rejections, as they are printed."""
        return [str(event) for event in self.events if isinstance(event, Rejected)]


def _load(*paths: Path, output: Path, urls: Path | None = None, date: str | None = None, **options: Any) -> Loaded:
    max_size = options.pop("max_size", None)
    events: list[Event] = []
    inputs = find_inputs(paths, output=output, others=[urls] if urls else [])
    assigned = assign(read_mapping(urls) if urls else [], inputs.sources)
    with Target(output, max_size) as target:
        loading = Loading(Front(Origins(assigned.origins, date), **options), target, events.append)
        loading.note(inputs)
        for source in inputs.sources:
            loading.load(source)
    assert loading.tally.conserved, loading.tally.lines()
    return Loaded(loading.tally, events, assigned.unmatched, output)


@pytest.fixture
def load(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Loaded]:
    """Loads paths into an archive of their own, or into `output`."""

    def run(*paths: Path, output: Path | None = None, **options: Any) -> Loaded:
        return _load(*paths, output=output or tmp_path_factory.mktemp("archive") / "x.warc.gz", **options)

    return run
