"""`scraper sites case` and `scraper sites test`: pages that are kept, and what their sites must make of them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scraper.archive.loaders import checked_date
from scraper.authoring.cases import add_case, case_folder, cases_of, is_rejection, layout_of, reason_of
from scraper.authoring.compare import origin, page_of
from scraper.authoring.examined import examine, only_capture
from scraper.authoring.source import find_page
from scraper.authoring.update import Change, changes, take_over
from scraper.cli.console import stdout
from scraper.errors import UsageError
from scraper.sites import load_registry
from scraper.verify import leaves_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scraper.authoring.cases import Case
    from scraper.sites import Registry

Json = dict[str, Any]


@click.group("case")
def command() -> None:
    """Cases: a page that is kept, and what its site must make of it.

    A case is two files, NAME.warc (one capture) and NAME.expected.json (the extraction of it, pointers included, or its rejection).
    They lie in plugins/PLUGIN/cases/, and for sites of installed packages in tests/cases/SITE/. `scraper sites test`, or pytest
    itself, makes one test of each field.
    """


@command.command("add")
@click.argument("site")
@click.argument("page", metavar="URL|FILE|WARC[:OFFSET]")
@click.option("--name", help="The case's name. Default: that of the layout which reads the page.")
@click.option("--url", help="The URL of a saved page; of several pages in an archive, the one that is meant.")
@click.option("--date", help="When a saved page was obtained, ISO 8601. Default: its own word, else the file's time of change.")
@click.option("--rejected", is_flag=True, help="The page is expected to be rejected, for instance because it shows a captcha.")
def add(site: str, page: str, name: str | None, url: str | None, date: str | None, *, rejected: bool) -> None:
    """Keep a page as a case of SITE; what its site makes of it now is what is expected from now on.

    A URL is crawled, as robots.txt allows (this takes Scrapy). A FILE may have any format that `scraper load` reads. Of a WARC,
    give the OFFSET of the record in bytes, as extractions have it, or --url. Look at what was written before you keep it: it is
    right only if you say so.

    \b
    Examples:
      scraper sites case add mysite https://example.org/articles/1
      scraper sites case add mysite saved.html --url https://example.org/articles/1 --date 2026-01-02
      scraper sites case add mysite archives/crawl.warc.gz:1234
      scraper sites case add mysite captcha.html --url https://example.org/articles/1 --rejected
    """
    registry = load_registry()
    case_folder(site, registry)  # a misspelt name is told before anything is crawled
    record = find_page(page, url=url, date=_date(date))
    case = add_case(site, record, registry, name=name, rejected=rejected)
    stdout.print(f"{_shown(case.path)}, {_shown(case.expectation)}")
    for result in case.expected():
        stdout.print(_summary(result))
    stdout.print(f"next: scraper sites case show {site} {case.name}")


@command.command("show")
@click.argument("site")
@click.argument("case", required=False)
def show(site: str, case: str | None) -> None:
    """Print each value that is expected, with the selector that found it and the bytes in their place.

    \b
    Example:
      scraper sites case show pubmed text
    """
    for each in _chosen(site, case, load_registry()):
        capture = only_capture(each.path)
        stdout.print(f"{_shown(each.path)}: {capture.url} of {capture.date}, {capture.media_type}, {len(capture.payload)} bytes")
        for result in each.expected():
            stdout.print(_summary(result))
            if is_rejection(result):
                continue
            page = page_of(capture, result)
            for path, value in leaves_of(result["record"]):
                stdout.print(f"{path}\n  value     {value!r}")
                for line in origin(result["provenance"].get(path, {}), page if page.same else None):
                    stdout.print(line)


@command.command("update")
@click.argument("site")
@click.argument("case", required=False)
@click.option("--fields", help="Take over these fields alone, separated by commas: title,authors.")
@click.option("--yes", is_flag=True, help="Take everything over without asking, for scripts.")
def update(site: str, case: str | None, fields: str | None, *, yes: bool) -> None:
    """Extract the cases of SITE again, show what differs field by field, and take it over once that is confirmed.

    With --fields only those fields are taken over, and all others stay as they were expected.

    Exit codes: 0 all is as expected, or was taken over; 1 something was not taken over.

    \b
    Examples:
      scraper sites case update pubmed
      scraper sites case update pubmed article-2020 --fields title,doi --yes
    """
    registry = load_registry()
    wanted = [each.strip() for each in fields.split(",")] if fields else None
    left = [each for each in _chosen(site, case, registry) if not _update(each, registry, wanted, yes=yes)]
    raise SystemExit(1 if left else 0)


def _update(case: Case, registry: Registry, fields: list[str] | None, *, yes: bool) -> bool:
    """Show and confirm the changes of one case; return whether it is as expected now."""
    examined = examine(only_capture(case.path), registry)
    found = changes(case.expected(), examined, fields)
    if not found:
        stdout.print(f"{case.name}: as expected")
        return True
    stdout.print(f"{case.name}: {', '.join(dict.fromkeys(change.name for change in found))}")
    _tell(found)
    if not (yes or (sys.stdin.isatty() and click.confirm(f"Take over what {case.name} gives now?"))):
        stdout.print(f"{case.name}: left as it was" + ("" if sys.stdin.isatty() else "; nobody is there to ask: say --yes"))
        return False
    case.expect(take_over(case.expected(), examined, fields))
    stdout.print(f"{case.name}: taken over, {_shown(case.expectation)}")
    return True


def _tell(found: Iterable[Change]) -> None:
    for change in found:
        for line in change.lines:
            stdout.print(f"  {line}")


@click.command("test")
@click.argument("sites", nargs=-1, metavar="[SITE]...")
@click.option("-k", "keyword", help="Run the tests whose names match, as pytest's own -k.")
def test(sites: tuple[str, ...], keyword: str | None) -> None:
    """Run the cases of each SITE, and the checks of its layouts: one test a field. Without a SITE, those of all sites.

    This is pytest on the folders of the cases: pytest's own command runs them as well, in any project that has scraper installed.
    The exit code is pytest's: 0 when all is well, 1 when a test failed.

    \b
    Examples:
      scraper sites test pubmed
      scraper sites test pubmed -k title
    """
    if importlib.util.find_spec("pytest") is None:
        raise UsageError("to run cases takes pytest: install the extra, scraper[cases]")
    registry = load_registry()
    names = sites or [site.name for site in registry.sites]
    places = dict.fromkeys(_place(case_folder(name, registry)) for name in names)
    missing = [place for place in places if not place.is_dir()]
    if missing:
        raise UsageError(f"there are no cases in {', '.join(map(str, missing))}: add one with scraper sites case add")
    chosen = ["-k", keyword] if keyword else []
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", *chosen, *map(_shown, places)], check=False)  # noqa: S603  # pytest
    raise SystemExit(done.returncode)


def _place(folder: Path) -> Path:
    """Return what pytest collects for a folder of cases: the plugin's folder, with the layouts, or the folder itself."""
    return folder.parent if folder.name == "cases" else folder


def _chosen(site: str, name: str | None, registry: Registry) -> list[Case]:
    """Return a site's cases, or the one of a name.

    Raises:
        UsageError: There is none.
    """
    cases = cases_of(site, registry)
    chosen = [case for case in cases if name in {None, case.name}]
    if not chosen:
        known = ", ".join(case.name for case in cases) or "none"
        raise UsageError(f"site {site!r} has no case {name or 'at all'}; known: {known}")
    return chosen


def _summary(result: Json) -> str:
    if is_rejection(result):
        return f"rejected at {reason_of(result)}"
    who, fields = result["site"], ", ".join(result["record"])
    return f"{result['type']} by site {who['name']} {who['version']}, layout {layout_of(result)}: {fields}"


def _date(text: str | None) -> str | None:
    try:
        return checked_date(text) if text else None
    except ValueError as error:
        raise UsageError(str(error)) from error


def _shown(path: Path) -> str:
    """Name a path as seen from here."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
