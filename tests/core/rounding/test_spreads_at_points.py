"""At many points the forward pass has the samples that it has at each of them alone."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import torch

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import compile_torch
from derivcheck.language.parse import parse
from derivcheck.model import Mode
from derivcheck.numbers import DType
from derivcheck.rounding.explanation_at_a_point import Explanation
from derivcheck.rounding.spreads_at_points import can_be_sampled, sample_points

EXPRESSIONS = (
    "exp(-x**2/2)*sin(3*x + y) + y*tanh(x*y - 1/4) - log(1 + x**2)/(2 + cos(x - y)) + 0.1*sqrt(2 + x*y)*(1/3)",
    "x*x + y*x + 2*x*abs(y) - maximum(x, y)*exp(-abs(x))*exp(-x)",
)


@pytest.mark.parametrize("dtype", [DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16])
@pytest.mark.parametrize("text", EXPRESSIONS)
def test_the_spreads_are_those_of_each_point(text: str, dtype: DType) -> None:
    """To the last bit, also where some steps are exact at some points, and numbers equal by chance."""
    draw = random.Random(1)
    program = compile_torch(parse(text, frozenset("xy")))
    setting = TorchSetting("cpu", dtype, Mode.REVERSE)
    columns = [
        [draw.choice([draw.uniform(0.1, 2), draw.randint(1, 8) / 4]) for _ in range(12)] for _ in program.variables
    ]
    inputs = [torch.tensor(column, dtype=TORCH_DTYPES[dtype]) for column in columns]
    asked = [(), *((name,) for name in program.variables)]
    found = sample_points(program, inputs, asked, setting)
    assert found.known.any()
    spreads = [found.spreads(place, range(12)) for place in range(len(asked))]
    for index in range(len(columns[0])):
        point = {name: Fraction(float(column[index])) for name, column in zip(program.variables, inputs, strict=True)}
        alone = Explanation(program, parse(text, frozenset("xy")), point, asked, setting)
        for place, wrt in enumerate(asked):
            spread = spreads[place][index]
            assert spread is None or spread == alone.forward_pass(wrt)


def test_a_function_that_rounds_otherwise_at_the_end_is_left_out() -> None:
    """torch's mish has a loop of scalars that is off from that of vectors, in float64."""
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    assert can_be_sampled(compile_torch(parse("sin(x)*exp(x)", frozenset("x"))), setting)
