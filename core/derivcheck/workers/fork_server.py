"""The server from which workers are forked: it imports torch and SymPy once, and may begin before there is work."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, resource_tracker, util
from typing import Any

from derivcheck.workers import safe_path
from derivcheck.workers.socket_folder import use_own_folder

_RUN = "DERIVCHECK_RUN_PROCESS"
"""The variable in which it finds the process of its run, `ends_with_run.RUN`; only the server imports that module."""

_FIRST = "derivcheck.workers.ends_with_run"
"""What it imports first where the thread that starts it lives as long as the process."""

_SECOND, _LAST = "derivcheck.workers.ends_with_server", "derivcheck.workers.server_ready"
"""What it imports before and after what the workers need."""


def start_server(preloaded: Sequence[str]) -> Any:
    """Start the server where it does not run yet; it begins to import at once.

    A fork of a process without threads that has imported torch and SymPy takes milliseconds and is safe, unlike one of
    this process, which has threads; a new Python would take seconds.

    Args:
        preloaded: the modules that the workers need.

    Returns:
        The context of `multiprocessing` by which workers are started. Where the system has no such server, each of them
        is a new Python.
    """
    _start_safely()
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    in_main = threading.current_thread() is threading.main_thread()
    context.set_forkserver_preload([*([_FIRST] if in_main else []), _SECOND, *preloaded, _LAST])
    before = server()
    use_own_folder()
    with _without_interrupts():
        resource_tracker.ensure_running()  # which the server would start otherwise, and which unblocks signals again
    with _without_interrupts():
        os.environ[_RUN] = str(os.getpid())
        try:
            forkserver.ensure_running()
        finally:
            os.environ.pop(_RUN, None)
    if server() != before:
        atexit.register(end_server, os.getpid())
    return context


def server() -> int | None:
    """Return the number of the server's process; None where there is none yet."""
    found: int | None = getattr(forkserver._forkserver, "_forkserver_pid", None)
    return found


def has_server_ended(pid: int | None) -> bool:
    """Whether this server, which was started here or above, does not run any more."""
    if pid is None:
        return False
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def end_server(owner: int) -> None:
    """End the server with the process that started it: it would do so itself, but not before it has imported all."""
    pid = server()
    if pid is not None and os.getpid() == owner:
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


_flags_of_python = util._args_from_interpreter_flags  # type: ignore[attr-defined]


def _start_safely() -> None:
    """Start every process of `multiprocessing` without the working directory on its path, from now on.

    The standard library starts its server, its resource tracker and its spawned processes as `python -c …`. This
    process's own path is handed to the workers later, so nothing that it can import is missing there.
    """
    util._args_from_interpreter_flags = _safe_flags  # type: ignore[attr-defined]


def _safe_flags() -> list[str]:
    """Return the flags of this Python for one that it starts, and the flag that keeps the working directory out."""
    flags: list[str] = _flags_of_python()
    safe = sys.flags.safe_path or safe_path.FLAG in flags
    return flags if safe else [*flags, safe_path.FLAG]


@contextmanager
def _without_interrupts() -> Generator[None]:
    """Block the signals that end a program for what is started inside.

    A terminal sends them to the whole group of processes; but it is this process that ends the others.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
