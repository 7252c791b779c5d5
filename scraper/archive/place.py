"""Where archives are: a path of this machine, or the URL of an object elsewhere (`s3://`, `gs://`, `https://`), used alike.

A place comes as a string or a path. `as_path` makes of it what the rest of the package works with: a `pathlib.Path` or, for
a URL, a `UPath` of universal_pathlib, which has the same methods and which fsspec serves; neither is imported for local
paths. `open_place` opens both, and turns whatever a transport raises into an `OSError`, so that there is one kind of error
to expect.

An object elsewhere is read by ranges: little at first, since most looks are for one record, and twice as much each time as
long as the reading goes on from where it was, so that a scan asks once for some megabytes and not once for each record.
"""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import tempfile
import time
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias, cast
from urllib.parse import urlsplit
from urllib.request import url2pathname

from scraper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from typing_extensions import Buffer

Place: TypeAlias = Path | str
"""A path or a URL."""

_URL: Final = re.compile(r"([a-z][a-z0-9+.\-]+)://", re.IGNORECASE)
_BUFFER: Final = 256 << 10
_FIRST: Final = 128 << 10
_MOST: Final = 8 << 20
_TRIES: Final = 3
_PAUSE: Final = 0.2
"""Seconds before the second try; four times as many before each further one."""
_PLAIN: Final = {"auto_decompress": False, "headers": {"Accept-Encoding": "identity"}}
"""The bytes of the file as it is stored: byte positions count in them, whatever a web server says of its coding."""
_TAGS: Final = ("ETag", "etag", "md5Hash", "generation", "LastModified", "mtime")
"""Where stores tell what changes with an object's content."""
_FATAL: Final = (FileNotFoundError, PermissionError)
_DENIED: Final = frozenset({401, 403})
_PARTIAL: Final = 206
_GONE: Final = frozenset({404, 410})


def as_path(place: Place) -> Path:
    """Make a path of a place.

    Args:
        place: A path, local or already made by this function; or a string: a path or a URL.

    Returns:
        A `Path`; for a URL that is not `file:`, a `UPath`, which has the methods of one and is opened by `open_place`.

    Raises:
        UsageError: What reads URLs is not installed, or nothing reads this kind.
    """
    found = _URL.match(place) if isinstance(place, str) else None
    if found is None:
        return Path(place) if isinstance(place, str) else place
    scheme = found[1].lower()
    if scheme == "file":
        return Path(url2pathname(urlsplit(cast("str", place)).path))
    try:
        from upath import UPath  # noqa: PLC0415  an extra, and slow to import

        options: dict[str, Any] = {"client_kwargs": _PLAIN} if scheme in {"http", "https"} else {}
        path = UPath(cast("str", place), use_listings_cache=False, **options)  # what was there need not be there now
        path.fs  # noqa: B018  made here, so that what it lacks is found before the work begins
    except ImportError as error:
        raise UsageError(f"{place}: to read {scheme}:// install the extra: pip install 'scraper[remote]' ({error})") from error
    except ValueError as error:
        raise UsageError(f"{place}: nothing reads {scheme}:// ({error})") from error
    return cast("Path", path)


def is_remote(path: Path) -> bool:
    """Whether a path of `as_path` is an object elsewhere."""
    return not isinstance(path, PurePath)


def paths_of(places: Place | Iterable[Place]) -> list[Path]:
    """One place, or several, as paths."""
    one = isinstance(places, str | PurePath) or hasattr(places, "open")  # the latter: a UPath
    return [as_path(place) for place in cast("Iterable[Place]", [places] if one else places)]


@contextlib.contextmanager
def open_place(path: Path) -> Iterator[IO[bytes]]:
    """Open a place for reading, seekable.

    What a web server gives only as a whole is fetched to a temporary file first.

    Raises:
        OSError: It cannot be opened; or, from the file, not be read on.
    """
    if not is_remote(path):
        with path.open("rb", buffering=_BUFFER) as local:
            yield local
        return
    info = _tried(lambda: _fs(path).info(_key(path)))
    if info.get("type") == "directory":
        raise IsADirectoryError(21, "it is a folder")
    if info.get("size") is None or (_is_http(path) and not _tried(lambda: _gives_ranges(path, info["size"]))):
        with tempfile.TemporaryFile() as copy:
            _tried(lambda: _fetch_whole(path, copy))
            yield copy
        return
    with io.BufferedReader(_Ranges(path, int(info["size"])), _BUFFER) as remote:
        yield remote


def unread(error: OSError) -> str:
    """Say why a file cannot be read."""
    folder = isinstance(error, IsADirectoryError)
    why = "it is a folder; in one, archives are named .warc, .warc.gz, .arc or .arc.gz" if folder else error.strerror or error
    return f"the file cannot be read: {why}"


def size_of(path: Path) -> int | None:
    """Bytes of a file; None where a web server does not tell.

    Raises:
        OSError: It cannot be reached.
    """
    if not is_remote(path):
        return path.stat().st_size
    size = _tried(lambda: _fs(path).info(_key(path))).get("size")
    return None if size is None else int(size)


def is_file(path: Path) -> bool:
    """Whether there is a file, as far as can be told."""
    if not is_remote(path):
        return path.is_file()
    return _kind(path) == "file"


def is_folder(path: Path) -> bool:
    """Whether there is a folder; the web has none."""
    if not is_remote(path):
        return path.is_dir()
    return not _is_http(path) and _kind(path) == "directory"


def _kind(path: Path) -> str | None:
    """What a store says an object is; None where it does not say."""
    with contextlib.suppress(OSError):
        kind: str | None = _tried(lambda: _fs(path).info(_key(path))).get("type")
        return kind
    return None


