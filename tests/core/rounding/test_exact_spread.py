"""How far rounding can move a number between two floats."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import compile_torch
from derivcheck.balls.compiling import compile_balls
from derivcheck.checking.one_point import check_case
from derivcheck.language.parse import parse
from derivcheck.model import Case, Mode, Spread, Status, What
from derivcheck.numbers import DType
from derivcheck.rounding.exact_spread import exact_spread
from derivcheck.rounding.torch_path import steps_of_torch


def spread(expr: str, x: float, wrt: str = "", dtype: DType = DType.FLOAT64) -> Spread:
    """Return the exact spread of the expression, or of one of its derivatives, at x."""
    program = compile_balls(parse(expr, ["x"]), as_torch=True)
    found = exact_spread(program, {"x": Fraction(x)}, tuple(wrt), dtype)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("expr", "wrt"),
    [("x**2 + x", ""), ("abs(x)", ""), ("-x/4", ""), ("Max(x, 2)", "x"), ("where(x > 1, x, exp(x))", "x")],
)
def test_exact_steps_do_not_move(expr: str, wrt: str) -> None:
    """What the format holds, what only moves data, and a branch that is not taken are left alone."""
    assert Spread(0.0, 0.0, 1.0) == spread(expr, 3.0, wrt)


@pytest.mark.parametrize("dtype", list(DType))
def test_a_step_moves_by_an_ulp_at_most(dtype: DType) -> None:
    """exp(1) = 2.718 moves by up to 2**(2 - p), uniformly: the root mean square is that over sqrt(3)."""
    found, ulp = spread("exp(x)", 1.0, dtype=dtype), 2.0 ** (2 - dtype.precision)
    assert found.farthest <= ulp
    assert found.absolute == pytest.approx(ulp / 3**0.5, rel=0.2)


def test_what_torch_does_in_one_kernel_is_one_step() -> None:
    """The cross entropy of -100 and 0 is a kernel of torch's, however its definition cancels: it moves by an ulp."""
    definition = spread("binary_cross_entropy_with_logits(x, 0)", -100.0)
    assert 0 < definition.farthest <= 3.73e-44 * 2**-52


def test_a_derivative_moves_with_the_steps() -> None:
    """The derivative of (1 - cos(x))**2 by x is 2*(1 - cos(x))*sin(x): an ulp of cos(x) moves it by 2*x ulps."""
    assert spread("(1 - cos(x))**2", 2.0**-20, "x").absolute == pytest.approx(2**-19 * 2**-53 / 3**0.5, rel=0.3)


@pytest.mark.parametrize(
    ("expr", "x", "dtype"),
    [
        ("sinc(x/2)", 2.0, DType.FLOAT32),
        ("sinc(x)", 1e5, DType.FLOAT64),
        ("xlog1py(x + x, entr(x))", 2.0**-100, DType.FLOAT32),
    ],
)
def test_a_step_that_is_zero_or_subnormal_moves_no_derivative(expr: str, x: float, dtype: DType) -> None:
    """sinc(1) is 0, and an ulp of 0 is no small part of it, but its slope -1 is rounded like any other number."""
    assert spread(expr, x, "x", dtype).relative < 10 * dtype.unit_roundoff


def test_a_long_formula_is_followed_on_the_way_that_torch_took() -> None:
    """In a sum of 1,200 equal terms all roundings go in one direction; a step that is wrong ends the way."""
    expression = parse("+".join(["x/3"] * 1200), ["x"])
    program, point = compile_balls(expression, as_torch=True), {"x": Fraction(1)}
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    taken = steps_of_torch(compile_torch(expression), program, point, setting)
    found = exact_spread(program, point, (), DType.FLOAT64, taken=taken)
    assert found is not None
    assert 50 * 2.0**-44 < found.farthest < 1200 * 2.0**-44
    slope = exact_spread(program, point, ("x",), DType.FLOAT64, taken=taken)
    assert slope is not None
    assert slope.farthest < 1e-60
    last = max(taken)
    assert exact_spread(program, point, (), DType.FLOAT64, taken={**taken, last: taken[last] * (1 + 1e-12)}) is None


def test_a_fraction_that_the_format_does_not_hold() -> None:
    """sinh(12) is 81377.4, of which bfloat16 keeps 81408: the fraction may be any from 0 to 1."""
    assert spread("fmod(sinh(x), 1)", 12.0, dtype=DType.BFLOAT16).farthest > 0.5


@pytest.mark.parametrize(
    ("expr", "at", "dtype", "expected"),
    [
        ("neg(remainder(1/3, x))", {"x": "1e-150"}, DType.FLOAT64, Status.UNSTABLE),
        ("fmod(sinh(x), y)", {"x": "12", "y": "-1"}, DType.BFLOAT16, Status.UNSTABLE),
        ("sec(hardswish(ldexp(x, x)))", {"x": "2.5"}, DType.BFLOAT16, Status.UNSTABLE),
        ("gelu(x)", {"x": "-10"}, DType.FLOAT64, Status.MISMATCH),  # torch's own cancellation is no step of the formula
        ("hardsigmoid(x)", {"x": "1"}, DType.FLOAT64, Status.INACCURATE),  # a float32 constant
    ],
)
def test_verdicts_on_what_lies_between_the_floats(
    expr: str, at: dict[str, str], dtype: DType, expected: Status
) -> None:
    """A number finer than the format's grid is left to rounding, and a defect of torch's stays one."""
    assert expected is max((result.status for result in check_case(Case(expr, at=(at,), dtype=dtype))), key=_rank)


def test_rounding_explains_a_tie_that_only_exact_arithmetic_settles() -> None:
    """sin(2*pi) is 0, and that of a rounded 2*pi is not: f is 4, torch's 6 is no defect, and 60 would be one."""
    case = Case("where(sin(pi*x) == 0, x**2, 3*x)", at=({"x": "2"},))
    value = next(result for result in check_case(case) if result.what is What.VALUE)
    assert Status.UNSTABLE is value.status
    rounding = spread(case.expr, 2.0)
    assert 0 < rounding.farthest < 3


def _rank(status: Status) -> int:
    return status.rank


def test_a_kernel_whose_last_step_only_moves_rounds_all_the_same() -> None:
    """elu(-1) is where(x > 0, x, exp(x) - 1) to the balls, and one rounding to torch; clamp rounds nothing."""
    assert 0 < spread("elu(x)", -1.0).farthest < 2.0**-52
    assert Spread(0.0, 0.0, 1.0) == spread("clamp(x, -2, 2)", -1.0)


def test_a_number_that_takes_a_thousand_bits_has_a_spread() -> None:
    """x - 1 at 1e300 lies between two floats, and no float tells which tangent is meant."""
    assert 0.1 < spread("tan(x - 1)", 1e300).absolute
