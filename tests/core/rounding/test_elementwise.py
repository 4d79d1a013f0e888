"""Functions that work element by element are told from those that mix the numbers of their tensors."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Mode
from derivcheck.numbers import DType
from derivcheck.rounding.asked_function import Asked
from derivcheck.rounding.elementwise import is_elementwise

Function = Callable[[tuple[Tensor, ...]], Tensor]


def asked(function: Function, mode: Mode = Mode.REVERSE) -> Asked:
    """The value and the derivative by the first of two arguments."""
    inputs = (torch.tensor(0.3, dtype=torch.float64), torch.tensor(1.7, dtype=torch.float64))
    return Asked(function, ["x", "y"], inputs, [(), ("x",)], TorchSetting("cpu", DType.FLOAT64, mode))


@pytest.mark.parametrize("function", [lambda xs: torch.tanh(xs[0]) * xs[1], lambda xs: torch.where(xs[0] > 0, *xs)])
def test_elementwise_functions(function: Function) -> None:
    """A batch of points passes through in one piece."""
    assert is_elementwise(asked(function))


@pytest.mark.parametrize(
    "function",
    [
        lambda xs: torch.softmax(torch.stack(xs), 0)[0],
        lambda xs: xs[0] * xs[1].sum(),
        lambda xs: torch.complex(xs[0], xs[1]).abs(),
        lambda xs: torch.linalg.vector_norm(torch.stack(xs)),
    ],
)
def test_functions_that_mix_numbers(function: Function) -> None:
    """What is stacked, summed or complex has samples that no axis holds."""
    assert not is_elementwise(asked(function))


@pytest.mark.parametrize(
    "function",
    [lambda xs: torch.add(xs[0], xs[1], alpha=0.3), lambda xs: torch.addcmul(xs[0], xs[0], xs[1], value=0.7)],
)
def test_a_tangent_without_storage_meets_a_plain_number(function: Function) -> None:
    """In forward mode the tangent of y has no storage, and torch would crash where a dispatch mode watches."""
    assert is_elementwise(asked(function, Mode.FORWARD))
