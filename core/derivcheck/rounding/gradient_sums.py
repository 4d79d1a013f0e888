"""Moves the sums of gradients: torch adds up what each use of a number sends back, and rounds each sum.

At 1 these sums are most of what rounds in the derivative of sin(x) + sin(2*x) + sin(3*x) + ...
"""

from __future__ import annotations

from itertools import count

import torch
from torch import Tensor

from derivcheck.rounding.exactness import is_exact
from derivcheck.rounding.moving import moved
from derivcheck.rounding.samples import Samples


class GradientSum:
    """The gradient of a number that several steps use."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._sum: Tensor | None = None

    def used(self, tensor: Tensor) -> Tensor:
        """The number as one more step uses it: what that step sends back is moved by as much as the sum is."""
        if not tensor.requires_grad:
            return tensor
        alias = tensor.view_as(tensor)
        sweeps = count()  # a derivative of higher order sends gradients through here again
        alias.register_hook(lambda gradient: None if next(sweeps) else self._added(gradient))
        return alias

    def _added(self, gradient: Tensor) -> Tensor | None:
        """A step's part, moved; None where it is left as it is."""
        before, part = self._sum, gradient.detach()
        if before is None:
            self._sum = part
            return None
        with torch.no_grad():
            total = before + part
            if _is_exact_sum(before, part, total):
                self._sum = total
                return None
            self._sum = moved(total, self._samples.steps(total))
            move = self._sum - total
        return gradient + move


def _is_exact_sum(one: Tensor, other: Tensor, total: Tensor) -> bool:
    """Whether nothing was rounded: one of the two is 0 throughout, or no sample differs from the first, exact one."""
    if torch.equal(total, one) or torch.equal(total, other):
        return True
    number = common_number(total)
    return number is not None and is_exact("add", [one.tolist()[0], other.tolist()[0]], number)


def common_number(tensor: Tensor) -> float | None:
    """The number that all samples are; None where they differ."""
    numbers: list[float] = tensor.reshape(-1).tolist()  # a condition that is a constant has no samples
    return numbers[0] if numbers.count(numbers[0]) == len(numbers) else None
