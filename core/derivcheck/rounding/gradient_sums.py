"""The sums of gradients: torch adds up what each use of a number sends back, and rounds each sum.

At 1 these sums are most of what rounds in the derivative of sin(x) + sin(2*x) + sin(3*x) + ...
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import count

import torch
from torch import Tensor

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.rounding.exactness import is_exact
from derivcheck.rounding.moving import moved
from derivcheck.rounding.samples import Samples

Draw = Callable[[Tensor, Tensor, Tensor], Tensor | None]
"""The steps by which the sum of two tensors of samples is moved, from the two and their sum; None where it is exact."""


class GradientSum:
    """The gradient of a number that several steps use.

    Args:
        samples: how samples are moved.
        draw: what draws the steps of a sum; None: one point's samples are moved.
    """

    def __init__(self, samples: Samples, draw: Draw | None = None) -> None:
        self._samples = samples
        self._draw = draw
        self._sum: Tensor | None = None

    def used(self, tensor: Tensor) -> Tensor:
        """The number as one more step uses it: what that step sends back is moved by as much as the sum is."""
        return _watch(tensor, self._added) if tensor.requires_grad else tensor

    def _added(self, gradient: Tensor) -> Tensor | None:
        """A step's part, moved; None where it is left as it is."""
        before, part = self._sum, gradient.detach()
        if before is None:
            self._sum = part
            return None
        total = before + part
        steps = self._steps(before, part, total) if self._draw is None else self._draw(before, part, total)
        if steps is None:
            self._sum = total
            return None
        self._sum = moved(total, steps)
        return gradient + (self._sum - total)

    def _steps(self, before: Tensor, part: Tensor, total: Tensor) -> Tensor | None:
        return None if is_exact_sum(before, part, total, total.tolist()) else self._samples.steps(total)


def error_of_sum(
    program: TorchProgram, point: Mapping[str, Fraction], name: str, setting: TorchSetting, returned: float
) -> Fraction:
    """The error that torch makes where it adds up the gradient by a variable, exactly: how far its sums are off.

    In a sum of a thousand equal terms all of these roundings go in one direction. The tape draws each by itself, and
    so it reaches half as far.

    Args:
        program: what to differentiate.
        point: the exact value of each variable.
        name: the variable.
        setting: device and format; the mode is the reverse one.
        returned: the gradient that torch returned; 0 is the answer where it is not the sum that is seen here.
    """
    slot = program.variables.index(name)
    inputs = [setting.tensor(point[variable]).requires_grad_() for variable in program.variables]
    seen = _SeenSum()
    slots: list[Tensor] = [*inputs]
    for step in program.steps:
        if step.run is None:
            assert step.literal is not None
            slots.append(setting.literal(program.literals[step.literal]))
        else:
            tensors = [_watch(slots[at], seen.add) if at == slot else slots[at] for at in step.args]
            slots.append(step.run(*step.with_numbers(tensors)))
    result = slots[program.root]
    if result.requires_grad:
        torch.autograd.grad(result, inputs[slot], allow_unused=True)
    return seen.error if seen.total == returned else Fraction(0)


class _SeenSum:
    """A sum of gradients as torch makes it.

    Attributes:
        total: the sum so far.
        error: how far it is from the exact sum of the parts.
    """

    def __init__(self) -> None:
        self.total = 0.0
        self.error = Fraction(0)
        self._sum: Tensor | None = None

    def add(self, gradient: Tensor) -> None:
        """Add a part as torch does."""
        part = gradient.detach()
        before, self._sum = self.total, part if self._sum is None else self._sum + part
        self.total = float(self._sum)
        if all(map(math.isfinite, (before, float(part), self.total))):
            self.error += Fraction(self.total) - Fraction(before) - Fraction(float(part))


def _watch(tensor: Tensor, added: Callable[[Tensor], Tensor | None]) -> Tensor:
    """The number as one more step uses it; `added` is called once with what that step sends back, and may change it."""
    alias = tensor.view_as(tensor)
    sweeps = count()  # a derivative of higher order sends gradients through here again
    alias.register_hook(lambda gradient: None if next(sweeps) else added(gradient))
    return alias


def is_exact_sum(one: Tensor, other: Tensor, total: Tensor, numbers: Sequence[float]) -> bool:
    """Whether nothing was rounded: one of the two is 0 throughout, or no sample differs from the first, exact one.

    Args:
        one: the samples of one of the two.
        other: those of the other.
        total: those of the sum.
        numbers: the same as plain numbers.
    """
    if torch.equal(total, one) or torch.equal(total, other):
        return True
    return are_one_number(numbers) and is_exact("add", [one.tolist()[0], other.tolist()[0]], numbers[0])


def common_number(tensor: Tensor) -> float | None:
    """The number that all samples are; None where they differ."""
    numbers: list[float] = tensor.reshape(-1).tolist()  # a condition that is a constant has no samples
    return numbers[0] if are_one_number(numbers) else None


def are_one_number(numbers: Sequence[float]) -> bool:
    """Whether samples do not differ."""
    return numbers.count(numbers[0]) == len(numbers)
