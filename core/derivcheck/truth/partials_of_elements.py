"""The truth of every partial derivative of Elements: of many roots by many addresses.

First on the box around the point, in which all addresses are balls of radius 2**-4000: one run of the Elements, and a
reverse sweep a root with SymPy's rules. What is narrow is the derivative, for the reason that `box` gives, once f
itself has agreed along a random direction. What is not, kinks, ends of domains, infinite and undefined ones, goes the
scalar way: a TruthFinder for this root and this address alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from fractions import Fraction
from functools import cached_property
from typing import Self

from flint import arb

from derivcheck.balls.ball import enclosure, exact_ball, is_infinite, precision, to_ball
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import reached
from derivcheck.elements.elements import Elements
from derivcheck.elements.weighing import weighed
from derivcheck.model import Evidence, Kind, Truth
from derivcheck.model.shaped_values import variable_of
from derivcheck.truth.alone import Alone
from derivcheck.truth.element_box import ElementBox
from derivcheck.truth.finder import PASSES_INFINITY, Found, TruthFinder, truth_of_value
from derivcheck.truth.referee import Direction
from derivcheck.truth.runs import AT_THE_POINT, Coordinate, Runs
from derivcheck.truth.second_partials import SecondPartials
from derivcheck.truth.symbolic_rules import SymbolicRules, sympys_rules
from derivcheck.truth.values import PRECISIONS, is_known


class ElementTruths:
    """The truth about the roots of Elements at one point, and about their derivatives.

    Args:
        elements: the Elements: a root for each element of the outputs.
        exact: the exact value of each address.
        upstreams: upstream gradients, each a weight for every root: exact dyadic numbers. Each makes one more
            function, the weighted sum of the roots, whose index is that of the roots counted on: that of the first is
            `len(elements.roots)`.
        rules: what SymPy says; None for SymPy's own rules.
        lazily: whether an upstream gradient is looked at only where it is asked for, and not along with another one.

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
        *,
        lazily: bool = False,
    ) -> None:
        self._lazily = lazily
        self._outputs = len(elements.roots)
        self._elements = weighed(elements, upstreams)
        self._program = compile_balls(self._elements)
        self._runs = Runs(self._program, exact)
        self._places = {name: place for place, name in enumerate(self._program.variables)}
        self._given_rules = rules
        self._values: dict[int, Found] = {}
        self._proven: dict[int, dict[str, arb]] = {}
        self._tried: set[tuple[int, str]] = set()

    def at(self, exact: Mapping[str, Coordinate]) -> Self:
        """The same at another point: what was compiled is taken again, and nothing that was found here."""
        made = copy(self)
        made._runs = Runs(self._program, exact)
        made._values, made._proven, made._tried = {}, {}, set()
        for name in _OF_A_POINT:
            made.__dict__.pop(name, None)
        made._box = self._box.with_runs(made._runs)
        return made

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

    def enclosed(self, root: int) -> Mapping[str, arb] | None:
        """The derivatives of a root by all addresses that it depends on, enclosed: `ElementBox.enclosed`."""
        return None if self._program.roots[root] in self._infinite else self._box.enclosed(root)

    def jacobian(self, roots: Sequence[int], addresses: Sequence[str]) -> list[list[Found]]:
        """The same of several roots, a list for each: that takes less time than one after the other."""
        self._prove(roots, addresses)
        return [[self._derivative(root, name) for name in addresses] for root in roots]

    def prove(self, roots: Sequence[int]) -> None:
        """Look at the derivatives of some roots together, which takes less time than one after the other."""
        self._prove(roots, ())

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
        rows = self._rows(root, directions, addresses)
        along = [
            {first: length for first, length in of.items() if length and self._moves(root, first)} for of in directions
        ]
        return [
            [self._second_along(root, moving, name, row) for name in addresses]
            for moving, row in zip(along, rows, strict=True)
        ]

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
        upstream = range(self._outputs, self._outputs if self._lazily else len(self._elements.roots))
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
        known = [{name: length for name, length in of.items() if name in self._places} for of in directions]
        return self._seconds.rows(root, known, [name for name in names if name in self._places])

    @cached_property
    def _seconds(self) -> SecondPartials:
        return SecondPartials(self._box.adjoints, self._runs, self._rules.second)

    def _second(self, root: int, first: str, second: str, row: Mapping[str, arb]) -> Found:
        """One second derivative, given those of its row that are proven."""
        if not self._moves(root, first) or second not in self._places:
            return self._zero(root)
        return _proven(row[second]) if second in row else self._alone.found(root, (first, second), self._missing(root))

    def _second_along(self, root: int, moving: Direction, name: str, row: Mapping[str, arb]) -> Found:
        """One element of a product with the Hessian, given those of its row that are proven.

        Args:
            root: the root.
            moving: the direction, without those addresses that do not move the root.
            name: the address.
            row: the row.

        It is a sum of second derivatives, each of which has to exist. The derivative of the derivative along the
        direction is something else where f is not smooth: |x - y| has one along (1, 1).
        """
        if not moving or name not in self._places:
            return self._zero(root)
        if name in row:
            return _proven(row[name])
        missing = self._missing(root)
        if missing is not None:
            return missing
        if len(moving) > _FEW:
            return _NOT_SMOOTH
        return _weighted_sum((length, self._second(root, first, name, {})) for first, length in moving.items())


_OF_A_POINT = ("_infinite", "_box", "_alone", "_seconds", "_firsts")
"""What is computed once, and differs from point to point."""

_FEW = 16
"""Second derivatives of which a sum is made where they are not proven together."""

_NOT_SMOOTH = Found(
    Truth(Kind.UNDECIDED, reason="the function is not smooth here, and this is a sum of many second derivatives")
)


def _weighted_sum(terms: Iterable[tuple[Fraction, Found]]) -> Found:
    """What is found about a sum: undecided unless each term is a number."""
    known: list[tuple[Fraction, Found]] = []
    for length, found in terms:
        if found.truth.value is None:
            return _NOT_SMOOTH
        known.append((length, found))
    with precision(PRECISIONS[-1]):
        total, formula = arb(0), arb(0)
        has_formula = True
        for length, found in known:
            assert found.truth.value is not None
            total += exact_ball(length) * to_ball(found.truth.value)
            has_formula = has_formula and found.symbolic is not None
            formula += exact_ball(length) * to_ball(found.symbolic or found.truth.value)
        shown = any(found.truth.evidence is Evidence.SHOWN for _, found in known)
        truth = Truth(
            Kind.VALUE,
            enclosure(total),
            evidence=Evidence.SHOWN if shown else Evidence.PROVEN,
            swings=any(found.truth.swings for _, found in known),
        )
        wrong = any(found.formula_is_wrong for _, found in known)
        return Found(truth, enclosure(formula) if has_formula else None, formula_is_wrong=wrong)


def _proven(value: arb) -> Found:
    """What is found where a value is proven; of the many that are exactly 0 there is one object."""
    return _FOUND_ZERO if value.is_zero() else _found(value)


def _found(value: arb) -> Found:
    bounds = enclosure(value)
    return Found(Truth(Kind.VALUE, bounds, evidence=Evidence.PROVEN), bounds)


_FOUND_ZERO = _found(arb(0))
