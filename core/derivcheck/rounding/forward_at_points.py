"""What the roundings of the forward pass explain at many points at once: the first look, ahead of the tape."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram, TorchStep
from derivcheck.model import Wrt
from derivcheck.rounding.distances import distances
from derivcheck.rounding.exactness_at_points import exact_points
from derivcheck.rounding.forward_pass import ROUNDED, ForwardPass
from derivcheck.rounding.gradient_sums import GradientSum
from derivcheck.rounding.sampled_constants import Literal, literals_of
from derivcheck.rounding.samples_at_points import SamplesAtPoints
from derivcheck.verdict.criterion import CRITERION


def forward_reaches(
    program: TorchProgram, inputs: Sequence[Tensor], wrts: Sequence[Wrt], setting: TorchSetting, *, few: bool
) -> list[Tensor | None]:
    """The largest error that roundings of the forward pass explain, as `program_reaches` returns it.

    It is so many spreads as where a single point is looked at, never the farthest sample: an error that the tape does
    not explain must not pass by chance.

    Args:
        program: what to differentiate.
        inputs: the points, a tensor of one axis for each variable.
        wrts: what is asked for.
        setting: device and format; the mode is the reverse one.
        few: whether to run the first few samples only.

    Returns:
        For each of `wrts` a tensor of float64, 0 at a point where a number is 0, below the normal range or not finite;
        None where torch raised.
    """
    samples = SamplesAtPoints(setting.dtype, few=few)
    literals = literals_of(program, setting, samples)
    forward = ForwardPass(program, literals, samples, _ExactPoints(samples, inputs[0].device))
    outcomes = derivatives(forward, program.variables, tuple(map(samples.repeat_points, inputs)), wrts, setting.mode)
    points = inputs[0].shape[0]
    normal = torch.full((points,), not samples.losses) & _normal_points(forward.moved, samples.losses.smallest, points)
    found = [outcome if wrt else forward.result for wrt, outcome in zip(wrts, outcomes, strict=True)]
    return [
        torch.where(normal, CRITERION.forward_spreads * distances(numbers, points)[1], 0.0)
        if isinstance(numbers, Tensor)
        else None
        for numbers in found
    ]


def _normal_points(moved: Sequence[Tensor], smallest: float, points: int) -> Tensor:
    """Where no number that was moved left the range: below the normal ones, a step in the bits is no ulp of it."""
    normal = torch.ones(points, dtype=torch.bool)
    for samples in moved:
        size = samples.detach().abs()
        least, largest = (bound.item() for bound in torch.aminmax(size))
        if least < smallest or not largest < math.inf:
            normal = normal & ((size >= smallest) & (size < math.inf)).all(0).cpu()
    return normal


_Fact = Tensor | None
"""At which points all samples of a slot are the same; None: at none."""


class _ExactPoints:
    """Knows at which points steps are exact. Its methods are those of `Facts`."""

    def __init__(self, samples: SamplesAtPoints, device: torch.device) -> None:
        self._samples = samples
        self._everywhere = torch.ones(1, dtype=torch.bool, device=device)

    def of_input(self, tensor: Tensor) -> _Fact:  # noqa: ARG002 (one point looks at the number)
        """All samples are the same everywhere."""
        return self._everywhere

    def of_literal(self, literal: Literal) -> _Fact:
        """All samples of a literal that the format holds are the same."""
        return self._everywhere if literal.exact else None

    def of_step(
        self, step: TorchStep, args: Sequence[Any], known: list[_Fact], result: Tensor
    ) -> tuple[_Fact, Tensor | None]:
        """Where the samples of all arguments are the same and the step is exact; elsewhere it moves."""
        masks = [mask for mask in known if mask is not None]
        same = reduce(and_, masks) if len(masks) == len(known) else None
        if step.function not in ROUNDED:
            return same, None
        steps = self._samples.steps(result)
        exact = None if same is None else exact_points(step.function, args, result)
        if exact is not None and same is not None:
            exact &= same
            steps = torch.where(exact, 0, steps)
        return exact, steps

    def gradient_sums(self) -> Mapping[int, GradientSum]:
        """None: at a point where this decides, the point is looked at by itself."""
        return {}
