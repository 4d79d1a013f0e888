"""The derivatives of one function, each from a forward sweep, kept in one graph."""

from __future__ import annotations

from collections.abc import Callable

from derivcheck.elements.elements import Elements
from derivcheck.graph.building import Graph, Grown
from derivcheck.model import Wrt
from derivcheck.model.expression import Expression
from derivcheck.symbolic.forward_sweep import ForwardSweep

MAX_FORMULA = 100_000
"""Operations in a derivative, each counted once; beyond it the truth rests on f alone."""


class ForwardDerivatives:
    """A function and its derivatives, as they are asked for.

    Args:
        elements: what to differentiate: the first of its elements.

    Attributes:
        graph: the function, and the derivatives that were asked for.
        function: where the function is.
    """

    def __init__(self, elements: Elements) -> None:
        self.graph = Graph()
        self._places = self.graph.insert_all(elements.nodes)
        self.function = self._places[elements.roots[0]]
        self._addresses = elements.addresses
        self._roots: dict[Wrt, int] = {(): self.function}
        self._sweeps: dict[str, ForwardSweep] = {}

    def root(self, wrt: Wrt) -> int:
        """Where the derivative by the variables of `wrt`, one after the other, is in the graph.

        Raises:
            UnsupportedError: where SymPy has no derivative, or one that no other reading understands.
        """
        if wrt not in self._roots:
            before, name = self.root(wrt[:-1]), wrt[-1]
            if name not in self._sweeps:
                self._sweeps[name] = ForwardSweep(self.graph, name, longest=MAX_FORMULA)
            self._roots[wrt] = self._sweeps[name].derivative(before)
        return self._roots[wrt]

    def expression(self, root: int) -> Expression:
        """What is under a place of the graph."""
        return self.graph.expression(root, self._addresses)

    def grown(self, root: int) -> Grown:
        """The same where it stands: beside the function, with which it shares most of its nodes."""
        return Grown(self.graph, self._places, root)


def derivatives_of(elements: Elements) -> Callable[[Wrt], Expression]:
    """The derivatives of the first of some elements, by the variables one after the other.

    What is returned raises UnsupportedError where SymPy has none, or one that no other reading understands.
    """
    found = ForwardDerivatives(elements)
    return lambda wrt: found.expression(found.root(wrt))
