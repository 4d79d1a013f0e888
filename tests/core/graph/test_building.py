"""The graph: equal nodes are one, and what is idle in a rule is left out."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.graph.building import Graph, Template
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text


def test_equal_nodes_are_one() -> None:
    """sin(a + x) twice is there once; the Expression that is taken out is the one that was put in."""
    graph = Graph()
    root = graph.insert(parse("sin(a + x)*sin(a + x) + (a + x)"))
    assert 6 == len(graph)  # a, x, a + x, the sine, its square, the sum
    taken = graph.expression(root, ("x", "a"))
    assert ("sin(a + x)*sin(a + x) + (a + x)", ("x", "a")) == (to_text(taken), taken.variables)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("u*0 + d", "y"),
        ("1*d", "y"),
        ("d*1 + 0", "y"),
        ("-1*d", "-y"),
        ("-(-d)", "y"),
        ("d**1", "y"),
        ("d**0", "1"),
        ("2*3*d", "6*y"),
        ("where(True, d, u)", "y"),
        ("where(u > 0, d, d)", "y"),
        ("d/3", "y/3"),
        ("u - d", "x - y"),
        ("-u*-u + -(-d)", "-x*-x + y"),
        ("d**2 + 2*d", "y**2 + 2*y"),
        ("d**-1 + u**-1", "y**-1 + x**-1"),
    ],
)
def test_a_rule_loses_what_is_idle(rule: str, expected: str) -> None:
    """Zeros, ones and operations on plain numbers are not worth a step."""
    graph = Graph()
    template = Template.of(parse(rule), ("u", "d"))
    root = graph.graft(template, (graph.insert(parse("x")), graph.insert(parse("y"))))
    assert expected == to_text(graph.expression(root))


def test_what_the_user_wrote_stays() -> None:
    """Only rules are simplified: torch and Arb are to see the same tree."""
    graph = Graph()
    assert "1*x + 0" == to_text(graph.expression(graph.insert(parse("1*x + 0"))))


def test_a_long_literal_is_no_plain_number() -> None:
    """A rounded literal may be widened later, so it is not computed with, nor taken for another spelling."""
    graph = Graph()
    long, short = graph.insert(parse("0.3333333333333333333")), graph.insert(parse("0.25"))
    assert (None, Fraction(1, 4)) == (graph.values[long], graph.values[short])
    assert graph.insert(parse("2.0")) == graph.insert(parse("2"))


def test_what_several_roots_need_stands_in_order() -> None:
    """The sine and the product share x and nothing else; the exponential is needed by neither."""
    graph = Graph()
    sine, product, _ = (graph.insert(parse(text)) for text in ("sin(x)", "x*y", "exp(y)"))
    assert [0, 1, 2, 3] == graph.below(sine, product)  # x, sin(x), y, x*y
    assert [0, 1] == graph.below(sine)


def test_variables_may_be_told_apart_or_not() -> None:
    """Of a graph with very many variables it is enough to know whether any occurs."""
    apart, alike = Graph(), Graph(tells_variables_apart=False)
    found = [graph.insert(parse("x*y + z")) for graph in (apart, alike)]
    assert [0b111, 1] == [graph.depends[at] for graph, at in zip((apart, alike), found, strict=True)]
    assert ("x", "y", "z") == apart.expression(found[0]).variables == alike.expression(found[1]).variables


def test_many_calls_of_one_function() -> None:
    """Equal ones are one here, too."""
    graph = Graph()
    x, y = (graph.insert(parse(name)) for name in "xy")
    assert [2, 3, 2] == graph.call_each("add", [(x, y), (y, x), (x, y)])
