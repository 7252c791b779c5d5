"""A Spark cluster of this machine, and a look at its executors and at what it wrote."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from support import command_line

HELPERS = str(Path(__file__).parent)
ENV = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_HOSTNAME": "localhost", "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": HELPERS}


def joined(folder: Path) -> bytes:
    """The bytes of a folder's part files, in the order of their names."""
    assert (folder / "_SUCCESS").exists()
    return b"".join(part.read_bytes() for part in sorted(folder.glob("part-*")))


def executors() -> list[int]:
    """The executors on this machine that were started by our workers."""
    processes = (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())
    return [each for each in processes if b"CoarseGrainedExecutorBackend" in command_line(each)]


def _free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The URL of a standalone cluster: a master and two workers with one processor each."""
    import pyspark  # noqa: PLC0415  # an extra, which most tests do without

    spark_class = Path(pyspark.__file__).parent / "bin" / "spark-class"
    port = _free_port()
    url = f"spark://127.0.0.1:{port}"
    deploy = "org.apache.spark.deploy"
    master = [f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]
    worker = [f"{deploy}.worker.Worker", url, "--cores", "1", "--memory", "1g", "--webui-port", "0"]
    started = []
    with (folder / "log").open("wb") as log:
        for command in (master, [*worker, "--work-dir", str(folder / "1")], [*worker, "--work-dir", str(folder / "2")]):
            started.append(subprocess.Popen([spark_class, *command], env=os.environ | ENV, stdout=log, stderr=log))
            _wait_until(lambda: _answers(port), started, folder / "log")
        joined = b"Registering worker"
        _wait_until(lambda: (folder / "log").read_bytes().count(joined) == 2, started, folder / "log")
        yield url
        for process in started:
            process.kill()
            process.wait()


def _wait_until(holds: Callable[[], object], processes: list[subprocess.Popen[bytes]], log: Path) -> None:
    """Wait for something, as long as the processes live."""
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline, log.read_text()
        assert all(process.poll() is None for process in processes), log.read_text()
        time.sleep(0.2)


def _answers(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
