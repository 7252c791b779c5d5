"""pywb, the independent reader that the replay tests ask: its commands are in the folder that REPLAY_BIN names."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

REPLAY_BIN = os.environ.get("REPLAY_BIN")


@contextlib.contextmanager
def serving(folder: Path, port: int) -> Iterator[http.client.HTTPConnection]:
    """A connection to pywb serving the collections of a folder on the loopback."""
    assert REPLAY_BIN is not None
    command = [Path(REPLAY_BIN) / "wayback", "-b", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with contextlib.closing(_connected(port)) as connection:
                yield connection
        finally:
            process.kill()


def _connected(port: int) -> http.client.HTTPConnection:
    """Wait until the server answers."""
    deadline = time.monotonic() + 40
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.connect()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return connection
