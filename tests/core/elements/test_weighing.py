"""Weighted sums of the elements of a value."""

from __future__ import annotations

from fractions import Fraction

from flint import arb
from scalar_graphs import elements_of

from derivcheck.balls.compiling import compile_balls
from derivcheck.elements.weighing import weighed


def test_each_upstream_gradient_makes_one_root() -> None:
    """At x = 2, y = 3: 1/8*(x*y) - 3*(x + y) is -57/4, and 2*(x + y) is 10."""
    elements = elements_of(["x", "y"], "x*y", "x + y", "x")
    program = compile_balls(weighed(elements, [[Fraction(1, 8), -3, 0], [0, 2, 0], [0, 0, 0]]))
    slots = program.trace({"x": arb(2), "y": arb(3)})

    assert [6, 5, 2, arb(-57) / 4, 10, 0] == [slots[root] for root in program.roots]


def test_without_upstream_gradients_nothing_is_added() -> None:
    """The same object comes back."""
    elements = elements_of(["x"], "x")
    assert elements is weighed(elements, [])


def test_a_weighted_sum_is_shallow() -> None:
    """Of 64 roots it is 6 additions deep, so that what hangs on one address is little."""
    names = [f"x{at}" for at in range(64)]
    elements = weighed(elements_of(names, *names), [[1] * 64])
    depth: list[int] = []
    for node in elements.nodes:
        depth.append(max([depth[arg] + (node.name == "add") for arg in node.args], default=0))

    assert 6 == depth[elements.roots[-1]]
