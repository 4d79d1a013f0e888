"""What swings near the point: no derivative is made up, and none is missed."""

from __future__ import annotations

import mpmath
import pytest
from truths import find, truth

from derivcheck.model import Kind, Side

with mpmath.workprec(6000):
    SWINGING = mpmath.nstr(4 * mpmath.mpf(1e300) ** 3 * mpmath.cos(mpmath.mpf(1e300) ** 4), 18).replace("e+", "e")
    COSWINGING = mpmath.nstr(-4 * mpmath.mpf(1e300) ** 3 * mpmath.sin(mpmath.mpf(1e300) ** 4), 18).replace("e+", "e")


@pytest.mark.parametrize(
    ("expr", "x"),
    [
        ("sin(x**150)", 1e300),
        ("cos(x**150) + abs(x)", 1e300),
        ("abs(sin(x**170))", 1e300),
        ("fmod(1, x)", 1e-300),
        ("0.3*remainder(1, x)", 1e-299),
    ],
)
def test_what_swings_beyond_all_balls_is_undecided(expr: str, x: float) -> None:
    """Where f has more periods or jumps within every ball and step than there are bits, nobody knows its slope."""
    assert Kind.UNDECIDED is truth(expr, {"x": x}, "x").kind


@pytest.mark.parametrize(
    "expr",
    [
        "where(x == 0, 0, x*sin(pi/x))",
        "where(x == 0, 0, x*cos(2*pi/x))",
        "where(x == 0, 0, x*frac(1/x))",
        "where(x == 0, 0, x*sin(pi*log(abs(x))/log(2)))",
        "where(x == 0, 0, x*cos(2*pi*log(abs(x))/log(2)/375))",
        "where(x == 0, 0, sqrt(abs(x))*sin(1/x))",
        "where(x == 1, 0, remainder(1, frac(1/x)))",
    ],
)
def test_what_swings_has_no_derivative_though_it_stands_still_at_powers_of_2(expr: str) -> None:
    """The quotients at 0 are sin(pi/h), cos(2*pi/h), …: at h = 2**-k they are the same number for every k."""
    at = 1 if "== 1" in expr else 0
    truth = find(expr, {"x": at}, "x").truth
    assert truth.value is None
    assert Side.UNDECIDED in (truth.left, truth.right)
    assert not {Side.POSITIVE_INFINITY, Side.NEGATIVE_INFINITY} & {truth.left, truth.right}


@pytest.mark.parametrize(
    "expr",
    [
        "x*where(cos(1/x) > 0, 1, 0)",
        "x*sign(cos(pi/x))",
        "x*where(cos(log(abs(x))/2) > 0, 1, 0)",
        "x*relu(cos(log(abs(x))/2))",
        "x*(floor(log(abs(x))) % 2)",
        "x*sign(polygamma(2, 2*log(abs(x))))",
        "sqrt(abs(x))*cos(log(abs(x)))",
        "x*where(ceil(sinc(1/abs(x))) <= x**2, sinc(1/abs(x))*(log(abs(x)) - 1/abs(x)), sin(abs(x)))",
    ],
)
def test_what_takes_a_value_twice_by_chance_has_no_derivative(expr: str) -> None:
    """The quotients at 0 are 0 or 1, or h or 0.1, without end: two or three steps may well show a limit."""
    truth = find(f"where(x == 0, 0, {expr})", {"x": 0}, "x").truth
    assert (None, Side.UNDECIDED, Side.UNDECIDED) == (truth.value, truth.left, truth.right)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("x**2*sign(sin(1/x))", "0"),
        ("x**2*floor(1/x)", "1"),
        ("sin(x)/log(abs(x))", "0"),
        ("exp(-1/x**2)*sin(exp(1/x**2))", "0"),
        ("exp(-10000)*x*cos(x)", "0"),
    ],
)
def test_what_takes_every_value_ever_less_has_a_derivative(expr: str, expected: str) -> None:
    """A quotient that swings within h, is 1 but for h, goes to 0 as 1/log h does, or is below what any float holds."""
    value = find(f"where(x == 0, 0, {expr})", {"x": 0}, "x").truth.value
    assert value is not None
    assert expected == value.decimal(9) or abs(float(value.decimal(9))) < 1e-300


def test_what_swings_less_and_less_has_a_derivative() -> None:
    """|x**2*sin(pi/x)| <= x**2, so it is 0; and x + x**2*sin(1/x) has the slope 1."""
    assert find("where(x == 0, 0, x**2*sin(pi/x))", {"x": 0}, "x").truth.value is not None
    value = find("where(x == 0, 0, x + x**2*sin(1/x))", {"x": 0}, "x").truth.value
    assert value is not None
    assert "1" == value.decimal(15)


@pytest.mark.parametrize(
    ("expr", "wrt", "kind"),
    [
        ("where(x == 0, 0, x**3*sin(1/x))*y", "xxy", Kind.UNDECIDED),
        ("where(x == 0, 0, x**3*sin(1/x)) + y**2", "xxy", Kind.UNDECIDED),
        ("where(x == 0, 0, x**3*sin(1/x))*y", "yxx", Kind.UNDECIDED),
        ("where(x == 0, 0, x**3*cos(1/x))*y", "xyx", Kind.UNDECIDED),
        ("where(x == 0, 0, x**3*sin(1/x))*y", "xy", Kind.VALUE),
        ("where(x == 0, 0, x**5*sin(1/x))*y", "xxy", Kind.VALUE),
        ("where(x == 0, 0, x**5*sin(1/x))*y", "yxx", Kind.VALUE),
    ],
)
def test_a_mixed_derivative_of_what_swings_is_known_where_the_inner_one_is(expr: str, wrt: str, kind: Kind) -> None:
    """In whatever order: x**3*sin(1/x) has no second derivative at 0, and that is not to be called known either."""
    assert kind is truth(expr, {"x": 0, "y": 1}, *wrt).kind
