"""The examples of functions of shapes: each runs, at a point that fits all of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lowered import about, numbers_of, value_of
from torch import Tensor

from derivcheck.autograd.shaped_program import compile_shaped
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.elements.lowering import lower
from derivcheck.errors import DerivcheckError
from derivcheck.language import table
from derivcheck.language.integer_variables import integer_variables, label_variables
from derivcheck.language.parse import parse
from derivcheck.language.setting_kinds import unfit_phrase
from derivcheck.language.table import Sort
from derivcheck.language.table.examples import EXAMPLES
from derivcheck.model import Mode
from derivcheck.model.expression import Node, NodeKind
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
    integers = integer_variables(expression) | label_variables(expression)
    tensors = [drawn(variable, variable in integers) for variable in expression.variables]
    point = {variable: value_of(tensor) for variable, tensor in zip(expression.variables, tensors, strict=True)}

    ours = numbers_of(lower(expression, point, about(point)), point)
    theirs = compile_shaped(expression)(tensors, SETTING.literal)

    assert [tuple(x.shape) for x in theirs] == [tuple(x.shape) for x in ours]
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other.double(), rtol=1e-12, atol=1e-12)


_TEXTS = ["None", "True", "-1", "7", "1.5", "0", "2", "'x'", "(0, 1)", "(0, 0)", "()", "((0,), (1,))", "-7", "inf"]


# Most texts fit few settings, so that many draws are left out.
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.sampled_from(sorted(EXAMPLES)), st.integers(0, 9), st.sampled_from(_TEXTS))
def test_whatever_a_setting_holds_is_answered(name: str, which: int, text: str) -> None:
    """An example with another setting, of the kind that is due, is lowered or is an error with a caret."""
    expression = parse(EXAMPLES[name], SHAPES, has_shapes=True)
    row = table.function(name)
    assert row is not None
    call = next(node for node in reversed(expression.nodes) if node.name == name)
    defaults = {option.name: option.default for option in row.options}
    names = [*row.params, *defaults]
    found = [
        (arg, names[min(index, len(names) - 1)])
        for index, arg in enumerate(call.args)
        if expression.nodes[arg].kind is NodeKind.SETTING and row.sort_of(index) is not Sort.INTEGER
    ]
    assume(bool(found))
    at, setting = found[which % len(found)]
    assume(setting in row.settings and unfit_phrase(setting, text, defaults.get(setting)) is None)
    nodes = list(expression.nodes)
    nodes[at] = Node(NodeKind.SETTING, text)
    integers = integer_variables(expression)
    point = {variable: value_of(drawn(variable, variable in integers)) for variable in expression.variables}
    with suppress(DerivcheckError):
        lower(replace(expression, nodes=tuple(nodes)), point, about(point))
