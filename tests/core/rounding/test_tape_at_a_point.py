"""What rounding explains: the spread of the perturbed tape against errors that are known.

Covers also: samples, samples_on_axis.
"""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from derivcheck.autograd.gradients import gradients
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Mode, Spread
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.tape_at_a_point import program_spreads
from derivcheck.verdict.criterion import CRITERION

EAGER = [mode for mode in Mode if mode is not Mode.COMPILE]


def spread_of(expr: str, x: float, *wrt: str, dtype: DType = DType.FLOAT64, mode: Mode = Mode.REVERSE) -> Spread:
    """The spread of one derivative at x."""
    found = program_spreads(
        readings(expr, frozenset({"x"})).torch, {"x": Fraction(x)}, [wrt], TorchSetting("cpu", dtype, mode)
    )[0]
    assert found is not None
    return found


def gradient_of(expr: str, x: float, dtype: DType = DType.FLOAT64) -> float:
    """Torch's derivative at x."""
    program = readings(expr, frozenset({"x"})).torch
    number = gradients(program, {"x": Fraction(x)}, [("x",)], TorchSetting("cpu", dtype, Mode.REVERSE))[0].value
    assert number is not None
    return number


@pytest.mark.parametrize("expr", ["4*x + 2", "x*x", "abs(x - 3)", "where(x > 1, x, -x)", "x**3", "relu(x)/2"])
def test_exact_operations_are_not_perturbed(expr: str) -> None:
    """On small integers nothing is rounded, so nothing spreads."""
    assert 0.0 == spread_of(expr, 4.0, "x").absolute


def test_an_inexact_literal_spreads() -> None:
    """The number 0.1 is rounded, 0.5 is not."""
    assert 0.0 == spread_of("0.5*x", 2.0, "x").absolute
    assert 0.0 < spread_of("0.1*x", 2.0, "x").relative < 2e-16


@pytest.mark.parametrize(
    ("expr", "x", "truth"),
    [
        ("(1 - cos(x))/x**2", 1e-5, -1e-5 / 12),
        ("x**7-7*x**6+21*x**5-35*x**4+35*x**3-21*x**2+7*x-1", 1.001, 7e-18),
        ("tanh(x)", 20.0, 4 * math.exp(-40)),
        ("exp(x) - exp(x*(1 + 1e-15))", 3.0, None),
    ],
)
def test_cancellation_is_explained(expr: str, x: float, truth: float | None) -> None:
    """Where a formula cancels, the spread is as large as the error."""
    spread = spread_of(expr, x, "x")
    if truth is not None:
        assert abs(gradient_of(expr, x) - truth) <= CRITERION.spreads * spread.absolute
    assert spread.relative > 1e-3


@pytest.mark.parametrize("dtype", list(DType))
def test_the_spread_scales_with_the_format(dtype: DType) -> None:
    """A well-conditioned gradient spreads by a few roundoffs of its format, whatever that is."""
    relative = spread_of("exp(x)*sin(x)", 1.25, "x", dtype=dtype).relative
    assert 0.1 * dtype.unit_roundoff < relative < 20 * dtype.unit_roundoff


def test_the_same_command_gives_the_same_numbers() -> None:
    """The generator is seeded."""
    assert spread_of("exp(x)/3", 1.0, "x") == spread_of("exp(x)/3", 1.0, "x")


def test_a_tiny_gradient_spreads_relatively() -> None:
    """At 1e-200 the squares of the deviations would underflow."""
    relative = spread_of("1e-200*exp(x)", 1.0, "x").relative
    assert 1e-17 < relative < 1e-15


def test_samples_outside_of_the_domain_are_set_aside() -> None:
    """At the end of acos' domain about half of the samples are nan; the others count."""
    spread = spread_of("acos(x*10/10)", 1.0, "x")
    assert spread.finite < 1


def test_what_a_step_crosses_is_explained_however_seldom_it_is_crossed() -> None:
    """The farthest sample counts: of a jump that a sixth of the samples cross, the root mean square is 0.4."""
    for x in (0.1, 0.3, 0.7, 1.1, 2.3, 5.9):
        assert spread_of(f"where(x < {x}, 2*x, x)", x, "x").farthest == pytest.approx(1.0)


def test_the_sign_of_a_zero_is_left_to_chance() -> None:
    """torch.remainder(-12, -12) is -0: on which side of its cut atan2 then is, -pi or pi, is no matter of accuracy."""
    assert spread_of("atan2(remainder(x, x), x)", -12.0).farthest == pytest.approx(2 * math.pi)


@pytest.mark.parametrize("dtype", [DType.FLOAT64, DType.FLOAT32])
def test_special_functions_lose_more_than_the_last_bit(dtype: DType) -> None:
    """I1(6) is 61.341936777640237861 (DLMF 10.25.2): torch is several ulps off, as its polynomials are."""
    program = readings("i1(x)", frozenset({"x"})).torch
    number = gradients(program, {"x": Fraction(6)}, [()], TorchSetting("cpu", dtype, Mode.REVERSE))[0].value
    assert number is not None
    error = abs(number - 61.341936777640237861)
    assert error <= CRITERION.spreads * spread_of("i1(x)", 6.0, dtype=dtype).absolute < 20 * 61 * dtype.unit_roundoff


@pytest.mark.parametrize("mode", EAGER)
@pytest.mark.parametrize("expr", ["abs(x)/3", "l1_loss(x, 3)", "floor(x)"])
def test_a_derivative_without_storage_has_no_spread(expr: str, mode: Mode) -> None:
    """The second derivative of abs is known to be 0, and comes as a tensor without storage."""
    assert 0.0 == spread_of(expr, 0.7, "x", "x", mode=mode).absolute


@pytest.mark.parametrize(("wrt", "truth"), [(("x",), 0.0), ((), 0.0)])
def test_a_polynomial_is_not_exact_where_the_function_is(wrt: tuple[str, ...], truth: float) -> None:
    """i0e(0) is 1, and so torch's vector kernel for bfloat16 has it; its scalar one has 0.992, whose log is -0.008."""
    program = readings("log(i0e(0))*x", frozenset({"x"})).torch
    setting = TorchSetting("cpu", DType.BFLOAT16, Mode.REVERSE)
    number = gradients(program, {"x": Fraction(1)}, [wrt], setting)[0].value
    found = program_spreads(program, {"x": Fraction(1)}, [wrt], setting)[0]
    assert number is not None
    assert found is not None
    assert 0 < abs(number - truth) <= CRITERION.spreads * found.absolute < 0.1
