"""The truth about values and derivatives, at points of every kind.

Covers also: by_quotients, sides, values.
"""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from truths import number, truth

from derivcheck.model import Evidence, Kind
from derivcheck.readings import readings
from derivcheck.truth.finder import TruthFinder

with mpmath.workprec(6000):
    SWINGING = mpmath.nstr(4 * mpmath.mpf(1e300) ** 3 * mpmath.cos(mpmath.mpf(1e300) ** 4), 18).replace("e+", "e")
    COSWINGING = mpmath.nstr(-4 * mpmath.mpf(1e300) ** 3 * mpmath.sin(mpmath.mpf(1e300) ** 4), 18).replace("e+", "e")


@pytest.mark.parametrize(
    ("expr", "at", "wrt", "expected"),
    [
        # Removable singularities, filled in by `where`, or by a kernel.
        ("where(x == 0, 1, sin(x)/x)", {"x": 0}, "x", "0"),
        ("where(x == 0, 1, sin(x)/x)", {"x": 0}, "xx", "-0.333333333333333333"),
        ("where(x == 0, 1, sin(x)/x)", {"x": 0}, "xxxx", "0.2"),
        ("where(x == 0, y, sin(x)*y/x)", {"x": 0, "y": 2}, "xxy", "-0.333333333333333333"),
        ("where(x == 0, 1, (exp(x) - 1)/x)", {"x": 0}, "x", "0.5"),  # the Bernoulli numbers' series, inverted
        ("where(x == 0, 1/2, (1 - cos(x))/x**2)", {"x": 0}, "x", "0"),
        ("sinc(x)", {"x": 0}, "xx", "-3.28986813369645287"),  # -pi**2/3, DLMF 4.19.1
        # Kinks that cancel.
        ("abs(x)**3", {"x": 0}, "x", "0"),
        ("x*abs(x)", {"x": 0}, "x", "0"),
        ("relu(x)**2", {"x": 0}, "x", "0"),
        ("relu(x) - relu(-x)", {"x": 0}, "x", "1"),
        ("Max(x, 0) + log(1 + exp(-abs(x)))", {"x": 0}, "x", "0.5"),  # softplus as it is computed stably
        ("where(x > 0, x, 0) - where(-x > 0, -x, 0)", {"x": 0}, "x", "1"),
        ("x/(abs(x) + 1e-10)", {"x": 0}, "x", "10000000000"),
        # Features far smaller than the point.
        ("x/Max(abs(x), 1e-12)", {"x": 0}, "x", "1000000000000"),
        ("x/Max(abs(x), 1e-300)", {"x": 0}, "x", "1e300"),
        # Constant to every digit; huge f with a small derivative; exact zeros.
        ("tanh(x)", {"x": 400}, "x", "1.46714983367107489e-347"),  # 4*exp(-800)
        ("1e30 + sin(x)", {"x": 0}, "x", "1"),
        ("sin(x)**2 + cos(x)**2", {"x": 1}, "x", "0"),
        ("x**2 - 2*x", {"x": 1}, "x", "0"),
        ("floor(x)", {"x": 1.5}, "x", "0"),
        # Swings within the ball of radius 2**-3003 that is the first to be tried; Arb's sine at the exact integer x**4.
        ("sin(x**4)", {"x": 1e300}, "x", SWINGING),
        ("cos(x**5/x)", {"x": 1e300}, "x", COSWINGING),
        # Values at which nothing but precision helps.
        ("(1 - cos(x))/x**2", {"x": 1e-160}, "x", "-8.33333333333333324e-162"),  # -x/12
        ("cos(x)", {"x": 1e22}, "x", "0.852200849767188802"),  # -sin(1e22); K. C. Ng, Argument reduction, 1992
        ("x**x", {"x": 1}, "xx", "2"),
        # Peano's function: its mixed partials at the origin depend on the order.
        ("where((x == 0) & (y == 0), 0, x*y*(x**2 - y**2)/(x**2 + y**2))", {"x": 0, "y": 0}, "xy", "-1"),
        ("where((x == 0) & (y == 0), 0, x*y*(x**2 - y**2)/(x**2 + y**2))", {"x": 0, "y": 0}, "yx", "1"),
        ("relu(x)**2*y", {"x": 0, "y": 1}, "xy", "0"),
        ("x**y", {"x": 2, "y": 3}, "xy", "12.3177661667193437"),  # x**(y-1)*(1 + y*log(x)) = 4 + 12*log(2)
    ],
)
def test_value(expr: str, at: dict[str, float], wrt: str, expected: str) -> None:
    """Where the derivative exists the truth is its value."""
    found = truth(expr, at, *wrt)
    assert (Kind.VALUE, expected) == (found.kind, number(found.value))


