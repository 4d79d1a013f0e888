"""`derivcheck.explain`."""

from __future__ import annotations

from typing import Any

import own_functions
import pytest
import sympy
import torch

import derivcheck
from derivcheck.errors import CaseError
from derivcheck.model.explanation import BlameKind


def test_an_expression_is_explained_as_check_takes_it() -> None:
    """Text, SymPy, or with a function of one's own."""
    found = derivcheck.explain("1 - cos(x)", at={"x": 1e-8})
    assert found.blame is not None
    assert BlameKind.AMPLIFIER is found.blame.kind
    x = sympy.Symbol("x")
    assert ["PowBackward0"] == [one.grad_fn for one in derivcheck.explain(x**2, at={x: 2}).tape if one.grad_fn]
    assert derivcheck.explain(x, at={x: 2}).tape[0].is_output  # SymPy lets a symbol be called
    assert "match" == derivcheck.explain("u*v", at={"u": 1, "v": 2}, wrt="u", const="v").status.label


def test_what_the_notebook_printed_comes_out() -> None:
    """Of leaf and result: data, requires_grad, grad, grad_fn, is_leaf, as torch itself says them."""
    for expr in ("x**2", "x**2 + 2*x + 1", "2*x**3 + x"):
        x = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
        y = eval(expr)
        y.backward()
        tape = derivcheck.explain(expr, at={"x": 2}).tape
        for tensor, told in ((x, tape[0]), (y, tape[-1])):
            assert (tensor.item(),) == told.value.computed
            assert (tensor.requires_grad, tensor.is_leaf) == (told.requires_grad, told.is_leaf)
            assert (type(tensor.grad_fn).__name__ if tensor.grad_fn else None) == told.grad_fn
            grad = tensor.grad if tensor.is_leaf else None
            assert (None if grad is None else (grad.item(),)) == told.grad


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"formula": "x"}, "formula is for torch code of your own"),
        ({"domain": "x > 0"}, "domain is for torch code of your own"),
        ({"at": [{"x": 1}, {"x": 2}]}, "one point is explained at a time"),
    ],
)
def test_what_does_not_go_together_is_an_error(wrong: dict[str, Any], message: str) -> None:
    """With what to do."""
    with pytest.raises(CaseError, match=message):
        derivcheck.explain("x**2", **{"at": {"x": 2}, **wrong})


def test_a_timeout_needs_a_process() -> None:
    """As for `check_function`."""
    with pytest.raises(ValueError, match="a timeout needs a process"):
        derivcheck.explain("x**2", at={"x": 2}, timeout=3)
    with pytest.raises(ValueError, match="a timeout needs a process"):
        derivcheck.explain(own_functions.SQ, "i**2", at={"i": 2}, timeout=3)
    with pytest.raises(CaseError, match="wrt and functions are for an expression"):
        derivcheck.explain(own_functions.SQ, "i**2", at={"i": 2}, wrt="i")


def test_code_of_ones_own_is_explained_as_check_function_takes_it() -> None:
    """The object itself, with a formula or read."""
    for formula in ("i**2", None):
        found = derivcheck.explain(own_functions.SQ, formula, at={"i": 2})
        assert found.blame is not None
        assert BlameKind.BACKWARD is found.blame.kind
        assert ["forward", "backward", "upstream", "arguments"] == [row.item for row in found]
        assert found.tape[-1].place is None  # this very script is not where it is written
    assert None is derivcheck.explain(own_functions.Mended, at={"i": 2}).blame
