"""What the roundings of the forward pass explain at many points at once: of each what `forward_at_a_point` finds there.

torch computes a row of samples for each point. Every operation that rounds moves them by the steps that are drawn next;
where an operation is exact nothing is drawn, and so each point counts its own draws. The last bits of a number must not
depend on where in a tensor it lies: see `same_anywhere`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram, TorchStep
from derivcheck.language import table
from derivcheck.model import Spread, Wrt
from derivcheck.numbers import DType
from derivcheck.rounding.distances import spread_of
from derivcheck.rounding.exactness import is_exact
from derivcheck.rounding.exactness_at_points import exact_points
from derivcheck.rounding.forward_pass import ROUNDED, ForwardPass
from derivcheck.rounding.gradient_sums import GradientSum
from derivcheck.rounding.same_anywhere import is_the_same_anywhere
from derivcheck.rounding.sampled_constants import Literal, repeated
from derivcheck.rounding.samples_on_axis import SamplesOnAxis


class SampledPoints(NamedTuple):
    """The samples of the value and of derivatives at many points.

    Attributes:
        found: for each of those asked for a row of samples for each point, the unperturbed one first; None where torch
            raised.
        known: at which points they are those of the point alone.
    """

    found: Sequence[Tensor | None]
    known: Tensor

    def spread(self, point: int, asked: int) -> Spread | None:
        """The spread that `forward_at_a_point` finds; None where it finds none, and where that is not known here.

        Args:
            point: which point.
            asked: which of those asked for.
        """
        samples = self.found[asked]
        if samples is None or not self.known[point]:
            return None
        spread = spread_of(samples[point], samples.shape[1], ())
        return spread if spread.finite == 1 else None


def sample_points(
    program: TorchProgram, inputs: Sequence[Tensor], wrts: Sequence[Wrt], setting: TorchSetting
) -> SampledPoints:
    """Run the samples of many points.

    Args:
        program: what to differentiate.
        inputs: the points, a tensor of one axis for each variable.
        wrts: what is asked for, the value being the empty wrt.
        setting: device and format; the mode is the reverse one.
    """
    points = len(inputs[0])
    samples = _RowsOfSamples(setting.dtype, points)
    literals = [repeated(value, setting, samples, shared=True) for value in program.literals]
    facts = _FactsAtPoints(program, samples)
    forward = ForwardPass(program, literals, samples, facts)
    rows = tuple(tensor.unsqueeze(1).expand(-1, samples.count).clone() for tensor in inputs)
    outcomes = derivatives(forward, program.variables, rows, wrts, setting.mode)
    shape = points, samples.count
    found = [
        result.detach() if isinstance(result, Tensor) and result.shape == shape else None
        for result in (outcome if wrt else forward.result for wrt, outcome in zip(wrts, outcomes, strict=True))
    ]
    known = facts.known & _are_normal(forward.moved, samples.losses.smallest, points)
    return SampledPoints(found, torch.zeros_like(known) if samples.losses else known)


def can_be_sampled(program: TorchProgram, setting: TorchSetting) -> bool:
    """Whether each step of a program gives the same bits among those of many points as it does at one."""
    return (
        not program.own
        and setting.device == "cpu"
        and all(is_the_same_anywhere(step, setting.dtype) for step in program.steps if step.run is not None)
    )


def _are_normal(moved_ones: Sequence[Tensor], smallest: float, points: int) -> Tensor:
    """At which points no number that was moved is 0, below the normal range or not finite."""
    normal = torch.ones(points, dtype=torch.bool)
    for samples in moved_ones:
        size = samples.detach().abs()
        least, largest = (bound.item() for bound in torch.aminmax(size))
        if not (least >= smallest and largest < torch.inf):
            normal &= ((size >= smallest) & (size < torch.inf)).all(-1)
    return normal


class _RowsOfSamples(SamplesOnAxis):
    """The samples of many points, a row for each, and how many steps each has drawn."""

    def __init__(self, format: DType, points: int) -> None:  # noqa: A002 (the word of this room)
        super().__init__(format)
        self._rows: list[Tensor] = []
        self._alike = 0
        self._apart: Tensor | None = None
        self.points = points

    def repeat(self, tensor: Tensor) -> Tensor:
        """A constant, repeated for all points: what is computed from it may move by other steps at each."""
        return tensor.expand(self.points, self.count).clone()

    def steps(self, like: Tensor) -> Tensor:  # noqa: ARG002 (one point may have samples of other shapes)
        """A step for every sample: a row for all points as long as these have drawn as often, else one for each."""
        return self.steps_unless(None)

    def steps_unless(self, exact: Tensor | None) -> Tensor:
        """The steps at the points at which an operation is not exact, where nothing is drawn; 0 there.

        Args:
            exact: at which points it is exact; None: at none.
        """
        if exact is None and self._apart is None:
            self._alike += 1
            return self._drawn(self._alike)[-1]
        if self._apart is None:
            self._apart = torch.full((self.points,), self._alike)
        drawn = self._drawn(int(self._apart.max()) + 1)
        steps = torch.stack(drawn)[self._apart]
        if exact is None:
            self._apart += 1
            return steps
        self._apart += ~exact
        return steps.masked_fill_(exact.unsqueeze(1), 0)

    def _drawn(self, count: int) -> list[Tensor]:
        """The first steps that were drawn, so many."""
        while len(self._rows) < count:
            self._rows.append(self._draws.next())
        return self._rows


class _Fact(NamedTuple):
    """What is known of a slot.

    Attributes:
        stands_for: what stands for the float in it.
        numbers: the number that all samples are at each point.
        at: at which points that is so; None: at none.
    """

    stands_for: Hashable
    numbers: Tensor | None = None
    at: Tensor | None = None


_SYMMETRIC = frozenset([row.name for row in table.FUNCTIONS if row.commutes])


class _FactsAtPoints:
    """Knows at which points steps are exact, and which give one and the same float. Its methods are those of `Facts`.

    Attributes:
        known: the points of which that holds: two numbers that differ elsewhere may be equal by chance.
    """

    def __init__(self, program: TorchProgram, samples: _RowsOfSamples) -> None:
        self.known = torch.ones(samples.points, dtype=torch.bool)
        self._samples = samples
        self._floats: dict[Hashable, object] = {}
        self._numbers: dict[Hashable, _Fact] = {}
        self._steps: dict[Hashable, Tensor] = {}
        uses = Counter(slot for step in program.steps for slot in step.args)
        self._shared = [slot for slot, count in uses.items() if count > 1]

    def of_input(self, tensor: Tensor) -> _Fact:
        """The number, which is the same in all samples."""
        return self._with_numbers(object(), self._first(tensor.detach()), self._everywhere())

    def of_literal(self, literal: Literal) -> _Fact:
        """The number that the format holds; or else the exact number stands for the float."""
        if not literal.exact:
            return _Fact(literal.value)
        number = torch.tensor(literal.number, dtype=torch.float64).expand(self._samples.points)
        return self._with_numbers(("literal", literal.number), number, self._everywhere())

    def of_step(
        self, step: TorchStep, args: Sequence[Any], known: list[_Fact], result: Tensor
    ) -> tuple[_Fact, Tensor | None]:
        """Where it is exact, the number; elsewhere the step and its arguments stand for the float, and it moves."""
        del args  # what is known of them is enough
        outcome = result.detach()
        key = self._float_of(step, [fact.stands_for for fact in known])
        if step.function not in ROUNDED:
            return self._with_numbers(key, self._first(outcome), self._are_alike(outcome)), None
        exact = self._exact_at(step, known, outcome)
        if exact is not None and exact.all():
            return self._with_numbers(key, self._first(outcome), exact), None
        steps = self._samples.steps_unless(exact)
        first = self._steps.setdefault(key, steps)
        if exact is None:
            return _Fact(key), first
        return self._with_numbers(key, self._first(outcome), exact), first

    def gradient_sums(self) -> Mapping[int, GradientSum]:
        """A sum for each slot that several steps use."""
        return {slot: GradientSum(self._samples, self._steps_of_sum) for slot in self._shared}

    def _steps_of_sum(self, one: Tensor, other: Tensor, total: Tensor) -> Tensor | None:
        """The steps of a sum of gradients: see `gradient_sums` for where it is exact."""
        exact = (total == one).all(-1) | (total == other).all(-1)
        maybe = self._are_alike(total) & ~exact
        if maybe.any():
            exact |= _exact_of(maybe, "add", [self._first(one), self._first(other)], self._first(total))
        if not exact.any():
            return self._samples.steps_unless(None)
        return None if exact.all() else self._samples.steps_unless(exact)

    def _float_of(self, step: TorchStep, args: list[Hashable]) -> object:
        """What stands for the float that a step gives: the same operation on the same floats gives the same one."""
        if step.function in _SYMMETRIC:
            args.sort(key=hash)
        return self._floats.setdefault((step.function, step.numbers, step.numbers_first, *args), object())

    def _with_numbers(self, stands_for: Hashable, numbers: Tensor, at: Tensor) -> _Fact:
        """A fact with numbers; an equal number that another slot holds stands for the same float.

        What is equal at most points is taken to be equal; the points at which it is otherwise are no longer known.
        """
        fact = _Fact(stands_for, numbers, at)
        if stands_for in self._numbers or not at.any():
            return fact
        for other in self._numbers.values():
            assert other.numbers is not None
            assert other.at is not None
            equal = (other.numbers == numbers) & other.at & at
            count = int(equal.sum())
            if 2 * count > len(equal):
                self.known &= equal
                return other
            if count:
                self.known &= ~equal
        self._numbers[stands_for] = fact
        return fact

    def _exact_at(self, step: TorchStep, known: list[_Fact], outcome: Tensor) -> Tensor | None:
        """At which points a step is exact; None: at none."""
        numbers: list[Any] = []
        at = self._everywhere()
        for fact in known:
            if fact.numbers is None or fact.at is None:
                return None
            numbers.append(fact.numbers)
            at = at & fact.at
        if not at.any():
            return None
        plain = list(map(float, step.numbers))
        args = [*plain, *numbers] if step.numbers_first else [*numbers, *plain]
        first = outcome[..., :1].reshape(-1).expand(self._samples.points)
        maybe = exact_points(
            step.function, [arg if isinstance(arg, float) else arg.unsqueeze(0) for arg in args], first.unsqueeze(0)
        )
        if maybe is None or not (maybe := maybe & at).any():
            return None
        exact = _exact_of(maybe, step.function, args, first.double())
        return exact if exact.any() else None

    def _first(self, samples: Tensor) -> Tensor:
        """The unperturbed number at each point; a constant has the same everywhere."""
        number = samples[..., 0] if samples.dim() else samples
        return number.double().expand(self._samples.points)

    def _are_alike(self, samples: Tensor) -> Tensor:
        """At which points all samples are one number."""
        alike = (samples == samples[..., :1]).all(-1) if samples.dim() else samples == samples
        return alike.expand(self._samples.points)

    def _everywhere(self) -> Tensor:
        return torch.ones(self._samples.points, dtype=torch.bool)


def _exact_of(maybe: Tensor, name: str, args: Sequence[Tensor | float], outcome: Tensor) -> Tensor:
    """At which points an operation is exact, of those at which it may be."""
    exact = torch.zeros_like(maybe)
    at = maybe.nonzero().squeeze(1)
    columns = [[arg] * len(at) if isinstance(arg, float) else arg[at].tolist() for arg in (*args, outcome)]
    exact[at] = torch.tensor([is_exact(name, row[:-1], row[-1]) for row in zip(*columns, strict=True)])
    return exact
