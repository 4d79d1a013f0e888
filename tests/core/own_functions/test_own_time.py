"""Who is at work where an item takes too long: derivcheck, or the function.

Covers also: own_functions.patience.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sympy
import torch

import derivcheck
from derivcheck.api import check_function
from derivcheck.autograd.user_functions import CALLS
from derivcheck.own_functions import own_time
from derivcheck.own_functions.own_time import OwnTime, is_function_at_work, took_our_time
from derivcheck.own_functions.patience import patience_with
from derivcheck.workers.stop import Cause, Stop

FILE = """
from torch.autograd import Function

class HangsBackward(Function):
    @staticmethod
    def forward(ctx, a):
        return a * 2

    @staticmethod
    def backward(ctx, g):
        while True:
            g = g + 1
"""


def reasons(tmp_path: Path, name: str, timeout: float, *items: str) -> list[str]:
    """What the check list says of a function of the file."""
    (tmp_path / "slow.py").write_text(FILE, encoding="utf-8")
    results = check_function(f"{tmp_path / 'slow.py'}:{name}", at={"a": 2.3}, only=items, timeout=timeout)
    return [f"{result.status}: {result.verdict.reason}" for result in results]


@pytest.mark.parametrize(
    ("at_work", "calls", "ends"), [(False, 0, True), (True, 1, True), (True, 0, False)], ids=["ours", "called", "hangs"]
)
def test_our_own_proving_is_no_function_that_hangs(
    monkeypatch: pytest.MonkeyPatch, at_work: bool, calls: int, ends: bool
) -> None:
    """The process ends by itself where our code is at work, or a function is called again and again."""
    exits: list[int] = []

    def look() -> bool:
        CALLS.begun += calls
        return at_work

    monkeypatch.setattr(own_time, "_is_function_at_work_now", look)
    monkeypatch.setattr(os, "_exit", exits.append)
    own_time._watch(0.1, threading.Event())
    assert ends is bool(exits)
    assert not exits or took_our_time(Stop(Cause.DIED, exits[0]))
    stopped = threading.Event()
    stopped.set()
    exits.clear()
    own_time._watch(0.1, stopped)
    assert not exits


@pytest.mark.usefixtures("warm")
def test_a_backward_pass_that_hangs_is_told(tmp_path: Path) -> None:
    """It is at work whenever one looks."""
    assert "error: the function hangs: killed after 2 s" in reasons(tmp_path, "HangsBackward", 2, "backward")


def stack(*frames: tuple[str, str]) -> Any:
    """The innermost frame of some, which are told by file and function, the outermost first."""
    found = None
    for file, name in frames:
        found = SimpleNamespace(f_code=SimpleNamespace(co_filename=file, co_name=name), f_back=found)
    return found


OURS = str(Path(derivcheck.__file__).parent)
PROVING = (f"{OURS}/truth/runs.py", "prove")


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([PROVING, (sympy.__file__, "diff")], False),
        ([PROVING, ("<frozen importlib._bootstrap>", "_load")], False),
        ([PROVING, (os.__file__, "fspath")], False),
        ([PROVING, (f"{OURS}/autograd/user_functions.py", "run"), (torch.__file__, "relu")], True),
        ([PROVING, (f"{OURS}/autograd/binding.py", "call")], True),
        ([PROVING, (torch.__file__, "grad"), ("/home/mods.py", "backward"), PROVING], True),
    ],
)
def test_the_function_is_at_work_where_the_stack_has_its_code(frames: list[tuple[str, str]], expected: bool) -> None:
    """Or where our code calls it, which may be a function of torch's own."""
    assert expected is is_function_at_work(stack(*frames))


def test_what_started_the_process_is_not_at_work() -> None:
    """The user's code is called by ours; that of another thread, where torch runs it, is called by nobody."""
    starter = ("/home/run.py", "main")
    assert not is_function_at_work(stack(starter, PROVING, (torch.__file__, "grad")))
    assert not is_function_at_work(stack(PROVING), [stack((os.__file__, "wait"))])
    assert is_function_at_work(stack(PROVING), [stack((torch.__file__, "apply"), ("/home/mods.py", "backward"))])


def test_what_is_watched_no_longer_does_not_end() -> None:
    """Each item begins anew, and the end of the list stops the watch."""
    watch = OwnTime()
    watch.allow(0.05)
    watch.allow(3600)
    watch.stop()
    time.sleep(0.1)
    watch.stop()
    assert took_our_time(Stop(Cause.DIED, 117))
    assert not took_our_time(Stop(Cause.DIED, 7))
    assert patience_with("compile", 2) == 20
    assert patience_with(None, 2) == 122