@pytest.mark.parametrize(
    ("expr", "at", "wrt", "kind", "left", "right"),
    [
        ("abs(x)", {"x": 0}, "x", Kind.ONE_SIDED, "-1", "1"),
        ("relu(x)", {"x": 0}, "x", Kind.ONE_SIDED, "0", "1"),
        ("Max(x, y)", {"x": 1, "y": 1}, "x", Kind.ONE_SIDED, "0", "1"),
        ("hardswish(x)", {"x": 3}, "x", Kind.ONE_SIDED, "1.5", "1"),
        ("abs(x)*exp(x)", {"x": 0}, "x", Kind.ONE_SIDED, "-1", "1"),
        ("sqrt(x**2)", {"x": 0}, "x", Kind.ONE_SIDED, "-1", "1"),
        ("sqrt(abs(x))", {"x": 0}, "x", Kind.ONE_SIDED, "-inf", "inf"),
        ("relu(x)", {"x": 0}, "xx", Kind.UNDEFINED, "0", "0"),
        ("x*abs(x)", {"x": 0}, "xx", Kind.ONE_SIDED, "-2", "2"),
        ("relu(x)**2", {"x": 0}, "xx", Kind.ONE_SIDED, "0", "2"),
        ("sign(x)*sqrt(abs(x))", {"x": 0}, "x", Kind.INFINITE, "inf", "inf"),
        ("sqrt(x)", {"x": 0}, "x", Kind.ENDPOINT, "domain", "inf"),
        ("x*sqrt(x)", {"x": 0}, "x", Kind.ENDPOINT, "domain", "0"),
        ("acos(x)", {"x": 1}, "x", Kind.ENDPOINT, "-inf", "domain"),
        ("xlogy(x, x)", {"x": 0}, "x", Kind.ENDPOINT, "domain", "-inf"),
        ("xlogy(x, x) + 1e20*x", {"x": 0}, "x", Kind.ENDPOINT, "domain", "-inf"),
        ("1e30*x - xlogy(x, x)", {"x": 0}, "x", Kind.ENDPOINT, "domain", "inf"),
        ("xlogy(x, -1)", {"x": 0}, "x", Kind.UNDEFINED, "domain", "domain"),  # 0 here, and no value beside
        ("sign(x)", {"x": 0}, "x", Kind.UNDEFINED, "inf", "inf"),
        ("floor(x)", {"x": 2}, "x", Kind.UNDEFINED, "inf", "0"),
        ("1/x", {"x": 0}, "x", Kind.UNDEFINED, "inf", "inf"),
        ("1/x**2", {"x": 0}, "x", Kind.UNDEFINED, "-inf", "inf"),
        ("log(x)", {"x": -1}, "x", Kind.UNDEFINED, "domain", "domain"),
        # At the end of the domain the value is the infinity that f runs to, and the derivative tends where it does.
        ("log(x)", {"x": 0}, "x", Kind.UNDEFINED, "domain", "inf"),
        ("atanh(x)", {"x": 1}, "x", Kind.UNDEFINED, "inf", "domain"),
        ("erfinv(x)", {"x": -1}, "x", Kind.UNDEFINED, "domain", "inf"),
        ("erfcinv(x)", {"x": 0}, "x", Kind.UNDEFINED, "domain", "-inf"),
        ("logit(x)", {"x": 0}, "x", Kind.UNDEFINED, "domain", "inf"),
        ("logit(x)", {"x": 1}, "x", Kind.UNDEFINED, "inf", "domain"),
        ("1/sqrt(x)", {"x": 0}, "x", Kind.UNDEFINED, "domain", "-inf"),
        # A condition that leaves its domain ends that of the function.
        ("where(sqrt(x) < x, x, 2)*x**2", {"x": 0}, "x", Kind.ENDPOINT, "domain", "0"),
        ("x + (x-1)**2*where(asin(x) >= 1, 1, 3)", {"x": 1}, "x", Kind.ENDPOINT, "1", "domain"),
        ("where((sqrt(x) > 1) | (x > 2), 5*x, x**2)", {"x": 0}, "x", Kind.ENDPOINT, "domain", "0"),
        ("where(~(acosh(x) > 1), x, 2)", {"x": 1}, "x", Kind.ENDPOINT, "domain", "1"),
        # At the end of a domain, as far as 25,600 bits show.
        (
            "acos(sqrt(sigmoid(a)*sigmoid(b)) + sqrt(sigmoid(-a)*sigmoid(-b)))",
            {"a": 0.3, "b": 0.3},
            "a",
            Kind.ONE_SIDED,
            "-0.247213628108740129",
            "0.247213628108740129",
        ),  # sqrt(sigmoid(a)*sigmoid(-a))/2
        (
            "sqrt(cosh(x)**2 - sinh(x)**2 - cos(y)**2 - sin(y)**2 + (x - 2)**2)",
            {"x": 2, "y": 1},
            "x",
            Kind.ONE_SIDED,
            "-1",
            "1",
        ),
        ("(2 - exp(log(x)) + 1)**1.5", {"x": 3}, "x", Kind.ENDPOINT, "0", "domain"),
        ("sqrt(-1 - x**2)", {"x": 0}, "x", Kind.UNDEFINED, "domain", "domain"),
        ("where(x == 0, 5, x)", {"x": 0}, "x", Kind.UNDEFINED, "inf", "-inf"),
        # The derivative of one order less exists at the point but not beside it.
        ("abs(x)*y", {"x": 0, "y": 0}, "xy", Kind.UNDEFINED, "-1", "1"),
        ("relu(x)*y", {"x": 0, "y": 0}, "xy", Kind.UNDEFINED, "0", "1"),
        ("relu(x)*y", {"x": 0, "y": 0}, "yx", Kind.ONE_SIDED, "0", "1"),
        ("x**1.5*y", {"x": 0, "y": 1}, "xy", Kind.ENDPOINT, "domain", "0"),
        # The derivative of one order less has a kink itself, or a vertical tangent.
        ("max(log(x), 1e-10*log(x)) - relu(log(x))", {"x": 1}, "xx", Kind.UNDEFINED, "-1e-10", "0"),
        ("hypot(log(x), 0)", {"x": 1}, "xx", Kind.UNDEFINED, "1", "-1"),
        ("sign(x)*sqrt(abs(x))", {"x": 0}, "xx", Kind.UNDEFINED, "inf", "-inf"),
        # The derivative of one order less jumps.
        ("where(log(x) != 0, y, log(x))", {"x": 1, "y": 3}, "yx", Kind.UNDEFINED, "-inf", "inf"),
        ("sign(sin(x))*z", {"x": 0, "z": 0.7}, "zx", Kind.UNDEFINED, "inf", "inf"),
        ("tan(floor(y))*x", {"x": 0.7, "y": 0}, "xy", Kind.UNDEFINED, "inf", "0"),
        ("floor(x)*y**2", {"x": 1, "y": 1}, "yyx", Kind.UNDEFINED, "inf", "0"),
        ("sqrt(x)*y", {"x": 0, "y": 1}, "yx", Kind.ENDPOINT, "domain", "inf"),
        ("sign(x)*sqrt(abs(x))*y", {"x": 0, "y": 1}, "yx", Kind.INFINITE, "inf", "inf"),
    ],
)
def test_no_value(expr: str, at: dict[str, float], wrt: str, kind: Kind, left: str, right: str) -> None:
    """Where there is no derivative the truth says why and what lies on either side."""
    found = truth(expr, at, *wrt)
    assert (kind, left, right) == (found.kind, number(found.left), number(found.right))


