"""`scraper sites new`: from a page to a site with its first case."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.archive.loaders import checked_date
from scraper.authoring.scaffold import check_name, draft, write_package, write_plugin
from scraper.authoring.source import find_page
from scraper.authoring.writing import shown, url_pattern
from scraper.cli.console import stdout
from scraper.errors import UsageError
from scraper.sites import load_registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scraper.authoring.propose import Proposal
    from scraper.authoring.scaffold import Draft, Written

_ARCHIVE_URL = re.compile(r"(.+\.warc(?:\.gz)?):(https?://.+)", re.DOTALL | re.IGNORECASE)
_VALUE = 60


@click.command("new")
@click.argument("name")
@click.option("--from", "source", required=True, metavar="URL|FILE|WARC[:OFFSET|:URL]", help="The page that the site is made from.")
@click.option("--url", help="The URL of a saved page; of several pages in an archive, the one that is meant.")
@click.option("--date", help="When a saved page was obtained, ISO 8601. Default: its own word, else the file's time of change.")
@click.option("--record", "type_name", help="The record type, such as article. Default: the one of which the page shows signs.")
@click.option("--package", type=click.Path(path_type=Path), metavar="DIR", help="Write an installable distribution here instead.")
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def command(
    *, name: str, source: str, url: str | None, date: str | None, type_name: str | None, package: Path | None, force: bool
) -> None:
    """Write a site NAME from one of its pages: a layout, a spider and a first case.

    The page is captured, or taken from a file or an archive. Each field is proposed from what the page holds (metas, JSON-LD,
    headings, dates, labels), has been read back from it, and satisfies the record's schema; what else shows a field stands beside
    it as a comment. The plugin goes into plugins/NAME/ of the project (where scrapy.cfg is, else here; one is written if there is
    none), and works at once. It is a first draft: read it, and try it on more pages.

    \b
    Examples:
      scraper sites new mysite --from https://example.org/articles/1
      scraper sites new mysite --from saved.html --url https://example.org/articles/1
      scraper sites new mysite --from archives/crawl.warc.gz:1234
      scraper sites new mysite --from saved.html --url https://example.org/articles/1 --package scraper-mysite
    """
    registry = load_registry()
    check_name(name, registry, replace=force and package is None)
    archived = _ARCHIVE_URL.fullmatch(source)
    source, url = (archived[1], archived[2]) if archived and not url else (source, url)
    made = draft(name, find_page(source, url=url, date=_date(date)), registry, type_name=type_name)
    project = _project()
    done = write_package(made, package, replace=force) if package else write_plugin(made, project, replace=force)
    for line in (*_told(made), "", *_wrote(made, done), "", *_next(made, project, package)):
        stdout.print(line)


def _date(text: str | None) -> str | None:
    try:
        return None if text is None else checked_date(text)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _project() -> Path:
    """Return the project's folder: where scrapy.cfg is, here or above; else here."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "scrapy.cfg").is_file()), here)


def _told(made: Draft) -> Iterator[str]:
    """Tell what was found on the page."""
    capture, count = made.capture, len(made.proposed.fields)
    yield f"{capture.url} of {capture.date}, {capture.media_type}, {len(capture.payload)} bytes"
    yield f"{made.proposed.type.TYPE}: {count} {'field' if count == 1 else 'fields'} proposed, each read back from the page"
    for path, field in _leaves(made.proposed.fields):
        value = shown(field.best.value)
        yield f"  {path:<24} {value if len(value) <= _VALUE else f'{value[: _VALUE - 1]}…'}  [{field.best.told}]"


def _leaves(fields: Sequence[Proposal], before: str = "") -> Iterator[tuple[str, Proposal]]:
    """Yield each field that is read from one place, with its path."""
    for field in fields:
        path = f"{before}/{field.name}"
        if field.parts:
            yield from _leaves(field.parts, path)
        else:
            yield path, field


def _wrote(made: Draft, done: Written) -> Iterator[str]:
    """Tell what was written."""
    if made.priority is not None:
        yield f"another site knows these pages too: this one is asked before it, by its priority of {made.priority}"
    for path in done.files:
        yield f"wrote {_near(path)}"
    yield f"wrote {_near(done.case.path)}, {done.case.expectation.name}: the first case"


def _near(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _next(made: Draft, project: Path, package: Path | None) -> Iterator[str]:
    """Tell what to do next."""
    name = made.name
    if package:
        yield f"Next, in {package}:"
        yield "  pip install -e . --group dev && pytest"
        yield f"  src/{made.module}/__init__.py: read it, and make it yours"
    else:
        yield f"{name} reads {url_pattern(made.capture.url)}. Next:"
        yield f"  scraper sites test {name}   (or pytest: each field of each case is a test)"
        yield f"  plugins/{name}/__init__.py: read it, and make it yours"
    yield f"  scraper sites case add {name} PAGE   (one that looks different)"
    yield f"  scrapy crawl {name} -a urls=PAGE -O {name}.jsonl"
    if not package and not _is_ours(project):
        yield 'Your Scrapy settings need "plugins" among SPIDER_MODULES, and ADDONS = {"scraper.crawl.Addon": 500}.'


def _is_ours(project: Path) -> bool:
    return "scraper.crawl.settings" in (project / "scrapy.cfg").read_text(encoding="utf-8", errors="replace")
