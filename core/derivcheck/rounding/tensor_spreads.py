"""The spreads of what torch returns for a function of tensors: its samples run side by side on the perturbed tape.

A sample is the whole of a request, forward pass and backward pass. torch.vmap runs many at once; where it does not go
through the function, they run one by one, and are fewer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import NamedTuple
from warnings import catch_warnings

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.requests import Request
from derivcheck.autograd.shaped_gradients import DIRECTIONS, engine_of, tensor_of
from derivcheck.autograd.shaped_program import ShapedProgram
from derivcheck.autograd.tensor_transforms import TensorTransforms, weighed_quickly
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import RangeLoss, Spread
from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.rounding.asked_function import uncompiled
from derivcheck.rounding.draws import NumberDraws
from derivcheck.rounding.moving import moved
from derivcheck.rounding.range_losses import RangeLosses
from derivcheck.rounding.samples_in_batch import Look, SamplesInBatch
from derivcheck.rounding.tensor_tape import TensorTape
from derivcheck.verdict.criterion import CRITERION

MOST_AT_ONCE = 4_000_000
"""So many numbers at most lie in one tensor of samples."""

MOST_NUMBERS = 400_000_000
"""So many numbers at most are computed for all samples together: a large function gets fewer of them."""

FEWEST = 12
"""So many samples a function gets however large it is, and where they run one by one."""


@dataclass(frozen=True, slots=True)
class Spreads:
    """How far rounding can move each element of a request.

    Attributes:
        nominal: the elements as the tape computes them where nothing is moved.
        samples: the moved ones, a row for each sample.
        losses: where the unperturbed run left the range.
        reached: of each element, whether it depends on what left the range.
    """

    nominal: Tensor
    samples: Tensor
    losses: tuple[RangeLoss, ...]
    reached: Tensor

    def of(self, element: int) -> Spread:
        """The spread of one element."""
        numbers = [float(number) for number in self.samples[:, element].tolist() if math.isfinite(number)]
        nominal = float(self.nominal[element])
        finite = len(numbers) / len(self.samples)
        losses = self.losses if bool(self.reached[element]) else ()
        centre = nominal if math.isfinite(nominal) or not numbers else sorted(numbers)[len(numbers) // 2]
        scale = max((abs(number) for number in (centre, *numbers) if math.isfinite(number)), default=0.0)
        if scale == 0 or not numbers:
            return Spread(0.0, 0.0, finite, losses)
        apart = [abs(number / scale - centre / scale) for number in numbers]
        relative = math.sqrt(sum(distance**2 for distance in apart) / len(apart))
        return Spread(relative * scale, relative, finite, losses, max(apart) * scale)


ZERO, ONE = Fraction(0), Fraction(1)


class Sample(NamedTuple):
    """The tensors that a sample starts from.

    Attributes:
        inputs: one for each variable.
        literals: one for each literal and named constant, 0 and 1 among them.
    """

    inputs: tuple[Tensor, ...]
    literals: tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is run on the tape.

    Attributes:
        program: the program.
        request: what is asked for.
        inputs: the tensors of its variables.
        setting: device, format and mode; the mode is one that runs the program as it is written.
        constants: the literals and named constants, each once.
    """

    program: ShapedProgram
    request: Request
    inputs: tuple[Tensor, ...]
    setting: TorchSetting
    constants: tuple[Fraction | str, ...]

    @classmethod
    def at(cls, program: ShapedProgram, point: ShapedPoint, request: Request, setting: TorchSetting) -> Subject:
        """A request about a program at a point."""
        setting = replace(setting, mode=setting.mode.as_written)
        inputs = tuple([tensor_of(point[name], setting) for name in program.variables])
        literals = [step.literal for step in program.steps if step.literal is not None and not step.is_integer]
        return cls(program, request, inputs, setting, tuple(dict.fromkeys([ZERO, ONE, *literals])))

    def unmoved(self) -> Sample:
        """The sample in which nothing is moved."""
        copies = tuple([tensor.clone() for tensor in self.inputs])
        return Sample(copies, tuple([self.setting.literal(value) for value in self.constants]))

    def samples(self, count: int, draws: NumberDraws) -> Sample:
        """Several samples side by side: the inputs as they are, the literals moved unless the format holds them."""
        repeated = [
            tensor.expand(count, *tensor.shape).clone() if tensor.is_floating_point() else tensor
            for tensor in self.inputs
        ]
        return Sample(tuple(repeated), tuple([self._moved(value, count, draws) for value in self.constants]))

    def _moved(self, value: Fraction | str, count: int, draws: NumberDraws) -> Tensor:
        nearest = self.setting.literal(value)
        repeated = nearest.expand(count).clone()
        if nearest.dtype is torch.bool or (isinstance(value, Fraction) and _is_held(value, float(nearest))):
            return repeated
        return moved(repeated, draws.next(repeated.shape).to(repeated.device))

    def by_transforms(self, inputs: tuple[Tensor, ...], literals: tuple[Tensor, ...]) -> Tensor:
        """What is asked for, by transforms, which torch.vmap goes through."""
        known = dict(zip(self.constants, literals, strict=True))
        places = {name: place for place, name in enumerate(self.program.variables)}
        last, before = DIRECTIONS[self.setting.mode]
        function = partial(self.program, literal=known.__getitem__)
        transforms = TensorTransforms(function, places, inputs, last, before, weighed_quickly, known[ONE])
        return transforms(self.request)

    def by_engine(self, inputs: tuple[Tensor, ...], literals: tuple[Tensor, ...]) -> Tensor:
        """The same by the engine of the mode itself, for what torch.vmap does not go through."""
        known = dict(zip(self.constants, literals, strict=True))
        moving = list(dict.fromkeys(self.request.wrt))
        function = partial(self.program, literal=known.__getitem__)
        engine = engine_of(function, self.program.variables, inputs, moving, [self.request], self.setting.mode)
        return engine(self.request).detach()

    def side_by_side(self, sample: Sample) -> Tensor:
        """What is asked for of several samples."""
        dims = tuple([0 if tensor.is_floating_point() else None for tensor in self.inputs])
        found: Tensor = torch.func.vmap(self.by_transforms, in_dims=(dims, 0))(*sample)
        return found


