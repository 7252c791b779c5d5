"""Outputs of real pages, from the archive to every format, to works, and all the way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import scraper

from scraper.jobs.outputs import copy_lines, open_sink, read_lines
from scraper.jobs.querying import examples, open_database


@pytest.mark.shared_data
def test_real_pages_in_every_format(tmp_path: Path, shared: Path) -> None:
    """Extractions of real pages read back byte for byte, verify from Parquet, merge and verify again; each example runs."""
    scraper("load", shared / "pages" / "scholarly", "-o", "x.warc.gz", cwd=tmp_path)
    scraper("extract", "x.warc.gz", "-o", "out.jsonl", cwd=tmp_path)
    for suffix in (".jsonl.gz", ".jsonl.zst", ".parquet"):
        with open_sink(tmp_path / f"out{suffix}") as sink:
            count = copy_lines(tmp_path / "out.jsonl", sink)
        assert b"".join(each.content for each in read_lines(tmp_path / f"out{suffix}")) == (tmp_path / "out.jsonl").read_bytes()
    assert "every value verified" in scraper("verify", "out.parquet", "--quick", cwd=tmp_path).stdout
    scraper("merge", "out.jsonl.zst", "out.parquet", "-o", "works.jsonl", cwd=tmp_path)
    assert "every value verified" in scraper("verify", "works.jsonl", "--quick", cwd=tmp_path).stdout
    with open_database([tmp_path / "out.parquet"]) as database:
        assert list(database.ask("select count(*), count(title), count(title_start) from extractions").rows) == [
            (count, count, count)
        ]
        answered = [len(list(database.ask(each.sql).rows)) for each in examples(database)]
    assert len(answered) == 8
    assert answered[1] >= 1  # where a value came from
