"""Pages to measure on: saved ones of a folder, or made-up ones, shaped like publishers' article pages.

A made-up page is as heavy as real ones are: metas, OpenGraph, scripts, navigation, paragraphs with markup and links, a list of
references; every fourth page holds its references as metas too. Page number N is the same bytes on every machine.
"""

from __future__ import annotations

import gzip
import random
import uuid
from typing import TYPE_CHECKING

from scraper.archive import ArchiveWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

Page = tuple[str, bytes]
"""URL and HTML."""

DATE = "2026-01-02T03:04:05Z"
_WORDS = (
    *("wool", "sock", "loom", "dye", "fibre", "twist", "stitch", "needle", "pattern", "sample", "method", "result", "effect"),
    *("measured", "knitted", "felted", "woven", "worn", "washed", "compared", "observed", "between", "with", "of", "in", "after"),
    *("strong", "thin", "warm", "naïve", "β-keratin", "early", "late", "each", "most", "many", "no", "the", "a", "and"),
)
_NAMES = ("Roe", "Müller", "Doe", "Kim", "Ivanova", "Okafor", "Silva", "Tanaka", "O&#39;Neill", "García")
_HTTP = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nServer: made-up\r\nContent-Length: {}\r\n\r\n"
_SCRIPT = "window.dataLayer=window.dataLayer||[];function track(e,n){{dataLayer.push({{event:e,page:{number},value:n<3&&n>0}});}}\n"


def prose(chance: random.Random, words: int) -> str:
    """Return a sentence."""
    text = " ".join(chance.choices(_WORDS, k=words))
    return f"{text[0].upper()}{text[1:]}."


def article(number: int, *, paragraphs: int = 60) -> Page:
    """Make an article's page.

    Args:
        number: Which one.
        paragraphs: How long its text is: 60 make pages of 60 to 130 kB.
    """
    chance = random.Random(number)  # noqa: S311  # the same pages everywhere, nothing secret
    count = chance.randint(20, 60)
    works = [_work(chance) for _ in range(count)]
    head = "".join(_metas(chance, number)) + ("".join(map(_reference_meta, works)) if number % 4 == 0 else "")
    body = "".join(_paragraph(chance, count) for _ in range(chance.randint(paragraphs * 2 // 3, paragraphs * 3 // 2)))
    items = "".join(f'<li id="r{place}">{_shown(work)}</li>\n' for place, work in enumerate(works))
    abstract = f'<section id="abstract" class="abstract"><h2>Abstract</h2><p>{prose(chance, 150)}</p></section>'
    page = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Article {number}</title>\n{head}'
        f"<style>{'.a > b { color: red }' * 40}</style>\n<script>{_SCRIPT.format(number=number) * 40}</script>\n</head>\n"
        f"<body>\n{_navigation()}<main><article><h1>{prose(chance, 9)}</h1>\n{abstract}\n{body}"
        f'<section><h2>References</h2><ol class="references">{items}</ol></section></article></main>\n'
        f"{_navigation()}<script>{_SCRIPT.format(number=number) * 20}</script>\n</body>\n</html>\n"
    )
    return f"https://journal{number % 7}.example/articles/{number}", page.encode()


def articles(count: int, *, paragraphs: int = 60) -> Iterator[Page]:
    """Make many; see `article`."""
    return (article(number, paragraphs=paragraphs) for number in range(1, count + 1))


def saved(folder: Path) -> Iterator[Page]:
    """Read the pages of a folder; their addresses are made up."""
    for path in sorted(each for pattern in ("*.html", "*.htm", "*.html.gz") for each in folder.rglob(pattern)):
        raw = path.read_bytes()
        yield f"https://saved.example/{path.stem}", gzip.decompress(raw) if path.suffix == ".gz" else raw


def archive(path: Path, pages: Iterable[Page]) -> int:
    """Write pages as HTTP responses, and return how many."""
    count = 0
    with ArchiveWriter(path, sync_every=0) as writer:
        for count, (url, page) in enumerate(pages, 1):  # noqa: B007  # counted for the caller
            name = f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, url)}>"
            writer.write_response(url, DATE, _HTTP.format(len(page)).encode() + page, record_id=name)
    return count


