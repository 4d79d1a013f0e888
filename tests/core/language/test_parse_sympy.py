"""What SymPy prints is read back with the same meaning."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from flint import arb
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derivcheck.balls.ball import precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.language import table
from derivcheck.language.parse import parse
from derivcheck.language.table import FUNCTIONS, Function

X, Y = sympy.symbols("x y", real=True)

SYMPY_FAILURES = (ArithmeticError, AttributeError, NotImplementedError, RecursionError, TypeError, ValueError)
"""What SymPy raises of its own where it can neither build nor evaluate a random expression."""


def _sympy_rows() -> list[tuple[Any, Function]]:
    rows = []
    for row in FUNCTIONS:
        head = getattr(sympy, (row.sympy or row.name).rpartition(".")[2], None)
        if head in {sympy.betainc, sympy.betainc_regularized}:
            continue  # one is another function, which is written in our words; the other takes no `evaluate`
        if isinstance(head, type) and issubclass(head, sympy.Function) and row.params and not row.variadic:
            rows.append((head, row))
    return rows


@pytest.mark.parametrize(("head", "row"), _sympy_rows(), ids=lambda each: getattr(each, "name", None))
def test_sympy_function_reads_back(head: Any, row: Function) -> None:
    """What SymPy prints of a supported function is that function, but for sinc and frac, which are torch's."""
    order = len(row.constant_params)
    made = head(*([sympy.Integer(3)] * order + [X, Y, X, Y])[: len(row.params)], evaluate=False)
    read = table.function(str(made).partition("(")[0])

    assert read is not None
    assert {"x", "y"} >= set(parse(str(made)).variables)
    assert row is read or head in {sympy.sinc, sympy.frac}


@pytest.mark.parametrize(
    "made",
    [
        sympy.Rational(1, 3) * X,
        sympy.Float("0.1") * X - sympy.Float("1e-30"),
        -(X**2) / 2 - sympy.sqrt(X) / (X + 3) ** sympy.Rational(2, 3),
        sympy.exp(-X) * sympy.E,
        sympy.Piecewise((X, sympy.And(X > 0, X < 1)), (X**2, sympy.Ne(X, 3)), (0, True)),
        sympy.Piecewise((1, sympy.Or(X < 0, sympy.Eq(X, 5))), (sympy.sin(X), True)),
        sympy.Piecewise((X, sympy.Not(sympy.And(X > 0, Y > 0), evaluate=False)), (Y, True)),
        sympy.Max(X, Y, sympy.Rational(1, 5)) + sympy.Min(X, 2),
        sympy.Heaviside(X) + sympy.Heaviside(Y, 1),
        sympy.polygamma(2, X) + sympy.loggamma(X) + sympy.digamma(X),
        sympy.EulerGamma * X + sympy.pi,
        sympy.Mod(X, 2) + sympy.ceiling(X) - sympy.floor(Y),
        sympy.Abs(Y) * sympy.sign(X) + sympy.atan2(Y, X),
        sympy.besselj(0, X) + sympy.expint(2, X) + sympy.Ei(X) + sympy.LambertW(X),
        sympy.uppergamma(2, X) + sympy.lowergamma(X, 2) + sympy.beta(X, 2),
    ],
    ids=str,
)
def test_sympy_printing_has_the_same_value(made: Any) -> None:
    """What `str` prints of a SymPy expression has the value that SymPy gives it."""
    assert _agrees(made) is True


_UNARY = [
    *(
        sympy.sin,
        sympy.cos,
        sympy.tan,
        sympy.exp,
        sympy.log,
        sympy.Abs,
        sympy.sqrt,
        sympy.atan,
        sympy.asinh,
        sympy.tanh,
    ),
    *(
        sympy.erf,
        sympy.erfc,
        sympy.gamma,
        sympy.loggamma,
        sympy.sign,
        sympy.floor,
        sympy.ceiling,
        sympy.sec,
        sympy.coth,
    ),
    *(sympy.Si, sympy.Heaviside, sympy.asin, sympy.acosh, sympy.airyai, sympy.factorial, sympy.fresnels),
]
_SYMPY = st.recursive(
    st.sampled_from([X, Y, sympy.pi, sympy.E, sympy.Integer(2), sympy.Rational(-3, 7), sympy.Float("0.1")]),
    lambda inner: st.one_of(
        st.builds(lambda head, u: head(u), st.sampled_from(_UNARY), inner),
        st.builds(lambda u, v: u + v, inner, inner),
        st.builds(lambda u, v: u * v, inner, inner),
        st.builds(lambda u, v: u - 2 * v, inner, inner),
        st.builds(lambda u, n: u**n, inner, st.sampled_from([-2, -1, 2, sympy.Rational(1, 2), sympy.Rational(-1, 3)])),
        st.builds(lambda u, v: sympy.Max(u, v, X), inner, inner),
        st.builds(lambda u, v: sympy.Piecewise((u, u < v), (v, sympy.Ne(u, Y)), (X, True)), inner, inner),
    ),
    max_leaves=5,
)


# The same expressions every time: on a random one SymPy itself may run for minutes.
@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.data())
def test_random_sympy_expressions_read_back(data: st.DataObject) -> None:
    """Random SymPy expressions, printed and read, have SymPy's value."""
    try:
        made = data.draw(_SYMPY)
    except SYMPY_FAILURES:
        assume(False)
    assume(made.free_symbols and not made.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I, sympy.re, sympy.im, sympy.arg))
    agrees = _agrees(made)
    assume(agrees is not None)

    assert agrees, str(made)


def _agrees(made: Any) -> bool | None:
    """Whether SymPy's number is in the enclosure of the text it prints, at x = 7/10, y = -3/5; None without both."""
    tree = parse(str(made), ["x", "y"])
    with precision(200):
        ball = compile_balls(tree).run({"x": arb(7) / 10, "y": arb(-3) / 5})
    try:
        value = sympy.N(made.subs({X: sympy.Rational(7, 10), Y: sympy.Rational(-3, 5)}), 40)
    except SYMPY_FAILURES:
        return None
    if not isinstance(ball, arb) or not ball.rad() < 1e-40 or not (value.is_real and value.is_finite):
        return None
    return bool(abs(ball - arb(str(value))) < arb("1e-12") * (1 + abs(ball)))
