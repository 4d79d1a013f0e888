"""The spreads of a program, or of an elementwise function, at one point: run on the perturbed tape, samples on an axis.

In a narrower format than float64 that has lost the range, the same is looked at in float64, which tells whether the
range is what went wrong.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.gradients import differentiate, gradients
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.model import Gradient, Mode, Range, Spread, Wrt
from derivcheck.numbers import DType
from derivcheck.rounding.distances import spread_of
from derivcheck.rounding.sampled_constants import literals_of, perturbed
from derivcheck.rounding.samples_on_axis import SamplesOnAxis
from derivcheck.rounding.tape import PerturbedTape
from derivcheck.verdict.criterion import CRITERION


def program_spreads(
    program: TorchProgram, point: Mapping[str, Fraction], wrts: Sequence[Wrt], setting: TorchSetting
) -> list[Spread | None]:
    """The spread of the value (for the empty wrt) and of each derivative; None where torch raised.

    Args:
        program: what to differentiate.
        point: the exact value of each variable.
        wrts: what is asked for.
        setting: device, format and mode.
    """
    samples = SamplesOnAxis(setting.dtype)
    inputs = tuple(setting.tensor(point[name]) for name in program.variables)
    literals = literals_of(program, setting, samples)
    found = _on_tape(
        samples,
        lambda xs: program.run(xs, lambda place: perturbed(literals[place], samples)),
        program.variables,
        inputs,
        wrts,
        setting.mode,
    )
    if setting.dtype is DType.FLOAT64 or not samples.losses:
        return found
    wide = TorchSetting("cpu", DType.FLOAT64, setting.mode)
    numbers = gradients(program, point, wrts, wide)
    return with_wide(found, numbers, program_spreads(program, point, wrts, wide), in_forward=False)


def elementwise_spreads(
    function: TensorFunction,
    variables: Sequence[str],
    inputs: tuple[Tensor, ...],
    wrts: Sequence[Wrt],
    setting: TorchSetting,
) -> list[Spread | None]:
    """The same for any elementwise function of 0-d tensors; what it computes without tensors is not perturbed."""
    samples = SamplesOnAxis(setting.dtype)
    found = _on_tape(samples, function, variables, inputs, wrts, setting.mode)
    if setting.dtype is DType.FLOAT64 or not samples.losses:
        return found
    wide = TorchSetting("cpu", DType.FLOAT64, setting.mode)
    widened = tuple(tensor.cpu().double() for tensor in inputs)
    numbers = differentiate(function, variables, widened, wrts, wide)
    return with_wide(found, numbers, elementwise_spreads(function, variables, widened, wrts, wide), in_forward=True)


def _on_tape(
    samples: SamplesOnAxis,
    function: TensorFunction,
    variables: Sequence[str],
    inputs: tuple[Tensor, ...],
    wrts: Sequence[Wrt],
    mode: Mode,
) -> list[Spread | None]:
    """Run a function and its derivatives on the tape."""
    marked = samples.losses.marked(function)
    repeats = tuple(samples.repeat(tensor) for tensor in inputs)
    with PerturbedTape(samples):
        if mode.has_tangents:  # f is run once on its own, to tell its operations from those of the tangents
            derivatives(marked, variables, repeats, [()], mode)
            outcomes = derivatives(function, variables, repeats, wrts, mode)
        else:
            outcomes = derivatives(marked, variables, repeats, wrts, mode)
    losses = samples.losses.found
    return [spread_of(outcome, samples.count, losses) if isinstance(outcome, Tensor) else None for outcome in outcomes]


def with_wide(
    found: list[Spread | None], numbers: list[Gradient], around: list[Spread | None], *, in_forward: bool
) -> list[Spread | None]:
    """Spreads that know the number as float64 computes it, and how far rounding can move that one.

    Args:
        found: the spreads of a narrower format.
        numbers: the numbers in float64.
        around: the spreads of these.
        in_forward: whether float64 cannot tell either where it overflows in f itself. Of a formula it can: the exact
            numbers are there to tell a branch that is not taken.
    """
    return [
        None
        if spread is None
        else spread.with_losses(
            replace(
                loss,
                wide=None
                if _overflows(wide, in_forward=in_forward) or _is_chance(number, wide)
                else math.nan
                if number.value is None
                else number.value,
                wide_spread=0.0 if wide is None else wide.absolute,
            )
            for loss in spread.losses
        )
        for spread, number, wide in zip(found, numbers, around, strict=True)
    ]


def _is_chance(number: Gradient, spread: Spread | None) -> bool:
    """Whether float64 has no number either, and rounding decides that: erfinv(1 - x) at a tiny x."""
    none = number.value is None or not math.isfinite(number.value)
    return none and spread is not None and spread.finite >= CRITERION.chance


def _overflows(spread: Spread | None, *, in_forward: bool) -> bool:
    """Whether an operation outside of f, or also within, overflows: then float64 cannot tell either."""
    return spread is not None and any(
        loss.range is Range.OVERFLOW and (in_forward or not loss.in_forward) for loss in spread.losses
    )
