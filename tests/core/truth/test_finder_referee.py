"""The referee, which never saw SymPy's formula: it overrules a wrong one and accuses no right one."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from truths import find, number, truth

from derivcheck.model import Evidence, Kind
from derivcheck.readings import readings
from derivcheck.truth.finder import TruthFinder

with mpmath.workprec(6000):
    SWINGING = mpmath.nstr(4 * mpmath.mpf(1e300) ** 3 * mpmath.cos(mpmath.mpf(1e300) ** 4), 18).replace("e+", "e")
    COSWINGING = mpmath.nstr(-4 * mpmath.mpf(1e300) ** 3 * mpmath.sin(mpmath.mpf(1e300) ** 4), 18).replace("e+", "e")


def test_without_a_formula_the_quotients_give_the_same() -> None:
    """The truth does not need SymPy: quotients of f alone give the same eighteen digits."""
    for expr, at, wrt in [
        ("exp(sin(x))*log(x)", {"x": 1.25}, "x"),
        ("atan(x*y)/(1 + x**2)", {"x": 0.5, "y": -3.0}, "xy"),
        ("tanh(x)**3", {"x": -0.75}, "xx"),
    ]:
        with_formula = find(expr, at, *wrt).truth
        without = find(expr, at, *wrt, formula=False).truth
        assert number(with_formula.value) == number(without.value)


@pytest.mark.parametrize("wrong", ["2.002*x", "-2*x", "2*x + 1e-23", "0*x", "2"])
def test_referee_overrules_a_wrong_formula(wrong: str) -> None:
    """A formula for the derivative of x**2 that is wrong is found out, and the truth is not touched by it."""
    made, lie = readings("x**2", frozenset({"x"})), readings(wrong, frozenset({"x"}), ("x",))
    finder = TruthFinder(made.balls, lambda _: lie.balls, {"x": Fraction(3)})
    found = finder.find(("x",))
    assert found.formula_is_wrong
    assert "6" == number(found.truth.value)


@pytest.mark.parametrize(
    ("expr", "lie", "kind"),
    [
        ("abs(x)", "0*x", Kind.ONE_SIDED),
        ("abs(x)", "1 + 0*x", Kind.ONE_SIDED),
        ("relu(x)", "1/2 + 0*x", Kind.ONE_SIDED),
        ("sqrt(x)", "1 + 0*x", Kind.ENDPOINT),
        ("floor(x)", "0*x", Kind.UNDEFINED),
    ],
)
def test_referee_overrules_a_formula_that_is_smooth_at_a_kink(expr: str, lie: str, kind: Kind) -> None:
    """A formula that gives one side's derivative at a kink, or the mean of both, is not believed."""
    made, lied = readings(expr, frozenset({"x"})), readings(lie, frozenset({"x"}), ("x",))
    finder = TruthFinder(made.balls, lambda _: lied.balls, {"x": Fraction(0)})
    assert kind is finder.find(("x",)).truth.kind


def test_referee_overrules_a_formula_that_is_wrong_by_an_order() -> None:
    """A wrong second derivative is found out although the first is right."""
    made = readings("sin(x)", frozenset({"x"}))
    lies = {("x",): readings("cos(x)", frozenset({"x"})).balls, ("x", "x"): readings("sin(x)", frozenset({"x"})).balls}
    found = TruthFinder(made.balls, lies.__getitem__, {"x": Fraction(1)}).find(("x", "x"))
    assert found.formula_is_wrong
    assert "-0.841470984807896507" == number(found.truth.value)


def test_the_referee_judges_tiny_numbers_relatively() -> None:
    """4*x**2 is no derivative of x**3, at 1e-200 either, where both are far below the smallest float64."""
    made = readings("x**3", frozenset({"x"}))
    lie = readings("4*x**2", frozenset({"x"})).balls
    x = Fraction(1e-200)
    found = TruthFinder(made.balls, lambda _: lie, {"x": x}).find(("x",))
    assert found.formula_is_wrong
    assert found.truth.value is not None
    assert abs(found.truth.value.mid.fraction() / (3 * x**2) - 1) < Fraction(1, 10**18)


def test_steps_of_the_referee_inside_of_the_ball_decide() -> None:
    """f has 10**900 jumps a unit, more than the referee's first steps can tell apart, and the formula is right."""
    found = find("remainder(1, x**3)*x**2", {"x": Fraction(1e-300)}, "x")
    assert not found.formula_is_wrong
    assert number(found.truth.value).startswith("-3.0000000000000")  # -3*x, and the rest is of the order of x**2


def test_steps_that_no_quotient_can_tell_apart_accuse_no_formula() -> None:
    """Around 1e5 the power x**x passes 10**500000 whole numbers on a way of 2**-4000: 0 is right between any two."""
    found = find("round(x**x)", {"x": 100_000}, "x")
    assert (False, Kind.UNDECIDED) == (found.formula_is_wrong, found.truth.kind)


def test_a_function_below_every_jump_accuses_no_formula() -> None:
    """remainder(pi, t) lies between 0 and t: at t = exp(-1e4) it jumps unseen, more often than a step can tell."""
    found = find("remainder(pi, exp(-x))", {"x": 1e4}, "x")
    assert (False, Kind.UNDECIDED) == (found.formula_is_wrong, found.truth.kind)


@pytest.mark.parametrize("name", ["x", "y"])
def test_more_periods_than_a_step_can_tell_apart_are_no_vertical_tangent(name: str) -> None:
    """2/x**3 is 1e970 at the smallest float64: fmod by y is steep, finitely so, and jumps within any step."""
    found = find("fmod(2/x**3, y)", {"x": 5e-324, "y": 4.8}, name)
    assert (False, Kind.UNDECIDED) == (found.formula_is_wrong, found.truth.kind)


@pytest.mark.parametrize(
    ("expr", "left", "right"),
    [
        ("1e8*x + 1e-8*abs(x)", "99999999.99999999", "100000000.00000001"),
        ("x + 1e-17*relu(x)", "1", "1.00000000000000001"),
        ("x - Max(x, 0)/2**60", "1", "0.999999999999999999"),
    ],
)
def test_a_kink_may_be_below_the_digits_of_float64(expr: str, left: str, right: str) -> None:
    """Who claims one of the two slopes is right, and who claims the other one as well."""
    found = truth(expr, {"x": 0}, "x")
    assert (Kind.ONE_SIDED, left, right) == (found.kind, number(found.left), number(found.right))


@pytest.mark.parametrize("expr", ["x + 1e-40*abs(x)", "x - 1e-25*abs(x)", "(1 + 1e-30)*x + 1e-30*relu(x)"])
def test_a_kink_that_is_too_small_to_tell_is_not_proven_to_be_none(expr: str) -> None:
    """The formula jumps on the ball by less than its 90 bits; the quotients enclose the slopes of both sides."""
    found = truth(expr, {"x": 0}, "x")
    assert (Kind.VALUE, Evidence.SHOWN) == (found.kind, found.evidence)
    assert found.value is not None
    assert -150 < found.value.rad.magnitude < -80


@pytest.mark.parametrize("expr", ["1e300*x*abs(x)**0.06", "-1e200*x*abs(x)**0.1", "2**500*relu(x)**1.07"])
def test_a_slope_that_tends_to_0_slowly_is_0(expr: str) -> None:
    """At the smallest steps the quotients are huge still; that they tend to 0 is no leave to be anything up to that."""
    found = truth(expr, {"x": 0}, "x")
    assert found.value is not None
    assert found.value.contains_zero()
    assert found.value.rad.magnitude < -1000
