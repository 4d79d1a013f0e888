"""Whether a formula, or the chain rule over it, leaves the range of a format.

Covers also: exact_slots.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.balls.compiling import compile_balls
from derivcheck.checking.one_point import check_case
from derivcheck.language.parse import parse
from derivcheck.model import Case, Mode, Status
from derivcheck.numbers import DType
from derivcheck.rounding.ranges import chain_leaves_range, leaves_range, vanishes


@pytest.mark.parametrize(
    ("expr", "x", "formula", "chain"),
    [
        ("sech(x)", 2.0, False, False),
        ("sech(x)", 700.0, False, True),  # the derivative of 1/c at cosh(700) is -4e-608
        ("sech(x)", 800.0, True, True),  # cosh(800) is 1e347
        ("exp(x)/exp(x)", 500.0, False, False),  # the derivatives of a/b at exp(500) are 1/exp(500) and its negative
        ("log(2**x)", 1e160, True, True),  # 2**1e160 shows at 1280 bits
        ("where(x > 0, x, exp(x))", 1000.0, False, False),  # exp is in the branch that is not taken
        ("sinc(x)", 1e-200, False, False),  # torch squares x on its own account
        ("1e-200*x*1e200", 1e-200, True, False),
    ],
)
def test_where_the_range_is_left(expr: str, x: float, formula: bool, chain: bool) -> None:
    """The steps are those that torch runs, and the factors of the chain rule are exact numbers as well."""
    program = compile_balls(parse(expr, frozenset({"x"})), as_torch=True)
    found = [leaves(program, {"x": Fraction(x)}, DType.FLOAT64) for leaves in (leaves_range, chain_leaves_range)]
    assert [formula, chain] == found


def test_a_step_outside_of_its_domain_has_no_factor() -> None:
    """torch writes Γ(-1/2, x) as Q(-1/2, x) times Γ(-1/2), and has no Q there."""
    expression = parse("uppergamma(a, x)", ["a", "x"])
    point = {"a": Fraction(-1, 2), "x": Fraction(100_000)}
    assert not chain_leaves_range(compile_balls(expression, as_torch=True), point, DType.FLOAT64)


@pytest.mark.parametrize("mode", [Mode.REVERSE, Mode.FORWARD])
@pytest.mark.parametrize(
    ("expr", "at", "dtype", "expected"),
    [
        ("sech(x)", "1e160", DType.FLOAT64, Status.UNSTABLE),  # 1/cosh(x), which overflows
        ("csch(x)", "700", DType.FLOAT32, Status.UNSTABLE),
        ("acot(x)", "1e-300", DType.FLOAT64, Status.UNSTABLE),  # atan(1/x), whose derivative squares 1/x
        ("hardtanh(x, -1, 0.7)", "0.7", DType.FLOAT64, Status.UNSTABLE),
        ("hardshrink(x, 0.3)", "0.3", DType.FLOAT16, Status.UNSTABLE),
        ("sinc(x)", "1e-300", DType.FLOAT64, Status.MISMATCH),
    ],
)
def test_the_worst_status_far_out(expr: str, at: str, dtype: DType, expected: Status, mode: Mode) -> None:
    """What range and rounding explain is no mismatch, in either mode; an underflow of torch's own is one."""
    results = check_case(Case(expr, at=({"x": at},), dtype=dtype, modes=(mode,)))
    assert expected is max((result.status for result in results), key=lambda status: status.rank)


def test_a_difference_that_no_format_holds_is_an_underflow() -> None:
    """y - tanh(y) is y**3/3, 4e-970 at 5e-324: torch's 0 has the logarithm -inf, the true one is -2234.4."""
    value, _ = check_case(Case("log(y - tanh(y))", at=({"y": "5e-324"},)))
    assert Status.UNSTABLE is value.status
    assert "a step of the formula underflows float64" in (value.verdict.reason or "")
    lost = check_case(Case("abs(x) + abs(x)*(x - sin(x))", at=({"x": "0"},)))
    assert {Status.MATCH, Status.CONVENTION} == {result.status for result in lost}


@pytest.mark.parametrize(
    ("expr", "x", "expected"),
    [
        ("log(x - tanh(x))", 5e-324, True),
        ("log(x - tanh(x))", 1e-50, False),
        ("x - sin(x)", 0.0, False),
        ("x + exp(-800) - x", 1.0, True),  # 128 bits do not tell this from 0
        ("x + 1e-200 - x", 1.0, False),
        ("where(x < 2, exp(-1000), x)", 1.0, True),
        ("where(x > 2, exp(-1000), x)", 1.0, False),
        ("sin(x)*cos(x)", 1.0, False),
    ],
)
def test_where_a_step_rounds_to_zero(expr: str, x: float, expected: bool) -> None:
    """x - tanh(x) is x**3/3: 3e-151 at 1e-50 is a float64; at 0 the difference is a true 0."""
    assert expected is vanishes(compile_balls(parse(expr, frozenset("x"))), {"x": Fraction(x)}, DType.FLOAT64)
