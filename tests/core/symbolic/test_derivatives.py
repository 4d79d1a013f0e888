"""The symbolic reading: what SymPy makes of an expression, and how it is read back.

Covers also: formula, forward_derivatives, forward_sweep, sympy_language, sympy_printing, sympy_rules.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from flint import arb

from derivcheck.balls.ball import exact_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.case_files import Unreadable, read_cases
from derivcheck.errors import DerivcheckError, UnsupportedError
from derivcheck.inputs.coordinates import read_point
from derivcheck.language.parse import parse
from derivcheck.language.table import FUNCTIONS
from derivcheck.model import Refusal
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.symbolic.derivatives import MANY_VARIABLES, Symbolic


def formula(expr: str, *wrt: str) -> str | None:
    """The text of SymPy's derivative."""
    return Symbolic(parse(expr)).derivative(wrt).text


@pytest.mark.parametrize(
    ("expr", "wrt", "expected"),
    [
        ("x**2 + 2*x + 1", "x", "2*x + 2"),
        ("2*x**3 + x", "x", "6*x**2 + 1"),
        ("u*v + u**2", "u", "2*u + v"),
        ("u*v + (u*v)**2", "v", "2*u**2*v + u"),
        ("sin(x)*exp(y)", "xy", "exp(y)*cos(x)"),
        ("gamma(x)", "x", "gamma(x)*polygamma(0, x)"),
        ("abs(x)", "x", "sign(x)"),
        ("Max(x, 1)", "x", "heaviside(x - 1)"),
        ("where(x > 0, x**2, 0)", "x", "where(x > 0, 2*x, 0)"),
        ("1.3806503e-23*x**2", "x", "2.7613006e-23*x"),
        ("2.3333333333333335*x**2", "x", "2*2.3333333333333335*x"),
        ("beta*gamma", "beta", "gamma"),
    ],
)
def test_formula(expr: str, wrt: str, expected: str) -> None:
    """Derivatives are written as SymPy writes them, decimals as decimals."""
    names = (wrt,) if wrt == "beta" else tuple(wrt)
    assert expected == formula(expr, *names)


@pytest.mark.parametrize(
    "expr",
    [
        "x*gamma(10**9)",
        "gamma(x - x + 10**9)",
        "x*zeta(2, 10**9)",
        "x + besselj(2, 10**9)",
        "x*factorial(10**8)",
        "x*loggamma(10**9 + 1)",
    ],
)
def test_nothing_large_is_written_out(expr: str) -> None:
    """SymPy's own gamma(10**9 + 1) is a factorial with nine billion digits: constants stay opaque."""
    assert Symbolic(parse(expr)).derivative(("x",)).expression is not None


def test_a_condition_on_constants_is_read() -> None:
    """A number may hide behind a symbol, a condition may not: sin(1) < cos(1) stays one, 1/3 >= 2 is false."""
    assert "2*x" == formula("where(1/3 >= 2, x, x**2)", "x")
    assert "where(sin(1) < cos(1), 1, 2*x)" == formula("where(sin(1) < cos(1), x, x**2)", "x")


def test_bernoulli_polynomials_of_any_degree_are_refused() -> None:
    """SymPy's own zeta(-10**9, x) is a Bernoulli polynomial of a billion terms."""
    with pytest.raises(UnsupportedError, match="exponent of zeta"):
        formula("zeta(-10**9, x)", "x")


def test_derivative_is_an_expression_again() -> None:
    """What SymPy returns is read back as a tree that balls can run."""
    assert ("x",) == Symbolic(parse("atan2(x, 2)*Max(x, 0)")).derivative(("x",)).expression.variables


def test_what_has_no_closed_form_is_unsupported() -> None:
    """SymPy's derivative of the incomplete gamma function by its shape is a Meijer G-function."""
    with pytest.raises(UnsupportedError):
        formula("lowergamma(a, 2)", "a")