@pytest.mark.parametrize(
    ("expr", "at", "reason"),
    [
        ("log(x)", {"x": -1}, "logarithm of a negative number"),
        ("sqrt(a)*sqrt(b)", {"a": -1, "b": -2}, "square root of a negative number"),
        ("sign(x)", {"x": 0}, "jumps"),
        ("1/x", {"x": 0}, "pole"),
        ("I*x", {"x": 1}, "complex"),
        ("abs(x)", {"x": 0}, "kink"),
        ("sqrt(x)", {"x": 0}, "domain ends"),
    ],
)
def test_reason_names_what_is_wrong(expr: str, at: dict[str, float], reason: str) -> None:
    """The reason names the jump, the pole, the kink or the end of the domain."""
    variable = next(iter(at))
    assert reason in truth(expr, at, variable).reason


@pytest.mark.parametrize(
    ("expr", "x"), [("floor(1/x)", 2.0**-1000), ("floor_divide(-2, x)", 5e-324), ("ceil(1/x)", 2.0**-1000)]
)
def test_where_jumps_crowd_together_nobody_knows_the_slope(expr: str, x: float) -> None:
    """Steps larger than the gap between two jumps show a slope, smaller ones a jump; no vertical tangent is claimed."""
    assert Kind.UNDECIDED is truth(expr, {"x": x}, "x").kind


