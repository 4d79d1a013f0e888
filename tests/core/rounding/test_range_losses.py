"""Which operation left the range first."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Mode, Range, Spread
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.range_losses import RangeLosses
from derivcheck.rounding.tape_at_a_point import program_spreads


def spread_of(expr: str, x: float, *wrt: str, dtype: DType = DType.FLOAT64, mode: Mode = Mode.REVERSE) -> Spread:
    """The spread of one derivative at x."""
    program = readings(expr, frozenset({"x"})).torch
    found = program_spreads(program, {"x": Fraction(x)}, [wrt], TorchSetting("cpu", dtype, mode))[0]
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("expr", "x", "dtype", "expected"),
    [
        ("log(1 + exp(x))", 800.0, DType.FLOAT64, Range.OVERFLOW),
        ("log(exp(x))", -800.0, DType.FLOAT64, Range.UNDERFLOW),
        ("sqrt(x**2)", 1e30, DType.FLOAT32, Range.OVERFLOW),
        ("1e60*x*1e-60", 2.0, DType.FLOAT32, Range.OVERFLOW),
        ("abs(x - 1e-60)", 0.0, DType.FLOAT32, Range.UNDERFLOW),
    ],
)
def test_the_first_operation_that_leaves_the_range_is_named(expr: str, x: float, dtype: DType, expected: Range) -> None:
    """Overflow and underflow on the way are noticed."""
    exact = dtype.nearest(Fraction(x))
    assert exact is not None
    loss = spread_of(expr, float(exact), "x", dtype=dtype).losses[0]
    assert (expected, True) == (loss.range, loss.in_forward)


def test_a_pole_is_no_overflow() -> None:
    """Division by an exact zero is not the format's fault: that is how the where trap stays a trap."""
    assert spread_of("where(x > 2, log2(x), 2*x)", 0.0, "x").losses == ()


@pytest.mark.parametrize("mode", [Mode.REVERSE, Mode.FORWARD])
def test_a_tangent_that_overflows_is_told_from_the_function(mode: Mode) -> None:
    """asinh(1e160) is 369; the square of 1e160, on the way to its derivative, is beyond float64 in every mode."""
    (loss,) = spread_of("asinh(x)", 1e160, "x", mode=mode).losses
    assert (Range.OVERFLOW, False) == (loss.range, loss.in_forward)


@pytest.mark.parametrize("mode", [Mode.REVERSE, Mode.FORWARD, Mode.FORWARD_OVER_REVERSE, Mode.REVERSE_OVER_FORWARD])
def test_a_function_that_overflows_is_told_from_its_tangent(mode: Mode) -> None:
    """exp(1000) overflows while f is computed, with or without tangents beside it."""
    assert spread_of("where(x > 0, x, exp(x))", 1000.0, "x", mode=mode).losses[0].in_forward


def test_an_overflow_in_a_kernel_with_a_plain_option_is_noticed() -> None:
    """mse_loss takes its reduction as the integer 0, which is no zero that an infinity comes from."""
    assert spread_of("log(mse_loss(x, 0.5))", 2.0**100, dtype=DType.FLOAT32).losses[0].in_forward


@pytest.mark.parametrize(("mask", "is_lost"), [(torch.tensor([False]), False), (torch.tensor([True]), True)])
def test_a_number_times_a_condition_that_does_not_hold_is_no_underflow(mask: torch.Tensor, is_lost: bool) -> None:
    """g*(x > 0) is 0 where x is not: that a mask is wrong is not for the format's range to explain."""
    losses = RangeLosses(DType.FLOAT64)
    losses.note("mul", (torch.tensor([0.375]), mask), 0.0)
    assert bool(losses) is is_lost
