"""About what the nodes of a growing graph are."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from derivcheck.balls import estimates
from derivcheck.balls.estimates import Estimates
from derivcheck.balls.program import Program
from derivcheck.graph.building import Graph
from derivcheck.language.parse import parse

POINT = {"x": Fraction(2), "y": Fraction(-1)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x**2 + 1/4", 4.25),
        ("2*pi", 2 * math.pi),
        ("where(x > 1, sqrt(x), log(y))", math.sqrt(2)),
        ("gelu(y)", -0.15865525393145705),  # of x = -1, by tables of the normal distribution
    ],
)
def test_a_number_is_the_nearest_float(text: str, value: float) -> None:
    """Composites and branches too."""
    graph = Graph()
    assert value == pytest.approx(Estimates(POINT)(graph, [graph.insert(parse(text, frozenset(POINT)))])[0], rel=1e-15)


@pytest.mark.parametrize("text", ["log(y)", "1/(x + 2*y)", "Max(1/(x - 2), 1/(2 - x))"])
def test_what_is_no_number_is_nan(text: str) -> None:
    """Outside of a domain, and at a pole."""
    graph = Graph()
    (found,) = Estimates(POINT)(graph, [graph.insert(parse(text, frozenset(POINT)))])
    assert math.isnan(found)


def test_each_node_is_enclosed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A graph that grows by an elimination is asked about again and again."""
    counted: list[str] = []
    call = estimates._call

    def counting(name: str, count: int) -> Program:
        counted.append(name)
        return call(name, count)

    monkeypatch.setattr(estimates, "_call", counting)
    graph, estimate = Graph(), Estimates(POINT)
    at = graph.insert(parse("x*y", frozenset(POINT)))
    assert [-2.0] == estimate(graph, [at]) == estimate(graph, [at])
    assert [-2.0, math.sin(-2)] == estimate(graph, [at, graph.call("sin", (at,))])

    assert ["mul", "sin"] == counted


def test_another_graph_is_another_one() -> None:
    """Its nodes are not those of the graph before."""
    estimate = Estimates(POINT)
    first, second = Graph(), Graph()
    first.insert(parse("x*y", frozenset(POINT)))
    assert [-1.0] == estimate(second, [second.insert(parse("y", frozenset(POINT)))])
    assert [2.0] == estimate(first, [0])


def _nodes(graph: Graph, *texts: str) -> list[int]:
    return [graph.insert(parse(text, frozenset(POINT))) for text in texts]


def test_eigenvalues_of_nodes() -> None:
    """Those of [[x, y], [y, x]] are x + y and x - y: 1 and 3."""
    graph = Graph()
    x, y, zero = _nodes(graph, "x", "y", "0")
    found = Estimates(POINT).eigenpairs(graph, [[x, y], [y, x]], [[zero, zero], [zero, zero]])
    assert found is not None
    assert sorted(found.values) == [(Fraction(1), Fraction(0)), (Fraction(3), Fraction(0))]


@pytest.mark.parametrize("text", ["x - 2", "log(y)"])
def test_eigenvalues_that_are_not_known(text: str) -> None:
    """Twice 0, or those of no number."""
    graph = Graph()
    entry, zero = _nodes(graph, text, "0")
    assert Estimates(POINT).eigenpairs(graph, [[entry, zero], [zero, entry]], [[zero, zero], [zero, zero]]) is None


def test_what_is_0_nearby() -> None:
    """x*y - y*x is 0 everywhere; x + 2*y is 0 at the point alone."""
    graph = Graph()
    everywhere, here = _nodes(graph, "x*y - y*x", "x + 2*y")
    assert Estimates(POINT).vanish_nearby(graph, [everywhere])
    assert not Estimates(POINT).vanish_nearby(graph, [everywhere, here])
