"""What the forward pass explains at many points at once: what it explains at each of them, and never more.

Covers also: samples_at_points, tape_at_points.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from torch import Tensor

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import TorchProgram
from derivcheck.model import Mode, Wrt
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.forward_at_a_point import ForwardLook
from derivcheck.rounding.forward_at_points import forward_reaches
from derivcheck.rounding.tape_at_points import program_reaches
from derivcheck.verdict.criterion import CRITERION

SETTING = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
WRTS: list[Wrt] = [(), ("x",)]


def program_of(expr: str) -> TorchProgram:
    """The torch program of an expression in x."""
    return readings(expr, frozenset({"x"})).torch


def reach(expr: str, *xs: float) -> list[Tensor | None]:
    """How far the value and the derivative reach at some points."""
    return forward_reaches(program_of(expr), [torch.tensor(xs, dtype=torch.float64)], WRTS, SETTING, few=False)


@pytest.mark.parametrize(
    "expr", ["(1 - cos(x))/x**2", "x*tanh(x - 1/4) + 1/3", "0.1*x + 3", "where(x > 1, exp(x), -x/3)", "log(x)**3"]
)
def test_it_reaches_as_far_as_at_each_point_by_itself(expr: str) -> None:
    """What explains an error at a point explains it among others, within what chance makes of 64 samples."""
    xs = [0.07, 0.5, 1.3, 2.0, 40.0]
    for far, wrt in zip(reach(expr, *xs), WRTS, strict=True):
        assert far is not None
        for x, distance in zip(xs, far.tolist(), strict=True):
            alone = ForwardLook(program_of(expr), {"x": Fraction(x)}, [wrt], SETTING).spread(wrt)
            assert alone is not None
            assert distance == pytest.approx(CRITERION.forward_spreads * alone.absolute, rel=0.4)


def test_it_explains_no_more_than_the_tape() -> None:
    """The backward pass rounds as well: what the whole tape explains is more."""
    xs = torch.linspace(0.1, 3, 200, dtype=torch.float64)
    program = program_of("exp(-x**2/2)*sin(3*x) + x*tanh(x - 1/4) - log(1 + x**2)/(2 + cos(x))")
    whole = program_reaches(program, [xs], WRTS, SETTING, few=False)
    for few in (True, False):
        for far, most in zip(forward_reaches(program, [xs], WRTS, SETTING, few=few), whole, strict=True):
            assert far is not None
            assert most is not None
            assert (far <= 1.1 * most).all()


@pytest.mark.parametrize("expr", ["4*x + 2", "x*x", "x**3", "abs(x - 3)", "relu(x)/2"])
def test_exact_steps_are_not_moved(expr: str) -> None:
    """On small integers nothing is rounded, and at 0.1 beside them something is."""
    for far in reach(expr, 4.0, 2.0):
        assert far is not None
        assert far.tolist() == [0.0, 0.0]
    beside = reach("x*x", 4.0, 0.1)[0]
    assert beside is not None
    assert beside[0] == 0 < beside[1]


def test_what_left_the_range_is_left_to_the_tape() -> None:
    """Where a number is 0, subnormal or infinite, and there alone, nothing is explained."""
    for far in reach("exp(x/3)", 1.0, -2200.0, 2200.0, 0.7):
        assert far is not None
        assert [distance > 0 for distance in far.tolist()] == [True, False, False, True]
    for far in reach("sin(x/3)*exp(-800)", 1.0, 0.7):
        assert far is not None
        assert far.tolist() == [0.0, 0.0]
