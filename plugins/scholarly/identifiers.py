"""Identifiers as metas write them: bare, labelled, or as a URL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scraper.quoting import MISSING

if TYPE_CHECKING:
    from plugins._shared.lines import Text

_LABEL = r"(?:(?:urn:|info:)?doi\s?[:/]\s*|doi\s+|https?://(?:www\.|dx\.)?doi\.org/)"
_INVISIBLE = r"\s\x00-\x20\u180e\u200b\ufeff"
_DOI = re.compile(rf"^[{_INVISIBLE}]*{_LABEL}*(10\.\d[\d.]*/[^{_INVISIBLE}]+?)[.,;]?[{_INVISIBLE}]*$", re.IGNORECASE)
_NAMED_DOI = re.compile(rf"^\s*{_LABEL}+10\.\d[\d.]*/\S", re.IGNORECASE)
_PMID = re.compile(r"^\s*(?:pmid:?\s*|info:pmid/|https?://pubmed\.ncbi\.nlm\.nih\.gov/)?([1-9]\d*)/?\s*$", re.IGNORECASE)
_NAMED_PMID = re.compile(r"^\s*(?:pmid:\s*|info:pmid/)([1-9]\d*)\s*$", re.IGNORECASE)
_PMCID = re.compile(r"^\s*(?:(?i:pmcid):?\s*)?((?:PMC)?\d+)\s*$")
_NAMED_PMCID = re.compile(r"^\s*(?:pmcid:\s*|info:pmcid/)?(PMC\d+)\s*$")
_ISSN = re.compile(r"(?<![\w-])\d{4}-?\d{3}[\dXx](?![\w-])")


def doi(text: Text) -> Text:
    """Return a content's DOI without label or URL; a content that is more than a DOI has none."""
    found = text.re(_DOI)
    return found.then("scholarly.plain") if found and re.search(r"&(?:lt|gt|amp);", found.value) else found


def names_itself_a_doi(text: Text) -> bool:
    """Whether a content says that it is a DOI: "doi:10.…", "https://doi.org/10.…"."""
    return bool(_NAMED_DOI.match(text.value))


def pmid(text: Text) -> Text:
    """Return a content's PubMed identifier."""
    return text.re(_PMID)


def named_pmid(text: Text) -> Text:
    """Return a PubMed identifier that says so: `info:pmid/…`."""
    return text.re(_NAMED_PMID)


def pmcid(text: Text) -> Text:
    """Return a content's PubMed Central identifier; its letters are added where a site leaves them out."""
    found = text.re(_PMCID)
    if not found:
        return MISSING
    return found if found.value.startswith("PMC") else found.then("prefix", text="PMC")


def named_pmcid(text: Text) -> Text:
    """Return a PubMed Central identifier that says so."""
    return text.re(_NAMED_PMCID)


def issns(text: Text) -> list[Text]:
    """Return every ISSN of a content."""
    return text.re_all(_ISSN)
