"""The examples of functions of shapes: each runs, at a point that fits all of them."""

from __future__ import annotations

import pytest
import torch
from lowered import about, numbers_of, value_of
from torch import Tensor

from derivcheck.autograd.shaped_program import compile_shaped
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.elements.lowering import lower
from derivcheck.language import table
from derivcheck.language.integer_variables import integer_variables
from derivcheck.language.parse import parse
from derivcheck.language.table.examples import EXAMPLES
from derivcheck.model import Mode
from derivcheck.model.expression import NodeKind
from derivcheck.numbers import DType

SETTING = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
SHAPES = {
    **dict.fromkeys("xyzp", (3,)),
    **dict.fromkeys("AB", (3, 3)),
    "X": (2, 2, 4),
    "W": (2, 2, 3),
    "image": (1, 2, 4, 4),
    "kernel": (2, 2, 3, 3),
    "volume": (1, 1, 2, 2, 2),
    "t": (),
    "labels": (3,),
}


def drawn(name: str, is_integer: bool) -> Tensor:
    """Numbers between -1 and 1, or 0 and 1 for a probability; integers are labels of three classes."""
    source = torch.Generator().manual_seed(sum(map(ord, name)))
    if is_integer:
        return torch.randint(3, SHAPES[name], generator=source)
    uniform = torch.randint(1, 64, SHAPES[name], generator=source).double() / 64
    return uniform if name == "p" else 2 * uniform - 1


def test_every_function_of_shapes_has_an_example() -> None:
    """And no other."""
    assert {row.name for row in table.SHAPED_FUNCTIONS} == EXAMPLES.keys()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_torch_returns(name: str) -> None:
    """It calls the function; its lowering has the numbers that torch's program has."""
    expression = parse(EXAMPLES[name], SHAPES, has_shapes=True)
    assert name in {node.name for node in expression if node.kind is NodeKind.CALL}
    integers = integer_variables(expression)
    tensors = [drawn(variable, variable in integers) for variable in expression.variables]
    point = {variable: value_of(tensor) for variable, tensor in zip(expression.variables, tensors, strict=True)}

    ours = numbers_of(lower(expression, point, about(point)), point)
    theirs = compile_shaped(expression)(tensors, SETTING.literal)

    assert [tuple(x.shape) for x in theirs] == [tuple(x.shape) for x in ours]
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other.double(), rtol=1e-12, atol=1e-12)
