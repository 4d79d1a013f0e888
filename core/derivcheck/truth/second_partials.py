"""The second derivatives of one root of Elements that are proven on the box: rows of the Hessian, and products with it.

SymPy's gradient becomes Elements of its own, and the reverse sweep on balls goes over those. A row is the gradient of
the derivative along one direction: of a unit vector it is a row of the Hessian H, of a dense vector v it is H*v.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from flint import arb

from derivcheck.balls.adjoints import Adjoints, Rule
from derivcheck.balls.ball import Ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import open_jumps, reached
from derivcheck.elements.weighing import weighed
from derivcheck.truth.referee import Direction, confirmed_along
from derivcheck.truth.runs import Runs
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.truth.values import DECIDED_BITS, PRECISIONS

if TYPE_CHECKING:
    from derivcheck.symbolic.gradient_elements import Gradient

_ZERO = arb(0)


class Rows:
    """The gradients of a function's derivatives along some directions.

    Args:
        gradient: SymPy's gradient of the function.
        directions: the directions.
        rule: SymPy's partial derivatives of calls.
        runs: those of a program at the point, in which the function is computed.
        slot: where it is.
    """

    def __init__(self, gradient: Gradient, directions: Sequence[Direction], rule: Rule, runs: Runs, slot: int) -> None:
        self._gradient = gradient
        self._directions = directions
        self._function = runs, slot
        count = len(gradient.elements.roots)
        weights = [[Fraction(0)] * count for _ in directions]
        for row, direction in zip(weights, directions, strict=True):
            for name, length in direction.items():
                if name in gradient.places:
                    row[gradient.places[name]] = length
        self._elements = weighed(gradient.elements, weights)
        self._program = compile_balls(self._elements)
        self._runs = Runs(self._program, runs.coordinates)
        self._rule = rule

    @cached_property
    def _adjoints(self) -> Adjoints:
        return Adjoints(self._elements, self._program, self._rule)

    def proven(self, names: Sequence[str]) -> list[dict[str, arb]]:
        """For each direction the second derivatives by these addresses, those that are proven."""
        runs, slot = self._function
        found = self._narrow(names)
        agreed = [
            confirmed_along(runs, slot, direction, row) for direction, row in zip(self._directions, found, strict=True)
        ]
        return [
            {name: value for name, value in row.items() if name in confirmed}
            for row, confirmed in zip(found, agreed, strict=True)
        ]

    def _narrow(self, names: Sequence[str]) -> list[dict[str, arb]]:
        """Those that are narrow on the box, where f and its derivatives are."""
        found: list[dict[str, arb]] = [{} for _ in self._directions]
        first = len(self._gradient.elements.roots)
        box = {*names, *[name for direction in self._directions for name in direction]}
        pending = {
            index: list(names)
            for index, direction in enumerate(self._directions)
            if self._gradient.refused.isdisjoint(direction)
        }
        for bits in PRECISIONS:
            pending = {index: left for index, left in pending.items() if left}
            if not pending:
                break
            with precision(bits):
                slots = self._runs.slots({name: self._runs.around(name) for name in box})
                jumping = reached(self._program, slots, open_jumps(self._program, slots))
                if not self._is_smooth(0, slots, jumping):
                    continue
                sweeps = self._adjoints.run(slots)
                for index, left in pending.items():
                    places = [self._gradient.places.get(name, 0) for name in self._directions[index]]
                    if not all(self._is_smooth(root, slots, jumping) for root in (*places, first + index)):
                        continue
                    adjoints = sweeps.derivatives(self._adjoints.node_of(first + index))
                    narrow = {
                        name: value for name in left if is_narrow(value := adjoints.get(name, _ZERO), DECIDED_BITS)
                    }
                    found[index].update(narrow)
                    pending[index] = [name for name in left if name not in narrow]
        return found

    def _is_smooth(self, root: int, slots: Sequence[Ball], jumping: set[int]) -> bool:
        """Whether a root is narrow on the box, and jumps nowhere in it.

        One that may jump, as floor(v) at 3, is left to the scalar way even where it is small: f = w*floor(v) at w = 0
        is 0 on the box but for 2**-4000, and has no derivative by v where w is not 0.
        """
        slot = self._program.roots[root]
        return slot not in jumping and isinstance(slots[slot], arb) and is_narrow(slots[slot], DECIDED_BITS)
