"""Cases in LaTeX: all of their formulas are, and a call of a function of the user's own is none."""

from __future__ import annotations

from derivcheck.inputs.cases_in_latex import in_latex
from derivcheck.language.parse import parse
from derivcheck.model import Case, OwnFunction


def test_every_formula_of_a_case_is_latex() -> None:
    """The expression, the value and the claims; what is LaTeX by its own account stays as it is."""
    case = in_latex(Case("xy", ({"x": "2", "y": "3"},), value=r"x \\cdot y", derivative={("x",): "y"}))
    assert ("$xy$", r"x \\cdot y", {("x",): "$y$"}) == (case.expr, case.value, case.derivative)
    assert parse("x*y", ["x", "y"]) == parse(case.expr, ["x", "y"])
    assert case == in_latex(case)


def test_a_call_of_a_function_is_no_latex() -> None:
    """Its expression is a call, written by derivcheck."""
    case = Case("f(x)", ({"x": "2"},), functions=(OwnFunction("f", ("x",), "x**2", "mine.py:f"),))
    assert case is in_latex(case)
