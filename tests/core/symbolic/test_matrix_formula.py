"""Gradients in matrix notation, as papers write them. Covers also: matrix_rules, matrix_terms."""

from __future__ import annotations

import pytest

from derivcheck.balls.estimates import Estimates
from derivcheck.elements.lowering import lower
from derivcheck.inputs.shaped_points import read_shaped_point
from derivcheck.language.parse import parse
from derivcheck.model.shaped_values import exact_elements
from derivcheck.numbers import DType
from derivcheck.symbolic.matrix_formula import matrix_gradient

POINT = {
    "x": "[1, 2, 3]",
    "a": "[0.5, 1, -1]",
    "A": "[[2, 1, 0], [0, 3, 1], [1, 0, 4]]",
    "B": "[[1, 1, 0], [0, 2, 1], [1, 0, 1]]",
    "W": "randn(4, 3)",
    "V": "randn(2, 4)",
    "b": "randn(4)",
    "t": "1",
    "Z": "randn(5, 3)",
    "T5": "[0, 1, 2, 1, 0]",
}


def gradient(text: str, name: str) -> str | None:
    """Return the gradient of a formula by a variable."""
    expression = parse(text, set(POINT), has_shapes=True)
    texts = {variable: POINT[variable] for variable in expression.variables}
    point = read_shaped_point(texts, DType.FLOAT64, integers={"t", "T5"})
    return matrix_gradient(expression, name, lower(expression, point, Estimates(exact_elements(point))).shapes)


@pytest.mark.parametrize(
    ("formula", "name", "expected"),
    [
        ("sum(x**2)", "x", "2*x"),
        ("x @ A @ x", "x", "(A + A.T) @ x"),
        ("x @ A @ x", "A", "outer(x, x)"),
        ("trace(A @ B)", "A", "B.T"),
        ("trace(A.T @ B @ A)", "A", "(B + B.T) @ A"),
        ("det(A)", "A", "det(A)*inv(A).T"),
        ("logdet(A)", "A", "inv(A).T"),
        ("norm(x)", "x", "x/norm(x)"),
        ("logsumexp(x)", "x", "softmax(x)"),
        ("a @ softmax(x)", "x", "softmax(x)*(a - sum(a*softmax(x)))"),
        ("a @ inv(A) @ x", "A", "-inv(A).T @ outer(a, x) @ inv(A).T"),
        ("a @ solve(A, x)", "x", "solve(A.T, a)"),
        ("a @ solve(A, x)", "A", "-outer(solve(A.T, a), solve(A, x))"),
        ("-log_softmax(x)[t]", "x", "softmax(x) - one_hot(t, 3)"),
        ("x[0]*x[-1]", "x", "x[0]*one_hot(2, 3) + x[-1]*one_hot(0, 3)"),
        ("-log_softmax(W @ x)[t]", "W", "outer(softmax(W @ x) - one_hot(t, 4), x)"),
        ("cross_entropy(x, t)", "x", "softmax(x) - one_hot(t, 3)"),
        ("cross_entropy(Z, T5)", "Z", "(softmax(Z, dim=-1) - one_hot(T5, 3))/5"),
        (
            "h = tanh(W @ x); -log_softmax(V @ h)[t]",
            "V",
            "outer(softmax(V @ tanh(W @ x)) - one_hot(t, 2), tanh(W @ x))",
        ),
        ("sum(W @ x)", "x", "W.T @ ones(4)"),
        ("sum(Z*x)", "x", "sum(Z, dim=0)"),
        ("sum(Z @ A)", "A", "Z.T @ ones(5, 3)"),
        ("sum(sin(x)*cos(a))", "a", "-sin(a)*sin(x)"),
        ("sum(softplus(x))", "x", "exp(x)/(exp(x) + 1)"),
        ("trace(A)", "A", "eye(3)"),
        ("sum(x)", "x", "ones(3)"),
    ],
)
def test_gradients_as_people_write_them(formula: str, name: str, expected: str) -> None:
    """Known forms: The Matrix Cookbook (2012), §2; C. M. Bishop, Pattern Recognition (2006), (4.106) and (4.109)."""
    assert expected == gradient(formula, name)


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        ("prod(x)", "x"),
        ("A @ x", "x"),
        ("sum(x)", "A"),
        ("amax(x)", "x"),
        ("sum(sum(x), dim=0)", "x"),
        ("mean(sum(x), dim=-1)", "x"),
        ("softmax(sum(x), dim=0)", "x"),
        ("log_softmax(sum(x), dim=0)", "x"),
        ("logsumexp(sum(x), dim=0)", "x"),
    ],
)
def test_what_has_no_short_form(formula: str, name: str) -> None:
    """A function without a rule, an output that is no number, a variable that does not occur, a dim of a number."""
    assert gradient(formula, name) is None


def test_a_long_formula_is_none() -> None:
    """Beyond a line nobody reads it."""
    assert gradient("sum(" + " + ".join(f"sin({k}*x)*cos(a)" for k in range(2, 20)) + ")", "x") is None
