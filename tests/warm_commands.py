"""`derivcheck` and `pytest` for tests whose shells run them: each is a fork of one process that has imported torch.

A new Python takes more than two seconds of processor time to import torch and SymPy, and as many again for the server
of a batch's workers. Here both are there once. The commands of the folder `bin` are small programs, which send what
they were given, their streams, their environment and their working directory to the server, and end as the fork ends.
Tests that ask how a new process starts have no use for them.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import select
import signal
import socket
import stat
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

_NUMBER = struct.Struct("i")
_STREAMS = 3

_CLIENT = """\
#!{python} -IS
import json, os, signal, socket, struct, sys
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
given = json.dumps([{name!r}, sys.argv[1:], dict(os.environ), os.getcwd()]).encode("utf-8", "surrogateescape")
socket.send_fds(server, [struct.pack("i", len(given))], [0, 1, 2])
server.sendall(given)
(code,) = struct.unpack("i", server.recv(4, socket.MSG_WAITALL))
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


@contextmanager
def commands(folder: Path) -> Iterator[Path]:
    """Start the server, and give the folder of its commands."""
    binaries, address = folder / "bin", str(folder / "s")
    binaries.mkdir()
    for name in PROGRAMS:
        client = binaries / name
        client.write_text(_CLIENT.format(python=sys.executable, address=address, name=name), encoding="utf-8")
        client.chmod(client.stat().st_mode | stat.S_IXUSR)
    with socket.socket(socket.AF_UNIX) as asked:
        asked.bind(address)
        asked.listen()
        server = subprocess.Popen(
            [sys.executable, "-P", __file__, str(asked.fileno())],
            pass_fds=[asked.fileno()],
            stdin=subprocess.PIPE,  # its end ends the server
            stdout=subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if not name.startswith("DERIVCHECK_")},
        )
    with server:
        yield binaries
        assert server.stdin is not None
        server.stdin.close()


# --- in the server, and in what it forks -----------------------------------------------------------------------------


def _derivcheck() -> None:
    from derivcheck_cli.start import main

    main()


def _pytest() -> None:
    from _pytest.assertion.rewrite import AssertionRewritingHook

    # It would warn that derivcheck, whose plug-in pytest finds, is imported already: that is what this is for.
    AssertionRewritingHook._warn_already_imported = lambda *_: None  # type: ignore[method-assign]
    sys.exit(pytest.main())


PROGRAMS: dict[str, Callable[[], None]] = {"derivcheck": _derivcheck, "pytest": _pytest}


def serve(asked: socket.socket) -> None:
    """Fork a keeper for each command, until standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a keeper
    while sys.stdin not in select.select([asked, sys.stdin], [], [])[0]:
        connection, _ = asked.accept()
        with connection:
            if os.fork() == 0:
                asked.close()
                _keep(connection)


def _keep(connection: socket.socket) -> NoReturn:
    """Fork the command, and tell how it ended; kill it where nobody waits any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, streams, _, _ = socket.recv_fds(connection, _NUMBER.size, _STREAMS)
    text = b""
    while len(text) < _NUMBER.unpack(size)[0]:
        text += connection.recv(1 << 16)
    name, arguments, environment, folder = json.loads(text)
    process = os.fork()
    if process == 0:
        connection.close()
        _become(name, arguments, environment, folder, streams)
    for stream in streams:
        os.close(stream)
    ended = os.pidfd_open(process)
    if ended not in select.select([connection.fileno(), ended], [], [])[0]:
        os.kill(process, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    with suppress(OSError):
        connection.send(_NUMBER.pack(code))
    os._exit(0)


def _become(
    name: str, arguments: Sequence[str], environment: dict[str, str], folder: str, streams: Sequence[int]
) -> NoReturn:
    """Be the command from here on, with streams as a new Python has them."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0)), "utf-8")
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w")), "utf-8")
    errors = io.BufferedWriter(io.FileIO(2, "w"))
    sys.stderr = io.TextIOWrapper(errors, "utf-8", "backslashreplace", line_buffering=True)
    sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr  # type: ignore[misc]
    sys.argv = [name, *arguments]
    for server in (forkserver, forkserver._forkserver):
        setattr(server, "ensure_running", lambda: None)  # noqa: B010 - it runs, but is no child of this process
    code: Any = 1
    try:
        PROGRAMS[name]()
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    for written in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            written.flush()
    ctypes.CDLL(None).fflush(None)  # as the end of a process does with what C libraries have written
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    from multiprocessing import forkserver

    import pytest

    import derivcheck.gradchecking.gradcheck
    import derivcheck.running.loading
    import derivcheck.running.pool.preloaded
    import derivcheck_cli.app  # noqa: F401
    from derivcheck.running.pool.server import start

    derivcheck.running.loading.load_all()
    start()
    try:
        serve(socket.socket(fileno=int(sys.argv[1])))
    finally:
        if (workers := forkserver._forkserver._forkserver_pid) is not None:  # type: ignore[attr-defined]
            os.kill(workers, signal.SIGKILL)
