"""What rounding explains: the spread of the perturbed tape against errors that are known.

Covers also: draws, operations, same_operations, sample_tape.
"""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from torch import Tensor

from derivcheck.autograd.gradients import gradients
from derivcheck.autograd.tensors import Setting
from derivcheck.model import Mode, Range, Spread
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.tape import function_spreads, spreads
from derivcheck.verdict.criterion import CRITERION

EAGER = [mode for mode in Mode if mode is not Mode.COMPILE]


def spread_of(expr: str, x: float, *wrt: str, dtype: DType = DType.FLOAT64, mode: Mode = Mode.REVERSE) -> Spread:
    """The spread of one derivative at x."""
    found = spreads(readings(expr, frozenset({"x"})).torch, {"x": Fraction(x)}, [wrt], Setting("cpu", dtype, mode))[0]
    assert found is not None
    return found


def gradient_of(expr: str, x: float, dtype: DType = DType.FLOAT64) -> float:
    """Torch's derivative at x."""
    program = readings(expr, frozenset({"x"})).torch
    number = gradients(program, {"x": Fraction(x)}, [("x",)], Setting("cpu", dtype, Mode.REVERSE))[0].value
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


@pytest.mark.parametrize(("constant", "spreads_out"), [(0.3, True), (0.25, False), (0.1666666716337204, False)])
def test_plain_numbers_in_torch_code_are_perturbed_where_they_are_rounded(constant: float, spreads_out: bool) -> None:
    """0.3 is a rounded decimal; 1/4 is exact, and so is a float32 constant: that one is a mistake to be found."""
    setting = Setting("cpu", DType.FLOAT64, Mode.REVERSE)
    inputs = (torch.tensor(4.0, dtype=torch.float64),)
    found = function_spreads(lambda xs: xs[0] * constant * 0.5, ["x"], inputs, [("x",)], setting)[0]
    assert found is not None
    assert spreads_out is (found.relative > 1e-17)


@pytest.mark.parametrize("mode", EAGER)
@pytest.mark.parametrize("wrt", ["x", "xx"])
def test_every_mode_is_perturbed(mode: Mode, wrt: str) -> None:
    """The tape sees the operations of every engine, tangents included."""
    relative = spread_of("sin(x)*exp(x)/3", 1.1, *wrt, mode=mode).relative
    assert 1e-17 < relative < 1e-14


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


def test_a_number_that_comes_from_a_wider_format_is_rounded() -> None:
    """float_power computes in float64; its two gradients are rounded to bfloat16 before they are added."""
    spread = spread_of("float_power(x, x)", 0.333984375, "x", dtype=DType.BFLOAT16)
    error = abs(gradient_of("float_power(x, x)", 0.333984375, DType.BFLOAT16) + 0.067016781580940422881)
    assert 0.001 < error <= CRITERION.spreads * spread.absolute


def test_a_pole_is_no_overflow() -> None:
    """Division by an exact zero is not the format's fault: that is how the where trap stays a trap."""
    assert spread_of("where(x > 2, log2(x), 2*x)", 0.0, "x").losses == ()


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

    setting = Setting("cpu", DType.FLOAT64, Mode.REVERSE)
    found = function_spreads(
        lambda xs: Cube.apply(xs[0]),  # type: ignore[no-untyped-call]
        ["x"],
        (setting.tensor(Fraction(11, 10).limit_denominator(2)),),
        [("x",)],
        setting,
    )[0]
    assert found is not None
    assert 0.0 == found.relative  # 1.5, whose cube is exact
    inexact = function_spreads(
        lambda xs: Cube.apply(xs[0]),  # type: ignore[no-untyped-call]
        ["x"],
        (torch.tensor(1.1, dtype=torch.float64),),
        [("x",)],
        setting,
    )[0]
    assert inexact is not None
    assert 1e-17 < inexact.relative < 1e-15