def tensor_spreads(
    program: ShapedProgram, point: ShapedPoint, request: Request, setting: TorchSetting
) -> Spreads | None:
    """How far rounding can move the elements of a request; None where torch raises on the tape.

    Args:
        program: what to differentiate.
        point: what each variable holds.
        request: what is asked for.
        setting: device, format and mode.
    """
    subject = Subject.at(program, point, request, setting)
    with catch_warnings(action="ignore"), uncompiled():
        for measured in (_side_by_side, _one_by_one):
            try:
                return measured(subject)
            except Exception:  # torch.vmap refuses more than torch does
                continue
    return None


def _side_by_side(subject: Subject) -> Spreads:
    """The spreads, many samples in one run."""
    draws = _draws(subject)
    nominal, losses, reached, looked = _unmoved(subject, subject.by_transforms, draws)
    count = max(FEWEST, min(CRITERION.samples, MOST_NUMBERS // max(1, looked.numbers)))
    most = max(1, MOST_AT_ONCE // max(1, looked.widest))
    run = SamplesInBatch(losses, Look.MOVED, draws)
    rows: list[Tensor] = []
    while len(rows) < count:
        sample = subject.samples(min(most, count - len(rows)), draws)
        with TensorTape(run):
            found = subject.side_by_side(sample)
        rows += found.detach().double().cpu()
    return Spreads(nominal, torch.stack(rows), losses.found, reached)


def _one_by_one(subject: Subject) -> Spreads:
    """The spreads, a run for each sample."""
    draws = _draws(subject)
    nominal, losses, reached, _ = _unmoved(subject, subject.by_engine, draws)
    run = SamplesInBatch(losses, Look.MOVED, draws)
    rows = []
    for _ in range(FEWEST):
        sample = subject.samples(1, draws)
        with TensorTape(run):
            found = subject.by_engine(subject.unmoved().inputs, tuple([literal[0] for literal in sample.literals]))
        rows.append(found.double().cpu())
    return Spreads(nominal, torch.stack(rows), losses.found, reached)


def _draws(subject: Subject) -> NumberDraws:
    return NumberDraws(TORCH_DTYPES[subject.setting.dtype], CRITERION.seed)


def _unmoved(
    subject: Subject, computed: Callable[..., Tensor], draws: NumberDraws
) -> tuple[Tensor, RangeLosses, Tensor, SamplesInBatch]:
    """The unmoved elements, where their run left the range, which elements depend on that, and the run."""
    losses = RangeLosses(subject.setting.dtype)
    looked = SamplesInBatch(losses, Look.NOMINAL, draws)
    with TensorTape(looked):
        nominal = computed(*subject.unmoved()).detach().double().cpu()
    reached = torch.zeros(len(nominal), dtype=torch.bool)
    if losses:
        with TensorTape(SamplesInBatch(RangeLosses(losses.format), Look.EXTREME, draws)):
            extreme = computed(*subject.unmoved()).detach().double().cpu()
        reached = (extreme != nominal) & ~(extreme.isnan() & nominal.isnan())
    return nominal, losses, reached, looked


def _is_held(value: Fraction, nearest: float) -> bool:
    return math.isfinite(nearest) and Fraction(nearest) == value

