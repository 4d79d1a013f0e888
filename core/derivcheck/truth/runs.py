"""The runs of a program at one exact point and around it, in which no step is run twice for the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from flint import arb, ctx

from derivcheck.balls.ball import Ball, dyadic, exact_ball, is_dyadic, is_infinite, nearest_ball
from derivcheck.balls.domain_ends import with_closed_ends
from derivcheck.balls.exact_steps import with_exact_steps
from derivcheck.balls.instructions import Instruction
from derivcheck.balls.program import Program, live_slots

ExactPoint = Mapping[str, Fraction]

Coordinate = Fraction | Program
"""One coordinate of a point: a rational number, or the program of a constant such as pi/4."""

AT_THE_POINT: Mapping[str, arb] = MappingProxyType({})

BALL_EXPONENT = 4000
"""The ball around the point has radius 2**-4000 * max(1, |x|): far smaller than any float, and free in Arb."""

_LOOK_BITS = 128
"""Precision at which one looks whether a step is open."""

_MOST_KEPT = 2**28
"""Bits of the numbers that are kept, of one program at one precision: those of 30 MB."""


_NEAR = 1490
"""All steps of one-sided quotients are shorter than 2**-1490."""

_FEW_BITS = 30
"""A value of so few bits may be one that the balls left open."""


def _is_open(value: Ball) -> bool:
    return isinstance(value, arb) and not value.is_exact() and value.rel_accuracy_bits() < _FEW_BITS


def _may_swing(step: Instruction, args: Sequence[Ball]) -> bool:
    """Whether an argument in which a step swings is not known to lie within bounds, or away from 0."""
    for index, at_zero in step.swings:
        arg = args[index]
        if not isinstance(arg, arb) or not arg.is_finite() or (at_zero and arg.contains(0)):
            return True
    return False


def _near(constant: Program) -> Fraction:
    """A number near a constant, for what need not be exact: how large it is."""
    with ctx.workprec(_LOOK_BITS):
        return dyadic(constant.run({}).mid()).fraction()


@lru_cache(maxsize=256)
def _offset_ball(numerator: int, denominator: int) -> arb:
    """The ball of a step: the same steps are made at one point after the other."""
    return exact_ball(Fraction(numerator, denominator))


@cache
def _radius(exponent: int) -> arb:
    """The number 2**-exponent."""
    return arb((1, -exponent))


class _Run(NamedTuple):
    """One run: at which precision, which coordinates were replaced, and every slot of the program."""

    bits: int
    moved: Mapping[str, arb]
    slots: list[Ball]


class Runs:
    """The runs of a program, and of those that were compiled after it.

    Args:
        program: the program.
        point: each variable's value. Where all are rational, ties are settled exactly.
    """

    def __init__(self, program: Program, point: Mapping[str, Coordinate]) -> None:
        self.program = program
        self.coordinates: dict[str, Coordinate] = {}
        self._constants: dict[str, Program] = {}
        self.point: dict[str, Fraction] = {}
        """The value of each variable, of an irrational one a number near it."""
        self._exact_place: dict[str, arb] = {}
        for name in program.variables:
            x = self.coordinates[name] = point[name]
            if isinstance(x, Program):
                self._constants[name], self.point[name] = x, _near(x)
                continue
            self.point[name] = x
            if is_dyadic(x):
                self._exact_place[name] = exact_ball(x)
        are_exact = len(self._exact_place) == len(self.point)
        self._inexact = frozenset() if are_exact else self.point.keys() - self._exact_place.keys()
        self._places: dict[int, dict[str, arb]] = {}
        self._first: dict[int, _Run] = {}
        self._latest: _Run | None = None
        self._beside: dict[tuple[object, ...], Ball] = {}
        self._infinities: dict[int, bool] = {}
        self._exact: Program | None = None
        self._looked = False

    @property
    def place(self) -> dict[str, arb]:
        """The ball of each variable at the point, at the current precision."""
        if not self._inexact:
            return self._exact_place
        place = self._places.get(ctx.prec)
        if place is None:
            place = self._places[ctx.prec] = {name: self._ball(name) for name in self.point}
        return place

    def _ball(self, name: str) -> arb:
        if name in self._constants:
            return self._constants[name].run({})
        return nearest_ball(self.point[name])

    @cached_property
    def swings(self) -> bool:
        """Whether infinitely many swings, poles or jumps of a function may crowd together at the point.

        A step swings where its argument is unbounded near the point: sin(1/x) at 0. What the other steps compose is in
        the end monotonic, with all its derivatives (it lies in a Hardy field), and then the quotient of second order
        has a limit only where the first derivative has one. The same holds of a sine whose argument is bounded: there
        it is analytic, or has finitely many pieces (L. van den Dries, C. Miller, "On the real exponential field with
        restricted analytic functions", 1994).
        """
        if not any(traits.swings for traits in self.program.code.traits):
            return False
        with ctx.workprec(_LOOK_BITS):
            slots = self.program.trace({name: self.around(name, _NEAR) for name in self.program.variables})
        first, code = len(self.program.variables), self.program.code
        return any(
            slot >= first and _may_swing(code[slot - first], [slots[arg] for arg in code[slot - first].args])
            for slot in live_slots(self.program, slots)
        )

    def settle_ties(self) -> bool:
        """Know exactly what the balls leave open at the point, such as x/3 >= 1/3 at 1.

        Returns:
            Whether that is something new.
        """
        if self._looked or self._constants:
            return False
        self._looked = True
        with ctx.workprec(_LOOK_BITS):
            self._exact = with_exact_steps(self.program, self.point, self.slots(AT_THE_POINT))
        if self._exact is not None:
            self._first, self._latest, self._beside, self._infinities = {}, None, {}, {}
        return self._exact is not None

    def closed_at_ends(self) -> Runs | None:
        """The runs in which steps that are open at the end of their domain lie within it; None where none is open.

        It is asked at a precision of many thousand bits.
        """
        closed = with_closed_ends(self.program, self.slots(AT_THE_POINT))
        return None if closed is None else Runs(closed, self.coordinates)

    def value(self, program: Program | None = None, moved: Mapping[str, arb] = AT_THE_POINT) -> Ball:
        """What a program gives at the point, at the current precision; some coordinates may be replaced by balls."""
        if program is None or program is self.program:
            return self.slots(moved)[self.program.root]
        if program.is_after(self.program):
            return program.result(self.slots(moved))
        place = {**self.place, **moved}
        return program.run({name: place[name] for name in program.variables})

    def values(self, program: Program, moved: Mapping[str, arb]) -> tuple[Ball, list[Ball]]:
        """What this program gives, and each root of one that was compiled after it."""
        slots = self.slots(moved)
        return slots[self.program.root], program.results(slots)

    def passes_infinity(self) -> bool:
        """Whether an infinity arises on the way to the value at the point, in a branch that is taken: log(0)."""
        found = self._infinities.get(ctx.prec)
        if found is None:
            found = self._infinities[ctx.prec] = self._finds_infinity(self.slots(AT_THE_POINT))
        return found

    def _finds_infinity(self, slots: list[Ball]) -> bool:
        sources = [*self.program.sources_of_infinity(), *map(self.program.variables.index, self._constants)]
        if not any(is_infinite(slots[slot]) for slot in sources):
            return False
        first = len(self.program.variables)
        infinite = [slot for slot, ball in enumerate(slots) if slot >= first and is_infinite(ball)]
        return not live_slots(self.program, slots).isdisjoint(infinite)

    def beside(self, offsets: Mapping[str, Fraction]) -> Ball:
        """What the program gives beside the point, at the current precision; once found out it is remembered.

        Quotients ask for the same numbers again and again.

        Args:
            offsets: how far beside it, in some variables.
        """
        # the hash of a Fraction takes far longer than that of two whole numbers
        key = (ctx.prec, *[(name, offset.as_integer_ratio()) for name, offset in offsets.items()])
        value = self._beside.get(key)
        if value is None:
            moved = {name: self._shifted(name, offset) for name, offset in offsets.items() if offset}
            value = self.value(moved=moved or AT_THE_POINT)
            if self._looked and moved and _is_open(value):
                value = self._settled_beside(moved, offsets, value)
            self._beside[key] = value
        return value

    def moved(self, offsets: Mapping[str, arb]) -> list[arb]:
        """The ball of each variable in order, at the current precision, where some lie beside the point."""
        return [x + offsets[name] if name in offsets else x for name, x in self.place.items()]

    def _shifted(self, name: str, offset: Fraction) -> arb:
        """The ball of a coordinate beside the point."""
        shifted = self.place[name] + _offset_ball(*offset.as_integer_ratio())
        if name in self._inexact or shifted.is_exact():
            return shifted
        return exact_ball(self.point[name] + offset)

    def _settled_beside(self, moved: Mapping[str, arb], offsets: Mapping[str, Fraction], value: Ball) -> Ball:
        """The value beside the point with ties settled: x/(x/3) is 3 there as well, and no ball of it is."""
        point = {name: x + offsets.get(name, 0) for name, x in self.point.items()}
        exact = with_exact_steps(self.program, point, self.slots(moved))
        return value if exact is None else exact.run({**self.place, **moved})

    def box(self) -> dict[str, arb]:
        """The ball around every coordinate."""
        return {name: self.around(name) for name in self.program.variables}

    def around(self, name: str, exponent: int = BALL_EXPONENT) -> arb:
        """The ball of a coordinate x0 whose radius is 2**-exponent, times |x0| where that is above 1."""
        numerator, denominator = self.point[name].as_integer_ratio()
        return arb(self.place[name], _radius(exponent) * max(1, -(-abs(numerator) // denominator)))

    def slots(self, moved: Mapping[str, arb]) -> list[Ball]:
        """Every slot of the program at the point, at the current precision; some coordinates may be replaced by balls.

        What does not depend on what was moved is that of the first run.
        """
        bits = ctx.prec
        first = self._first.get(bits)
        for run in (first, self._latest):
            if run is not None and run.moved is moved and run.bits == bits:
                return run.slots
        if first is None and self._exact is not None:
            first = _Run(bits, AT_THE_POINT, self._exact.trace(self.place))
            if bits * len(first.slots) <= _MOST_KEPT:
                self._first[bits] = first
            if moved is AT_THE_POINT:
                self._latest = first
                return first.slots
        if first is None:
            self._latest = _Run(bits, moved, self.program.trace({**self.place, **moved}))
            if bits * len(self._latest.slots) <= _MOST_KEPT:
                self._first[bits] = self._latest
        else:
            from_there = moved
            if not first.moved.keys() <= moved.keys():
                from_there = {**{name: self.place[name] for name in first.moved}, **moved}
            self._latest = _Run(bits, moved, self.program.moved(first.slots, from_there))
        return self._latest.slots
