"""The items about side effects on tensors: bad ones are found by their item, declared and right ones are not accused.

Covers also: own_functions.checks.calls, autograd.generators, own_functions.checks.global_state,
own_functions.checks.input_writes, own_functions.checks.memory, own_functions.checks.overwriting,
own_functions.checks.repetition, own_functions.checks.undefined_upstream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import tensor_functions_effects as own
from torch import Tensor

from derivcheck.inputs.python_values import points
from derivcheck.model import Case, Checklist, OwnFunction, Result, Severity, Status
from derivcheck.own_functions.checking import check_list

X = [[0.375, -1.25, 0.875], [1.5, -0.5, 0.25]]
GATED = ("silu(gate)*value", {"gate": X, "value": [[-0.75, 2.125, -1.625], [0.625, 1.125, -0.125]]})
MASKED = ("softmax(x, dim=-1)*mask", {"x": X, "mask": [[1, 0.5, 0], [1, 1, 0.5]]})
ROWS = ("table[at]", {"table": X, "at": [1, 0, 1]})
MOMENTS = ("(mean(x, dim=-1), var(x, dim=-1, correction=0))", {"x": X})
SQUARED = ("softmax(x, dim=-1)**2", {"x": X})

EFFECTS = ["undefined-upstream", "in-place", "overwritten", "repeat", "global-state", "memory"]


def run(function: object, posed: tuple[str, dict[str, Any]], only: Sequence[str] = EFFECTS) -> dict[str, Result]:
    """The Result of each item; a mask is held."""
    formula, at = posed
    own_function = OwnFunction("f", tuple(at), formula, function)
    case = Case(expr=formula, at=points(at), functions=(own_function,), checklist=Checklist(tuple(only)))
    return {result.item or "": result for result in check_list(replace(case, const=tuple({"mask"} & set(at))))}


@pytest.mark.parametrize(
    ("function", "posed", "item", "told"),
    [
        (own.OverwritesSigmoid, GATED, "repeat", "the first one changed what was saved"),
        (own.MultipliesOnCtx, GATED, "repeat", "the first one changed what was saved"),
        (own.OneBuffer, GATED, "repeat", "two calls return one and the same tensor"),
        (own.LastCall, GATED, "repeat", "save by ctx, not outside"),
        (own.cached, GATED, "repeat", "two calls return one and the same tensor"),
        (own.HandsOutSaved, GATED, "repeat", "the gradient by gate shares its memory with what was saved"),
        (own.WritesMask, MASKED, "in-place", "the forward pass writes to its argument mask in place"),
        (own.SortsIndices, ROWS, "in-place", "the backward pass writes to its argument at in place"),
        (own.WritesUpstream, MASKED, "in-place", "the backward pass writes to the upstream gradient in place"),
        (own.KeepsIndices, ROWS, "overwritten", "where the argument at is overwritten before the backward pass"),
        (own.Forgets, MOMENTS, "undefined-upstream", "output 0 of the result alone is used"),
        (own.Fails, MOMENTS, "undefined-upstream", "raised AssertionError ("),
        (own.Leaks, GATED, "memory", "save inputs and results by ctx.save_for_backward"),
        (own.Seeds, GATED, "global-state", "a call seeds Python's generator (random)"),
    ],
)
def test_each_side_effect_is_found_by_its_item(function: object, posed: Any, item: str, told: str) -> None:
    """It fails there, with a reason that says what happens."""
    (result,) = run(function, posed, [item]).values()
    assert Status.MISMATCH is result.status
    assert told in (result.verdict.reason or "")


def add_views(x: Tensor, y: Tensor) -> Tensor:
    """The sum of two arguments seen as vectors: torch gives both the same memory as their gradient."""
    return x.view(-1) + y.view(-1)


@pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad")
@pytest.mark.parametrize(
    ("function", "posed"),
    [
        (own.Gated, GATED),
        (own.Flat, ("reshape(x, (6,))", {"x": X})),
        (own.Same, ("x + zeros(2, 3)", {"x": X})),
        (own.Masked, MASKED),
        (own.Rows, ROWS),
        (own.sparse_rows, ROWS),
        (own.Moments, MOMENTS),
        (own.checkpointed, SQUARED),
        (own.reentrant, SQUARED),
        (own.kept_elsewhere, SQUARED),
        (own.Normed(), ("(x - mean(x, dim=0))/sqrt(var(x, dim=0, correction=0) + 1e-5)", {"x": X})),
        (lambda x: x.sort(-1).values, ("sort(x, dim=-1)", {"x": X})),
        (add_views, ("reshape(x, (6,)) + reshape(y, (6,))", {"x": X, "y": X})),
    ],
)
def test_no_item_accuses_a_right_function(function: object, posed: Any) -> None:
    """Views, checkpoints, hooks, statistics that a module keeps, and outputs without a gradient are none."""
    found = run(function, posed)
    bad = {item: result.verdict.reason for item, result in found.items() if result.status.severity is not Severity.PASS}
    assert {} == bad


def test_gradients_that_share_their_memory_are_a_note() -> None:
    """torch's own views hand out one memory twice, and a second .backward() adds to both: 3 times 1 makes 7 of it."""
    (result,) = run(add_views, ("reshape(x, (6,)) + reshape(y, (6,))", {"x": X, "y": X}), ["repeat"]).values()
    assert Status.MATCH is result.status
    assert "two of its gradients share their memory" in result.notes[0]


def test_a_second_backward_pass_that_is_refused_loudly_is_skipped() -> None:
    """Nobody gets a wrong number by it."""
    (result,) = run(own.ScalesSaved, GATED, ["repeat"]).values()
    assert Status.SKIPPED is result.status
    assert "a second backward pass over the same graph is refused loudly" in (result.verdict.reason or "")
