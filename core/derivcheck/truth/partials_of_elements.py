"""The truth of every partial derivative of Elements: of many roots by many addresses.

First on the box around the point, in which every address is a ball of radius 2**-4000: one run of all Elements there,
and a reverse sweep a root with SymPy's rules. What is narrow is the derivative, for the reason that `box` gives, once f
itself has agreed along a random direction. What is not, kinks, ends of domains, infinite and undefined ones, goes the
scalar way: a TruthFinder for this root and this address alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from flint import arb

from derivcheck.balls.adjoints import Adjoints, Rule
from derivcheck.balls.ball import Ball, Outside, enclosure, is_infinite, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import open_jumps, reached
from derivcheck.elements.elements import Elements
from derivcheck.elements.weighing import weighed
from derivcheck.model import Evidence, Kind, Truth
from derivcheck.truth.finder import Found, TruthFinder
from derivcheck.truth.referee import confirmed_of_roots
from derivcheck.truth.runs import AT_THE_POINT, Coordinate, Runs
from derivcheck.truth.sequence_limits import is_narrow
from derivcheck.truth.slices import Derivatives, Slices
from derivcheck.truth.values import CONTINUOUS_BITS, DECIDED_BITS, PRECISIONS

MOST_ALONE = 60_000
"""Nodes of all functions of one address that are looked at alone; each is run about a hundred times.

A sum of 240 relu at 0 has that many. What is left then is undecided, and the reason says so.
"""

_TOO_MANY = "so many elements are not smooth here that this one was not looked at by itself: check a smaller shape"


@dataclass(frozen=True, slots=True)
class SymbolicRules:
    """What SymPy says, for the truth to use and to judge.

    Attributes:
        partial: its partial derivative of one call by one argument.
        derivatives: its derivatives of one function.
    """

    partial: Rule
    derivatives: Derivatives


def sympys_rules() -> SymbolicRules:
    """SymPy's own."""
    # SymPy is loaded where a derivative is asked for: values need none.
    from derivcheck.symbolic.forward_derivatives import derivatives_of
    from derivcheck.symbolic.local_partials import local_partial

    return SymbolicRules(local_partial, derivatives_of)


