"""The check of a user's own function from outside: in a child process, which can be killed where the function hangs."""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from derivcheck.errors import CaseError
from derivcheck.language.parse import parse
from derivcheck.model import Result, Status, Verdict, What
from derivcheck.own_functions.case import FunctionCase
from derivcheck.own_functions.chosen import chosen_items

DEFAULT_TIMEOUT = 60.0
"""Seconds that one item may take; the slowest of them takes about three on an ordinary function."""

SLOW = 10.0
"""How many times longer an item may take that is known to be slow (torch.compile)."""

_START = 120.0
"""Seconds more, for torch to be imported in the child; the user's file may import as much."""

_DEATHS = 2
"""After so many children that hung or died, the items that are left are skipped."""


def check_in_process(request: FunctionCase, *, timeout: float = DEFAULT_TIMEOUT) -> Iterator[Result]:
    """Check `request.case.name`, which is FILE.py:NAME or package.module:NAME, in a child process.

    Args:
        request: the function and its formula.
        timeout: seconds that one item may take; one that takes longer is killed, and the next one gets a new child.

    Yields:
        A Result for each item; what the function does to its process is the reason of one.

    Raises:
        ParseError: for a formula that is none.
        CaseError: for an item that does not exist, and for a timeout that is none.
    """
    if not timeout > 0:
        raise CaseError(f"the timeout {timeout:.15g} is not a number of seconds above 0")
    names = frozenset(name for texts in request.case.at for name in texts)
    for text in (request.case.expr, request.surrogate):
        if text is not None:
            parse(text, names)  # here, where the error keeps its caret
    todo = [item.name for item in chosen_items(request)]
    slow = {item.name for item in chosen_items(request) if item.slow}
    deaths, stopped = 0, ""
    while todo:
        if stopped:
            for name in todo:
                yield _told(request, name, Status.SKIPPED, f"the function cannot be run: see `{stopped}`")
            return
        with _Child(request, todo) as child:
            current = ""
            while True:
                patience = timeout * (SLOW if current in slow else 1) if current else timeout + _START
                message = child.next(patience)
                if message == "done":
                    return
                if isinstance(message, Result):
                    yield message
                    if message.item is None:
                        return
                    todo.remove(message.item)
                elif isinstance(message, str):
                    current = "" if message == "ready" else message
                else:
                    reason = f"{message.reason}{'' if current else ' while it was being loaded'}"
                    item = current or todo[0]  # while the function is loaded, the first one waits for it
                    yield _told(request, item, Status.ERROR, reason)
                    deaths += 1
                    if not current or current == "forward" or deaths >= _DEATHS:
                        stopped = item
                    todo = [name for name in todo if name != item]
                    break


class _Ended:
    """Why no message comes any more."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class _Child:
    """One child process, killed at the end of the `with` block."""

    def __init__(self, request: FunctionCase, todo: list[str]) -> None:
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "derivcheck.own_functions.worker", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"},
        )
        self.messages: queue.Queue[Any] = queue.Queue()
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(pickle.dumps((request, todo)))
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # it died at once; `next` tells
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        try:
            while True:
                self.messages.put(pickle.load(self.process.stdout))
        except (EOFError, OSError, pickle.UnpicklingError):
            self.messages.put(None)

    def next(self, patience: float) -> Any:
        """The next message, or why there is none."""
        try:
            message = self.messages.get(timeout=patience)
        except queue.Empty:
            return _Ended(f"the function hangs: killed after {patience:.15g} s")
        if message is not None:
            return message
        code = self.process.wait()
        return _Ended(f"the function ends the process, by {f'signal {-code}' if code < 0 else f'exit code {code}'}")


def _told(request: FunctionCase, item: str, status: Status, reason: str) -> Result:
    return Result(request.case, What.VALUE, (), Verdict(status, reason), item=item)
