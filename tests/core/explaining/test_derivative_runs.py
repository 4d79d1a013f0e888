"""Tests of the tape of a higher derivative."""

from __future__ import annotations

from derivcheck.explaining.explained_expressions import explain_expression
from derivcheck.model import Case


def test_the_tape_of_a_second_derivative_has_the_first_backward_pass() -> None:
    """Those of torch's formulas for exp and log: 1/(1 + exp(x)), and its product with exp(x)."""
    found = explain_expression(Case("log(1 + exp(x))", at=({"x": "25"},), wrt=(("x", "x"),)))
    operations = [one.operation for one in found.tape if one.operation]
    assert ["exp", "add", "log", "div", "mul"] == operations
    output = found.tape[-1]
    assert (True, (0.999999999986112,)) == (output.is_output, output.value.computed)
    assert any("derivative by x" in note for note in found.notes)


def test_a_result_that_autograd_unpacks_is_the_tensor_that_it_was() -> None:
    """The backward pass of exp reads its result: the gradient that it sends there arrives at exp."""
    found = explain_expression(Case("log(1 + exp(x))", at=({"x": "25"},), wrt=(("x", "x"),)))
    (product,) = [one for one in found.tape if one.operation == "mul"]
    assert "exp" in {found.tape[at].operation for at in product.arguments}
