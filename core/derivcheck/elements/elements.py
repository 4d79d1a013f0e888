"""Elements: a scalar graph with many roots, one for each element of a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from derivcheck.graph.building import Graph
from derivcheck.graph.reachability import extract_nodes
from derivcheck.model.expression import Expression, Node, NodeKind


@dataclass(frozen=True, eq=False)
class Elements:
    """What SymPy and Arb read: scalars all of them, however many elements a value has.

    A value that is a number has one root. The gradient of a function of a hundred variables has a hundred, and its
    formulas share most of their nodes.

    Attributes:
        nodes: the nodes in postorder; one may be the argument of several.
        roots: the node of each element.
        addresses: the names of the variables: of one that is a number its name, `x`.
        origins: for each node the node of the user's Expression that it comes from; empty where it comes from none.
    """

    nodes: tuple[Node, ...]
    roots: tuple[int, ...]
    addresses: tuple[str, ...]
    origins: Sequence[int] = ()

    @classmethod
    def of(cls, formula: Expression | Elements) -> Elements:
        """The Elements of an Expression, whose value is one number; Elements as they are."""
        if isinstance(formula, Elements):
            return formula
        nodes = formula.nodes
        return cls(nodes, (formula.root,), formula.variables, range(len(nodes)))

    @classmethod
    def taken(cls, graph: Graph, roots: Sequence[int], addresses: Iterable[str]) -> Elements:
        """What some nodes of a graph need, these nodes being the roots."""
        nodes, places = graph.extract(roots)
        return cls(tuple(nodes), tuple(places), tuple(addresses))

    def __len__(self) -> int:
        return len(self.nodes)

    def expression(self, index: int = 0) -> Expression:
        """The element of an index alone, as an Expression in which a node may be the argument of several.

        It takes as long as that element is, however many there are.
        """
        nodes, _ = extract_nodes(self.nodes, self.roots[index : index + 1])
        occurring = {node.name for node in nodes if node.kind is NodeKind.VARIABLE}
        return Expression("", tuple(nodes), tuple(sorted(occurring, key=self._order.__getitem__)))

    @cached_property
    def _order(self) -> dict[str, int]:
        return {address: place for place, address in enumerate(self.addresses)}
