"""Run the commands that the pages show, and hold what they print against what the pages say.

    console.py [--update] [PAGE...]        every page below docs/, unless some are named

A page is a story in an empty folder of its own; its marked fences are the steps, in their order:

    ```console exec            lines after `$ ` are run by bash; what follows must be what they print. A line that holds `…`
                               alone stands for any lines. `exec exit=1` says how the last command ends; the others must succeed.
    ```python file=a/b.py      is written there
    ```diff apply=a/b.py       is changed there: the lines without `+` must be there once, and become those without `-`
    <!-- run: cp … -->         is run, and not shown; `$ROOT` is the checkout
    <!-- serve: FOLDER -->     serves a folder of the checkout at http://127.0.0.1:48080, whatever the port is really

What varies from run to run is replaced on both sides by the patterns below, each for one thing. With --update what the commands
print now is written into the pages, so that the change can be read as a diff.
"""

from __future__ import annotations

import argparse
import datetime as dt
import difflib
import os
import re
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
SITE: Final = "127.0.0.1:48080"
SECONDS: Final = 180
"""A command that takes longer fails."""
_STEP: Final = re.compile(
    r"^```\w+ (?P<verb>exec|file|apply)(?:[ =](?P<arg>\S+))?\n(?P<body>.*?)^```$"
    r"|^<!-- (?P<hidden>run|serve): (?P<said>.*?) -->$",
    re.DOTALL | re.MULTILINE,
)
_TODAY: Final = "|".join(str(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)) for days in (0, 1))
PATTERNS: Final[dict[str, tuple[re.Pattern[str], str]]] = {
    "ids of records": (re.compile(r"<urn:uuid:[0-9a-f-]{36}>"), "<urn:uuid:…>"),
    "the time of this run": (re.compile(rf"\b(?:{_TODAY})T\d\d:\d\d:\d\d(?:\.\d+)?Z"), "<now>"),
    "the time in the name of an archive": (re.compile(r"-\d{8}T\d{6,12}Z(?=[-.])"), "-<time>"),
    "how long tests took": (re.compile(r"\bin \d+\.\d+s(?: \(\d+:\d\d:\d\d\))?"), "in …s"),
    "where a record lies in a compressed file": (re.compile(r"\bat offset \d+(, \d+ bytes)?"), "at offset …"),
    "milliseconds": (re.compile(r"\b\d+\.\d ms\b"), "… ms"),
    "spaces before the end of a line": (re.compile(r"[ \t]+$", re.MULTILINE), ""),
}


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing of it."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Say nothing."""


class Wrong(Exception):
    """A step of a page that does not do what the page says."""


class Story:
    """One page, acted out in a folder."""

    def __init__(self, page: Path, folder: Path, stack: ExitStack) -> None:
        self.page = page
        self.folder = folder / "project"
        self.folder.mkdir()
        self._home = folder
        self._stack = stack
        self._site = SITE
        self.differences: list[str] = []
        self.failures: list[str] = []

    def act(self) -> str:
        """Return the page as it reads with what its commands print now, or as it is where one of them fails."""
        try:
            return _STEP.sub(self._step, self.page.read_text())
        except Wrong as error:
            self.failures.append(f"{self.page.relative_to(ROOT)}: {error}")
            return self.page.read_text()

    def _step(self, found: re.Match[str]) -> str:
        verb = found["verb"] or found["hidden"]
        if verb == "exec":
            opening = found[0][: found.start("body") - found.start()]
            return f"{opening}{self._console(found['body'], int((found['arg'] or 'exit=0').removeprefix('exit=')))}```"
        if verb == "run":
            self._run(found["said"], 0)
        elif verb == "serve":
            self._serve(ROOT / found["said"])
        else:
            self._edit(self.folder / found["arg"], found["body"], verb)
        return found[0]

    def _console(self, body: str, status: int) -> str:
        """Run the commands of a fence, and return it with their output."""
        parts = re.findall(r"^(\$ (?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)", body, re.MULTILINE)
        if "".join(map("".join, parts)) != body:
            raise Wrong(f"this fence does not begin with a command:\n{body}")
        shown = ""
        for number, (command, said) in enumerate(parts, start=1):
            printed = self._run(command.removeprefix("$ "), status if number == len(parts) else 0)
            shown += command + (said if agrees(said, printed) else self._differs(command, said, printed))
        return shown

    def _differs(self, command: str, said: str, printed: str) -> str:
        """Note a difference, and return what should be said."""
        lines = difflib.unified_diff(said.splitlines(), printed.splitlines(), "the page", "now", lineterm="")
        self.differences.append(f"{self.page.relative_to(ROOT)}: {command}" + "\n".join(lines))
        return printed

    def _run(self, command: str, status: int) -> str:
        """Run a command, and return what it printed, with what varies replaced."""
        environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(self._home), "ROOT": str(ROOT),
            "COLUMNS": "110", "LANG": "C.UTF-8", "NO_COLOR": "1", "TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        }  # fmt: skip
        done = subprocess.run(  # noqa: S603  the project's own pages
            ["/bin/bash", "-o", "pipefail", "-c", command.replace(SITE, self._site)],
            cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False, timeout=SECONDS,
        )  # fmt: skip
        printed = done.stdout.decode().replace(self._site, SITE).replace(str(self.folder), ".").replace(str(ROOT), "$ROOT")
        if done.returncode != status:
            raise Wrong(f"exit code {done.returncode}, not {status}\n$ {command}\n{printed}")
        return even(printed)

    def _serve(self, folder: Path) -> None:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        self._site = f"127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self._stack.callback(server.server_close)
        self._stack.callback(server.shutdown)

    def _edit(self, path: Path, body: str, verb: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        body = body.replace(SITE, self._site)
        path.write_text(body if verb == "file" else changed(path.read_text(), body))


def changed(text: str, diff: str) -> str:
    """Return a text changed as a diff without line numbers says.

    Raises:
        Wrong: What it changes is not there, or not once.
    """
    lines = diff.splitlines(keepends=True)
    old, new = ("".join(line[1:] or "\n" for line in lines if line[0] != other) for other in "+-")
    if text.count(old) != 1:
        raise Wrong(f"this is there {text.count(old)} times:\n{old}")
    return text.replace(old, new)


def even(text: str) -> str:
    """Return a text with what varies from run to run replaced."""
    for pattern, shown in PATTERNS.values():
        text = pattern.sub(shown, text)
    return text


def agrees(said: str, printed: str) -> bool:
    """Whether a page says what was printed; a line `…` stands for any lines, none among them."""
    pattern = "".join("(?:.*\n)*" if line.strip() == "…" else re.escape(line) for line in even(said).splitlines(keepends=True))
    return re.fullmatch(pattern, printed) is not None


def act(page: Path, *, update: bool) -> list[str]:
    """Act a page out, and return what is wrong with it; an update puts differences right, and leaves failures."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        story = Story(page, Path(folder).resolve(), stack)
        text = story.act()
    if update and text != page.read_text():
        page.write_text(text)
    return story.failures + ([] if update else story.differences)


def main() -> None:
    """Act out the pages; exit with 1 when one says what is not so."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--update", action="store_true")
    parser.add_argument("pages", nargs="*", type=Path)
    asked = parser.parse_args()
    pages = [page.resolve() for page in asked.pages] or list((ROOT / "docs").rglob("*.md"))
    pages.sort(key=lambda page: (-page.read_text().count("\n$ "), page))  # the longest first, so that none is waited for at the end
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        wrong = [each for found in threads.map(partial(act, update=asked.update), pages) for each in found]
    print("\n\n".join(wrong) or f"{len(pages)} pages: they show what every command prints")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
