"""Formulas in LaTeX, read into the language: those of books, those that SymPy prints, and those with two readings."""

from __future__ import annotations

import math

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.errors import ParseError, Span
from derivcheck.language.latex.read_latex import looks_like_latex, read_latex
from derivcheck.language.parse import parse

X, Y, ALPHA, N = sympy.symbols("x y alpha n")

BOOKS = [
    (r"\frac{1}{\sigma\sqrt{2\pi}}e^{-\frac{1}{2}\left(\frac{x-\mu}{\sigma}\right)^2}", "normal density",
     "(1/(sigma*sqrt(2*pi)))*exp(-(1/2)*((x - mu)/sigma)^2)"),
    (r"\frac{1}{1+e^{-x}}", "logistic function", "(1/(1 + exp(-x)))"),
    (r"A e^{-\gamma t}\cos(\omega t + \phi)", "damped oscillation", "A*exp(-gamma*t)*cos(omega*t + phi)"),
    (r"x\Phi(x)", "GELU", "x*ndtr(x)"),
    (r"-\tfrac12 \ln(2\pi) - \ln\sigma", "entropy", "-(1/2)*log(2*pi) - log(sigma)"),
    (r"$$\lVert x \rVert_2^2$$", "squared norm", "norm(x)^2"),
    (r"\sqrt{x^2+y^2}", "Pythagoras", "sqrt(x^2 + y^2)"),
    (r"\frac{a^x}{x!}", "Poisson weight", "(a^x/factorial(x))"),
]  # fmt: skip


@pytest.mark.parametrize(("latex", "meaning"), [pytest.param(latex, text, id=name) for latex, name, text in BOOKS])
def test_formulas_of_books(latex: str, meaning: str) -> None:
    """As they are typeset, so they are read, and the parser takes what is read."""
    given_names = ["x", "y", "mu", "sigma", "A", "gamma", "t", "omega", "phi", "a"]
    found = read_latex(latex, given_names)
    assert meaning == found.text
    parse(found.text, given_names)


PRINTED = [
    sympy.sin(X) ** 2,
    sympy.exp(-(X**2) / 2) / sympy.sqrt(2 * sympy.pi),
    sympy.Abs(X - 1),
    sympy.log(1 + sympy.exp(X)),
    sympy.log(X) ** 2,
    sympy.gamma(X),
    sympy.erf(X / sympy.sqrt(2)),
    sympy.Piecewise((0, X < 0), (X, X < 1), (ALPHA * (sympy.exp(X) - 1), True)),
    sympy.Piecewise((1, (X > 0) & (X < 1)), (0, True)),
    sympy.cbrt(X),
    X ** sympy.Rational(2, 5),
    sympy.atan(X / Y),
    sympy.Max(X, Y, 0),
    sympy.floor(X) + sympy.ceiling(Y),
    sympy.tan(X) ** 3 / 2**X,
    sympy.Float("1e-5") * X,
    sympy.asin(X / 7),
    sympy.besselj(0, X),
    sympy.polygamma(1, X),
    sympy.uppergamma(2, X),
    sympy.beta(X, Y),
    sympy.binomial(X, 2),
    (X + 1) ** (Y + 2),
    sympy.sqrt(X + sympy.sqrt(X)),
    sympy.exp(sympy.exp(X) / 5),
    X * (-Y) / (1 + X / Y),
    sympy.log(X, 2),
    sympy.acosh(X + 1),
]


@pytest.mark.parametrize("expression", PRINTED, ids=str)
def test_what_sympy_prints_is_read_back(expression: sympy.Expr) -> None:
    """The value is the same at three points."""
    found = read_latex(sympy.latex(expression), ["x", "y", "alpha", "n"])
    again = sympy.sympify(found.text.replace("^", "**"), locals=_NAMES)
    for x, y in ((0.7, 1.3), (1.9, 0.4), (3.25, 2.5)):
        point = {X: x, Y: y, ALPHA: 0.3}
        assert math.isclose(float(expression.subs(point)), float(again.subs(point)), rel_tol=1e-12)


_NAMES = {
    "abs": sympy.Abs, "max": sympy.Max, "min": sympy.Min, "log2": lambda x: sympy.log(x, 2), "ceil": sympy.ceiling,
    "beta": sympy.beta, "gamma": sympy.gamma,
}  # fmt: skip