@pytest.mark.parametrize("wrt", ["yy", "yyy", "yyx", "xxx"])
def test_where_f_is_infinite_no_derivative_exists(wrt: str) -> None:
    """log2(0) is -inf, and what is added to it has no derivative of any order."""
    found = truth("cbrt(y) + log2(x)", {"x": 0, "y": 1}, *wrt)
    expected = "the derivative of order 1 does not exist here: the function is infinite here"
    assert (Kind.UNDEFINED, expected) == (found.kind, found.reason)


@pytest.mark.parametrize(
    ("x", "value", "slope"),
    [
        (
            -30.0,
            "-454.3212439563431971073557",
            "30.03325966743367703707112",
        ),  # mpmath.log(mpmath.ncdf(x)) and its derivative
        (-1e10, "-50000000000000000023.94478946314512958", "10000000000.0000000001"),
    ],
)
def test_the_normal_distribution_far_out(x: float, value: str, slope: str) -> None:
    """log(Phi(x)) is -x**2/2 - log(-x) - log(2*pi)/2 + O(1/x**2), be erfc as small as exp(-5e19)."""
    for wrt, expected in (("", value), ("x", slope)):
        found = truth("log_ndtr(x)", {"x": x}, *wrt).value
        assert found is not None
        assert abs(found.mid.fraction() / Fraction(expected) - 1) < Fraction(1, 10**22)


@pytest.mark.parametrize(
    ("expr", "x", "reason"),
    [
        ("lgamma(x)", -100, "a pole of log|gamma|"),
        ("1/x", 0, "a pole: division by zero"),
        ("sign(x)*x/x", 0, "the function has no value here: zero divided by zero; it jumps from -1 to 1"),
        ("sin(1/x)", 0, "the function has no value here: division by zero; it shows no limit either"),
        ("tanh(atanh(x))", 1, "the function has no value here: a number on the way is infinite; its limit is 1"),
        ("remainder(1, hardswish(x))", -1, "the function jumps on the right"),  # 1 = -3*hardswish(-1)
        ("remainder(2, sqrt(3 + x)*sqrt(3 + x))", -1, "a jump, and its value is not enclosed narrowly at 5120 bits"),
    ],
)
def test_reasons_where_there_is_no_value(expr: str, x: float, reason: str) -> None:
    """A pole is called one once, and a value that is not enclosed is not called missing."""
    found = truth(expr, {"x": x}, "x")
    assert (Kind.UNDEFINED, reason) == (found.kind, found.reason)


