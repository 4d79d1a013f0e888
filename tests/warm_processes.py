"""Processes that `Fresh` starts, for tests that ask what runs in them and not how a new Python starts.

A new Python takes two seconds of processor time to import torch and SymPy. Here a server imports them once, and forks
for each process, which then runs the same module as its main module, on pipes of its own, with the environment and
working directory of this moment. A keeper stands between: it knows the exit code, and ends the process with the tests.
"""

from __future__ import annotations

import importlib
import os
import pickle
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, NoReturn

import derivcheck
from derivcheck.workers import safe_path

PIPE = subprocess.PIPE

_LOADED = ("derivcheck.own_functions.child_main", "derivcheck.explaining.child_program")
"""The modules whose imports the server has made."""

_NUMBER = struct.Struct("i")
_STDERR = 2


class Popen:
    """What `Fresh` needs of `subprocess.Popen`, for `python -P -m MODULE NUMBER`.

    Args:
        command: the command; the number of its parent is replaced by the one of the keeper.
        stdin, stdout: must be PIPE.
        env: the environment of the process.
    """

    def __init__(self, command: Sequence[str], *, stdin: int, stdout: int, env: Mapping[str, str]) -> None:
        python, flag, is_module, module, _ = command
        assert (python, flag, is_module, stdin, stdout) == (sys.executable, safe_path.FLAG, "-m", PIPE, PIPE)
        ours, theirs = socket.socketpair()
        their_stdin, our_stdin = os.pipe()
        our_stdout, their_stdout = os.pipe()
        handed_on = [theirs.fileno(), their_stdin, their_stdout, _STDERR]
        with theirs, _one_at_a_time:
            socket.send_fds(_server(), [b"*"], handed_on)
        os.close(their_stdin)
        os.close(their_stdout)
        with ours.makefile("wb") as request:
            pickle.dump((module, dict(env), os.getcwd()), request)
        self._keeper = ours
        self._lock = threading.Lock()
        self.stdin: IO[bytes] = os.fdopen(our_stdin, "wb")
        self.stdout: IO[bytes] = os.fdopen(our_stdout, "rb")
        self.returncode: int | None = None
        self.pid: int = _NUMBER.unpack(ours.recv(_NUMBER.size, socket.MSG_WAITALL))[0]

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None as long as the process runs."""
        with self._lock:
            if self.returncode is None and select.select([self._keeper], [], [], 0)[0]:
                self.returncode = _NUMBER.unpack(self._keeper.recv(_NUMBER.size, socket.MSG_WAITALL))[0]
        return self.returncode

    def wait(self) -> int:
        """Wait for the end of the process, and return its exit code."""
        while (code := self.poll()) is None:
            select.select([self._keeper], [], [])
        return code

    def kill(self) -> None:
        """Kill the process, unless it has ended."""
        if self.poll() is None:
            self._keeper.send(b"k")


_one_at_a_time = threading.Lock()
"""Held while the server is asked: each process is started by a thread of its own."""


@cache
def _server() -> socket.socket:
    """The connection to the server, which is started for the first process, and ends with these tests."""
    ours, theirs = socket.socketpair()
    path = os.pathsep.join(filter(None, [str(Path(derivcheck.__file__).parents[1]), os.environ.get("PYTHONPATH")]))
    with theirs:
        # It ends when nobody holds `ours` any more, which no process that is started from here inherits.
        subprocess.Popen(
            [sys.executable, safe_path.FLAG, __file__, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=_STDERR,
            env={**os.environ, "PYTHONPATH": path, safe_path.VARIABLE: "1"},
            pass_fds=[theirs.fileno()],
        )
    return ours


# --- in the server, and in what it forks -----------------------------------------------------------------------------


def serve(asked: socket.socket) -> None:
    """Fork a keeper for each process that is asked for."""
    for name in _LOADED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a keeper
    while True:
        message, descriptors, _, _ = socket.recv_fds(asked, 1, 4)
        if not message:
            return
        if os.fork() == 0:
            asked.close()
            _keep(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _keep(connection: int, *streams: int) -> NoReturn:
    """Fork the process, tell its number, and at its end its exit code; kill it where that is asked, or nobody asks."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked = socket.socket(fileno=connection)
    with asked.makefile("rb", buffering=0) as request:
        module, environment, folder = pickle.load(request)
    keeper, process = os.getpid(), os.fork()
    if process == 0:
        asked.close()
        _become(module, environment, folder, keeper, streams)
    for descriptor in streams:
        os.close(descriptor)
    asked.send(_NUMBER.pack(process))
    number, ended = asked.fileno(), os.pidfd_open(process)
    while ended not in select.select([number, ended], [], [])[0]:
        is_wanted = asked.recv(1)
        os.kill(process, signal.SIGKILL)
        if not is_wanted:
            break
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    with suppress(OSError):  # the tests have ended
        asked.send(_NUMBER.pack(code))
    os._exit(0)


def _become(module: str, environment: Mapping[str, str], folder: str, keeper: int, streams: Sequence[int]) -> NoReturn:
    """Be `python -P -m MODULE KEEPER` from here on."""
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    path = environment["PYTHONPATH"].split(os.pathsep)
    sys.path[:0] = [entry for entry in path if entry and entry not in sys.path]
    sys.argv = [module, str(keeper)]
    code = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
