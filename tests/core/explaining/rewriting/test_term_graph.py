"""Terms: equal ones are one object, sums and products in pieces, and what is composed of them.

Covers also: composing, named_functions, normal_forms.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.explaining.rewriting.composing import composed, instantiated, product_of, scaled, sum_of
from derivcheck.explaining.rewriting.named_functions import ADD, DIV, EXP, MUL, POWERS, SQRT
from derivcheck.explaining.rewriting.term_graph import Factor, Piece, Term, Terms, factors, ordered, pieces
from derivcheck.explaining.rewriting.writing import Writing
from derivcheck.language.parse import parse


def read(text: str, terms: Terms) -> Term:
    """The term of an expression."""
    return terms.read(parse(text))[-1]


def written(term: Term) -> str:
    """A term as a text."""
    return Writing({}, set(), ("x", "y", "z")).text(term)


def test_equal_terms_are_one() -> None:
    """However often they are written."""
    terms = Terms()
    assert read("sin(x) + 1", terms) is read("sin(x) + 1", terms)
    assert 4 == len(ordered([read("sin(x)*sin(x) + sin(x)", terms)]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x + y", "y + x"),
        ("x - y + 2", "2 - (y - x)"),
        ("2*(x + y)", "2*x + 2*y"),
        ("x*y/2", "0.5*y*x"),
        ("x*x", "x**2"),
        ("1/sqrt(x)", "rsqrt(x)"),
        ("sqrt(x)**2*y", "x*y"),
        ("1/exp(x)", "exp(-x)"),
        ("exp(x)**2", "exp(2*x)"),
        ("sqrt(2*x)*sqrt(2*x)", "2*x"),
        ("-(x - y)", "y - x"),
        ("x - x", "0*y"),
        ("sin(y + x)", "sin(x + y)"),
        ("reciprocal(x)", "1/x"),
        ("x/(y - y)", "x/(y - y)"),
    ],
)
def test_terms_with_one_form(one: str, other: str) -> None:
    """They differ in the order of sums and products, and in how a power is written."""
    terms = Terms()
    assert read(one, terms).form == read(other, terms).form


@pytest.mark.parametrize(
    ("one", "other"),
    [("x + y", "x - y"), ("sin(x)", "cos(x)"), ("x*y", "x/y"), ("sqrt(x*y)", "x*y"), ("x**y", "y**x"), ("2*x", "3*x")],
)
def test_terms_with_different_forms(one: str, other: str) -> None:
    """They are other functions."""
    terms = Terms()
    assert read(one, terms).form != read(other, terms).form


def test_the_pieces_of_a_sum() -> None:
    """With their signs, in order."""
    parts = pieces(read("x - (y - 2) + -z", Terms()))
    assert [(1, "x"), (-1, "y"), (1, "2"), (-1, "z")] == [(sign, written(part)) for sign, part in parts]


def test_the_factors_of_a_product() -> None:
    """The numbers together, and each base with its exponent."""
    number, parts = factors(read("-3*x**2/(2*y*sqrt(z))", Terms()))
    assert Fraction(-3, 2) == number
    assert [(2, "x"), (-1, "y"), (Fraction(-1, 2), "z")] == [(exponent, written(base)) for exponent, base in parts]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(3), "3"),
        (Fraction(1, 2), "0.5"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-5, 2), "-2.5"),
        (Fraction(25 * 10**30), "2.5e+31"),
        (Fraction(1, 10**20), "1e-20"),
        (Fraction(123456789), "123456789"),
        (Fraction(10) ** 400, "1" + "0" * 400),
    ],
)
def test_how_a_number_is_spelled(value: Fraction, expected: str) -> None:
    """As a decimal where that is exact, and else as a quotient."""
    assert expected == written(Terms().plain(value))


def test_a_root_of_a_square_keeps_its_square() -> None:
    """It is |x|, and not x."""
    _, ((exponent, base),) = factors(read("sqrt(x**2)", Terms()))
    assert (Fraction(1, 2), "x**2") == (exponent, written(base))


def test_a_replaced_term() -> None:
    """Wherever it stands; a sign that comes of it moves outwards."""
    terms = Terms()
    root, old, new = (read(text, terms) for text in ("x + y*cos(x) - cos(x)", "cos(x)", "-z"))
    assert "x - y*z + z" == written(terms.replaced(root, old, new))


@pytest.mark.parametrize(
    ("name", "left", "right", "expected"),
    [
        (ADD, "x + 1", "y - x", "1 + y"),
        (ADD, "x", "-2*y", "x - 2*y"),
        (MUL, "2*x", "3", "6*x"),
        (MUL, "-x", "y", "-(x*y)"),
        (DIV, "x", "2*y", "x/(2*y)"),
        (MUL, "0", "x", "0"),
    ],
)
def test_what_is_idle_in_a_composed_term_is_left_out(name: str, left: str, right: str, expected: str) -> None:
    """What cancels, signs, and numbers beside numbers."""
    terms = Terms()
    assert expected == written(composed(terms, name, [read(left, terms), read(right, terms)]))


def test_sums_and_products_are_written_as_a_person_would() -> None:
    """With divisors behind a stroke, roots as roots, and no sign within."""
    terms = Terms()
    x, y = read("x", terms), read("y", terms)
    assert "x - y" == written(sum_of(terms, [Piece(1, x), Piece(-1, y)]))
    assert "0" == written(sum_of(terms, []))
    parts = [Factor(Fraction(2), x), Factor(Fraction(-1, 2), y)]
    assert "3*x**2/2/sqrt(y)" == written(product_of(terms, Fraction(3, 2), parts))
    assert "y - x" == written(scaled(terms, read("x - y", terms), Fraction(-1)))
    assert "x/2" == written(scaled(terms, read("2*x", terms), Fraction(1, 4)))


def test_a_replacement_with_terms_for_its_variables() -> None:
    """Named settings as well."""
    terms, patterns = Terms(), Terms()
    pattern = patterns.read(parse("sum(x, dim=-7)", has_shapes=True))[-1]
    bound = {"x": read("y + 1", terms), "d": terms.make(pattern.args[1].kind, "0")}
    assert "sum(y + 1, dim=0)" == written(instantiated(terms, pattern, bound, {"-7": "d"}))


def test_the_functions_that_algebra_knows() -> None:
    """Their names come from the table."""
    assert (EXP, SQRT) == ("exp", "sqrt")
    assert {"sqrt", "rsqrt", "square", "reciprocal", "cbrt"} == POWERS.keys()
