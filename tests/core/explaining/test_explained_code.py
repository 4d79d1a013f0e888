"""Explaining a user's code: Functions, functions of tensors, modules, calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from derivcheck.errors import DerivcheckError, UserFunctionError
from derivcheck.explaining.explained_code import explain_call, explain_code
from derivcheck.model import Case, Checklist, OwnFunction
from derivcheck.model.explanation import BlameKind, Explanation

CODE = """
import numpy
import torch


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.from_numpy(numpy.asarray(x.detach().numpy() ** 2))

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * x


def loss(w, x):
    h = torch.tanh(w @ x)
    return (h * h).sum()


class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[1], None


def root(x):
    return torch.where(x > 0, x.sqrt(), 0 * x)


net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh())
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A file of the user's."""
    file = tmp_path / "layers_explained.py"
    file.write_text(CODE)
    return file


def explained(code: Path, name: str, formula: str | None, **point: str) -> Explanation:
    """The explanation of a function of the file."""
    own = OwnFunction(name, (), formula, f"{code}:{name}")
    return explain_code(Case(formula or "", (point,), functions=(own,), checklist=Checklist()))


@pytest.mark.parametrize(("at", "due"), [("3", "6"), ("[3, 5]", None)])
def test_a_function_with_a_formula_is_held_against_it_whatever_it_runs(code: Path, at: str, due: str | None) -> None:
    """Its forward pass runs in NumPy, which nothing reads; its backward pass is to blame."""
    explanation = explained(code, "Square", "x**2", x=at)
    assert [one.operation for one in explanation.tape] == [None, "Square"]
    (returned,) = explanation.tape[-1].returned
    assert explanation.blame is not None
    assert explanation.blame.kind is BlameKind.BACKWARD
    assert all(exact is not None for exact in returned.numbers.due)
    if due is not None:
        assert [exact.decimal(5) for exact in returned.numbers.due if exact] == [due]


def test_code_is_read_operation_by_operation(code: Path) -> None:
    """Each operation stands in a line of the file."""
    tape = explained(code, "loss", None, w="[[1, 2], [3, 4]]", x="[0.5, -0.25]").tape
    made = [one for one in tape if one.operation]
    assert [(one.operation, one.place.text) for one in made if one.place] == [
        ("mv", "h = torch.tanh(w @ x)"),
        ("tanh", "h = torch.tanh(w @ x)"),
        ("mul", "return (h * h).sum()"),
        ("sum", "return (h * h).sum()"),
    ]
    assert {one.place.file for one in made if one.place} == {"layers_explained.py"}


def test_a_gradient_that_is_none_is_called_so(code: Path) -> None:
    """With the name of the argument."""
    blame = explained(code, "Product", "x*y", x="3", y="5").blame
    assert blame is not None
    assert (
        "`ProductBackward` returned None for its argument `y`, its exact vector–Jacobian product is 3" in blame.sentence
    )


def test_a_line_of_code_is_told_once(code: Path) -> None:
    """Also where two of its operations are in the sentence."""
    blame = explained(code, "root", None, x="0").blame
    assert blame is not None
    assert blame.sentence.endswith("; `where` leaves it out and sends 0 back, and 0 times infinity is nan")


def test_the_parameters_of_a_module_are_inputs(code: Path) -> None:
    """They have names as in a formula."""
    explanation = explained(code, "net", None, x="[[0.5, -0.25]]")
    assert [one.name for one in explanation.tape if one.name] == ["x", "_0_weight", "_0_bias"]
    assert all(one.grad is not None for one in explanation.tape if one.name)
    assert explanation.blame is None


def test_a_call_is_explained_at_the_tensors_it_is_given() -> None:
    """No tensor of the caller changes, and what asks for no gradient is a constant."""
    x, scale = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor(3.0)

    def scaled(x: Tensor, scale: Tensor) -> Tensor:
        return (x * scale).sum()

    explanation = explain_call(scaled, [x, scale])
    assert (explanation.subject, explanation.tape[0].name, explanation.tape[0].grad) == ("scaled", "x", (3.0, 3.0))
    assert x.grad is None


def test_what_cannot_be_explained_says_why() -> None:
    """An error of ours: what the function raises, and a call with nothing to differentiate by."""

    def fails(x: Tensor) -> Any:
        raise ValueError("no such layer")

    with pytest.raises(UserFunctionError, match="no such layer"):
        explain_call(fails, [torch.ones(2, requires_grad=True)])
    with pytest.raises(DerivcheckError, match="asks for a gradient"):
        explain_call(torch.sum, [torch.ones(2)])
