"""The formulas of a user's own function, read before its code is loaded."""

from __future__ import annotations

import pytest

from derivcheck.errors import CaseError, DerivcheckError, ParseError
from derivcheck.model import OwnFunction
from derivcheck.own_functions.formulas import check_formulas, formula_texts

CLIP = OwnFunction("f", ("x",), "sign(x)", "f.py:f", surrogate="tanh(x)", gradients=(("x", "clamp(g, -1, 1)"),))


def test_all_texts_are_read() -> None:
    """The value, the surrogate, and what is declared of each gradient."""
    assert ["sign(x)", "tanh(x)", "clamp(g, -1, 1)"] == formula_texts(CLIP)


@pytest.mark.parametrize("formula", ["x**n", "layer_norm(x, normalized_shape, weight)", "x*scale", "h = 2*x; h + n"])
def test_a_name_may_be_one_of_a_module(formula: str) -> None:
    """Only whoever has loaded the code knows what `weight` and `normalized_shape` are."""
    check_formulas(OwnFunction("f", (), formula, "f.py:f", constants=(("n", 3),)), frozenset("x"))


@pytest.mark.parametrize("formula", ["x**", "sin(x", "x + nosuch(x)", "1/2x"])
def test_what_no_value_of_a_name_could_mend_is_an_error(formula: str) -> None:
    """The text itself is wrong."""
    with pytest.raises(ParseError):
        check_formulas(OwnFunction("f", (), formula, "f.py:f"), frozenset("x"))


def test_a_gradient_that_is_not_linear_is_a_declared_one() -> None:
    """The derivative of a formula is linear in the upstream gradient."""
    with pytest.raises(CaseError, match="no gradient is declared"):
        check_formulas(OwnFunction("f", (), "x", "f.py:f", is_linear=False), frozenset("x"))
    with pytest.raises(DerivcheckError):
        check_formulas(OwnFunction("f", (), "x", "f.py:f", surrogate="tanh(x"), frozenset("x"))
