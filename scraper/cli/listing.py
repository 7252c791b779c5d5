"""`scraper sites list`: every plugin, what it brings, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import click
import orjson
from rich.table import Table
from rich.text import Text

from scraper.authoring.cases import cases_of
from scraper.cli.console import show_table
from scraper.errors import UsageError
from scraper.sites import load_registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.sites import Layout, Plugin, Registry, Site

_COLUMNS = ("site", "version", "origin", "cases", "status", "layouts")


@attrs.frozen(slots=True)
class Row:
    """A site, or a plugin without one.

    Attributes:
        plugin: The plugin's name.
        origin: Where it came from.
        status: `ok`, or `broken: ` and why.
        site: The site's name.
        version: The site's version.
        urls: The patterns of its pages.
        layouts: Name, media types and dates of each layout.
        cases: Its cases; None where they cannot be read.
        records: The plugin's own record types.
    """

    plugin: str
    origin: str
    status: str
    site: str | None = None
    version: str | None = None
    urls: list[str] = attrs.field(factory=list)
    layouts: list[dict[str, Any]] = attrs.field(factory=list)
    cases: int | None = None
    records: list[str] = attrs.field(factory=list)


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON line each, for programs.")
def command(*, as_json: bool) -> None:
    """List every plugin with its sites, version, origin, layouts, cases and status.

    Plugins are the folders in any `plugins/` on the path (the project's own, beside scrapy.cfg, among them) and the installed
    packages with an entry point in the group `scraper`. Exits with 1 when a plugin is broken; the others work on all the same.
    """
    registry = load_registry()
    rows = [row for plugin in registry.plugins for row in _rows(plugin, registry)]
    if as_json:
        for row in rows:
            click.echo(orjson.dumps(attrs.asdict(row)))
    else:
        _show(rows)
    raise SystemExit(any(plugin.error for plugin in registry.plugins))


def _rows(plugin: Plugin, registry: Registry) -> Iterator[Row]:
    records = [record.TYPE for record in plugin.records]
    if plugin.error or not plugin.sites:
        status = f"broken: {plugin.error}" if plugin.error else "ok"
        yield Row(plugin.name, plugin.origin, " ".join(status.split()), records=records)
    for site in plugin.sites:
        layouts = [_layout(layout) for layout in site.layouts]
        cases = _cases(site, registry)
        yield Row(plugin.name, plugin.origin, "ok", site.name, site.version, list(site.urls), layouts, cases, records)


def _layout(layout: Layout) -> dict[str, Any]:
    dates = {name: day.isoformat() if day else None for name, day in (("since", layout.since), ("until", layout.until))}
    return {"name": layout.name, "media_types": list(layout.media_types), **dates}


def _cases(site: Site, registry: Registry) -> int | None:
    try:
        return len(cases_of(site.name, registry))
    except UsageError:
        return None


def _show(rows: list[Row]) -> None:
    table = Table(*_COLUMNS, box=None, padding=(0, 2, 0, 0), header_style="bold")
    for row in rows:
        good = row.status == "ok"
        cases = "" if row.site is None else "unreadable" if row.cases is None else str(row.cases)
        layouts = "\n".join(_told(each) for each in row.layouts) or ", ".join(row.records)
        status = Text(row.status, style="green" if good else "bold red")
        table.add_row(row.site or row.plugin, row.version or "", row.origin, cases, status, layouts)
    show_table(table)


def _told(layout: dict[str, Any]) -> str:
    dates = f" since {layout['since']}" * bool(layout["since"]) + f" until {layout['until']}" * bool(layout["until"])
    return f"{layout['name']} ({', '.join(layout['media_types'])}){dates}"
