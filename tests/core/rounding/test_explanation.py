"""What rounding explains, through the front door: the verdicts on whole cases."""

from __future__ import annotations

import pytest

from derivcheck.checking import check_case
from derivcheck.model import Case, DType, Result, Status


def results(expr: str, at: dict[str, str], *wrt: str, dtype: DType = DType.FLOAT64) -> list[Result]:
    """The Results at one point: those of the value, and of one derivative or of all first ones."""
    return list(check_case(Case(expr, at=(at,), wrt=(wrt,) if wrt else (), dtype=dtype)))


@pytest.mark.parametrize(
    ("expr", "at", "wrt", "true"),
    [
        ("exp(-0.1*abs(x)) + 0.1*abs(x)", {"x": "0"}, "xx", 0.01),
        ("exp(-0.5*abs(x)) + 0.5*abs(x)", {"x": "0"}, "xx", 0.25),
        ("exp(-0.2*abs(x)) + 0.1*2*abs(x)", {"x": "0"}, "xx", 0.04),
        ("exp(-0.1*3*abs(x)) + 0.3*abs(x)", {"x": "0"}, "xx", 0.09),
        ("sqrt(1 + abs(x)/3) - abs(x)/6", {"x": "0"}, "xx", -1 / 36),
        ("(1+sqrt(3)*abs(x-y)/l)*exp(-sqrt(3)*abs(x-y)/l)", {"x": "0.3", "y": "0.3", "l": "0.7"}, "xy", 3 / 0.49),
        (
            "(1+sqrt(5)*abs(x-y)/l+5*(x-y)**2/(3*l**2))*exp(-sqrt(5)*abs(x-y)/l)",
            {"x": "1", "y": "1", "l": "0.9"},
            "xy",
            5 / (3 * 0.81),
        ),
    ],
)
def test_a_kink_that_cancels_has_a_derivative_that_rounding_does_not_explain_away(
    expr: str, at: dict[str, str], wrt: str, true: float
) -> None:
    """Constants that the format does not hold, moved apart, would make a kink of it; torch's number is wrong."""
    result = next(result for result in results(expr, at, *wrt) if result.wrt)
    assert result.truth is not None
    assert result.truth.value is not None
    assert float(result.truth.value.mid.fraction()) == pytest.approx(true, rel=1e-14)
    assert Status.MISMATCH is result.status


@pytest.mark.parametrize(
    ("expr", "at"),
    [
        ("tan(exp(x))", {"x": "438"}), ("tan(exp(x))", {"x": "441"}), ("1/sin(exp(x))", {"x": "555"}),
        ("log(abs(sin(exp(x))))", {"x": "600"}), ("tan(cosh(x))", {"x": "500"}), ("tan(x**99)", {"x": "777.7"}),
        ("cos(sinh(x))/x", {"x": "689"}), ("fmod(x + 1, 4)", {"x": "1e300"}), ("fmod(x + 1, 4)", {"x": "1e60"}),
        ("remainder(x - 1, 3)", {"x": "-1e201"}), ("frac(x/3)", {"x": "1e250"}), ("sin(x + 1)", {"x": "1e280"}),
        ("sigmoid(fmod(y + 1, x))", {"x": "-4", "y": "-1e300"}),
        ("where(fmod(x + 1, 4) > 0, x, 2*x)", {"x": "1e20"}),
        ("where(fmod(x + 1, 4) > 0, sin(x), x)", {"x": "1e100"}),
    ],
)  # fmt: skip
def test_what_overwhelms_its_period_is_unstable(expr: str, at: dict[str, str]) -> None:
    """An ulp of the argument is more than the period: rounding alone decides what comes out, and how steep it is."""
    found = {result.status for result in results(expr, at)}
    assert Status.UNSTABLE in found
    assert found <= {Status.UNSTABLE, Status.MATCH}


@pytest.mark.parametrize("x", [f"{430 + 9.2 * step:.1f}" for step in range(30)])
def test_every_tangent_of_an_exponential_is_unstable(x: str) -> None:
    """Not most of them: what torch took for exp(x) is known, so nothing is left to the chance of samples."""
    assert {Status.UNSTABLE} == {result.status for result in results("tan(exp(x))", {"x": x})}


@pytest.mark.parametrize(
    ("expr", "x"),
    [
        ("where(x == 0, 0, x)", "0"), ("where(x == 1, 0.1, 0.1*x)", "1"), ("where(0.1*x == 0, 0, x/3)", "0"),
        ("where(x == 2, sqrt(3)*2, sqrt(3)*x)", "2"), ("sign(x)*log(abs(x) + sqrt(x**2 + 1))", "0"),
        ("hardshrink(0.3*x, 0)", "0"),
    ],
)  # fmt: skip
def test_a_condition_that_nothing_has_rounded_is_not_held(expr: str, x: str) -> None:
    """torch differentiates the branch that it takes at one point alone; that is its mistake, and no rounding."""
    found = results(expr, {"x": x})
    assert Status.MATCH is found[0].status
    assert Status.MISMATCH is found[1].status


def test_a_lost_branch_in_float32_is_unstable() -> None:
    """The format of the steps is the one that is asked for: in float32 an ulp of 1e9 is 64."""
    found = results("where(fmod(x + 1, 4) > 0, x, 2*x)", {"x": "1e9"}, dtype=DType.FLOAT32)
    assert {Status.UNSTABLE} == {result.status for result in found}
