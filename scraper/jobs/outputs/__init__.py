"""Output files: extractions in and out, in the format that a file's name asks for."""

from scraper.jobs.outputs.lines import Line, is_parquet, read_lines, size_of
from scraper.jobs.outputs.sinks import ENDINGS, Sink, copy_lines, open_sink
from scraper.jobs.outputs.whole import whole

__all__ = ["ENDINGS", "Line", "Sink", "copy_lines", "is_parquet", "open_sink", "read_lines", "size_of", "whole"]
