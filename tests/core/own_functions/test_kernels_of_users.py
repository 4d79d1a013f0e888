"""Kernels as users write them: right ones that pass, and what is said of wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.autograd.graph import save_on_cpu
from torch.utils.checkpoint import checkpoint

from derivcheck.api import check_function
from derivcheck.model import Severity, Status


def written(forward: Callable[..., Any], backward: Callable[..., Any]) -> type[torch.autograd.Function]:
    """A Function of these two methods."""
    members = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    return type("Written", (torch.autograd.Function,), members)


def lerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Its formula has the arguments in another order."""
    return a + t * (b - a)


def test_the_names_of_the_arguments_tell_their_order() -> None:
    """`a + t*(b - a)` has a, t, b; the function says that it takes a, b, t."""
    results = check_function(lerp, "a + t*(b - a)", at={"a": 0.7, "b": -1.1, "t": 0.3}, only=["forward", "backward"])
    assert all(result.status is Status.MATCH for result in results)


def test_another_order_has_a_name() -> None:
    """Without names there is the order of the formula; values that are right in another one say so."""
    point = {"a": 0.7, "b": -1.1, "t": 0.3}

    def unnamed(*xs: Tensor) -> Tensor:
        return lerp(*xs)

    results = check_function(unnamed, "a + t*(b - a)", at=point, only=["forward", "backward"])
    assert {"the values are right with the arguments in another order than a, t, b: say args a,b,t"} == {
        result.diagnosis for result in results
    }


def test_partial_derivatives_that_cancel_are_no_fault() -> None:
    """Those of a softmax's logarithm add up to 0, but for rounding."""

    def loss(a: Tensor, b: Tensor) -> Tensor:
        return -torch.log_softmax(torch.stack(torch.broadcast_tensors(a, b), -1), -1)[..., 0]

    point = {"a": 0.3, "b": -0.8}
    results = check_function(loss, "log(exp(a) + exp(b)) - a", at=point, only=["forward", "points", "same-tensor"])
    assert all(result.status is Status.MATCH for result in results)


def test_a_mixed_derivative_spreads_in_the_order_in_which_it_was_taken() -> None:
    """The gradient by d cancels, and so does its derivative by x; that of the gradient by x, by d, does not."""

    def forward(ctx: Any, x: Tensor, d: Tensor) -> Tensor:
        ctx.save_for_backward(x, d)
        return x * x / (1 + torch.sqrt(1 + (x / d) ** 2))

    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, Tensor]:
        x, d = ctx.saved_tensors
        r = torch.sqrt(1 + (x / d) ** 2)
        by_d = g * (2 * d * (x / d) ** 2 / (1 + r) - d * (x / d) ** 2 / r)
        return (g * x / r).sum_to_size(x.shape), by_d.sum_to_size(d.shape)

    point = {"x": 0.3, "d": 1.3}
    (result,) = check_function(written(forward, backward), "d**2*(sqrt(1+(x/d)**2)-1)", at=point, only=["second"])
    assert Status.MATCH is result.status


def half(ctx: Any, x: Tensor) -> Tensor:
    """x**2/2."""
    ctx.save_for_backward(x)
    return x * x / 2


def test_an_upstream_gradient_that_is_cast_is_found() -> None:
    """Upstream gradients of a few bits go through float32 unharmed."""

    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Tensor:
        product: Tensor = g.float().to(g.dtype) * ctx.saved_tensors[0]
        return product

    (result,) = check_function(written(half, backward), "x**2/2", at={"x": 0.3}, only=["upstream"])
    assert Status.INACCURATE is result.status


def recomputed(x: Tensor) -> Tensor:
    """A checkpoint of a closure."""

    def closure() -> Tensor:
        return (x * x).sin()

    result: Tensor = checkpoint(closure, use_reentrant=False)
    return result


def moved(x: Tensor) -> Tensor:
    """What is saved is moved to the CPU, where it is already."""
    with save_on_cpu():
        return (x * x).sin()


@pytest.mark.parametrize("function", [recomputed, moved])
def test_hooks_for_saved_tensors_are_not_accused(function: Any) -> None:
    """What they keep has no version; who uses them knows."""
    (result,) = check_function(function, "sin(x*x)", at={"x": 0.5}, only=["overwritten"])
    assert Status.SKIPPED is result.status
    assert "hooks" in (result.verdict.reason or "")


def test_a_value_that_is_lost_far_out_is_told() -> None:
    """Of log(1 + exp(2*x))/2 float32 has nothing left at 45, where the formula has 45."""
    (result,) = check_function(
        lambda x: torch.log(1 + torch.exp(2 * x)) / 2, "log(1+exp(2*x))/2", at={"x": 1}, dtype="float32", only=["far"]
    )
    assert Severity.PASS is not result.status.severity


def clipped(ctx: Any, g: Tensor) -> Tensor:
    """The gradient of x**2/2, 0 from 1 on."""
    (x,) = ctx.saved_tensors
    return torch.where(x > 1, 0, g * x)


def traceless(ctx: Any, g: Tensor) -> Tensor:
    """The gradient of x**2/2, from a number that autograd does not trace."""
    product: Tensor = g * ctx.saved_tensors[0].detach()
    return product


def narrow(ctx: Any, g: Tensor) -> Tensor:
    """The gradient of x**2/2, right for up to three numbers."""
    (x,) = ctx.saved_tensors
    product: Tensor = g * (x if x.numel() < 4 else x * 1.5)
    return product


@pytest.mark.parametrize(
    ("backward", "item", "name"),
    [
        (clipped, "points", "right where x is at most 0.7, wrong where it is at least 1.9: there the gradient is 0"),
        (traceless, "second", "the first derivatives are right, the second ones are not"),
        (narrow, "shapes", "right at single numbers, wrong in a batch"),
    ],
)
def test_where_a_mistake_is_has_a_name(backward: Any, item: str, name: str) -> None:
    """What is wrong beyond a number, in second derivatives, or in batches only, is told apart."""
    (result,) = check_function(written(half, backward), "x**2/2", at={"x": 0.3}, only=[item])
    assert (result.diagnosis or "").startswith(name)


def test_a_value_in_float32_has_a_name() -> None:
    """Two pi, rounded to float32 on the way."""
    (result,) = check_function(
        lambda x: x * torch.tensor(6.283185307179586, dtype=torch.float32).to(x.dtype),
        "2*pi*x",
        at={"x": 0.3},
        only=["forward"],
    )
    assert (result.diagnosis or "").startswith("value computed in float32, or with a constant rounded to it")


@pytest.mark.parametrize(
    ("kernel", "formula"),
    [
        (
            lambda x, y, z: torch.cumprod(torch.stack(torch.broadcast_tensors(x, y, z), -1), -1).sum(-1),
            "x + x*y + x*y*z",
        ),
        (lambda x, y, z: torch.prod(torch.stack(torch.broadcast_tensors(x, y, z), -1), -1), "x*y*z"),
        (
            lambda x, y, z: torch.std(torch.stack(torch.broadcast_tensors(x, y, z), -1), -1),
            "sqrt(((x - (x+y+z)/3)**2 + (y - (x+y+z)/3)**2 + (z - (x+y+z)/3)**2)/2)",
        ),
    ],
)
def test_a_second_derivative_of_zero_is_met_but_for_rounding(kernel: Callable[..., Tensor], formula: str) -> None:
    """torch adds up terms that cancel, and 1e-16 is left of them: as right as a number can be."""
    results = check_function(kernel, formula, at={"x": 0, "y": 2, "z": 3}, args=["x", "y", "z"], only=["second"])
    assert [Status.MATCH] == [result.status for result in results]
