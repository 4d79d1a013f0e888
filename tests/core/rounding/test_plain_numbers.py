"""Plain Python numbers in somebody's code are moved where they are rounded."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Mode, Spread
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.tape_at_a_point import elementwise_spreads, program_spreads


def spread_of(expr: str, x: float, *wrt: str, dtype: DType = DType.FLOAT64, mode: Mode = Mode.REVERSE) -> Spread:
    """The spread of one derivative at x."""
    program = readings(expr, frozenset({"x"})).torch
    found = program_spreads(program, {"x": Fraction(x)}, [wrt], TorchSetting("cpu", dtype, mode))[0]
    assert found is not None
    return found


@pytest.mark.parametrize(("constant", "spreads_out"), [(0.3, True), (0.25, False), (0.1666666716337204, False)])
def test_plain_numbers_in_torch_code_are_perturbed_where_they_are_rounded(constant: float, spreads_out: bool) -> None:
    """0.3 is a rounded decimal; 1/4 is exact, and so is a float32 constant: that one is a mistake to be found."""
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    inputs = (torch.tensor(4.0, dtype=torch.float64),)
    found = elementwise_spreads(lambda xs: xs[0] * constant * 0.5, ["x"], inputs, [("x",)], setting)[0]
    assert found is not None
    assert spreads_out is (found.relative > 1e-17)


@pytest.mark.parametrize(
    "expr", ["hardtanh(x, -1, 0.7)", "softshrink(x, 0.7)", "threshold(x, 0.7, 2)", "clamp(x, 0, 0.7)"]
)
def test_a_rounded_parameter_of_a_kernel_spreads(expr: str) -> None:
    """float64 holds no 0.7: at the number beside it, rounding decides on which side of the kink the kernel is."""
    spread = spread_of(expr, 0.7, "x")
    assert spread.farthest == pytest.approx(1.0)
    assert 0.1 < spread.absolute < 1.0