@pytest.mark.parametrize(
    "expr", ["floor(exp(log(x)))", "where(exp(log(x)) >= 2, x, 3*x)", "x*sign(sqrt(x)*sqrt(x) - 2 + exp(-1e9))"]
)
def test_beside_a_jump_there_are_no_one_sided_slopes(expr: str) -> None:
    """Where the value at a jump is not enclosed, no number between the slopes beside it is a convention."""
    found = truth(expr, {"x": 2}, "x")
    assert (Kind.UNDEFINED, None, None) == (found.kind, found.left, found.right)
    assert found.reason.startswith("a jump")


@pytest.mark.parametrize("expr", ["atanh(x)", "log(1 - x)", "erfinv(x)"])
def test_an_infinite_function_is_proven_to_have_no_derivative(expr: str) -> None:
    """That is known as no quotient knows it."""
    found = truth(expr, {"x": 1}, "x")
    assert (Kind.UNDEFINED, Evidence.PROVEN) == (found.kind, found.evidence)


@pytest.mark.parametrize(
    ("expr", "x", "evidence", "swings"),
    [
        ("x**2", 1.5, Evidence.PROVEN, False),
        ("abs(x)", 1.5, Evidence.PROVEN, False),
        ("abs(x)", 0, Evidence.SHOWN, False),
        ("abs(x)**3", 0, Evidence.PROVEN, False),
        ("relu(x) - relu(-x)", 0, Evidence.SHOWN, False),
        ("log(x)", -1, Evidence.PROVEN, False),
        ("1/x", 0, Evidence.PROVEN, False),
        ("floor(x)", 2, Evidence.SHOWN, False),
        ("where(x == 0, 0, x**2*sin(1/x))", 0, Evidence.SHOWN, True),
        ("where(x <= 0, 0, x**2*gamma(-1/x - 1/2))", 0, Evidence.SHOWN, True),
        ("where(x <= 0, 0, x**2*lowergamma(-1/x - 1/2, 1))", 0, Evidence.SHOWN, True),
        ("where(x <= 0, 0, x**2*lowergamma(2, 1/x))", 0, Evidence.SHOWN, False),
        ("where(sqrt(x)*sqrt(x) == 2, 5, x)", 2, None, False),
        ("where(x < 1, abs(x), x*fmod(x, x))", 0, Evidence.SHOWN, False),  # what is not taken cannot swing
        ("where(x < 1, abs(x), sin(1/x))", 0, Evidence.SHOWN, False),
        ("where(x <= 0, abs(x), x**2*sin(1/x))", 0, Evidence.SHOWN, True),
    ],
)
def test_a_truth_says_how_it_is_known(expr: str, x: float, evidence: Evidence | None, swings: bool) -> None:
    """On a ball it is proven, in quotients it is shown; and where a function swings beside the point, it says so."""
    found = truth(expr, {"x": x}, "x")
    assert (evidence, swings) == (found.evidence, found.swings)


def test_a_value_that_is_not_enclosed_is_no_hole_to_be_filled() -> None:
    """At 1 the function is 5, which balls cannot prove; that its limit is 1 there does not make it continuous."""
    assert Kind.UNDECIDED is truth("where(sqrt(x)*sqrt(x) == 2, 5, x)", {"x": 2}, "x").kind