def _metas(chance: random.Random, number: int) -> Iterator[str]:
    title, start = prose(chance, 12).rstrip("."), chance.randint(1, 900)
    day = f"{chance.randint(1990, 2025)}/{chance.randint(1, 12):02}/{chance.randint(1, 28):02}"
    said = {
        "citation_title": title,
        "citation_journal_title": f"Journal of Wool {number % 7}",
        "citation_journal_abbrev": f"J Wool {number % 7}",
        "citation_publisher": "Example &amp; Sons",
        "citation_publication_date": day,
        "citation_online_date": day,
        "citation_volume": str(chance.randint(1, 80)),
        "citation_issue": str(chance.randint(1, 12)),
        "citation_firstpage": str(start),
        "citation_lastpage": str(start + chance.randint(1, 20)),
        "citation_doi": f"10.99999/wool.{number}",
        "citation_pmid": str(10_000_000 + number),
        "citation_language": "en",
        "citation_pdf_url": f"https://journal{number % 7}.example/articles/{number}.pdf",
        "citation_keywords": "; ".join(chance.sample(_WORDS[:20], 5)),
        "dc.rights": "© 2020 Example &amp; Sons",
    }
    yield from (f'<meta name="{name}" content="{value}">\n' for name, value in said.items())
    yield from (f'<meta name="citation_issn" content="{number % 9999:04}-{digits}">\n' for digits in ("123X", "5678"))
    for author in range(chance.randint(2, 9)):
        yield f'<meta name="citation_author" content="{chance.choice(_NAMES)}, Jané {chr(65 + author)}.">\n'
        yield f'<meta name="citation_author_institution" content="Institute {author} of Wool, Town, Country">\n'
    yield f'<meta property="og:title" content="{title}">\n<meta property="og:type" content="article">\n'
    yield f'<meta name="description" content="{prose(chance, 30)}">\n<meta name="viewport" content="width=device-width">\n'


def _work(chance: random.Random) -> dict[str, str]:
    start = chance.randint(1, 900)
    return {
        "title": prose(chance, 10).rstrip("."),
        "author": f"{chance.choice(_NAMES)} {chance.choice('ABCDEF')}",
        "journal_title": f"J Felt {chance.randint(1, 9)}",
        "volume": str(chance.randint(1, 80)),
        "publication_date": str(chance.randint(1950, 2024)),
        "firstpage": str(start),
        "lastpage": str(start + chance.randint(1, 20)),
        "doi": f"10.99999/{chance.randint(1, 999999)}",
    }


def _reference_meta(work: dict[str, str]) -> str:
    pairs = "; ".join(f"citation_{name}={value}" for name, value in work.items())
    return f'<meta name="citation_reference" content="{pairs}">\n'


def _shown(work: dict[str, str]) -> str:
    link = f'<a class="doi" href="https://doi.org/{work["doi"]}">doi</a>'
    return (
        f'<span class="who">{work["author"]}</span>. <span class="what">{work["title"]}</span>. <i>{work["journal_title"]}</i> '
        f"{work['publication_date']};<b>{work['volume']}</b>:{work['firstpage']}&ndash;{work['lastpage']}. {link}"
    )


def _paragraph(chance: random.Random, references: int) -> str:
    cited = f'<sup><a href="#r{chance.randrange(references)}" class="xref">{chance.randrange(references)}</a></sup>'
    return f"<p>{prose(chance, 60)} <i>{prose(chance, 5)}</i>{cited} {prose(chance, 70)} &amp; <b>more</b></p>\n"


def _navigation() -> str:
    item = '<li class="nav-item"><a class="nav-link" href="/section/{0}?from=menu&amp;n={0}">Section {0}</a></li>'
    links = "".join(map(item.format, range(80)))
    return f'<div class="wrapper"><nav><ul>{links}</ul></nav></div>\n'