def test_deep_nesting_is_derived_and_not_shown() -> None:
    """A continued fraction that exhausts SymPy's recursion has a derivative node by node, and no form to show."""
    deep = Symbolic(parse("1/(x + " * 150 + "1" + ")" * 150)).derivative(("x",))
    assert deep.expression.variables == ("x",)
    assert deep.text is None


EXPRESSIONS = sorted((Path(__file__).resolve().parents[3] / "expressions").glob("*.toml"))


PRODUCT = "*".join(f"(x/{index} + 1)" for index in range(1, 301))
SUM = "+".join(f"sin({index}*x)" for index in range(1, 2001))
NESTED = "sin(x + " * 120 + "x" + ")" * 120


@pytest.mark.parametrize("expr", [PRODUCT, SUM, NESTED], ids=["product", "sum", "nested"])
def test_what_is_too_long_to_show_never_reaches_sympy(expr: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SymPy collects 300 factors in 13 s, and what it makes is thrown away; the derivative itself is there."""

    def collected(*_: object) -> None:
        pytest.fail("SymPy was asked for its own form")

    monkeypatch.setattr(Symbolic, "_by_diff", collected)
    found = Symbolic(parse(expr)).derivative(("x",))
    assert (None, None, None) == (found.shown, found.text, found.plain_text)
    assert len(found.expression) > len(parse(expr)) // 2


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("*".join("x" * 90), "90*x**89"),
        ("+".join("x" * 900), "900"),
        ("+".join(["sin(x)"] * 300), "300*cos(x)"),
        ("sqrt((" * 38 + "x" + ")**2 + 1)" * 38, "x/sqrt(x**2 + 38)"),
    ],
)
def test_a_long_text_with_a_short_derivative_is_shown(expr: str, expected: str) -> None:
    """What counts is the length of the derivative, its products and sums tidied up."""
    found = Symbolic(parse(expr)).derivative(("x",))
    assert (expected, expected) == (found.text, found.plain_text)


WITHOUT_NUMBERS = {
    "custom_functions",  # which call functions of their own only, as those of torch_operations do
    "custom_layers",
    "torch_operations",
    "layers",  # whose values have shapes, as those of tensors have: the truth of each element is held against torch
    "tensors",
}
"""Files of cases none of which is a function of numbers alone."""


@pytest.mark.parametrize("file", EXPRESSIONS, ids=lambda file: file.stem)
def test_the_rules_give_what_sympy_gives_for_the_whole(file: Path) -> None:
    """Node by node or at once, SymPy's derivative is the same number, at the first point of every shipped case."""
    compared = 0
    known: set[str] = set()
    for case in read_cases(str(file)):
        if isinstance(case, Unreadable) or case.expr in known or not case.at or case.functions:
            continue
        known.add(case.expr)
        try:
            point = read_point(case.at[0], DType.FLOAT64)
            reading = Symbolic(parse(case.expr, frozenset(point)))
            derivatives = [reading.derivative((name,)) for name in point]
        except DerivcheckError:
            continue
        for formula in derivatives:
            if formula.shown is None:
                continue
            with precision(320):
                place = {name: exact_ball(coordinate.exact) for name, coordinate in point.items()}
                by_rules = compile_balls(formula.expression).run(place)
                at_once = compile_balls(formula.shown[1]).run(place)
            if isinstance(by_rules, arb) and isinstance(at_once, arb):
                assert by_rules.overlaps(at_once), (case.label, formula.text)
                compared += 1
    assert compared or file.stem in WITHOUT_NUMBERS


@pytest.mark.parametrize(
    "expr",
    [
        "relu(x)",
        "abs(x)*x**2",
        "Max(x, 2)*floor(x)",
        "where((x == 2) | (x > 1) & (x != 3), x**2, 1/x)",
        "lgamma(x)*ceil(x)",
        "fmod(x, 3)*x**2",
        "remainder(x, 3)*x**2",
        "besselk(2, x)*zeta(2, x)",
        "gammainc(2, x)*sinc(x)",
    ],
)
def test_a_formula_that_sympy_has_collected_is_in_the_words_of_the_language(expr: str) -> None:
    """As the plain one of a batch: both may be typed again, and name a function by its row's name."""
    found = Symbolic(parse(expr)).derivative(("x",))
    assert found.text is not None
    assert found.plain_text is not None
    for text in (found.text, found.plain_text):
        known = {row.name for row in FUNCTIONS}
        assert set(parse(text).calls) <= known
        assert set(re.findall(r"([A-Za-z_]\w*)\(", text)) <= known


@pytest.mark.parametrize("expr", ["ldexp(x, 1e10)", "logaddexp2(1e300, x)", "logaddexp2(x, 1e20)", "ldexp(x, -1e10)"])
def test_a_power_that_is_too_large_to_be_written_out_has_no_formula(expr: str) -> None:
    """SymPy would write out 2**(10**10), which a definition holds though the text does not: that took minutes."""
    found = readings(expr, frozenset({"x"})).formula(("x",))
    assert isinstance(found, Refusal)
    assert "too large a number to be written out" in found.text


def _rosenbrock(count: int) -> str:
    names = [f"x{index}" for index in range(1, count + 1)]
    return " + ".join(f"100*({y} - {x}**2)**2 + (1 - {x})**2" for x, y in pairwise(names))


def test_partials_by_many_variables_come_from_one_sweep() -> None:
    """Beyond a bound; up to it each comes from a sweep of its own, and SymPy writes it."""
    few, many = (Symbolic(parse(_rosenbrock(count))) for count in (MANY_VARIABLES, MANY_VARIABLES + 1))
    assert few.partials is None
    assert many.partials is not None
    assert [f"x{index}" for index in range(1, 34)] == sorted(many.partials.places, key=lambda name: int(name[1:]))
    assert "-200*x1**2 - 400*x2*(-x2**2 + x3) + 202*x2 - 2" == few.derivative(("x2",)).text
    assert "200*(x2 - x1**2) - 400*x2*(x3 - x2**2) - 2*(1 - x2)" == many.derivative(("x2",)).text
    assert "0" == many.derivative(("y",)).text


def test_a_partial_is_evaluated_as_a_forward_sweep_gives_it() -> None:
    """What is shown comes from the reverse sweep; both are the same number."""
    formula = Symbolic(parse(_rosenbrock(50))).derivative(("x7",))
    assert formula.text is not None
    shown = parse(formula.text)
    with precision(100):
        place = {f"x{index}": arb(index) / 16 for index in range(1, 51)}
        values = [
            compile_balls(tree).run({name: place[name] for name in tree.variables})
            for tree in (formula.expression, shown)
        ]
    assert values[0].overlaps(values[1])


def test_a_partial_that_sympy_lacks_says_so() -> None:
    """The others are there."""
    reading = Symbolic(parse("lowergamma(x0, x1) + " + "*".join(f"x{index}" for index in range(2, 40))))
    with pytest.raises(UnsupportedError, match="`lowergamma`"):
        reading.derivative(("x0",))
    assert "x1**(x0 - 1)*exp(-x1)" == reading.derivative(("x1",)).text


def test_long_partials_are_not_shown() -> None:
    """Each of 900 partials of logsumexp has 900 terms."""
    reading = Symbolic(parse(f"log({' + '.join(f'exp(x{index})' for index in range(900))}) + y**2"))
    assert reading.derivative(("x1",)).text is None
    assert "2*y" == reading.derivative(("y",)).text


@pytest.mark.parametrize(
    "text", ["(((((2*x)**1000)**1000)**1000)**1000)**1000", "y = x + x; " + "y = y*y; " * 60 + "y + x"]
)
def test_what_sympy_would_write_out_without_end_is_left_as_the_rules_give_it(text: str) -> None:
    """SymPy multiplies the factors of powers, and 2**1000**5 has no room anywhere; statements may double a formula."""
    formula = Symbolic(parse(text, ["x"])).derivative(("x",))
    assert formula.text is None or len(formula.text) < 2_000