_TREES = st.recursive(
    st.sampled_from([X, Y, sympy.Integer(2), sympy.Rational(1, 3), sympy.pi]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] / (pair[1] ** 2 + 1)),
        inner.map(lambda one: sympy.sin(one) ** 2),
        inner.map(lambda one: sympy.exp(-sympy.Abs(one))),
        inner.map(lambda one: sympy.sqrt(one**2 + 1)),
    ),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None)
@given(_TREES)
def test_random_expressions_are_read_back(expression: sympy.Expr) -> None:
    """Whatever SymPy typesets has the value that it had."""
    found = read_latex(sympy.latex(expression), ["x", "y"])
    again = sympy.sympify(found.text.replace("^", "**"), locals=_NAMES)
    point = {X: 0.7, Y: -1.3}
    assert math.isclose(float(expression.subs(point)), float(again.subs(point)), rel_tol=1e-9, abs_tol=1e-12)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*"xyed12()[]{}|^_/+-=,&.!'$ ", "\\\\", r"\frac", r"\sqrt", r"\sin", r"\left(", r"\right)", r"\left|",
             r"\sum", r"\begin{cases}", r"\end{cases}", r"\text{if}", r"\hat", r"\log", r"\cdot", r"\|", r"\Gamma"]
        ),
        max_size=25,
    ).map("".join)
)  # fmt: skip
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text is more than refused; and what is read knows where each of its characters comes from."""
    spans = []
    try:
        found = read_latex(text, ["x", "y"])
        spans = [*found.origins]
        assert len(found.text) == len(spans)
    except ParseError as error:
        spans = [error.span]
    assert all(0 <= span.start <= span.end <= len(text) for span in spans)


@pytest.mark.parametrize(
    ("latex", "message", "hint"),
    [
        (r"x^10", "without braces only `1` is raised", "^{10}"),
        (r"1/2x", "where the divisor ends has two readings", r"\frac"),
        (r"1\frac{1}{2}", "two readings", r"\cdot"),
        (r"\sin x e^x", "where the argument of `\\sin` ends", "(x)"),
        (r"1e-5 x", "a number with an exponent", "10^"),
        (r"\operatorname{sinc}(x)", "two meanings", r"\pi x"),
        (r"\sin^{-2} x", "two readings", "asin(x)"),
        (r"E + x", "`E` has no value", "small e"),
    ],
)
def test_two_readings_are_refused_with_both(latex: str, message: str, hint: str) -> None:
    """A referee must not guess."""
    with pytest.raises(ParseError) as caught:
        read_latex(latex, ["x", "e"] if latex.startswith("e") else ["x"])
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("latex", "hint"),
    [(r"\int_0^1 x\,dx", "integral"), (r"\lim_{x \to 0} x", "limit"), (r"x \pm 1", "one with +"), (r"x^\top A x", "@")],
)
def test_what_has_no_one_value_says_what_to_write(latex: str, hint: str) -> None:
    """Integrals, limits, two signs, matrices."""
    with pytest.raises(ParseError) as caught:
        read_latex(latex, ["x", "A"])
    assert hint in (caught.value.hint or "")


def test_places_lead_back_to_the_latex_text() -> None:
    """An error in what was read is shown in what was typed."""
    latex = r"\frac{k}{2} + x"
    found = read_latex(latex, ["x"])
    start = found.text.index("k")
    assert Span(6, 7) == found.span(Span(start, start + 1))
    assert "k" == latex[6:7]


def test_what_latex_is_by_its_own_account() -> None:
    """A backslash before letters, dollars around; a backslash at the end of a line is Python's."""
    assert looks_like_latex(r"\alpha + 1")
    assert looks_like_latex("$x$")
    assert not looks_like_latex("x + \\\n1")
    assert not looks_like_latex("x**2")


def test_depth_and_length_are_bounded() -> None:
    """Neither nested braces nor a sum of sums exhaust anything."""
    for latex in ("{" * 5000 + "x" + "}" * 5000, "x" * 30_000, r"\sum_{i=1}^{64}\sum_{j=1}^{64}\sum_{k=1}^{64}ijk"):
        with pytest.raises(ParseError):
            read_latex(latex, ["x"])
