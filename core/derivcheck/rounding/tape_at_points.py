"""The largest errors that rounding explains at many points at once, on the perturbed tape."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.model import Wrt
from derivcheck.rounding.distances import distances
from derivcheck.rounding.sampled_constants import literals_of, perturbed
from derivcheck.rounding.samples_at_points import SamplesAtPoints
from derivcheck.rounding.tape import PerturbedTape
from derivcheck.verdict.criterion import CRITERION


def program_reaches(
    program: TorchProgram, inputs: Sequence[Tensor], wrts: Sequence[Wrt], setting: TorchSetting, *, few: bool
) -> list[Tensor | None]:
    """The largest error that rounding explains, of the value (for the empty wrt) and of each derivative.

    Args:
        program: what to differentiate.
        inputs: the points, a tensor of one axis for each variable.
        wrts: what is asked for.
        setting: device, format and mode.
        few: whether to run the first few samples only, whose farthest is then all that counts.

    Returns:
        For each of `wrts` a tensor of float64, 0 where there is nothing to go by; None where torch raised.
    """
    samples = SamplesAtPoints(setting.dtype, few=few)
    literals = literals_of(program, setting, samples)
    repeats = tuple(map(samples.repeat_points, inputs))
    with PerturbedTape(samples):
        outcomes = derivatives(
            lambda xs: program.run(xs, lambda place: perturbed(literals[place], samples)),
            program.variables,
            repeats,
            wrts,
            setting.mode,
        )
    points = inputs[0].shape[0]
    found = [distances(outcome, points) if isinstance(outcome, Tensor) else None for outcome in outcomes]
    spreads = 0.0 if few else CRITERION.spreads
    return [None if both is None else torch.maximum(both[0], spreads * both[1]) for both in found]
