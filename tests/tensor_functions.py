"""Functions of tensors of somebody's own, right ones and broken ones, for the tests of the check list."""

# ruff: noqa: D102

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function


class DiagonalSoftmax(Function):
    """softmax with the diagonal of its Jacobian alone: the rank-one term is missing."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        y = torch.softmax(x, 1)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (y,) = ctx.saved_tensors
        return g * y * (1 - y)
