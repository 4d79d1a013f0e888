"""Which operations are exact on the numbers at hand: for floats, and at many points the same.

Covers also: exactness_at_points.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.rounding.exactness import is_exact
from derivcheck.rounding.exactness_at_points import exact_numbers, exact_points

KNOWN = [
    ("add", (0.5, 0.25), 0.75, True),
    ("add", (0.1, 0.2), 0.1 + 0.2, False),
    ("sub", (3.0, 0.125), 2.875, True),
    ("sub", (1.0, 1e-17), 1.0, False),
    ("rsub", (0.125, 3.0), 2.875, True),
    ("mul", (0.1, 0.25), 0.025, True),
    ("mul", (0.1, 0.1), 0.1 * 0.1, False),
    ("div", (6.0, 3.0), 2.0, True),
    ("div", (1.0, 3.0), 1 / 3, False),
    ("reciprocal", (4.0,), 0.25, True),
    ("reciprocal", (3.0,), 1 / 3, False),
    ("sqrt", (2.25,), 1.5, True),
    ("sqrt", (2.0,), 2.0**0.5, False),
    ("rsqrt", (4.0,), 0.5, True),
    ("rsqrt", (2.0,), 2.0**-0.5, False),
    ("square", (1.5,), 2.25, True),
    ("square", (0.1,), 0.1 * 0.1, False),
    ("pow", (3.0, 4.0), 81.0, True),
    ("pow", (2.0, -3.0), 0.125, True),
    ("pow", (2.25, 0.5), 1.5, True),
    ("pow", (1.1, 3.0), 1.1**3.0, False),
    ("pow", (3.0, -1.0), 1 / 3, False),
    ("exp", (0.0,), 1.0, True),
    ("exp", (1.0,), 2.718281828459045, False),
    ("log", (1.0,), 0.0, True),
    ("sigmoid", (0.0,), 0.5, True),
    ("sin", (0.5,), 0.479425538604203, False),
]
"""An operation, the numbers that it was given, what it returns in float64, and whether that is exact."""


@pytest.mark.parametrize(("name", "args", "outcome", "expected"), KNOWN)
def test_what_is_exact(name: str, args: tuple[float, ...], outcome: float, expected: bool) -> None:
    """An operation is exact where the float that it returned is the exact result."""
    assert expected is is_exact(name, list(args), outcome)


@pytest.mark.parametrize(("name", "args", "outcome", "expected"), KNOWN)
def test_at_many_points_the_rules_are_the_same(
    name: str, args: tuple[float, ...], outcome: float, expected: bool
) -> None:
    """Beside other points each is judged by itself."""
    columns = [torch.tensor([[number, 0.7]], dtype=torch.float64) for number in args]
    exact = exact_points(name, columns, torch.tensor([[outcome, 0.3]], dtype=torch.float64))
    assert expected is (exact is not None and bool(exact[0]))


FLOATS = st.one_of(st.floats(-1e100, 1e100), st.floats(-1024, 1024, width=16), st.integers(-(2**30), 2**30).map(float))
"""Numbers of many digits, and of so few that their sums and products are exact."""


@given(st.sampled_from(["add", "mul"]), FLOATS, FLOATS)
def test_sums_and_products_are_exact_where_fractions_say_so(name: str, x: float, y: float) -> None:
    """A Fraction knows the exact sum and the exact product of any two floats."""
    outcome = x + y if name == "add" else x * y
    exact = Fraction(x) + Fraction(y) if name == "add" else Fraction(x) * Fraction(y)
    assert is_exact(name, [x, y], outcome) is (outcome == exact)


def test_what_is_not_finite_is_not_exact() -> None:
    """Of infinities and nan no rule says anything, nor of what is no number."""
    inf = float("inf")
    assert not is_exact("add", [inf, 1.0], inf)
    assert not is_exact("div", [1.0, inf], 0.0)
    assert not is_exact("exp", [0.0], float("nan"))
    assert not is_exact("logical_not", [None], 1.0)


def test_a_polynomial_has_no_special_values() -> None:
    """i0e(0) is 1 in torch's vector kernel for bfloat16, and 0.992 in its scalar one."""
    assert not is_exact("special_i0e", [0.0], 1.0)


def test_a_narrowed_number_is_exact_where_it_stays_the_same() -> None:
    """0.5 has a place in every format, 0.1 has not."""
    assert is_exact("_to_copy", [0.5], 0.5)
    assert not is_exact("_to_copy", [0.1], 0.0999755859375)


def test_a_power_that_a_narrow_format_rounds_is_not_exact() -> None:
    """The square of a float32 of 24 bits fits into a float64, and not into a float32."""
    numbers = torch.tensor([3.0, 6.9], dtype=torch.float32)
    exact = exact_numbers("pow", (numbers, 2), numbers**2)
    assert exact is not None
    assert exact.tolist() == [True, False]
    at_points = exact_points("pow", (numbers.expand(3, 2), 2), (numbers**2).expand(3, 2))
    assert at_points is not None
    assert at_points.tolist() == [True, False]