@pytest.mark.parametrize(
    "expr", ["hardtanh(x, -1, 0.7)", "softshrink(x, 0.7)", "threshold(x, 0.7, 2)", "clamp(x, 0, 0.7)"]
)
def test_a_rounded_parameter_of_a_kernel_spreads(expr: str) -> None:
    """float64 holds no 0.7: at the number beside it, rounding decides on which side of the kink the kernel is."""
    spread = spread_of(expr, 0.7, "x")
    assert spread.farthest == pytest.approx(1.0)
    assert 0.1 < spread.absolute < 1.0


def test_what_a_step_crosses_is_explained_however_seldom_it_is_crossed() -> None:
    """The farthest sample counts: of a jump that a sixth of the samples cross, the root mean square is 0.4."""
    for x in (0.1, 0.3, 0.7, 1.1, 2.3, 5.9):
        assert spread_of(f"where(x < {x}, 2*x, x)", x, "x").farthest == pytest.approx(1.0)


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
    found = function_spreads(in_place, ["x"], inputs, [()], Setting("cpu", DType.FLOAT64, Mode.REVERSE))[0]
    assert found is not None
    assert found.absolute > 1e-17


@pytest.mark.parametrize("mode", [Mode.REVERSE, Mode.FORWARD])
def test_a_tangent_that_overflows_is_told_from_the_function(mode: Mode) -> None:
    """asinh(1e160) is 369; the square of 1e160, on the way to its derivative, is beyond float64 in every mode."""
    (loss,) = spread_of("asinh(x)", 1e160, "x", mode=mode).losses
    assert (Range.OVERFLOW, False) == (loss.range, loss.in_forward)


@pytest.mark.parametrize("mode", [Mode.REVERSE, Mode.FORWARD, Mode.FORWARD_OVER_REVERSE, Mode.REVERSE_OVER_FORWARD])
def test_a_function_that_overflows_is_told_from_its_tangent(mode: Mode) -> None:
    """exp(1000) overflows while f is computed, with or without tangents beside it."""
    assert spread_of("where(x > 0, x, exp(x))", 1000.0, "x", mode=mode).losses[0].in_forward


def test_the_sign_of_a_zero_is_left_to_chance() -> None:
    """torch.remainder(-12, -12) is -0: on which side of its cut atan2 then is, -pi or pi, is no matter of accuracy."""
    assert spread_of("atan2(remainder(x, x), x)", -12.0).farthest == pytest.approx(2 * math.pi)


@pytest.mark.parametrize("dtype", [DType.FLOAT64, DType.FLOAT32])
def test_special_functions_lose_more_than_the_last_bit(dtype: DType) -> None:
    """I1(6) is 61.341936777640237861 (DLMF 10.25.2): torch is several ulps off, as its polynomials are."""
    program = readings("i1(x)", frozenset({"x"})).torch
    number = gradients(program, {"x": Fraction(6)}, [()], Setting("cpu", dtype, Mode.REVERSE))[0].value
    assert number is not None
    error = abs(number - 61.341936777640237861)
    assert error <= CRITERION.spreads * spread_of("i1(x)", 6.0, dtype=dtype).absolute < 20 * 61 * dtype.unit_roundoff


def test_a_gelu_in_a_vector_loses_more_than_the_last_bit() -> None:
    """Its slope at -1.3 is -0.12597868254337636 (mpmath): torch's vector kernel is 4.3 ulps off, its scalar one 0.3."""
    x = torch.full((8,), -1.3, dtype=torch.float32, requires_grad=True)
    (slope,) = torch.autograd.grad(torch.nn.functional.gelu(x).sum(), x)
    error = abs(float(slope[0]) + 0.12597868254337636)
    found = spreads(
        readings("gelu(x)", frozenset({"x"})).torch,
        {"x": Fraction(float(x[0]))},
        [("x",)],
        Setting("cpu", DType.FLOAT32, Mode.REVERSE),
    )[0]
    assert found is not None
    assert error <= CRITERION.spreads * found.absolute < 20 * 0.126 * DType.FLOAT32.unit_roundoff


