"""What the roundings of the forward pass, and of the sums of gradients, explain: the first look, which mostly suffices.

Each step of the program is moved as on the perturbed tape, where it lies and as soon as torch has computed it, so that
the backward pass works with the moved numbers. Of its own operations only those are perturbed that add up the gradients
of a number which several steps use: at 1 these sums are most of what rounds in sin(x) + sin(2*x) + sin(3*x) + ...
Nothing has to watch the others: the dispatch mode costs the tape several times what torch's operations do. Independent
roundings add up by their squares: without some of them the spread is smaller.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import count

import torch
from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.tensors import Setting
from derivcheck.autograd.torch_program import Step, TorchProgram
from derivcheck.language import table
from derivcheck.model import Mode, Spread, Wrt
from derivcheck.rounding.draws import BITS
from derivcheck.rounding.operations import is_exact
from derivcheck.rounding.tape import Literal, PerturbedTape


def forward_spreads(
    program: TorchProgram, point: Mapping[str, Fraction], wrts: Sequence[Wrt], setting: Setting
) -> list[Spread | None]:
    """The spread of the value (for the empty wrt) and of each derivative, as `rounding.spreads` returns them.

    Args:
        program: what to differentiate.
        point: the exact value of each variable.
        wrts: what is asked for.
        setting: device, format and mode.

    Returns:
        A Spread for each of `wrts`; None, which leaves it to the tape, in other modes than the reverse one, with a
        function of the user's own, and where a number is 0, below the normal range or not finite.
    """
    if setting.mode is not Mode.REVERSE or program.own:
        return [None] * len(wrts)
    forward = _Forward(program, setting)
    inputs = tuple(forward.tape.samples(setting.tensor(point[name])) for name in program.variables)
    outcomes = derivatives(forward, program.variables, inputs, wrts, setting.mode)
    if not forward.is_plain():
        return [None] * len(wrts)
    found = [
        forward.tape.spread(outcome if wrt else forward.samples) if isinstance(outcome, Tensor) else None
        for wrt, outcome in zip(wrts, outcomes, strict=True)
    ]
    return [spread if spread is not None and spread.finite == 1 else None for spread in found]


class _Forward:
    """The sum of a program's samples as a function of those of its inputs, its steps moved by an ulp up or down.

    The derivative of the sum by one sample of an input is that sample's derivative; for that of the samples themselves
    torch would want an upstream gradient, and import a tenth of a second's worth of modules to look at it.

    Attributes:
        tape: draws the steps; it is not entered.
        moved: the steps' results that were moved.
        samples: the program's result.
        known: the floats that steps gave, by operation and arguments.
        steps: how each of them was moved.
        shared: the slots that several steps use.
    """

    def __init__(self, program: TorchProgram, setting: Setting) -> None:
        self.program = program
        self.tape = PerturbedTape(setting)
        self.literals = [_literal(setting, value) for value in program.literals]
        self.moved: list[Tensor] = []
        self.samples = torch.empty(0)
        self.known: dict[Hashable, _Float] = {}
        self.steps: dict[Hashable, Tensor] = {}
        uses = Counter(slot for step in program.steps for slot in step.args)
        self.shared = frozenset(slot for slot, count in uses.items() if count > 1)

    def __call__(self, inputs: Sequence[Tensor]) -> Tensor:
        slots = list(inputs)
        gathered = {slot: _Gathered(self.tape) for slot in self.shared}
        numbers: list[float | None] = [tensor.tolist()[0] for tensor in inputs]
        floats: list[Hashable] = [*numbers]
        for step in self.program.steps:
            if step.run is None:
                assert step.literal is not None
                literal = self.literals[step.literal]
                slots.append(self.tape.drawn_literal(literal))
                numbers.append(literal.number if literal.exact else None)
                floats.append(literal.number if literal.exact else literal.value)
            else:
                tensors = [gathered[slot].used(slots[slot]) if slot in gathered else slots[slot] for slot in step.args]
                slots.append(step.run(*step.with_numbers(tensors)))
                key = self.float_of(step, [floats[arg] for arg in step.args])
                number = self.settled(step, [numbers[arg] for arg in step.args], slots[-1], key)
                numbers.append(number)
                floats.append(key if number is None else number)
        self.samples = slots[self.program.root]
        return self.samples.sum()

    def float_of(self, step: Step, args: list[Hashable]) -> Hashable:
        """What stands for the float that a step gives: the same operation on the same floats gives the same one."""
        if step.function in _SYMMETRIC:
            args.sort(key=hash)
        key = (step.function, step.numbers, step.numbers_first, *args)
        return self.known.setdefault(key, _Float())

    def settled(self, step: Step, args: list[float | None], result: Tensor, key: Hashable) -> float | None:
        """Move a step's result unless it is exact; the number that all of its samples are, None where they differ."""
        if step.function not in ROUNDED:
            return _common(result)
        if None not in args:
            outcome: float = result.tolist()[0]
            plain = [*map(float, step.numbers)]
            if is_exact(step.function, [*plain, *args] if step.numbers_first else [*args, *plain], outcome):
                return outcome
        steps = self.steps.setdefault(key, self.tape.steps(result))
        result.data.view(BITS[self.tape.dtype]).add_(steps)
        self.moved.append(result)
        return None

    def is_plain(self) -> bool:
        """Whether no number left the range: below the normal ones, a step in the bits is no ulp of the number."""
        if self.tape.losses:
            return False
        if not self.moved:
            return True
        with torch.no_grad():
            smallest, largest = (bound.item() for bound in torch.aminmax(torch.stack(self.moved).abs()))
        return smallest >= self.tape.smallest and largest < math.inf


