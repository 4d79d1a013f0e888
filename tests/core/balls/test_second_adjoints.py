"""The sweep of second order: products of the Hessian with directions, on balls."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.balls.adjoints import Adjoints
from derivcheck.balls.ball import precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.second_adjoints import SecondAdjoints
from derivcheck.elements.elements import Elements
from derivcheck.language.parse import parse
from derivcheck.symbolic.local_partials import local_partial, local_second_partial


def products(text: str, point: dict[str, int], direction: dict[str, int]) -> dict[str, arb]:
    """The product of the Hessian of a formula with a direction, on balls around a point."""
    elements = Elements.of(parse(text, list(point)))
    program = compile_balls(elements)
    adjoints = Adjoints(elements, program, local_partial)
    with precision(128):
        slots = program.trace({name: arb(point[name], arb((1, -90))) for name in program.variables})
        sweeps = SecondAdjoints(adjoints, local_second_partial).run(slots)
        return sweeps.products(adjoints.node_of(0), {name: arb(length) for name, length in direction.items()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x*x", {"x": 2}),
        ("x**3*y", {"x": 6 * 2 * 3, "y": 3 * 4}),
        ("(x*y)*(x*y)", {"x": 2 * 9, "y": 4 * 2 * 3}),
        ("x + 5*y", {}),
        ("where(x < y, x**2, y**2)", {"x": 2}),
        ("x/y", {"x": 0, "y": Fraction(-1, 9)}),
    ],
)
def test_a_row_of_the_hessian(text: str, expected: dict[str, Fraction]) -> None:
    """At x = 2, y = 3, along x; what no change flows to is 0."""
    found = products(text, {"x": 2, "y": 3}, {"x": 1})
    for name in ("x", "y"):
        value = Fraction(expected.get(name, 0))
        with precision(128):
            assert found.get(name, arb(0)).overlaps(arb(value.numerator) / value.denominator)


def test_at_a_kink_it_is_unknown() -> None:
    """Where the first derivative jumps; beside it, it is a number."""
    assert products("abs(x)*x", {"x": 0}, {"x": 1})["x"].is_nan()
    assert products("abs(x)*x", {"x": 3}, {"x": 1})["x"].overlaps(arb(2))


NUMBERS = st.integers(-4, 4)


@given(
    coefficients=st.lists(NUMBERS, min_size=6, max_size=6),
    point=st.tuples(NUMBERS, NUMBERS),
    v=st.tuples(NUMBERS, NUMBERS),
)
def test_of_a_polynomial(coefficients: list[int], point: tuple[int, int], v: tuple[int, int]) -> None:
    """Its Hessian is known."""
    a, b, c, d, e, f = coefficients
    x, y = point
    text = f"{a}*x**3 + {b}*x**2*y + {c}*x*y**2 + {d}*y**3 + {e}*x*y + {f}*x**2".replace("+ -", "- ")
    hessian = (
        (6 * a * x + 2 * b * y + 2 * f, 2 * b * x + 2 * c * y + e),
        (2 * b * x + 2 * c * y + e, 2 * c * x + 6 * d * y),
    )
    found = products(text, {"x": x, "y": y}, {"x": v[0], "y": v[1]})
    for name, row in zip("xy", hessian, strict=True):
        assert found.get(name, arb(0)).overlaps(arb(row[0] * v[0] + row[1] * v[1]))
