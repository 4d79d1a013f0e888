"""Jumps near a place: where a function that rounds may be on the other side of a condition than its formula is."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from flint import arb

from derivcheck.balls.ball import Ball, exact_ball, nearest_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import Program, open_jumps
from derivcheck.elements.elements import Elements
from derivcheck.graph.inlining import released
from derivcheck.language.table.lookup import CHOICE
from derivcheck.model.shaped_values import addresses
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream

_BITS = 256

_FEW_ULPS = 16
"""A jump no farther off than so many ulps may be on either side of a place, by what a function rounds on its way."""

_AT_ZERO = Fraction(1, 2**1000)
"""How far around 0 it is looked."""

_DRAWN = 6
"""So many points beside it lie in random directions."""


def is_near_jump(place: Place) -> bool:
    """Whether the formula, its surrogate or a declared gradient jumps within a few ulps of a place."""
    return any(_jumps(place, elements, exact) for elements, exact in _looked_at(place))


def is_on_edge(place: Place, name: str) -> bool:
    """Whether the declared gradient by an argument jumps within a few ulps of a place."""
    gradient = place.declared.get(name)
    return gradient is not None and _jumps(place, gradient.lowered.elements, gradient.exact(_UPSTREAM))


_UPSTREAM = Upstream(DENSE[0])
"""For which upstream gradient the declared gradients are looked at."""


def _looked_at(place: Place) -> Iterator[tuple[Elements, Mapping[str, Fraction]]]:
    yield place.value.elements, place.exact
    if place.slope is not place.value:
        yield place.slope.elements, place.exact
    for gradient in place.declared.values():
        yield gradient.lowered.elements, gradient.exact(_UPSTREAM)


def _around(place: Place, exact: Mapping[str, Fraction]) -> Iterator[dict[str, Fraction]]:
    """The point, and points a few ulps beside it: what is held moves with its variable, and integers do not move.

    A condition that holds at all of them, as that an element is at least the second largest, which it is itself, is no
    jump; an enclosure of a box would leave it open.
    """
    radii = _radii(place)
    yield dict(exact)
    draw = random.Random(3)
    for sides in [(1,), (-1,), *[(-1, 1)] * _DRAWN]:
        beside = {name: draw.choice(sides) * radius for name, radius in radii.items()}
        yield {name: value + beside.get(released(name), 0) for name, value in exact.items()}


def _box(place: Place, exact: Mapping[str, Fraction]) -> dict[str, arb]:
    """The point and all points beside it in one: what jumps nowhere here, jumps at none of them."""
    radii = _radii(place)
    return {
        name: arb(exact_ball(value), nearest_ball(radii[plain]).abs_upper())
        if (plain := released(name)) in radii
        else exact_ball(value)
        for name, value in exact.items()
    }


def _radii(place: Place) -> dict[str, Fraction]:
    """How far around each address it is looked."""
    ulp = place.subject.dtype.ulp
    made = {}
    for name in place.names:
        value = place.point[name]
        for at, element in zip(addresses(name, value.shape), value.elements, strict=True):
            made[at] = _FEW_ULPS * ulp(element.exact) if element.exact else _AT_ZERO
    return made


def _jumps(place: Place, elements: Elements, exact: Mapping[str, Fraction]) -> bool:
    """Whether a step jumps between the point and those beside it, or is not known at one of them."""
    program = compile_balls(elements)
    first = len(program.variables)
    steps = [slot for slot, step in enumerate(program.code, first) if step.jumps]
    if not steps:
        return False
    with precision(_BITS):
        if open_jumps(program, program.trace(_box(place, exact))).isdisjoint(steps):
            return False
        here: list[Ball] = []
        for point in _around(place, exact):
            slots = program.trace({name: exact_ball(point[name]) for name in program.variables})
            found = [_chosen(program, slots, slot) for slot in steps]
            if None in found or any(map(_differ, here, found)):
                return True
            here = here or found
    return False


def _chosen(program: Program, slots: Sequence[Ball], slot: int) -> Ball:
    """What a step that jumps gives: of a choice, whether its condition holds; None where that is not known."""
    step = program.code[slot - len(program.variables)]
    if step.function == CHOICE:
        condition = slots[step.args[0]]
        return condition if isinstance(condition, bool) else None
    return slots[slot]


def _differ(here: Ball, beside: Ball) -> bool:
    """Whether a step gives two numbers, or takes two branches."""
    if isinstance(here, arb) and isinstance(beside, arb):
        return not here.overlaps(beside)
    return here is not beside and here != beside
