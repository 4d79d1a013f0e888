"""What the roundings of the forward pass alone explain at many points at once: the first look, ahead of the tape.

As in `forward_pass`, with an axis of points behind that of samples, and with the steps of `batch_tape`: the n-th
operation's are the same at every point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from operator import and_

import torch
from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.tensors import Setting
from derivcheck.autograd.torch_program import Step, TorchProgram
from derivcheck.model import Wrt
from derivcheck.rounding.batch_tape import FEW_SAMPLES, BatchTape, distances, exact_points
from derivcheck.rounding.draws import BITS
from derivcheck.rounding.forward_pass import ROUNDED
from derivcheck.verdict.criterion import CRITERION


def forward_reaches(
    program: TorchProgram, inputs: Sequence[Tensor], wrts: Sequence[Wrt], setting: Setting, *, few: bool
) -> list[Tensor | None]:
    """The largest error that roundings of the forward pass explain, as `batch_tape.reaches` returns it.

    It is so many spreads as where a single point is looked at, never the farthest sample: an error that the tape does
    not explain must not pass by chance.

    Args:
        program: what to differentiate.
        inputs: the points, a tensor of one axis for each variable.
        wrts: what is asked for.
        setting: device and format; the mode is the reverse one.
        few: whether to draw the first few samples only.

    Returns:
        For each of `wrts` a tensor of float64, 0 at a point where a number is 0, below the normal range or not finite;
        None where torch raised.
    """
    forward = _Forward(program, setting, FEW_SAMPLES if few else CRITERION.samples)
    repeated = tuple(tensor.expand(forward.tape.count, -1).clone() for tensor in inputs)
    outcomes = derivatives(forward, program.variables, repeated, wrts, setting.mode)
    points = inputs[0].shape[0]
    plain = forward.plain(points)
    samples = [outcome if wrt else forward.samples for wrt, outcome in zip(wrts, outcomes, strict=True)]
    return [
        torch.where(plain, CRITERION.forward_spreads * distances(sample, points)[1], 0.0)
        if isinstance(sample, Tensor)
        else None
        for sample in samples
    ]


class _Forward:
    """The sum of a program's samples as a function of those of its inputs, its steps moved by an ulp up or down.

    Attributes:
        tape: draws the steps; it is not entered.
        moved: the steps' results that were moved.
        samples: the program's result.
    """

    def __init__(self, program: TorchProgram, setting: Setting, samples: int) -> None:
        self.program = program
        self.tape = BatchTape(setting, samples)
        self.literals = self.tape.literals(program, setting)
        self.moved: list[Tensor] = []
        self.samples = torch.empty(0)

    def __call__(self, inputs: Sequence[Tensor]) -> Tensor:
        slots = list(inputs)
        everywhere = torch.ones(1, dtype=torch.bool, device=inputs[0].device)
        settled: list[Tensor | None] = [everywhere] * len(slots)  # where all samples are the same; None: nowhere
        for step in self.program.steps:
            if step.run is None:
                assert step.literal is not None
                literal = self.literals[step.literal]
                slots.append(self.tape.drawn_literal(literal))
                settled.append(everywhere if literal.exact else None)
            else:
                args = step.arguments(slots)
                slots.append(step.run(*args))
                settled.append(self.settled(step, args, [settled[arg] for arg in step.args], slots[-1]))
        self.samples = slots[self.program.root]
        return self.samples.sum()

    def settled(
        self, step: Step, args: Sequence[object], settled: list[Tensor | None], result: Tensor
    ) -> Tensor | None:
        """Move a step's result at the points where it is not exact; the others, where all of its samples agree."""
        masks = [mask for mask in settled if mask is not None]
        same = reduce(and_, masks) if len(masks) == len(settled) else None
        if step.function not in ROUNDED:
            return same
        steps = self.tape.steps(result)
        exact = None if same is None else exact_points(step.function, args, result)
        if exact is not None and same is not None:
            exact &= same
            steps = torch.where(exact, 0, steps)
        result.data.view(BITS[self.tape.dtype]).add_(steps)
        self.moved.append(result)
        return exact

    def plain(self, points: int) -> Tensor:
        """At which points no number left the range: below the normal ones, a step in the bits is no ulp of it."""
        plain = torch.full((points,), not self.tape.losses)
        for moved in self.moved:
            size = moved.detach().abs()
            smallest, largest = (bound.item() for bound in torch.aminmax(size))
            if smallest < self.tape.smallest or not largest < math.inf:
                plain = plain & ((size >= self.tape.smallest) & (size < math.inf)).all(0).cpu()
        return plain
