"""Which steps of a formula give the same float."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.balls.compiling import compile_balls
from derivcheck.language.parse import parse
from derivcheck.rounding.same_floats import ZERO, Float, same_floats

AT = {"x": Fraction(0.3), "y": Fraction(0.3), "z": Fraction(2)}


def floats_of(expr: str) -> tuple[Float, Float]:
    """The floats of the two arguments of the outermost call."""
    program = compile_balls(parse(expr, list(AT)), as_torch=True)
    first, second = program.code[program.root - len(program.variables)].args
    floats = same_floats(program, AT)
    return floats[first], floats[second]


@pytest.mark.parametrize(
    "expr",
    [
        "sqrt(3)*x - sqrt(3)*x", "x*0.1 - 0.1*x", "x/0.7 - y/0.7", "(x + 0.1) - (0.1 + y)", "exp(x/3) - exp(y/3)",
        "pi*x - y*pi", "1/x - 1/y", "sin(x)*z**3 - z**3*sin(x)",
    ],
)  # fmt: skip
def test_the_same_operation_on_the_same_numbers_gives_one_float(expr: str) -> None:
    """Where it stands, in which order a sum or a product is written, and which of two equal variables: all the same."""
    one, other = floats_of(expr)
    assert one == other


@pytest.mark.parametrize(
    ("expr", "sign", "exponent"),
    [
        ("(-0.1)*x + 0.1*y", -1, 0),
        ("(0.1 - x) + (x - 0.1)", -1, 0),
        ("0.2*x - 0.1*x", 1, -1),
        ("0.1*z*x - x*0.1", 1, -1),
        ("x/4 - x", 1, 2),
        ("abs(-x*0.3) - 0.3*x", 1, 0),
        ("(0.2 + 2*x) - (0.1 + x)", 1, -1),
    ],
)
def test_signs_and_powers_of_two_do_not_change_the_digits(expr: str, sign: int, exponent: int) -> None:
    """IEEE 754 rounds -a as a, and 2*a as a; only a number that is not normal loses a bit more."""
    one, other = floats_of(expr)
    assert Float(one.digits, one.sign * sign, one.exponent + exponent) == other


@pytest.mark.parametrize("expr", ["(x/3 - y/3)*exp(x) + 1", "(x*0.1 - 0.1*y) + 1", "-(pi*x - y*pi)/7 + 1", "0*x + 1"])
def test_what_cancels_is_zero(expr: str) -> None:
    """The difference of one float and itself is 0 however it was rounded, and so is what is multiplied by it."""
    one, other = floats_of(expr)
    assert ZERO == one.digits != other.digits


@pytest.mark.parametrize(
    "expr",
    [
        "0.1*x - 0.1000000000000000000001*x", "0.3*z - x*z", "0.1*3 - 0.3", "(x + 1e-30) - (x + 2e-30)", "x*x - x**3",
        "sin(x) - sin(-x)", "(x - 0.1) - (x + 0.1)", "x/0.7 - 0.7/x",
    ],
)  # fmt: skip
def test_what_is_rounded_from_different_numbers_differs(expr: str) -> None:
    """Two literals that one float stands for were two numbers, and what rounding made of each is its own error."""
    one, other = floats_of(expr)
    assert one.digits != other.digits


def test_a_long_chain_of_squares_takes_no_time() -> None:
    """A number stands for each step's digits: written out, those of 200 squares would fill the memory."""
    expr = "x"
    for _ in range(200):
        expr = f"square({expr})*0.5"
    floats = same_floats(compile_balls(parse(expr, ["x"]), as_torch=True), {"x": Fraction(1)})
    assert len({float_.digits for float_ in floats}) <= len(floats)
