"""The runs of a program at one exact point and around it, in which no step is run twice for the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import ceil
from types import MappingProxyType
from typing import NamedTuple

from flint import arb, ctx

from derivcheck.balls import ball_kernels
from derivcheck.balls.ball import Ball, Kernel, exact_ball
from derivcheck.balls.exact_steps import with_exact_steps
from derivcheck.balls.program import Instruction, Program

ExactPoint = Mapping[str, Fraction]

_AT_THE_POINT: Mapping[str, arb] = MappingProxyType({})

_LOOK_BITS = 128
"""Precision at which one looks whether a step is open."""

_MOST_KEPT = 2**28
"""Bits of the numbers that are kept, of one program at one precision: those of 30 MB."""


_OSCILLATING: frozenset[Kernel] = frozenset(
    getattr(ball_kernels, name)
    for name in (
        "airyai", "airyaiprime", "airybi", "airybiprime", "besselj", "bessely", "ceiling", "ci", "cos", "cot", "csc",
        "digamma", "floor", "fmod", "fresnelc", "fresnels", "gamma", "lgamma", "nearest", "polygamma", "remainder",
        "sec", "si", "sin", "sinc", "tan", "truncate", "zeta",
    )
)  # fmt: skip
"""Functions without a limit at infinity. What the others compose is eventually monotonic, with all its derivatives (it
lies in a Hardy field), and then the quotient of second order has a limit only where the first derivative has one. The
same holds of these where their arguments are bounded: there they are analytic, or have finitely many pieces (L. van den
Dries, C. Miller, "On the real exponential field with restricted analytic functions", 1994)."""

_OF_A_QUOTIENT = frozenset({ball_kernels.remainder, ball_kernels.fmod})
"""Those that swing as the quotient of their arguments does."""

_NEAR = 1490
"""All steps of one-sided quotients are shorter than 2**-1490."""

_FEW_BITS = 30
"""A value of so few bits may be one that the balls left open."""


def _is_open(value: Ball) -> bool:
    return isinstance(value, arb) and not value.is_exact() and value.rel_accuracy_bits() < _FEW_BITS


def _is_bounded(step: Instruction, args: Sequence[Ball]) -> bool:
    """Whether a step's arguments are known to lie within bounds; a divisor, away from 0."""
    if not all(isinstance(arg, arb) and arg.is_finite() for arg in args):
        return False
    return step.kernel not in _OF_A_QUOTIENT or not args[1].contains(0)


class _Run(NamedTuple):
    """One run: at which precision, which coordinates were replaced, and every slot of the program."""

    bits: int
    moved: Mapping[str, arb]
    slots: list[Ball]


class Runs:
    """The runs of a program, and of those that were compiled after it.

    Args:
        program: the program.
        point: the exact value of each variable, dyadic.
    """

    def __init__(self, program: Program, point: ExactPoint) -> None:
        self.program = program
        self.point = {name: point[name] for name in program.variables}
        self._place = {name: exact_ball(x) for name, x in self.point.items()}
        self._first: dict[int, _Run] = {}
        self._latest: _Run | None = None
        self._beside: dict[tuple[object, ...], Ball] = {}
        self._exact: Program | None = None
        self._looked = False

    @cached_property
    def oscillates(self) -> bool:
        """Whether a function takes part that has no limit at infinity, and may be asked there; else nothing swings."""
        if not any(step.kernel in _OSCILLATING for step in self.program.code):
            return False
        with ctx.workprec(_LOOK_BITS):
            slots = self.program.trace({name: self.around(name, _NEAR) for name in self.program.variables})
        return any(
            step.kernel in _OSCILLATING and not _is_bounded(step, [slots[arg] for arg in step.args])
            for step in self.program.code
        )

    def settle_ties(self) -> bool:
        """Know exactly what the balls leave open at the point, such as x/3 >= 1/3 at 1.

        Returns:
            Whether that is something new.
        """
        if self._looked:
            return False
        self._looked = True
        with ctx.workprec(_LOOK_BITS):
            self._exact = with_exact_steps(self.program, self.point, self._slots(_AT_THE_POINT))
        if self._exact is not None:
            self._first, self._latest, self._beside = {}, None, {}
        return self._exact is not None

    def value(self, program: Program | None = None, moved: Mapping[str, arb] = _AT_THE_POINT) -> Ball:
        """What a program gives at the point, at the current precision; some coordinates may be replaced by balls."""
        if program is None or program is self.program:
            return self._slots(moved)[self.program.root]
        if program.is_after(self.program):
            return program.result(self._slots(moved))
        place = {**self._place, **moved}
        return program.run({name: place[name] for name in program.variables})

    def beside(self, offsets: Mapping[str, Fraction]) -> Ball:
        """What the program gives beside the point, at the current precision; once found out it is remembered.

        Quotients ask for the same numbers again and again.

        Args:
            offsets: how far beside it, in some variables.
        """
        key = (ctx.prec, *offsets.items())
        if key not in self._beside:
            moved = {name: exact_ball(self.point[name] + offset) for name, offset in offsets.items() if offset}
            value = self.value(moved=moved or _AT_THE_POINT)
            if self._looked and moved and _is_open(value):
                value = self._settled_beside(moved, offsets, value)
            self._beside[key] = value
        return self._beside[key]

    def _settled_beside(self, moved: Mapping[str, arb], offsets: Mapping[str, Fraction], value: Ball) -> Ball:
        """The value beside the point with ties settled: x/(x/3) is 3 there as well, and no ball of it is."""
        point = {name: x + offsets.get(name, 0) for name, x in self.point.items()}
        exact = with_exact_steps(self.program, point, self._slots(moved))
        return value if exact is None else exact.run({**self._place, **moved})

    def around(self, name: str, exponent: int) -> arb:
        """The ball of a coordinate x0 whose radius is 2**-exponent, times |x0| where that is above 1."""
        return arb(self._place[name], arb((1, -exponent)) * max(1, ceil(abs(self.point[name]))))

    def _slots(self, moved: Mapping[str, arb]) -> list[Ball]:
        """Every slot of the program; what does not depend on what was moved is that of the first run."""
        bits = ctx.prec
        first = self._first.get(bits)
        for run in (first, self._latest):
            if run is not None and run.moved is moved and run.bits == bits:
                return run.slots
        if first is None and self._exact is not None:
            first = _Run(bits, _AT_THE_POINT, self._exact.trace(self._place))
            if bits * len(first.slots) <= _MOST_KEPT:
                self._first[bits] = first
            if moved is _AT_THE_POINT:
                self._latest = first
                return first.slots
        if first is None:
            self._latest = _Run(bits, moved, self.program.trace({**self._place, **moved}))
            if bits * len(self._latest.slots) <= _MOST_KEPT:
                self._first[bits] = self._latest
        else:
            back = {name: self._place[name] for name in first.moved}
            self._latest = _Run(bits, moved, self.program.moved(first.slots, {**back, **moved}))
        return self._latest.slots
