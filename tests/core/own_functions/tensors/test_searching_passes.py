"""A forward pass that searches has no formula in its steps; whatever else is wrong stays wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.autograd import Function

import derivcheck
from derivcheck.errors import UnsupportedError
from derivcheck.gradchecking.gradcheck import examine
from derivcheck.model import Status

DOUBLE = torch.float64


def function(forward: Callable[[Tensor], Tensor], backward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """A Function with a forward pass, and the derivative that its backward pass takes."""

    class Made(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return forward(x)

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Tensor:
            return g * backward(ctx.saved_tensors[0])

    made: Callable[[Tensor], Tensor] = Made.apply
    return made


def bisected_root(x: Tensor) -> Tensor:
    """The square root, by 60 steps of a bisection."""
    low, high = torch.zeros_like(x), 1 + x
    for _ in range(60):
        middle = (low + high) / 2
        is_low = middle * middle <= x
        low, high = torch.where(is_low, middle, low), torch.where(is_low, high, middle)
    return low


def leaf(*numbers: float, dtype: torch.dtype = DOUBLE) -> Tensor:
    """A tensor that asks for a gradient."""
    return torch.tensor(numbers, dtype=dtype, requires_grad=True)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_bisection_is_not_read(dtype: torch.dtype) -> None:
    """Its backward pass is right, by the implicit function theorem, and the derivative of its steps is another one."""
    x = leaf(0.5, 2.0, dtype=dtype)
    before = x.detach().clone()
    root = function(bisected_root, lambda x: 0.5 / x.sqrt())
    with pytest.raises(UnsupportedError, match="it searches, as a bisection does"):
        derivcheck.gradcheck(root, x)
    with pytest.raises(UnsupportedError, match="it searches, as a bisection does"):
        derivcheck.gradgradcheck(root, x)
    assert torch.equal(before, x)
    assert x.is_leaf


@pytest.mark.parametrize(
    ("forward", "backward", "at"),
    [
        (torch.sin, lambda x: -x.cos(), 0.5),
        (torch.sin, lambda x: x.cos() * (1 + 1e-9), 0.5),
        (torch.relu, lambda x: torch.full_like(x, 0.5), 1e-6),  # a kink near by
        (torch.round, torch.ones_like, 0.3),  # a straight-through estimator
        (lambda x: (1e5 * x).sin(), lambda x: x.cos(), 0.5),
        (lambda x: (-x * x).exp(), lambda x: -x * (-x * x).exp(), 5.0),
        (torch.log, lambda x: -1 / x, 1e-300),  # no step may reach 0
        (lambda x: x * 1e200, torch.ones_like, 1e150),  # sums that overflow
    ],
)
def test_a_wrong_gradient_stays_wrong(
    forward: Callable[[Tensor], Tensor], backward: Callable[[Tensor], Tensor], at: float
) -> None:
    """Near a kink, where the function changes fast, where gradients are small, and at the ends of the format."""
    report = examine(function(forward, backward), leaf(at))
    assert report.is_wrong
    assert report.status in {Status.MISMATCH, Status.INACCURATE}


def test_a_function_that_knows_its_inputs_is_moved_with_them() -> None:
    """As a layer knows its weight, and ignores what it is given."""
    x = leaf(0.5, 2.0)
    scaled = function(bisected_root, lambda x: 0.5 / x.sqrt())
    with pytest.raises(UnsupportedError, match="it searches"):
        examine(lambda _: scaled(x), x)
    wrong = function(torch.sin, torch.sin)
    assert examine(lambda _: wrong(x), x).is_wrong


def test_complex_inputs_are_pairs() -> None:
    """A search of them is not read; what is wrong stays wrong."""
    z = torch.tensor([0.5 + 1j, 2.0 - 3j], dtype=torch.complex128, requires_grad=True)
    root = function(bisected_root, lambda x: 0.5 / x.sqrt())
    with pytest.raises(UnsupportedError, match="it searches"):
        examine(lambda z: root(z.abs()), z)
    assert examine(function(torch.exp, lambda z: z.exp()), z).is_wrong  # the conjugate is missing
    assert not examine(function(torch.exp, lambda z: z.exp().conj()), z).is_wrong


def test_a_view_of_an_input_is_no_search() -> None:
    """What it holds is what the input holds: it is looked at while that is moved."""

    def view(x: Tensor) -> Tensor:
        seen = x.view_as(x)
        seen.register_hook(lambda gradient: -gradient)
        return seen.expand(3, 2)

    assert not derivcheck.gradcheck(view, leaf(0.5, 2.0), raise_exception=False, check_undefined_grad=False)


def test_a_search_is_told_where_some_of_its_derivatives_are_not_known() -> None:
    """Here that by 0, where an absolute value has none."""
    root = function(bisected_root, lambda x: 0.5 / x.sqrt())
    with pytest.raises(UnsupportedError, match="it searches"):
        examine(lambda x, y: (root(x) + y.abs()).sum(), (leaf(0.5, 2.0), leaf(0.0, 1.0)))
