"""SymPy's rules: what SymPy makes of a call, though the derivative of an argument is found once."""

from __future__ import annotations

import pytest
import sympy

from derivcheck.errors import UnsupportedError
from derivcheck.language import table
from derivcheck.symbolic import sympy_rules
from derivcheck.symbolic.sympy_rules import Argument, Dependence, rule

_T = sympy.Symbol("t", real=True)


def _rules_of_all() -> dict[tuple[str, tuple[Argument, ...]], object]:
    """The rule of each function where all arguments vary, and where the first one alone does."""
    found: dict[tuple[str, tuple[Argument, ...]], object] = {}
    for row in table.FUNCTIONS:
        others = len(row.params) - 1
        all_vary: tuple[Argument, ...] = (Dependence.VARIES,) * (others + 1)
        first_varies: tuple[Argument, ...] = (Dependence.VARIES, *[(3, 2)] * others)
        for arguments in (all_vary, first_varies):
            try:
                found[row.name, arguments] = rule(row.name, arguments)
            except UnsupportedError as error:
                found[row.name, arguments] = error.message
    return found


def test_the_slope_of_an_argument_is_sympys() -> None:
    """It is what SymPy finds for any undefined function, and by another variable, or twice, SymPy is asked."""
    argument, plain = sympy_rules._varying(0), sympy.Function("u0", real=True)(_T)
    assert plain.diff(_T) == argument.diff(_T)
    assert plain.diff(_T, _T) == argument.diff(_T, _T)
    assert argument.diff(sympy.Symbol("x")) == 0
    assert argument == plain


def test_rules_are_those_of_plain_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules of all functions are the same, node by node, where SymPy finds each derivative itself."""
    ours = _rules_of_all()
    monkeypatch.setattr(sympy_rules, "_varying", lambda index: sympy.Function(f"u{index}", real=True)(_T))
    assert ours == _rules_of_all()
