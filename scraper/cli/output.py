"""Where commands that look back find what an output points at."""

from __future__ import annotations

from pathlib import Path


def where_archives_are(output: Path) -> list[Path]:
    """Return the folders in which archives are looked for when none is named: the output's, this one, and its `archives`."""
    return [output.absolute().parent, Path.cwd(), Path.cwd() / "archives"]
