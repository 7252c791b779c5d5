"""Cases: a page, kept for good, and what its site must make of it.

A case is two files side by side: `NAME.warc`, one capture, not compressed, and `NAME.expected.json`, the extraction of that page
with its pointers, or its rejection; a list of them where the page gives several records. Equal pages give equal bytes: the record's
id follows from what it holds, and its date is the page's.

The cases of a plugin that is a folder `plugins/NAME/` lie below its `cases/`; those of any other plugin's site below
`tests/cases/SITE/` of the project. The pytest plugin (`pytest_plugin`) makes a test of each field; `scraper sites case` adds,
updates and shows them.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from scraper.archive import read_at
from scraper.archive.compose import TERMINATOR, compose_head
from scraper.archive.loaders.drafts import identify
from scraper.errors import UsageError
from scraper.extract import extract

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scraper.archive import Capture, Record
    from scraper.sites import Registry

Json = dict[str, Any]

_WIDTH: Final = 132
_LINE_OF_CODE: Final = re.compile(r" \([^()\s]+\.py:\d+\)$")
_KEPT: Final = (
    "WARC-Truncated", "Content-Type", "WARC-Payload-Digest", "X-Scraper-Source", "X-Scraper-Changed",
)  # fmt: skip  # what speaks of the page itself, not of the archive that it stood in


@attrs.frozen(slots=True)
class Case:
    """A case.

    Attributes:
        path: Its page, `NAME.warc`.
    """

    path: Path

    @property
    def name(self) -> str:
        """Its name in commands."""
        return self.path.stem

    @property
    def expectation(self) -> Path:
        """Where it says what is expected."""
        return self.path.with_suffix(".expected.json")

    def expected(self) -> list[Json]:
        """Return what is expected: extractions (`schemas/extraction/1.json`) and rejections.

        Raises:
            UsageError: The file cannot be read, or holds something else.
        """
        try:
            data = json.loads(self.expectation.read_bytes())
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.expectation} cannot be read: {error}") from error
        results = data if isinstance(data, list) else [data]
        if not results or not all(isinstance(each, dict) and ("record" in each or "stage" in each) for each in results):
            raise UsageError(f"{self.expectation} holds neither an extraction nor a rejection, nor a list of them")
        return results

    def expect(self, results: Sequence[Json]) -> None:
        """Write what is expected; a page's only result stands there as it is, several as a list."""
        kept = [steady(each) for each in results]
        text = pretty(kept[0] if len(kept) == 1 else kept)
        self.expectation.write_text(f"{text}\n", encoding="utf-8")


def is_rejection(result: Json) -> bool:
    """Whether a result is a rejection, not an extraction."""
    return "stage" in result


def steady(result: Json) -> Json:
    """Return a result without the line of code that a rejection names, which any edit of the plugin moves."""
    return result | {"reason": _LINE_OF_CODE.sub("", result["reason"])} if is_rejection(result) else result


def site_of(result: Json) -> str | None:
    """Return the name of the site that a result comes from; None where no site was found."""
    return result.get("site") if is_rejection(result) else result["site"]["name"]


def layout_of(result: Json) -> str | None:
    """Return the name of the layout that a result comes from; None where none was found."""
    return result.get("layout") if is_rejection(result) else result["site"]["layout"]


def cases_in(folder: Path) -> list[Case]:
    """Return the cases at and below a folder, by name; a `.warc` without an expectation beside it is none."""
    cases = (Case(path) for path in sorted(folder.rglob("*.warc")))
    return [case for case in cases if case.expectation.is_file()]


def case_folder(site: str, registry: Registry) -> Path:
    """Return the folder below which a site's cases lie, whether it is there or not.

    Raises:
        UsageError: No plugin that works brings such a site.
    """
    plugin = next((each for each in registry.plugins if any(site == brought.name for brought in each.sites)), None)
    if plugin is None:
        known = ", ".join(sorted(each.name for each in registry.sites)) or "none"
        raise UsageError(f"no site is named {site!r}; known: {known}")
    if plugin.origin == f"plugins.{plugin.name}" and (places := list(getattr(sys.modules[plugin.origin], "__path__", ()))):
        return Path(places[0]) / "cases"
    return Path.cwd() / "tests" / "cases" / site


def cases_of(site: str, registry: Registry) -> list[Case]:
    """Return a site's cases, by name; a plugin of several sites keeps all their cases together.

    Raises:
        UsageError: No plugin that works brings such a site, or what a case expects cannot be read.
    """
    cases = cases_in(case_folder(site, registry))
    return [case for case in cases if any(site_of(each) in {site, None} for each in case.expected())]


