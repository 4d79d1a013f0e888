"""What mathematics writes of whole matrices, and torch does element by element, is refused with both."""

from __future__ import annotations

import pytest

from derivcheck.errors import TwoReadingsError
from derivcheck.language.parse import parse


@pytest.mark.parametrize(
    ("text", "names", "hints"),
    [
        ("W x + b", "W x b", ["W*x", "W @ x"]),
        ("tanh(Wx + b)", "W x b", ["W*x", "W @ x"]),
        ("2AB", "A B", ["A*B", "A @ B"]),
        ("A(B+1)", "A B", ["A*B", "A @ B"]),
        ("(A + A)(x + y)", "A x y", ["A*x", "A @ x"]),
        ("A² + 1", "A", ["A @ A", "A*A"]),
        ("A x²", "A x", ["A*x", "A @ x"]),
        ("x · y", "x y", ["x*y", "x @ y"]),
        ("x × y", "x y", ["x*y", "x @ y"]),
        ("A⁻¹", "A", ["inv(A)", "1/A"]),
        ("2A^-1", "A", ["inv(A)", "1/A"]),
        ("|A|", "A", ["det(A)", "abs(A)"]),
        ("|x - y|²", "x y", ["norm(x-y)", "abs(x-y)"]),
        (r"\mathbf{W}\mathbf{x} + \mathbf{b}", "W x b", ["W*x", "W @ x"]),
        (r"A \cdot x", "A x", ["A*x", "A @ x"]),
        (r"x \times y", "x y", ["x*y", "x @ y"]),
        (r"\mathbf{A}^{-1}", "A", ["inv(A)", "1/A"]),
        (r"\|A\|_2", "A", ["norm(A)", "matrix_norm(A, ord=2)"]),
        (r"\left|A\right|", "A", ["det(A)", "abs(A)"]),
    ],
)
def test_refused_with_both(text: str, names: str, hints: list[str]) -> None:
    """The error shows what to write for each reading."""
    with pytest.raises(TwoReadingsError) as caught:
        parse(text, names.split(), has_shapes=True)
    assert all(hint in (caught.value.hint or "") for hint in hints), caught.value.hint


@pytest.mark.parametrize(
    ("text", "names", "plain"),
    [
        ("2A", "A", "2*A"),
        ("½(x-y)²", "x y", "1/2*(x - y)**2"),
        ("2 sum(|x|)", "x", "2*sum(abs(x))"),
        ("lam x", "lam x", "lam*x"),
        ("2A*x", "A x", "2*A*x"),
        ("2 sum(A) sum(x)", "A x", "2*sum(A)*sum(x)"),
        ("A @ x + 2x", "A x", "A @ x + 2*x"),
        ("|sum(x)| x", "x", "abs(sum(x))*x"),
        (r"\|x\|_2^2", "x", "norm(x)**2"),
        (r"\frac12\sum_i (x_i-y_i)^2", "x y", "1/2*sum((x - y)**2)"),
        (r"\lambda x", "lambda x", "lambda*x"),
    ],
)
def test_read(text: str, names: str, plain: str) -> None:
    """A number times a matrix, and what a reduction holds, has one reading."""
    assert parse(text, names.split(), has_shapes=True) == parse(plain, names.split(), has_shapes=True)


def test_numbers_are_multiplied() -> None:
    """Where no variable has a shape, a capital letter is a number."""
    assert parse("A x² + |A|", ["A", "x"]) == parse("A*x**2 + abs(A)", ["A", "x"])
