"""What MkDocs is told beside its settings: the reference pages, how marked fences read, and that nothing public was left out."""

from __future__ import annotations

import logging
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

sys.path.insert(0, str(Path(__file__).parent))  # MkDocs loads this file alone
from reference import pages, public

_FENCE: Final = re.compile(r"^```(\w+) (?:exec\b.*|(?:file|apply)=(\S+))$", re.MULTILINE)
_log: Final = logging.getLogger("mkdocs.hooks.scraper")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Name the packages in the navigation, at the end of the reference."""
    reference = next(section["Reference"] for section in config.nav or () if "Reference" in section)
    listed = {place for entry in reference for place in entry.values()}
    names = {place: f"scraper.{place.removeprefix('reference/').removesuffix('.md')}" for place in pages()}
    reference += [{name: place} for place, name in sorted(names.items()) if place not in listed]
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages of the reference."""
    for place, write in pages().items():
        files.append(File.generated(config, place, content=write()))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Turn what `console.py` reads at a fence into what readers see: the name of the file."""
    return _FENCE.sub(lambda found: f"```{found[1]}" + (f' title="{found[2]}"' if found[2] else ""), markdown)


def on_post_build(*, config: MkDocsConfig) -> None:
    """Warn of each public name that has no place in the reference."""
    autorefs = config.plugins["autorefs"]
    for package, names in public().items():
        for name, origin in names.items():
            if origin not in autorefs._primary_url_map:  # noqa: SLF001  # it has no public list
                _log.warning("%s.%s is not in the reference", package, name)
