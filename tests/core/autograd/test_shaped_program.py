"""Shaped programs: what torch is given to run for an Expression over tensors."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from lowered import by_torch, call_of, shaped_row
from lowering_samples import SAMPLES
from torch import Tensor

from derivcheck.autograd.shaped_gradients import tensor_of
from derivcheck.autograd.shaped_operands import Plain
from derivcheck.autograd.shaped_program import compile_shaped
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.errors import UnsupportedError
from derivcheck.language.parse import parse
from derivcheck.model import Mode
from derivcheck.model.case import OwnFunction
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


@pytest.mark.parametrize("name", SAMPLES)
def test_every_function_of_shapes_runs_as_torch_has_it(name: str) -> None:
    """Called as an expression, each gives what a call of torch gives, but for the last bits of a sum."""
    row = shaped_row(name)
    for arguments in SAMPLES[name]:
        expression, point = call_of(row, arguments)
        inputs = [tensor_of(point[variable], SETTING) for variable in expression.variables]
        ours, theirs = compile_shaped(expression)(inputs, SETTING.literal), by_torch(row, *arguments)
        for mine, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(mine, other, rtol=1e-13, atol=1e-13, equal_nan=True, check_dtype=False)


def test_a_literal_that_an_index_needs_stays_an_integer() -> None:
    """In x[t + 1] neither is a number of the format."""
    x, t = torch.tensor([3.0, 5.0, 7.0], dtype=torch.float64), torch.tensor(1)
    (result,) = run("x[t + 1]", x, t)
    assert result.item() == 7.0


def test_an_integer_that_a_function_makes_counts_as_a_number() -> None:
    """Torch's exp of arange(2) would be a float32."""
    (result,) = run("x*exp(arange(2))", torch.ones(2, dtype=torch.float64))
    assert result.dtype is torch.float64
    assert result.tolist() == [1.0, math.e]


def test_an_option_that_is_a_number_is_one_to_torch() -> None:
    """layer_norm takes its eps as a Python number, and so it does where that is computed."""
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    (result,) = run("layer_norm(x, (2,), eps=3/4)", x)
    assert result.tolist() == [-0.5, 0.5]


def test_statements_and_several_outputs() -> None:
    """A statement's value is computed once, however often it is used."""
    program = compile_shaped(parse("h = exp(x); h*h, sum(h)"))
    assert [step.function for step in program.steps] == ["exp", "mul", "sum"]
    results = program([torch.zeros(2, dtype=torch.float64)], SETTING.literal)
    assert [result.tolist() for result in results] == [[1.0, 1.0], 2.0]


def test_one_of_several_results_is_chosen() -> None:
    """slogdet gives the sign and the logarithm."""
    (result,) = run("slogdet(A)[1]", torch.eye(2, dtype=torch.float64))
    assert result.item() == 0.0


def test_a_function_that_torch_lacks_is_named() -> None:
    """torch has no derivative of the Airy function."""
    with pytest.raises(UnsupportedError, match="airyai"):
        compile_shaped(parse("airyai(x)"))


def test_a_function_of_the_users_own_is_run_on_whole_tensors() -> None:
    """Its code gets the tensor, as its formula gets the elements."""
    own = OwnFunction("mine", ("z",), "softmax(z)", lambda z: torch.softmax(z, -1))
    program = compile_shaped(parse("sum(w*mine(z))", own=(own,), has_shapes=True), (own,))
    w, z = torch.tensor([1.0, 0.0]).double(), torch.tensor([2.0, 2.0]).double()
    (result,) = program([w, z], SETTING.literal)
    assert 0.5 == result.item()
