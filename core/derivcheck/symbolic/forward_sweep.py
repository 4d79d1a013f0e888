"""The forward sweep: the derivatives of the nodes of a graph by one variable, from the variable upwards."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.errors import UnsupportedError
from derivcheck.graph.building import Graph
from derivcheck.language import table
from derivcheck.symbolic.sympy_rules import ONE_RULE, Argument, Dependence, template

_ZERO, _ONE = Fraction(0), Fraction(1)

_VARIES, _FIXED = Dependence
"""The members by short names: to look up `Dependence.FIXED` takes as long as all else that is done for an argument."""


class ForwardSweep:
    """The derivatives of nodes of one graph by one variable, which are put into it as they are asked for.

    Args:
        graph: the graph, which grows.
        name: the variable.
        longest: the number of nodes that the graph may have.
    """

    def __init__(self, graph: Graph, name: str, *, longest: int) -> None:
        self._graph = graph
        self._bit = graph.bit(name)
        self._longest = longest
        self._derivatives: dict[int, int] = {}

    def derivative(self, root: int) -> int:
        """Where the derivative of the node at `root` is, those below it derived first.

        Raises:
            UnsupportedError: where SymPy has no rule, and where the graph grows too long.
        """
        graph, derivatives, conditions = self._graph, self._derivatives, table.CONDITIONS
        calls, derivative = graph.calls, derivatives.get
        zero, one = graph.number(_ZERO), graph.number(_ONE)
        for at in self._varying_below(root):
            function, args = calls[at]
            if not args:
                derivatives[at] = one
            elif len(args) == 2 and function in ONE_RULE:
                x, y = args  # as most have: in the way of the others this would take twice as long
                dx, dy = derivative(x), derivative(y)
                rule = template(function, (_FIXED if dx is None else _VARIES, _FIXED if dy is None else _VARIES))
                derivatives[at] = graph.graft(rule, (x, y, zero if dx is None else dx, zero if dy is None else dy))
            elif function not in conditions:
                rule = template(function, self._arguments(function, args))
                derivatives[at] = graph.graft(rule, (*args, *[derivative(arg, zero) for arg in args]))
            if len(calls) > self._longest:
                raise UnsupportedError(f"the derivative has more than {self._longest:,} operations")
        return derivative(root, zero)

    def _varying_below(self, root: int) -> list[int]:
        """Where the nodes are at and below `root` that contain the variable, in order, but for those derived before."""
        calls, depends, derivatives, bit = self._graph.calls, self._graph.depends, self._derivatives, self._bit
        if not depends[root] & bit or root in derivatives:
            return []
        found = {root}
        pending = [root]
        while pending:
            for arg in calls[pending.pop()][1]:
                if arg not in found and depends[arg] & bit and arg not in derivatives:
                    found.add(arg)
                    pending.append(arg)
        return sorted(found)

    def _arguments(self, function: str, args: tuple[int, ...]) -> tuple[Argument, ...]:
        """What a call's rule knows of its arguments; those that vary have derivatives."""
        moved = self._derivatives
        if function in ONE_RULE:
            return tuple([_VARIES if arg in moved else _FIXED for arg in args])
        values = self._graph.values
        return tuple(
            [
                _VARIES if arg in moved else _FIXED if (value := values[arg]) is None else value.as_integer_ratio()
                for arg in args
            ]
        )
