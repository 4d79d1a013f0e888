"""The places along an argument where a formula's pieces meet, its poles are and its domain ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial

from flint import arb

from derivcheck.balls.ball import Ball, Outside, exact_ball, precision
from derivcheck.balls.program import Program
from derivcheck.language.table import FUNCTIONS

_GRID = tuple(
    Fraction(text)
    for text in (
        "0.02", "0.07", "0.15", "0.24", "0.35", "0.45", "0.55", "0.72", "0.85", "0.95", "1.05", "1.3", "1.45", "1.6",
        "1.9", "2.2", "2.6", "2.9", "3.2", "3.6", "4.3", "4.7", "5.4", "5.8", "6.3", "6.9", "7.6", "9", "11", "14",
        "17", "19", "22", "26", "33", "41",
    )
)  # fmt: skip
"""Where to look, of either sign; none of these is a place where a formula would be cut."""

_BITS = 96
_HALVINGS = 70
_MOST_BISECTED = 16
"""So many changes are followed along an argument: sin has one every 3."""


def find_places(program: Program, at: Mapping[str, Fraction], name: str, *, rough: bool = False) -> list[Fraction]:
    """The places along one argument where a step of the formula changes its sign, its branch, or whether it is real.

    Kinks, thresholds, poles and the ends of the domain are among them; so are zeros where the formula is smooth. Only
    the numbers are looked at, not which function a step computes.

    Args:
        program: the formula.
        at: a point where it is smooth.
        name: the argument that moves; the others stay.
        rough: whether only those steps are looked at that may have a kink, a jump, a pole or an end: fewer places where
            the formula is smooth are found then, in less time.

    Returns:
        The places but for 0, the nearest to it first; each the simplest fraction within rounding.
    """
    if name not in program.variables:
        return []
    found: dict[Fraction, None] = {}
    with precision(_BITS):
        slots = program.trace({variable: exact_ball(at[variable]) for variable in program.variables})
        list_signals = partial(_list_rough_signals, watched=_rough_slots(program, name)) if rough else _list_signals
        grid = sorted([*_GRID, *(-x for x in _GRID)])

        def signs(x: Fraction) -> list[int]:
            moved = program.moved(slots, {name: _make_ball(x)})
            return [_find_sign(value) for value in list_signals(program, moved)]

        rows = [signs(x) for x in grid]
        changes = [
            (low, high, index)
            for low, high, before, after in zip(grid, grid[1:], rows, rows[1:], strict=False)
            for index, (one, other) in enumerate(zip(before, after, strict=True))
            if one != other
        ]
        changes.sort(key=lambda change: abs(change[0]))
        seen: set[tuple[Fraction, Fraction]] = set()
        for low, high, index in changes[:_MOST_BISECTED]:
            bounds = _bisect(lambda x, index=index: signs(x)[index], low, high)  # type: ignore[misc]
            if bounds not in seen:
                seen.add(bounds)
                found.setdefault(_find_simplest(*bounds))
    return sorted((place for place in found if place), key=abs)


def is_cut(program: Program, at: Mapping[str, Fraction], radius: Callable[[Fraction], Fraction]) -> bool:
    """Whether a formula may have a kink, a jump or an end within some radius of a point: its enclosure is wide there.

    A function that rounds its arguments may then be on the other side.
    """
    with precision(_BITS):
        ball = program.run({name: _enclose(at[name], radius(at[name])) for name in program.variables})
        if not isinstance(ball, arb) or not ball.is_finite():
            return True
        return bool(4 * ball.rad() > abs(ball.mid()) + arb(2) ** -20)


def _enclose(value: Fraction, radius: Fraction) -> arb:
    middle, around = exact_ball(value), _make_ball(radius)
    return arb(middle.mid(), around.abs_upper())


def _make_ball(x: Fraction) -> arb:
    return arb(x.numerator) / x.denominator


def _list_signals(program: Program, slots: list[Ball]) -> Iterator[Ball]:
    """What changes its sign at a place: the value of each step, and the distance of its arguments from one another."""
    for slot, step in enumerate(program.code, len(program.variables)):
        if step.literal is not None:
            continue
        yield slots[slot]
        if len(step.args) == 2:
            left, right = (slots[arg] for arg in step.args)
            if isinstance(left, arb) and isinstance(right, arb):
                yield left - right
            else:
                yield None


def _rough_slots(program: Program, name: str) -> list[tuple[int, ...]]:
    """The slots whose sign, or whose order, decides on which side of a kink, a pole or an end a formula is."""
    first, moving = len(program.variables), 1 << program.variables.index(name)
    found: dict[tuple[int, ...], None] = {}
    for slot, step in enumerate(program.code, first):
        if not step.depends & moving:
            continue
        if step.function in _ORDERED:
            found.setdefault(step.args[:2])
        elif step.function in _SIGNED:
            found.setdefault(step.args[-1:])
        elif step.jumps or step.function in _ENDED:
            found.setdefault((slot,))
    return list(found)


_ORDERED = frozenset(row.name for row in FUNCTIONS if row.of_itself is not None or (row.kinks and len(row.params) > 1))
_SIGNED = frozenset(row.name for row in FUNCTIONS if row.layout == "fraction" or (row.kinks and len(row.params) == 1))
_ENDED = frozenset(row.name for row in FUNCTIONS if row.ends is not None)


def _list_rough_signals(program: Program, slots: list[Ball], *, watched: Sequence[tuple[int, ...]]) -> Iterator[Ball]:
    """The same of some slots alone, and whether the formula is real."""
    for args in watched:
        balls = [slots[arg] for arg in args]
        if len(balls) == 1:
            yield balls[0]
        else:
            yield balls[0] - balls[1] if all(isinstance(ball, arb) for ball in balls) else None
    for root in program.roots:
        yield slots[root] if isinstance(slots[root], Outside) or not slots[root].is_finite() else True


def _find_sign(value: Ball) -> int:
    """A number for what a step gives: its sign, the branch that it takes, undecided, infinite, or not real."""
    if isinstance(value, Outside):
        return 4
    if isinstance(value, bool):
        return 2 + value
    if not isinstance(value, arb):
        return 0
    if not value.is_finite():
        return 5
    return 0 if value.contains(0) else 1 if value > 0 else -1


def _bisect(sign: Callable[[Fraction], int], low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """A narrow interval in which a sign changes."""
    first, last = sign(low), sign(high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        here = sign(middle)
        if here not in (first, last):  # the place itself, perhaps, and not a stretch of it
            width = (high - low) / 2**40
            if sign(middle - width) == first and sign(middle + width) == last:
                return middle - width, middle + width
        low, high = (middle, high) if here == first else (low, middle)
    return low, high


def _find_simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the least denominator between two others: 3 and not 3.0000000001."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -_find_simplest(-high, -low)
    whole = math.floor(low)
    if whole == low:
        return low
    if whole + 1 <= high:
        return Fraction(whole + 1)
    return whole + 1 / _find_simplest(1 / (high - whole), 1 / (low - whole))
