"""Reachability: what a root needs, and nothing else."""

from __future__ import annotations

from derivcheck.graph.reachability import extract_nodes, reachable
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.model.expression import Expression

ARGUMENTS = [(), (), (0, 1), (0,), (2, 2), (3, 4)]
"""x, y, x + y, sin(x), (x + y)*(x + y), and the sum of the last two."""


def test_a_root_needs_what_is_below_it() -> None:
    """The square needs the sum and both variables, the sine one of them."""
    assert {0, 1, 2, 4} == reachable([4], ARGUMENTS.__getitem__)
    assert {0, 3} == reachable([3], ARGUMENTS.__getitem__)
    assert {0, 1, 2, 3} == reachable([2, 3], ARGUMENTS.__getitem__)
    assert reachable([], ARGUMENTS.__getitem__) == set()


def test_a_node_that_is_shared_is_asked_once() -> None:
    """In a chain of squares written as products, 100 deep, a walk over the tree would take 2**100 steps."""
    asked: list[int] = []

    def arguments(at: int) -> tuple[int, ...]:
        asked.append(at)
        return (at - 1, at - 1) if at else ()

    assert set(range(101)) == reachable([100], arguments)
    assert 101 == len(asked)


def test_a_part_is_taken_out_and_numbered_anew() -> None:
    """Of x*y + sin(x) the sine alone has two nodes; with the product there are five, for the text has two x."""
    expression = parse("x*y + sin(x)")
    sine = expression.nodes[-1].args[1]
    nodes, roots = extract_nodes(expression.nodes, [sine])
    assert ([1], "sin(x)") == (roots, to_text(Expression("", tuple(nodes), ("x",))))
    nodes, roots = extract_nodes(expression.nodes, expression.nodes[-1].args)
    assert (5, [2, 4]) == (len(nodes), roots)
