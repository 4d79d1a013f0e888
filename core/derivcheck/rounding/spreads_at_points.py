"""What the roundings of the forward pass explain at many points at once: of each what `forward_at_a_point` finds there.

torch computes a row of samples for each point. Every operation that rounds moves them by the steps that are drawn next;
where an operation is exact nothing is drawn, and so each point counts its own draws. The last bits of a number must not
depend on where in a tensor it lies: see `same_anywhere`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram, TorchStep
from derivcheck.language import table
from derivcheck.model import Spread, Wrt
from derivcheck.numbers import DType
from derivcheck.rounding.distances import spreads_of
from derivcheck.rounding.exactness import is_exact
from derivcheck.rounding.exactness_at_points import exact_points
from derivcheck.rounding.forward_pass import ROUNDED
from derivcheck.rounding.gradient_sums import GradientSum
from derivcheck.rounding.moving import BITS
from derivcheck.rounding.same_anywhere import is_the_same_anywhere
from derivcheck.rounding.sampled_constants import Literal, perturbed, repeated
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

    def spreads(self, asked: int, points: Sequence[int]) -> list[Spread | None]:
        """The spreads that `forward_at_a_point` finds; None where it finds none, and where that is not known here.

        Args:
            asked: which of those asked for.
            points: at which points.
        """
        samples = self.found[asked]
        if samples is None or not points:
            return [None] * len(points)
        chosen = torch.tensor(points)
        return [
            spread if is_known and spread.finite == 1 else None
            for spread, is_known in zip(spreads_of(samples[chosen]), self.known[chosen].tolist(), strict=True)
        ]


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
    forward = _ForwardAtPoints(program, literals, samples)
    rows = tuple(tensor.unsqueeze(1).expand(-1, samples.count).clone() for tensor in inputs)
    outcomes = derivatives(forward, program.variables, rows, wrts, setting.mode)
    shape = points, samples.count
    found = [
        result.detach() if isinstance(result, Tensor) and result.shape == shape else None
        for result in (outcome if wrt else forward.result for wrt, outcome in zip(wrts, outcomes, strict=True))
    ]
    known = forward.known & _are_normal(forward.moved, samples.losses.smallest, points)
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


_AHEAD = 64
"""So many steps are drawn ahead, once points draw at different times."""


class _RowsOfSamples(SamplesOnAxis):
    """The samples of many points, a row for each, and how many steps each has drawn."""

    def __init__(self, format: DType, points: int) -> None:  # noqa: A002 (the word of this room)
        super().__init__(format)
        self._rows: list[Tensor] = []
        self._table = torch.empty(0, self.count, dtype=BITS[self.dtype])
        self._alike = 0
        self._apart: Tensor | None = None
        self._most = 0
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
            self._apart, self._most = torch.full((self.points,), self._alike), self._alike
        drawn = self._drawn(self._most + 1)
        self._most += 1
        if len(self._table) < len(drawn):
            self._table = torch.stack([*drawn, *[self._draws.next() for _ in range(_AHEAD)]])
            self._rows = [*self._table.unbind()]
        steps = self._table.index_select(0, self._apart)
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


class _ForwardAtPoints:
    """The sum of a program's samples as a function of those of its inputs, each step moved where it is not exact.

    Steps that give one and the same float move alike, as in `forward_at_a_point`.

    Args:
        program: what is run.
        literals: its literals.
        samples: how the samples lie.

    Attributes:
        known: the points of which all of that holds: two numbers that differ elsewhere may be equal by chance.
        moved: the steps' results that were moved.
        result: the program's result.
    """

    def __init__(self, program: TorchProgram, literals: Sequence[Literal], samples: _RowsOfSamples) -> None:
        self.known = torch.ones(samples.points, dtype=torch.bool)
        self.moved: list[Tensor] = []
        self.result = torch.empty(0)
        self._program, self._literals, self._samples = program, literals, samples
        self._floats: dict[Hashable, object] = {}
        self._numbers: dict[Hashable, _Fact] = {}
        self._steps: dict[Hashable, Tensor] = {}

    def __call__(self, inputs: Sequence[Tensor]) -> Tensor:
        """Run the program, and move the result of each step that rounds."""
        uses = Counter([slot for step in self._program.steps for slot in step.args])
        sums = {slot: GradientSum(self._samples, self._steps_of_sum) for slot, count in uses.items() if count > 1}
        slots = list(inputs)
        facts = [self._with_numbers(object(), self._first(tensor.detach()), self._everywhere()) for tensor in inputs]
        for step in self._program.steps:
            if step.run is None:
                assert step.literal is not None
                literal = self._literals[step.literal]
                slots.append(perturbed(literal, self._samples))
                facts.append(self._of_literal(literal))
                continue
            args = [sums[slot].used(slots[slot]) if slot in sums else slots[slot] for slot in step.args]
            result = step.run(*step.with_numbers(args))
            facts.append(self._moved(step, [facts[slot] for slot in step.args], result))
            slots.append(result)
        self.result = slots[self._program.root]
        return self.result.sum()

    def _of_literal(self, literal: Literal) -> _Fact:
        """The number that the format holds; or else the exact number stands for the float."""
        if not literal.exact:
            return _Fact(literal.value)
        number = torch.tensor(literal.number, dtype=torch.float64).expand(self._samples.points)
        return self._with_numbers(("literal", literal.number), number, self._everywhere())

    def _moved(self, step: TorchStep, known: list[_Fact], result: Tensor) -> _Fact:
        """Move the result of a step where it is not exact; what is known of it."""
        outcome = result.detach()
        key = self._float_of(step, [fact.stands_for for fact in known])
        if step.function not in ROUNDED:
            return self._with_numbers(key, self._first(outcome), self._are_alike(outcome))
        exact = self._exact_at(step, known, outcome)
        if exact is not None and exact.all():
            return self._with_numbers(key, self._first(outcome), exact)
        numbers = self._first(outcome).clone() if exact is not None else None
        steps = self._steps.setdefault(key, self._samples.steps_unless(exact))
        result.data.view(BITS[self._samples.dtype]).add_(steps)
        self.moved.append(result)
        return _Fact(key) if exact is None or numbers is None else self._with_numbers(key, numbers, exact)

    def _steps_of_sum(self, one: Tensor, other: Tensor, total: Tensor) -> Tensor | None:
        """The steps of a sum of gradients: see `gradient_sums` for where it is exact."""
        exact = _agree(total, one) | _agree(total, other)
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
        numbers: list[Tensor] = []
        at = self._everywhere()
        for fact in known:
            if fact.numbers is None or fact.at is None:
                return None
            numbers.append(fact.numbers)
            at = at & fact.at
        if not at.any():
            return None
        plain = list(map(float, step.numbers))
        args: list[Tensor | float] = [*plain, *numbers] if step.numbers_first else [*numbers, *plain]
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
        alike = _agree(samples, samples[..., :1].expand_as(samples)) if samples.dim() else ~samples.isnan()
        return alike.expand(self._samples.points)

    def _everywhere(self) -> Tensor:
        return torch.ones(self._samples.points, dtype=torch.bool)


def _agree(one: Tensor, other: Tensor) -> Tensor:
    """At which points all samples of two numbers are equal; at most points where they are not, a few tell."""
    few = (one[..., :_FEW] == other[..., :_FEW]).all(-1)
    return few & (one == other).all(-1) if few.any() else few


_FEW = 8
"""So many samples tell of most numbers that they are not equal."""


def _exact_of(maybe: Tensor, name: str, args: Sequence[Tensor | float], outcome: Tensor) -> Tensor:
    """At which points an operation is exact, of those at which it may be."""
    exact = torch.zeros_like(maybe)
    at = maybe.nonzero().squeeze(1)
    columns = [[arg] * len(at) if isinstance(arg, float) else arg[at].tolist() for arg in (*args, outcome)]
    exact[at] = torch.tensor([is_exact(name, row[:-1], row[-1]) for row in zip(*columns, strict=True)])
    return exact
