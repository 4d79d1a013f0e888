"""Kernels of several steps, written out: what they round inside is explained."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from judged_tensors import judged

from derivcheck.autograd.gradients import gradients
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.model import Mode, Status
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.rounding.tape_at_a_point import program_spreads
from derivcheck.verdict.criterion import CRITERION


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
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    number = gradients(readings(expr, frozenset("x")).torch, {"x": Fraction(x)}, [("x",)], setting)[0].value
    found = program_spreads(readings(expr, frozenset("x")).torch, {"x": Fraction(x)}, [("x",)], setting)[0]
    assert number is not None
    assert found is not None
    assert abs(number - slope) <= CRITERION.spreads * found.absolute < 100 * DType.FLOAT64.unit_roundoff


def test_a_gelu_in_a_vector_loses_more_than_the_last_bit() -> None:
    """Its slope at -1.3 is -0.12597868254337636 (mpmath): torch's vector kernel is 4.3 ulps off, its scalar one 0.3."""
    x = torch.full((8,), -1.3, dtype=torch.float32, requires_grad=True)
    (slope,) = torch.autograd.grad(torch.nn.functional.gelu(x).sum(), x)
    error = abs(float(slope[0]) + 0.12597868254337636)
    found = program_spreads(
        readings("gelu(x)", frozenset({"x"})).torch,
        {"x": Fraction(float(x[0]))},
        [("x",)],
        TorchSetting("cpu", DType.FLOAT32, Mode.REVERSE),
    )[0]
    assert found is not None
    assert error <= CRITERION.spreads * found.absolute < 20 * 0.126 * DType.FLOAT32.unit_roundoff


@pytest.mark.parametrize("dtype", [DType.BFLOAT16, DType.FLOAT16])
def test_equal_numbers_normalized_in_a_narrow_format(dtype: DType) -> None:
    """layer_norm of one number is 0; its kernel scales in float32 before it subtracts, and leaves 3.3e-7 of -2.875."""
    found = judged("layer_norm(x, [1], eps=0.125)", {"x": torch.tensor([[-2.875], [2.25]])}, dtype)
    assert {verdict.status for verdict in found[""]} == {Status.MATCH}


def test_a_wrong_layer_norm_in_a_narrow_format_is_seen() -> None:
    """What float32 rounds inside excuses no number that is off by a percent."""
    x = torch.tensor([1.5, -0.5, 0.25])
    found = judged("layer_norm(x, [3], eps=0.125)", {"x": x}, DType.BFLOAT16, lie=lambda xs: [1.03 * x for x in xs])
    assert Status.MISMATCH in {verdict.status for verdict in found["x"]}
