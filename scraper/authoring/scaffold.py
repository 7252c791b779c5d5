"""A page → a plugin that reads it: in the project's `plugins/`, or as a distribution of its own; with a spider and a first case.

Nothing is overwritten unless that is asked for, and where something fails, what was written is taken back.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import keyword
import re
import sys
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from attrs import frozen

from scraper import __version__
from scraper.archive import Capture, interpret
from scraper.archive.reader import MAX_PAYLOAD
from scraper.authoring.cases import add_case
from scraper.authoring.propose import Proposed, choose_type, propose
from scraper.authoring.shapes import record_type, record_types
from scraper.authoring.ways import text_code
from scraper.authoring.writing import module_code
from scraper.errors import SiteError, UsageError
from scraper.pages import open_page
from scraper.sites import Plugin, Registry, load_registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scraper.archive import Record as ArchivedRecord
    from scraper.authoring.cases import Case

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_LONGEST: Final = 40
_RESERVED: Final = frozenset({"page", "plugins", "scraper", "tests"})
_SETTINGS: Final = "scraper.crawl.settings"
_WEB: Final = ("http", "https")


@frozen
class Draft:
    """A plugin that is not written yet.

    Attributes:
        name: The site's name.
        record: The page, as it is archived.
        capture: The page.
        proposed: What was proposed for it.
        priority: The priority of the site, where another site knows the page's URL too.
    """

    name: str
    record: ArchivedRecord
    capture: Capture
    proposed: Proposed
    priority: int | None = None

    @property
    def module(self) -> str:
        """The import package of the distribution."""
        return f"scraper_{self.name}"


@frozen
class Written:
    """A plugin that is written.

    Attributes:
        files: The files, in the order of their making; the case's are not among them.
        case: The first case.
    """

    files: tuple[Path, ...]
    case: Case


def check_name(name: str, registry: Registry, *, replace: bool = False) -> None:
    """Check the name of a new site.

    Args:
        name: The name.
        registry: The sites that there are.
        replace: Whether a plugin of the project may have the name already.

    Raises:
        UsageError: It is none, or taken.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or keyword.iskeyword(name) or name in _RESERVED:
        raise UsageError(f"{name!r} is no name for a site: write a short one of a-z, 0-9 and _ that Python and Scrapy leave free")
    taken = {site.name: plugin for plugin in registry.plugins for site in plugin.sites}
    taken |= {plugin.name: plugin for plugin in registry.plugins}
    if name in taken and not (replace and taken[name].origin == f"plugins.{name}"):
        raise UsageError(f"a site named {name!r} is there already ({taken[name].origin}): choose another name")


def draft(name: str, record: ArchivedRecord, registry: Registry, *, type_name: str | None = None) -> Draft:
    """Propose a plugin for a page.

    Args:
        name: The site's name.
        record: The page's record.
        registry: The sites that there are.
        type_name: The record type; by default the one of which the page shows signs.

    Raises:
        UsageError: It is not known where the page came from, which type its record has, or how a field is read that the record
            must have.
        QuotingError: The page cannot be opened.
    """
    capture = interpret(record, Path("page.warc"), max_payload=MAX_PAYLOAD)
    if not isinstance(capture, Capture):
        raise UsageError(f"the page cannot be read: {getattr(capture, 'error', capture)}")
    if urlsplit(capture.url).scheme not in _WEB:
        raise UsageError(f"the page does not say where it came from (it is known as {capture.url}): give --url")
    page = open_page(capture.payload, capture.media_type, charset=capture.charset, url=capture.url)
    known = ", ".join(each.TYPE for each in record_types())
    type_ = record_type(type_name) if type_name else choose_type(page)
    if type_ is None:
        raise UsageError(f"the page shows no sign of a record type that is known here ({known}): name one with --record")
    proposed = propose(page, type_)
    if proposed.missing or not proposed.fields:
        what = ", ".join(proposed.missing) or "any field"
        raise UsageError(f"nothing on the page of {capture.url} ({capture.media_type}) was found to be the {what} of {type_.TYPE}")
    other = registry.by_url(capture.url)
    return Draft(name, record, capture, proposed, None if other is None or other.name == name else other.priority + 100)


