"""Numbers of values with shapes: the exact ones that tensors hold, and what Elements give there."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import arb

from derivcheck.balls.ball import precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.elements.elements import Elements
from derivcheck.model.shaped_values import ShapedPoint, addresses
from derivcheck.truth.runs import AT_THE_POINT, Coordinate, Runs
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.truth.values import DECIDED_BITS, PRECISIONS


def exact_elements(point: ShapedPoint) -> dict[str, Fraction]:
    """The exact value of each address; integers have none."""
    return {
        at: element.exact
        for name, value in point.items()
        if not value.is_integer
        for at, element in zip(addresses(name, value.shape), value.elements, strict=True)
    }


def typed_elements(point: ShapedPoint) -> dict[str, Fraction] | None:
    """The same as it was typed; None where the format holds those very numbers."""
    found = exact_elements(point)
    rounded = {
        at: element.typed
        for name, value in point.items()
        if not value.is_integer
        for at, element in zip(addresses(name, value.shape), value.elements, strict=True)
        if element.is_rounded and element.typed is not None
    }
    return {**found, **rounded} if rounded else None


def numbers_at(elements: Elements, exact: Mapping[str, Coordinate]) -> list[arb | None]:
    """What each root gives at a point; None where it is no narrow ball, and where infinities arise on the way."""
    program = compile_balls(elements)
    runs = Runs(program, {name: exact[name] for name in program.variables})
    with precision(PRECISIONS[0]):
        slots = runs.slots(AT_THE_POINT)
        if runs.passes_infinity():
            return [None] * len(program.roots)
    balls = [slots[root] for root in program.roots]
    return [ball if isinstance(ball, arb) and is_narrow(ball, DECIDED_BITS) else None for ball in balls]
