"""What the roundings of the forward pass and of the sums of gradients explain: less than the tape, and never more."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.autograd.gradients import gradients
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Mode, Spread
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.forward_at_a_point import ForwardLook
from derivcheck.rounding.tape_at_a_point import program_spreads
from derivcheck.verdict.criterion import CRITERION


def spread_of(expr: str, x: float, *wrt: str, dtype: DType = DType.FLOAT64, mode: Mode = Mode.REVERSE) -> Spread | None:
    """The spread of one derivative at x."""
    program = readings(expr, frozenset({"x"})).torch
    return ForwardLook(program, {"x": Fraction(x)}, [wrt], TorchSetting("cpu", dtype, mode)).spread(wrt)


def absolute(spread: Spread | None) -> float:
    """How far a number moves."""
    assert spread is not None
    return spread.absolute


@pytest.mark.parametrize("expr", ["4*x + 2", "x*x", "abs(x - 3)", "where(x > 1, x, -x)", "x**3", "relu(x)/2"])
def test_exact_steps_are_not_moved(expr: str) -> None:
    """On small integers nothing is rounded, so nothing spreads."""
    assert 0.0 == absolute(spread_of(expr, 4.0, "x"))


def test_an_inexact_literal_spreads() -> None:
    """The number 0.1 is rounded, 0.5 is not."""
    assert 0.0 == absolute(spread_of("0.5*x", 2.0, "x"))
    assert 0.0 < absolute(spread_of("0.1*x", 2.0, "x")) < 2e-17


def test_the_backward_pass_works_with_the_moved_numbers() -> None:
    """The derivative of exp is the very result that it saved, moved."""
    assert absolute(spread_of("exp(x)", 1.5)) == absolute(spread_of("exp(x)", 1.5, "x")) > 0


def test_cancellation_is_explained() -> None:
    """Where a formula cancels, the spread is as large as the error."""
    point, setting = {"x": Fraction(1e-5)}, TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    program = readings("(1 - cos(x))/x**2", frozenset({"x"})).torch
    number = gradients(program, point, [("x",)], setting)[0].value
    assert number is not None
    around = absolute(ForwardLook(program, point, [("x",)], setting).spread(("x",)))
    assert abs(number + 1e-5 / 12) <= CRITERION.forward_spreads * around


@settings(max_examples=60, deadline=None)
@given(
    expr=st.sampled_from(
        [
            "sin(x)*exp(x)/3", "x**7 - 7*x**6 + 21*x**5 - 35*x**4", "sqrt(1 + x**2)*atan(x/3)", "log(x + 0.1)**3/x",
            "tanh(x) - x*(1 - x**2/3)", "(1 - cos(x))/x**2", "(2 + 3*x)**(5/2)/(7 - x)", "exp(-x)*(x + sin(4*x))",
            "sin(x) + sin(2*x) + sin(4*x) - 7*cos(x)", "sin(exp(x)) - cos(exp(x))*exp(x)", "hypot(x, x)*x - x*x/8 + x",
        ]
    ),
    x=st.floats(0.01, 6.0),
    wrt=st.sampled_from([(), ("x",), ("x", "x")]),
    dtype=st.sampled_from([DType.FLOAT64, DType.FLOAT32]),
)  # fmt: skip
def test_it_explains_no_more_than_the_tape(expr: str, x: float, wrt: tuple[str, ...], dtype: DType) -> None:
    """What it says to be explained is explained by all roundings: no defect hides here that the tape would find."""
    at = dtype.nearest(Fraction(x))
    assert at is not None
    program, setting = readings(expr, frozenset({"x"})).torch, TorchSetting("cpu", dtype, Mode.REVERSE)
    before = ForwardLook(program, {"x": at}, [wrt], setting).spread(wrt)
    (around,) = program_spreads(program, {"x": at}, [wrt], setting)
    assert around is not None
    if before is not None:
        all_roundings = max(CRITERION.spreads * around.absolute, around.farthest)
        assert CRITERION.forward_spreads * before.absolute <= all_roundings


@pytest.mark.parametrize(
    ("expr", "x", "dtype"),
    [
        ("(x - 2)*exp(x)*0", 2.1, DType.FLOAT64),  # a zero, whose neighbours are subnormal
        ("log(1 + exp(x))", 800.0, DType.FLOAT64),  # an infinity
        ("exp(x)*1.5", -720.0, DType.FLOAT64),  # a subnormal number
        ("1e60*x*1e-60", 2.0, DType.FLOAT32),  # a literal beyond the range
        ("abs(x - 1e-60)", 0.0, DType.FLOAT32),  # one below it
    ],
)
def test_what_leaves_the_range_is_left_to_the_tape(expr: str, x: float, dtype: DType) -> None:
    """A step of one in the bits is an ulp of normal numbers only."""
    at = dtype.nearest(Fraction(x))
    assert at is not None
    assert spread_of(expr, float(at), "x", dtype=dtype) is None


def test_another_mode_is_left_to_the_tape() -> None:
    """Tangents are computed beside the steps, from numbers that were not moved yet."""
    assert spread_of("exp(x)/3", 1.0, "x", mode=Mode.FORWARD) is None


@pytest.mark.parametrize("dtype", list(DType))
def test_the_spread_scales_with_the_format(dtype: DType) -> None:
    """A well-conditioned gradient spreads by a few roundoffs of its format, whatever that is."""
    spread = spread_of("exp(x)*sin(x)", 1.25, "x", dtype=dtype)
    assert spread is not None
    assert 0.1 * dtype.unit_roundoff < spread.relative < 20 * dtype.unit_roundoff


def test_the_same_command_gives_the_same_numbers() -> None:
    """The generator is seeded."""
    assert spread_of("exp(x)/3", 1.0, "x") == spread_of("exp(x)/3", 1.0, "x")


def test_constants_that_are_conditions_are_no_samples() -> None:
    """True has no samples: the branch that it takes is moved as ever."""
    assert absolute(spread_of("where(True, exp(x), x)", 1.5, "x")) > 0


def test_what_is_asked_for_first_does_not_matter() -> None:
    """The backward pass runs when a derivative is asked for, and draws the same steps whichever that is."""
    program = readings("sin(x)*y + exp(x*y) + x*y", frozenset({"x", "y"})).torch
    point, setting = {"x": Fraction(3, 8), "y": Fraction(7, 8)}, TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    wrts: list[tuple[str, ...]] = [(), ("x",), ("y",), ("x", "y")]
    one, other = (ForwardLook(program, point, wrts, setting) for _ in range(2))
    assert [one.spread(wrt) for wrt in wrts] == [other.spread(wrt) for wrt in reversed(wrts)][::-1]


def test_a_constant_that_is_the_float_of_a_variable_is_no_variable() -> None:
    """At x = c the sine of both is one float; the derivative is that of the one alone."""
    program = readings("sin(c)*sin(x)*sin(c)", frozenset({"x", "c"})).torch
    point, setting = {"x": Fraction(3, 8), "c": Fraction(3, 8)}, TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    slope = gradients(program, point, [("x",)], setting)[0].value
    spread = ForwardLook(program, point, [("x",)], setting).spread(("x",))
    assert slope is not None
    assert spread is not None
    assert 0 < spread.absolute / spread.relative == pytest.approx(slope, rel=1e-12)


def test_zeros_of_both_signs_are_two_constants() -> None:
    """The angle of (-1, 0) is half a turn, that of (-1, -0) minus half a turn: no step takes one for the other."""
    expr = "(atan2(a*0, b) + 2*atan2(a*(-0.0), b))*exp(x)"
    program = readings(expr, frozenset("abx")).torch
    point = {"a": Fraction(1), "b": Fraction(-1), "x": Fraction(1, 2)}
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    value = gradients(program, point, [()], setting)[0].value
    spread = ForwardLook(program, point, [(), ("x",)], setting).spread(("x",))
    assert value is not None
    assert spread is not None
    assert 0 < spread.absolute / spread.relative == pytest.approx(abs(value), rel=1e-12)