def compose_case(record: Record) -> bytes:
    """Return the bytes of a case's page: the record alone, its block byte for byte, and an id that follows from what it holds.

    Args:
        record: A `response`, `resource` or `conversion` record.

    Raises:
        ArchiveError: Its date is none, or a header's value cannot stand in a WARC.
    """
    head = record.head
    kept = [("WARC-Target-URI", head.url), *((name, head.fields[name.lower()]) for name in _KEPT if name.lower() in head.fields)]
    record_id = identify(head.kind, head.url, record.block)
    return compose_head(head.kind, kept, record.block, date=head.date, record_id=record_id) + record.block + TERMINATOR


def add_case(site: str, record: Record, registry: Registry, *, name: str | None = None, rejected: bool = False) -> Case:
    """Add a case of a page to a site; what its site makes of it now is what is expected from now on.

    Args:
        site: The name of the site.
        record: The page.
        registry: The sites; the page must go to that site among all of them.
        name: The case's name. By default its layout's, with a number where that is taken.
        rejected: Whether the page is expected to be rejected.

    Returns:
        The case.

    Raises:
        UsageError: There is no such site; the page goes to another; it is rejected, or not, against what was said; or there is a
            case of that name.
        ArchiveError: The record cannot be written, or its payload not be read.
    """
    folder = case_folder(site, registry)
    raw = compose_case(record)
    capture = _capture_of(raw)
    results = [each.to_json() for each in extract(capture, registry)]
    _insist(site, results, rejected=rejected)
    case = _new_case(folder, name, layout_of(results[0]) or "unmatched")
    folder.mkdir(parents=True, exist_ok=True)
    case.path.write_bytes(raw)
    case.expect([each.to_json() for each in extract(read_at(case.path, 0), registry)])
    return case


def _capture_of(raw: bytes) -> Capture:
    """Read the capture that the bytes of a case's page hold."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.warc"
        path.write_bytes(raw)
        return read_at(path, 0)


def _insist(site: str, results: list[Json], *, rejected: bool) -> None:
    """Refuse a page that is another site's, and one whose rejection, or whose extraction, nobody expects.

    Raises:
        UsageError: It is refused.
    """
    refusal = next((each for each in results if is_rejection(each)), None)
    if refusal and not rejected:
        raise UsageError(f"the page is rejected: {reason_of(refusal)}; if that is what is expected, say --rejected")
    if rejected and not refusal:
        raise UsageError("the page is not rejected: leave --rejected out")
    other = next((name for each in results if (name := site_of(each)) not in {site, None}), None)
    if other:
        raise UsageError(f"the page goes to site {other!r}, not to {site!r}")


def reason_of(rejection: Json) -> str:
    """Return stage, error and reason of a rejection, on one line."""
    return f"{rejection['stage']}: {rejection['error']}: {rejection['reason']}"


def _new_case(folder: Path, name: str | None, layout: str) -> Case:
    """Choose the place of a new case.

    Raises:
        UsageError: The name is none for a file, or taken.
    """
    if name is None:
        numbered = (f"{layout}-{number}" if number > 1 else layout for number in range(1, sys.maxsize))
        name = next(each for each in numbered if not (folder / f"{each}.warc").exists())
    case = Case(folder / f"{name}.warc")
    if case.path.parent != folder or case.name != name or not name:
        raise UsageError(f"{name!r} is no name for a case: write one that can be a file's")
    if case.path.exists() or case.expectation.exists():
        raise UsageError(f"{case.path} is there already: choose another name, or run: scraper sites case update")
    return case


def pretty(value: Any, indent: int = 0, room: int = _WIDTH) -> str:
    """Return JSON for people and for version control: what fits a line stands on one, anything longer member by member.

    Args:
        value: Plain JSON values.
        indent: Spaces before the lines.
        room: Code points that are left on the first line.
    """
    compact = json.dumps(value, ensure_ascii=False)
    if len(compact) <= room or not isinstance(value, dict | list) or not value:
        return compact
    inner, space = indent + 2, " " * (indent + 2)
    if isinstance(value, list):
        opening, closing = "[]"
        members = [f"{space}{pretty(each, inner, _WIDTH - inner - 1)}" for each in value]
    else:
        opening, closing = "{}"
        keys = {key: json.dumps(key, ensure_ascii=False) for key in value}
        members = [f"{space}{keys[key]}: {pretty(each, inner, _WIDTH - inner - len(keys[key]) - 3)}" for key, each in value.items()]
    return opening + "\n" + ",\n".join(members) + "\n" + " " * indent + closing
