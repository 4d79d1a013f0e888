"""The samples of many points at once: along the first axis the samples, along the second the points.

The steps are those of a single point: of the n-th operation they are the same at every point, so that nothing depends
on which points share a run. Whether an operation is exact is decided for each point. Where the range was left is not
noted: a point at which anything is left to explain is looked at by itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.numbers import DType
from derivcheck.rounding.draws import OperationDraws
from derivcheck.rounding.exactness_at_points import exact_points
from derivcheck.rounding.moving import moved, with_either_sign
from derivcheck.rounding.operations import MOVES, NEVER_ROUNDS, ULPS
from derivcheck.rounding.range_losses import RangeLosses
from derivcheck.rounding.sampled_constants import SharedConstants
from derivcheck.rounding.samples import wider_formats
from derivcheck.verdict.criterion import CRITERION

FEW_SAMPLES = 8
"""The first samples of each point, which explain most of what all of them do."""


class SamplesAtPoints:
    """The samples of a variable have two axes; those of a constant have a single point.

    The attributes, and what the methods are for, are those of `samples.Samples`.

    Args:
        format: what is rounded to.
        few: whether only the first few samples are run.
    """

    moves = True
    axes = 2
    moved_only = MOVES

    def __init__(self, format: DType, *, few: bool) -> None:  # noqa: A002 (the word of this room)
        self.format = format
        self.dtype = TORCH_DTYPES[format]
        self.losses = RangeLosses(format)
        self.count = (FEW_SAMPLES if few else CRITERION.samples) + 1
        self._formats = wider_formats(format)
        self._draws = OperationDraws(self.dtype, CRITERION.seed, CRITERION.samples + 1)
        self.constants = SharedConstants(self)

    def repeat(self, tensor: Tensor) -> Tensor:
        """A constant, repeated along the axis of samples."""
        return tensor.expand(self.count, 1).clone()

    def repeat_points(self, points: Tensor) -> Tensor:
        """A number for each point, repeated along the axis of samples."""
        return points.expand(self.count, -1).clone()

    def holds(self, args: tuple[Any, ...], result: Any) -> bool:
        """Whether a result is of the format or a wider one, and has both axes; or else is a constant."""
        if not isinstance(result, Tensor) or result.dtype not in self._formats or result.is_meta:
            return False
        if result.dim():
            return result.dim() == 2 and result.shape[0] == self.count
        return result.dtype is self.dtype and not any(isinstance(arg, Tensor) and arg.dim() for arg in args)

    def steps(self, like: Tensor) -> Tensor:
        """A step for every sample, 0 for the first, the same at every point."""
        return self._draws.next()[: self.count].to(like.device).unsqueeze(1)

    def rounded(self, name: str, args: tuple[Any, ...], result: Tensor) -> Tensor:
        """A result with its samples perturbed at those points where the operation is not exact."""
        steps = self.steps(result)
        if not result.dim():
            result = self.repeat(result)
        smallest, largest = (bound.item() for bound in torch.aminmax(result.abs()))
        plain = smallest > 0 and largest < math.inf
        if not plain:
            is_zero = result[0] == 0
            if is_zero.any():
                result = with_either_sign(result, steps, is_zero)
        if name in NEVER_ROUNDS:
            return result
        settled = settled_points(args)
        exact = None if settled is None else exact_points(name, args, result)
        if settled is not None and exact is not None:
            steps = torch.where(exact & settled, 0, steps)
        return moved(result, ULPS.get(name, 1) * steps, plain=plain)


def settled_points(args: Sequence[Any]) -> Tensor | None:
    """At which points the samples of every argument agree; None: at none.

    Few samples tell of most arguments that they agree nowhere, in half of the time.
    """
    tensors = [arg for arg in args if isinstance(arg, Tensor) and arg.dim() == 2 and not torch._is_zerotensor(arg)]
    if not tensors:
        return torch.ones(1, dtype=torch.bool)
    for tensor in tensors:
        if not (tensor[1:FEW_SAMPLES] == tensor[0]).all(0).any():
            return None
    settled = reduce(and_, [(tensor == tensor[0]).all(0) for tensor in tensors])
    return settled if settled.any() else None
