"""What the roundings of the forward pass, and of the sums of gradients, explain at one point: mostly that suffices."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
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
from derivcheck.rounding.gradients_by_use import ReverseByUse, Uses, suffices_by_use
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
        uses = Uses(samples) if suffices_by_use(program, wrts) else None
        self._forward = _ForwardAtAPoint(program, list(literals), samples, uses)
        place = [setting.tensor(point[name], (samples.count,)) for name in program.variables]
        variables = differentiated(program, wrts, setting)
        moving = [program.variables.index(name) for name in variables]
        function, inputs = with_constants(self._forward, place, moving), tuple([place[index] for index in moving])
        self._reverse = (
            Reverse(function, variables, inputs, wrts)
            if uses is None
            else ReverseByUse(function, variables, inputs, wrts, uses)
        )

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
        if isinstance(outcome, Refusal) or self._samples.losses or not _are_normal(self._forward.moved, self._samples):
            return None
        return self._forward.result

    @cached_property
    def _derivatives(self) -> Mapping[Wrt, Tensor | Refusal]:
        """The samples of the derivatives, in the order in which they are asked for: so they draw the same steps."""
        return {wrt: outcome_of(self._reverse, wrt) for wrt in self._wrts if wrt}


def _are_normal(moved: Sequence[Tensor], samples: SamplesOnAxis) -> bool:
    """Whether no number that was moved left the range: below the normal ones, a step is no ulp of it.

    Numbers of a wider format, as `float_power` gives them, have an ulp of their own: they count as out of range.
    """
    if not moved:
        return True
    sizes = torch.cat(list(moved)).abs_()
    if sizes.dtype is not samples.dtype:
        return False
    least, largest = (bound.item() for bound in torch.aminmax(sizes))
    return least >= samples.losses.smallest and largest < math.inf


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
        shares: by what it moves; None: it does not.
        constant: its samples, which serve wherever the step comes again; None where a graph records them, and where a
            zero is among the arguments, whose sign is not known.
    """

    fact: _Fact
    shares: Tensor | None
    constant: Tensor | None


class _ForwardAtAPoint(ForwardPass):
    """The forward pass, in which the same operation on the same floats gives one and the same float: it moves alike.

    The number in a slot stands for itself.

    Args:
        program: what is run.
        literals: its literals.
        samples: how the samples lie.
        uses: the uses of variables; None: hooks see the sums of gradients.
    """

    def __init__(
        self, program: TorchProgram, literals: Sequence[Literal], samples: SamplesOnAxis, uses: Uses | None
    ) -> None:
        super().__init__(program, literals)
        self._samples = samples
        self._uses = uses
        self._floats: dict[Fraction | str, _Float] = {}

    def slots(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        """The samples of every slot; beside them goes what is known of each."""
        samples, literals, moved = self._samples, self.literals, self.moved
        slots: list[Tensor] = [*inputs]
        facts: list[_Fact] = [tensor.tolist()[0] for tensor in inputs]
        recorded = {slot for slot, tensor in enumerate(inputs) if tensor.requires_grad}
        watch = self._watches(recorded)
        seen: dict[Hashable, _Seen] = {}
        for step in self.program.steps:
            run, function, _, at, numbers, numbers_first, place = step
            if run is None:
                assert place is not None
                literal = literals[place]
                slots.append(perturbed(literal, samples))
                facts.append(literal.number if literal.exact else self._floats.setdefault(literal.value, _Float()))
                continue
            known = [facts[slot] for slot in at]
            changes_places = function in _SYMMETRIC and hash(known[0]) > hash(known[-1])
            key = (function, numbers, numbers_first, *(reversed(known) if changes_places else known))
            found = seen.get(key)
            if found is not None and found.shares is not None:
                samples.shares()  # each operation that rounds draws, so that the next one draws the same
            is_constant = recorded.isdisjoint(at)
            if found is not None and found.constant is not None and is_constant:
                result = found.constant
            else:
                args: list[Any] = [slots[slot] for slot in at]
                if not is_constant:
                    recorded.add(len(slots))
                    if not watch.keys().isdisjoint(at):
                        args = [watch[slot](arg) if slot in watch else arg for slot, arg in zip(at, args, strict=True)]
                result = run(*step.with_numbers(args)) if numbers else run(*args)
                if found is None:
                    found = seen[key] = self._looked_at(step, known, result)
                if found.shares is not None:
                    detached = result.data
                    moved.append(detached.addcmul_(detached, found.shares))
            slots.append(result)
            facts.append(found.fact)
        return slots

    def _watches(self, variables: Iterable[int]) -> Mapping[int, Callable[[Tensor], Tensor]]:
        """For each slot whose gradient may be a sum: makes of it what one more step uses."""
        if self._uses is not None:
            return dict.fromkeys(variables, self._uses.used)
        uses = Counter([slot for step in self.program.steps for slot in step.args])
        return {slot: GradientSum(self._samples).used for slot, count in uses.items() if count > 1}

    def _looked_at(self, step: TorchStep, known: list[_Fact], result: Tensor) -> _Seen:
        """What is known of a step that is like none before it."""
        _, function, _, _, numbers, numbers_first, _ = step
        constant = None if result.requires_grad or 0.0 in known else result
        if function not in ROUNDED:
            number = common_number(result)
            return _Seen(_Float() if number is None else float(number), None, constant)
        args = [fact for fact in known if not isinstance(fact, _Float)]
        if len(args) == len(known):
            outcome: float = result.tolist()[0]
            if numbers:
                plain = [*map(float, numbers)]
                args = [*plain, *args] if numbers_first else [*args, *plain]
            if is_exact(function, args, outcome):
                return _Seen(outcome, None, constant)
        shares = self._samples.shares()
        return _Seen(_Float(), shares if result.is_cpu else shares.to(result.device), constant)
