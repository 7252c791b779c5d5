"""Extractions as Scrapy items, and the exporter that writes them as `scraper extract` does, byte for byte."""

from __future__ import annotations

from typing import Any, Final

import orjson
from scrapy.exporters import JsonLinesItemExporter


class ExtractionItem(dict[str, Any]):
    """One extraction: the data of its line, keys in the order in which they are written."""


class LinesExporter(JsonLinesItemExporter):
    """JSON Lines: extractions as `scraper extract` writes them, a spider's own items as Scrapy does.

    A feed that asks for certain fields gets them from Scrapy's exporter.
    """

    def export_item(self, item: Any) -> None:
        """Write one item."""
        if isinstance(item, ExtractionItem) and self.fields_to_export is None:
            self.file.write(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE))
        else:
            super().export_item(item)


FORMATS: Final = ("jsonlines", "jsonl", "jl")
"""The feed formats that Scrapy writes as JSON Lines."""
