"""`scraper sites`: the plugins, and what became of them."""

from __future__ import annotations

import click

from scraper.cli import cases, drift, listing, new


@click.group("sites", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """The sites that plugins bring: `scraper sites list`."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(listing.command)


command.add_command(listing.command)
command.add_command(new.command)
command.add_command(cases.command)
command.add_command(cases.test)
command.add_command(drift.command)
