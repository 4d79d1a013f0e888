"""What the roundings of the forward pass explain at many points at once: the first look, ahead of the tape."""

from __future__ import annotations

import math
from collections.abc import Sequence
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
from derivcheck.rounding.moving import BITS
from derivcheck.rounding.sampled_constants import Literal, literals_of, perturbed
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
    forward = _ForwardAtPoints(program, literals, samples, inputs[0].device)
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
        size = samples.abs()
        least, largest = (bound.item() for bound in torch.aminmax(size))
        if least < smallest or not largest < math.inf:
            normal = normal & ((size >= smallest) & (size < math.inf)).all(0).cpu()
    return normal


class _ForwardAtPoints(ForwardPass):
    """The forward pass, in which a step is not moved at the points where it is exact.

    Sums of gradients are not moved: at a point where these decide, the point is looked at by itself.
    """

    def __init__(
        self, program: TorchProgram, literals: Sequence[Literal], samples: SamplesAtPoints, device: torch.device
    ) -> None:
        super().__init__(program, literals)
        self._samples = samples
        self._everywhere = torch.ones(1, dtype=torch.bool, device=device)

    def slots(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        """The samples of every slot; beside them goes at which points all samples are the same, None: at none."""
        bits = BITS[self._samples.dtype]
        slots: list[Tensor] = [*inputs]
        settled: list[Tensor | None] = [self._everywhere for _ in inputs]
        for step in self.program.steps:
            if step.run is None:
                assert step.literal is not None
                literal = self.literals[step.literal]
                slots.append(perturbed(literal, self._samples))
                settled.append(self._everywhere if literal.exact else None)
                continue
            args = step.with_numbers([slots[slot] for slot in step.args])
            result = step.run(*args)
            same, steps = self._moves(step, args, [settled[slot] for slot in step.args], result)
            if steps is not None:
                detached = result.data
                detached.view(bits).add_(steps)
                self.moved.append(detached)
            slots.append(result)
            settled.append(same)
        return slots

    def _moves(
        self, step: TorchStep, args: Sequence[Any], settled: list[Tensor | None], result: Tensor
    ) -> tuple[Tensor | None, Tensor | None]:
        """Where all samples of a result are the same, and by what it moves; it is exact where its arguments settled."""
        masks = [mask for mask in settled if mask is not None]
        same = reduce(and_, masks) if len(masks) == len(settled) else None
        if step.function not in ROUNDED:
            return same, None
        steps = self._samples.steps(result)
        exact = None if same is None else exact_points(step.function, args, result)
        if exact is not None and same is not None:
            exact &= same
            if not exact.any():
                return None, steps
            steps = torch.where(exact, 0, steps)
        return exact, steps
