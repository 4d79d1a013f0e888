"""The item about writes into what the function was given: its arguments, and the upstream gradient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Tensor

from derivcheck.model import Status
from derivcheck.own_functions.checks.calls import Calls, are_same, fill, has_gradient, name_output, returns_an_input
from derivcheck.own_functions.checks.comparison import Comparison, conclude

_FACTORS = (1.0, 3.0)
"""What the upstream gradient is everywhere; some functions write to one only where it is not 1."""


def check_in_place_writes(calls: Calls) -> Iterator[Comparison]:
    """Neither the inputs nor the upstream gradient are written to."""
    inputs = calls.inputs()
    before = [tensor.detach().clone() for tensor in inputs]
    outputs = calls.run(inputs)
    arguments = [f"its argument {name}" for name in calls.args]
    yield from _compare_with_copies("the forward pass", arguments, before, inputs)
    if not has_gradient(outputs) or returns_an_input(outputs, inputs):
        return
    upstream = "the upstream gradient"
    count = len(outputs)
    names = [upstream if count == 1 else f"{upstream} of {name_output(place, count)}" for place in range(count)]
    for factor in _FACTORS:
        inputs = calls.inputs()
        outputs = calls.run(inputs)
        upstreams = fill(outputs, factor)
        kept = [tensor.clone() for tensor in upstreams]
        calls.pull_back(outputs, inputs, upstreams)
        yield from _compare_with_copies("the backward pass", names, kept, upstreams)
        yield from _compare_with_copies("the backward pass", arguments, before, inputs)


def _compare_with_copies(
    stage: str, names: Sequence[str], before: Sequence[Tensor], after: Sequence[Tensor]
) -> Iterator[Comparison]:
    for name, old, new in zip(names, before, after, strict=True):
        if are_same(old, new.detach()):
            yield conclude(Status.MATCH)
        else:
            reason = f"{stage} writes to {name} in place: another user of the same tensor is spoilt"
            yield conclude(Status.MISMATCH, reason)
