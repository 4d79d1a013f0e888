"""The spreads of a function that combines the numbers of its tensors: the perturbed tape, run once for each sample.

A tape whose samples lie along an axis needs a function that works element by element. One that stacks its arguments,
takes a norm, a product or a softmax of them, or solves an equation, mixes the samples or hides them in tensors of
another shape. It runs once for each sample instead, on the 0-d tensors that it was written for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.gradients import differentiate
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Spread
from derivcheck.numbers import DType
from derivcheck.rounding.asked_function import Asked, uncompiled
from derivcheck.rounding.distances import spread_of
from derivcheck.rounding.one_sample import OneSample, number_draws
from derivcheck.rounding.range_losses import RangeLosses
from derivcheck.rounding.tape import PerturbedTape
from derivcheck.rounding.tape_at_a_point import with_wide

SAMPLES = 16
"""So many samples are run: a quarter of those that an axis carries, for each takes as long as all of those."""

_CALLS = 8
"""How often a function is called to see whether it returns the same: half of the calls may meet the same half."""


def spreads_one_at_a_time(asked: Asked) -> list[Spread | None]:
    """The spread of each number that is asked for.

    None where torch raised, and for a function such as a dropout, which returns something else each time: rounding
    does not explain that.
    """
    dtype = asked.setting.dtype
    losses = RangeLosses(dtype)
    asked_on_tape = asked._replace(function=losses.marked(asked.function))
    runs = [_run(asked_on_tape, PerturbedTape(OneSample(losses, None)))]
    tape = PerturbedTape(OneSample(losses, number_draws(dtype)))
    runs += [_run(asked_on_tape, tape) for _ in range(SAMPLES)]
    alone, *again = (differentiate(*asked) for _ in range(_CALLS))
    if any(repr(one.value) != repr(other.value) for more in again for one, other in zip(alone, more, strict=True)):
        return [None] * len(asked.wrts)
    if any(repr(gradient.value) != repr(number) for gradient, number in zip(alone, runs[0], strict=True)):
        runs[1:] += _beside(asked)
        runs[0] = [gradient.value for gradient in alone]
    found = [
        None if numbers[0] is None else spread_of(_column(numbers), len(runs), losses.found)
        for numbers in zip(*runs, strict=True)
    ]
    if dtype is DType.FLOAT64 or not losses:
        return found
    widened = tuple(tensor.cpu().double() for tensor in asked.inputs)
    wide = asked._replace(inputs=widened, setting=TorchSetting("cpu", DType.FLOAT64, asked.setting.mode))
    return with_wide(found, differentiate(*wide), spreads_one_at_a_time(wide), in_forward=True)


def _run(asked: Asked, tape: PerturbedTape) -> list[float | None]:
    """One sample of the value and of each derivative; None where torch raised."""
    copies = tuple(tensor.clone() for tensor in asked.inputs)
    with uncompiled(), tape:
        outcomes = derivatives(asked.function, asked.variables, copies, asked.wrts, asked.setting.mode)
    return [
        float(outcome.detach()) if isinstance(outcome, Tensor) and outcome.numel() == 1 else None
        for outcome in outcomes
    ]


def _beside(asked: Asked) -> list[list[float | None]]:
    """The same numbers off the tape, beside the point: each argument in turn an ulp down and an ulp up.

    Some functions go another way where somebody watches, as prod does, and then the tape has not seen what torch does.
    """
    found = []
    for index, tensor in enumerate(asked.inputs):
        for end in (-math.inf, math.inf) if tensor != 0 else ():
            moved = torch.nextafter(tensor, torch.full_like(tensor, end))
            beside = (*asked.inputs[:index], moved, *asked.inputs[index + 1 :])
            found.append([gradient.value for gradient in differentiate(*asked._replace(inputs=beside))])
    return found


def _column(samples: Sequence[float | None]) -> Tensor:
    return torch.tensor([math.nan if sample is None else sample for sample in samples], dtype=torch.float64)
