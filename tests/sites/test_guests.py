"""Broken plugins beside good ones: each is named, with what is wrong, and the good ones' output does not change by a byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pytest
from support import PAGE, PLUGIN, lines, project, scraper, write_archive

SITE = """
from support import letters
from scraper.sites import Site, hookimpl

site = Site("{name}", version="1", urls=["{name}.example/"], seconds=1, memory=64 << 20, priority=900)
{more}

@hookimpl
def scraper_sites():
    return [site]
"""
LAYOUT = '@site.layout("text", media_types=["text/plain"]{also})\ndef text(page):\n    {body}\n'


def plugin(name: str, body: str, also: str = "") -> str:
    """The code of a plugin with one layout."""
    return SITE.format(name=name, more=LAYOUT.format(also=also, body=body))


HOOK = "\n@hookimpl\ndef {}():\n    return {}\n"
LISTED = {
    "import_error": ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
    "syntax_error": ("def (\n", "SyntaxError: "),
    "exits": ("raise SystemExit(3)\n", "SystemExit: 3"),
    "nothing": ("x = 1\n", "implements no hook of ours: decorate a function named scraper_sites with hookimpl"),
    "api_version": (f"SCRAPER_API = 2\n{PLUGIN}", "was written for API version 2 of scraper, this one has version 1"),
    "api_text": (f"SCRAPER_API = 'next'\n{PLUGIN}", "was written for API version 'next' of scraper, this one has version 1"),
    "misspelt_hook": (PLUGIN.replace("scraper_sites", "scraper_site"), "named scraper_site: did you mean scraper_sites?"),
    "far_off_hook": (PLUGIN.replace("scraper_sites", "get_spiders"), "no hook is named get_spiders: there are scraper_sites, "),
    "bare_hook": (PLUGIN.replace("@hookimpl\n", ""), "scraper_sites is not decorated with hookimpl"),
    "asking_hook": (PLUGIN.replace("scraper_sites()", "scraper_sites(config)"), "'config'"),
    "raising_hook": (PLUGIN.replace("return [letters()]", "raise KeyError('oh')"), "KeyError: 'oh'"),
    "exiting_hook": (PLUGIN.replace("return [letters()]", "raise SystemExit('bye')"), "SystemExit: bye"),
    "odd_hook": (PLUGIN.replace("return [letters()]", "raise BaseException('odd')"), "BaseException: odd"),
    "no_site": (PLUGIN.replace("return [letters()]", "return ['letters']"), "returned 'letters', which is no Site"),
    "a_duplicate_name": (PLUGIN, "site 'letters' is already brought by plugins.letters"),
    "twice": (plugin("double", "pass").replace("[site]", "[site, site]"), "site 'double' is already brought by itself, twice"),
    "takes_step": (f"from scraper.quoting import step\nstep('int', version=2)(ascii)\n{PLUGIN}", "put the plugin"),
    "media_text": (plugin("mt", "pass").replace('["text/plain"]', '"text/plain"'), "media_types is 'text/plain', which is no list"),
    "no_function": (SITE.format(name="nf", more="site.layout('x', media_types=['text/plain'])(3)"), "what extracts is 3, which is"),
    "no_layout": (SITE.format(name="nl", more="site.layouts.append('text')"), "has a layout that is none: 'text'"),
    "no_date": (plugin("nd", "pass", ", since='2020'"), "since is '2020', which is no datetime.date"),
    "no_urls": (plugin("nu", "pass").replace('urls=["nu.example/"]', 'urls="nu.example/"'), "urls is 'nu.example/', which is"),
    "no_time": (plugin("nt", "pass").replace("seconds=1", "seconds=0"), "seconds is 0, which is no positive number"),
    "no_record": (PLUGIN + HOOK.format("scraper_records", "[dict]"), "scraper_records returned dict, which is no attrs class"),
    "no_schemas": (PLUGIN + HOOK.format("scraper_schemas", "['x']"), "scraper_schemas returned 'x', which is no Path"),
}  # fmt: skip
REJECTED = {
    "raising": ("raise ZeroDivisionError('oh')", "layout 'text' of site 'raising' raised ZeroDivisionError: oh (__init__.py:"),
    "looping": ("while True: pass", "layout 'text' of site 'looping' took longer than 1 s"),
    "memory_hog": ("x = [bytearray(1 << 20) for _ in range(1 << 20)]", "layout 'text' of site 'memory_hog' ran out of memory"),
    "exiting": ("raise SystemExit(0)", "layout 'text' of site 'exiting' raised SystemExit: 0"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with one good site, and an archive of its pages and of pages that broken sites claim."""
    project(tmp_path)
    pages = {f"https://{name}.example/1": PAGE for name in ("letters", *REJECTED)}
    write_archive(tmp_path / "x.warc.gz", pages | {"https://letters.example/2": PAGE.replace("12", "13")})
    return tmp_path


