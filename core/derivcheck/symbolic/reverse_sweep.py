"""The reverse sweep: the derivatives of one node of a graph by all variables at once, from the result backwards.

The adjoint of a node is the derivative of the result by it. The result's own is 1. Each call adds to the adjoints of
its arguments: its own adjoint times its partial derivative by that argument, which is SymPy's rule of the call with
this argument varying and the others fixed. The sweep looks at each node once, so that the partials by all variables
are a graph of some times the size of the formula, however many variables there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from derivcheck.errors import UnsupportedError
from derivcheck.graph.building import Graph, Template
from derivcheck.language import table
from derivcheck.symbolic.sympy_rules import ONE_RULE, Argument, Dependence, template

Guard = tuple[tuple[int, bool], ...]
"""The conditions, outermost first, outside of which a term of an adjoint is 0: where each is, and what it has to be."""

_SUM = Template((), (("add", (0, 1)),), 2)
_CHOICE = "where"
_WHERE = Template((), ((_CHOICE, (0, 1, 2)),), 3)


def gradient(graph: Graph, root: int, *, longest: int) -> dict[str, int | UnsupportedError]:
    """Put the partial derivatives of the node at `root` into the graph.

    Args:
        graph: the graph, which grows.
        root: where the node is.
        longest: the number of nodes that the graph may have afterwards.

    Returns:
        For each variable that the node depends on, where the partial derivative is, or the reason why there is none.

    Raises:
        UnsupportedError: where the graph would grow beyond `longest`.
    """
    sweep = _Sweep(graph)
    active = sweep.active_below(root)
    sweep.add(root, (), graph.number(Fraction(1)))
    found: dict[str, int | UnsupportedError] = {}
    for at in reversed(active):
        name, args = graph.calls[at]
        if args:
            sweep.pass_on(at, active)
        else:
            found[name] = sweep.refused[at] if at in sweep.refused else sweep.whole(at)
        if len(graph) > longest:
            raise UnsupportedError(f"the derivative has more than {longest:,} operations")
    return dict(reversed(found.items()))


class _Sweep:
    """The adjoints of the nodes that the sweep has still to look at.

    A term that comes from a branch of a `where` is kept with the condition as its guard, and the `where` is put around
    it last, as it is where one differentiates forwards. Otherwise the derivative of where(x > 0, sqrt(x), 0) would be
    where(x > 0, 1, 0)/(2*sqrt(x)), which has no value at -1.

    Attributes:
        refused: the nodes whose adjoint SymPy has no rule for, with the reason.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.refused: dict[int, UnsupportedError] = {}
        self._terms: dict[int, dict[Guard, int]] = {}
        self._zero = graph.number(Fraction(0))

    def active_below(self, root: int) -> dict[int, None]:
        """The nodes below `root` that have an adjoint, in order; a condition has none, and what is constant."""
        graph = self.graph
        active: dict[int, None] = {}
        for at in graph.below(root):
            name, args = graph.calls[at]
            is_moved = name not in table.CONDITIONS and any(arg in active for arg in args)
            if is_moved or (not args and graph.depends[at]):
                active[at] = None
        return active

    def add(self, at: int, guard: Guard, term: int) -> None:
        """Add a term to the adjoint of a node; what the term has of `where` becomes a part of its guard."""
        graph, zero = self.graph, self._zero
        while len(args := graph.calls[term][1]) == 3 and graph.calls[term][0] == _CHOICE and zero in args[1:]:
            condition, then, other = args
            guard = (*guard, (condition, other == zero))
            term = then if other == zero else other
        terms = self._terms.setdefault(at, {})
        terms[guard] = graph.graft(_SUM, (term, terms[guard])) if guard in terms else term

    def whole(self, at: int) -> int:
        """Where the adjoint of a node is: its terms with their guards around them, added up."""
        found = self._zero
        for guard, term in self._terms.pop(at, {}).items():
            found = self.graph.graft(_SUM, (self._guarded(guard, term), found))
        return found

    def pass_on(self, at: int, active: Mapping[int, None]) -> None:
        """Add what a call adds to the adjoints of its arguments."""
        graph = self.graph
        function, args = graph.calls[at]
        if at in self.refused:
            self.refused.update((arg, self.refused[at]) for arg in args if arg in active)
            return
        guard, adjoint = self._collected(at)
        for index, arg in enumerate(args):
            if arg not in active:
                continue
            try:
                rule = template(function, self._arguments(function, args, index))
            except UnsupportedError as error:
                self.refused[arg] = error
                continue
            if adjoint != self._zero:
                derivatives = [self._zero] * len(args)
                derivatives[index] = adjoint
                term = graph.graft(rule, (*args, *derivatives))
                if term != self._zero:
                    self.add(arg, guard, term)

    def _collected(self, at: int) -> tuple[Guard, int]:
        """The adjoint of a node with the guard that all of its terms share; none where they have different ones.

        Terms that stayed apart could be as many as there are ways through the graph.
        """
        terms = self._terms.get(at, {})
        if len(terms) == 1:
            del self._terms[at]
            return next(iter(terms.items()))
        return (), self.whole(at)

    def _guarded(self, guard: Guard, term: int) -> int:
        for condition, holds in reversed(guard):
            branches = (term, self._zero) if holds else (self._zero, term)
            term = self.graph.graft(_WHERE, (condition, *branches))
        return term

    def _arguments(self, function: str, args: tuple[int, ...], index: int) -> tuple[Argument, ...]:
        """What the rule of a call knows of its arguments where one of them varies, and what is no number is fixed."""
        known: list[Argument] = [Dependence.FIXED] * len(args)
        if function not in ONE_RULE:
            values = [self.graph.values[arg] for arg in args]
            known = [Dependence.FIXED if value is None else value.as_integer_ratio() for value in values]
        known[index] = Dependence.VARIES
        return tuple(known)
