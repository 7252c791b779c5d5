"""The Spark engine: the same shards, worked on wherever a cluster has room, written by Spark's own committer.

Each Spark task takes shards that follow each other, and its lines follow theirs: the output's part files, read in the order of
their names, hold the very lines that the local engine writes into one file. Within a task a shard runs in a child process, as
everywhere, so that a page which kills or hangs it costs itself and not the executor.

What came from the shards is kept on the executors' disks until all outputs are written; what an executor that dies takes with it is
made again, and is the same.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import orjson

from scraper import __version__
from scraper.archive.place import as_path, is_remote
from scraper.errors import JobError, NotAnArchive, UsageError
from scraper.jobs.counts import Counts
from scraper.jobs.outputs.extras import need
from scraper.jobs.outputs.lines import read_lines
from scraper.jobs.plan import SHARD_SIZE, plugin_folders, shards
from scraper.jobs.worker import Task, Worker
from scraper.sites import Registry, load_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa
    from pyspark import SparkContext
    from pyspark.sql import DataFrame, SparkSession

    from scraper.jobs.shard import Shard

_EXTRACTION: Final = "extraction"
_REJECTION: Final = "rejection"
_COUNTS: Final = "counts"
_UNREADABLE: Final = "unreadable"
_SHIPPED: Final = "scraper-plugins"
_WAVES: Final = 4
"""Spark tasks for each processor, so that those which finish early find more to do."""
_CODECS: Final = {".jsonl": None, ".jsonl.gz": "gzip", ".jsonl.zst": "zstd", ".parquet": None}
"""The endings of an output's name, and the codec of its part files."""


def extract_on_spark(
    archives: Iterable[str],
    registry: Registry,
    out: str,
    rejects: str,
    *,
    master: str | None = None,
    site: str | None = None,
    seconds: float = 60.0,
    shard_size: int = SHARD_SIZE,
    complain: Callable[[NotAnArchive], None] = lambda _error: None,
) -> Counts:
    """Extract archives on a Spark cluster into folders of part files.

    Args:
        archives: The archives, paths or URLs, that driver and executors can read, in the order of the output.
        registry: The sites, as `load_registry` gives them. The folders named `plugins` are shipped; installed plugins must be
            installed on the executors too.
        out: The folder of the extractions: a path or URL that Spark can write; its suffix says in which form.
        rejects: The folder of the rejections.
        master: The cluster, as Spark names it; None for what the environment says (`spark-submit`), else this machine.
        site: As for the local engine.
        seconds: As for the local engine.
        shard_size: As for the local engine.
        complain: Called for each input that is no archive; the job goes on with the next.

    Raises:
        UsageError: The extra is not installed, or an output is there already or cannot be written.
        JobError: The cluster gave up, or its executors have other plugins.
        Unmatched: There is no such site.
    """
    need("pyspark", "the Spark engine", extra="spark")
    if site:
        registry.only(site)
    counts = Counts()
    with _session(master) as spark, _errors(), _shipping(spark.sparkContext):
        for folder in (out, rejects):
            _refuse_existing(spark, folder)
        archives = tuple(dict.fromkeys(map(_absolute, archives)))
        planned = list(_planned(archives, shard_size, counts, complain))
        rows = _rows(spark, planned, _Partition(site, seconds, archives, _described(registry)))
        _account(rows, counts, complain)
        _write(rows, _EXTRACTION, out)
        _write(rows, _REJECTION, rejects)
    return counts


@contextmanager
def _session(master: str | None) -> Iterator[SparkSession]:
    """Join the cluster, and leave it."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  an extra

    shown = str(sys.stderr.isatty()).lower()
    builder = SparkSession.builder.appName("scraper extract").config("spark.ui.showConsoleProgress", shown)
    if (master or "local").startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the executor is on this machine: it has what this process has
    spark = (builder.master(master) if master else builder).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        yield spark
    finally:
        spark.stop()


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what Spark raises into our errors: the last line of the Python trace in it says what was wrong."""
    from py4j.protocol import Py4JError  # noqa: PLC0415  an extra
    from pyspark.errors import PySparkException  # noqa: PLC0415  an extra

    try:
        yield
    except (Py4JError, PySparkException) as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        own = next((line for line in lines if line.startswith(("scraper.errors.", "Caused by:"))), lines[0])
        raise JobError(f"Spark gave up: {own}") from error


def _refuse_existing(spark: SparkSession, folder: str) -> None:
    """Refuse to write where something is.

    Raises:
        UsageError: Something is.
    """
    suffix(folder)
    java: Any = spark.sparkContext._jvm  # noqa: SLF001  # PySpark's way to Hadoop's file systems
    path = java.org.apache.hadoop.fs.Path(folder)
    if path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()).exists(path):  # noqa: SLF001
        raise UsageError(f"{folder} is there already: remove it, or name another output")


def suffix(out: str) -> str:
    """Return the ending of an output's name that tells its form.

    Raises:
        UsageError: It has none that Spark writes.
    """
    found = next((each for each in _CODECS if out.endswith(each)), None)
    if found is None:
        raise UsageError(f"{out}: the name must end in one of {', '.join(_CODECS)}: it tells the format")
    return found


