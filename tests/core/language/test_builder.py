"""What names, numbers and calls of a text become in the tree."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.language.table import FUNCTIONS, Sort
from derivcheck.model.expression import NodeKind


@pytest.mark.parametrize("name", ["beta", "gamma", "E", "S", "e", "I", "pi", "sin", "nan", "N", "Q", "zeta", "lambda_"])
def test_given_names_are_variables(name: str) -> None:
    """A name to which the point gives a value is a variable, whatever it means elsewhere."""
    tree = parse(f"2*{name}", [name])

    assert (name,) == tree.variables
    assert NodeKind.VARIABLE is tree.nodes[1].kind


@pytest.mark.parametrize(("name", "constant"), [("E", "E"), ("e", "E"), ("pi", "pi"), ("I", "I"), ("nan", "nan")])
def test_other_names_are_constants(name: str, constant: str) -> None:
    """A name without a value is a constant where there is one of that name."""
    tree = parse(f"2*{name}", ["x"])

    assert (NodeKind.CONSTANT, constant) == (tree.nodes[1].kind, tree.nodes[1].name)


def test_name_before_a_bracket_is_a_function() -> None:
    """Without a value, or with several arguments, which no product has, a name that a bracket follows is a function."""
    assert "gamma(g) + beta(beta, 2)" == to_text(parse("gamma(g) + beta(beta, 2)", ["g", "beta"]))
    assert "gamma(x)" == to_text(parse("gamma(x)"))


@pytest.mark.parametrize("name", ["α", "λ", "θ_1", "ñ", "变量", "x_1", "_", "Ω", "π"])
def test_unicode_names_are_variables(name: str) -> None:
    """Greek and other Unicode identifiers are variables."""
    assert (name,) == parse(f"{name}**2 + 1", [name]).variables


def test_normalized_names_are_the_same() -> None:
    """The micro sign and the Greek letter name one variable, as in Python."""
    assert ("μ",) == parse("\N{MICRO SIGN} + \N{GREEK SMALL LETTER MU}").variables


def test_variables_in_order_of_appearance() -> None:
    """Variables are listed in the order in which the text has them, also where the tree has another."""
    assert ("x", "c", "a", "b") == parse("Piecewise((x, c > 0), (a, b > 0))").variables


@pytest.mark.parametrize(
    ("literal", "value"),
    [("0.1", Fraction(1, 10)), ("1e-3", Fraction(1, 1000)), ("0x1.8p3", Fraction(12)), ("1_0.5", Fraction(21, 2))],
)
def test_literals_are_exact(literal: str, value: Fraction) -> None:
    """The number in the tree is the one that is written, not the float next to it."""
    assert value == parse(literal).nodes[0].value


def test_every_alias_reads_as_its_row() -> None:
    """Each function may be called by each of its names."""
    for row in FUNCTIONS:
        arguments = ", ".join("x > 1" if row.sort_of(i) is Sort.BOOL else "2" for i in range(len(row.params)))
        for name in {row.name, *row.aliases} - {"and", "or", "not"}:
            whole = f"where({name}({arguments}), 1, 2)" if row.result is Sort.BOOL else f"{name}({arguments})"
            assert row.name in {node.name for node in parse(whole)}, name


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Piecewise((x, x > 0), (y, True))", "where(x > 0, x, y)"),
        ("Piecewise((x, x > 0))", "where(x > 0, x, nan)"),
        ("Piecewise((x, x > 0), (y, x > -1), (1, true))", "where(x > 0, x, where(x > -1, y, 1))"),
        ("Piecewise(((x), (x > 0)), ((y + 1)*2, True))", "where(x > 0, x, (y + 1)*2)"),
        ("ITE(x > 0, x, y)", "where(x > 0, x, y)"),
        ("where(0 < x < 1, x, y)", "where((0 < x) & (x < 1), x, y)"),
        ("where(x < y == 1, x, y)", "where(And(x < y, Eq(y, 1)), x, y)"),
        ("where(not x > 0 and y > 0 or x > 1, x, y)", "where(Or(And(Not(x > 0), y > 0), x > 1), x, y)"),
        ("where(~(x > 0) & (y > 0) | (x > 1), x, y)", "where(Or(And(Not(x > 0), y > 0), x > 1), x, y)"),
        ("where(And(x > 0, x < 1, Ne(x, y)), x, y)", "where((x > 0) & (x < 1) & (x != y), x, y)"),
        (
            "where(ITE(x > 0, y > 0, y < 0), x, y)",
            "where(((x > 0) & (y > 0)) | (~(x > 0) & (y < 0)), x, y)",
        ),
    ],
)
def test_conditionals(text: str, same: str) -> None:
    """Every spelling of a case distinction gives the same tree."""
    assert parse(same) == parse(text)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("leaky_relu(x, negative_slope=0.2)", "leaky_relu(x, 0.2)"),
        ("clamp(x, max=1, min=0)", "clamp(x, 0, 1)"),
        ("hardtanh(x, max_val=2)", "hardtanh(x, -1, 2)"),
        ("log(x=2, base=3)", "log(2, 3)"),
        ("Rational(1, 3) + Integer(2)", "1/3 + 2"),
    ],
)
def test_keyword_arguments(text: str, same: str) -> None:
    """Arguments may be given by name; what is left out between them has its default."""
    assert parse(same) == parse(text)
