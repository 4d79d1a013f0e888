"""Torch code of the user's own as an expression that calls it."""

from __future__ import annotations

import pytest

from derivcheck.errors import CaseError
from derivcheck.inputs.calls_of_code import call_of_code


def test_a_call_has_the_arguments_in_their_order() -> None:
    """Constants are not among them."""
    own, call = call_of_code("m.py:Scaled", "m.py:Scaled", "a*x**n", args=["x", "a", "n"], constants=(("n", 2),))
    assert "Scaled(x, a)" == call
    assert "m.py:Scaled" == own.code


def test_a_name_that_is_taken_is_called_otherwise() -> None:
    """`softplus` in an expression is torch's."""
    assert "my_softplus(x)" == call_of_code("m.py:softplus", "m.py:softplus", "log(1 + exp(x))")[1]


def test_a_lambda_has_a_name_too() -> None:
    """Any that can be called."""
    assert "own(x)" == call_of_code("<lambda>", lambda x: x, "x")[1]


def test_the_formula_is_needed() -> None:
    """One run tells what the code computes at one point, and no more."""
    with pytest.raises(CaseError, match="needs its formula") as caught:
        call_of_code("m.py:Gelu", "m.py:Gelu", None)
    assert "--formula" in (caught.value.hint or "")
