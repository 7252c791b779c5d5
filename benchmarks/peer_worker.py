"""The other extractors, in an environment of their own: their requirements contradict ours (fundus wants an older lxml).

Started by `peers.py` with that environment's Python. Reads one JSON line a page from stdin, `{"peer", "path", "url"}`, and answers
with `{"seconds", "found"}`, CPU seconds of the extraction alone and what it found, or with `{"error"}` where a peer cannot be
imported or fails. Nothing is fetched: each peer is given the page's HTML.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    Read = Callable[[str, str], dict[str, Any]]


def _trafilatura() -> Read:
    import trafilatura  # noqa: PLC0415  # each peer alone: one that is missing stops no other

    def read(html: str, url: str) -> dict[str, Any]:
        text = trafilatura.extract(html, url=url, output_format="json", with_metadata=True) or "{}"
        found = json.loads(text)
        return {"title": found.get("title"), "authors": found.get("author"), "date": found.get("date")}

    return read


def _trafilatura_metadata() -> Read:
    from trafilatura.metadata import extract_metadata  # noqa: PLC0415

    def read(html: str, url: str) -> dict[str, Any]:
        found = extract_metadata(html, default_url=url)
        return {"title": found.title, "authors": found.author, "date": found.date}

    return read


def _extruct() -> Read:
    import extruct  # noqa: PLC0415

    def read(html: str, url: str) -> dict[str, Any]:
        found = extruct.extract(html, base_url=url, errors="ignore")
        return {
            "title": next((value for each in found["opengraph"] for key, value in each["properties"] if key == "og:title"), None)
        }

    return read


def _newsplease() -> Read:
    from newsplease import NewsPlease  # noqa: PLC0415

    def read(html: str, url: str) -> dict[str, Any]:
        found = NewsPlease.from_html(html, url=url, fetch_images=False)
        return {"title": found.title, "authors": found.authors, "date": found.date_publish}

    return read


def _newspaper() -> Read:
    import newspaper  # noqa: PLC0415

    def read(html: str, url: str) -> dict[str, Any]:
        found = newspaper.Article(url, fetch_images=False)
        found.download(input_html=html)
        found.parse()
        return {"title": found.title, "authors": found.authors, "date": found.publish_date}

    return read


def _fundus() -> Read:
    from fundus.parser import ArticleBody, BaseParser, attribute  # noqa: PLC0415
    from fundus.parser import utility as fundus  # noqa: PLC0415
    from lxml.etree import XPath  # noqa: PLC0415

    class Parser(BaseParser):  # type: ignore[misc]  # fundus has a parser for each publisher, all of this kind; this is one more
        _paragraphs = XPath("//main//article//p")
        _headings = XPath("//main//article//h2")

        @attribute  # type: ignore[untyped-decorator]
        def body(self) -> ArticleBody | None:
            doc, paragraphs, headings = self.precomputed.doc, self._paragraphs, self._headings
            return fundus.extract_article_body_with_selector(doc, paragraph_selector=paragraphs, subheadline_selector=headings)

        @attribute  # type: ignore[untyped-decorator]
        def title(self) -> str | None:
            return self.precomputed.meta.get("citation_title")  # type: ignore[no-any-return]

        @attribute  # type: ignore[untyped-decorator]
        def authors(self) -> list[str]:
            return fundus.generic_author_parsing(self.precomputed.doc.xpath("//meta[@name='citation_author']/@content"))  # type: ignore[no-any-return]

        @attribute  # type: ignore[untyped-decorator]
        def publishing_date(self) -> dt.datetime | None:
            return fundus.generic_date_parsing(self.precomputed.meta.get("citation_publication_date"))  # type: ignore[no-any-return]

        @attribute  # type: ignore[untyped-decorator]
        def topics(self) -> list[str]:
            return fundus.generic_topic_parsing(self.precomputed.meta.get("citation_keywords"), delimiter=";")  # type: ignore[no-any-return]

    def read(html: str, _url: str) -> dict[str, Any]:
        found = Parser().parse(html, "raise")
        return {"title": found.get("title"), "authors": found.get("authors"), "date": found.get("publishing_date")}

    return read


_PEERS: dict[str, Callable[[], Read]] = {
    "fundus": _fundus,
    "trafilatura": _trafilatura,
    "trafilatura, metadata only": _trafilatura_metadata,
    "extruct": _extruct,
    "news-please": _newsplease,
    "newspaper4k": _newspaper,
}


@functools.cache
def reader(peer: str) -> Read:
    """Import a peer, and return how it is asked."""
    return _PEERS[peer]()


def answer(peer: str, path: str, url: str) -> dict[str, Any]:
    """Have a peer read a page."""
    html = Path(path).read_text("utf-8", "replace")
    try:
        read = reader(peer)
        begun = process_time()
        found = read(html, url)
        taken = process_time() - begun
    except Exception as error:  # noqa: BLE001  # what a peer raises is reported, and the others go on
        return {"error": f"{type(error).__name__}: {error}"}
    return {"seconds": taken, "found": {key: str(value) for key, value in found.items() if value}}


def main() -> None:
    """Answer until nobody asks any more; what peers print does not get between the answers."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        with contextlib.redirect_stdout(sys.stderr):
            found = {"peers": list(_PEERS)} if line == "peers\n" else answer(**json.loads(line))
        answers.write(json.dumps(found) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