def test_a_tangent_without_storage_meets_a_plain_number() -> None:
    """In forward mode the tangent of y is a tensor without storage, which ldexp multiplies by log(2)."""
    program = readings("ldexp(y, x)", frozenset({"x", "y"})).torch
    point = {"x": Fraction(1, 2), "y": Fraction(-1)}
    found = spreads(program, point, [("x",), ("y",)], Setting("cpu", DType.FLOAT64, Mode.FORWARD))
    assert all(spread is not None and 0.0 < spread.relative < 1e-15 for spread in found)


def test_an_overflow_in_a_kernel_with_a_plain_option_is_noticed() -> None:
    """mse_loss takes its reduction as the integer 0, which is no zero that an infinity comes from."""
    assert spread_of("log(mse_loss(x, 0.5))", 2.0**100, dtype=DType.FLOAT32).losses[0].in_forward


@pytest.mark.parametrize("expr", ["log10(log1p(x/x))", "smooth_l1_loss(exp(x), 1/3)", "x*exp(-x**2/3)/sqrt(2*pi)"])
def test_sums_over_the_samples_do_not_stop_forward_over_reverse(expr: str) -> None:
    """torch.func sums over the samples, and asks whether sum and tangent have one size: that is no arithmetic."""
    found = spread_of(expr, 0.7, "x", "x", mode=Mode.FORWARD_OVER_REVERSE)
    assert found.absolute > 0.0


@pytest.mark.parametrize("mode", EAGER)
@pytest.mark.parametrize("expr", ["abs(x)/3", "l1_loss(x, 3)", "floor(x)"])
def test_a_derivative_without_storage_has_no_spread(expr: str, mode: Mode) -> None:
    """The second derivative of abs is known to be 0, and comes as a tensor without storage."""
    assert 0.0 == spread_of(expr, 0.7, "x", "x", mode=mode).absolute


@pytest.mark.parametrize(("wrt", "truth"), [(("x",), 0.0), ((), 0.0)])
def test_a_polynomial_is_not_exact_where_the_function_is(wrt: tuple[str, ...], truth: float) -> None:
    """i0e(0) is 1, and so torch's vector kernel for bfloat16 has it; its scalar one has 0.992, whose log is -0.008."""
    program = readings("log(i0e(0))*x", frozenset({"x"})).torch
    setting = Setting("cpu", DType.BFLOAT16, Mode.REVERSE)
    number = gradients(program, {"x": Fraction(1)}, [wrt], setting)[0].value
    found = spreads(program, {"x": Fraction(1)}, [wrt], setting)[0]
    assert number is not None
    assert found is not None
    assert 0 < abs(number - truth) <= CRITERION.spreads * found.absolute < 0.1


@pytest.mark.parametrize(
    ("expr", "x", "slope"),
    [
        ("silu(x)", 25.0, 1.0000000003333106527),
        ("silu(x)", 36.70826335352889, 1.0000000000000040792),
        ("silu(x)", -1.1933915060093483, 0.019602057082694220837),
        ("mish(x)", 19.00284370478231, 1.0000000000000023101),
        ("gelu(x)", -0.7, 0.023385898866340155713),
        ("gelu_tanh(x)", -0.7, 0.023642781343896054099),
    ],
)
def test_a_fused_backward_pass_rounds_inside(expr: str, x: float, slope: float) -> None:
    """The slopes (mpmath, 50 digits) are up to 18 ulps off in torch: inside, rounded numbers are subtracted."""
    setting = Setting("cpu", DType.FLOAT64, Mode.REVERSE)
    number = gradients(readings(expr, frozenset("x")).torch, {"x": Fraction(x)}, [("x",)], setting)[0].value
    found = spreads(readings(expr, frozenset("x")).torch, {"x": Fraction(x)}, [("x",)], setting)[0]
    assert number is not None
    assert found is not None
    assert abs(number - slope) <= CRITERION.spreads * found.absolute < 100 * DType.FLOAT64.unit_roundoff
