"""`scraper sites`: the plugins, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scraper.cli import cases
from scraper.cli.console import stdout
from scraper.sites import load_registry

if TYPE_CHECKING:
    from scraper.sites import Plugin, Site


@click.group("sites", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """The sites that plugins bring: `scraper sites list`."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_sites)


command.add_command(cases.command)
command.add_command(cases.test)


@command.command("list")
def list_sites() -> None:
    """List every plugin with its sites, layouts, origin and status.

    Plugins are the folders in any `plugins/` on the path (the project's own, beside scrapy.cfg, among them) and the installed
    packages with an entry point in the group `scraper`. Exits with 1 when a plugin is broken; the others work on all the same.
    """
    registry = load_registry()
    for plugin in registry.plugins:
        if plugin.error:
            stdout.print(f"{plugin.name}  ({plugin.origin})  broken: {plugin.error}")
        for site in plugin.sites:
            _show(site, plugin)
    raise SystemExit(any(plugin.error for plugin in registry.plugins))


def _show(site: Site, plugin: Plugin) -> None:
    stdout.print(f"{site.name} {site.version}  ({plugin.origin})  ok")
    stdout.print(f"  pages    {', '.join(site.urls) or 'any that a layout recognises'}")
    for layout in site.layouts:
        dates = f", {layout.since or '…'} to {layout.until or '…'}" if layout.since or layout.until else ""
        stdout.print(f"  layout   {layout.name:<14} {', '.join(layout.media_types)}{dates}")
