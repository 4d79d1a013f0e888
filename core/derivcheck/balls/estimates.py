"""Estimates: about what the nodes of a growing graph are at a point, for the choice of pivots while it is lowered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import nan
from random import Random

from flint import acb, arb

from derivcheck.balls.ball import Ball, Outside, nearest_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.eigenpairs import BITS, Eigenpairs, eigenpairs
from derivcheck.balls.program import Program
from derivcheck.elements.elements import Elements
from derivcheck.graph.building import Graph
from derivcheck.model.expression import Node, NodeKind

_BITS = 128


class Estimates:
    """The Estimate at one point: each node of a graph is enclosed once, however often it is asked.

    Args:
        exact: the exact value of each variable; one that is left out has none.
        bits: with how many bits each operation is computed.

    Example:
        >>> graph = Graph()
        >>> at = graph.insert_all([Node(NodeKind.VARIABLE, "x"), Node(NodeKind.CALL, "sqrt", (0,))])[-1]
        >>> Estimates({"x": Fraction(9)})(graph, [at])
        [3.0]
    """

    def __init__(self, exact: Mapping[str, Fraction], bits: int = _BITS) -> None:
        self._exact = exact
        self._bits = bits
        self._graph: Graph | None = None
        self._balls: list[Ball] = []
        self._precise_graph: Graph | None = None
        self._precise: dict[int, Ball] = {}

    def __call__(self, graph: Graph, nodes: Sequence[int]) -> list[float]:
        """About what some nodes are, nan of those that are no number or not known."""
        return [_number(ball) for ball in self._about(graph, nodes)]

    def radii(self, graph: Graph, nodes: Sequence[int]) -> list[float]:
        """How far rounding may move each at so many bits; nan, or inf, where that is not known."""
        return [float(ball.rad()) if isinstance(ball, arb) else nan for ball in self._about(graph, nodes)]

    def _about(self, graph: Graph, nodes: Sequence[int]) -> list[Ball]:
        if graph is not self._graph:
            self._graph, self._balls = graph, []
        with precision(self._bits):
            for at in range(len(self._balls), max(nodes, default=-1) + 1):
                self._balls.append(self._ball(graph, at, self._balls))
        return [self._balls[at] for at in nodes]

    def eigenpairs(
        self, graph: Graph, real: Sequence[Sequence[int]], imag: Sequence[Sequence[int]]
    ) -> Eigenpairs | None:
        """The eigenvalues and eigenvectors of a matrix to thousands of bits; None where they are not simple.

        Args:
            graph: the graph.
            real: the nodes of the real parts of its numbers, row by row.
            imag: those of the imaginary parts.
        """
        with precision(BITS):
            known = self._enclosed(graph, [at for rows in (real, imag) for row in rows for at in row])
            matrix = [
                [self._complex(known[x], known[y]) for x, y in zip(*rows, strict=True)]
                for rows in zip(real, imag, strict=True)
            ]
        return None if any(entry is None for row in matrix for entry in row) else eigenpairs(matrix)

    @staticmethod
    def _complex(real: Ball, imag: Ball) -> acb | None:
        are_numbers = all(isinstance(part, arb) and not isinstance(part, Outside) for part in (real, imag))
        return acb(real, imag) if are_numbers else None

    def _enclosed(self, graph: Graph, nodes: Sequence[int]) -> dict[int, Ball]:
        """What some nodes are, at the current precision."""
        if graph is not self._precise_graph:
            self._precise_graph, self._precise = graph, {}
        for at in graph.below(*nodes):
            if at not in self._precise:
                self._precise[at] = self._ball(graph, at, self._precise)
        return self._precise

    def vanish_nearby(self, graph: Graph, nodes: Sequence[int]) -> bool:
        """Whether nodes that are 0 at the point are 0 at a point beside it as well, which no chance explains."""
        draw = Random(1)
        moved = {name: value + Fraction(draw.randrange(1, 2**20), 2**30) for name, value in self._exact.items()}
        with precision(2 * _BITS):
            known = Estimates(moved)._enclosed(graph, nodes)
            least = arb(2) ** -_BITS
            return all(isinstance(known[at], arb) and abs(known[at]) < least for at in nodes)

    def _ball(self, graph: Graph, at: int, known: Sequence[Ball] | Mapping[int, Ball]) -> Ball:
        name, args = graph.calls[at]
        if args:
            return _call(name, len(args)).result([known[arg] for arg in args])
        leaf = graph.leaves[at]
        if leaf.kind is NodeKind.VARIABLE:
            exact = self._exact.get(leaf.name)
            return Outside("there is no such number") if exact is None else nearest_ball(exact)
        return nearest_ball(leaf.value) if leaf.value is not None else _constant(leaf).result([])


@lru_cache(maxsize=1024)
def _call(name: str, count: int) -> Program:
    """A call of a function on so many variables."""
    names = tuple([f"u{index}" for index in range(count)])
    call = Node(NodeKind.CALL, name, tuple(range(count)))
    return compile_balls(Elements((*[Node(NodeKind.VARIABLE, name) for name in names], call), (count,), names))


@lru_cache(maxsize=64)
def _constant(leaf: Node) -> Program:
    return compile_balls(Elements((leaf,), (0,), ()))


def _number(ball: Ball) -> float:
    return float(ball.mid()) if isinstance(ball, arb) and ball.is_finite() and not isinstance(ball, Outside) else nan
