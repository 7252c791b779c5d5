"""`scraper sites`: the plugins, and what became of them."""

from __future__ import annotations

import click
from rich.table import Table

from scraper.cli.console import stdout
from scraper.sites import Layout, load_registry


@click.group("sites", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """The sites that plugins bring: `scraper sites list`."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_sites)


@command.command("list")
def list_sites() -> None:
    """List every plugin with its sites, layouts, origin and status.

    Plugins are the folders in any `plugins/` on the path (the project's own, beside scrapy.cfg, among them) and the installed
    packages with an entry point in the group `scraper`. Exits with 1 when a plugin is broken; the others work on all the same.
    """
    registry = load_registry()
    table = Table("site", "version", "priority", "layouts", "URLs", "origin", "status", box=None, pad_edge=False)
    for plugin in registry.plugins:
        if plugin.error:
            table.add_row(plugin.name, "", "", "", "", plugin.origin, f"broken: {plugin.error}")
        for site in plugin.sites:
            layouts = "\n".join(map(_layout, site.layouts))
            urls = "\n".join(site.urls) or "by content"
            table.add_row(site.name, site.version, str(site.priority), layouts, urls, plugin.origin, "ok")
    stdout.print(table)
    raise SystemExit(any(plugin.error for plugin in registry.plugins))


def _layout(layout: Layout) -> str:
    dates = f" {layout.since or '…'} to {layout.until or '…'}" if layout.since or layout.until else ""
    return f"{layout.name} ({', '.join(layout.media_types)}){dates}"
