"""Where the check list looks by itself: beside special places, at kinks, at -0.0, and far out."""

from __future__ import annotations

from fractions import Fraction

import own_functions as own
import pytest
import torch

from derivcheck.api import check_function
from derivcheck.model import Severity, Status
from derivcheck.own_functions.checks.places import find_places, is_cut
from derivcheck.readings import readings

X = frozenset("x")


def places(formula: str) -> list[float]:
    """The places along x, as floats."""
    found = find_places(readings(formula, X, ("x",)).balls, {"x": Fraction(3, 4)}, "x")
    return [float(place) for place in found]


@pytest.mark.parametrize(
    ("formula", "there"),
    [
        ("relu6(x)", [6]),
        ("hardswish(x)", [3, -3]),
        ("clamp(x, -0.5, 2.7)", [-0.5, 2.7]),
        ("abs(x - 0.1)", [0.1]),
        ("where(x < 0.3, x, sin(x))", [0.3]),
        ("log(1 - x)", [1]),
        ("asin(x/3)", [3, -3]),
        ("sqrt(x + 2)", [-2]),
        ("1/(x - 1.25)", [1.25]),
        ("1/(x**2 - 2)", [2**0.5, -(2**0.5)]),
        ("tan(x)", [1.5707963267948966, -1.5707963267948966]),
    ],
)
def test_kinks_poles_and_ends_of_the_domain_are_found(formula: str, there: list[float]) -> None:
    """To the last bit: 0.1 is a tenth, and no number beside it."""
    assert set(there) <= set(places(formula))


@pytest.mark.parametrize("formula", ["exp(x)", "sigmoid(x)", "exp(-exp(x))"])
def test_a_formula_without_special_places_has_none(formula: str) -> None:
    """0 itself is always looked at, and not listed."""
    assert [] == places(formula)


@pytest.mark.parametrize(("x", "cut"), [(1, True), (Fraction(2**52 + 1, 2**52), True), (Fraction(9, 8), False)])
def test_a_kink_is_near_within_some_ulps(x: Fraction, cut: bool) -> None:
    """The derivative of abs(x - 1) has two values in any ball around 1."""
    program = readings("abs(x - 1)", X, ("x",)).formula_program(("x",))
    assert program is not None
    assert cut is is_cut(program, {"x": Fraction(x)}, lambda _: Fraction(1, 2**48))


@pytest.mark.parametrize(
    ("function", "formula", "item", "told"),
    [
        (own.Saturating, "1/(1 + exp(-25*i))", "far", "at i = -45"),
        (own.Saturated, "tanh(20*i)", "far", "at i = 45"),
        (own.BellLost, "exp(-i**2)", "far", "45: "),
        (own.GuardedLog, "log(i)", "near", "at i = 1e-12"),
        (own.GuardedArcsine, "asin(i)", "near", "at i = 0.99"),
        (own.EpsilonBesidePole, "1/(i - 2)", "near", "at i = 1.999999999998"),
        (own.LateThreshold, "clamp(i, -0.5, 2.75)", "near", "at i = 2.75"),
        (own.BlindAtKink, "relu(i)", "kinks", "at i = 0"),
        (own.BeyondItsSides, "abs(i - 1.5)", "kinks", "at i = 3/2"),
        (own.SquaredAtKink, "max(i, 2)", "kinks", "at i = 2"),
        (own.NegativeZero, "i**2 + i", "points", "at i = 0, -0.0 for 0"),
        (own.TakesTheReciprocal, "sin(i)", "points", "at i = 0, -0.0 for 0"),
    ],
)
def test_what_is_wrong_at_a_special_place_only_is_found(function: object, formula: str, item: str, told: str) -> None:
    """Each of these functions is right at the points that nothing sets apart."""
    results = check_function(function, formula, at={"i": 0.6}, only=["forward", "backward", "upstream", item])
    assert [item] == [result.item for result in results if result.status.severity is Severity.FAIL]
    assert told in (results[-1].verdict.reason or "")


@pytest.mark.parametrize(
    ("function", "formula"),
    [
        (torch.nn.functional.hardswish, "hardswish(x)"),
        (torch.nn.functional.hardtanh, "hardtanh(x)"),
        (torch.nn.functional.softshrink, "softshrink(x)"),
        (torch.nn.functional.relu6, "relu6(x)"),
        (torch.abs, "abs(x)"),
        (torch.asin, "asin(x)"),
        (torch.special.logit, "log(x/(1 - x))"),
    ],
)
def test_right_kernels_pass_at_their_special_places(function: object, formula: str) -> None:
    """torch's own, in both formats: any choice between the sides is right at a kink."""
    for dtype in ("float64", "float32"):
        results = check_function(
            function, formula, at={"x": 0.6}, args=["x"], only=["near", "kinks", "far"], dtype=dtype
        )
        bad = [(result.item, result.verdict.reason) for result in results if result.status.severity is Severity.FAIL]
        assert [] == bad


def test_the_kink_of_two_arguments_is_found_along_either() -> None:
    """max(x, y) has one where they are equal."""
    (result,) = check_function(torch.maximum, "max(x, y)", at={"x": 0.5, "y": 2}, args=["x", "y"], only=["kinks"])
    assert Status.MATCH is result.status
    assert 20 < int((result.verdict.reason or "").split()[0])


def test_farther_out_an_overflow_of_the_formula_is_a_warning() -> None:
    """At 760 exp leaves float64, in whatever way sigmoid is written; nearer, at 45, it is the backward pass's fault."""

    def plain(x: torch.Tensor) -> torch.Tensor:
        return torch.exp(x) / (1 + torch.exp(x))

    (result,) = check_function(plain, "1/(1 + exp(-x))", at={"x": 0.5}, only=["far"])
    assert Status.UNSTABLE is result.status
    assert "760" in (result.verdict.reason or "")


def test_far_out_the_other_arguments_are_ones_that_the_function_takes() -> None:
    """At fixed values of x, 1.9 or -1.3, Beta has no density: the given one serves."""
    formula = "(a-1)*log(x) + (b-1)*log(1-x) - loggamma(a) - loggamma(b) + loggamma(a+b)"
    at = {"a": 2, "b": 3, "x": 0.3}
    (result,) = check_function(own.beta_density, formula, at=at, args=["a", "b", "x"], only=["far"])
    assert Status.MATCH is result.status
    assert 30 < int((result.verdict.reason or "").split()[0])


def test_more_arguments_than_values_are_no_problem() -> None:
    """The fixed values begin again."""
    names = [f"x{index}" for index in range(11)]

    def total(*xs: torch.Tensor) -> torch.Tensor:
        return sum(xs[1:], xs[0])

    at = dict.fromkeys(names, 0.5)
    (result,) = check_function(total, " + ".join(names), at=at, args=names, only=["far"])
    assert Status.MATCH is result.status
