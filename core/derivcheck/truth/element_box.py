"""The boxes of Elements: the derivatives of many roots that are proven where many addresses are balls at once.

First all addresses are balls. Where a derivative is not narrow then, its variable alone is: beside weights that are
exactly 0, an input moves nothing, and a kink at 0 is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from flint import arb

from derivcheck.balls.adjoints import Adjoints, Rule
from derivcheck.balls.ball import precision
from derivcheck.balls.program import open_jumps, reached
from derivcheck.elements.elements import Elements
from derivcheck.model.shaped_values import variable_of
from derivcheck.truth.referee import confirmed_of_roots
from derivcheck.truth.runs import Runs
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.truth.values import CONTINUOUS_BITS, DECIDED_BITS, PRECISIONS

_ENOUGH_BITS = PRECISIONS[1]
"""At this precision what is unknown, not only wide, is given up here: a kink or a tie stays one at any other."""

_Names = Mapping[int, Collection[str]]
"""For some roots, by index, addresses."""


class ElementBox:
    """The boxes around one point.

    Args:
        elements: the Elements.
        runs: those of their program at the point.
        rule: SymPy's partial derivatives of calls.
    """

    def __init__(self, elements: Elements, runs: Runs, rule: Rule) -> None:
        self._elements = elements
        self._runs = runs
        self._program = runs.program
        self._rule = rule

    @cached_property
    def _adjoints(self) -> Adjoints:
        return Adjoints(self._elements, self._program, self._rule)

    def proven(self, roots: Sequence[int]) -> dict[int, dict[str, arb]]:
        """The derivatives of some roots that are proven on a box; of the others nothing is known here.

        Args:
            roots: the roots, by index; on the way to none of them a number is infinite.
        """
        found: dict[int, dict[str, arb]] = {root: {} for root in roots}
        pending = {root: set(self._addresses(root)) for root in roots}
        for box, precisions in self._boxes(pending):
            on_box = self._narrow(box, precisions, {root: names & box for root, names in pending.items()})
            by_slot = {self._program.roots[root]: values for root, values in on_box.items()}
            agreed = confirmed_of_roots(self._runs, by_slot)
            for root, values in on_box.items():
                confirmed = agreed[self._program.roots[root]]
                found[root].update({name: value for name, value in values.items() if name in confirmed})
                pending[root] -= confirmed
        return found

    def _boxes(self, pending: Mapping[int, set[str]]) -> Iterator[tuple[set[str], Sequence[int]]]:
        """The addresses that are balls at once, and the precisions in bits: all, and then what one variable has."""
        everything = set(self._program.variables)
        yield everything, PRECISIONS
        left = {variable_of(name) for names in pending.values() for name in names}
        for variable in sorted(left):
            box = {name for name in everything if variable_of(name) == variable}
            if len(box) < len(everything):
                yield box, (_ENOUGH_BITS, PRECISIONS[-1])

    def _narrow(self, box: Collection[str], precisions: Sequence[int], wanted: _Names) -> dict[int, dict[str, arb]]:
        """The derivatives that are narrow on a box, of the roots that are.

        Args:
            box: the addresses that are balls.
            precisions: the precisions in bits, tried in turn.
            wanted: the addresses by which each root is differentiated.
        """
        found: dict[int, dict[str, arb]] = {root: {} for root in wanted}
        pending = {root: set(names) for root, names in wanted.items()}
        for bits in precisions:
            pending = {root: names for root, names in pending.items() if names}
            if not pending:
                break
            with precision(bits):
                slots = self._runs.slots({name: self._runs.around(name) for name in box})
                jumping = reached(self._program, slots, open_jumps(self._program, slots))
                sweeps = self._adjoints.run(slots)
                for root, names in pending.items():
                    slot = self._program.roots[root]
                    needed = CONTINUOUS_BITS if slot in jumping else DECIDED_BITS
                    value, given_up = slots[slot], bits >= _ENOUGH_BITS and slot not in jumping
                    if not isinstance(value, arb) or (given_up and not value.is_finite()):
                        names.clear()
                    if not names or not is_narrow(value, needed):
                        continue
                    adjoints = sweeps.derivatives(self._adjoints.node_of(root))
                    narrow = {name: value for name in names if is_narrow(value := adjoints.get(name, _ZERO), needed)}
                    found[root].update(narrow)
                    names.difference_update(narrow)
                    if given_up:
                        names.difference_update([name for name in names if not adjoints.get(name, _ZERO).is_finite()])
        return found

    def _addresses(self, root: int) -> list[str]:
        """The addresses on which a root depends."""
        depends = self._program.dependence(root)
        return [name for place, name in enumerate(self._program.variables) if depends >> place & 1]


_ZERO = arb(0)
