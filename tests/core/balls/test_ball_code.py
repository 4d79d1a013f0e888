"""Straight-line code encloses what the interpreter of the same programs encloses, and proves nothing else."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.balls import ball_code
from derivcheck.balls.ball import Outside, precision
from derivcheck.balls.ball_code import BallCode, _Writer
from derivcheck.balls.compiling import compile_balls
from derivcheck.language.parse import parse

NAMES = ("x", "y")
EXPRESSIONS = (
    "x**2 + 2*x + 1",
    "exp(-x**2/2)*sin(3*x + y) + y*tanh(x*y - 1/4) - log(1 + x**2 + y**2)/(2 + cos(x - y))",
    "x/(y - 3) - -x*(-y)",
    "x**-3 + y**(1/2) + x**(2/3) + x**y",
    "where(x > y, log(x), sqrt(-y))",
    "where((x > 0) & ~(y > 0) | (x == y), 1, x*y)",
    "abs(x)*sign(y) + floor(x) + maximum(x, y)",
    "gamma(x + 3) + erf(y) + atan(x) + acos(x/9)",
    "log(8, 2)*x + pi*y + E**x + cosh(1)",
    "x*log(x)/y",
)


def code(*texts: str, bits: int = 256) -> BallCode:
    """The code of some expressions of x and y."""
    return BallCode(NAMES, [compile_balls(parse(text, frozenset(NAMES))) for text in texts], bits)


coordinates = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 2.0, 3.0, 0.5, 1e-9, -1e-9, 1e9, 1e300, 1e-300]),
    st.floats(-5, 5, allow_subnormal=False),
)


@given(st.sampled_from(EXPRESSIONS), coordinates, coordinates)
def test_what_it_proves_the_interpreter_proves(text: str, x: float, y: float) -> None:
    """Where the code gives a number, the interpreter encloses the same number; where that has none, it gives nan."""
    program = compile_balls(parse(text, frozenset(NAMES)))
    with precision(256):
        ball = arb(0, arb((1, -4000)))
        place = {"x": arb(x) + ball, "y": arb(y) + ball}
        (mine,) = code(text).run(*place.values())
        theirs = program.run({name: place[name] for name in program.variables})
        assert mine.is_finite() <= (not isinstance(theirs, Outside) and theirs.overlaps(mine))


@pytest.mark.parametrize(
    ("text", "x", "y"),
    [
        ("sign(x)", 0.0, 1.0),
        ("floor(x)", 2.0, 1.0),
        ("1 + 1e-60*sign(x)", 0.0, 1.0),
        ("where(x > y, x, x)", 1.0, 1.0),
        ("1 + 1e-60*where(x > y, 1, 0)", 1.0, 1.0),
        ("log(x)", 0.0, 1.0),
        ("sqrt(x)", -1.0, 1.0),
        ("x/y", 1.0, 0.0),
        ("exp(-1/x)", 0.0, 1.0),
        ("1 + 1e-60*sin(1/x)", 0.0, 1.0),
        ("acos(x)", 2.0, 1.0),
        ("fmod(x, y)", 2.5, 1.0),
    ],
)
def test_what_may_jump_or_lies_outside_is_nan(text: str, x: float, y: float) -> None:
    """A jump within the ball is no number, however small it is, and neither is what lies outside of the domain."""
    with precision(256):
        ball = arb(0, arb((1, -4000)))
        (value,) = code(text).run(arb(x) + ball, arb(y) + ball)
    assert not value.is_finite()


def test_the_branch_that_is_not_taken_does_not_count() -> None:
    """A logarithm of a negative number in it is as nothing."""
    with precision(128):
        (value,) = code("where(x > 0, log(x), -x)", bits=128).run(arb(-2), arb(0))
    assert value == 2


def test_shared_steps_are_done_once() -> None:
    """f and its derivative share the exponential, however the factor and the quotient are written."""
    writer = _Writer(NAMES)
    with precision(128):
        for text in ("exp(-x**2/2)", "-x*exp((-1/2)*x**2)", "x*(exp(-(x*x)/2) - 1/3)"):
            writer.add(compile_balls(parse(text, frozenset(NAMES))))
    assert [template for template, _ in writer.lines.values()].count("{0}.exp()") == 1


@given(st.integers(-40, 40), st.integers(1, 2**20))
def test_powers_are_exact_where_the_bits_suffice(exponent: int, base: int) -> None:
    """Products give an integer power: 20 bits to the power of 40 fit into 1,000."""
    with precision(1000):
        (value,) = code(f"x**({exponent})", bits=1000).run(arb(base), arb(0))
        exact = Fraction(base) ** exponent
        assert (value * exact.denominator).overlaps(arb(exact.numerator))


def test_long_code_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's compiler is no place for a hundred thousand lines."""
    monkeypatch.setattr(ball_code, "MAX_STEPS", 50)
    with pytest.raises(OverflowError):
        code("+".join(f"(x + {index})" for index in range(60)))
