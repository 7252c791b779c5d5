"""A path or a URL as an argument of a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from scraper.archive import as_path


class PlaceType(click.ParamType[Path]):
    """A path of this machine, or a URL such as `s3://bucket/archives`."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # noqa: ARG002  # click's
        """Make a path of it.

        Raises:
            UsageError: It is a URL, and what reads such is not installed.
        """
        return as_path(value)
