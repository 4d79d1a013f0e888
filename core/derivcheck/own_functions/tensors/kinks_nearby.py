"""Kinks near a place: where a function that rounds may be on the other side of a kink than its formula is."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import arb

from derivcheck.balls.ball import Ball, exact_ball, nearest_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import Program, live_slots, open_jumps
from derivcheck.elements.elements import Elements
from derivcheck.graph.inlining import released
from derivcheck.language import table
from derivcheck.model.shaped_values import addresses
from derivcheck.numbers import DType
from derivcheck.own_functions.tensors.place import Place

_BITS = 128

_FEW_ULPS = 16
"""A kink no farther off than so many ulps may be on either side of a place, by what a function rounds on its way."""

_CLOSE_ULPS = 4
"""The same for places that are chosen close to a kink; there the ulps are those of the number itself, however small."""


def is_near_kink(place: Place, *, close: bool = False) -> bool:
    """Whether the formula, or its surrogate, has a kink, a jump or an end within a few ulps of a place.

    Args:
        place: the place.
        close: whether it was chosen close to a kink, so that a wider berth would leave out all such places.
    """
    formulas = [place.value.elements, *([] if place.slope is place.value else [place.slope.elements])]
    return any(is_cut(compiled(place, elements), place, close=close) for elements in formulas)


def compiled(place: Place, elements: Elements) -> Program:
    """The program of Elements, which many places may have in common."""
    known: dict[int, tuple[Elements, Program]] = place.subject.remember("compiled", dict)
    if id(elements) not in known:
        known[id(elements)] = elements, compile_balls(elements)
    return known[id(elements)][1]


def is_cut(program: Program, place: Place, *, close: bool = False) -> bool:
    """Whether a program of a formula has a kink, a jump or an end close to a place; the rest as in `is_near_kink`."""
    exact, dtype = place.exact, place.subject.dtype
    moving = {address for name in place.names for address in addresses(name, place.point[name].shape)}
    with precision(_BITS):
        box = {name: exact_ball(exact[name]) for name in program.variables}
        for name in [name for name in box if released(name) in moving]:
            box[name] = arb(box[name], nearest_ball(_radius(exact[name], dtype, close=close)).abs_upper())
        slots = program.trace(box)
        live = live_slots(program, slots)
        if any(not isinstance(slots[root], arb) or not slots[root].is_finite() for root in program.roots):
            return True
        return not live.isdisjoint(open_jumps(program, slots)) or any(
            slot in live and _may_kink(program, slot, slots) for slot in range(len(program.variables), len(slots))
        )


def _radius(x: Fraction, dtype: DType, *, close: bool) -> Fraction:
    if close:
        return _CLOSE_ULPS * dtype.ulp(x) if x else Fraction(0)
    size = max(abs(x), Fraction(1))
    return min(_FEW_ULPS * dtype.ulp(size), size / 2**12)


KINKED = frozenset(row.name for row in table.FUNCTIONS if row.kinks)
"""The functions that have a kink."""


def _may_kink(program: Program, slot: int, slots: Sequence[Ball]) -> bool:
    """Whether the arguments of a step do not show on which side of its kink they are."""
    step = program.code[slot - len(program.variables)]
    if step.function not in KINKED:
        return False
    args = [slots[arg] for arg in step.args]
    if any(not isinstance(arg, arb) for arg in args):
        return True
    if all(arg.is_exact() for arg in args):
        return False
    if len(args) == 1:
        return bool(args[0].contains(0))
    return any(one.overlaps(other) for at, one in enumerate(args) for other in args[:at])
