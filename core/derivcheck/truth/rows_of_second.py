"""The second derivatives of one function of many variables that are proven on the box, a row of them at once.

By itself each of n*n/2 second derivatives takes a run of f on a ball of its own, and four beside the point for its
referee. In a row they are one program, which runs once, and a quotient along one direction is the referee of all. What
this leaves open is left to the way of a single derivative. So is a point whose coordinates are balls, as a typed 1/3
is: a single quotient beside it shows less than the box does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction

from flint import arb

from derivcheck.balls.ball import Ball, Outside, is_dyadic, precision
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.quick import careful
from derivcheck.balls.program import Program
from derivcheck.graph.reachability import reachable
from derivcheck.model import Wrt
from derivcheck.truth.box import AllPartials
from derivcheck.truth.referee import confirmed_along
from derivcheck.truth.runs import AT_THE_POINT, Runs
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.truth.values import CONTINUOUS_BITS, DECIDED_BITS, PRECISIONS

MakeRow = Callable[[str], AllPartials | None]
"""Makes SymPy's derivatives by a variable and each from it on, and in the last root the one by that variable alone."""

_FEW = 8
"""So many of a row are proven one by one, until a row turns out to be longer."""


class SecondRows:
    """The second derivatives of f at one point, as they are asked for.

    Args:
        runs: those of f at the point.
        row: makes the formulas of a row.
    """

    def __init__(self, runs: Runs, row: MakeRow) -> None:
        self._runs = runs
        self._row = row
        self._asked: Counter[str] = Counter()
        self._are_long = False
        self._is_exact = all(isinstance(x, Fraction) and is_dyadic(x) for x in runs.coordinates.values())
        self._proven: dict[str, Mapping[str, arb]] = {}

    def find(self, wrt: Wrt) -> arb | None:
        """The derivative by `wrt`, where a row proves it; None where none does, or few of its row were asked for."""
        if len(wrt) != 2:
            return None
        first, second = wrt
        if first not in self._proven:
            self._asked[first] += 1
            self._are_long = self._are_long or self._asked[first] > _FEW
            if not (self._are_long and self._is_exact):
                return None
            self._proven[first] = self._prove(first)
        return self._proven[first].get(second)

    def has(self, wrt: Wrt) -> bool:
        """Whether the derivative by `wrt` was proven in a row."""
        return len(wrt) == 2 and wrt[1] in self._proven.get(wrt[0], ())

    def _prove(self, first: str) -> dict[str, arb]:
        row = self._row(first)
        if row is None:
            return {}
        jumps = self._runs.program.jumps or row.program.jumps
        with precision(PRECISIONS[-1 if jumps else 0]):  # the first that is tried for a single one
            if self._runs.passes_infinity():
                return {}
            found = _narrow_on_box(self._runs, row, CONTINUOUS_BITS if jumps else DECIDED_BITS)
            agreed = confirmed_along(self._runs, self._runs.program.root, {first: Fraction(1)}, found)
            alone = _Alone(self._runs, row.program)
            roots = zip(row.names, row.program.roots, strict=False)  # the last root is no name's
            values = {name: alone.value(root, {first, name}) for name, root in roots if name in agreed}
        return {name: value for name, value in values.items() if value is not None}


def _narrow_on_box(runs: Runs, row: AllPartials, needed: int) -> dict[str, arb]:
    """The derivatives of a row that are narrow on the box, where f and the first derivative are."""
    value, (*values, slope) = runs.values(row.program, runs.box())
    if not all(isinstance(ball, arb) and is_narrow(ball, needed) for ball in (value, slope)):
        return {}
    return {
        name: ball
        for name, ball in zip(row.names, values, strict=True)
        if isinstance(ball, arb) and is_narrow(ball, needed)
    }


class _Alone:
    """The roots of a program, each on the ball on which it would be proven alone: only what it needs is run there.

    Args:
        runs: those of f at the point.
        program: the program, which was compiled after that of f.
    """

    def __init__(self, runs: Runs, program: Program) -> None:
        self._runs = runs
        self._code = program.code
        self._names = program.variables
        self._at_point = program.needed(runs.slots(AT_THE_POINT))

    def value(self, root: int, moved: Collection[str]) -> arb | None:
        """A root, by its slot, where some coordinates are balls; None where it has no value."""
        code, first = self._code, self._code.first
        places = {slot: name for slot, name in enumerate(self._names) if name in moved}
        moving = sum(1 << slot for slot in places)

        def moving_arguments(slot: int) -> Sequence[int]:
            args = code.arguments(slot) if slot >= first else ()
            return [arg for arg in args if code.depends[arg] & moving]

        values: dict[int, Ball] = {slot: self._runs.around(name) for slot, name in places.items()}
        at_point = self._at_point
        for slot in sorted(reachable((root,), moving_arguments)):
            if slot >= first:
                args = [values.get(arg, at_point[arg]) for arg in code.arguments(slot)]
                if any(isinstance(arg, Outside) for arg in args):
                    return None
                try:
                    values[slot] = careful(code.work[slot - first][1])(*args)
                except OutOfDomain:
                    return None
        found = values.get(root, at_point[root])
        return found if isinstance(found, arb) else None
