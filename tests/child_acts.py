"""A supervised process for tests: it does what a request names. Run as a module it is a new Python."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from derivcheck.workers.serving import begin_forked, begin_fresh, serve


def _answer(request: tuple[str, Any]) -> Iterator[Any]:
    act, argument = request
    yield "begun"
    if act == "count":
        yield from range(argument)
    elif act == "wait":
        time.sleep(argument)
    elif act == "work":
        until = time.process_time() + argument
        while time.process_time() < until:
            pass
    elif act == "grow":
        held = b"x" * argument
        time.sleep(30)
        yield len(held)
    elif act == "exit":
        os._exit(argument)
    elif act == "kill":
        os.kill(os.getpid(), argument)
    elif act == "interrupt":
        raise KeyboardInterrupt
    elif act == "leave a grandchild":  # which holds the pipe, and whatever else was open
        if os.fork() == 0:
            time.sleep(argument)
            os._exit(0)
        os._exit(3)
    elif act == "talk":
        sys.stdout.write("printed")
        sys.stdout.flush()
        os.write(1, b"written")
        yield sys.stdin.read()
    elif act == "scribble":  # over every pipe that may be ours
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, b"\x00\x00\x00\x08scribble" * 8)
            except OSError:
                continue
        time.sleep(30)


def work(connection: Connection) -> None:
    """Be a worker that is forked from the server."""
    begin_forked()
    serve(connection, _answer)


if __name__ == "__main__":
    serve(begin_fresh(), _answer)
