"""Parsing and selecting with byte ranges, against parsel without any provenance.

Every reader opens the same pages and reads the same 24 values from each, in turn page by page, so that a busy machine slows
all of them alike. parsel is 1.00; selectolax and the bare parser show the floor. `dense` reads 60 references with 8 values
each from a page made for it; `re-encoded` and `malformed` are the same pages in UTF-16 and GB18030, and with bad bytes.

    python benchmarks/pages.py [FOLDER] [--json OUT] [--rounds N]
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import parsel
import turbohtml
from selectolax import lexbor
from w3lib.encoding import html_to_unicode

from scraper.pages import HtmlPage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Reader = Callable[[bytes], int]
    Payloads = Sequence[bytes]
    Wanted = Sequence[tuple[str, str]]  # selector and attribute's name; without one the text is wanted

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "pages"
REFERENCE = "li.reference"
_CITATION = "title doi pmid journal_title volume issue firstpage lastpage publication_date publisher issn".split()  # noqa: SIM905  # a table
PAGE_VALUES: Wanted = [
    *((css, "") for css in ("title", "h1", "h2", "p")),
    ("html", "lang"),
    ("link[rel=canonical]", "href"),
    ("body a", "href"),
    ('meta[name="description"]', "content"),
    *((f'meta[name="citation_{name}"]', "content") for name in _CITATION),
    *((f'meta[property="og:{name}"]', "content") for name in ("title", "url", "image", "description", "site_name")),
]
REFERENCE_VALUES: Wanted = [
    ("a.title", ""),
    ("a.title", "href"),
    *((f"span.{name}", "") for name in ("authors", "journal", "year", "volume", "pages")),
    ("a.doi", "href"),
]


def pseudo(wanted: Wanted) -> list[str]:
    """Write what is wanted as selectors of Scrapy's kind."""
    return [f"{css}::attr({name})" if name else f"{css}::text" for css, name in wanted]


def text_of(payload: bytes) -> str:
    """Decode as Scrapy does."""
    return html_to_unicode(None, payload)[1]


def read_ours(payload: bytes, selectors: Sequence[str], item: str) -> int:
    """Read with this project: values with bytes."""
    page = HtmlPage(payload)
    return sum(bool(node.css(css).get()) for node in (page.css(item) if item else [page]) for css in selectors)


def read_parsel(payload: bytes, selectors: Sequence[str], item: str) -> int:
    """Read with parsel: values alone."""
    page = parsel.Selector(text=text_of(payload))
    return sum(bool(node.css(css).get()) for node in (page.css(item) if item else [page]) for css in selectors)


def read_selectolax(payload: bytes, wanted: Wanted, item: str) -> int:
    """Read with selectolax: values alone."""
    page, found = lexbor.LexborHTMLParser(payload), 0
    for each in page.css(item) if item else [page]:
        for css, name in wanted:
            node = each.css_first(css)
            found += bool(node and (node.attributes.get(name) if name else node.text()))
    return found


def read_turbohtml(payload: bytes, wanted: Wanted, item: str) -> int:
    """Read with the bare parser: values alone."""
    page, found = turbohtml.parse(text_of(payload)), 0
    for each in page.select(item) if item else [page]:
        for css, name in wanted:
            node = each.select_one(css)
            found += bool(node and (node.attr(name) if name else node.text))
    return found


def readers(wanted: Wanted, item: str = "") -> dict[str, Reader]:
    """Return each contestant's way to read what is wanted, of the page or of each item on it."""
    selectors = pseudo(wanted)
    return {
        "parsel": lambda payload: read_parsel(payload, selectors, item),
        "scraper": lambda payload: read_ours(payload, selectors, item),
        "selectolax": lambda payload: read_selectolax(payload, wanted, item),
        "turbohtml": lambda payload: read_turbohtml(payload, wanted, item),
    }


def pages(folder: Path) -> list[bytes]:
    """Read the pages of a folder."""
    paths = sorted(path for pattern in ("*.html", "*.htm", "*.html.gz") for path in folder.rglob(pattern))
    return [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in paths]


def reference(number: int) -> str:
    """Make a reference, as publishers nest them."""
    spans = {
        "authors": f"Müller A, Roe J{number}",
        "journal": "J Test Med",
        "year": "2019",
        "volume": "7",
        "pages": f"{number}&ndash;9",
    }
    return (
        f'<li class="reference"><div><a class="title" href="/article/{number}?a=1&amp;b=2">Effects of agent {number} on β-cells</a>'
        + " ".join(f'<span class="{name}">{text}</span>' for name, text in spans.items())
        + f' <a class="doi" href="https://doi.org/10.1/{number}">doi</a></div></li>\n'
    )


def dense_page(references: int) -> bytes:
    """Make a page of references."""
    text = "".join(f"<p>Paragraph {n} of the text, with <i>some</i> <b>markup</b> &amp; a few words.</p>\n" for n in range(300))
    items = "".join(map(reference, range(references)))
    return f"<!DOCTYPE html><html><head><title>Dense</title></head><body>{text}<ol>{items}</ol></body></html>".encode()


def reencoded(payloads: Payloads) -> list[bytes]:
    """Return the same pages in UTF-16 and in GB18030, in turn."""
    texts = enumerate(map(text_of, payloads))
    return [
        b"\xff\xfe" + text.encode("utf-16-le", "replace")
        if n % 2
        else b"<meta charset=gb18030>" + text.encode("gb18030", "replace")
        for n, text in texts
    ]


def malformed(payloads: Payloads) -> list[bytes]:
    """Return the same pages in UTF-8 with a bad byte every four kilobytes."""
    texts = [text_of(payload).encode("utf-8", "replace") for payload in payloads]
    return [
        b"<meta charset=utf-8>" + b"\xff".join(text[start : start + 4096] for start in range(0, len(text), 4096)) for text in texts
    ]


def measure(payloads: Payloads, contestants: dict[str, Reader], rounds: int) -> dict[str, float]:
    """Return the seconds that each reader takes for all pages: the best of the rounds for each page, summed."""
    best = {name: [float("inf")] * len(payloads) for name in contestants}
    for _ in range(rounds):
        for number, payload in enumerate(payloads):
            for name, read in contestants.items():
                begun = perf_counter()
                read(payload)
                best[name][number] = min(best[name][number], perf_counter() - begun)
    return {name: sum(times) for name, times in best.items()}


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    payloads, sparse = pages(options.folder), readers(PAGE_VALUES)
    cases = {
        f"{len(PAGE_VALUES)} values": (payloads, sparse),
        "re-encoded": (reencoded(payloads), sparse),
        "malformed": (malformed(payloads), sparse),
        "dense": ([dense_page(60)] * 10, readers(REFERENCE_VALUES, REFERENCE)),
    }
    report = {}
    print(f"{len(payloads)} pages of {options.folder.name}, best of {options.rounds} rounds; relative to parsel\n")
    print(f"{'case':12}" + "".join(f"{name:>12}" for name in sparse) + f"{'parsel, ms':>14}")
    for case, (given, contestants) in cases.items():
        times = measure(given, contestants, options.rounds)
        each = times["parsel"] / len(given) * 1000
        ratios = {name: round(taken / times["parsel"], 3) for name, taken in times.items()}
        report[case] = {"pages": len(given), "parsel_ms_per_page": round(each, 3), "relative": ratios}
        print(f"{case:12}" + "".join(f"{ratio:12.2f}" for ratio in ratios.values()) + f"{each:14.2f}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
