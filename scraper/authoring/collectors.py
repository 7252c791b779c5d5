"""The collectors and tests of the pytest plugin; see `pytest_plugin`, which imports this when there is something to collect."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scraper.authoring.cases import Case
from scraper.authoring.checks import Trial, breakdown, checks_of, registry
from scraper.authoring.layouts import layout_faults
from scraper.errors import ScraperError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scraper.authoring.checks import Check
    from scraper.sites import Site


class CaseFile(pytest.File):
    """A case: one test a field, and those of the whole."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = Case(self.path)
        _use_project(self.path)

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the tests, without extracting the page yet; where the expectation cannot be read, one test that says so."""
        try:
            expected = self.case.expected()
        except ScraperError as error:
            yield UnreadableItem.from_parent(self, name="expected", why=str(error))
            return
        for name, check, number in checks_of(expected):
            yield CheckItem.from_parent(self, name=name, check=check, trial=Trial(self.case, expected, number))


class CheckItem(pytest.Item):
    """One test of a case."""

    def __init__(self, *, check: Check, trial: Trial, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.check = check
        self.trial = trial

    def runtest(self) -> None:
        """Fail with what is wrong. Where the page gives nothing to compare, the first test of the case says so, for all."""
        broken = breakdown(self.trial.case, self.trial.every)
        if broken:
            first = next(each for each in self.session.items if each.parent is self.parent)
            if self is not first:
                pytest.skip(f"the page gives nothing to compare, see {first.nodeid}")
            pytest.fail(broken, pytrace=False)
        _fail(self.check(self.trial))

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return where the test is, and what it is called in reports."""
        return self.path, None, self.nodeid


class UnreadableItem(pytest.Item):
    """The one test of a case of which nobody can tell what is expected."""

    def __init__(self, *, why: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.why = why

    def runtest(self) -> None:
        """Fail."""
        _fail(self.why)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return where the test is, and what it is called in reports."""
        return self.path, None, self.nodeid


class PluginFile(pytest.File):
    """A plugin that is a folder or a module of `plugins/`: one test of its sites' layouts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        _use_project(self.path)

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the test, without importing the plugin yet."""
        yield LayoutsItem.from_parent(self, name="layouts")


class CaseFolder(pytest.Directory):
    """A folder of the cases of an installed plugin's site, which is named as the site is."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Yield the test of the site's layouts, then the cases."""
        yield LayoutsItem.from_parent(self, name="layouts")
        for path in sorted(self.path.rglob("*.warc")):
            yield from self.ihook.pytest_collect_file(file_path=path, parent=self)


class LayoutsItem(pytest.Item):
    """The test of the layouts of one site, or of all sites that a plugin brings."""

    def runtest(self) -> None:
        """Fail with what is wrong."""
        faults = [f"{site.name}: {fault}" for site, folder in self._sites() for fault in layout_faults(site, folder, registry())]
        _fail("\n".join(faults) or None)

    def _sites(self) -> list[tuple[Site, Path]]:
        """Return the sites, and the folder of the cases of each; see `cases.case_folder`."""
        if self.path.is_dir():
            return [(site, self.path) for site in registry().only(self.path.name).sites]
        is_folder = self.path.name == "__init__.py"
        name = self.path.parent.name if is_folder else self.path.stem
        plugin = next((each for each in registry().plugins if each.origin == f"plugins.{name}"), None)
        if plugin is None or plugin.error:
            pytest.fail(str(plugin.error) if plugin else f"plugin {name!r} is not found", pytrace=False)
        used = getattr(sys.modules[plugin.origin], "__file__", None)
        if used is None or Path(used).resolve() != self.path.resolve():
            pytest.fail(f"another plugin of this name comes first: {used}", pytrace=False)
        elsewhere = self.path.parents[1] / "tests" / "cases"
        return [(site, self.path.parent / "cases" if is_folder else elsewhere / site.name) for site in plugin.sites]

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **kwargs: Any) -> Any:
        """Tell an error of ours in one line, anything else as pytest does."""
        if isinstance(excinfo.value, ScraperError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **kwargs)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return where the test is, and what it is called in reports."""
        return self.path, None, self.nodeid


def _fail(fault: str | None) -> None:
    if fault:
        pytest.fail(fault, pytrace=False)


@functools.cache
def _use_project(path: Path) -> None:
    """Put the folder that holds `plugins/` on the path, as the commands do, for a case or a plugin in there."""
    for folder in path.parents:
        if folder.name == "plugins" and not (folder / "__init__.py").exists():
            if str(folder.parent) not in sys.path:
                sys.path.insert(0, str(folder.parent))
            return
