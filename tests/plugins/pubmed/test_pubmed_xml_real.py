"""PubMed's XML layout on real files: every article comes out, every value replays, and an independent importer agrees."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from plugins.pubmed.xml import RECORDS, extract
from scraper.errors import MalformedPayload, SchemaViolation
from scraper.pages import XmlPage
from scraper.quoting import replay
from scraper.records import Plain, check, plain

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shared_data


def payloads(shared: Path) -> dict[str, bytes]:
    """Each file's payload by its name."""
    files = sorted((shared / "pubmed_xml").iterdir())
    return {path.name: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files}


def test_every_record_comes_out_and_every_value_replays(shared: Path) -> None:
    """As many records come out as libxml2 counts; all with a title satisfy the schema; each value leads back to its bytes."""
    records = values = untitled = 0
    for name, payload in payloads(shared).items():
        try:
            expected = len(etree.fromstring(payload).xpath("|".join(f"descendant-or-self::{record}" for record in RECORDS)))
        except etree.XMLSyntaxError:
            with pytest.raises(MalformedPayload):
                list(extract(XmlPage(payload)))
            continue
        page = XmlPage(payload)
        found = [plain(record) for record in extract(page)]
        assert len(found) == expected, name
        records += len(found)
        for each in found:
            values += _proven(each, payload, page.charset)
            assert not each.problems, name
            try:
                check("article/1", each.record)
            except SchemaViolation:
                assert not each.record, name
                untitled += 1
    assert (records, untitled) == (428, 1)
    assert values > 40_000


def _proven(found: Plain, payload: bytes, charset: str) -> int:
    for path, pointer in found.provenance.items():
        value: Any = found.record
        for key in path.split("/")[1:]:
            value = value[int(key)] if isinstance(value, list) else value[key]
        assert replay(pointer, payload, charset) == value, path
    return len(found.provenance)


def test_an_independent_importer_reads_the_same(shared: Path) -> None:
    """For six files, title, authors, journal, numbers, dates, identifiers and abstract mean what another importer makes of them."""
    for entry in json.loads((shared / "expected" / "pubmed_xml.json").read_bytes()):
        page = XmlPage((shared / entry["file"]).read_bytes())
        found = [plain(record).record for record in extract(page)]
        assert [_ours(record) for record in found] == [_theirs(item) for item in entry["items"]], entry["file"]


def _ours(record: dict[str, Any]) -> dict[str, Any]:
    """What both state, written alike."""
    journal = record.get("journal", {})
    return {
        "title": record["title"].rstrip("."),
        "authors": [(author.get("given", ""), author.get("family", author["name"])) for author in record["authors"]],
        "journal": journal.get("title", "").casefold(),
        "abbreviation": journal.get("abbreviation"),
        "publisher": journal.get("publisher"),
        # The other importer keeps the first ISSN alone.
        "issn": next(iter(journal.get("issn", [])), None),
        "year": record["published"][:4],
        "month": record["published"][4:],
        "volume": record.get("volume"),
        "issue": record.get("issue"),
        "pages": _written_out(record.get("pages")),
        "doi": record.get("doi"),
        "pmid": record["pmid"],
        "pmcid": record.get("pmcid"),
        "language": record["language"],
        "abstract": "\n".join(": ".join(filter(None, (part.get("heading"), part["text"]))) for part in record.get("abstract", [])),
    }


def _theirs(item: dict[str, Any]) -> dict[str, Any]:
    date = item["date"]
    return {
        "title": item["title"],
        # They put periods behind initials.
        "authors": [(re.sub(r"\b(\w)\.", r"\1", who.get("firstName", "")), who["lastName"]) for who in item["creators"]],
        # They capitalise titles.
        "journal": item.get("publicationTitle", "").casefold(),
        "abbreviation": item.get("journalAbbreviation"),
        "publisher": item.get("publisher"),
        "issn": item.get("ISSN"),
        "year": date[:4],
        # They quote a range of months as it stands ("2010 Sep-Oct"), which ISO 8601 cannot say.
        "month": "" if " " in date else date[4:],
        "volume": item.get("volume"),
        "issue": item.get("issue"),
        "pages": item.get("pages"),
        "doi": item.get("DOI"),
        "pmid": item.get("PMID") or item["extra"].removeprefix("PMID: "),
        "pmcid": item.get("PMCID"),
        "language": item["language"],
        "abstract": item.get("abstractNote", ""),
    }


def _written_out(pages: str | None) -> str | None:
    """They complete a shortened last page: "132-42" means 132-142."""
    first, dash, last = (pages or "").partition("-")
    return f"{first}-{first[: len(first) - len(last)]}{last}" if dash else pages