def add(folder: Path, name: str, code: str) -> None:
    """Put a plugin into a project."""
    (folder / "plugins" / name).mkdir()
    (folder / "plugins" / name / "__init__.py").write_text(code)


def test_broken_plugins_are_named_and_change_nothing(folder: Path) -> None:
    """Every plugin that cannot be used has a status that says why; every one that fails on a page has a rejection that does."""
    scraper("extract", "x.warc.gz", "-o", "good.jsonl", "--site", "letters", cwd=folder)
    for name, (code, _) in LISTED.items():
        add(folder, name, code)
    for name, (body, _) in REJECTED.items():
        add(folder, name, plugin(name, body))
    listed = {
        row["plugin"]: row for row in map(orjson.loads, scraper("sites", "list", "--json", cwd=folder, code=1).stdout.splitlines())
    }
    assert {name for name, row in listed.items() if row["status"] != "ok"} == LISTED.keys()
    for name, (_, reason) in LISTED.items():
        assert listed[name]["status"].startswith("broken: ")
        assert reason in listed[name]["status"], name
    done = scraper("extract", "x.warc.gz", "-o", "out.jsonl", cwd=folder)
    assert "captures 6 = extracted 2 + rejected 4 + skipped 0" in done.stdout
    good = (folder / "good.jsonl").read_bytes().splitlines()
    own = [line for line in good if b'"url":"https://letters.example/' in line]  # it knows the others' pages by their content
    assert (folder / "out.jsonl").read_bytes().splitlines() == own
    assert len(own) == 2
    rejected = {line["site"]: line for line in lines(folder / "out.rejects.jsonl")}
    assert rejected.keys() == REJECTED.keys()
    for name, (_, reason) in REJECTED.items():
        assert (rejected[name]["stage"], rejected[name]["layout"]) == ("extract", "text")
        assert reason in rejected[name]["reason"], name
    again = (folder / "out.rejects.jsonl").read_bytes()
    scraper("extract", "x.warc.gz", "-o", "out.jsonl", cwd=folder)
    assert (folder / "out.rejects.jsonl").read_bytes() == again


def test_the_list_can_be_read_when_it_is_piped(folder: Path) -> None:
    """Each site stands on a line of its own, however long its status is; layouts show media types and dates, cases are counted."""
    add(
        folder,
        "dated",
        "import datetime as dt\n" + plugin("dated", "pass", ", since=dt.date(2019, 5, 1), until=dt.date(2021, 1, 1)"),
    )
    add(folder, "gone", f"raise ValueError('{'long ' * 60}')\n")
    listed = scraper("sites", "list", cwd=folder, code=1).stdout.splitlines()
    assert listed[0].split() == ["site", "version", "origin", "cases", "status", "layouts"]
    dated = next(line for line in listed if line.startswith("dated "))
    assert " ".join(dated.split()) == "dated 1 plugins.dated 0 ok text (text/plain) since 2019-05-01 until 2021-01-01"
    gone = next(line for line in listed if line.startswith("gone "))
    assert gone.endswith("broken: ValueError: " + ("long " * 60).strip())
    assert all(line == line.rstrip() for line in listed)


def test_a_good_plugin_says_for_which_version_it_was_written(folder: Path) -> None:
    """The present version is welcome, with or without a minor one behind it."""
    for name, version in (("one", "1"), ("two", "'1.7'")):
        add(folder, name, f"SCRAPER_API = {version}\n" + plugin(name, "pass"))
    shutil.rmtree(folder / "plugins" / "letters")
    scraper("sites", "list", cwd=folder)


def test_the_trace_shows_each_hook_and_layout(folder: Path) -> None:
    """With --trace, standard error tells each hook and layout asked, its verdict and its time; output and account stay the same."""
    add(folder, "raising", plugin("raising", REJECTED["raising"][0], ", recognises=lambda page: True"))
    done = scraper("--trace", "extract", "x.warc.gz", "-o", "out.jsonl", "--workers", "1", cwd=folder)
    told = [line for line in done.stderr.splitlines() if line.startswith("trace: ")]
    for start in (
        "trace: plugin 'letters': scraper_sites() → 1 Site, ",
        "trace: plugin 'letters': load → ok, ",
        "trace: recognises() of layout 'text' of site 'letters': https://letters.example/1 → True, ",
        "trace: extract() of layout 'text' of site 'letters': https://letters.example/2 → 1 record, ",
        "trace: extract() of layout 'text' of site 'raising': https://raising.example/1 → layout 'text' of site",
    ):
        assert any(line.startswith(start) and line.endswith(" ms") for line in told), start
    assert "trace" not in done.stdout
    assert "trace" not in scraper("extract", "x.warc.gz", "-o", "out.jsonl", cwd=folder).stderr