class _Gathered:
    """The gradient of a number that several steps use: torch adds up what each sends back, and rounds each sum.

    Attributes:
        sum: what has come so far.
    """

    def __init__(self, tape: PerturbedTape) -> None:
        self.tape = tape
        self.sum: Tensor | None = None

    def used(self, tensor: Tensor) -> Tensor:
        """The number as one more step uses it: what that step sends back is moved by as much as the sum is."""
        if not tensor.requires_grad:
            return tensor
        alias = tensor.view_as(tensor)
        sweeps = count()  # a derivative of higher order sends gradients through here again
        alias.register_hook(lambda gradient: None if next(sweeps) else self.added(gradient))
        return alias

    def added(self, gradient: Tensor) -> Tensor | None:
        """A step's part, moved; None where it is left as it is."""
        before, part = self.sum, gradient.detach()
        if before is None:
            self.sum = part
            return None
        with torch.no_grad():
            total = before + part
            if _is_exact_sum(before, part, total):
                self.sum = total
                return None
            self.sum = self.tape.perturb(total)
            move = self.sum - total
        return gradient + move


def _is_exact_sum(one: Tensor, other: Tensor, total: Tensor) -> bool:
    """Whether nothing was rounded: one of the two is 0 throughout, or no sample differs from the first, exact one."""
    if torch.equal(total, one) or torch.equal(total, other):
        return True
    number = _common(total)
    return number is not None and is_exact("add", [one.tolist()[0], other.tolist()[0]], number)


class _Float:
    """One float, whatever it is."""


_SYMMETRIC = frozenset([row.name for row in table.FUNCTIONS if row.commutes])


@lru_cache(maxsize=1024)
def _literal(setting: Setting, value: Fraction | str) -> Literal:
    """A literal's samples, made once for all looks: nothing here overwrites what it was handed."""
    return PerturbedTape(setting).repeated(value, setting.literal(value), shared=True)


def _common(tensor: Tensor) -> float | None:
    """The number that all samples are; None where they differ."""
    numbers: list[float] = tensor.reshape(-1).tolist()  # a condition that is a constant has no samples
    return numbers[0] if numbers.count(numbers[0]) == len(numbers) else None


ROUNDED = frozenset([row.name for row in table.FUNCTIONS if row.rounds])
"""The functions of which torch's kernel rounds, into a tensor of its own; a step of any other is not moved."""
