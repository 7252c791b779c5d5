"""What belongs to an output: the archives that it points at, and its rejections."""

from __future__ import annotations

from pathlib import Path

from scraper.jobs.outputs import ENDINGS


def where_archives_are(output: Path) -> list[Path]:
    """Return the folders in which archives are looked for when none is named: the output's, this one, and its `archives`."""
    return [output.absolute().parent, Path.cwd(), Path.cwd() / "archives"]


def rejects_beside(output: str) -> str:
    """Return where rejections go by default: `out.parquet` → `out.rejects.jsonl`."""
    stem = next((output.removesuffix(suffix) for suffix in ENDINGS if output.endswith(suffix)), output)
    return f"{stem}.rejects.jsonl"
