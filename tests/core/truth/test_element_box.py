"""Many derivatives proven on a box: of all addresses at once, or of some of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from scalar_graphs import elements_of

from derivcheck.balls import program
from derivcheck.balls.compiling import compile_balls
from derivcheck.symbolic.local_partials import local_partial
from derivcheck.truth.element_box import ElementBox
from derivcheck.truth.runs import Runs

NAMES = ["x[0]", "x[1]", "w[0]", "w[1]"]


def proven(*texts: str, point: Sequence[int], names: Sequence[str] | None = None) -> dict[int, dict[str, float]]:
    """What is proven around a point of two inputs and two weights, which the texts call x, y, v and w."""
    elements = elements_of(["x", "y", "v", "w"], *texts)
    called = dict(zip(elements.addresses, NAMES, strict=True))
    nodes = [type(node)(node.kind, called.get(node.name, node.name), node.args, node.value) for node in elements.nodes]
    renamed = type(elements)(tuple(nodes), elements.roots, tuple(NAMES))
    runs = Runs(compile_balls(renamed), dict(zip(NAMES, map(Fraction, point), strict=True)))
    found = ElementBox(renamed, runs, local_partial).proven(range(len(texts)), names)
    return {root: {name: float(value.mid()) for name, value in values.items()} for root, values in found.items()}


def test_smooth_derivatives_are_proven_at_once() -> None:
    """Of x*v + y*w at (1, 2, 3, 4), and of a second root."""
    found = proven("x*v + y*w", "relu(y)*x", point=(1, 2, 3, 4))
    assert {0: dict(zip(NAMES, (3, 4, 1, 2), strict=True)), 1: {"x[0]": 2, "x[1]": 1}} == found


def test_a_kink_beside_weights_of_0_is_none_for_the_inputs() -> None:
    """relu(x*v + y*w) with v = w = 0 is 0 for all inputs, and has a kink in each weight."""
    text, point = "relu(x*v + y*w)", (1, 2, 0, 0)
    assert {0: {}} == proven(text, point=point)
    assert {0: {"x[0]": 0, "x[1]": 0}} == proven(text, point=point, names=NAMES[:2])
    assert {0: {}} == proven(text, point=point, names=NAMES[2:])


def test_a_kink_is_not_proven_in_any_box() -> None:
    """|x| at 0 is left to others; what is added to it is proven."""
    assert {0: {"w[0]": 1, "w[1]": 3}} == proven("abs(x) + v*w", point=(0, 1, 3, 1))


def test_a_tie_of_units_that_are_0_is_no_kink() -> None:
    """Max(relu(x), relu(y)) is 0 around (-1, -2), whichever of the two it takes."""
    assert {0: {"x[0]": 0, "x[1]": 0}} == proven("Max(relu(x), relu(y))", point=(-1, -2, 0, 0))


def test_time_grows_in_proportion_to_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps that are run on balls, of a chain of products with an exp in each link, with all its derivatives."""
    counts: list[int] = []
    fill = program.Program.fill

    def counting(self: program.Program, slots: list[object], steps: Sequence[int]) -> None:
        counts[-1] += len(steps)
        fill(self, slots, steps)

    monkeypatch.setattr(program.Program, "fill", counting)
    for size in (20, 40, 80):
        names = [f"x{at}" for at in range(size)]
        elements = elements_of(names, "*".join(f"exp(sin({name}) - 1)" for name in names))
        counts.append(0)
        proven = ElementBox(
            elements, Runs(compile_balls(elements), dict.fromkeys(names, Fraction(1, 3))), local_partial
        )
        assert size == len(proven.proven([0])[0])
    small, middle, large = counts
    assert abs((large - middle) - 2 * (middle - small)) <= (middle - small) / 20
