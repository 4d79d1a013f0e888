"""Numbers of values with shapes: those that were typed, and what Elements give at a point."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import arb

from derivcheck.balls.ball import precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.elements.elements import Elements
from derivcheck.model.shaped_values import ShapedPoint, elements_by_address, exact_elements
from derivcheck.truth.runs import AT_THE_POINT, Coordinate, Runs
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.truth.values import DECIDED_BITS, PRECISIONS


def typed_elements(point: ShapedPoint) -> dict[str, Fraction] | None:
    """The value of each address as it was typed; None where the format holds those very numbers."""
    rounded = {
        at: element.typed
        for at, element in elements_by_address(point)
        if element.is_rounded and element.typed is not None
    }
    return {**exact_elements(point), **rounded} if rounded else None


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
