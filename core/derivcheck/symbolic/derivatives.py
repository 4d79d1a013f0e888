"""The symbolic reading: an Expression differentiated node by node with SymPy's rules, and shown as SymPy shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy

from derivcheck.errors import UnsupportedError
from derivcheck.graph.building import Graph
from derivcheck.language.printing import to_text
from derivcheck.model import Wrt
from derivcheck.model.expression import Expression
from derivcheck.numbers import decimal_text
from derivcheck.symbolic.forward_sweep import ForwardSweep
from derivcheck.symbolic.sympy_language import Reading, guarded, write
from derivcheck.symbolic.sympy_printing import printed
from derivcheck.symbolic.tidying import tidied

MAX_FORMULA = 100_000
"""Operations in a derivative, each counted once; beyond it the truth rests on f alone."""

MAX_SHOWN = 2_000
"""Characters of a formula that is shown."""

MAX_COLLECTED = 8_000
"""Operations in a derivative, written out, up to which SymPy's own form of it is made.

SymPy would take minutes for a product of a thousand factors, and what it made would be far too long to be shown. Of
3,142 derivatives of the corpora whose form is shown, the longest has 4,217 operations as the rules leave it.
"""

MAX_DIFFERENT = 1_000
"""The same where an operation counts once however often it is used: a sum of 2,000 terms is slow to sort as well.

Those derivatives of the corpora have 454 at most.
"""


@dataclass(eq=False, slots=True)
class Formula:
    """A derivative that SymPy's rules give.

    Attributes:
        expression: the derivative, put together from the rules, in which a node may be the argument of several.
        simplified: makes SymPy's own form of it, which is the one to show: its text and the Expression that it is.
    """

    expression: Expression
    simplified: Callable[[], tuple[str, Expression] | None]
    _shown: list[tuple[str, Expression] | None] = field(default_factory=list)
    _tidied: list[Expression | None] = field(default_factory=list)

    @property
    def shown(self) -> tuple[str, Expression] | None:
        """How it is written, and the Expression of that; None where it is too long to show. Made when asked for."""
        if not self._shown:
            self._shown.append(self.simplified() if self._can_be_collected() else None)
        return self._shown[0]

    def _can_be_collected(self) -> bool:
        """Whether SymPy's own form may be short enough to be shown, so that it is worth the while to make it."""
        tidy = self._tidy()
        return tidy is not None and _written_out(tidy) <= MAX_COLLECTED

    def _tidy(self) -> Expression | None:
        """The derivative as the rules have left it, its products and sums tidied up; None where it is too long."""
        if not self._tidied:
            short = len(self.expression) <= MAX_DIFFERENT
            self._tidied.append(tidied(self.expression) if short else None)
        return self._tidied[0]

    @property
    def text(self) -> str | None:
        """How it is written; None where it is too long to show."""
        return None if self.shown is None else self.shown[0]

    @property
    def plain_text(self) -> str | None:
        """How it is written as the rules have left it, tidied up; None where that is too long to show."""
        tidy = self._tidy()
        if tidy is None or _written_out(tidy) > MAX_SHOWN:
            return None
        text = to_text(tidy)
        return text if len(text) <= MAX_SHOWN else None


def _written_out(expression: Expression) -> int:
    """How many operations an Expression has where one that is the argument of two counts twice."""
    sizes: list[int] = []
    for node in expression.nodes:
        sizes.append(1 + sum(sizes[arg] for arg in node.args))
    return sizes[-1]


class Symbolic:
    """One Expression and its derivatives, as they are asked for.

    Args:
        expression: what to differentiate.
    """

    def __init__(self, expression: Expression) -> None:
        self._source = expression
        self._graph = Graph()
        self._roots: dict[Wrt, int] = {(): self._graph.insert(expression)}
        self._sweeps: dict[str, ForwardSweep] = {}
        self._reading: Reading | None = None
        self._simplified: dict[Wrt, Any] = {}

    def derivative(self, wrt: Wrt) -> Formula:
        """The derivative by the variables of `wrt`, one after the other.

        The Formula is not kept here: it refers to this object, and what refers to itself stays until the garbage
        collector looks for it.

        Raises:
            UnsupportedError: where SymPy has no derivative, or one that no other reading understands.
        """
        expression = self._graph.expression(self._root(wrt), self._source.variables)
        return Formula(expression, lambda: self._shown(wrt))

    def _root(self, wrt: Wrt) -> int:
        """Where a derivative is in the graph."""
        if wrt not in self._roots:
            before, name = self._root(wrt[:-1]), wrt[-1]
            if name not in self._sweeps:
                self._sweeps[name] = ForwardSweep(self._graph, name, longest=MAX_FORMULA)
            self._roots[wrt] = self._sweeps[name].derivative(before)
        return self._roots[wrt]

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
            self._reading = Reading(self._source)
            self._simplified[()] = self._reading.value
        if wrt not in self._simplified:
            before = self._by_diff(wrt[:-1])
            symbol = sympy.Symbol(wrt[-1], real=True)
            self._simplified[wrt] = guarded(lambda: sympy.diff(before, symbol))
        return self._simplified[wrt]


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
