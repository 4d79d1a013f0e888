"""The forward sweep: the derivatives of the nodes of a graph by one variable, from the variable upwards."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.errors import UnsupportedError
from derivcheck.graph.building import Graph
from derivcheck.language import table
from derivcheck.symbolic.sympy_rules import ONE_RULE, Argument, Dependence, template


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
        graph, derivatives = self._graph, self._derivatives
        zero, one = graph.number(Fraction(0)), graph.number(Fraction(1))
        for at in graph.below(root):
            if at in derivatives or not graph.depends[at] & self._bit:
                continue
            function, args = graph.calls[at]
            if not args:
                derivatives[at] = one
            elif function not in table.CONDITIONS:
                rule = template(function, self._arguments(function, args))
                derivatives[at] = graph.graft(rule, (*args, *[derivatives.get(arg, zero) for arg in args]))
            if len(graph) > self._longest:
                raise UnsupportedError(f"the derivative has more than {self._longest:,} operations")
        return derivatives.get(root, zero)

    def _arguments(self, function: str, args: tuple[int, ...]) -> tuple[Argument, ...]:
        """What a call's rule knows of its arguments; those that vary have derivatives."""
        varies, fixed, values = Dependence.VARIES, Dependence.FIXED, self._graph.values
        moved = self._derivatives
        if function in ONE_RULE:
            return tuple([varies if arg in moved else fixed for arg in args])
        numbers = [fixed if (value := values[arg]) is None else value for arg in args]
        return tuple([varies if arg in moved else number for arg, number in zip(args, numbers, strict=True)])
