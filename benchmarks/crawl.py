"""What archiving and extracting cost a crawl: CPU a page of plain Scrapy, with parsing, with archiving, and with extraction too.

Usage: crawl.py [FOLDER] [--pages N] [--rounds N] [--gzip]

The same pages for all, in one run, in turn, from a server in a process of its own that does not count. CPU is user and system time
of the whole process from the first request until everything is closed; medians over the rounds. The callback does nothing, so the
ratios are the largest there are, but for `parsed`, which reads ten fields with parsel, as spiders do. No page comes twice, so none
becomes a revisit. Pages are article-shaped, 60 to 130 kB, made here; or the HTML files of FOLDER.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

MODES = ("plain", "parsed", "archived", "extracted")
FIELDS = ("title", "author", "author_institution", "journal_title", "publication_date", "volume", "doi", "firstpage", "lastpage")
WORDS = 4_000


def made(number: int) -> bytes:
    """An article page, by number always the same."""
    chance = random.Random(number)  # noqa: S311  filler, no secrets
    words = [f"{chance.choice('bcdfgklmnprst')}{chance.choice('aeiou')}{each:x}" for each in range(WORDS)]

    def say(count: int) -> str:
        return " ".join(chance.choices(words, k=count))

    authors = "".join(
        f'<meta name="citation_author" content="{say(2)}"><meta name="citation_author_institution" content="{say(6)}">\n'
        for _ in range(chance.randint(2, 9))
    )
    scripts = "".join(f"<script>var {say(1)} = {json.dumps(say(300))};</script>\n" for _ in range(6))
    menu = "".join(f'<li class="item-{each}"><a href="/{each}" title="{say(3)}">{say(2)}</a></li>\n' for each in range(200))
    body = "".join(f'<section id="s{each}"><h2>{say(4)}</h2><p>{say(900)}</p></section>\n' for each in range(chance.randint(4, 10)))
    references = "".join(f'<li id="r{each}"><cite>{say(20)}</cite> <a href="/r/{each}">link</a></li>\n' for each in range(60))
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{say(8)}</title>
<meta name="citation_title" content="{say(12)}">
{authors}<meta name="citation_journal_title" content="{say(4)}"><meta name="citation_publication_date" content="2025/03/04">
<meta name="citation_volume" content="{number}"><meta name="citation_doi" content="10.5555/bench.{number}">
<meta name="citation_firstpage" content="1"><meta name="citation_lastpage" content="9">
{scripts}</head><body><ul>{menu}</ul><h1>{say(12)}</h1>{body}<ol>{references}</ol></body></html>""".encode()


async def serve(pages: list[bytes], *, packed: bool) -> None:
    """Serve pages in turn, whatever is asked for, and say the port."""
    coding = b"Content-Encoding: gzip\r\n" if packed else b""
    bodies = [gzip.compress(page, 6) if packed else page for page in pages]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n" + coding + b"Content-Length: %d\r\n\r\n"
    answers = [head % len(body) + body for body in bodies]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            while (await reader.readline()).strip():
                pass
            writer.write(answers[int(line.split()[1][1:]) % len(answers)])
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def crawl(mode: str, port: int, count: int, folder: str) -> None:
    """Crawl in this process, and print the CPU seconds that it took."""
    import scrapy  # noqa: PLC0415  the server has no need of it
    from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415

    class Bench(scrapy.Spider):
        name = "bench"

        async def start(self) -> AsyncIterator[Any]:
            began.append(cpu())
            for number in range(count):
                yield scrapy.Request(f"http://127.0.0.1:{port}/{number}")

        def parse(self, response: Any) -> Iterator[Any]:
            sizes.append(len(response.body))
            if mode == "parsed":
                found = {field: response.xpath(f"//meta[@name='citation_{field}']/@content").getall() for field in FIELDS}
                yield {"heading": response.css("h1::text").get(), **found}

    began: list[float] = []
    sizes: list[int] = []
    addons = {} if mode in {"plain", "parsed"} else {"scraper.crawl.Addon": 500}
    process = AsyncCrawlerProcess({
        "ADDONS": addons, "SCRAPER_ARCHIVE_DIR": folder, "SCRAPER_EXTRACT": mode == "extracted",
        "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        "FEEDS": {f"{folder}/{mode}.jsonl": {"format": "jsonlines"}},
    })  # fmt: skip
    crawler = process.create_crawler(Bench)
    process.crawl(crawler)
    process.start()
    assert len(sizes) == count, (mode, len(sizes))
    assert mode != "extracted" or crawler.stats.get_value("scraper/extract/extractions", 0) > count // 2
    print(cpu() - began[0])


def cpu() -> float:
    """User and system time of this process, in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(pages: list[bytes], count: int, rounds: int, *, packed: bool) -> None:
    """Crawl in turn, and print the table."""
    me = [sys.executable, __file__]
    spent: dict[str, list[float]] = {mode: [] for mode in MODES}
    with tempfile.TemporaryDirectory() as folder:
        for number, page in enumerate(pages):
            Path(folder, f"{number:04}.page").write_bytes(page)
        order = [*me, "--serve", folder, *(["--gzip"] if packed else [])]
        with subprocess.Popen(order, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  this script
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            for _ in range(rounds):
                for mode in MODES:
                    with tempfile.TemporaryDirectory() as fresh:  # beside earlier archives, all pages would be revisits
                        again = [*me, "--crawl", mode, port, str(count), fresh]
                        told = subprocess.check_output(again, text=True)  # noqa: S603  this script
                    spent[mode].append(float(told) / count)
            server.kill()
    size = sum(map(len, pages)) / len(pages) / 1000
    print(f"{count} pages of {size:.0f} kB on average, {'gzipped' if packed else 'as they are'}; {rounds} rounds, medians")
    for mode in MODES:
        each = median(spent[mode])
        spread = f"{min(spent[mode]) * 1000:.2f} to {max(spent[mode]) * 1000:.2f}"
        print(f"  {mode:10} {each * 1000:6.2f} ms CPU a page ({spread})   {each / median(spent['plain']):.2f}")


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--crawl", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve([path.read_bytes() for path in sorted(given.serve.glob("*.page"))], packed=given.gzip))
    elif given.crawl:
        mode, port, count, folder = given.crawl
        crawl(mode, int(port), int(count), folder)
    else:
        pages = [path.read_bytes() for path in sorted(given.folder.rglob("*.html"))] if given.folder else []
        pages = pages or [made(number) for number in range(given.pages)]
        measure(pages, min(given.pages, len(pages)), given.rounds, packed=given.gzip)


if __name__ == "__main__":
    main()
