"""The SymPy kernels, function by function of the table."""

from __future__ import annotations

from operator import attrgetter

import pytest
import sympy

from derivcheck.language import table
from derivcheck.language.parse import parse
from derivcheck.language.table import FUNCTIONS, Function, Sort
from derivcheck.symbolic import sympy_kernels


@pytest.mark.parametrize("row", [row for row in FUNCTIONS if row.sympy], ids=attrgetter("name"))
def test_a_sympy_class_is_read_back_as_its_row(row: Function) -> None:
    """The name that SymPy prints leads to the row again, as a class and as text."""
    x, y, z, w = sympy.symbols("x y z w", real=True)
    if row.sorts or row.name in {"add", "sub", "mul", "div", "neg", "mvlgamma", "sqrt"}:
        return  # sums, products, powers and conditions have operators
    assert row.sympy is not None
    home: object = sympy_kernels if row.sympy.startswith("kernels.") else sympy
    order = sympy.Integer(20 if row.group == "orthogonal polynomials" else 2)  # a small degree is written out
    letters = zip(row.params, (x, y, z, w), strict=False)
    args = [order if name in row.constant_params else letter for name, letter in letters]
    made = attrgetter(row.sympy.removeprefix("kernels."))(home)(*args)
    if row.result is Sort.BOOL or row.name == "pow":
        assert parse(f"where({made}, 1, 0)" if row.result is Sort.BOOL else str(made)).variables == ("x", "y")
        return
    head = table.by_sympy_head(type(made).__name__)
    if row.name == "digamma":  # SymPy writes it as polygamma(0, x) itself
        assert head is table.function("polygamma")
        return
    if head is not None and len(args) != len(head.params):
        head = table.function(dict(head.by_count)[len(args)])
    assert head is row
    if row.name == "sinc_unnormalized":
        return  # its text says sinc, which is torch's here
    assert parse(str(made)).nodes[-1].name == row.name


def test_pieces_evaluate_at_numbers() -> None:
    """What costs nothing is evaluated, so that formulas stay readable."""
    half = sympy.Rational(1, 2)
    assert sympy_kernels.Abs(-half) == half
    assert sympy_kernels.floor(-half) == -1
    assert sympy_kernels.ceiling(-half) == 0
    assert sympy_kernels.trunc(-3 * half) == -1
    assert sympy_kernels.round(5 * half) == 2
    assert sympy_kernels.sign(-half) == -1
    assert sympy_kernels.Max(half, 2) == 2
    assert sympy_kernels.Min(half, 2) == half
    assert sympy_kernels.Heaviside(sympy.Integer(0)) == half


def test_where_is_piecewise_and_leaves_conditions_alone() -> None:
    """SymPy's own Piecewise rewrites conditions, and compares by assumptions that may not hold."""
    x = sympy.Symbol("x", real=True)
    condition = sympy_kernels.StrictLessThan(sympy.log(x), 0)
    made = sympy_kernels.where(condition, x**2, x)
    assert str(made) == "Piecewise((x**2, log(x) < 0), (x, True))"
    assert str(made.diff(x)) == "Piecewise((2*x, log(x) < 0), (1, True))"
    assert sympy_kernels.where(sympy.true, x, -x) == x
