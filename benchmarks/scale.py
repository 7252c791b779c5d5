"""`scraper extract` over ever more pages: time and memory, with one worker and with two.

For each number of pages an archive of made-up pages is written (35 to 70 kB each, every one different) and extracted by the command
itself, in processes of its own. `peak` is the most memory that one worker held (VmHWM, from /proc: Linux), `main` the same of the
process that the workers answer to. `CPU` is that of all processes together, which other users of the machine disturb less.

    python benchmarks/scale.py [--pages 1000 10000 100000] [--workers 1 2] [--json OUT]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import corpus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PARAGRAPHS = 7  # make pages of 35 to 70 kB
GLANCE = 0.1  # seconds


def children(parent: int) -> Iterator[int]:
    """Yield the processes below one, whichever of its threads started them."""
    for listed in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            found = listed.read_text()
        except OSError:  # the thread has ended
            continue
        for child in map(int, found.split()):
            yield child
            yield from children(child)


def peak_memory(process: int) -> int:
    """Return the most bytes that a process held so far; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:")), 0)


def run(archive: Path, out: Path, workers: int) -> dict[str, Any]:
    """Extract an archive; return seconds, CPU seconds and the most memory of a worker and of the command."""
    command = [str(Path(sys.executable).with_name("scraper")), "extract", str(archive), "-o", str(out), "--workers", str(workers)]
    before, begun = os.times(), time.perf_counter()
    peaks: dict[int, int] = {}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603  # the project's own command
        while process.poll() is None:
            for each in (process.pid, *children(process.pid)):
                peaks[each] = max(peaks.get(each, 0), peak_memory(each))
            time.sleep(GLANCE)
        main = peaks.pop(process.pid)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    seconds = time.perf_counter() - begun
    return {
        "seconds": round(seconds, 2),
        "cpu": round(cpu, 2),
        "worker_bytes": max(peaks.values(), default=main),
        "main_bytes": main,
    }


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, nargs="+", default=[500, 2000, 8000])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    options = parser.parse_args(arguments)
    report = []
    print(f"{'pages':>8}{'workers':>9}{'seconds':>10}{'pages/s':>9}{'CPU ms/page':>13}{'peak':>10}{'main':>10}   lines")
    for pages in options.pages:
        with tempfile.TemporaryDirectory() as folder:
            archive, out = Path(folder) / "pages.warc.gz", Path(folder) / "out.jsonl"
            corpus.archive(archive, corpus.articles(pages, paragraphs=PARAGRAPHS))
            for workers in options.workers:
                found = run(archive, out, workers)
                with out.open("rb") as file:
                    lines = sum(1 for _ in file)
                report.append({"pages": pages, "workers": workers, "lines": lines, **found})
                each = found["cpu"] / pages * 1000
                peaks = f"{found['worker_bytes'] >> 20:>7} MB{found['main_bytes'] >> 20:>7} MB"
                print(
                    f"{pages:8}{workers:9}{found['seconds']:10.1f}{pages / found['seconds']:9.0f}{each:13.2f}{peaks}   {lines}",
                    flush=True,
                )
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
