"""Environments made for tests, where what is built from this checkout is installed for real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]
GAZETTE = ROOT / "tests" / "distribution" / "scraper-gazette"
"""The example of a plugin that is a distribution of its own."""


@attrs.frozen
class Environment:
    """A virtual environment and a folder to work in."""

    bin: Path
    folder: Path

    def run(self, *command: str | Path, code: int = 0) -> str:
        """Run a command of this environment in the folder, and nothing else of ours; return what it printed."""
        program = self.bin / command[0]
        clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
        done = subprocess.run(
            [program, *map(str, command[1:])], cwd=self.folder, capture_output=True, text=True, check=False, timeout=500,
            stdin=subprocess.DEVNULL, env=clean | {"no_proxy": "*", "COLUMNS": "200", "PATH": f"{self.bin}:{os.environ['PATH']}"},
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def install(self, *what: str | Path, wheels: Path) -> None:
        """Install packages; ours come from the wheels that were built, for which no index is asked."""
        self.run("python", "-m", "pip", "install", "--quiet", "--find-links", wheels, *what)


def fresh(folder: Path) -> Environment:
    """Make an environment in a folder."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    made = Environment(folder / "venv" / "bin", folder / "work")
    made.folder.mkdir()
    made.run("python", "-m", "pip", "install", "--quiet", "pip>=25.1")  # the first that knows --group
    return made
