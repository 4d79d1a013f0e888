"""Elements: formulas that share their nodes."""

from __future__ import annotations

from derivcheck.elements.elements import Elements
from derivcheck.graph.building import Graph
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text


def test_a_scalar_has_one_root() -> None:
    """Each node comes from that of the Expression, and the variables are the addresses."""
    expression = parse("sin(b) + a*sin(b)")
    elements = Elements.of(expression)
    assert (expression.nodes, (expression.root,), ("b", "a")) == (elements.nodes, elements.roots, elements.addresses)
    assert list(range(len(expression))) == list(elements.origins)
    assert expression == elements.expression()
    assert elements is Elements.of(elements)


def test_many_roots_share_their_nodes() -> None:
    """Two formulas with a sine in common have it once, and each is an Expression with its own variables."""
    graph = Graph()
    roots = [graph.insert(parse(text)) for text in ("z*sin(a + x)", "sin(a + x)**2", "x")]
    elements = Elements.taken(graph, roots, ("x", "z", "a"))
    assert 8 == len(elements)  # a, x, z, a + x, the sine, the product, 2, the square
    texts = [to_text(elements.expression(index)) for index in range(3)]
    assert ["z*sin(a + x)", "sin(a + x)**2", "x"] == texts
    assert [("x", "z", "a"), ("x", "a"), ("x",)] == [elements.expression(index).variables for index in range(3)]


def test_there_may_be_no_root() -> None:
    """Of no formulas there are no nodes."""
    assert (0, ()) == (len(Elements.taken(Graph(), (), ())), Elements.taken(Graph(), (), ()).roots)
