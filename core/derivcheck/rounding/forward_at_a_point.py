"""What the roundings of the forward pass, and of the sums of gradients, explain at one point: mostly that suffices."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from derivcheck.autograd.engines import outcome_of
from derivcheck.autograd.gradients import differentiated, with_constants
from derivcheck.autograd.reverse import Reverse
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram, TorchStep
from derivcheck.language import table
from derivcheck.model import Mode, Refusal, Spread, Wrt
from derivcheck.rounding.distances import spread_of
from derivcheck.rounding.exactness import is_exact
from derivcheck.rounding.forward_pass import ROUNDED, ForwardPass
from derivcheck.rounding.gradient_sums import GradientSum, common_number
from derivcheck.rounding.sampled_constants import Literal, perturbed, repeated
from derivcheck.rounding.samples_on_axis import SamplesOnAxis


class ForwardLook:
    """The spreads of what is asked of a program at a point, as `program_spreads` returns them; each when it is needed.

    The backward pass goes through the very graph of the forward pass. What nothing is differentiated by is moved like
    all else, but no graph records it.

    Args:
        program: what to differentiate.
        point: the exact value of each variable.
        wrts: what is asked for; () is the value.
        setting: device, format and mode.
    """

    def __init__(
        self, program: TorchProgram, point: Mapping[str, Fraction], wrts: Sequence[Wrt], setting: TorchSetting
    ) -> None:
        self._wrts = wrts
        self._samples = samples = SamplesOnAxis(setting.dtype)
        self._is_left = setting.mode is not Mode.REVERSE or bool(program.own)
        if self._is_left:
            return
        literals = map(_literals_in(setting), program.literals)
        self._forward = _ForwardAtAPoint(program, list(literals), samples)
        place = [setting.tensor(point[name], (samples.count,)) for name in program.variables]
        variables = differentiated(program, wrts, setting)
        moving = [program.variables.index(name) for name in variables]
        function = with_constants(self._forward, place, moving)
        self._reverse = Reverse(function, variables, tuple([place[index] for index in moving]), wrts)

    def spread(self, wrt: Wrt) -> Spread | None:
        """The spread of the value (for the empty wrt), or of a derivative.

        None, which leaves it to the tape, in other modes than the reverse one, with a function of the user's own, and
        where a number is 0, below the normal range or not finite.
        """
        if self._is_left or self._value is None:
            return None
        outcome = self._derivatives[wrt] if wrt else self._value
        if not isinstance(outcome, Tensor):
            return None
        spread = spread_of(outcome, self._samples.count, ())
        return spread if spread.finite == 1 else None

    @cached_property
    def _value(self) -> Tensor | None:
        """The samples of the value; None where torch raised, or a number left the range."""
        outcome = outcome_of(self._reverse, ())
        losses = self._samples.losses
        if isinstance(outcome, Refusal) or losses or not _are_normal(self._forward.moved, losses.smallest):
            return None
        return self._forward.result

    @cached_property
    def _derivatives(self) -> Mapping[Wrt, Tensor | Refusal]:
        """The samples of the derivatives, in the order in which they are asked for: so they draw the same steps."""
        return {wrt: outcome_of(self._reverse, wrt) for wrt in self._wrts if wrt}


def _are_normal(moved: Sequence[Tensor], smallest: float) -> bool:
    """Whether no number that was moved left the range: below the normal ones, a step in the bits is no ulp of it."""
    if not moved:
        return True
    with torch.no_grad():
        least, largest = (bound.item() for bound in torch.aminmax(torch.cat(list(moved)).abs()))
    return least >= smallest and largest < math.inf


@cache
def _literals_in(setting: TorchSetting) -> Callable[[Fraction | str], Literal]:
    """Makes a literal's samples in a setting, once for all looks: nothing here overwrites what it was handed."""
    samples = SamplesOnAxis(setting.dtype)
    return lru_cache(maxsize=1024)(lambda value: repeated(value, setting, samples, shared=True))


class _Float:
    """One float, whatever it is."""


