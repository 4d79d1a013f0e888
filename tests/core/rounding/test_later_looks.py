"""What the looks after the first one explain, through the front door: the verdicts on whole cases."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, OwnFunction, Result, Status
from derivcheck.numbers import DType


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


@pytest.mark.parametrize(
    ("expr", "x"),
    [
        ("tan(x**99)", "79.22108870296562"), ("tan(x**99)", "30.218769512797056"), ("sin(exp(x))", "95"),
        ("fmod(x**30, 3)", "1777.7"), ("cos(cosh(x))*x", "100.5"),
    ],
)  # fmt: skip
def test_where_float64_has_no_digit_either_the_range_that_float32_lacks_is_no_fault(expr: str, x: str) -> None:
    """The power overflows float32, and what float64 makes of it is decided by rounding: there is nothing to miss."""
    assert Status.UNSTABLE is results(expr, {"x": x}, dtype=DType.FLOAT32)[0].status


LONG = "3.43900000000000005684341886080801486968994140625"


@pytest.mark.parametrize(
    ("expr", "at", "wrt", "dtype"),
    [
        (f"sqrt(y + {LONG})*sqrt(y + {LONG})", {"y": "-3.439"}, "y", DType.FLOAT32),
        ("sqrt((log(1 + x)/x)*(x + x))", {"x": "1e-20"}, "xx", DType.FLOAT32),
        ("smooth_l1_loss(x, 0.3)/smooth_l1_loss(x, 0.3)", {"x": "0.3"}, "x", DType.FLOAT16),
        ("sqrt(1 - cos(x))", {"x": "1e-9"}, "x", DType.FLOAT64),
        ("log(x + 1 - x)*0 + sqrt(x + 1e-20 - x)", {"x": "1"}, "x", DType.FLOAT64),
        ("x*mse_loss(y, x)", {"x": "0", "y": "1e20"}, "x", DType.BFLOAT16),
        ("x*huber_loss(y, x, 1e30)", {"x": "0", "y": "1e30"}, "x", DType.FLOAT32),
    ],
)
def test_a_singular_point_to_which_rounding_leads_is_the_formula_s_fault(
    expr: str, at: dict[str, str], wrt: str, dtype: DType
) -> None:
    """Where torch's floats stand at the end of a domain, or at 0/0, and exact numbers do not, nan or inf is right."""
    assert {Status.MATCH, Status.UNSTABLE} >= {result.status for result in results(expr, at, *wrt, dtype=dtype)}
    assert Status.UNSTABLE in {result.status for result in results(expr, at, *wrt, dtype=dtype)}


@pytest.mark.parametrize(
    ("expr", "at", "wrt"),
    [
        ("where(x > 0, sqrt(x), 0)", {"x": "0"}, "x"),
        ("where(x > 0.5, log(x)/x**3, x/3)", {"x": "0"}, "x"),
        ("where(x*3 == 0, 1, sin(x)/x)/3", {"x": "0"}, "x"),
    ],
)
def test_a_nan_out_of_a_branch_that_is_not_taken_is_no_fault_of_rounding(
    expr: str, at: dict[str, str], wrt: str
) -> None:
    """The formula has a number along the way that torch took, so the nan is torch's."""
    assert Status.NONFINITE in {result.status for result in results(expr, at, *wrt)}


@pytest.mark.parametrize("dtype", [DType.FLOAT64, DType.FLOAT32])
@pytest.mark.parametrize(
    ("expr", "at"),
    [
        ("(1+sqrt(3)*abs(x/l-y/l))*exp(-sqrt(3)*abs(x/l-y/l))", {"x": "0.3", "y": "0.3", "l": "0.7"}),
        ("(1+sqrt(3)*abs(y/l-x/l))*exp(-sqrt(3)*abs(x/l-y/l))", {"x": "0.3", "y": "0.3", "l": "0.7"}),
        ("(1+abs(0.1*x-y*0.1))*exp(-abs(-0.1*x+0.1*y))", {"x": "7", "y": "7"}),
        ("(1+abs(sin(x)/3-sin(y)/3))*exp(-abs(sin(x)/3-sin(y)/3))", {"x": "1.1", "y": "1.1"}),
    ],
)
def test_numbers_that_are_equal_in_torch_are_equal_in_every_sample(expr: str, at: dict[str, str], dtype: DType) -> None:
    """x/l and y/l are one float where x and y are: their difference is 0, and its kink is where torch has it."""
    result = next(result for result in results(expr, at, "x", "y", dtype=dtype) if result.wrt)
    assert Status.MISMATCH is result.status


def vector(*xs: Tensor) -> Tensor:
    """Numbers stacked behind whatever shape they have."""
    return torch.stack(torch.broadcast_tensors(*xs), -1)


def matrix(*xs: Tensor) -> Tensor:
    """Four numbers as a matrix of two rows, behind whatever shape they have."""
    return torch.stack([vector(*xs[:2]), vector(*xs[2:])], -2)


