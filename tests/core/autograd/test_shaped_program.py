"""Shaped programs: what torch is given to run for an Expression over tensors."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from derivcheck.autograd.shaped_program import Plain, compile_shaped
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.errors import UnsupportedError
from derivcheck.language.parse import parse
from derivcheck.model import Mode
from derivcheck.model.expression import Expression, Node, NodeKind
from derivcheck.numbers import DType

SETTING = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)


def run(text: str, *inputs: Any) -> tuple[Tensor, ...]:
    """The results of an expression on tensors for its variables, in order of their names' first appearance."""
    program = compile_shaped(parse(text))
    return program([torch.as_tensor(value) for value in inputs], SETTING.literal)


def test_functions_of_numbers_work_element_by_element() -> None:
    """Numbers broadcast to the shape of what they stand beside."""
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    (result,) = run("x**2 + 1/y", x, torch.tensor(2.0, dtype=torch.float64))
    assert result.tolist() == [[1.5, 4.5], [9.5, 16.5]]


def test_a_literal_exponent_is_a_plain_number() -> None:
    """For which torch has backward formulas of its own."""
    steps = compile_shaped(parse("x**3")).steps
    assert steps[-1].args == (1, Plain(3))


def test_a_function_of_shapes_gets_its_kernel() -> None:
    """The kernel of mT is an attribute of tensors."""
    x = torch.arange(6.0, dtype=torch.float64).reshape(2, 3)
    (result,) = run("mT(x)", x)
    assert torch.equal(result, x.mT)


def test_a_tuple_at_the_root_gives_several_outputs() -> None:
    """The parser makes it of what stands between commas."""
    x, variable = Node(NodeKind.VARIABLE, "x"), NodeKind.CALL
    nodes = (x, Node(variable, "exp", (0,)), Node(variable, "mT", (0,)), Node(variable, "tuple", (1, 2)))
    program = compile_shaped(Expression("exp(x), mT(x)", nodes, ("x",)))
    at = torch.zeros(1, 2, dtype=torch.float64)
    results = program([at], SETTING.literal)
    assert [list(result.shape) for result in results] == [[1, 2], [2, 1]]
    assert results[0].tolist() == [[1.0, 1.0]]


def test_a_node_that_several_share_runs_once() -> None:
    """A statement gives it a name: h = exp(x); h*h."""
    nodes = (
        Node(NodeKind.VARIABLE, "x"),
        Node(NodeKind.CALL, "exp", (0,)),
        Node(NodeKind.CALL, "mul", (1, 1)),
    )
    steps = compile_shaped(Expression("h = exp(x); h*h", nodes, ("x",))).steps
    assert [step.function for step in steps] == ["exp", "mul"]


def test_a_composite_without_a_kernel_expands() -> None:
    """torch has no sec: it is 1/cos."""
    program = compile_shaped(parse("sec(x)"))
    assert [step.function for step in program.steps] == ["literal", "cos", "div"]


def test_an_integer_counts_as_a_number_where_one_is_due() -> None:
    """Torch's exp of an int64 would be a float32."""
    (result,) = run("exp(t)", torch.tensor([0, 1]))
    assert result.dtype is torch.float64


def test_a_function_that_torch_lacks_is_named() -> None:
    """torch has no derivative of the Airy function."""
    with pytest.raises(UnsupportedError, match="airyai"):
        compile_shaped(parse("airyai(x)"))
