"""Bounds on what a plugin may take for one page: seconds and memory.

These are the soft bounds, inside the process that runs the plugin. A timer interrupts its Python code, again and again until it
ends; a limit on the process's data makes the allocation fail that goes too far. What neither reaches, a loop or a crash in C code,
is the matter of the process above (`scraper.jobs.worker`), which kills. Bounds protect a job from mistakes, not from malice.

Signals and memory limits belong to the process, and Python runs signal handlers in the main thread alone. In another thread nothing
is interrupted here and memory has no bound: the thread's deadline is made known (`overdue`), so that whoever started it can
`interrupt` it.

Memory is counted as Linux counts RLIMIT_DATA: private writable memory. RLIMIT_AS would also count what is merely reserved: with
four threads it counted 292 MB where RLIMIT_DATA counted 37, and each archive that is mapped. Other systems do not count so: there,
memory has no soft bound.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import attrs

from scraper.errors import OutOfMemory, PageTimeout

with contextlib.suppress(ImportError):
    import resource  # Unix has it, and what has no /proc does not need it

if TYPE_CHECKING:
    from types import FrameType, TracebackType

SECONDS = 30.0
"""Default time limit of a step of a layout: a call of `extract`, or the next record where it gives several."""
MEMORY = 1 << 30
"""Default memory limit of a page, in bytes over what the process held before."""
_AGAIN = 0.05
"""Seconds between interruptions of a plugin that goes on after the first."""


@attrs.frozen(slots=True)
class Limits:
    """What a plugin may take.

    Attributes:
        seconds: For one step: a call, or the next record of a layout that gives many.
        memory: For one page, in bytes over what the process held before.
    """

    seconds: float = SECONDS
    memory: int = MEMORY

    def within(self, other: Limits) -> Limits:
        """Return what both allow."""
        return Limits(min(self.seconds, other.seconds), min(self.memory, other.memory))


UNLIMITED = Limits(float("inf"), sys.maxsize)


class Interrupted(BaseException):
    """What is raised in a plugin that is past its time. No `Exception`, or a plugin that catches those would go on."""


class Bounded:
    """A bound on the block under `with`. May be entered again for the next step of the same page.

    Args:
        limits: The limits. Time counts from each entry, memory from here.
        who: Whose code runs in the block, for the error.

    Attributes:
        who: The same; may be set at any time.
        limits: The limits.

    Raises:
        PageTimeout: The block took too long.
        OutOfMemory: It took too much memory.
    """

    def __init__(self, limits: Limits, who: str) -> None:
        self.who = who
        self.limits = limits
        main = _is_main()
        self._timer: _Timer | _Deadline = _Timer(limits.seconds) if main else _Deadline(limits.seconds, self)
        self._memory = _Memory(limits.memory) if main else None

    def __enter__(self) -> None:
        if self._memory:
            self._memory.begin()
        self._timer.begin()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._timer.end()
        if self._memory:
            self._memory.end()
        if isinstance(error, Interrupted):
            raise self.late() from None
        if isinstance(error, MemoryError):
            raise OutOfMemory(f"{self.who} ran out of memory (its limit is {self.limits.memory >> 20} MiB)") from None

    def late(self) -> PageTimeout:
        """Return the error of a block that took too long, without figures that vary: the same page, the same rejection."""
        return PageTimeout(f"{self.who} took longer than {self.limits.seconds:g} s")


def _is_main() -> bool:
    """Whether this is the thread that signals interrupt, on a system that has them."""
    return threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")


class Alarm:
    """The handler of SIGALRM, for as long as anybody needs it: `with alarm:` around many bounds saves its setting for each."""

    def __init__(self) -> None:
        self.running = False
        self._users = 0
        self._before: Any = None

    def __enter__(self) -> None:
        if _is_main():
            if self._users == 0:
                self._before = signal.signal(signal.SIGALRM, self._fire)
            self._users += 1

    def __exit__(self, *_: object) -> None:
        if _is_main():
            self._users -= 1
            if self._users == 0:
                signal.signal(signal.SIGALRM, self._before)

    def _fire(self, _number: int, frame: FrameType | None) -> None:
        # Never in this module, which is beginning or ending the bound: whatever it held would stay held.
        if self.running and frame is not None and frame.f_code.co_filename != __file__:
            raise Interrupted


alarm = Alarm()


class _Timer:
    """SIGALRM after a time, and again: an exception in whatever Python code the main thread is in."""

    def __init__(self, seconds: float) -> None:
        self._seconds = 0.0 if seconds == float("inf") else seconds  # 0 is no timer
        self._left = (0.0, 0.0)

    def begin(self) -> None:
        alarm.__enter__()
        alarm.running = True
        self._left = signal.setitimer(signal.ITIMER_REAL, self._seconds, _AGAIN)

    def end(self) -> None:
        alarm.running = False
        signal.setitimer(signal.ITIMER_REAL, *self._left)
        alarm.__exit__()


class _Deadline:
    """A thread's deadline, for those who look after it."""

    def __init__(self, seconds: float, bounded: Bounded) -> None:
        self._seconds = seconds
        self._bounded = bounded

    def begin(self) -> None:
        _deadlines[threading.get_ident()] = (time.monotonic() + self._seconds, self._bounded)

    def end(self) -> None:
        while self._interrupted_at_the_end():
            pass

    def _interrupted_at_the_end(self) -> bool:
        """Take the deadline back; whether an interruption was still on its way, which would hit those who did nothing."""
        try:
            with _interrupting:
                _deadlines.pop(threading.get_ident(), None)
            _heed()
        except Interrupted:
            return True
        return False


_deadlines: dict[int, tuple[float, Bounded]] = {}
_interrupting = threading.Lock()


def overdue(thread: int) -> PageTimeout | None:
    """Return the error of a thread (by `threading.get_ident`) that is in a plugin's code past its time; None if it is not."""
    deadline, bounded = _deadlines.get(thread, (float("inf"), None))
    return bounded.late() if bounded is not None and time.monotonic() > deadline else None


def interrupt(thread: int) -> None:
    """Raise `Interrupted` in a thread that is overdue; Python code heeds it at its next step, C code when it returns."""
    with _interrupting:
        if overdue(thread):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Interrupted))


def _heed() -> None:
    """Let an interruption of this thread arrive: Python looks for one wherever a function begins.

    Taking it back instead, by PyThreadState_SetAsyncExc with NULL, leaves CPython 3.11 looking for ever: each call of the process
    slows down, and under a tracer (a debugger's, or that of coverage) the next one never begins.
    """


class _Memory:
    """A limit on the process's data, over what it holds now."""

    def __init__(self, memory: int) -> None:
        used = None if memory == UNLIMITED.memory else _in_use()
        self._most = None if used is None else used + memory
        self._before = (0, 0)

    def begin(self) -> None:
        if self._most is not None:
            soft, hard = self._before = resource.getrlimit(resource.RLIMIT_DATA)
            tighter = self._most if soft == resource.RLIM_INFINITY else min(self._most, soft)
            resource.setrlimit(resource.RLIMIT_DATA, (tighter, hard))

    def end(self) -> None:
        if self._most is not None:
            resource.setrlimit(resource.RLIMIT_DATA, self._before)


def _in_use() -> int | None:
    """Return the bytes that RLIMIT_DATA counts; None where the system does not tell."""
    file = _statm(os.getpid())
    return None if file is None else int(os.pread(file, 200, 0).split()[5]) * resource.getpagesize()


@functools.cache
def _statm(_process: int) -> int | None:
    """Open this process's own figures, once: a child that was forked opens its own."""
    try:
        return os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        return None