COSINE = "(a*c + b*d)/sqrt((a*a + b*b)*(c*c + d*d))"
OWN: dict[str, tuple[str, Callable[..., Tensor]]] = {
    "cosine": (COSINE, lambda a, b, c, d: functional.cosine_similarity(vector(a, b), vector(c, d), dim=-1)),
    "normalized": ("a/sqrt(a*a + b*b)", lambda a, b: functional.normalize(vector(a, b), dim=-1)[..., 0]),
    "solved": (
        "(d*e - b*f)/(a*d - b*c)",
        lambda a, b, c, d, e, f: torch.linalg.solve(matrix(a, b, c, d), vector(e, f).unsqueeze(-1))[..., 0, 0],
    ),
    "determinant": ("a*d - b*c", lambda a, b, c, d: torch.linalg.det(matrix(a, b, c, d))),
    "inverse": ("d/(a*d - b*c)", lambda a, b, c, d: torch.linalg.inv(matrix(a, b, c, d))[..., 0, 0]),
    "smallest": (
        "(a + c)/2 - sqrt(((a - c)/2)**2 + b*b)",
        lambda a, b, c: torch.linalg.eigvalsh(matrix(a, b, b, c))[..., 0],
    ),
    "factor": (
        "abs(a*d - b*c)/sqrt(a*a + c*c)",
        lambda a, b, c, d: torch.linalg.qr(matrix(a, b, c, d))[1][..., 1, 1].abs(),
    ),
    "products": ("x + x*y + x*y*z", lambda x, y, z: torch.cumprod(vector(x, y, z), -1).sum(-1)),
    "product": ("x*y*z", lambda x, y, z: torch.prod(vector(x, y, z), -1)),
    "deviation": (
        "sqrt(((x - (x+y+z)/3)**2 + (y - (x+y+z)/3)**2 + (z - (x+y+z)/3)**2)/2)",
        lambda x, y, z: torch.std(vector(x, y, z), -1),
    ),
}
"""Functions of torch's that combine their arguments, by a name: a formula, and what torch runs."""


def of_own(name: str, at: tuple[float, ...], order: int, dtype: DType, code: object = None) -> set[Status]:
    """The statuses of a call of a function of the user's own, or of another code beside its formula."""
    formula, right = OWN[name]
    args = tuple(sorted(set(re.findall(r"\b[a-z]\b", formula))))
    own = OwnFunction(name, args, formula, right if code is None else code)
    point = {arg: repr(number) for arg, number in zip(args, at, strict=True)}
    case = Case(f"{name}({', '.join(args)})", at=(point,), order=order, dtype=dtype, functions=(own,))
    return {result.status for result in check_case(case)}


@pytest.mark.parametrize("dtype", [DType.FLOAT64, DType.FLOAT32])
@pytest.mark.parametrize(
    ("name", "at", "order"),
    [
        ("cosine", (1, 1, 1, 1), 1), ("cosine", (3, 4, 6, 8), 1), ("cosine", (0.3, 0.7, 0.3, 0.7), 1),
        ("cosine", (5, -7, 9, -6), 2), ("normalized", (4.0, -0.58), 2),
        ("solved", (-8, -4.5, -8, 0.02, -1.85, 1.47), 1),
        ("solved", (-4.64, 2.34, -4.71, 4, 1.44, -3.75), 2), ("determinant", (3, 1, 2, 3), 1),
        ("determinant", (6, -4.06, -3, 2), 2), ("determinant", (0.37, 1.49, -0.36, 5), 1),
        ("inverse", (4, -1, -2.05, 2), 2),
        ("smallest", (-6, 3.51, 2.81), 1), ("smallest", (3, 5, -1.54), 2), ("factor", (1, -4, -5, 6), 1),
        ("factor", (0.09, 8, -4.55, 3.97), 1), ("factor", (-4.66, -3.05, 1.54, 1), 2), ("products", (0, 2, 3), 2),
        ("product", (0, 2, 3), 2), ("deviation", (0, 2, 3), 2), ("deviation", (0.1, 0.2, 0.3), 2),
    ],
)  # fmt: skip
def test_what_combines_its_arguments_rounds_honestly(
    name: str, at: tuple[float, ...], order: int, dtype: DType
) -> None:
    """Linear algebra is off by some ulps, and a slope of 0 is 1e-16 after what cancels: no fault of either."""
    assert {Status.MATCH} == of_own(name, at, order, dtype)


@pytest.mark.parametrize(
    ("name", "at", "code"),
    [
        ("cosine", (1, 1, 1, 1), lambda a, b, c, d: OWN["cosine"][1](a, b, c, d) + 1e-13 * (a - 1)),
        ("determinant", (3, 1, 2, 3), lambda a, b, c, d: OWN["determinant"][1](a, b, c, d) + 1e-13 * (a - 3)),
        ("factor", (1, -4, -5, 6), lambda a, b, c, d: OWN["factor"][1](a, b, c, d) + 1e-12 * (d - 6)),
        ("solved", (1, 2, 3, 5, 1, 1), lambda a, b, c, d, e, f: OWN["solved"][1](a, b, c, d, e, f) + 1e-12 * (e - 1)),
        ("product", (0, 2, 3), lambda x, y, z: OWN["product"][1](x, y, z) + 1e-13 * y),
    ],
)
def test_a_slope_that_is_off_by_more_is_found(name: str, at: tuple[float, ...], code: object) -> None:
    """Some hundred ulps are no rounding of a well-conditioned matrix, and 1e-13 is none beside a slope of 0."""
    assert of_own(name, at, 1, DType.FLOAT64, code) & {Status.MISMATCH, Status.INACCURATE}


def test_a_zero_that_cancelled_from_large_numbers_is_unstable() -> None:
    """(x + 1e8)**2 - 1e16 - 2e8*x - x**2 is 0; torch's number is far from it as numbers of size 1 go."""
    found = results("(x + 1e8)**2 - 1e16 - 2e8*x - x**2", {"x": "0.7"})[0]
    assert found.gradient is not None
    assert found.gradient.value
    assert Status.UNSTABLE is found.status
