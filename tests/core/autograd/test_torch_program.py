"""Torch programs: torch runs what was written, and each step knows where it comes from."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import compile_torch
from derivcheck.errors import UnsupportedError
from derivcheck.language.parse import parse
from derivcheck.model import Mode
from derivcheck.numbers import DType


def test_torch_runs_the_program_as_written() -> None:
    """`x*x` is a product and `x**2` a power: nothing is simplified on the way."""
    assert ["mul"] == [step.function for step in compile_torch(parse("x*x")).steps if step.run]
    assert [(2,)] == [step.numbers for step in compile_torch(parse("x**2")).steps if step.run]


def test_a_step_knows_its_function_and_where_it_stands() -> None:
    """The steps of sech's definition are those of its call; an alias, a constant and a literal have their names."""
    expression = parse("sin(x)*softplus(y) + arcsin(x)**pi/2 + sech(y)", {"x", "y"})
    stands = [
        (step.function, expression.source[expression.span(step.node).start : expression.span(step.node).end])
        for step in compile_torch(expression).steps
    ]
    assert stands == [
        ("sin", "sin(x)"),
        ("softplus", "softplus(y)"),
        ("mul", "sin(x)*softplus(y)"),
        ("asin", "arcsin(x)"),
        ("pi", "pi"),
        ("pow", "arcsin(x)**pi"),
        ("literal", "2"),
        ("div", "arcsin(x)**pi/2"),
        ("add", "sin(x)*softplus(y) + arcsin(x)**pi/2"),
        ("literal", "sech(y)"),
        ("cosh", "sech(y)"),
        ("div", "sech(y)"),
        ("add", "sin(x)*softplus(y) + arcsin(x)**pi/2 + sech(y)"),
    ]


def test_a_literal_is_there_once() -> None:
    """A program lists each of its literals once, and all programs share a literal's tensor in a format."""
    program = compile_torch(parse("0.1*x + sin(0.1*pi*x)/2"))
    assert [Fraction(1, 10), "pi", Fraction(2)] == list(program.literals)
    setting = TorchSetting("cpu", DType.FLOAT32, Mode.REVERSE)
    assert setting.shared_literal(Fraction(1, 10)) is setting.shared_literal(Fraction(1, 10))
    assert setting.literal(Fraction(1, 10)) is not setting.shared_literal(Fraction(1, 10))
    assert torch.float64 is TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE).shared_literal(Fraction(1, 10)).dtype


def test_what_torch_lacks_is_unsupported() -> None:
    """A function without a differentiable torch kernel is refused by name."""
    with pytest.raises(UnsupportedError, match="Si"):
        compile_torch(parse("Si(x)"))
