"""A formula as the rules leave it and the same tidied up are the same function, and the second is how one writes it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.balls.ball import exact_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.model import Refusal
from derivcheck.readings import readings
from derivcheck.symbolic.tidying import tidied

NAMES = frozenset({"x", "y", "z"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/2*(x**2 + 1)**-(1/2)*(2*x)", "x/sqrt(x**2 + 1)"),
        ("sqrt(2*pi)**-1*(1/2*-(2*x)*exp(-x**2/2))", "-x*exp(-x**2/2)/sqrt(2*pi)"),
        ("-(y) + x", "x - y"),
        ("-(x + y)*z", "-z*(x + y)"),
        ("-(x - y)", "y - x"),
        ("-(x - y)*z", "-z*(x - y)"),
        ("z - (x - y)", "z - x + y"),
        ("sin(-(x - y))", "sin(y - x)"),
        ("sqrt(-(x - y))", "sqrt(y - x)"),
        ("3*y**2*x", "3*x*y**2"),
        ("1/(y*x)", "1/(x*y)"),
        ("E**x*log(E)", "E**x"),
        ("1**x/x", "1/x"),
        ("x + log(1)", "x"),
        ("-(x + y) - z", "-x - y - z"),
        ("x/(y/z)", "x*z/y"),
        ("(2*x)**-3", "1/(8*x**3)"),
        ("sqrt(x)**-3*x", "1/sqrt(x)"),
        ("x*x**(1/3)", "x**(4/3)"),
        ("x - x", "0"),
        ("2*x + y + 3*x", "5*x + y"),
        ("exp(y)*x*pi", "pi*x*exp(y)"),
        ("where(x > 0, 1*x, -x)", "where(x > 0, x, -x)"),
        ("x**y*y", "y*x**y"),
        ("1e-30*x", "1e-30*x"),
        ("1/0*x", "x*(1/0)"),
        ("0**-1 + 1 + 1", "0**-1 + 2"),
    ],
)
def test_how_it_is_written(text: str, expected: str) -> None:
    """Signs in front, one fraction bar, roots as roots, like terms together; nothing is multiplied out."""
    assert expected == to_text(tidied(parse(text, NAMES)))


def test_a_long_decimal_stays_a_decimal() -> None:
    """460.5316 is 1151329/2500, which nobody would recognize."""
    assert "460.5316*x" == to_text(tidied(parse("x*460.5316", NAMES)))


def test_numbers_that_grow_too_long_are_not_multiplied_out() -> None:
    """The bits of 3**64 * 3**64 * 3**64 are bounded; the value is the same."""
    written = parse(to_text(tidied(parse("x*3**64*3**64*3**64", NAMES))), NAMES)
    with precision(400):
        assert arb(3**192) == compile_balls(written).run({"x": arb(1)})


numbers = st.sampled_from(["1", "2", "3", "1/2", "0.1", "-1", "7"])
leaves = st.sampled_from(["x", "y", "z"]) | numbers
terms = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.sampled_from(["2", "-1", "3", "(1/2)", "-(1/2)", "(2/3)", "y"])).map(
            lambda t: f"({t[0]})**{t[1]}"
        ),
        st.tuples(st.sampled_from(["-", "sqrt", "exp", "sin"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
    ),
    max_leaves=12,
)


@given(terms)
def test_it_is_the_same_function(text: str) -> None:
    """Wherever the first has a value, the second has the same; and what it is written as reads back as that."""
    expression = parse(text, NAMES)
    written = to_text(tidied(expression))
    place = {name: exact_ball(Fraction(at)) for name, at in (("x", 0.75), ("y", 1.5), ("z", 2.25))}
    with precision(300):
        before = compile_balls(expression).run({name: place[name] for name in expression.variables})
        again = parse(written, NAMES)
        after = compile_balls(again).run({name: place[name] for name in again.variables})
        if isinstance(before, arb) and before.is_finite():
            assert isinstance(after, arb), written
            assert before.overlaps(after), written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x/sqrt(x**2 + 1)", "1/sqrt(x**2 + 1) - x**2/(x**2 + 1)**(3/2)"),
        ("exp(-x**2/2)/sqrt(2*pi)", "-x*exp(-x**2/2)/sqrt(2*pi)"),
        ("x**x", "x**x*(log(x) + 1)"),
        ("erf(x)/x", "2*exp(-x**2)/(sqrt(pi)*x) - erf(x)/x**2"),
        ("sin(x)*y", "y*cos(x)"),
    ],
)
def test_derivatives_are_written_as_by_hand(text: str, expected: str) -> None:
    """What the rules leave, tidied, is what a textbook has."""
    formula = readings(text, NAMES).formula(("x",))
    assert not isinstance(formula, Refusal)
    assert expected == formula.plain_text


def test_its_variables_are_those_that_are_left() -> None:
    """A variable that has cancelled occurs no more."""
    assert ("y",) == tidied(parse("x - x + y", NAMES)).variables
    assert "1 + y" == to_text(tidied(parse("x/x + y", NAMES)))
