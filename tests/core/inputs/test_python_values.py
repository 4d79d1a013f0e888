"""What Python hands over: SymPy expressions, tensors, numbers of every kind, and everything that is none of these.

Covers also: sympy_values.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
import torch

import derivcheck
from derivcheck.errors import CaseError, DerivcheckError, PointError
from derivcheck.inputs.python_values import (
    claim_text,
    claims,
    constants,
    formula_text,
    number_text,
    points,
    seed,
    what_by,
)
from derivcheck.language.parse import parse
from derivcheck.model import What

X, Y = sympy.symbols("x y")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2, "2"),
        (-0.5, "-0.5"),
        (1e-300, "1e-300"),
        (Fraction(1, 3), "1/3"),
        (Fraction(4, 2), "2"),
        (Decimal("0.10"), "0.10"),
        ("pi/4", "pi/4"),
        (np.int8(-3), "-3"),
        (np.float32(0.1), "0.10000000149011612"),
        (np.float64(0.1), "0.1"),
        (np.longdouble("0.5"), "0.5"),
        (np.array(0.25), "0.25"),
        (np.array([7]), "7"),
        (torch.tensor(0.7), "0.699999988079071"),
        (torch.tensor([[0.7]], dtype=torch.float64, requires_grad=True), "0.7"),
        (torch.tensor(0.1, dtype=torch.bfloat16), "0.10009765625"),
        (torch.tensor(3), "3"),
        (sympy.Rational(1, 3), "1/3"),
        (sympy.pi / 4, "pi/4"),
        (sympy.sqrt(2), "sqrt(2)"),
        (sympy.Float(0.1), "0.1"),
        (sympy.Float("0.125", 30), "0.125"),
        (sympy.oo, "oo"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_of_every_kind_are_taken_exactly(value: object, text: str) -> None:
    """A tensor and a NumPy number are the very number that they hold."""
    assert text == number_text(value, "x")
    assert derivcheck.check("x**2", at={"x": value}).status.label in {"match", "undefined"}


def test_a_long_double_keeps_its_digits() -> None:
    """Where it has more than a float."""
    third = np.longdouble(1) / 3
    assert Fraction(*third.as_integer_ratio()) == Fraction(number_text(third, "x"))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (True, "the value of `x` is a bool, and no number"),
        (torch.tensor(True), "the value of `x` is a Tensor, and no number"),
        (1j, "the value of `x` is a complex, and no number"),
        (torch.tensor(1j), "the value of `x` is a Tensor, and no number"),
        (None, "the value of `x` is None, and no number"),
        (torch.tensor(1.0, device="meta"), "the value of `x` is a Tensor whose number cannot be read"),
        (sympy.I, "the value of `x` is no real number"),
        (lambda: 2, "the value of `x` is a lambda, and no number"),
    ],
)
def test_what_is_no_number_is_an_error_that_says_what_is_taken(value: object, message: str) -> None:
    """Never one of Python's."""
    if value is sympy.I:  # a constant of the language, which is refused where the point is read
        (row,) = derivcheck.check("x**2", at={"x": value})
        assert "no real number" in str(row.verdict.reason)
        return
    with pytest.raises(PointError) as caught:
        derivcheck.check("x**2", at={"x": value})
    assert caught.value.message.startswith(message)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1], "the value of `x` is a list, and no number"),
        (torch.tensor([1.0, 2.0]), "the value of `x` is a Tensor of 2 elements, and a variable is one number"),
        (np.zeros((2, 3)), "the value of `x` is an ndarray of 6 elements, and a variable is one number"),
        (torch.empty(0), "the value of `x` is a Tensor of 0 elements, and a variable is one number"),
    ],
)
def test_an_array_is_no_number(value: object, message: str) -> None:
    """Where one number is due, as for an element of a list."""
    with pytest.raises(PointError) as caught:
        number_text(value, "the value of `x`")
    assert message == caught.value.message