@contextmanager
def _shipping(context: SparkContext) -> Iterator[None]:
    """Keep the folders of plugins at hand for the executors, in the order in which Python looks through them."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        for number, plugins in enumerate(plugin_folders()):
            shutil.copytree(plugins, root / str(number) / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
        root.mkdir(exist_ok=True)
        archive = shutil.make_archive(str(Path(folder, _SHIPPED)), "zip", root)
        context.addArchive(f"{archive}#{_SHIPPED}")
        yield


def _absolute(archive: str) -> str:
    """Name an archive as executors can find it: they work in folders of their own."""
    path = as_path(archive)
    return archive if is_remote(path) else str(path.absolute())


def _planned(archives: Iterable[str], size: int, counts: Counts, complain: Callable[[NotAnArchive], None]) -> Iterator[Shard]:
    """The shards of all archives."""
    for archive in archives:
        try:
            yield from shards(archive, size=size)
        except NotAnArchive as error:
            counts.unreadable += 1
            complain(error)


def _rows(spark: SparkSession, planned: list[Shard], partition: _Partition) -> DataFrame:
    """Everything that comes from the shards: its kind, and the line."""
    from pyspark import StorageLevel  # noqa: PLC0415  an extra

    slices = min(len(planned), spark.sparkContext.defaultParallelism * _WAVES)
    done = spark.sparkContext.parallelize(planned, max(slices, 1)).mapPartitions(partition)
    return spark.createDataFrame(done, "kind string, line string").persist(StorageLevel.DISK_ONLY)


def _account(rows: DataFrame, counts: Counts, complain: Callable[[NotAnArchive], None]) -> None:
    """Add up the accounts of the shards, and name what was no archive after all: once each."""
    found = rows.filter(rows.kind.isin(_COUNTS, _UNREADABLE)).collect()
    for row in found:
        if row.kind == _COUNTS:
            counts += Counts.of(orjson.loads(row.line))
    for reason in dict.fromkeys(row.line for row in found if row.kind == _UNREADABLE):
        counts.unreadable += 1
        complain(NotAnArchive(reason))


def _write(rows: DataFrame, kind: str, folder: str) -> None:
    """Write the lines of a kind, in the form that the folder's name tells."""
    lines = rows.filter(rows.kind == kind).select("line")
    ending = suffix(folder)
    if ending == ".parquet":
        _write_parquet(lines, folder)
    else:
        codec = _CODECS[ending]
        (lines.write.option("compression", codec) if codec else lines.write).text(folder)


def _write_parquet(lines: DataFrame, folder: str) -> None:
    """Write the columns that the local engine writes."""
    from pyspark.sql.functions import get_json_object  # noqa: PLC0415  an extra
    from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415  an extra

    from scraper.jobs.outputs.columns import lay_out  # noqa: PLC0415  an extra

    types = sorted(row[0] for row in lines.select(get_json_object("line", "$.type")).distinct().collect())
    columns = lay_out(types)
    lines.mapInArrow(_Columns(tuple(types)), from_arrow_schema(columns.schema)).write.parquet(folder)


@attrs.frozen
class _Columns:
    """Lines → the columns of records of some types, on an executor."""

    types: tuple[str, ...]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Lay out batch by batch."""
        from scraper.jobs.outputs.columns import lay_out  # noqa: PLC0415  an extra

        _use_shipped()
        columns = lay_out(self.types)
        for batch in batches:
            lines = batch.column(0).to_pylist()
            yield columns.batch([(line, orjson.loads(line)) for line in lines])


def _described(registry: Registry) -> tuple[str, ...]:
    """What driver and executors must have in common."""
    sites = (f"{site.name} {site.version}" for site in registry.sites)
    return f"scraper {__version__}", *sorted(sites)


@attrs.frozen
class _Partition:
    """What an executor does with the shards of a Spark task."""

    site: str | None
    seconds: float
    archives: tuple[str, ...]
    described: tuple[str, ...]

    def __call__(self, planned: Iterator[Shard]) -> Iterator[tuple[str, str]]:
        """Yield kind and line of all that comes from the shards, in their order.

        Raises:
            JobError: The executor has other plugins than the driver; or as for `Worker.run`.
        """
        worker = _worker(self.seconds, self.archives, self.described)
        with tempfile.TemporaryDirectory() as folder:
            parts = Path(folder, "out.jsonl.zst"), Path(folder, "rejects.jsonl.zst")
            for shard in planned:
                try:
                    counts = worker.run(Task(shard, *parts, self.site))
                except NotAnArchive as error:
                    yield _UNREADABLE, str(error)
                    continue
                for kind, part in zip((_EXTRACTION, _REJECTION), parts, strict=True):
                    for line in read_lines(part):
                        yield kind, line.content.decode().rstrip("\n")
                yield _COUNTS, orjson.dumps(counts.to_json()).decode()


@functools.cache
def _worker(seconds: float, archives: tuple[str, ...], described: tuple[str, ...]) -> Worker:
    """This process's worker: one for all tasks that Spark gives it.

    Raises:
        JobError: This executor has other plugins than the driver.
    """
    _use_shipped()
    here = _described(load_registry())
    if here != described:
        other = ", ".join(sorted(set(here) ^ set(described)))
        raise JobError(f"driver and executors differ in {other}: install the same packages on both")
    return Worker(seconds=seconds, archives=archives)


def _use_shipped() -> None:
    """Put the shipped plugins before all others."""
    from pyspark import SparkFiles  # noqa: PLC0415  an extra

    folders = sorted(Path(SparkFiles.get(_SHIPPED)).iterdir(), key=lambda folder: int(folder.name))
    sys.path[:0] = [str(folder) for folder in folders if str(folder) not in sys.path]
