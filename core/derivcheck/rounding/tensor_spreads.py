"""The spreads of what torch returns for a function of tensors: its samples run side by side on the perturbed tape.

A sample is the whole of a request, forward pass and backward pass. torch.vmap runs many at once; where it does not go
through the function, they run one by one, and are fewer. A few samples come first: where they explain what is asked
about, the others would say nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import NamedTuple
from warnings import catch_warnings

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.requests import Request
from derivcheck.autograd.shaped_gradients import DIRECTIONS, engine_of, function_of, tensor_of
from derivcheck.autograd.shaped_program import ShapedProgram
from derivcheck.autograd.tensor_transforms import TensorTransforms, flattened, numbers_in, weighed_quickly
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Spread
from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.rounding.asked_function import uncompiled
from derivcheck.rounding.draws import FLIP, FLIP_OF_FEW, PooledDraws
from derivcheck.rounding.moving import moved
from derivcheck.rounding.range_losses import RangeLosses
from derivcheck.rounding.sampled_spreads import FEWEST, Sampling, Spreads, Tapes
from derivcheck.rounding.samples_in_batch import Look, SamplesInBatch
from derivcheck.rounding.tensor_tape import TensorTape
from derivcheck.verdict.criterion import CRITERION

MOST_AT_ONCE = 4_000_000
"""So many numbers at most lie in one tensor of samples."""

MOST_NUMBERS = 30_000_000
"""So many numbers at most are computed for all samples together: a large function gets fewer of them."""

MOST_CALLS = 6_000
"""So many operations at most are run for all samples together where torch runs them one by one."""

VERY_FEWEST = 6
"""So many it gets where each takes very long."""

LOOKED_AT = 3
"""After so many samples that run one by one it is asked for the first time whether they explain enough."""


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
        only: of a first derivative, the passes that are made; None: all.
        forward: the forward pass within the program, where this computes something else from it; None: all of it.
    """

    program: ShapedProgram
    request: Request
    inputs: tuple[Tensor, ...]
    setting: TorchSetting
    constants: tuple[Fraction | str, ...]
    only: tuple[int, ...] | None = None
    forward: ShapedProgram | None = None

    @classmethod
    def at(
        cls,
        program: ShapedProgram,
        point: ShapedPoint,
        request: Request,
        setting: TorchSetting,
        forward: ShapedProgram | None = None,
    ) -> Subject:
        """A request about a program at a point."""
        setting = replace(setting, mode=setting.mode.as_written)
        inputs = tuple([tensor_of(point[name], setting) for name in program.variables])
        literals = [step.literal for step in program.steps if step.literal is not None and not step.is_integer]
        return cls(program, request, inputs, setting, tuple(dict.fromkeys([ZERO, ONE, *literals])), forward=forward)

    def unmoved(self) -> Sample:
        """The sample in which nothing is moved."""
        copies = tuple([tensor.clone() for tensor in self.inputs])
        return Sample(copies, tuple([self.setting.literal(value) for value in self.constants]))

    def unmoved_in_batch(self) -> Sample:
        """The same as one sample of a batch."""
        inputs, literals = self.unmoved()
        numbers = tuple([tensor.unsqueeze(0) if tensor.is_floating_point() else tensor for tensor in inputs])
        return Sample(numbers, tuple([literal.unsqueeze(0) for literal in literals]))

    def samples(self, count: int, draws: PooledDraws) -> Sample:
        """Several samples side by side: the inputs as they are, the literals moved unless the format holds them."""
        repeated = [
            tensor.expand(count, *tensor.shape).clone() if tensor.is_floating_point() else tensor
            for tensor in self.inputs
        ]
        return Sample(tuple(repeated), tuple([self._moved(value, count, draws) for value in self.constants]))

    def _moved(self, value: Fraction | str, count: int, draws: PooledDraws) -> Tensor:
        nearest = self.setting.literal(value)
        repeated = nearest.expand(count).clone()
        if nearest.dtype is torch.bool or (isinstance(value, Fraction) and _is_held(value, float(nearest))):
            return repeated
        return moved(repeated, draws.next(repeated.shape).to(repeated.device))

    def value(self, inputs: tuple[Tensor, ...]) -> Tensor:
        """What the forward pass returns."""
        return flattened(function_of(self.forward or self.program, self.setting))(inputs)

    def by_transforms(self, inputs: tuple[Tensor, ...], literals: tuple[Tensor, ...]) -> Tensor:
        """What is asked for, by transforms, which torch.vmap goes through."""
        known = dict(zip(self.constants, literals, strict=True))
        places = {name: place for place, name in enumerate(self.program.variables)}
        last, before = DIRECTIONS[self.setting.mode]
        function = partial(self.program, literal=known.__getitem__)
        transforms = TensorTransforms(function, places, inputs, last, before, weighed_quickly, known[ONE], self.only)
        return transforms(self.request)

    def by_engine(self, inputs: tuple[Tensor, ...], literals: tuple[Tensor, ...]) -> Tensor:
        """The same by the engine of the mode itself, for what torch.vmap does not go through."""
        known = dict(zip(self.constants, literals, strict=True))
        moving = list(dict.fromkeys(self.request.wrt))
        function = partial(self.program, literal=known.__getitem__)
        engine = engine_of(function, self.program.variables, inputs, moving, [self.request], self.setting.mode)
        found = engine(self.request).detach()
        return found if self.only is None else self.chosen(found)

    def chosen(self, found: Tensor) -> Tensor:
        """Of all elements of a Jacobian those of the passes that count."""
        assert self.only is not None
        columns = self.inputs[self.program.variables.index(self.request.wrt[0])].numel()
        rows = found.reshape(-1, columns)
        last, _ = DIRECTIONS[self.setting.mode]
        return (rows[list(self.only)] if last else rows[:, list(self.only)]).reshape(-1)

    @property
    def is_alike_by_engine(self) -> bool:
        """Whether the engine computes what the transforms compute: the program itself, without a derivative of it."""
        return not self.request.wrt

    def limited_to(self, elements: Collection[int]) -> tuple[Subject, Mapping[int, int] | None]:
        """The same with the passes alone that some elements of a Jacobian need, and where these then stand."""
        last, _ = DIRECTIONS[self.setting.mode]
        if len(self.request.wrt) != 1 or (last and self.request.upstream is not None):
            return self, None
        columns = self.inputs[self.program.variables.index(self.request.wrt[0])].numel()
        passes = sorted({element // columns if last else element % columns for element in elements})
        order = {number: place for place, number in enumerate(passes)}
        places = {
            element: order[element // columns] * columns + element % columns
            if last
            else element // columns * len(passes) + order[element % columns]
            for element in elements
        }
        return replace(self, only=tuple(passes)), places

    def side_by_side(self, sample: Sample) -> Tensor:
        """What is asked for of several samples."""
        dims = tuple([0 if tensor.is_floating_point() else None for tensor in self.inputs])
        with _no_word_of_slowness():
            found: Tensor = torch.func.vmap(self.by_transforms, in_dims=(dims, 0), randomness="same")(*sample)
        return found


@contextmanager
def _no_word_of_slowness() -> Iterator[None]:
    """Keep torch from writing to stderr that vmap is slow for an operation; it stays slow."""
    switch = getattr(torch._C._functorch, "_set_vmap_fallback_warning_enabled", lambda _: None)
    switch(False)
    try:
        yield
    finally:
        switch(True)


def tensor_spreads(
    subject: Subject,
    returned: Mapping[int, float],
    tapes: Tapes | None = None,
    errors: Mapping[int, float] = MappingProxyType({}),
) -> dict[int, Spread]:
    """How far rounding can move some elements of a request; those of which torch raises on the tape are left out.

    Some functions go another way where somebody watches, as prod does in its backward pass. What the tape saw of an
    element counts where it comes to the number that torch returned.

    Args:
        subject: what is run.
        returned: what torch returned for the elements.
        tapes: what the tape has shown of the program before; what it shows now is added.
        errors: how far off elements are of which it is asked alone whether rounding explains that; no further samples
            are drawn where it does.
    """
    tapes = {} if tapes is None else tapes
    found: dict[int, Spread] = {}
    left = dict(returned)
    dtype = subject.setting.dtype
    with catch_warnings(action="ignore"), uncompiled(), _in_one_thread():
        for measured in (_side_by_side, _one_by_one, _beside):
            limited, places = subject.limited_to(left)
            key = (measured.__name__, limited.request, limited.setting, limited.only)
            if measured is _one_by_one and key not in tapes and subject.is_alike_by_engine:
                before = tapes["_side_by_side", *key[1:]]
                if before.spreads is not None and all(
                    before.spreads.is_far_from(number, element, dtype) for element, number in left.items()
                ):
                    continue  # it would come to the same number
            if key not in tapes:
                tapes[key] = Sampling(measured(limited))
            seen = tapes[key]
            asked = [element if places is None else places[element] for element in left]
            off = [errors.get(element, math.inf) for element in left]
            while seen.spreads is None or not seen.spreads.suffice(asked, list(left.values()), off, dtype):
                if seen.is_cut_short:
                    seen = tapes[key] = Sampling(measured(limited))
                if not seen.grow():
                    break
            spreads = seen.spreads
            if spreads is None:
                continue
            for place, (element, number) in zip(asked, list(left.items()), strict=True):
                found[element] = spreads.of(place)
                if spreads.comes_to(number, place, found[element], dtype):
                    del left[element]
            if not left:
                break
    return found


@contextmanager
def _in_one_thread() -> Iterator[None]:
    """One thread for torch: in many small operations several would wait for one another, which takes more time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _side_by_side(subject: Subject) -> Iterator[Spreads]:
    """The spreads, many samples in one run: a few first, then all."""
    draws = _draws(subject)
    nominal, losses, reached, looked = _unmoved_in_batch(subject, draws)
    count = max(FEWEST, min(CRITERION.samples, MOST_NUMBERS // max(1, looked.numbers)))
    most = max(1, MOST_AT_ONCE // max(1, looked.widest))
    few = max(VERY_FEWEST, min(FEWEST, MOST_CALLS // max(1, looked.calls)))
    rows: list[Tensor] = []
    while len(rows) < count:
        size = min(most, (few if len(rows) < few else count) - len(rows))
        run = SamplesInBatch(losses, Look.MOVED, draws)
        with TensorTape(run):
            rows += numbers_in(subject.side_by_side(subject.samples(size, draws)))
        if run.operations > (1 + size) / 2 * looked.operations and size > 1:  # torch runs them one by one
            count = max(VERY_FEWEST, min(count, MOST_CALLS * size // max(1, run.calls)))
        yield Spreads(nominal, torch.stack(rows), losses.found, reached)


def _one_by_one(subject: Subject) -> Iterator[Spreads]:
    """The spreads, a run for each sample."""
    draws = _draws(subject, FLIP_OF_FEW)
    nominal, losses, reached, looked = _unmoved(subject, subject.by_engine, draws)
    run = SamplesInBatch(losses, Look.MOVED, draws)
    rows = []
    count = max(VERY_FEWEST, min(FEWEST, MOST_CALLS // max(1, looked.calls)))
    for _ in range(count):
        sample = subject.samples(1, draws)
        with TensorTape(run):
            found = subject.by_engine(subject.unmoved().inputs, tuple([literal[0] for literal in sample.literals]))
        rows.append(numbers_in(found))
        if len(rows) >= LOOKED_AT or len(rows) == count:
            yield Spreads(nominal, torch.stack(rows), losses.found, reached)


def _beside(subject: Subject) -> Iterator[Spreads]:
    """The spreads off the tape, beside the point: every number of every input is moved by an ulp or stays."""
    draws = _draws(subject, FLIP_OF_FEW)
    literals = subject.unmoved().literals
    nominal = numbers_in(subject.by_engine(*subject.unmoved()))
    rows = []
    for _ in range(FEWEST):
        inputs = [
            moved(tensor, draws.next(tensor.shape).to(tensor.device)) if tensor.is_floating_point() else tensor
            for tensor in subject.unmoved().inputs
        ]
        rows.append(numbers_in(subject.by_engine(tuple(inputs), literals)))
    yield Spreads(nominal, torch.stack(rows), (), torch.zeros(len(nominal), dtype=torch.bool))


def _draws(subject: Subject, flip: float = FLIP) -> PooledDraws:
    return PooledDraws(TORCH_DTYPES[subject.setting.dtype], CRITERION.seed, flip)


def _unmoved_in_batch(subject: Subject, draws: PooledDraws) -> tuple[Tensor, RangeLosses, Tensor, SamplesInBatch]:
    """The same as one sample of a batch, as its others are run; where the range is left that is looked at as below."""
    losses = RangeLosses(subject.setting.dtype)
    looked = SamplesInBatch(losses, Look.NOMINAL, draws)
    with TensorTape(looked):
        losses.marked(subject.value)(subject.unmoved().inputs)
    looked = SamplesInBatch(losses, Look.NOMINAL, draws)
    with TensorTape(looked):
        nominal = numbers_in(subject.side_by_side(subject.unmoved_in_batch())[0])
    if losses:
        return *_unmoved(subject, subject.by_transforms, draws)[:3], looked
    return nominal, losses, torch.zeros(len(nominal), dtype=torch.bool), looked


def _unmoved(
    subject: Subject, computed: Callable[..., Tensor], draws: PooledDraws
) -> tuple[Tensor, RangeLosses, Tensor, SamplesInBatch]:
    """The unmoved elements, where their run left the range, which elements depend on that, and the run."""
    losses = RangeLosses(subject.setting.dtype)
    looked = SamplesInBatch(losses, Look.NOMINAL, draws)
    with TensorTape(looked):
        losses.marked(subject.value)(subject.unmoved().inputs)  # to tell its operations from those of the derivatives
        nominal = numbers_in(computed(*subject.unmoved()))
    reached = torch.zeros(len(nominal), dtype=torch.bool)
    if losses:
        with TensorTape(SamplesInBatch(RangeLosses(losses.format), Look.EXTREME, draws)):
            extreme = numbers_in(computed(*subject.unmoved()))
        ulps = torch.finfo(TORCH_DTYPES[losses.format]).eps * nominal.abs()
        near = nominal.isfinite() & ((extreme - nominal).abs() <= ulps)
        reached = ~(near | (extreme == nominal) | (extreme.isnan() & nominal.isnan()))
    return nominal, losses, reached, looked


def _is_held(value: Fraction, nearest: float) -> bool:
    return math.isfinite(nearest) and Fraction(nearest) == value
