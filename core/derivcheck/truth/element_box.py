"""The box of Elements: the derivatives of many roots that are proven where many addresses are balls at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property

from flint import arb

from derivcheck.balls.adjoints import Adjoints, Rule
from derivcheck.balls.ball import precision
from derivcheck.balls.program import open_jumps, reached
from derivcheck.elements.elements import Elements
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
        self._plans: dict[bool, Adjoints] = {}

    def with_runs(self, runs: Runs) -> ElementBox:
        """Those around the point of other runs of the same program; what does not depend on the point is shared."""
        made = copy(self)
        made._runs = runs
        return made

    @property
    def adjoints(self) -> Adjoints:
        """The sweeps over the program, which know every derivative where no step jumps."""
        return self._planned(is_open=False)

    @property
    def _open_adjoints(self) -> Adjoints:
        return self._planned(is_open=True)

    def _planned(self, *, is_open: bool) -> Adjoints:
        if is_open not in self._plans:
            self._plans[is_open] = Adjoints(self._elements, self._program, self._rule, leaves_open=is_open)
        return self._plans[is_open]

    def proven(self, roots: Sequence[int], addresses: Collection[str] | None = None) -> dict[int, dict[str, arb]]:
        """The derivatives of some roots that are proven where these addresses are balls at once.

        Args:
            roots: the roots, by index; on the way to none of them a number is infinite.
            addresses: by what they are differentiated, all others being held where they are; None: all addresses.
        """
        precisions = PRECISIONS if addresses is None else (_ENOUGH_BITS, PRECISIONS[-1])
        if addresses is None:
            addresses = self._program.variables
        found = self._narrow(addresses, precisions, {root: self._moving(root, addresses) for root in roots})
        agreed = confirmed_of_roots(self._runs, {self._program.roots[root]: values for root, values in found.items()})
        return {
            root: {name: value for name, value in values.items() if name in agreed[self._program.roots[root]]}
            for root, values in found.items()
        }

    def enclosed(self, root: int) -> dict[str, arb] | None:
        """The derivatives of a root by all addresses, enclosed on the box, where at a kink they are wide.

        A kink's own derivative is anything between those on its two sides. So what is enclosed is every number that
        the chain rule may give, whichever side each step chooses.

        Returns:
            The enclosures, some of which may be infinite; None where the root is not continuous, or has no value.
        """
        slot = self._program.roots[root]
        for bits in (_ENOUGH_BITS, PRECISIONS[-1]):
            with precision(bits):
                slots = self._runs.slots({name: self._runs.around(name) for name in self._program.variables})
                value = slots[slot]
                jumps = slot in reached(self._program, slots, open_jumps(self._program, slots))
                if isinstance(value, arb) and is_narrow(value, CONTINUOUS_BITS if jumps else DECIDED_BITS):
                    adjoints = self._open_adjoints.run(slots).derivatives(self._open_adjoints.node_of(root))
                    return {name: adjoints.get(name, _ZERO) for name in self._program.variables}
                if not jumps:
                    return None
        return None

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
                sweeps = self.adjoints.run(slots)
                for root, names in pending.items():
                    slot = self._program.roots[root]
                    value, jumps = slots[slot], slot in jumping
                    given_up = bits >= _ENOUGH_BITS and not jumps
                    needed = CONTINUOUS_BITS if jumps else DECIDED_BITS
                    if not isinstance(value, arb) or (given_up and not value.is_finite()):
                        pending[root] = []
                    elif is_narrow(value, needed):
                        adjoints = sweeps.derivatives(self.adjoints.node_of(root))
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
