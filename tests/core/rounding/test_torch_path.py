"""The formula along the way that torch took."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.balls.compiling import compile_balls
from derivcheck.model import Mode
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.torch_path import Steps, steps_of_torch, torch_path


def steps(expr: str, x: float, dtype: DType = DType.FLOAT64) -> Steps:
    """What torch's steps return at x."""
    made = readings(expr, frozenset({"x"}))
    balls = compile_balls(made.expression, as_torch=True)
    return steps_of_torch(made.torch, balls, {"x": Fraction(x)}, TorchSetting("cpu", dtype, Mode.REVERSE))


def value(expr: str, x: float, taken: Steps, dtype: DType = DType.FLOAT64) -> float | None:
    """The value at the end of the way."""
    program = compile_balls(readings(expr, frozenset({"x"})).expression, as_torch=True)
    way = torch_path(program, {"x": Fraction(x)}, taken, dtype)
    return None if way is None else float(way[0].mid())


@pytest.mark.parametrize(
    ("expr", "x"),
    [
        ("tan(exp(x))", 438.0), ("fmod(x + 1, 4)", 1e300), ("where(fmod(x + 1, 4) > 0, x, 2*x)", 1e20),
        ("sech(x)*0.1 + lgamma(x)", 2.5), ("remainder(sinh(x), 3)", 700.0), ("floor(x/3)*x", 1e17),
    ],
)  # fmt: skip
def test_it_ends_at_what_torch_returned(expr: str, x: float) -> None:
    """Each step is a float that torch returned, the last one too."""
    taken = steps(expr, x)
    assert value(expr, x, taken) == list(taken.values())[-1]


def test_a_wrong_step_ends_the_way() -> None:
    """exp(1) is 2.718281828459045: a last digit may be off, the tenth may not, and no nan stands for a number."""
    right = dict(steps("exp(x) + 1/3", 1.0))
    slot = next(slot for slot, number in right.items() if number == math.exp(1.0))
    beside = right | {slot: math.nextafter(right[slot], 3.0)}
    assert value("exp(x) + 1/3", 1.0, beside) == list(right.values())[-1]
    assert value("exp(x) + 1/3", 1.0, right | {slot: right[slot] + 1e-9}) is None
    assert value("exp(x) + 1/3", 1.0, right | {slot: math.nan}) is None


def test_a_branch_that_is_not_taken_may_be_wrong() -> None:
    """Nobody asks what the logarithm of -1 is where x is returned."""
    assert -1.0 == value("where(x > 0, log(x), x)", -1.0, steps("where(x > 0, log(x), x)", -1.0))
