"""The samples of constants: of a program's literals, and of the rounded numbers in somebody's code."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.model import Range, RangeLoss
from derivcheck.rounding.moving import moved
from derivcheck.rounding.nominal import significant_bits
from derivcheck.rounding.samples import Samples


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal's samples before they are perturbed.

    Attributes:
        samples: the nearest number of the format, repeated.
        number: that number.
        exact: whether there is nothing to perturb.
        loss: how it leaves the format's range, None where it does not.
        value: what it stands for.
        shared: whether the samples may be handed out as they are: no code of the user's own can overwrite them.
    """

    samples: Tensor
    number: float
    exact: bool
    loss: RangeLoss | None
    value: Fraction | str
    shared: bool


def literals_of(program: TorchProgram, setting: TorchSetting, samples: Samples) -> list[Literal]:
    """A program's literals, repeated ahead of the run, in which each call of torch's costs a dispatch."""
    return [repeated(value, setting, samples, shared=not program.own) for value in program.literals]


def repeated(value: Fraction | str, setting: TorchSetting, samples: Samples, *, shared: bool) -> Literal:
    """A literal's samples; none of a condition."""
    nearest = setting.literal(value)
    number, exact, loss = float(nearest), False, None
    if nearest.dtype is torch.bool:
        return Literal(nearest, number, exact=True, loss=None, value=value, shared=shared)
    if isinstance(value, Fraction):
        exact = math.isfinite(number) and Fraction(number) == value
        if not math.isfinite(number):
            loss = RangeLoss(Range.OVERFLOW, "a literal", in_forward=True)
        elif value and not number:
            loss = RangeLoss(Range.UNDERFLOW, "a literal", in_forward=True)
    return Literal(samples.repeat(nearest), number, exact, loss, value, shared)


def perturbed(literal: Literal, samples: Samples) -> Tensor:
    """The samples of a literal where it is used, perturbed unless it is exact: the same ones wherever that is."""
    if literal.loss is not None:
        samples.losses.note_literal(literal.loss)
    if literal.exact:
        return literal.samples if literal.shared else literal.samples.clone()
    with torch._C._DisableTorchDispatch():
        steps = samples.steps(literal.samples)
        if samples.constants is not None:
            steps = samples.constants.steps_of(literal.value, steps)
        return moved(literal.samples, steps)


class SharedConstants:
    """The samples of constants, the same wherever a constant is used.

    Args:
        samples: how they are repeated and moved.
    """

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._few_bits = samples.format.precision // 2 + 1
        self._samples_of: dict[float, Tensor] = {}
        self._steps_of: dict[Fraction | str | float, Tensor] = {}

    def steps_of(self, constant: Fraction | str | float, drawn: Tensor) -> Tensor:
        """The steps of a constant: those that were drawn where it was first met."""
        return self._steps_of.setdefault(constant, drawn)

    def samples_of(self, value: Any) -> Any:
        """The samples of a 0-d tensor that holds a rounded number, such as 0.1; anything else as it is."""
        if not isinstance(value, Tensor) or value.dim() or not value.is_floating_point() or value.is_meta:
            return value
        number = float(value)
        if not math.isfinite(number) or significant_bits(number) <= self._few_bits:
            return value
        if number not in self._samples_of:
            repeats = self._samples.repeat(value.to(self._samples.dtype))
            self._samples_of[number] = moved(repeats, self._samples.steps(repeats))
        return self._samples_of[number]
