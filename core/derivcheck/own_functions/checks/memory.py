"""The item about memory: what a call leaves behind."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from derivcheck.model import Status
from derivcheck.own_functions.checks.calls import Calls, run_both_ways
from derivcheck.own_functions.checks.comparison import Comparison, conclude

_RUNS = 12
"""Calls after which a leak of one object a call stands out."""


def check_memory(calls: Calls) -> Iterator[Comparison]:
    """No graph, and no tensor of it, outlives its last user."""
    _call_repeatedly(calls, 2)
    with _alone_with_new_objects():
        before = _count_alive()
        _call_repeatedly(calls, _RUNS)
        after = _count_alive()
        if after - before < _RUNS:
            yield conclude(Status.MATCH)
            return
        gc.collect()
        left = _count_alive() - before
    hint = "save inputs and results by ctx.save_for_backward, not on ctx"
    if left >= _RUNS:
        behind = f"each call leaves {left // _RUNS} tensors or graph nodes behind for good: {hint}"
        yield conclude(Status.MISMATCH, behind)
    else:
        count = (after - before) // _RUNS
        cycle = f"each call leaves a cycle of {count} tensors or graph nodes to the collector: {hint}"
        yield conclude(Status.MISMATCH, cycle)


@contextmanager
def _alone_with_new_objects() -> Iterator[None]:
    """The collector looks at new objects alone, and only when it is told to.

    Beside torch and SymPy there are half a million objects in a process. To count the tensors among all of them took
    longer than the rest of a short list.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def _call_repeatedly(calls: Calls, times: int) -> None:
    for _ in range(times):
        run_both_ways(calls)


def _count_alive() -> int:
    """How many tensors and graph nodes of Functions written in Python there are that the collector looks at."""
    kinds = (Tensor, torch.autograd.function.BackwardCFunction)
    return sum(issubclass(type(item), kinds) for item in gc.get_objects())
