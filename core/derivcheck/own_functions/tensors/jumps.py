"""Jumps near a place: where a function that rounds may be on the other side of a condition than its formula is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from flint import arb

from derivcheck.balls.ball import exact_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import open_jumps, reached
from derivcheck.elements.elements import Elements
from derivcheck.graph.inlining import released
from derivcheck.model.shaped_values import addresses
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream

_BITS = 256

_FEW_ULPS = 16
"""A jump no farther off than so many ulps may be on either side of a place, by what a function rounds on its way."""

_AT_ZERO = Fraction(1, 2**1000)
"""How far around 0 it is looked."""


def is_near_jump(place: Place) -> bool:
    """Whether the formula, its surrogate or a declared gradient jumps within a few ulps of a place."""
    return any(_jumps(elements, box) for elements, box in _looked_at(place))


def is_on_edge(place: Place, name: str) -> bool:
    """Whether the declared gradient by an argument jumps within a few ulps of a place."""
    gradient = place.declared.get(name)
    return gradient is not None and _jumps(gradient.lowered.elements, _box(place, gradient.exact(_UPSTREAM)))


_UPSTREAM = Upstream(DENSE[0])
"""For which upstream gradient the declared gradients are looked at."""


def _looked_at(place: Place) -> Iterator[tuple[Elements, Mapping[str, arb]]]:
    box = _box(place, place.exact)
    yield place.value.elements, box
    if place.slope is not place.value:
        yield place.slope.elements, box
    for gradient in place.declared.values():
        yield gradient.lowered.elements, _box(place, gradient.exact(_UPSTREAM))


def _box(place: Place, exact: Mapping[str, Fraction]) -> dict[str, arb]:
    """A ball for each address: a few ulps around what is differentiated by, and a number of what is not."""
    moving = {address for name in place.names for address in addresses(name, place.point[name].shape)}
    ulp = place.subject.dtype.ulp
    with precision(_BITS):
        return {
            name: arb(exact_ball(value), exact_ball(_FEW_ULPS * ulp(value) if value else _AT_ZERO))
            if released(name) in moving
            else exact_ball(value)
            for name, value in exact.items()
        }


def _jumps(elements: Elements, box: Mapping[str, arb]) -> bool:
    program = compile_balls(elements)
    with precision(_BITS):
        slots = program.trace(box)
        found = reached(program, slots, open_jumps(program, slots))
    return not found.isdisjoint(program.roots)
