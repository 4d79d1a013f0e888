"""The perturbed tape sees all that torch runs, whoever wrote it.

Covers also: operations.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from derivcheck.autograd.gradients import gradients
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Mode, Spread
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.samples_on_axis import SamplesOnAxis
from derivcheck.rounding.tape import PerturbedTape
from derivcheck.rounding.tape_at_a_point import elementwise_spreads, program_spreads
from derivcheck.verdict.criterion import CRITERION

EAGER = [mode for mode in Mode if mode is not Mode.COMPILE]


def spread_of(expr: str, x: float, *wrt: str, dtype: DType = DType.FLOAT64, mode: Mode = Mode.REVERSE) -> Spread:
    """The spread of one derivative at x."""
    program = readings(expr, frozenset({"x"})).torch
    found = program_spreads(program, {"x": Fraction(x)}, [wrt], TorchSetting("cpu", dtype, mode))[0]
    assert found is not None
    return found


@pytest.mark.parametrize("mode", EAGER)
@pytest.mark.parametrize("wrt", ["x", "xx"])
def test_every_mode_is_perturbed(mode: Mode, wrt: str) -> None:
    """The tape sees the operations of every engine, tangents included."""
    relative = spread_of("sin(x)*exp(x)/3", 1.1, *wrt, mode=mode).relative
    assert 1e-17 < relative < 1e-14


def test_a_number_that_comes_from_a_wider_format_is_rounded() -> None:
    """float_power computes in float64; its two gradients are rounded to bfloat16 before they are added."""
    spread = spread_of("float_power(x, x)", 0.333984375, "x", dtype=DType.BFLOAT16)
    program, setting = (
        readings("float_power(x, x)", frozenset({"x"})).torch,
        TorchSetting("cpu", DType.BFLOAT16, Mode.REVERSE),
    )
    number = gradients(program, {"x": Fraction(0.333984375)}, [("x",)], setting)[0].value
    assert number is not None
    error = abs(number + 0.067016781580940422881)
    assert 0.001 < error <= CRITERION.spreads * spread.absolute


def test_custom_functions_are_perturbed_too() -> None:
    """The tape sees aten operations, whoever wrote them."""

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x * x * x

        @staticmethod
        def backward(ctx: torch.autograd.function.FunctionCtx, *grads: Tensor) -> Tensor:
            (x,) = ctx.saved_tensors  # type: ignore[attr-defined]
            gradient: Tensor = grads[0] * 3 * x * x
            return gradient

    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    found = elementwise_spreads(
        lambda xs: Cube.apply(xs[0]),  # type: ignore[no-untyped-call]
        ["x"],
        (setting.tensor(Fraction(11, 10).limit_denominator(2)),),
        [("x",)],
        setting,
    )[0]
    assert found is not None
    assert 0.0 == found.relative  # 1.5, whose cube is exact
    inexact = elementwise_spreads(
        lambda xs: Cube.apply(xs[0]),  # type: ignore[no-untyped-call]
        ["x"],
        (torch.tensor(1.1, dtype=torch.float64),),
        [("x",)],
        setting,
    )[0]
    assert inexact is not None
    assert 1e-17 < inexact.relative < 1e-15


@pytest.mark.parametrize("expr", ["logsigmoid(x)/3", "prelu(x, 3)"])
def test_operations_with_several_results_are_perturbed(expr: str) -> None:
    """The forward pass of logsigmoid returns two tensors, and so does the backward pass of prelu."""
    assert 0.0 < spread_of(expr, -0.7).relative < 1e-15


def test_operations_in_place_are_perturbed() -> None:
    """x*x - 0.49, computed in place at 0.7, loses all of its digits to the rounding of the square."""

    def in_place(xs: tuple[Tensor, ...]) -> Tensor:
        number = xs[0].clone()
        number.mul_(xs[0])
        return number - 0.48999999999999994

    inputs = (torch.tensor(0.7, dtype=torch.float64),)
    found = elementwise_spreads(in_place, ["x"], inputs, [()], TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE))[0]
    assert found is not None
    assert found.absolute > 1e-17


def test_a_tangent_without_storage_meets_a_plain_number() -> None:
    """In forward mode the tangent of y is a tensor without storage, which ldexp multiplies by log(2)."""
    program = readings("ldexp(y, x)", frozenset({"x", "y"})).torch
    point = {"x": Fraction(1, 2), "y": Fraction(-1)}
    found = program_spreads(program, point, [("x",), ("y",)], TorchSetting("cpu", DType.FLOAT64, Mode.FORWARD))
    assert all(spread is not None and 0.0 < spread.relative < 1e-15 for spread in found)


@pytest.mark.parametrize("expr", ["log10(log1p(x/x))", "smooth_l1_loss(exp(x), 1/3)", "x*exp(-x**2/3)/sqrt(2*pi)"])
def test_sums_over_the_samples_do_not_stop_forward_over_reverse(expr: str) -> None:
    """torch.func sums over the samples, and asks whether sum and tangent have one size: that is no arithmetic."""
    found = spread_of(expr, 0.7, "x", "x", mode=Mode.FORWARD_OVER_REVERSE)
    assert found.absolute > 0.0


def test_there_is_one_tape() -> None:
    """What differs from run to run is handed to it; a subclass would have to know its inside."""
    assert issubclass(PerturbedTape, TorchDispatchMode)
    assert PerturbedTape.__subclasses__() == []


def test_what_only_moves_numbers_is_not_perturbed() -> None:
    """A copy, a view and a slice of 0.1 are 0.1 in every sample; its square is not."""
    samples = SamplesOnAxis(DType.FLOAT64)
    x = torch.full((samples.count,), 0.1, dtype=torch.float64)
    with PerturbedTape(samples):
        copy, square = x.clone().reshape(-1, 1).squeeze(1), x * x
    assert torch.equal(x, copy)
    assert square[0] == 0.1 * 0.1
    assert square.unique().numel() == 3
