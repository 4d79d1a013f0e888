"""The second derivatives of one root of Elements that are proven on the box: rows of the Hessian, and products with it.

A row is the gradient of the derivative along one direction: of a unit vector it is a row of the Hessian H, of a dense
vector v it is H*v. On the box, where all addresses that take part are balls of radius 2**-4000, one run of the Elements
serves all rows, and a sweep of second order each. What is narrow is the derivative, once f itself has agreed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from flint import arb

from derivcheck.balls.adjoints import Adjoints, SecondRule
from derivcheck.balls.ball import exact_ball, precision
from derivcheck.balls.program import open_jumps, reached
from derivcheck.balls.second_adjoints import SecondAdjoints
from derivcheck.truth.referee import Direction, confirmed_rows
from derivcheck.truth.runs import Runs
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.truth.values import DECIDED_BITS, PRECISIONS

_ZERO = arb(0)


class SecondPartials:
    """The second derivatives around one point.

    Args:
        adjoints: the sweeps of first order over the program of the Elements.
        runs: those of the program at the point.
        rule: SymPy's partial derivatives of calls by two arguments.
    """

    def __init__(self, adjoints: Adjoints, runs: Runs, rule: SecondRule) -> None:
        self._runs = runs
        self._adjoints = adjoints
        self._plan = SecondAdjoints(adjoints, rule)
        self._seen: defaultdict[tuple[object, ...], set[str]] = defaultdict(set)
        self._known: defaultdict[tuple[object, ...], dict[str, arb]] = defaultdict(dict)

    def rows(self, root: int, directions: Sequence[Direction], names: Sequence[str]) -> list[dict[str, arb]]:
        """For each direction the second derivatives that are proven, these addresses' among them, found out once.

        Args:
            root: the root, by index; on the way to it no number is infinite.
            directions: the directions.
            names: the addresses.
        """
        keys = [(root, *[(name, *length.as_integer_ratio()) for name, length in of.items()]) for of in directions]
        new = [at for at, key in enumerate(keys) if not self._seen[key].issuperset(names)]
        for at, row in zip(new, self.proven(root, [directions[at] for at in new], names), strict=True):
            self._seen[keys[at]].update(names)
            self._known[keys[at]].update(row)
        return [self._known[key] for key in keys]

    def proven(self, root: int, directions: Sequence[Direction], names: Sequence[str]) -> list[dict[str, arb]]:
        """For each direction the second derivatives by these addresses, those that are proven.

        Args:
            root: the root, by index; on the way to it no number is infinite.
            directions: the directions.
            names: the addresses.
        """
        slot = self._runs.program.roots[root]
        found = self._narrow(root, slot, directions, names)
        agreed = confirmed_rows(self._runs, slot, directions, found)
        return [
            {name: value for name, value in row.items() if name in confirmed}
            for row, confirmed in zip(found, agreed, strict=True)
        ]

    def _narrow(
        self, root: int, slot: int, directions: Sequence[Direction], names: Sequence[str]
    ) -> list[dict[str, arb]]:
        """Those that are narrow on the box, where f is, and jumps nowhere.

        A root that may jump, as floor(v) at 3, is left to the scalar way even where it is small: f = w*floor(v) at
        w = 0 is 0 on the box but for 2**-4000, and has no derivative by v where w is not 0.
        """
        found: list[dict[str, arb]] = [{} for _ in directions]
        program, start = self._runs.program, self._adjoints.node_of(root)
        box = {*names, *[name for direction in directions for name in direction]}
        pending = {index: list(names) for index in range(len(directions))}
        for bits in PRECISIONS:
            pending = {index: left for index, left in pending.items() if left}
            if not pending:
                break
            with precision(bits):
                slots = self._runs.slots({name: self._runs.around(name) for name in box})
                jumping = reached(program, slots, open_jumps(program, slots))
                value = slots[slot]
                if slot in jumping or not isinstance(value, arb) or not is_narrow(value, DECIDED_BITS):
                    continue
                sweeps = self._plan.run(slots)
                for index, left in pending.items():
                    direction = {name: exact_ball(length) for name, length in directions[index].items() if length}
                    if not all(is_narrow(sweeps.first(start, name), DECIDED_BITS) for name in direction):
                        continue  # a product is a sum of second derivatives, for each of which a first one has to exist
                    products = sweeps.products(start, direction)
                    values = {name: products.get(name, _ZERO) for name in left}
                    narrow = {name: value for name, value in values.items() if is_narrow(value, DECIDED_BITS)}
                    found[index].update(narrow)
                    pending[index] = [name for name in left if name not in narrow]
        return found