@pytest.mark.parametrize(
    ("at", "texts"),
    [
        ({"x": [1, 0.5, "pi/4"]}, {"x": "[1, 0.5, pi/4]"}),
        ({"x": torch.tensor([2.0])}, {"x": "2.0"}),
        ({"x": torch.tensor([2.0]), "y": [1]}, {"x": "[2.0]", "y": "[1]"}),
        ({"x": np.ones((1, 1)), "t": np.int64(1)}, {"x": "1.0", "t": "1"}),
        ({X: np.array([[1.5]]), "y": torch.zeros(0, 3)}, {"x": "[[1.5]]", "y": "zeros(0, 3)"}),
        ({"x": "randn(3)"}, {"x": "randn(3)"}),
    ],
)
def test_a_tensor_of_one_element_is_a_number_where_nothing_else_is_an_array(
    at: dict[Any, Any], texts: dict[str, str]
) -> None:
    """As it was before there were arrays; a list is an array in any case."""
    assert (texts,) == points(at)


@pytest.mark.parametrize(
    ("value", "is_shaped", "text"),
    [
        (np.array([2.0, 1 / 3]), False, "[2, 0.3333333333333333]"),
        (torch.tensor([[1 / 3], [4]]), False, "[[0.333333], [4.000000]]"),
        ([[1, "2*x"], [X, 0.5]], False, "[[1, 2*x], [x, 0.5]]"),
        (np.array([1, 2]), False, "[1, 2]"),
        (np.array([4.0]), False, "4"),
        (np.array([4.0]), True, "[4]"),
    ],
)
def test_a_claim_may_be_an_array(value: object, is_shaped: bool, text: str) -> None:
    """Element by element as a number is, in the digits of its format."""
    assert text == claim_text(value, "the claim", is_shaped=is_shaped)
    assert {("x",): text} == claims({"x": value}, is_shaped=is_shaped)


def test_an_array_of_few_digits_is_no_claim() -> None:
    """As a number of the format is none."""
    with pytest.raises(CaseError, match="of float16, which has too few digits to be judged"):
        claim_text(torch.ones(2, dtype=torch.float16), "the claim")


def test_constants_and_seed_are_read_as_on_the_command_line() -> None:
    """Names or symbols, and a whole number."""
    assert ("x", "y") == constants([X, "y"])
    with pytest.raises(CaseError, match="const is an int, and should be a name"):
        constants(3)
    with pytest.raises(CaseError, match="seed is a float, and should be a whole number"):
        seed(1.5)
    with pytest.raises(CaseError, match="the seed -1 is no whole number from 0"):
        derivcheck.check("x", at={"x": 1}, seed=-1)
    assert [(), ("x",)] == [result.wrt for result in derivcheck.check("x*y", at={"x": 1, "y": 2}, const="y")]


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (X**2 + 2 * X + 1, "x**2 + 2*x + 1"),
        (sympy.sin(X) * sympy.exp(-Y), "exp(-y)*sin(x)"),
        (sympy.sqrt(X) / Y, "sqrt(x)/y"),
        (0.1 * X, "0.1*x"),
        (X / 3, "x/3"),
        (sympy.Piecewise((X**2, X > 0), (0, True)), "where(x > 0, x**2, 0)"),
        (
            sympy.Piecewise((X, sympy.Eq(X, 0) | (X > 1)), (Y, X < 0), (2, True)),
            "where((x == 0) | (x > 1), x, where(x < 0, y, 2))",
        ),
        (sympy.Max(X, Y), "Max(x, y)"),
        (sympy.Heaviside(X) * sympy.Abs(Y), "abs(y)*heaviside(x)"),
        (sympy.sinc(X) + sympy.ceiling(X), "ceil(x) + sinc_unnormalized(x)"),
        (sympy.log(X, 2), "log(x)/log(2)"),
        (sympy.Symbol("gamma") * (X + 1), "gamma*(x + 1)"),
        (sympy.Integer(3), "3"),
    ],
)
def test_a_sympy_expression_is_read_as_a_text_that_is_equal_to_it(expr: Any, text: str) -> None:
    """Its symbols are variables; whatever it is called."""
    found = formula_text(expr)
    assert text == found
    assert sorted(_names(expr)) == sorted(parse(found, _names(expr)).variables)
    point = {symbol: Fraction(3, 10) for symbol in expr.free_symbols}
    value, *_ = derivcheck.check(expr, at=point)
    assert value.gradient is not None
    assert value.gradient.value == pytest.approx(float(expr.subs({s: sympy.Rational(3, 10) for s in point})))


def _names(expr: Any) -> list[str]:
    return [symbol.name for symbol in expr.free_symbols]


