"""What the roundings of the forward pass, and of the sums of gradients, explain at one point: mostly that suffices."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram, TorchStep
from derivcheck.language import table
from derivcheck.model import Mode, Spread, Wrt
from derivcheck.rounding.distances import spread_of
from derivcheck.rounding.exactness import is_exact
from derivcheck.rounding.forward_pass import ROUNDED, ForwardPass
from derivcheck.rounding.gradient_sums import GradientSum, common_number
from derivcheck.rounding.sampled_constants import Literal, repeated
from derivcheck.rounding.samples_on_axis import SamplesOnAxis


def forward_spreads(
    program: TorchProgram, point: Mapping[str, Fraction], wrts: Sequence[Wrt], setting: TorchSetting
) -> list[Spread | None]:
    """The spread of the value (for the empty wrt) and of each derivative, as `program_spreads` returns them.

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
    samples = SamplesOnAxis(setting.dtype)
    literals = [_literal(setting, value) for value in program.literals]
    forward = ForwardPass(program, literals, samples, _SameFloats(program, samples))
    inputs = tuple(samples.repeat(setting.tensor(point[name])) for name in program.variables)
    outcomes = derivatives(forward, program.variables, inputs, wrts, setting.mode)
    if samples.losses or not _are_normal(forward.moved, samples.losses.smallest):
        return [None] * len(wrts)
    found = [
        spread_of(outcome if wrt else forward.result, samples.count, ()) if isinstance(outcome, Tensor) else None
        for wrt, outcome in zip(wrts, outcomes, strict=True)
    ]
    return [spread if spread is not None and spread.finite == 1 else None for spread in found]


def _are_normal(moved: Sequence[Tensor], smallest: float) -> bool:
    """Whether no number that was moved left the range: below the normal ones, a step in the bits is no ulp of it."""
    if not moved:
        return True
    with torch.no_grad():
        least, largest = (bound.item() for bound in torch.aminmax(torch.stack(list(moved)).abs()))
    return least >= smallest and largest < math.inf


@lru_cache(maxsize=1024)
def _literal(setting: TorchSetting, value: Fraction | str) -> Literal:
    """A literal's samples, made once for all looks: nothing here overwrites what it was handed."""
    return repeated(value, setting, SamplesOnAxis(setting.dtype), shared=True)


class _Float:
    """One float, whatever it is."""


_Fact = tuple[float | None, Hashable]
"""The number that all samples of a slot are, None where they differ; and what stands for the float in the slot."""

_SYMMETRIC = frozenset([row.name for row in table.FUNCTIONS if row.commutes])


class _SameFloats:
    """Knows the steps that give one and the same float: they move alike. Its methods are those of `Facts`."""

    def __init__(self, program: TorchProgram, samples: SamplesOnAxis) -> None:
        self._samples = samples
        self._floats: dict[Hashable, _Float] = {}
        self._steps: dict[Hashable, Tensor] = {}
        uses = Counter(slot for step in program.steps for slot in step.args)
        self._shared = [slot for slot, count in uses.items() if count > 1]

    def of_input(self, tensor: Tensor) -> _Fact:
        """The number, which stands for itself."""
        number: float = tensor.tolist()[0]
        return number, number

    def of_literal(self, literal: Literal) -> _Fact:
        """The number that the format holds; or else the exact number stands for the float."""
        return (literal.number, literal.number) if literal.exact else (None, literal.value)

    def of_step(
        self,
        step: TorchStep,
        args: Sequence[Any],  # noqa: ARG002 (where there are many points they are looked at)
        known: list[_Fact],
        result: Tensor,
    ) -> tuple[_Fact, Tensor | None]:
        """The number, unless the step rounds: then the step and its arguments stand for the float."""
        key = self._float_of(step, [stands_for for _, stands_for in known])
        if step.function not in ROUNDED:
            number = common_number(result)
            return (number, key if number is None else number), None
        numbers = [number for number, _ in known]
        if None not in numbers:
            outcome: float = result.tolist()[0]
            plain = [*map(float, step.numbers)]
            if is_exact(step.function, [*plain, *numbers] if step.numbers_first else [*numbers, *plain], outcome):
                return (outcome, outcome), None
        return (None, key), self._steps.setdefault(key, self._samples.steps(result))

    def _float_of(self, step: TorchStep, args: list[Hashable]) -> Hashable:
        """What stands for the float that a step gives: the same operation on the same floats gives the same one."""
        if step.function in _SYMMETRIC:
            args.sort(key=hash)
        key = (step.function, step.numbers, step.numbers_first, *args)
        return self._floats.setdefault(key, _Float())

    def gradient_sums(self) -> Mapping[int, GradientSum]:
        """A sum for each slot that several steps use."""
        return {slot: GradientSum(self._samples) for slot in self._shared}
