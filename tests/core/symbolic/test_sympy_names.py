"""SymPy's classes that our language has other words for."""

from __future__ import annotations

import pytest
import sympy
from flint import arb, ctx
from sympy import Rational

from derivcheck.balls.compiling import compile_balls
from derivcheck.errors import CaseError
from derivcheck.inputs.sympy_values import sympy_text
from derivcheck.language.parse import parse
from derivcheck.symbolic.sympy_names import INSTEAD, in_our_words

x, a, b, k = sympy.symbols("x a b k")
f = sympy.Function("f")


@pytest.mark.parametrize(
    "expression",
    [
        sympy.hyper([a], [b], x),
        sympy.hyper([a, 1], [b], x / 4),
        sympy.hyper([], [b], x),
        sympy.binomial(a, Rational(1, 3)),
        sympy.harmonic(a),
        sympy.erf2(x, a),
        sympy.jn(1, x) + sympy.yn(2, x),
        sympy.betainc(a, b, Rational(1, 8), Rational(1, 2)),
        sympy.betainc_regularized(a, b, 0, x / 4),
        sympy.Sum(x**k / sympy.factorial(k), (k, 0, 5)),
        sympy.Sum(sympy.Product(x + k, (k, 1, 3)) * k, (k, 2, 4)),
    ],
    ids=str,
)
def test_the_words_mean_the_same(expression: sympy.Expr) -> None:
    """Their value is that of SymPy's own."""
    at = {x: Rational(3, 8), a: Rational(7, 4), b: Rational(5, 2)}
    program = compile_balls(parse(sympy_text(expression, "the expression"), ("x", "a", "b")))
    with ctx.workprec(120):
        value = program.run({name: arb(float(at[sympy.Symbol(name)])) for name in program.variables})
        assert isinstance(value, arb)
        assert abs(value - arb(str(expression.doit().subs(at).rewrite(sympy.erf).evalf(25)))) < 1e-18


@pytest.mark.parametrize(
    "expression",
    [
        sympy.Derivative(f(x), x),
        sympy.Integral(sympy.exp(-(x**2)), x),
        sympy.Sum(x**k, (k, 0, sympy.oo)),
        sympy.Lambda(x, x**2),
        sympy.Poly(x**2 + 1),
        sympy.frac(x),
        sympy.re(x),
        f(x),
    ],
    ids=str,
)
def test_what_has_no_words_says_what_to_write(expression: sympy.Basic) -> None:
    """By the name of SymPy's class."""
    with pytest.raises(CaseError) as caught:
        sympy_text(expression, "the expression")
    assert caught.value.hint in INSTEAD.values()


def test_what_is_known_stays_as_it_is() -> None:
    """The very object, whose parts SymPy might put into another order."""
    expression = sympy.sin(x) + x**2
    assert in_our_words(expression) is expression