@pytest.mark.parametrize(
    ("expr", "at", "kind", "left", "right"),
    [
        ("where(x/3 >= 1/3, x, 2*x)", {"x": 1}, Kind.UNDEFINED, "-inf", "1"),
        ("where(x/3 >= 1/3, x, x**2)", {"x": 1}, Kind.ONE_SIDED, "2", "1"),
        ("where(x/3 == 1/3, 5, x)", {"x": 1}, Kind.UNDEFINED, "inf", "-inf"),
        ("fmod(x, 0.1)", {"x": 3.5}, Kind.UNDEFINED, "-inf", "1"),  # 3.5 is 35 times 1/10
        ("floor(x/3*3)", {"x": 1}, Kind.UNDEFINED, "inf", "0"),
        ("sqrt(x/3 - 1/3)", {"x": 1}, Kind.ENDPOINT, "domain", "inf"),
        ("Max(x/3, 1/3)", {"x": 1}, Kind.ONE_SIDED, "0", "0.333333333333333333"),
        ("floor(sin(pi*x/2))", {"x": 1}, Kind.UNDEFINED, "inf", "-inf"),
        ("floor(x/(x/3))", {"x": 3.5}, Kind.VALUE, "None", "None"),  # 3 on either side as well
        ("fmod(pi*x, pi*x) + x", {"x": 5}, Kind.VALUE, "None", "None"),
        ("1/sinc(floor(pi*x))", {"x": 4}, Kind.UNDEFINED, "domain", "domain"),
        ("1/sinc(x)", {"x": 12}, Kind.UNDEFINED, "inf", "inf"),
        ("where(x/3 >= 1/3, y, 2*y)", {"y": 4, "x": 1}, Kind.VALUE, "None", "None"),
    ],
)
def test_ties_of_rational_numbers_are_settled(
    expr: str, at: dict[str, float], kind: Kind, left: str, right: str
) -> None:
    """No ball of x/3 is 1/3: exact arithmetic says on which side of a tie, a step or a zero the point lies."""
    found = truth(expr, at, next(iter(at)))
    assert (kind, left, right) == (found.kind, number(found.left), number(found.right))


def test_undecidable_is_said_to_be_undecided() -> None:
    """An equation between two forms of the same number can be neither proven nor refuted by balls."""
    found = truth("where(sin(x)**2 + cos(x)**2 == 1, x, -x)", {"x": 1}, "x")
    assert Kind.UNDECIDED is found.kind


@pytest.mark.parametrize("power", [3, 4])
def test_the_second_derivative_is_the_derivative_of_the_first(power: int) -> None:
    """Of x**3*sin(1/x) the second difference quotient goes to 0 at 0; the derivative of -x*cos(1/x) does not exist."""
    found = truth(f"where(x == 0, 0, x**{power}*sin(1/x))", {"x": 0}, "x", "x")
    assert (Kind.UNDECIDED if power == 3 else Kind.VALUE) is found.kind


@settings(max_examples=60, deadline=None)
@given(
    expr=st.sampled_from(["exp(x)*sin(x)", "log(1 + x**2)", "atan(x)/(2 + cos(x))", "x**5 - 3*x", "erf(x)*cosh(x)"]),
    x=st.floats(-20, 20, allow_subnormal=False),
)
def test_agrees_with_mpmath(expr: str, x: float) -> None:
    """The enclosure contains what mpmath's independent differentiation finds at 60 digits."""
    found = truth(expr, {"x": x}, "x")
    with mpmath.workdps(60):
        names = {name: getattr(mpmath, name) for name in ("exp", "sin", "log", "atan", "cos", "erf", "cosh")}
        expected = mpmath.diff(lambda t: eval(expr, {**names, "x": t}), mpmath.mpf(x))
        assert found.value is not None
        mine = mpmath.mpf(found.value.mid.man) * mpmath.mpf(2) ** found.value.mid.exp
        assert mpmath.fabs(mine - expected) <= mpmath.mpf(10) ** -20 * (1 + mpmath.fabs(expected))


def test_mixed_partials_take_the_order_that_has_formulas() -> None:
    """The derivative by x is x**(a-1)*exp(-x), and by a then log(x) times that (DLMF 8.8.13), in either order."""
    made = readings("lowergamma(a, x)", frozenset({"a", "x"}), ())
    finder = TruthFinder(made.balls, made.formula_program, {"a": Fraction(5, 2), "x": Fraction(5, 4)})
    with mpmath.workdps(30):
        expected = mpmath.nstr(mpmath.mpf(1.25) ** 1.5 * mpmath.exp(-1.25) * mpmath.log(1.25), 18)
    for wrt in (("a", "x"), ("x", "a")):
        assert expected == number(finder.find(wrt).truth.value)
