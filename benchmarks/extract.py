"""From WARC bytes to JSON lines with full provenance, against the same work without any.

In one run and in turn, each on the same archive, each measured in CPU time of this process:

- `scraper`: what `scraper extract` does: scan with every check, dispatch, extract, validate, write lines with a pointer a value
- `a scrapy user`: warcio, parsel and one selector a field, jsonschema, json; no provenance, no digest checked
- `tuned`: the same, with all metas read in one pass; where fields are read from the body there is no such shortcut
- `floor`: each gzip member inflated and its page parsed by the bare parser; nothing is read from it

Of two kinds of pages:

- `publishers`: pages of many publishers, made up (`corpus.py`) or saved; no site has their addresses, so every layout of every
  fallback is asked, and what is read are metas above all (`plain.py`)
- `pubmed`: a site that is found by its address, its fields read by CSS and XPath from the body (`corpus_pubmed.py`,
  `plain_pubmed.py`)

The collector of garbage is set as in a worker of `scraper extract` (what is loaded is frozen, it looks seldom) for all of them.

Before that, the records of all are compared, and how many are the same is printed: all of them on made-up pages, and on saved ones
all but where two parsers repair broken HTML differently. Pages that the site declines do not count there; the others read them all
the same.

    python benchmarks/extract.py [--site publishers|pubmed] [--pages FOLDER] [--count N] [--rounds N] [--json OUT]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

import corpus
import corpus_pubmed
import orjson
import plain
import plain_pubmed
import turbohtml
from zlib_ng import zlib_ng

from scraper.archive import Capture, scan
from scraper.extract import extract
from scraper.jobs.worker import collect_seldom
from scraper.records import Extraction
from scraper.sites import load_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scraper.sites import Registry

    Contestant = Callable[[], int]
    Reader = Callable[[bytes, str, str], bytes | None]

PAGES = {"publishers": corpus.articles, "pubmed": corpus_pubmed.pages}
READERS: dict[str, dict[str, Reader]] = {
    "publishers": {"a scrapy user": plain.extract, "tuned": plain.extract_once},
    "pubmed": {"a scrapy user": plain_pubmed.extract},
}


def ours(archive: Path, registry: Registry) -> Iterator[bytes]:
    """Yield the lines that `scraper extract` writes."""
    for item in scan(archive):
        if isinstance(item, Capture):
            yield from (result.line() for result in extract(item, registry) if isinstance(result, Extraction))


def theirs(archive: Path, read: Reader) -> Iterator[bytes]:
    """Yield the lines of a contestant without provenance."""
    with archive.open("rb") as file:
        for url, content_type, payload in plain.payloads(file):
            line = read(payload, content_type, url)
            if line is not None:
                yield line


def floor(archive: Path) -> int:
    """Inflate every member, and parse every page with the bare parser; return how many."""
    data, pages = archive.read_bytes(), 0
    while data:
        inflate = zlib_ng.decompressobj(31)
        record = inflate.decompress(data)
        data = inflate.unused_data
        _, _, block = record.partition(b"\r\n\r\n")
        _, _, payload = block.partition(b"\r\n\r\n")
        pages += bool(payload and turbohtml.parse(payload.decode("utf-8", "replace")))
    return pages


def length(lines: Iterator[bytes]) -> int:
    """Write lines to nowhere."""
    return sum(map(len, lines))


def agreement(archive: Path, registry: Registry, readers: dict[str, Reader]) -> str:
    """Compare the records: how many pages, and how many fields, are the same for the others."""
    expected = {line["capture"]["url"]: line["record"] for line in map(orjson.loads, ours(archive, registry))}
    parts = []
    for name, read in readers.items():
        found = {line["url"]: line["record"] for line in map(orjson.loads, theirs(archive, read))}
        pairs = [(record.get(key), found.get(url, {}).get(key)) for url, record in expected.items() for key in record]
        pages = sum(found.get(url) == record for url, record in expected.items())
        fields = sum(left == right for left, right in pairs)
        parts.append(f"{name} {pages} of {len(expected)} records, {fields} of {len(pairs)} fields")
    return "same as ours: " + "; ".join(parts)


def contestants(archive: Path, registry: Registry, readers: dict[str, Reader]) -> dict[str, Contestant]:
    """Return what is measured; each does all of its work anew."""

    def reading(read: Reader) -> Contestant:
        return lambda: length(theirs(archive, read))

    return {
        "scraper": lambda: length(ours(archive, registry)),
        **{name: reading(read) for name, read in readers.items()},
        "floor": lambda: floor(archive),
    }


def measure(contestants: dict[str, Contestant], rounds: int) -> dict[str, list[float]]:
    """Return the CPU seconds of each contestant in each round, taken in turn; the first round only warms up."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, run in contestants.items():
            begun = process_time()
            assert run()
            if number:
                times[name].append(process_time() - begun)
    return times


def report(times: dict[str, list[float]], pages: int) -> dict[str, Any]:
    """Print a line a contestant, and return the numbers. A ratio is the median over the rounds of the ratio within each."""
    found = {}
    for name, taken in times.items():
        ratios = sorted(mine / other for mine, other in zip(times["scraper"], taken, strict=True))
        each = median(taken) / pages * 1000
        found[name] = {
            "ms_per_page": round(each, 3),
            "scraper_relative": round(median(ratios), 3),
            "spread": [ratios[0], ratios[-1]],
        }
        print(f"{name:16}{each:10.2f}{1000 / each:10.0f}{median(ratios):14.2f} of it   {ratios[0]:.2f} to {ratios[-1]:.2f}")
    return found


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", choices=READERS, default="publishers", help="whose pages")
    parser.add_argument("--pages", type=Path, help="a folder of saved HTML pages; made-up ones by default")
    parser.add_argument("--count", type=int, default=120, help="how many pages to make up")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    options = parser.parse_args(arguments)
    readers = READERS[options.site]
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "pages.warc.gz"
        count = corpus.archive(archive, corpus.saved(options.pages) if options.pages else PAGES[options.site](options.count))
        registry = load_registry()
        collect_seldom()
        print(f"{count} pages, {archive.stat().st_size:,} bytes of archive, {options.rounds} rounds")
        print(agreement(archive, registry, readers) + "\n")
        print(f"{'':16}{'ms/page':>10}{'pages/s':>10}{'scraper is':>16}   spread")
        found = report(measure(contestants(archive, registry, readers), options.rounds), count)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
