"""The server from which workers are forked: it imports torch and SymPy once, and may begin before there is work."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, resource_tracker, util
from typing import Any

from derivcheck.running.workers.folder import use_own_folder

PRELOADED = tuple(f"derivcheck.running.workers.{name}" for name in ("served", "preloaded", "worker", "ready"))
"""What the server imports, once."""

_RUN = "DERIVCHECK_RUN_PROCESS"
"""The variable in which it finds the process of its run, `bound.RUN`; that is imported by the server alone."""

_BOUND = "derivcheck.running.workers.bound"
"""What it imports before that where the thread that starts it lives as long as the process."""


def start_method() -> Any:
    """How workers are started, and the server from which they are forked, which begins to import at once.

    A fork of a process without threads that has imported torch and SymPy takes milliseconds and is safe, unlike one of
    this process, which has threads; a new Python would take seconds. Where there is no such server, that is what it is.
    """
    _start_safely()
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    in_main = threading.current_thread() is threading.main_thread()
    context.set_forkserver_preload([*([_BOUND] if in_main else []), *PRELOADED])
    before = _server()
    use_own_folder()
    with _without_interrupts():
        resource_tracker.ensure_running()  # which the server would start otherwise, and which unblocks signals again
    with _without_interrupts():
        os.environ[_RUN] = str(os.getpid())
        try:
            forkserver.ensure_running()
        finally:
            os.environ.pop(_RUN, None)
    if _server() != before:
        atexit.register(end_server, os.getpid())
    return context


_SAFE_PATH = "-P"
"""The flag of Python that keeps the working directory out of `sys.path`."""

_flags_of_python = util._args_from_interpreter_flags  # type: ignore[attr-defined]


def _start_safely() -> None:
    """Start every process of `multiprocessing` without the working directory on its path, from now on.

    The standard library starts its server, its resource tracker and its spawned processes as `python -c …`, for which
    Python looks for modules in the working directory first: a `torch.py` or `signal.py` of a hostile checkout would
    run. This process's own path is handed to the workers later, so nothing that it can import is missing there.
    """
    util._args_from_interpreter_flags = _safe_flags  # type: ignore[attr-defined]


def _safe_flags() -> list[str]:
    """The flags of this Python for the one that is started, the flag above among them."""
    flags: list[str] = _flags_of_python()
    safe = sys.flags.safe_path or _SAFE_PATH in flags
    return flags if safe else [*flags, _SAFE_PATH]


def _server() -> int | None:
    """The process of the server, None where there is none yet."""
    found: int | None = getattr(forkserver._forkserver, "_forkserver_pid", None)
    return found


def end_server(owner: int) -> None:
    """End the server with the process that started it: it would do so itself, but not before it has imported all."""
    server = _server()
    if server is not None and os.getpid() == owner:
        with suppress(OSError):
            os.kill(server, signal.SIGKILL)


@contextmanager
def _without_interrupts() -> Generator[None]:
    """Let what is started here never see a signal to end, sent to the whole group: this process ends the others."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