def test_a_check_in_sympy_from_the_expression_to_the_claims() -> None:
    """Symbols stand for names wherever a name does."""
    f = X**2 * sympy.sin(Y) + 0.1 * X
    claims = {X: sympy.diff(f, X), (X, Y): sympy.diff(f, X, Y)}
    results = derivcheck.check(f, at={X: 1, "y": torch.tensor(0.7)}, wrt=[X, (X, Y)], derivative=claims)
    assert "match" == results.status.label
    assert [(), ("x",), ("x", "y"), ("x",), ("x", "y")] == [row.wrt for row in results]
    wrong = derivcheck.check(f, at={X: 1, Y: 2}, derivative={X: 2 * X})
    assert "wrong-formula" == wrong.status.label
    assert "match" == derivcheck.check(3, at={}, value=sympy.Integer(3)).status.label


@pytest.mark.parametrize(
    ("wrt", "read"),
    [("x", (("x",),)), (["x", "x,y"], (("x",), ("x", "y"))), (X, (("x",),)), ([(X, Y), Y], (("x", "y"), ("y",)))],
)
def test_what_to_differentiate_by(wrt: object, read: object) -> None:
    """Texts and symbols, one or several."""
    assert read == what_by(wrt)


@pytest.mark.parametrize("number", [0.7, 1.1, 9.9, 123.456, 1e-7, 3e5])
def test_a_gradient_in_float32_may_be_claimed(number: float) -> None:
    """It is right to six digits, and one that is off in the fifth is wrong; in half precision there are too few."""
    x = torch.tensor(number, requires_grad=True)
    torch.sin(x).backward()
    gradient = x.grad
    assert gradient is not None
    claim = {"x": gradient}
    assert "match" == derivcheck.check("sin(x)", at={"x": x}, derivative=claim, dtype="float32").status.label
    near_one = derivcheck.check("sin(x)", at={"x": 1e-4}, derivative={"x": torch.tensor(1.0)})
    assert "match" == near_one.status.label  # the cosine is 0.999999995, and 1 the float32 next to it
    assert "match" == derivcheck.check("sin(x)", at={"x": x}, value=np.float32(np.sin(np.float32(number)))).status.label
    wrong = {"x": gradient * 1.00005}
    assert "wrong-formula" == derivcheck.check("sin(x)", at={"x": x}, derivative=wrong).status.label
    with pytest.raises(CaseError, match="of bfloat16, which has too few digits"):
        derivcheck.check("sin(x)", at={"x": x}, derivative={"x": gradient.bfloat16()})


