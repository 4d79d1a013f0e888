"""Exact steps: what is rational at a point, or a rational multiple of a power of pi, and what that decides.

Covers also: domain_ends.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.balls.ball import exact_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.exact_steps import Exact, Known, exact_slots, known_ball, with_exact_steps
from derivcheck.language.parse import parse


def exact_value(expr: str, **at: Fraction | int) -> Known | None:
    """What is known of an expression exactly at a point."""
    program = compile_balls(parse(expr, frozenset(at)))
    return exact_slots(program, {name: Fraction(x) for name, x in at.items()}).get(program.root)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("x/3", Exact(Fraction(1, 3))),
        ("x/3 - 1/3", Exact(Fraction(0))),
        ("(x/3)**-2", Exact(Fraction(9))),
        ("floor(x/3*3)", Exact(Fraction(1))),
        ("fmod(7*x/2, 1/10)", Exact(Fraction(0))),
        ("remainder(-x/3, 2)", Exact(Fraction(5, 3))),
        ("clamp(x/3, 1/3, 1)", Exact(Fraction(1, 3))),
        ("abs(-x/3)*sign(-x/3*3)", Exact(Fraction(-1, 3))),
        ("where((x/3 >= 1/3) & ~(x/3 > 1/3), x/7, pi)", Exact(Fraction(1, 7))),
        ("where((log(x + 7) > 0) | (x/3 == 1/3), x/7, pi)", Exact(Fraction(1, 7))),
        ("exp(x/3 - 1/3) + log(x/3*3)", Exact(Fraction(1))),
        ("2*pi*x/3", Exact(Fraction(2, 3), 1)),
        ("sin(pi*x/2)", Exact(Fraction(1))),
        ("cos(3*pi*x)", Exact(Fraction(-1))),
        ("tan(pi*x)", Exact(Fraction(0))),
        ("sinc(3*x)", Exact(Fraction(0))),
        ("sinc(x/2)", Exact(Fraction(2), -1)),  # sin(pi/2)/(pi/2)
        ("min(x*pi, pi**2/pi/2)", Exact(Fraction(1, 2), 1)),
        ("sin(x)", None),
        ("pi + x", None),
        ("tan(pi*x/2)", None),
        ("x/(x/3 - 1/3)", None),
        ("sqrt(4*x)/3", Exact(Fraction(2, 3))),
        ("2**(x/3)", None),
    ],
)
def test_what_is_known_exactly(expr: str, expected: Known | None) -> None:
    """Arithmetic, steps, comparisons, and the sine of multiples of pi, at x = 1."""
    assert expected == exact_value(expr, x=1)


@given(st.fractions(max_denominator=99).filter(lambda x: x.denominator in {1, 2, 4, 8, 16, 32, 64}))
def test_agrees_with_the_balls(x: Fraction) -> None:
    """The exact number lies in the enclosure of the same expression, wherever it is known."""
    program = compile_balls(parse("where(x/3 < 5/7, floor(x/3)*pi/x, fmod(x, 1/10) - abs(x/3))", frozenset("x")))
    known = exact_slots(program, {"x": x}).get(program.root)
    if known is not None:
        assert isinstance(known, Exact)
        with precision(128):
            enclosed = program.run({"x": exact_ball(x)})
            factor = arb(known.factor.numerator) / known.factor.denominator
            assert enclosed.overlaps(factor * arb.pi() ** known.power)


def test_numbers_of_any_length_are_let_go() -> None:
    """A power tower of rationals ends at a bound, and is unknown."""
    assert exact_value("(((x/3)**64)**64)**64", x=5) is None


def test_programs_without_a_tie_stay_as_they_are() -> None:
    """Where the balls leave nothing open there is nothing to settle."""
    program = compile_balls(parse("where(x/3 > 1/4, x, -x)", frozenset("x")))
    with precision(128):
        slots = program.trace({"x": arb(1)})
    assert with_exact_steps(program, {"x": Fraction(1)}, slots) is None


def test_a_number_too_long_to_spell_out_is_not_known() -> None:
    """2**32769, which the squaring of squares makes of 4, is no Fraction: the balls go on with it."""
    assert known_ball(arb((1, 32769))) is None
    assert known_ball(arb((1, 19000))) == Exact(Fraction(2**19000))
