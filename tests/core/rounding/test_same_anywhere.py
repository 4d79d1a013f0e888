"""A kernel that rounds otherwise at the end of a tensor is found out."""

from __future__ import annotations

import pytest
import torch

from derivcheck.autograd.torch_program import TorchStep
from derivcheck.numbers import DType
from derivcheck.rounding import same_anywhere
from derivcheck.rounding.same_anywhere import is_the_same_anywhere


def at_the_end(tensor: torch.Tensor) -> torch.Tensor:
    """A sine that is an ulp off in tensors of few numbers."""
    result = torch.sin(tensor)
    return result * (1 + 2.0**-52) if len(tensor) < 8 else result


def test_a_difference_at_the_end_is_seen() -> None:
    """torch's own sine is the same anywhere; one that is an ulp off in short tensors is not."""
    assert is_the_same_anywhere(TorchStep(torch.mul, "mul", 0, (0, 1)), DType.FLOAT64)
    assert not is_the_same_anywhere(TorchStep(at_the_end, "sin", 0, (0,)), DType.FLOAT64)


@pytest.mark.parametrize("run", [torch.logical_not, lambda _: None])
def test_a_kernel_without_a_derivative_is_none(run: object) -> None:
    """Nothing is known of it, so that its points are looked at one by one."""
    assert not same_anywhere._is_the_same(run, (), False, 1, torch.float64)