def write_plugin(made: Draft, project: Path, *, replace: bool = False) -> Written:
    """Write a plugin into a project's `plugins/`, and its first case.

    Args:
        made: The plugin.
        project: The project's folder, which is on the path.
        replace: Whether files that are there may be overwritten.

    Raises:
        UsageError: There is such a folder, or it cannot be written to.
        SiteError: The plugin does not work.
    """
    folder = project / "plugins" / made.name
    if folder.exists() and not replace:
        raise UsageError(f"{folder} is there already: choose another name, or overwrite its modules with --force")
    files = {folder / "__init__.py": plugin_code(made), folder / "spider.py": _spider(made)}
    if not (project / "scrapy.cfg").exists():
        files[project / "scrapy.cfg"] = _filled("scrapy.cfg", settings=_SETTINGS)
    with _writing(files):
        importlib.invalidate_caches()
        for module in [each for each in sys.modules if each == f"plugins.{made.name}" or each.startswith(f"plugins.{made.name}.")]:
            del sys.modules[module]
        return Written(tuple(files), _first_case(made, load_registry()))


def write_package(made: Draft, folder: Path, *, replace: bool = False) -> Written:
    """Write a plugin as a distribution of its own, and its first case.

    Args:
        made: The plugin.
        folder: The folder of the distribution.
        replace: Whether files that are there may be overwritten.

    Raises:
        UsageError: The folder holds something, or cannot be written to.
        SiteError: The plugin does not work.
    """
    folder = folder.absolute()
    if folder.exists() and not replace and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already, and not empty: name another folder, or overwrite its files with --force")
    with _writing({folder / name: text for name, text in _package(made).items()}) as files:
        sys.path.insert(0, str(folder / "src"))
        importlib.invalidate_caches()
        plugin = importlib.import_module(made.module)
        registry = load_registry()
        sites = tuple(plugin.scraper_sites())
        with contextlib.chdir(folder):
            own = Plugin(made.name, f"scraper-{made.name}", sites)
            return Written(tuple(files), _first_case(made, Registry([*registry.sites, *sites], [*registry.plugins, own])))


def _package(made: Draft) -> dict[str, str]:
    """Return the texts of a distribution's files."""
    names = {
        "name": made.name,
        "module": made.module,
        "dashed": made.name.replace("_", "-"),
        "host": _host(made),
        "version": __version__,
        "type": made.proposed.type.TYPE,
    }
    source = f"src/{made.module}"
    texts = {name: _filled(name, **names) for name in ("pyproject.toml", "README.md")}
    return {
        **texts,
        ".gitignore": _filled("gitignore"),
        ".github/workflows/ci.yml": _filled("ci.yml"),
        "scrapy.cfg": _filled("scrapy.cfg", settings=f"{made.module}.settings"),
        f"{source}/__init__.py": plugin_code(made),
        f"{source}/py.typed": "",
        f"{source}/settings.py": _filled("settings.py", module=made.module),
        f"{source}/spider.py": _spider(made),
    }


def _host(made: Draft) -> str:
    return re.sub(r"[^\w.:\[\]-]", "_", urlsplit(made.capture.url).netloc.rpartition("@")[2], flags=re.ASCII)


def plugin_code(made: Draft) -> str:
    """Return the module of a plugin, which is Python whatever the page."""
    code = module_code(_template("plugin.py"), made.name, made.capture, made.proposed, priority=made.priority)
    ast.parse(code)
    return code


def _spider(made: Draft) -> str:
    parts = urlsplit(made.capture.url)
    return _filled(
        "spider.py",
        name=made.name,
        **{"class": "".join(word.capitalize() for word in made.name.split("_")) + "Spider"},
        home=text_code(f"{parts.scheme}://{_host(made)}"),
        hosts=text_code((parts.hostname or "").removeprefix("www.")),
    )


def _template(name: str) -> Template:
    return Template((resources.files("scraper.authoring") / "templates" / f"{name}.txt").read_text(encoding="utf-8"))


def _filled(template: str, /, **values: str) -> str:
    return _template(template).substitute(values)


@contextlib.contextmanager
def _writing(files: Mapping[Path, str]) -> Iterator[list[Path]]:
    """Write files; when what follows fails, take back those that were not there before, and folders that are empty then.

    Raises:
        UsageError: One cannot be written.
    """
    new = [path for path in files if not path.exists()]
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        yield list(files)
    except OSError as error:
        _take_back(new)
        raise UsageError(f"cannot write {error.filename}: {error.strerror}") from error
    except BaseException:
        _take_back(new)
        raise


def _take_back(paths: list[Path]) -> None:
    for path in paths:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):  # it was not written
            path.unlink()
        for folder in path.parents:
            try:
                folder.rmdir()
            except OSError:  # something else is in it
                break


def _first_case(made: Draft, registry: Registry) -> Case:
    """Keep the page as the site's first case.

    Raises:
        SiteError: The plugin that was written does not work.
        UsageError: The page is rejected, or goes to another site.
    """
    broken = next((plugin for plugin in registry.plugins if plugin.name == made.name and plugin.error), None)
    if broken is not None:
        raise SiteError(f"the plugin {made.name} was written and does not load: {broken.error}")
    return add_case(made.name, made.record, registry)
