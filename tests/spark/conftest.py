"""What the tests on Spark share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spark_cluster import running


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a standalone cluster: a master and two workers with one processor each."""
    with running(tmp_path_factory.mktemp("cluster")) as url:
        yield url
