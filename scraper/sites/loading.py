"""Finding plugins and letting them in: each is loaded and questioned alone, and whatever it does becomes its status.

Plugins are the packages of the namespace package `plugins` (any folder of that name on the path) and the installed entry points of
the group `scraper`. Folders that begin with an underscore are shared code of plugins, not plugins. A plugin that cannot be used is
reported, nothing of it is used, and the others work on.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import pluggy

from scraper.errors import BrokenPlugin
from scraper.records import Migration, Record
from scraper.records.schemas import schemas_in
from scraper.sites import hookspecs
from scraper.sites.bounds import Bounded, Limits, alarm
from scraper.sites.examine import examine
from scraper.sites.guest import told
from scraper.sites.site import Site
from scraper.sites.trace import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

LOADING: Final = Limits(seconds=60.0, memory=4 << 30)
"""What loading a plugin may take: importing heavy libraries, on a slow disk."""


@attrs.frozen(slots=True)
class Plugin:
    """A plugin that was found, and what became of it.

    Attributes:
        name: Its name: the folder's, or the entry point's.
        origin: Where it came from: the module, or the distribution and its version.
        sites: The sites that it brought.
        error: Why it is not used; None if it is.
        records: The record types that it brought.
        schemas: The schemas that it brought, by name and version.
        migrations: The migrations that it brought.
    """

    name: str
    origin: str
    sites: tuple[Site, ...] = ()
    error: BrokenPlugin | None = None
    records: tuple[type[Record], ...] = ()
    schemas: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    migrations: tuple[Migration, ...] = ()

    def claims(self) -> Iterator[str]:
        """Yield what it brings that only one plugin can bring."""
        yield from (f"site {site.name!r}" for site in self.sites)
        yield from (f"schema {name!r}" for name in self.schemas)
        yield from (f"record type {record.TYPE!r}" for record in self.records)
        yield from (f"migration from {each.old!r}" for each in self.migrations)


def load_plugins() -> list[Plugin]:
    """Load every plugin, in a fixed order; what they bring has no name twice."""
    with alarm:
        return _settle([_load(name, origin, load) for name, origin, load in _found()])


def _found() -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """Yield name, origin and loader of each plugin, in a fixed order."""
    package = _plugins_package()
    modules = pkgutil.iter_modules(package.__path__ if package else [])
    for module in sorted((each for each in modules if not each.name.startswith("_")), key=lambda each: each.name):
        path = f"plugins.{module.name}"
        yield module.name, path, lambda path=path: importlib.import_module(path)  # type: ignore[misc]  # binds the loop's value
    for entry in sorted(metadata.entry_points(group=hookspecs.NAMESPACE), key=lambda each: each.name):
        version = f" {entry.dist.version}" if entry.dist else ""
        yield entry.name, f"{entry.dist.name if entry.dist else entry.value}{version}", entry.load


def _plugins_package() -> ModuleType | None:
    try:
        return importlib.import_module("plugins")
    except ModuleNotFoundError:
        return None


def _load(name: str, origin: str, load: Callable[[], Any]) -> Plugin:
    """Load one plugin; whatever it raises becomes its status."""
    watch = Watch(f"plugin {name!r}", "load")
    try:
        with Bounded(LOADING, "loading it"):
            module = load()
            _shake_hands(module)
            plugin = _question(name, origin, module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  # a plugin is somebody else's code: anything may come
        plugin = Plugin(name, origin, error=error if isinstance(error, BrokenPlugin) else BrokenPlugin(told(error)))
    watch.tell(plugin.error or "ok")
    return plugin


def _shake_hands(module: Any) -> None:
    """Compare the API version that a plugin was written for with ours.

    Raises:
        BrokenPlugin: It is another one.
    """
    theirs = getattr(module, "SCRAPER_API", hookspecs.API)
    if str(theirs).partition(".")[0] != str(hookspecs.API):
        raise BrokenPlugin(f"was written for API version {theirs!r} of scraper, this one has version {hookspecs.API}")


def _question(name: str, origin: str, module: Any) -> Plugin:
    """Call a plugin's hooks, with nobody else's among them, and look at what they bring.

    Raises:
        BrokenPlugin: It brings what is of no use.
    """
    manager = pluggy.PluginManager(hookspecs.NAMESPACE)
    manager.add_hookspecs(hookspecs)
    manager.register(module, origin)  # checks the arguments of hooks
    _check_names(manager, module)
    schemas: dict[str, dict[str, Any]] = {}
    for folder in _call(manager, name, "scraper_schemas", Path):
        schemas |= schemas_in(folder)
    sites = _call(manager, name, "scraper_sites", Site)
    for site in sites:
        examine(site)
    records = _call(manager, name, "scraper_records", type)
    for record in records:
        if not (issubclass(record, Record) and attrs.has(record) and isinstance(getattr(record, "TYPE", None), str)):
            raise BrokenPlugin(f"scraper_records returned {record.__name__}, which is no attrs class under Record with a TYPE")
    migrations = _call(manager, name, "scraper_migrations", Migration)
    return Plugin(name, origin, sites, None, records, schemas, migrations)


def _check_names(manager: pluggy.PluginManager, module: Any) -> None:
    """See to it that each function meant as a hook is one, and that there is any.

    Raises:
        BrokenPlugin: A hook's name is misspelt or its decorator was forgotten, or there is no hook at all.
    """
    ours = [name for name in vars(hookspecs) if name.startswith(f"{hookspecs.NAMESPACE}_")]
    callers = manager.get_hookcallers(module) or []
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        wrong = next(caller.name for caller in callers if not caller.has_spec())
        near = difflib.get_close_matches(wrong, ours, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(ours)}"
        raise BrokenPlugin(f"no hook is named {wrong}: {hint}") from error
    bare = [name for name in ours if callable(getattr(module, name, None)) and name not in {caller.name for caller in callers}]
    if bare:
        raise BrokenPlugin(f"{bare[0]} is not decorated with hookimpl")
    if not callers:
        raise BrokenPlugin("implements no hook of ours: decorate a function named scraper_sites with hookimpl")


def _call(manager: pluggy.PluginManager, name: str, hook: str, kind: type[Any]) -> tuple[Any, ...]:
    """Call one hook and return what it brings.

    Raises:
        BrokenPlugin: Something of it is of the wrong kind.
    """
    if not getattr(manager.hook, hook).get_hookimpls():
        return ()
    watch = Watch(f"plugin {name!r}", f"{hook}()")
    found = tuple(each for result in getattr(manager.hook, hook)() for each in result)
    watch.tell(f"{len(found)} {kind.__name__}")
    for each in found:
        if not isinstance(each, kind):
            raise BrokenPlugin(f"{hook} returned {each!r}, which is no {kind.__name__}")
    return found


def _settle(plugins: Sequence[Plugin]) -> list[Plugin]:
    """Give each name to one plugin: to the one that is named like it, else to the first. The others are broken."""
    owners: dict[str, Plugin] = {}
    for plugin in plugins:
        for claim in plugin.claims():
            if claim not in owners or repr(plugin.name) in claim:
                owners[claim] = plugin
    return [_without_clash(plugin, owners) for plugin in plugins]


def _without_clash(plugin: Plugin, owners: dict[str, Plugin]) -> Plugin:
    claims = list(plugin.claims())
    lost = next((claim for claim in claims if owners[claim] is not plugin or claims.count(claim) > 1), None)
    if lost is None:
        return plugin
    by = "itself, twice" if owners[lost] is plugin else owners[lost].origin
    return Plugin(plugin.name, plugin.origin, error=BrokenPlugin(f"{lost} is already brought by {by}"))
