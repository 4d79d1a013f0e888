"""The sum of what each use of a variable sends back is the gradient that hooks make, to the last bit."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Mode, Spread, Wrt
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding import forward_at_a_point
from derivcheck.rounding.forward_at_a_point import ForwardLook
from derivcheck.rounding.gradients_by_use import suffices_by_use

WRTS: list[Wrt] = [(), ("x",), ("y",)]


def spreads(expr: str, dtype: DType = DType.FLOAT64) -> list[Spread | None]:
    """The spreads of the value and of both derivatives."""
    program, point = readings(expr, frozenset("xy")).torch, {"x": Fraction(3, 8), "y": Fraction(13, 8)}
    look = ForwardLook(program, point, WRTS, TorchSetting("cpu", dtype, Mode.REVERSE))
    return [look.spread(wrt) for wrt in WRTS]


@pytest.mark.parametrize("dtype", list(DType))
@pytest.mark.parametrize(
    "expr",
    [
        "sin(x) + sin(2*x) + sin(3*x)*y + sin(5*x)*exp(y/3)",
        "x*x*x*y*y - (x + y)*(x - y)/(x*y + x + y)",  # twice in one step, and both in one
        "where(x > y, x*y, exp(x)*y - y/x)*y",  # a branch that sends zeros back
        "x**y - y**x + log(x*y)*sqrt(x + y/7)",
        "floor(x + y)*x + sign(y)*exp(y*x)*y",
        "exp(x)*sin(x)*cos(x)",  # y is nowhere
    ],
)
def test_uses_and_hooks_agree(expr: str, dtype: DType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts come in the same order, so the same steps are drawn for each sum."""
    by_use = spreads(expr, dtype)
    monkeypatch.setattr(forward_at_a_point, "suffices_by_use", lambda *_: False)
    assert spreads(expr, dtype) == by_use
    assert any(spread is not None and spread.absolute > 0 for spread in by_use[1:])


@pytest.mark.parametrize(
    ("expr", "wrts", "suffices"),
    [
        ("x*x + sin(x)*y", WRTS, True),
        ("x*x + sin(x)*y", [("x", "x")], False),  # torch goes through the first sweep's graph as well
        ("x", WRTS, False),  # nothing uses it
        ("h = exp(x)*y; h*h + sin(h)", WRTS, False),
        ("beta(exp(x), y)", WRTS, False),  # a composite, whose definition uses both twice
    ],
)
def test_what_suffices(expr: str, wrts: list[Wrt], suffices: bool) -> None:
    """One pass, and no sums but those of the variables."""
    assert suffices_by_use(readings(expr, frozenset("xy")).torch, wrts) is suffices
