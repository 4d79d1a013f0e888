"""The symbolic reading: an Expression differentiated node by node with SymPy's rules, and shown as SymPy shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import sympy

from derivcheck.elements.elements import Elements
from derivcheck.errors import UnsupportedError
from derivcheck.language import table
from derivcheck.model import Wrt
from derivcheck.model.expression import Expression, NodeKind
from derivcheck.numbers import decimal_text
from derivcheck.symbolic.formula import MAX_SHOWN, Formula, written_out
from derivcheck.symbolic.forward_derivatives import MAX_FORMULA, ForwardDerivatives
from derivcheck.symbolic.reverse_sweep import gradient
from derivcheck.symbolic.sympy_language import Reading, guarded, write
from derivcheck.symbolic.sympy_printing import printed
from derivcheck.symbolic.tidying import tidied_elements

MANY_VARIABLES = 32
"""Variables up to which the derivative by each comes from a forward sweep of its own, and SymPy writes it.

Of more variables one reverse sweep gives all first partials, written as that leaves them: `sympy.diff` of the whole by
each of n variables would take n times as long as of one. The corpora have 30 variables at most.
"""


@dataclass(frozen=True, slots=True)
class Partials:
    """The first derivatives by all variables, from one reverse sweep.

    Attributes:
        places: the place of the derivative by each variable among the roots, where SymPy has one.
        elements: these derivatives.
        refused: why there is none by the others.
    """

    places: Mapping[str, int]
    elements: Elements
    refused: Mapping[str, UnsupportedError]


class Symbolic:
    """A formula and its derivatives, as they are asked for.

    Args:
        formula: what to differentiate; of Elements the first one.
    """

    def __init__(self, formula: Expression | Elements) -> None:
        self._source = Elements.of(formula)
        self._derivatives = ForwardDerivatives(self._source)
        self._reading: Reading | None = None
        self._simplified: dict[Wrt, Any] = {}

    def derivative(self, wrt: Wrt) -> Formula:
        """The derivative by the variables of `wrt`, one after the other.

        The Formula is not kept here: it refers to this object, and what refers to itself stays until the garbage
        collector looks for it.

        Raises:
            UnsupportedError: where SymPy has no derivative, or one that no other reading understands.
        """
        if len(wrt) == 1 and self.partials is not None:
            return self._partial(wrt, self.partials)
        root = self._derivatives.root(wrt)
        grown = self._derivatives.grown(root)
        return Formula(lambda: self._derivatives.expression(root), lambda: self._shown(wrt), grown=grown)

    def row_of_second(self, name: str, others: Sequence[str]) -> tuple[tuple[str, ...], Elements]:
        """The derivatives by `name` and one of the others each, of those that there are, and in the end by `name`.

        Raises:
            UnsupportedError: where there is none by `name`.
        """
        derivatives = self._derivatives
        roots = {}
        for other in others:
            with suppress(UnsupportedError):
                roots[other] = derivatives.root((name, other))
        places = [*roots.values(), derivatives.root((name,))]
        return tuple(roots), Elements.taken(derivatives.graph, places, self._source.addresses)

    # --- all at once ---------------------------------------------------------------------------------------------

    @cached_property
    def partials(self) -> Partials | None:
        """All first derivatives, where there are many variables; None where there are few, or they are too long."""
        if self._gradient is None:
            return None
        roots = {name: at for name, at in self._gradient.items() if isinstance(at, int)}
        return Partials(
            {name: place for place, name in enumerate(roots)},
            Elements.taken(self._derivatives.graph, tuple(roots.values()), self._source.addresses),
            {name: at for name, at in self._gradient.items() if not isinstance(at, int)},
        )

    @cached_property
    def _gradient(self) -> Mapping[str, int | UnsupportedError] | None:
        graph, root = self._derivatives.graph, self._derivatives.function
        if graph.depends[root].bit_count() <= MANY_VARIABLES:
            return None
        try:
            return gradient(graph, root, longest=MAX_FORMULA)
        except UnsupportedError:
            return None

    def _partial(self, wrt: Wrt, partials: Partials) -> Formula:
        """One of them: where it is evaluated alone, as a forward sweep of its own gives it, if there is one.

        That keeps the conditions of branches outside everywhere, and the reverse sweep only where few branches meet.
        """
        (name,) = wrt
        if name in partials.refused:
            raise partials.refused[name]
        place = partials.places.get(name)
        if place is None:  # f does not depend on it
            return Formula(lambda: self._derivatives.expression(self._derivatives.root(wrt)), None)

        def taken() -> Expression:
            try:
                return self._derivatives.expression(self._derivatives.root(wrt))
            except UnsupportedError:
                return partials.elements.expression(place)

        return Formula(taken, None, lambda: self._tidied_partial(name))

    def _tidied_partial(self, name: str) -> Expression | None:
        """One of them as it is shown; None where it is too long."""
        names, elements = self._tidied_partials
        place = names.get(name)
        return None if place is None else elements.expression(place)

    @cached_property
    def _tidied_partials(self) -> tuple[Mapping[str, int], Elements]:
        """The places of those that are short enough to be shown, and all of these, tidied up together."""
        assert self.partials is not None
        assert self._gradient is not None
        sizes = written_out(self.partials.elements.nodes)
        lengths = zip(self.partials.places, self.partials.elements.roots, strict=True)
        short = {
            name: at
            for name, root in lengths
            if isinstance(at := self._gradient[name], int) and sizes[root] <= MAX_SHOWN
        }
        together = Elements.taken(self._derivatives.graph, tuple(short.values()), self._source.addresses)
        return {name: place for place, name in enumerate(short)}, tidied_elements(together)

    # --- showing -------------------------------------------------------------------------------------------------

    def _shown(self, wrt: Wrt) -> tuple[str, Expression] | None:
        """What `sympy.diff` makes of the whole: it collects and sorts what the rules leave side by side."""
        try:
            derived = self._by_diff(wrt)
            text = guarded(lambda: _text(derived))
            assert self._reading is not None
            opaque = self._reading.opaque
            return None if text is None else (text, guarded(lambda: write(derived, opaque)))
        except UnsupportedError:
            return None

    def _by_diff(self, wrt: Wrt) -> Any:
        if self._reading is None:
            whole = self._source.expression()
            if written_out(whole.nodes)[-1] > MAX_FORMULA:  # statements may double it each time
                raise UnsupportedError(f"the formula has more than {MAX_FORMULA:,} operations")
            if _nesting(whole) > _MOST_NESTED:  # SymPy compares each condition with all that it depends on
                raise UnsupportedError("conditions of the formula depend on conditions that depend on others")
            self._reading = Reading(whole)
            self._simplified[()] = self._reading.value
        if wrt not in self._simplified:
            before = self._by_diff(wrt[:-1])
            symbol = sympy.Symbol(wrt[-1], real=True)
            self._simplified[wrt] = guarded(lambda: sympy.diff(before, symbol))
        return self._simplified[wrt]


_MOST_NESTED = 2
"""How deep conditions may be nested that depend on one another: SymPy takes seconds of three, and minutes of five."""


def _nesting(expression: Expression) -> int:
    """How deep `where` stands in the conditions of another one: 1 where conditions depend on no other."""
    depths: list[int] = []
    for node in expression:
        below = [depths[arg] for arg in node.args]
        row = table.function(node.name) if node.kind is NodeKind.CALL else None
        decides = row is not None and row.branch and row.selects  # by its first argument
        depths.append(max([1 + below[0], *below[1:]] if decides else below, default=0))
    return depths[-1]


def _text(derived: Any) -> str | None:
    """The formula's text; long fractions that came from decimals are decimals again."""
    if derived.count_ops() > MAX_SHOWN:
        return None
    if derived.has(sympy.nan, sympy.zoo, sympy.oo):
        return None
    decimals = {
        number: sympy.Symbol(text)
        for number in derived.atoms(sympy.Rational)
        if (number.q > 1000 or abs(number.p) > 10**21)
        and (text := decimal_text(Fraction(int(number.p), int(number.q)))) is not None
    }
    text = printed(derived.xreplace(decimals))
    return text if len(text) <= MAX_SHOWN else None
