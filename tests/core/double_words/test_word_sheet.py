"""A sheet computes what Arb computes of the same trees, and computes what is written in several ways once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.balls.ball import precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.double_words import word_sheet
from derivcheck.double_words.double_word import DoubleWord
from derivcheck.double_words.word_sheet import RULES, WordSheet
from derivcheck.errors import DerivcheckError, UnsupportedError
from derivcheck.language import table
from derivcheck.language.parse import parse
from derivcheck.model.expression import Expression

NAMES = ("x", "y")
EXPRESSIONS = (
    "exp(-x**2/2)*sin(3*x + y) + y*tanh(x*y - 1/4) - log(1 + x**2 + y**2)/(2 + cos(x - y))",
    "sqrt(2 + x*y)*atan(x/3) + 0.1",
    "x**-3 + y**(1/2) - x**(-3/2)*y**(2/3) + x**y",
    "sinh(x) - cosh(y)/tan(x*y)",
    "sigmoid(x) + softplus(y) + expm1(x*y)",
    "-(-x)*(-y) - (x - y)/3 + pi*x - 2**10*y + (x - x*y)**5",
)


def word(text: str, place: dict[str, float]) -> tuple[WordSheet, DoubleWord]:
    """The sheet of an expression, and its value."""
    expression = parse(text, frozenset(NAMES))
    sheet = WordSheet(expression.variables)
    root = sheet.read(expression)
    with np.errstate(all="ignore"):
        return sheet, sheet.run([np.array([place[name]]) for name in expression.variables], [root])[0]


def encloses(number: DoubleWord, exact: arb) -> bool:
    """Whether a bound allows a number."""
    mid = arb(float(number.high[0])) + arb(float(number.low[0]))
    return bool(abs(exact - mid) <= abs(mid) * arb(float(number.bound[0])))


@given(st.sampled_from(EXPRESSIONS), st.floats(-6, 6), st.floats(-6, 6))
def test_the_value_is_within_the_bound(text: str, x: float, y: float) -> None:
    """Where it claims one, Arb has the same."""
    _, mine = word(text, {"x": x, "y": y})
    if mine.bound[0] < np.inf and np.isfinite(mine.high[0] + mine.low[0]):
        program = compile_balls(parse(text, frozenset(NAMES)))
        with precision(500):
            place = {"x": arb(x), "y": arb(y)}
            assert encloses(mine, program.run({name: place[name] for name in program.variables}))


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_ordinary_value_is_known_to_seventy_bits(text: str) -> None:
    """At one point inside of the domain."""
    assert word(text, {"x": 0.7, "y": 1.3})[1].bound[0] < 2.0**-72


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ("log(x)", -1.0),
        ("sqrt(x)", -1.0),
        ("x**0.3", -1.0),
        ("1/(x - 1)", 1.0),
        ("exp(x) - 1", 0.0),
        ("tan(x)*0 + log(x)", 0.0),
        ("sqrt(x - 1)", 1.0),
        ("x - x", 1.0),
    ],
)
def test_outside_of_the_domain_and_at_zeros_nothing_is_known(text: str, x: float) -> None:
    """Poles and ends of domains among them."""
    result = word(text, {"x": x})[1]
    assert not (result.bound[0] < np.inf and np.isfinite(result.high[0]))


def readable() -> Iterator[tuple[str, Expression]]:
    """Each function of numbers that a sheet can read, called with as many variables as it has parameters."""
    for row in table.FUNCTIONS:
        names = [f"x{index}" for index in range(len(row.params))]
        with suppress(DerivcheckError):
            expression = parse(f"{row.name}({', '.join(names)})", frozenset(names))
            WordSheet(expression.variables).read(expression)
            yield row.name, expression


@pytest.mark.parametrize(("name", "expression"), list(readable()))
def test_every_function_is_what_arb_computes(name: str, expression: Expression) -> None:
    """At points of both signs, far apart and near to 0: those that are defined by others as well."""
    sheet = WordSheet(expression.variables)
    root = sheet.read(expression)
    program = compile_balls(expression)
    numbers = (0.3, 1.7, -0.6, 12.25, -7.5, 0.001, 2.0)
    known = 0
    for first in range(len(numbers)):
        place = {at: numbers[(first + 3 * index) % len(numbers)] for index, at in enumerate(expression.variables)}
        with np.errstate(all="ignore"):
            (mine,) = sheet.run([np.array([place[at]]) for at in expression.variables], [root])
        if mine.bound[0] < np.inf and np.isfinite(mine.high[0] + mine.low[0]):
            known += 1
            with precision(500):
                exact = program.run({at: arb(place[at]) for at in program.variables})
                assert encloses(mine, exact), name
    assert known > 1


def test_each_value_is_computed_once() -> None:
    """What SymPy and the user write differently: x/3 and (1/3)*x, -x*y and x*(-y), x + y and y + x."""
    sheet = WordSheet(NAMES)

    pairs = [("x/3", "(1/3)*x"), ("-x*y", "x*(-y)"), ("x + y", "y + x"), ("x - y", "x + -1*y"), ("--x", "x")]
    for one, other in pairs:
        assert sheet.read(parse(one, frozenset(NAMES))) == sheet.read(parse(other, frozenset(NAMES)))
    sine = sheet.read(parse("sin(x)*y + cos(x)", frozenset(NAMES)))
    operations = [sheet.steps[place][0] for place in sheet.needed([sine])]
    assert operations.count(word_sheet.Operation.SINE_AND_COSINE) == 1


@pytest.mark.parametrize(
    "text", ["abs(x)", "floor(x)", "where(x > 0, x, 1)", "gamma(x)", "E*x", "log(x, 2)", "sinc(x)"]
)
def test_what_has_no_rule_is_refused(text: str) -> None:
    """What may jump or have a kink among it; Arb takes the whole expression then."""
    with pytest.raises(UnsupportedError):
        WordSheet(("x",)).read(parse(text, frozenset({"x"})))


def test_a_long_sheet_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its memory and time grow with the steps."""
    monkeypatch.setattr(word_sheet, "MAX_STEPS", 10)
    with pytest.raises(UnsupportedError):
        WordSheet(("x",)).read(parse(" + ".join(f"x**{n}" for n in range(2, 20)), frozenset({"x"})))


def test_the_column_names_the_rules() -> None:
    """Each rule has a function, and each function in the column a rule; none of them jumps or has a kink."""
    rows = [row for row in table.FUNCTIONS if row.word is not None]
    assert {row.word for row in rows} == RULES.keys()
    assert not [row.name for row in rows if row.jumps or row.kinks or row.selects or row.branch]


def test_literals_are_exact_numbers() -> None:
    """Arithmetic on them is done once, with fractions."""
    sheet = WordSheet(("x",))
    place = sheet.read(parse("1/3 + 2**3*0.25 + 0*1", frozenset({"x"})))
    assert sheet.literals[place] == Fraction(7, 3)
