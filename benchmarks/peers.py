"""Other extractors on the same pages, page by page in turn with ours; CPU time of each, from the page in memory to its result.

Ours reads every field that the page has, checks it, and gives each value its bytes. Each of the others is asked for what it can:
title, authors and date, and the text where it cannot do without. They run in an environment of their own (`--python`), because
what they require contradicts what we require; `make peers` makes it. A peer that cannot be imported is named, with the reason.

    python benchmarks/peers.py --python .venv-peers/bin/python [--pages FOLDER] [--count N] [--rounds N] [--json OUT]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any, Self

import corpus

from scraper.archive import Capture, scan
from scraper.extract import extract
from scraper.records import Extraction
from scraper.sites import load_registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scraper.sites import Registry

WORKER = Path(__file__).with_name("peer_worker.py")


class Peers:
    """The process in which the others run."""

    def __init__(self, python: Path) -> None:
        quiet = [str(python), "-W", "ignore", str(WORKER)]
        self._process = subprocess.Popen(quiet, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603  # the script beside this one

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def ask(self, question: str) -> dict[str, Any]:
        """Send a line, and return the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def read(self, peer: str, path: Path, url: str) -> dict[str, Any]:
        """Have a peer read a page."""
        return self.ask(json.dumps({"peer": peer, "path": str(path), "url": url}))


def ours(capture: Capture, registry: Registry) -> tuple[float, dict[str, Any]]:
    """Extract a page; return CPU seconds and the record."""
    begun = process_time()
    results = list(extract(capture, registry))
    assert all(result.line() for result in results)
    taken = process_time() - begun
    first = results[0]
    return taken, first.record if isinstance(first, Extraction) else {}


def measure(captures: list[Capture], folder: Path, peers: Peers, rounds: int) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Return for each contestant the CPU seconds of each round, all pages summed, and how it fared."""
    registry = load_registry()
    names = peers.ask("peers")["peers"]
    times: dict[str, list[float]] = {name: [] for name in ("scraper", *names)}
    titles, failed = dict.fromkeys(times, 0), dict.fromkeys(times, 0)
    reason = dict.fromkeys(times, "")
    for number in range(rounds + 1):  # the first is for warming up
        sums = dict.fromkeys(times, 0.0)
        for page, capture in enumerate(captures):
            path = folder / f"{page}.html"
            path.write_bytes(capture.payload)
            taken, record = ours(capture, registry)
            sums["scraper"] += taken
            titles["scraper"] += "title" in record and not number
            for name in names:
                if failed[name] == len(captures):
                    continue
                found = peers.read(name, path, capture.url)
                sums[name] += found.get("seconds", 0.0)
                titles[name] += "title" in found.get("found", {}) and not number
                failed[name] += "error" in found and not number
                reason[name] = found.get("error", reason[name])
        if number:
            for name, total in sums.items():
                times[name].append(total)
    notes = {
        name: f"a title on {titles[name]}" + (f", {failed[name]} failed: {reason[name]}" if reason[name] else "") for name in times
    }
    return {name: taken for name, taken in times.items() if failed[name] < len(captures)}, notes


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, default=Path(".venv-peers/bin/python"), help="of the environment with the others")
    parser.add_argument("--pages", type=Path, help="a folder of saved HTML pages; made-up ones by default")
    parser.add_argument("--count", type=int, default=30, help="how many pages to make up")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, Peers(options.python) as peers:
        folder = Path(name)
        corpus.archive(folder / "p.warc.gz", corpus.saved(options.pages) if options.pages else corpus.articles(options.count))
        captures = [item for item in scan(folder / "p.warc.gz") if isinstance(item, Capture)]
        times, notes = measure(captures, folder, peers, options.rounds)
    print(f"{len(captures)} pages, {options.rounds} rounds; medians of CPU time, and the least and most of the ratio in a round\n")
    print(f"{'':28}{'ms/page':>9}{'pages/s':>9}{'to ours':>9}   spread")
    report = {}
    for peer, taken in times.items():
        each = median(taken) / len(captures) * 1000
        ratios = sorted(other / mine for other, mine in zip(taken, times["scraper"], strict=True))
        report[peer] = {"ms_per_page": round(each, 3), "relative": round(median(ratios), 2), "spread": [ratios[0], ratios[-1]]}
        print(f"{peer:28}{each:9.2f}{1000 / each:9.0f}{median(ratios):9.1f}   {ratios[0]:.1f} to {ratios[-1]:.1f}; {notes[peer]}")
    for peer in notes.keys() - times.keys():
        print(f"{peer:28}cannot be measured: {notes[peer]}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