_BAD: dict[str, tuple[Callable[[], object], str]] = {
    "code and a variable": (lambda: derivcheck.check(lambda x: x, at={"x": 1}, wrt="x"), "`wrt` goes with a formula"),
    "code and an order": (lambda: derivcheck.check(torch.sin, at={"x": 1}, order=2), "`order` goes with a formula"),
    "nothing": (lambda: derivcheck.check(None, at={"x": 1}), "the expression is None, and no formula"),
    "a matrix": (lambda: derivcheck.check(sympy.Matrix([X]), at={"x": 1}), "the expression is a MutableDenseMatrix"),
    "a function of somebody's": (
        lambda: derivcheck.check(sympy.Function("g")(X), at={"x": 1}),
        "the expression holds g, which derivcheck's language does not have",
    ),
    "an integral": (
        lambda: derivcheck.check(sympy.Integral(sympy.exp(X**2), X), at={"x": 1}),
        "the expression holds Integral",
    ),
    "a function that ours is called like": (
        lambda: derivcheck.check(sympy.frac(X), at={"x": 1}),
        "the expression holds frac",
    ),
    "an infinite constant": (
        lambda: derivcheck.check(X + sympy.zoo * Y, at={"x": 1, "y": 2}),
        "the expression cannot be written",
    ),
    "a symbol that is no name": (
        lambda: derivcheck.check(sympy.Symbol("x'") * 2, at={"x": 1}),
        "the expression has a symbol `x'`, which is no name of a variable",
    ),
    "a number for a point": (
        lambda: derivcheck.check("x**2", at=3),  # type: ignore[arg-type] # as a stranger may
        "the point is an int, and gives no variable a value",
    ),
    "a text for a point": (lambda: derivcheck.check("x**2", at="x=1"), "the point is a str"),  # type: ignore[arg-type]
    "a number among points": (lambda: derivcheck.check("x**2", at=[{"x": 1}, 3]), "a point is an int"),  # type: ignore[list-item]
    "a number for a name": (lambda: derivcheck.check("x**2", at={1: 2}), "a point gives an int a value"),
    "a name given twice": (lambda: derivcheck.check("x**2", at={"x": 1, X: 2}), "x is given twice"),
    "a text for the claims": (
        lambda: derivcheck.check("x**2", at={"x": 1}, derivative="2*x"),  # type: ignore[arg-type] # as a stranger may
        "derivative is a str, and does not say what it is taken by",
    ),
    "a lambda for a claim": (
        lambda: derivcheck.check("x**2", at={"x": 1}, derivative={"x": lambda x: 2 * x}),
        "the claim about x is a lambda, and no formula",
    ),
    "two claims": (lambda: derivcheck.check("x", at={"x": 1}, derivative={"x": 1, X: 1}), "there are two claims"),
    "a number for a variable": (lambda: derivcheck.check("x", at={"x": 1}, wrt=3), "an int is not what to"),
    "two words": (lambda: derivcheck.check("x", at={"x": 1}, wrt="x y"), "'x y' is not what to differentiate by"),
    "an order in words": (lambda: derivcheck.check("x", at={"x": 1}, order="two"), "order is a str"),  # type: ignore[arg-type]
    "a bound in words": (lambda: derivcheck.check("x", at={"x": 1}, rtol="a"), "rtol is a str"),  # type: ignore[arg-type]
    "a negative bound": (lambda: derivcheck.check("x", at={"x": 1}, atol=-1.0), "-1.0 is not a finite number"),
    "a number for a mode": (lambda: derivcheck.check("x", at={"x": 1}, mode=3), "mode is an int"),  # type: ignore[arg-type]
    "a lambda for the formula": (
        lambda: derivcheck.assert_derivatives(torch.square, lambda x: x, at={"x": 1}),
        "the formula is a lambda",
    ),
}


@pytest.mark.parametrize("what", _BAD)
def test_what_cannot_be_meant_is_an_error_of_ours(what: str) -> None:
    """It names the argument, and says what would be taken."""
    call, message = _BAD[what]
    with pytest.raises(DerivcheckError) as caught:
        call()
    assert caught.value.message.startswith(message)


def test_torchs_own_dtype_and_device_are_taken() -> None:
    """As everywhere in torch."""
    value, *_ = derivcheck.check("x", at={"x": 0.1}, dtype=torch.float32, device=torch.device("cpu"))
    assert value.gradient is not None
    assert "float32" == value.gradient.dtype.label


def test_one_item_of_the_check_list_may_be_a_text() -> None:
    """Which is no list of letters."""
    (row,) = derivcheck.check_function(torch.square, X**2, at={X: torch.tensor(2.0)}, only="forward")
    assert "forward" == row.item


def test_a_whole_float_as_a_claim_is_exact() -> None:
    """Whoever hands over 1e5 wrote no digits after the point, and does not claim 100000.04."""
    for true, status in (("100000*x", "match"), ("100000.04*x", "wrong-formula")):
        for claim in (1e5, torch.tensor(1e5, dtype=torch.float64), "1e5"):
            results = derivcheck.check(true, at={"x": 2}, derivative={"x": claim})
            assert [status] == [str(result.status) for result in results if result.what is What.CLAIM]


def test_points_and_formulas_as_texts_stay_as_they_are() -> None:
    """What was written is what is shown."""
    assert ({"x": "1/3"}, {"x": " 2 "}) == points([{"x": "1/3"}, {"x": " 2 "}])
    assert ({"x": "0"}, {"x": "1"}) == points({"x": number} for number in range(2))
    assert "  x**2" == formula_text("  x**2")
    with pytest.raises(CaseError, match="is a dict, and no formula"):
        formula_text({})


def test_code_is_checked_as_a_function_of_ones_own_is() -> None:
    """Its formula is recorded; what is held is not differentiated by."""
    results = list(derivcheck.check(lambda x, w: torch.sin(x) * w, at={"x": 1.0, "w": 2.0}, const="w"))
    assert {"forward", "backward"} <= {result.item for result in results}
    assert {"match", "skipped"} == {str(result.status) for result in results}
