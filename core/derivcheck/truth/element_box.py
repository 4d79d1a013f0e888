"""The boxes of Elements: the derivatives of many roots that are proven where many addresses are balls at once.

First all addresses are balls by which one differentiates. Where a derivative is not narrow then, only those of its
variable are: beside weights that are exactly 0, an input moves nothing, and a kink at 0 is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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

_Names = Mapping[int, list[str]]
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

    def proven(self, roots: Sequence[int], addresses: Collection[str]) -> dict[int, dict[str, arb]]:
        """The derivatives of some roots that are proven on a box; of the others nothing is known here.

        Args:
            roots: the roots, by index; on the way to none of them a number is infinite.
            addresses: by what they are differentiated; all others are held where they are.
        """
        found: dict[int, dict[str, arb]] = {root: {} for root in roots}
        pending = {root: self._moving(root, addresses) for root in roots}
        for box, precisions in self._boxes(addresses, pending):
            on_box = self._narrow(
                box, precisions, {root: [name for name in names if name in box] for root, names in pending.items()}
            )
            by_slot = {self._program.roots[root]: values for root, values in on_box.items()}
            agreed = confirmed_of_roots(self._runs, by_slot)
            for root, values in on_box.items():
                confirmed = agreed[self._program.roots[root]]
                found[root].update({name: value for name, value in values.items() if name in confirmed})
                pending[root] = [name for name in pending[root] if name not in confirmed]
        return found

    @staticmethod
    def _boxes(addresses: Collection[str], pending: _Names) -> Iterator[tuple[set[str], Sequence[int]]]:
        """The addresses that are balls at once, and the precisions in bits: all, and then what one variable has."""
        yield set(addresses), PRECISIONS
        left = {variable_of(name) for names in pending.values() for name in names}
        for variable in sorted(left):
            box = {name for name in addresses if variable_of(name) == variable}
            if len(box) < len(addresses):
                yield box, (_ENOUGH_BITS, PRECISIONS[-1])

    def _narrow(self, box: Collection[str], precisions: Sequence[int], wanted: _Names) -> dict[int, dict[str, arb]]:
        """The derivatives that are narrow on a box, of the roots that are.

        Args:
            box: the addresses that are balls.
            precisions: the precisions in bits, tried in turn.
            wanted: the addresses by which each root is differentiated.
        """
        found: dict[int, dict[str, arb]] = {root: {} for root in wanted}
        pending = dict(wanted)
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
                    value, jumps = slots[slot], slot in jumping
                    given_up = bits >= _ENOUGH_BITS and not jumps
                    needed = CONTINUOUS_BITS if jumps else DECIDED_BITS
                    if not isinstance(value, arb) or (given_up and not value.is_finite()):
                        pending[root] = []
                    elif is_narrow(value, needed):
                        adjoints = sweeps.derivatives(self._adjoints.node_of(root))
                        values = {name: adjoints.get(name, _ZERO) for name in names}
                        narrow = {name: value for name, value in values.items() if is_narrow(value, needed)}
                        found[root].update(narrow)
                        pending[root] = [
                            name
                            for name, value in values.items()
                            if name not in narrow and (value.is_finite() or not given_up)
                        ]
        return found

    def _moving(self, root: int, addresses: Iterable[str]) -> list[str]:
        """Those of some addresses on which a root depends."""
        depends = self._program.dependence(root)
        return [name for name in addresses if depends >> self._places[name] & 1]

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self._program.variables)}


_ZERO = arb(0)
