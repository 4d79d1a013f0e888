"""A call of gradcheck as a subject: names, formats, nested inputs.

Covers also: posing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from derivcheck.gradchecking.gradcheck import gradcheck, gradgradcheck
from derivcheck.gradchecking.posing import flattened, place_of, pose
from derivcheck.numbers import DType


def leaf(*numbers: float, dtype: torch.dtype = torch.float64) -> Tensor:
    """A leaf that asks for a gradient."""
    return torch.tensor(numbers, dtype=dtype, requires_grad=True)


def in_float32(x: Tensor) -> Tensor:
    """2*sin(x), computed in float32."""
    return x.float().sin().double() * 2


class Coarse(torch.autograd.Function):
    """sin(x), computed in float32, with a gradient that is off by a ten-thousandth."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """Round, and take the sine."""
        ctx.save_for_backward(x)
        return x.float().sin().double()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        """Off by a ten-thousandth."""
        (x,) = ctx.saved_tensors
        slope: Tensor = x.float().cos().double() * 1.0001
        return grad * slope


@pytest.mark.parametrize("function", [in_float32, lambda x: (x.half() * 3).double().exp()])
def test_code_is_judged_in_the_coarsest_format_that_it_computes_in(function: Callable[[Tensor], Tensor]) -> None:
    """As under autocast: the inputs and the result are in float64, and the numbers have the digits of float32."""
    assert gradcheck(function, leaf(0.3, 1.7))
    assert gradgradcheck(function, leaf(0.3, 1.7))


def test_a_wrong_gradient_is_wrong_in_a_coarse_format_too() -> None:
    """A ten-thousandth is more than float32 loses."""
    assert not gradcheck(Coarse.apply, leaf(0.3, 1.7), raise_exception=False)


def test_the_format_is_that_of_the_run() -> None:
    """The subject is posed in the format of its tensors, and the place knows the run."""
    x = leaf(0.3)
    subject = pose(in_float32, (x,), in_float32(x))
    assert (DType.FLOAT64, DType.FLOAT32) == (subject.dtype, place_of(subject).subject.dtype)


def test_tensors_of_nested_lists_stand_by_themselves() -> None:
    """One after the other, and the function gets them back as they were."""
    x, y = leaf(1.0), leaf(2.0)
    function, inputs = flattened(lambda pair, z: pair[0] * pair[1] + z, ([x, y], y))
    assert 3 == len(inputs)
    assert 4.0 == function(*inputs).item()
