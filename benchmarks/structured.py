"""XML and JSON opened for quoting, against the bare readers that know no positions.

The XML is a made-up baseline file of many records; `memory` is what streaming ten times as many needs beside the payload. The JSON
is a made-up answer of a search interface. Times are ratios to the bare reader, each the best of several rounds in turn.

    python benchmarks/structured.py [--records N] [--rounds N]
"""

from __future__ import annotations

import argparse
import io
import json
import tracemalloc
from time import perf_counter
from typing import TYPE_CHECKING

from lxml import etree

from scraper.pages import JsonPage, XmlPage

if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[[bytes], int]

VALUES = ("PMID", "Article/ArticleTitle", "Article/Abstract/AbstractText", "Article/Journal/Title", "Article/Journal/Volume")

RECORD = """<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{n}</PMID>
  <Article><Journal><Title>Journal of Examples</Title><Volume>{n}</Volume></Journal>
    <ArticleTitle>Example <i>number</i> {n} &lt; {n}1.</ArticleTitle><Abstract><AbstractText>{text}</AbstractText></Abstract>
    <AuthorList>{authors}</AuthorList></Article></MedlineCitation></PubmedArticle>
"""
AUTHOR = "<Author><LastName>Roe</LastName><ForeName>Jané</ForeName><Affiliation>Examples Department, Town.</Affiliation></Author>"


def records(count: int) -> bytes:
    """Return a file of made-up records."""
    body = "".join(RECORD.format(n=n, text="A sentence about it. " * 60, authors=AUTHOR * 25) for n in range(1, count + 1))
    return f'<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>{body}</PubmedArticleSet>'.encode()


def iterparse(payload: bytes, values: tuple[str, ...] = ()) -> int:
    """Go through the records, and read these paths of each, by lxml alone."""
    found = 0
    for _, element in etree.iterparse(io.BytesIO(payload), tag="PubmedArticle"):
        found += 1 + sum(bool(element.xpath(f"string(MedlineCitation/{path})")) for path in values)
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return found


def each(payload: bytes, values: tuple[str, ...] = ()) -> int:
    """Go through the records, and read these paths of each with their bytes."""
    found = 0
    for node in XmlPage(payload).each("PubmedArticle"):
        found += 1 + sum(bool(node.xpath(f"MedlineCitation/{path}")[0].text()) for path in values)
    return found


def answer(count: int) -> bytes:
    """Return a made-up answer of a search interface."""
    authors = [{"given": "Jane", "family": "Roe", "affiliation": [{"name": "Town"}]}] * 5
    items = [{"title": [f"Ex\u00e4mple {n}"], "author": authors, "score": n / 3} for n in range(count)]
    return json.dumps({"status": "ok", "message": {"items": items}}).encode()


def best(rounds: int, payload: bytes, *readers: Reader) -> list[float]:
    """Seconds of each reader, the best of several rounds, in turn."""
    times = [float("inf")] * len(readers)
    for _ in range(rounds):
        for number, read in enumerate(readers):
            begun = perf_counter()
            assert read(payload)
            times[number] = min(times[number], perf_counter() - begun)
    return times


def peak(payload: bytes) -> int:
    """Return the most bytes held at once beside the payload."""
    tracemalloc.start()
    each(payload, VALUES)
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def main() -> None:
    """Print the ratios."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--records", type=int, default=2000)
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    payload = records(options.records)
    bare, ours = best(options.rounds, payload, iterparse, each)
    print(f"XML, {len(payload) / 1e6:.0f} MB: each / iterparse {ours / bare:.2f}")
    bare, ours = best(options.rounds, payload, lambda raw: iterparse(raw, VALUES), lambda raw: each(raw, VALUES))
    print(f"XML, {len(VALUES)} values a record: with bytes / without {ours / bare:.2f}")
    few, many = peak(records(options.records // 10)), peak(payload)
    print(f"XML, memory beside the payload: {few / 1e3:.0f} kB, for ten times the records {many / 1e3:.0f} kB")
    payload = answer(options.records)
    last = f"/message/items/{options.records - 1}/title/0"
    bare, opened, one = best(
        options.rounds,
        payload,
        lambda raw: len(json.loads(raw)),
        lambda raw: bool(JsonPage(raw).root),
        lambda raw: bool(JsonPage(raw).at(last).get()),
    )
    print(f"JSON, {len(payload) / 1e6:.1f} MB: open / json.loads {opened / bare:.2f}, one pointer at the end {one / bare:.2f}")


if __name__ == "__main__":
    main()
