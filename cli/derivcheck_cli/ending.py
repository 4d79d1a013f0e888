"""The signals that end a run: what is finished stays, temporary files go, and the exit code is a shell's."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

_SHELL = 128
"""What a shell adds to the number of the signal that ended a program."""

INTERRUPTED = _SHELL + signal.SIGINT
TERMINATED = _SHELL + signal.SIGTERM
HUNG_UP = _SHELL + getattr(signal, "SIGHUP", 1)
CLOSED_PIPE = _SHELL + 13

ENDED = frozenset({INTERRUPTED, TERMINATED, HUNG_UP})
"""The exit codes of a run that did not come to its end."""

_ASKED = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""How others ask a program to end: a CI system or a container, and a terminal that is closed."""


class Ended(KeyboardInterrupt):
    """A signal that asks the program to end; it is handled as Ctrl-C is, but the exit code is another one.

    Args:
        code: what a shell reports.
    """

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


_asked: list[int] = []
"""The exit codes of the signals that asked this process to end."""


def find_interruption(error: BaseException) -> KeyboardInterrupt | None:
    """Return the interruption that caused an error; None where no interruption did.

    A signal may stop an import or a call from C halfway. Python then raises an error of another kind, such as an
    ImportError, whose cause or context is the interruption.
    """
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, KeyboardInterrupt):
            return link
        link = link.__cause__ or link.__context__
    return Ended(_asked[-1]) if _asked else None


def interrupt_code(error: KeyboardInterrupt) -> int:
    """The exit code after an interruption."""
    return error.code if isinstance(error, Ended) else INTERRUPTED


def last_interrupt_code() -> int:
    """The exit code after an interruption that somebody else has caught.

    Example:
        >>> last_interrupt_code() == INTERRUPTED
        True
    """
    return _asked[-1] if _asked else INTERRUPTED


def describe_end(code: int) -> str:
    """Describe in words how a signal ended a run, given the exit code.

    Example:
        >>> describe_end(INTERRUPTED), describe_end(TERMINATED)
        ('interrupted', 'ended by SIGTERM')
    """
    return "interrupted" if code == INTERRUPTED else f"ended by {signal.Signals(code - _SHELL).name}"


@contextmanager
def terminable() -> Iterator[None]:
    """Raise Ended at a SIGTERM or a SIGHUP, so that the run can still write what is finished.

    A signal that the process ignores, as under `nohup`, stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _ASKED}
    _asked.clear()
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _end)
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is _end:  # else `end_silently` has said what is to be done from now on
                signal.signal(number, handler)


def end_silently(*, tidy: bool) -> None:
    """Let a signal end the process without a message from now on, since everything is written already.

    Args:
        tidy: whether the workers' server and its folder may have to be removed first. Python runs its exit handlers at
            no signal, so they would stay.
    """
    handler = _leave if tidy and _folder() is not None else signal.SIG_DFL
    for number in (signal.SIGINT, *_ASKED):
        if signal.getsignal(number) in (signal.default_int_handler, _end):
            signal.signal(number, handler)


@contextmanager
def leaving_at_once() -> Iterator[None]:
    """End the process with what runs within as soon as all exit handlers have run.

    Python would take every module apart first, which after torch and SymPy takes a quarter of the time of a check. What
    is written is flushed before; where that fails, or something ends in a traceback, Python ends the process as ever.
    """
    process = os.getpid()
    codes: list[int] = []

    def leave() -> None:
        if codes and os.getpid() == process and _flushed():
            os._exit(codes[0] & 0xFF)

    if sys.platform != "win32":  # where nobody could flush what C libraries have written
        atexit.register(leave)  # the first to be registered is the last to be run
    try:
        yield
        codes.append(0)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            codes.append(end.code or 0)
        raise


def _flushed() -> bool:
    """Flush the streams, and those of C where a library that writes to them may be loaded; whether that went well."""
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (AttributeError, OSError, ValueError):
        return False
    if (ctypes := sys.modules.get("ctypes")) is not None:  # torch brings it along
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).fflush(None)
    return True


def _folder() -> Path | None:
    """The folder of the workers' server, None where there is none."""
    process = sys.modules.get("multiprocessing.process")
    folder = None if process is None else process.current_process()._config.get("tempdir")
    return None if folder is None else Path(folder)


def _end(number: int, _frame: FrameType | None) -> None:
    _asked.append(_SHELL + number)
    raise Ended(_SHELL + number)


def _leave(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    try:
        # Loaded only here: a run that no signal ends does not need them.
        from derivcheck.system.leftovers import remove
        from derivcheck.workers.fork_server import end_server

        end_server(os.getpid())
        if (folder := _folder()) is not None:
            remove(folder)
    finally:
        os._exit(_SHELL + number)