class ElementTruths:
    """The truth about the roots of Elements at one point, and about their derivatives.

    Args:
        elements: the Elements: a root for each element of the outputs.
        exact: the exact value of each address.
        upstreams: upstream gradients, each a weight for every root: exact dyadic numbers. Each makes one more
            function, the weighted sum of the roots, whose index is that of the roots counted on: that of the first is
            `len(elements.roots)`.
        rules: what SymPy says; None for SymPy's own rules.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> truths = ElementTruths(Elements.of(parse("x*y", ["x", "y"])), {"x": Fraction(3), "y": Fraction(5)})
        >>> [found.truth.value.decimal(3) for found in truths.partial(0, ("x", "y"))]
        ['5', '3']
    """

    def __init__(
        self,
        elements: Elements,
        exact: Mapping[str, Coordinate],
        upstreams: Sequence[Sequence[Fraction | int]] = (),
        rules: SymbolicRules | None = None,
    ) -> None:
        self._outputs = len(elements.roots)
        self._elements = weighed(elements, upstreams)
        self._program = compile_balls(self._elements)
        self._runs = Runs(self._program, exact)
        self._places = {name: place for place, name in enumerate(self._program.variables)}
        self._given_rules = rules
        self._values: dict[int, Found] = {}
        self._proven: dict[int, Mapping[str, arb]] = {}
        self._alone: dict[tuple[int, str], Found] = {}
        self._left = MOST_ALONE

    # --- what is asked -------------------------------------------------------------------------------------------

    def value(self, root: int) -> Truth:
        """The truth about a root itself."""
        return self._value(root).truth

    def partial(self, root: int, addresses: Sequence[str]) -> list[Found]:
        """What is found about the derivatives of a root, one for each address."""
        return self.jacobian((root,), addresses)[0]

    def weighted(self, upstream: int, addresses: Sequence[str]) -> list[Found]:
        """The same of the sum of all roots weighted with an upstream gradient, by its index."""
        return self.partial(self._outputs + upstream, addresses)

    def jacobian(self, roots: Sequence[int], addresses: Sequence[str]) -> list[list[Found]]:
        """The same of several roots, a list for each: that takes less time than one after the other."""
        new = [root for root in dict.fromkeys(roots) if root not in self._proven]
        if new:
            self._proven.update(self._proven_on_box(new))
        return [[self._derivative(root, name) for name in addresses] for root in roots]

    # --- values --------------------------------------------------------------------------------------------------

    def _value(self, root: int) -> Found:
        if root not in self._values:
            self._values[root] = self._shared_value(root) or self._own_finder(root).find(())
        return self._values[root]

    def _shared_value(self, root: int) -> Found | None:
        """The value of a root where one run of all roots tells it; None where it has to be looked at by itself."""
        slot = self._program.roots[root]
        with precision(PRECISIONS[0]):
            value = self._runs.slots(AT_THE_POINT)[slot]
        if slot in self._infinite or not isinstance(value, arb) or not is_narrow(value, DECIDED_BITS):
            return None
        return Found(Truth(Kind.VALUE, enclosure(value), evidence=Evidence.PROVEN))

    def _own_finder(self, root: int) -> TruthFinder:
        function = self._elements.expression(root)
        return TruthFinder(compile_balls(function), lambda _: None, self._runs.coordinates)

    @cached_property
    def _infinite(self) -> set[int]:
        """The slots on the way to which a number is infinite at the point."""
        first = len(self._program.variables)
        with precision(PRECISIONS[0]):
            slots = self._runs.slots(AT_THE_POINT)
        return reached(self._program, slots, {at for at, ball in enumerate(slots) if at >= first and is_infinite(ball)})

    # --- all derivatives at once ---------------------------------------------------------------------------------

    @cached_property
    def _rules(self) -> SymbolicRules:
        return self._given_rules or sympys_rules()

    @cached_property
    def _adjoints(self) -> Adjoints:
        return Adjoints(self._elements, self._program, self._rules.partial)

    def _proven_on_box(self, roots: Sequence[int]) -> dict[int, Mapping[str, arb]]:
        """The derivatives that are proven on the box around the point; of a wide one nothing is known here."""
        found = self._narrow_on_box([root for root in roots if self._program.roots[root] not in self._infinite])
        # two roots may be the same node, and what holds of the one holds of the other
        by_slot = {self._program.roots[root]: values for root, values in found.items()}
        agreed = confirmed_of_roots(self._runs, by_slot)
        return {
            root: {name: value for name, value in found[root].items() if name in agreed[self._program.roots[root]]}
            if root in found
            else {}
            for root in roots
        }

    def _narrow_on_box(self, roots: Sequence[int]) -> dict[int, dict[str, arb]]:
        """The derivatives that are narrow on the box, of the roots that are."""
        found: dict[int, dict[str, arb]] = {root: {} for root in roots}
        pending = {root: set(self._addresses(root)) for root in roots}
        for bits in PRECISIONS:
            pending = {root: names for root, names in pending.items() if names}
            if not pending:
                break
            with precision(bits):
                slots = self._runs.slots(self._runs.box())
                jumping = reached(self._program, slots, open_jumps(self._program, slots))
                sweeps = self._adjoints.run(slots)
                for root, names in pending.items():
                    slot = self._program.roots[root]
                    needed = CONTINUOUS_BITS if slot in jumping else DECIDED_BITS
                    if not _is_known(slots[slot], needed):
                        continue
                    adjoints = sweeps.derivatives(self._adjoints.node_of(root))
                    narrow = {name: value for name in names if is_narrow(value := adjoints.get(name, _ZERO), needed)}
                    found[root].update(narrow)
                    names.difference_update(narrow)
        return found

    def _addresses(self, root: int) -> list[str]:
        """The addresses on which a root depends."""
        depends = self._depends(root)
        return [name for place, name in enumerate(self._program.variables) if depends >> place & 1]

    def _depends(self, root: int) -> int:
        slot, first = self._program.roots[root], len(self._program.variables)
        return 1 << slot if slot < first else self._program.code[slot - first].depends

    # --- one derivative alone ------------------------------------------------------------------------------------

    def _derivative(self, root: int, name: str) -> Found:
        if name not in self._places or not self._depends(root) >> self._places[name] & 1:
            there = self._value(root).truth
            if there.kind is not Kind.VALUE:
                return Found(there)
            return Found(replace(there, value=enclosure(_ZERO)), enclosure(_ZERO))
        value = self._proven[root].get(name)
        if value is not None:
            bounds = enclosure(value)
            return Found(Truth(Kind.VALUE, bounds, evidence=Evidence.PROVEN), bounds)
        key = self._program.roots[root], name
        if key not in self._alone:
            self._alone[key] = self._found_alone(root, name)
        return self._alone[key]

    @cached_property
    def _slices(self) -> Slices:
        return Slices(self._elements, self._runs)

    def _found_alone(self, root: int, name: str) -> Found:
        """What is found about a derivative by a look at that root as a function of that address alone."""
        if self._left <= 0:
            return Found(Truth(Kind.UNDECIDED, reason=_TOO_MANY))
        alone = self._slices.slice(root, (name,))
        self._left -= len(alone.elements)
        return alone.finder(self._runs, self._rules.derivatives).find((name,))


_ZERO = arb(0)


def _is_known(ball: Ball, bits: int) -> bool:
    return not isinstance(ball, Outside) and is_narrow(ball, bits)
