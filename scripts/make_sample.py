"""Make archives/sample.warc.gz again from the pages in scripts/sample, all of them written for this project.

Equal pages give equal records: ids are derived from the pages, and the date is given. Only the warcinfo record, which tells when
and by what the archive was written, differs from run to run.
"""

from __future__ import annotations

from pathlib import Path

from scraper.cli import main

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "archives" / "sample.warc.gz"

if __name__ == "__main__":
    for old in (SAMPLE, SAMPLE.with_name(SAMPLE.name + ".cdxj")):
        old.unlink(missing_ok=True)
    pages = ROOT / "scripts" / "sample"
    main(["load", str(pages), "--urls", str(pages / "urls.csv"), "--date", "2026-01-02T03:04:05Z", "-o", str(SAMPLE)])