def matching(pattern: Path) -> list[Path]:
    """The objects elsewhere whose URLs match one with `*`, in the order of their names; none where the store tells of none."""
    fs, keys = _fs(pattern), []
    with contextlib.suppress(OSError):
        keys = _tried(lambda: fs.glob(_key(pattern)))
    return [as_path(fs.unstrip_protocol(key)) for key in sorted(keys)]


def files_in(folder: Path, *, deep: bool) -> list[Path]:
    """The files in a folder, in the order of their names; none where it is no folder, or where a web server lists none.

    Args:
        folder: The folder.
        deep: Whether those in its subfolders too.
    """
    if not is_remote(folder):
        found = folder.rglob("*") if deep else folder.glob("*")
        return sorted(path for path in found if path.is_file()) if folder.is_dir() else []
    root = _key(folder).rstrip("/")
    keys: list[str] = []
    with contextlib.suppress(OSError):
        keys = _tried(lambda: _fs(folder).find(f"{root}/", maxdepth=None if deep else 1))
    return [folder / key.removeprefix(root).lstrip("/") for key in sorted(keys) if key.startswith(f"{root}/")]


def tag_of(path: Path) -> str:
    """What tells without reading it that a file has changed: its size, and its time of change or its store's tag of it.

    Raises:
        OSError: It cannot be reached.
    """
    if not is_remote(path):
        status = path.stat()
        return f"{status.st_size} {status.st_mtime_ns}"
    info = _tried(lambda: _fs(path).info(_key(path)))
    return " ".join(str(info[name]) for name in ("size", *_TAGS) if info.get(name) is not None)


def read_place(path: Path) -> bytes:
    """Read a small file as a whole.

    Raises:
        OSError: It cannot be read.
    """
    if not is_remote(path):
        return path.read_bytes()
    return bytes(_tried(lambda: _fs(path).cat_file(_key(path))))


def write_remote(path: Path, data: bytes) -> None:
    """Write an object elsewhere in one request: whole or not at all.

    Raises:
        OSError: It cannot be written.
    """
    _tried(lambda: _fs(path).pipe_file(_key(path), data))


class _Ranges(io.RawIOBase):
    """An object elsewhere, read by ranges.

    Args:
        path: The object.
        size: Its bytes.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size
        self._at = 0
        self._block = b""
        self._start = 0
        self._step = _FIRST

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        if not self._start <= self._at < self._start + len(self._block):
            self._fetch()
        begin = self._at - self._start
        part = memoryview(self._block)[begin : begin + len(view)] if begin >= 0 else memoryview(b"")
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _fetch(self) -> None:
        """Get the block at this position: a larger one when it goes on from the last."""
        follows = bool(self._block) and self._at == self._start + len(self._block)
        self._step = min(2 * self._step, _MOST) if follows else _FIRST
        end = min(self._at + self._step, self._size)
        self._block = _tried(lambda: self._get(self._at, end)) if self._at < end else b""
        self._start = self._at

    def _get(self, start: int, end: int) -> bytes:
        data = bytes(_fs(self._path).cat_file(_key(self._path), start=start, end=end))
        if len(data) != end - start:
            raise OSError(f"{len(data)} bytes came instead of {end - start} from offset {start} on")
        return data


def _tried(ask: Callable[[], Any]) -> Any:
    """Ask, and again after a failure that may pass (libraries retry what they know of; not all do, nor a cut body).

    Raises:
        OSError: What stood in the way, whichever exception the transport has for it.
    """
    for number in range(_TRIES):
        if number:
            time.sleep(_PAUSE * 4 ** (number - 1))
        try:
            return ask()
        except Exception as error:  # noqa: BLE001  # each transport has exceptions of its own, and some are bare
            told = _told(error)
            told.__cause__ = error
        if isinstance(told, _FATAL):
            break
    raise told


def _told(error: Exception) -> OSError:
    """What a transport raised, as an OSError."""
    cause = error.__cause__ or error
    status = getattr(cause, "status", None)
    if status in _DENIED or isinstance(error, PermissionError):
        return PermissionError(13, f"access is denied ({error})")
    other = status not in {None, *_GONE} or (cause is not error and isinstance(cause, OSError | TimeoutError))
    if isinstance(error, FileNotFoundError) and not other:  # fsspec says "not found" of failing servers too
        return FileNotFoundError(2, "there is no such object")
    if isinstance(error, NotImplementedError):
        return PermissionError(30, "it cannot be written to")
    return OSError(5, f"{type(cause).__name__}: {getattr(cause, 'strerror', None) or cause}")


def _fetch_whole(path: Path, copy: IO[bytes]) -> None:
    """Copy an object into a file."""
    copy.seek(0)
    copy.truncate()
    with _fs(path).open(_key(path), "rb", block_size=0) as whole:
        shutil.copyfileobj(whole, copy, _BUFFER)
    copy.seek(0)


def _gives_ranges(path: Path, size: int) -> bool:
    """Whether a web server answers with the range asked for; few say so before."""
    with _fs(path).open(_key(path), "rb", block_size=0, size=size, headers={"Range": "bytes=0-0"}) as answer:
        return bool(answer.r.status == _PARTIAL)


def _fs(path: Path) -> Any:
    """The fsspec file system of a path elsewhere."""
    return cast("Any", path).fs


def _key(path: Path) -> str:
    """What its file system calls a path elsewhere."""
    return str(cast("Any", path).path)


def _is_http(path: Path) -> bool:
    return cast("Any", path).protocol in {"http", "https"}
