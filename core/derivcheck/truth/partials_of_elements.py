"""The truth of every partial derivative of Elements: of many roots by many addresses.

First on the box around the point, in which all addresses are balls of radius 2**-4000: one run of the Elements, and a
reverse sweep a root with SymPy's rules. What is narrow is the derivative, for the reason that `box` gives, once f
itself has agreed along a random direction. What is not, kinks, ends of domains, infinite and undefined ones, goes the
scalar way: a TruthFinder for this root and this address alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from flint import arb

from derivcheck.balls.ball import enclosure, is_infinite, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import reached
from derivcheck.elements.elements import Elements
from derivcheck.elements.weighing import moving_along, weighed
from derivcheck.errors import UnsupportedError
from derivcheck.model import Evidence, Kind, Truth
from derivcheck.model.shaped_values import variable_of
from derivcheck.truth.alone import Alone
from derivcheck.truth.element_box import ElementBox
from derivcheck.truth.finder import PASSES_INFINITY, Found, TruthFinder, truth_of_value
from derivcheck.truth.referee import Direction
from derivcheck.truth.runs import AT_THE_POINT, Coordinate, Runs
from derivcheck.truth.second_partials import Rows
from derivcheck.truth.symbolic_rules import SymbolicRules, sympys_rules
from derivcheck.truth.values import PRECISIONS, is_known

if TYPE_CHECKING:
    from derivcheck.symbolic.gradient_elements import Gradient


class ElementTruths:
    """The truth about the roots of Elements at one point, and about their derivatives.

    Args:
        elements: the Elements: a root for each element of the outputs.
        exact: the exact value of each address.
        upstreams: upstream gradients, each a weight for every root: exact dyadic numbers. Each makes one more
            function, the weighted sum of the roots, whose index is that of the roots counted on: that of the first is
            `len(elements.roots)`.
        rules: what SymPy says; None for SymPy's own rules.

    Raises:
        UnsupportedError: here and later, for what no ball reading computes, such as a Bessel function of order 10**6.

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
        self._proven: dict[int, dict[str, arb]] = {}
        self._tried: set[tuple[int, str]] = set()
        self._gradients: dict[int, Gradient] = {}

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
        self._prove(roots, addresses)
        return [[self._derivative(root, name) for name in addresses] for root in roots]

    def hessian(self, root: int, first: Sequence[str], second: Sequence[str]) -> list[list[Found]]:
        """What is found about the second derivatives of a root: by the one address, and then by the other.

        Returns:
            A list for each of the first addresses.
        """
        rows = self._rows(root, [{name: Fraction(1)} for name in first], second)
        return [
            [self._second(root, name, other, row) for other in second] for name, row in zip(first, rows, strict=True)
        ]

    def hessian_along(self, root: int, directions: Sequence[Direction], addresses: Sequence[str]) -> list[list[Found]]:
        """The same of products with the Hessian: of the derivative along a direction, by each address.

        Args:
            root: the root.
            directions: the directions: how long each is in each address, exact dyadic numbers.
            addresses: by what the derivative along them is differentiated.

        Returns:
            A list for each direction.
        """
        found: list[list[Found]] = []
        for direction, row in zip(directions, self._rows(root, directions, addresses), strict=True):
            along = None if row.keys() >= set(addresses) else self._along(root, direction)
            found.append(
                [
                    _proven(row[name]) if along is None else self._second_along(root, name, row, along)
                    for name in addresses
                ]
            )
        return found

    # --- values --------------------------------------------------------------------------------------------------

    def _value(self, root: int) -> Found:
        if root not in self._values:
            self._values[root] = self._shared_value(root) or self._own_finder(root).find(())
        return self._values[root]

    def _shared_value(self, root: int) -> Found | None:
        """The value of a root where one run of all roots tells it; None where it has to be looked at by itself."""
        slot = self._program.roots[root]
        for bits in PRECISIONS[:2]:
            with precision(bits):
                value = self._runs.slots(AT_THE_POINT)[slot]
            if is_known(value):
                passes = slot in self._infinite and not is_infinite(value)
                return Found(truth_of_value(PASSES_INFINITY if passes else value))
        return None

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

    def _prove(self, roots: Sequence[int], addresses: Sequence[str]) -> None:
        """Look on boxes for the derivatives of some roots by some addresses, unless that was done before.

        Where all addresses are balls one run serves them all, and all upstream gradients. What is left then may be
        narrow where only those of its variable are balls: beside weights that are exactly 0 an input moves nothing, and
        a kink at 0 is none.
        """
        upstream = range(self._outputs, len(self._elements.roots))
        together = [*roots, *(upstream if not set(upstream).isdisjoint(roots) else ())]
        new = [root for root in dict.fromkeys(together) if root not in self._proven]
        self._proven.update({root: {} for root in new})
        self._prove_on_box(new, None)
        groups = defaultdict[str, list[str]](list)
        for name in dict.fromkeys(addresses):
            groups[variable_of(name)].append(name)
        for variable, names in groups.items() if len(self._variables) > 1 else ():
            left = [
                root
                for root in dict.fromkeys(roots)
                if (root, variable) not in self._tried
                and any(self._moves(root, name) and name not in self._proven[root] for name in names)
            ]
            self._tried.update((root, variable) for root in left)
            self._prove_on_box(left, self._variables.get(variable, []))

    def _prove_on_box(self, roots: Sequence[int], addresses: Sequence[str] | None) -> None:
        smooth = [root for root in roots if self._program.roots[root] not in self._infinite]
        for root, proven in (self._box.proven(smooth, addresses) if smooth else {}).items():
            self._proven[root].update(proven)

    @cached_property
    def _variables(self) -> Mapping[str, Sequence[str]]:
        """The addresses of each variable."""
        groups = defaultdict[str, list[str]](list)
        for name in self._places:
            groups[variable_of(name)].append(name)
        return groups

    @cached_property
    def _box(self) -> ElementBox:
        return ElementBox(self._elements, self._runs, self._rules.partial)

    # --- one derivative ------------------------------------------------------------------------------------------

    def _derivative(self, root: int, name: str) -> Found:
        if not self._moves(root, name):
            return self._zero(root)
        value = self._proven[root].get(name)
        return self._alone.found(root, (name,), self._missing(root)) if value is None else _proven(value)

    def _moves(self, root: int, name: str) -> bool:
        """Whether a root depends on an address."""
        return name in self._places and bool(self._program.dependence(root) >> self._places[name] & 1)

    def _zero(self, root: int) -> Found:
        """The derivative by what a root does not depend on: 0 where the root has a value."""
        there = self._value(root).truth
        return _FOUND_ZERO if there.kind is Kind.VALUE else Found(there)

    def _missing(self, root: int) -> Found | None:
        """Why a root has no derivative where it has no value; None where it has one."""
        there = self._value(root)
        return there if there.truth.kind is Kind.UNDEFINED else None

    @cached_property
    def _alone(self) -> Alone:
        return Alone(self._elements, self._runs, self._rules.derivatives)

    # --- second derivatives --------------------------------------------------------------------------------------

    def _rows(self, root: int, directions: Sequence[Direction], names: Sequence[str]) -> list[dict[str, arb]]:
        """The second derivatives that are proven on the box: for each direction those by the addresses."""
        slot = self._program.roots[root]
        if slot in self._infinite:
            return [{} for _ in directions]
        try:
            if root not in self._gradients:
                self._gradients[root] = self._rules.gradient(self._elements, root)
            known = [{name: length for name, length in of.items() if name in self._places} for of in directions]
            rows = Rows(self._gradients[root], known, self._rules.partial, self._runs, slot)
        except UnsupportedError:
            return [{} for _ in directions]
        return rows.proven([name for name in names if name in self._places])

    def _second(self, root: int, first: str, second: str, row: Mapping[str, arb]) -> Found:
        """One second derivative, given those of its row that are proven."""
        if not self._moves(root, first) or second not in self._places:
            return self._zero(root)
        return _proven(row[second]) if second in row else self._alone.found(root, (first, second), self._missing(root))

    def _second_along(self, root: int, name: str, row: Mapping[str, arb], along: Alone) -> Found:
        if name not in self._places or not self._program.dependence(root):
            return self._zero(root)
        return _proven(row[name]) if name in row else along.found(0, (_STEP, name), self._missing(root))

    def _along(self, root: int, direction: Direction) -> Alone:
        """The root as a function of the addresses and of a step along a direction."""
        moved = moving_along(self._elements, root, direction, _STEP)
        runs = Runs(compile_balls(moved), {**self._runs.coordinates, _STEP: Fraction(0)})
        return Alone(moved, runs, self._rules.derivatives)


def _proven(value: arb) -> Found:
    """What is found where a value is proven; of the many that are exactly 0 there is one object."""
    return _FOUND_ZERO if value.is_zero() else _found(value)


def _found(value: arb) -> Found:
    bounds = enclosure(value)
    return Found(Truth(Kind.VALUE, bounds, evidence=Evidence.PROVEN), bounds)


_FOUND_ZERO = _found(arb(0))

_STEP = "#step"
"""The length of a step along a direction, among the addresses: no address is called so."""
