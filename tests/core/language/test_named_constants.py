"""Constants in formulas: whatever an argument that is no tensor holds, its name stands for that value."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.errors import ParseError
from derivcheck.language.parse import definition, parse
from derivcheck.language.printing import to_text
from derivcheck.model.constants import NamedType
from derivcheck.model.expression import NUMBER


def read(text: str, **constants: object) -> str:
    """The formula with the constants' values, and that it is read again as the same tree."""
    expression = parse(text, constants=tuple(constants.items()))
    printed = to_text(expression)
    assert parse(printed, expression.variables) == expression
    return printed


def refused(text: str, **constants: object) -> tuple[str, str]:
    """The message about a formula, and the characters that it is about."""
    with pytest.raises(ParseError) as caught:
        parse(text, constants=tuple(constants.items()))
    error = caught.value
    return error.message, text[error.span.start : error.span.end]


@pytest.mark.parametrize(
    ("text", "constants", "written"),
    [
        ("x**n", {"n": 3}, "x**3"),
        ("x**n", {"n": -2}, "x**-2"),
        ("n**2*x", {"n": -2}, "(-2)**2*x"),
        ("x*c", {"c": 0.5}, "x*0.5"),
        ("x*flag", {"flag": True}, "x*1"),
        ("x*n", {"n": np.int64(7)}, "x*7"),
        ("x*w", {"w": [1, 2.5]}, "x*[1, 2.5]"),
        ("gamma*x", {"gamma": 2}, "2*x"),
        ("x*dim2 + dim", {"dim": 2}, "x*dim2 + 2"),
        ("sum(x, dim=dim, keepdim=keep)", {"dim": -1, "keep": True}, "sum(x, dim=-1, keepdim=True)"),
        ("sum(x, dim=dim)", {"dim": None}, "sum(x)"),
        ("sum(x, dim=dim)", {"dim": (0, 1)}, "sum(x, dim=(0, 1))"),
        ("reshape(x, shape)", {"shape": (2, -1)}, "reshape(x, (2, -1))"),
        ("reshape(x, shape)", {"shape": ()}, "reshape(x, ())"),
        ("x.permute(dims)", {"dims": [1, 0]}, "permute(x, (1, 0))"),
        ("x[:, k:]", {"k": -1}, "x[:, -1:]"),
        ("x[rows]", {"rows": slice(1, None)}, "x[1:]"),
        ("x[rows]", {"rows": [0, 2]}, "x[[0, 2]]"),
        ("norm(x, p=p)", {"p": math.inf}, "norm(x, p=inf)"),
        ("masked_fill(x, m == 0, low)", {"low": -math.inf}, "masked_fill(x, m == 0, -inf)"),
        ("mse_loss(x, y, reduction=red)", {"red": "sum"}, "reduced_mse_loss(x, y, reduction='sum')"),
        ("where(training, x, 1)", {"training": False}, "where(False, x, 1)"),
    ],
)
def test_the_value_stands_where_its_name_stood(text: str, constants: dict[str, object], written: str) -> None:
    """A constant of each kind is what it would be if it were written out, in brackets where it is negative."""
    assert read(text, **constants) == written


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_the_fraction_that_it_holds(value: float) -> None:
    """0.1 is not one tenth, and the printed formula still has the same number."""
    expression = parse("x*c", constants=(("c", value),))
    (found,) = [node.value for node in expression.nodes if node.kind is NUMBER]
    assert found == abs(Fraction(value))
    assert parse(to_text(expression), ["x"]) == expression


@pytest.mark.parametrize(
    ("text", "value", "message", "where"),
    [
        ("x*c", math.nan, "the constant `c` is nan, which is no number", "c"),
        ("x*c", math.inf, "an operand of `*` must be a number, not infinity", "c"),
        ("x*c", 10**4000, "the constant `c` is too large a number", "c"),
        ("x*c", 1j, "the constant `c` is a complex number", "c"),
        ("x*c", np.ones(2), "the constant `c` is of the type `ndarray`", "c"),
        ("x*c", print, "the constant `c` is of the type `builtin_function_or_method`", "c"),
        ("x*c", None, "an operand of `*` must be a number, not `None`", "c"),
        ("x*c", "sum", "an operand of `*` must be a number, not a word", "c"),
        ("x*c", (1, 2), "an operand of `*` must be a number, not a tuple", "c"),
        ("x*c", NamedType("float32"), "an operand of `*` must be a number, not the dtype torch.float32", "c"),
        ("sum(x, dim=c)", 1.0, "`dim` of `sum` must be an integer or a tuple of integers, or None", "c"),
        ("c = 2; x*c", 2, "`c` is a constant, and a statement cannot change it", "c"),
        ("c(x)", 2, "`c(x)` can be read in two ways", "c(x)"),
        ("x c 2", 2, "a number behind an operand can be read in two ways", "2"),
    ],
)
def test_what_no_formula_can_name_is_an_error_at_the_name(text: str, value: object, message: str, where: str) -> None:
    """The caret is at the constant's name, and the message calls what it is."""
    assert refused(text, c=value) == (message, where)


def test_a_constant_that_is_called_like_a_function() -> None:
    """With a number nobody can tell the product from the function; a word is no factor."""
    assert refused("gamma(x)", gamma=2)[0] == "`gamma` is a constant, and a function"
    assert read("norm(x)", norm="ortho") == "norm(x)"


def test_a_list_within_itself_is_no_crash() -> None:
    """A hostile object is refused like any other."""
    endless: list[object] = []
    endless.append(endless)
    assert refused("x*c", c=endless)[0] == "the constant `c` is nested more than 16 deep"


@pytest.mark.parametrize("make", [int, float, bool])
def test_equal_constants_of_other_types_are_other_formulas(make: Callable[[int], object]) -> None:
    """1, 1.0 and True are equal to Python's caches, and dim=True is an error where dim=1 is none."""
    definition("sum(x, dim=c)", ("x",), (("c", 1),))
    if make is int:
        assert definition("sum(x, dim=c)", ("x",), (("c", make(1)),)).variables == ("x",)
    else:
        with pytest.raises(ParseError):
            definition("sum(x, dim=c)", ("x",), (("c", make(1)),))
