"""Kinks and poles, located exactly where they are rational.

Every step of the formula is watched along the range: where one changes its sign, jumps, or leaves its domain between
two points, the place of that is sought to the last bit. The simplest fraction between the two neighbouring floats is
then held against the truth about f at that very number, which need not be one of the format: |x - 1/3| has its kink at
1/3, and no tensor holds that. What the truth finds smooth is no kink.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from flint import arb

from derivcheck.balls.ball import Ball, Outside, nearest_ball, precision
from derivcheck.balls.program import Program
from derivcheck.checking.point_check import Truths
from derivcheck.hunting.bit_patterns import number_at, place_at_or_below
from derivcheck.hunting.known_points import KnownPoints
from derivcheck.hunting.screening import Jump
from derivcheck.inputs.coordinates import read_coordinate
from derivcheck.language.table import FUNCTIONS
from derivcheck.model import Kind, Wrt
from derivcheck.model.hunt import Find, FindKind
from derivcheck.model.truth import Truth
from derivcheck.numbers import DType

_BITS = 128
"""The precision at which the steps are watched."""

_FINE_BITS = 640

_FINE = Fraction(1, 2**60)
"""An irrational place is sought until it is known to this part of the distance of two floats."""

_GROWTH = 2.0**40
"""Beside a pole f grows so much on the way there; a jump of a derivative stays as large as it is."""

_TINY = Fraction(1, 2**1100)
"""How far beside 0 it is looked, times `_FINE`."""

_WATCHED = 600
"""At so many points of the range."""

_MOST = 80
"""So many places are held against the truth."""

_LARGEST_DENOMINATOR = 1_000_000
"""A fraction of a larger denominator lies between any two neighbouring floats, and says nothing."""

_KINKS = frozenset(row.name for row in FUNCTIONS if row.kinks)

Neighbours = tuple[int, int]
"""The places of two neighbouring numbers, or one place twice."""


class SingularPlaces:
    """The kinks and poles of the formula of a search over one variable.

    Args:
        known: the points that are known.
    """

    def __init__(self, known: KnownPoints) -> None:
        self.known = known
        searched = known.searched
        self.dtype: DType = searched.dtype
        made = searched.readings
        self.program: Program = (made if made.slope is None else made.slope).balls
        self.held = {name: read_coordinate(name, text, self.dtype).exact for name, text in searched.held.items()}
        (self.name,) = searched.names
        self.is_plain = set(self.program.variables) <= {self.name, *self.held}

    def find(self, jumps: Sequence[Jump]) -> list[Find]:
        """The kinks and poles, in rising order.

        Args:
            jumps: what the screen proposed.
        """
        found: dict[tuple[Fraction | None, int], Find] = {}
        for neighbours, slot in self._candidates(jumps):
            self.known.watch.look()
            find = self._judged(neighbours) or self._between(neighbours, slot)
            if find is not None:
                key = (find.place, 0) if find.place is not None else (None, neighbours[0])
                found.setdefault(key, find)
        return sorted(found.values(), key=lambda find: float(Fraction(find.at[self.name])))

    # --- where to look -------------------------------------------------------------------------------------------

    def _candidates(self, jumps: Sequence[Jump]) -> Iterator[tuple[Neighbours, int]]:
        """Pairs of neighbouring numbers between which a step changes, each once, and the slot of that step."""
        if not self.is_plain:
            return
        seen: set[Neighbours] = set()
        for first, last, slot in self._changes(jumps):
            pair = self._bisected(first, last, slot)
            if pair not in seen:
                seen.add(pair)
                yield pair, slot
            if len(seen) >= _MOST:
                return

    def _changes(self, jumps: Sequence[Jump]) -> Iterator[tuple[int, int, int]]:
        """Places between which a slot changes, and that slot."""
        places = [place[0] for place in self.known.in_order]
        stride = max(1, len(places) // _WATCHED)
        watched = sorted({*places[::stride], *(place for jump in jumps[:_MOST] for place in (jump.before, jump.after))})
        signs = [self._signs(place) for place in watched]
        changes: dict[int, list[tuple[int, int, int]]] = {}
        for (first, before), (last, after) in pairwise(zip(watched, signs, strict=True)):
            for slot, (one, other) in enumerate(zip(before, after, strict=True)):
                if one != other:
                    changes.setdefault(slot, []).append((first, last, slot))
        each = max(2, _MOST // max(1, len(changes)))
        for found in changes.values():
            yield from found[:: max(1, len(found) // each)]

    def _signs(self, place: int) -> list[object]:
        """What is watched of every slot at a place: a sign, a branch, a piece between two jumps, or that there is none.

        Of a largest or smallest number it is which of the two arguments is larger.
        """
        return self._signs_at(Fraction(number_at(place, self.dtype)), _BITS)

    def _ball_point(self, number: Fraction, program: Program) -> dict[str, arb]:
        point = {self.name: number, **self.held}
        return {name: nearest_ball(point[name]) for name in program.variables}

    def _signs_at(self, number: Fraction, bits: int) -> list[object]:
        with precision(bits):
            slots = self.program.trace(self._ball_point(number, self.program))
            first = len(self.program.variables)
            found = [_sign(slot) for slot in slots]
            for slot, step in enumerate(self.program.code, first):
                if step.jumps and isinstance(slots[slot], arb) and slots[slot].is_exact():
                    found[slot] = float(slots[slot])
                elif step.function in _KINKS and len(step.args) > 1:
                    one, other = (slots[arg] for arg in step.args[:2])
                    found[slot] = _sign(one - other) if isinstance(one, arb) and isinstance(other, arb) else None
        return found

    def _bisected(self, first: int, last: int, slot: int) -> Neighbours:
        """Neighbouring places between which a slot changes; one place twice where the slot is 0 there."""
        before, after = self._signs(first)[slot], self._signs(last)[slot]
        while last - first > 1:
            middle = (first + last) // 2
            sign = self._signs(middle)[slot]
            if sign == before:
                first = middle
            elif sign == after or not isinstance(sign, int):
                last, after = middle, sign
            else:
                return middle, middle
        return first, last

    # --- what is true there --------------------------------------------------------------------------------------

    def _judged(self, neighbours: Neighbours) -> Find | None:
        """The kink or pole at one of two neighbours or between them; None where f is smooth there."""
        searched = self.known.searched
        for number in self._numbers(neighbours):
            truths = Truths(searched.readings, {self.name: number, **self.held})
            for wrt in ((), *searched.wrts):
                if _is_singular(truths.find(wrt).truth) and self._has_values_beside(number):
                    kind = FindKind.KINK if wrt else FindKind.POLE
                    return self._find(kind, wrt, number, neighbours)
        return None

    def _has_values_beside(self, number: Fraction) -> bool:
        """Whether f has a value on one side of a number at least: else that is any number outside of the domain."""
        step = max(abs(number), _TINY) * _FINE
        return any(self._value((), number + side) is not None for side in (step, -step))

    def _numbers(self, neighbours: Neighbours) -> Iterator[Fraction]:
        """The numbers at which f may have its kink, the simplest first."""
        low, high = (Fraction(number_at(place, self.dtype)) for place in neighbours)
        if low == high:
            yield low
            return
        simplest = simplest_between(low, high)
        yield simplest
        yield from (number for number in (low, high) if number != simplest)

    def _between(self, neighbours: Neighbours, slot: int) -> Find | None:
        """The kink or pole between two neighbours at a number that is not rational; None where f is smooth there.

        The place is sought on, far below the distance of the floats: if a derivative jumps there as well, or f grows
        without bound, no float could have shown that it does not.
        """
        low, high = (Fraction(number_at(place, self.dtype)) for place in neighbours)
        before, width = self._signs_at(low, _FINE_BITS)[slot], high - low
        while high - low > width * _FINE and high > low:
            middle = (low + high) / 2
            sign = self._signs_at(middle, _FINE_BITS)[slot]
            low, high = (middle, high) if sign == before else (low, middle)
        if high <= low:
            return None
        ends = [Fraction(number_at(place, self.dtype)) for place in neighbours]
        grown, plain = (abs(arb(0) if at is None else at) for at in (self._value((), low), self._value((), ends[0])))
        if plain > 1 and grown > plain * _GROWTH:
            return self._find(FindKind.POLE, (), None, neighbours)
        for wrt in self.known.searched.wrts:
            jump, before = self._difference(wrt, low, high), self._difference(wrt, *ends)
            if jump is not None and before is not None and jump > before / 2:
                return self._find(FindKind.KINK, wrt, None, neighbours)
        return None

    def _difference(self, wrt: Wrt, low: Fraction, high: Fraction) -> arb | None:
        """How far apart a derivative is at two numbers; None where that is not known."""
        one, other = self._value(wrt, low), self._value(wrt, high)
        return None if one is None or other is None else abs(one - other)

    def _value(self, wrt: Wrt, number: Fraction) -> arb | None:
        """The value or a derivative at an exact number; None where there is none, or it is not known well."""
        made = self.known.searched.readings
        made = made if made.slope is None else made.slope
        program = made.formula_program(wrt) if wrt else made.balls
        if program is None or not set(program.variables) <= {self.name, *self.held}:
            return None
        with precision(_FINE_BITS):
            value = program.run(self._ball_point(number, program))
        return value if isinstance(value, arb) and value.is_finite() and value.rel_accuracy_bits() > _BITS else None

    def _find(self, kind: FindKind, wrt: Wrt, number: Fraction | None, neighbours: Neighbours) -> Find:
        searched = self.known.searched
        place = (neighbours[0] if number is None else place_at_or_below(number, self.dtype),)
        if not searched.holds(place):
            place = (neighbours[1],)
        results = self.known.confirm(place)
        mode = next((mode for own, mode in searched.columns if own == wrt), None)
        return Find(kind, searched.texts(place), results, wrt, mode, None, number)


def _sign(value: Ball) -> object:
    """The sign of a number, the answer of a condition; None of what is open, and "outside" of what is no number."""
    if isinstance(value, Outside):
        return "outside"
    if not isinstance(value, arb):
        return str(value)
    if value.is_exact() and value == 0:
        return 0
    return 1 if value > 0 else -1 if value < 0 else None


def _is_singular(truth: Truth) -> bool:
    return truth.kind in {Kind.ONE_SIDED, Kind.ENDPOINT, Kind.INFINITE, Kind.UNDEFINED}


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of the smallest denominator from `low` to `high`; of these, the one nearest to 0.

    Example:
        >>> simplest_between(Fraction(0.3333333333333333), Fraction(0.33333333333333337))
        Fraction(1, 3)
    """
    if low > high:
        raise ValueError(f"{low} is above {high}")
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest_between(-high, -low)
    # The continued fractions of both ends agree as long as no integer lies between what is left of them.
    whole = math.floor(low)
    if low == whole:
        return Fraction(whole)
    if whole + 1 <= high:
        return Fraction(whole + 1)
    return whole + 1 / simplest_between(1 / (high - whole), 1 / (low - whole))
