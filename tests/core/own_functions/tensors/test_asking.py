"""The items about how derivatives of functions of tensors are asked for: right functions pass, each lie is found.

Covers also: batching, compiling, forward_mode, other_format, same_tensor, second_derivatives, ways_of_asking.
"""

from __future__ import annotations

import shutil

import pytest
import tensor_functions_asking as own
import torch
from torch import Tensor

from derivcheck import check_function
from derivcheck.model import Result, Severity, Status

LAYER_NORM = "(x - mean(x, dim=-1, keepdim=True))/sqrt(var(x, dim=-1, correction=0, keepdim=True) + 1/64)*w + b"
NORM = (LAYER_NORM, {"x": "[[0.375, -1.25, 0.875], [1.5, -0.5, 0.25]]", "w": "[1.5, -0.75, 0.5]", "b": "[0.25, -1, 2]"})
SPREAD = ("mean(x, dim=-1), var(x, dim=-1, correction=0)", {"x": "[[0.375, -1.25, 0.875], [1.5, -0.5, 0.25]]"})
PRODUCT = ("x @ w", {"x": "[[0.375, -1.25], [1.5, -0.5]]", "w": "[[0.5, 2], [-0.75, 0.25]]"})

ITEMS = (
    "upstream",
    "arguments",
    "outputs",
    "second",
    "forward-mode",
    "mixed-modes",
    "vmap",
    "same-tensor",
    "other-format",
)


def run(function: object, posed: tuple[str, dict[str, str]], *only: str) -> dict[str, Result]:
    """The results of some items, by name."""
    formula, at = posed
    found = check_function(function, formula, at=at, args=list(at), only=only or ITEMS)
    return {str(result.item): result for result in found}


RIGHT = [
    (own.Norm, NORM),
    (own.Needed, NORM),
    (own.SavedOnce, NORM),
    (own.Spread, SPREAD),
    (own.Undefined, SPREAD),
    (own.Product, PRODUCT),
    (own.OwnBatches, PRODUCT),
    (lambda x, w: x @ w, PRODUCT),
    (lambda x: (x.mean(-1), x.var(-1, correction=0)), SPREAD),
]


@pytest.mark.parametrize(("function", "posed"), RIGHT)
def test_right_functions_pass(function: object, posed: tuple[str, dict[str, str]]) -> None:
    """Nothing is accused; what a Function does not offer is skipped."""
    found = run(function, posed)
    assert {} == {
        name: result.verdict.reason for name, result in found.items() if result.status.severity is not Severity.PASS
    }


WRONG = [
    (own.Saturated, NORM, "upstream", "times 1.67772e+07"),
    (own.Narrow, NORM, "upstream", "times 1.33333"),
    (own.ShiftedNeeds, NORM, "arguments", "alone asks for a gradient"),
    (own.AllOrNothing, NORM, "arguments", "torch returned no gradient (None)"),
    (own.Packed, NORM, "arguments", "for a gradient"),
    (own.SavedNormal, NORM, "second", "by x, x["),
    (own.DetachedUpstream, NORM, "second", "by the upstream gradient"),
    (own.Unhandled, SPREAD, "outputs", "the others unused"),
    (own.GivesUp, SPREAD, "outputs", "torch returned no gradient (None)"),
    (own.OneOutput, SPREAD, "outputs", "output 1 alone"),
    (own.ForgetsTangent, PRODUCT, "forward-mode", "its tangent"),
    (own.DropsTerm, PRODUCT, "forward-mode", "tangents of all arguments at once"),
    (own.RaisingTangent, PRODUCT, "forward-mode", "jvp raised ValueError: no tangent today"),
    (own.FirstDimAlone, PRODUCT, "vmap", "vmap raised RuntimeError"),
    (own.OneForAll, PRODUCT, "vmap", "torch.vmap"),
    (own.Doubles, ("x*y", {"x": "[1, 2]", "y": "[3, -1]"}), "same-tensor", "x = y, one tensor"),
    (own.Truncated, NORM, "other-format", "the function returned torch.float64 for float32"),
    (own.Tuned, NORM, "other-format", "by w"),
]


@pytest.mark.parametrize(("function", "posed", "item", "told"), WRONG)
def test_what_is_wrong_is_found(function: object, posed: tuple[str, dict[str, str]], item: str, told: str) -> None:
    """By the item that asks in the way in which it is wrong, with the words for that."""
    result = run(function, posed, item)[item]
    assert Status.MISMATCH is result.status
    assert told in (result.verdict.reason or "")


def test_a_loud_refusal_of_the_second_derivative_is_skipped() -> None:
    """once_differentiable says so itself."""
    result = run(own.SavedOnce, NORM, "second")["second"]
    assert Status.SKIPPED is result.status
    assert "refused loudly, as it should be" in (result.verdict.reason or "")


def test_the_second_derivative_of_a_softmax_is_no_refusal() -> None:
    """torch's own, whose graph frees what it keeps after a backward pass that is not to be differentiated."""
    posed = ("softmax(x, dim=-1)", {"x": "[[0.375, -1.25, 0.875]]"})
    assert Status.MATCH is run(lambda x: torch.softmax(x, -1), posed, "second")["second"].status


def test_an_output_of_integers_has_no_gradient() -> None:
    """topk returns places as well; those of the formula are constants."""
    posed = ("(sort(x, dim=-1, descending=True))[:, :2], x[:, :2]*0", {"x": "[[3, 1, 2], [1, 2, 0]]"})

    def code(x: Tensor) -> tuple[Tensor, Tensor]:
        values, places = own.Largest.apply(x)  # type: ignore[no-untyped-call]
        assert not places.requires_grad
        return values, x[:, :2] * 0

    found = run(code, posed, "outputs", "upstream")
    assert {Status.MATCH} == {result.status for result in found.values()}


def test_held_arguments_are_not_differentiated() -> None:
    """Nobody asks for the gradient by an argument of integers."""
    posed = ("x[rows]", {"x": "[[0.5, 1], [2, -1], [3, 4]]", "rows": "[0, 2, 0]"})
    found = run(lambda x, rows: x[rows], posed, "upstream", "arguments", "second", "forward-mode", "other-format")
    assert all(result.status in {Status.MATCH, Status.SKIPPED} for result in found.values())
    assert found["arguments"].verdict.reason == "there is one argument"


def test_torch_refuses_batches_of_a_function_that_takes_ctx() -> None:
    """That is no fault of it."""
    result = run(own.Norm, NORM, "vmap")["vmap"]
    assert Status.SKIPPED is result.status
    assert "cannot be batched" in (result.verdict.reason or "")


def test_a_sum_of_ten_thousand_is_off_by_rounding_alone() -> None:
    """What rounding explains is measured on the way that was asked, long sums included."""
    found = run(lambda x: torch.softmax(x, 0).cumsum(0), ("cumsum(softmax(x, dim=0), dim=0)", {"x": "randn(40)"}))
    assert {} == {
        name: result.verdict.reason for name, result in found.items() if result.status.severity is not Severity.PASS
    }


def test_compile() -> None:
    """torch.compile changes nothing about a right function; without a C++ compiler the item says why it is skipped."""
    result = run(lambda x, w: x @ w, PRODUCT, "compile")["compile"]
    if shutil.which("g++") or shutil.which("c++") or shutil.which("clang++"):
        assert Status.MATCH is result.status, result.verdict.reason
    else:
        assert Status.SKIPPED is result.status
        assert "torch.compile does not work here" in (result.verdict.reason or "")
