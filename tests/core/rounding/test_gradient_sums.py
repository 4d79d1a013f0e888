"""The sums of gradients round, and are moved where they do."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.autograd.gradients import gradients
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import compile_torch
from derivcheck.language.parse import parse
from derivcheck.model import Mode, Spread
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.forward_at_a_point import ForwardLook
from derivcheck.rounding.gradient_sums import error_of_sum
from derivcheck.rounding.tape_at_a_point import program_spreads


def absolute(spread: Spread | None) -> float:
    """How far a number moves."""
    assert spread is not None
    return spread.absolute


def spread_of(expr: str, x: float) -> Spread | None:
    """The spread of the derivative at x."""
    program = readings(expr, frozenset({"x"})).torch
    return ForwardLook(program, {"x": Fraction(x)}, [("x",)], TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)).spread(
        ("x",)
    )


def test_sums_of_gradients_round() -> None:
    """At 1 every 2**k*x is exact: only the sum of the cosines that come back moves, as far as on the perturbed tape."""
    expr = "+".join(f"sin({2**k}*x)" for k in range(8))
    program, setting = readings(expr, frozenset({"x"})).torch, TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    (around,) = program_spreads(program, {"x": Fraction(1)}, [("x",)], setting)
    assert absolute(around) / 3 < absolute(spread_of(expr, 1.0)) < absolute(around)


def test_sums_of_gradients_that_are_exact_are_not_moved() -> None:
    """The gradient of x*x is x + x, which is exact; of 3 such products it is 6*x, summed up in steps that round."""
    assert 0.0 == absolute(spread_of("x*x", 0.3))
    assert 0.0 < absolute(spread_of("x*x + x*x + x*x", 0.3)) < 4e-16


def test_the_error_of_a_sum_is_known_exactly() -> None:
    """Of 1,200 terms x/10 the gradient is a sum of the float next to 1/10, in torch's order; another number is not."""
    program = compile_torch(parse("+".join(["0.1*x"] * 1200), ["x"]))
    point, setting = {"x": Fraction(3)}, TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    returned = gradients(program, point, [("x",)], setting)[0].value
    assert returned is not None
    assert error_of_sum(program, point, "x", setting, returned) == Fraction(returned) - 1200 * Fraction(0.1) != 0
    assert error_of_sum(program, point, "x", setting, 120.0) == 0