_Fact = float | _Float
"""The number that all samples of a slot are; where they differ, what stands for the float in the slot."""

_SYMMETRIC = frozenset([row.name for row in table.FUNCTIONS if row.commutes])


class _Seen(NamedTuple):
    """What is known of a step that gives a float.

    Attributes:
        fact: the float.
        steps: by what it moves; None: it does not.
        constant: its samples, where no graph records them.
    """

    fact: _Fact
    steps: Tensor | None
    constant: Tensor | None


class _ForwardAtAPoint(ForwardPass):
    """The forward pass, in which the same operation on the same floats gives one and the same float: it moves alike.

    The number in a slot stands for itself.
    """

    def __init__(self, program: TorchProgram, literals: Sequence[Literal], samples: SamplesOnAxis) -> None:
        super().__init__(program, literals, samples)
        self._samples = samples
        self._floats: dict[Fraction | str, _Float] = {}

    def slots(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        """The samples of every slot; beside them goes what is known of each."""
        samples, sums = self._samples, self._gradient_sums()
        slots: list[Tensor] = [*inputs]
        facts: list[_Fact] = [tensor.tolist()[0] for tensor in inputs]
        seen: dict[Hashable, _Seen] = {}
        for step in self.program.steps:
            run, _, _, at, numbers, _, place = step
            if run is None:
                assert place is not None
                literal = self.literals[place]
                slots.append(perturbed(literal, samples))
                facts.append(literal.number if literal.exact else self._floats.setdefault(literal.value, _Float()))
                continue
            known = [facts[slot] for slot in at]
            key = _operation(step, known)
            found = seen.get(key)
            if found is not None and found.constant is not None and _is_the_same(slots, at, known):
                result = found.constant
                if found.steps is not None:
                    samples.steps(result)  # each operation that rounds draws, so that the next one draws the same
            else:
                args: list[Any] = [sums[slot].used(slots[slot]) if slot in sums else slots[slot] for slot in at]
                result = run(*step.with_numbers(args)) if numbers else run(*args)
                if found is None:
                    found = seen[key] = self._looked_at(step, known, result)
                elif found.steps is not None:
                    samples.steps(result)
                if found.steps is not None:
                    self.move(result, found.steps)
            slots.append(result)
            facts.append(found.fact)
        return slots

    def _looked_at(self, step: TorchStep, known: list[_Fact], result: Tensor) -> _Seen:
        """What is known of a step that is like none before it."""
        constant = None if result.requires_grad else result
        if step.function not in ROUNDED:
            number = common_number(result)
            return _Seen(_Float() if number is None else float(number), None, constant)
        numbers = [fact for fact in known if isinstance(fact, float)]
        if len(numbers) == len(known):
            outcome: float = result.tolist()[0]
            plain = [*map(float, step.numbers)]
            if is_exact(step.function, [*plain, *numbers] if step.numbers_first else [*numbers, *plain], outcome):
                return _Seen(outcome, None, constant)
        return _Seen(_Float(), self._samples.steps(result), constant)

    def _gradient_sums(self) -> Mapping[int, GradientSum]:
        """A sum for each slot that several steps use."""
        uses = Counter([slot for step in self.program.steps for slot in step.args])
        return {slot: GradientSum(self._samples) for slot, count in uses.items() if count > 1}


def _is_the_same(slots: Sequence[Tensor], args: Sequence[int], known: Sequence[_Fact]) -> bool:
    """Whether a step gives the very constant that another gave on the same floats: no graph, and no sign of a zero."""
    return 0.0 not in known and True not in [slots[slot].requires_grad for slot in args]


def _operation(step: TorchStep, known: list[_Fact]) -> Hashable:
    """An operation and the floats that it works on: in one order of two where they may change places."""
    if step.numbers:
        return (step.function, step.numbers, step.numbers_first, *known)
    if len(known) == 2:
        one, other = known
        return (
            (step.function, other, one)
            if step.function in _SYMMETRIC and hash(other) < hash(one)
            else (step.function, one, other)
        )
    return (step.function, *(sorted(known, key=hash) if step.function in _SYMMETRIC else known))
