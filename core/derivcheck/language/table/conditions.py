"""The rows of conditions: comparisons, what joins them, and the choice between two values."""

from __future__ import annotations

from functools import partial

from derivcheck.language.table.row import Function, Sort

_R, _B = Sort.REAL, Sort.BOOL

_row = partial(Function, "conditions")

# fmt: off
ROWS: tuple[Function, ...] = (
    _row("lt(x, y)",               "x < y", aliases=("Lt", "StrictLessThan", "less"),
         sympy="kernels.StrictLessThan", torch="lt", ball="lt", result=_B, of_itself=False, exact="lt", sign="<"),
    _row("le(x, y)",               "x <= y", aliases=("Le", "LessThan", "less_equal"),
         sympy="kernels.LessThan", torch="le", ball="le", result=_B, of_itself=True, exact="le", sign="≤"),
    _row("gt(x, y)",               "x > y", aliases=("Gt", "StrictGreaterThan", "greater"),
         sympy="kernels.StrictGreaterThan", torch="gt", ball="gt", result=_B, of_itself=False, exact="gt", sign=">"),
    _row("ge(x, y)",               "x >= y", aliases=("Ge", "GreaterThan", "greater_equal"),
         sympy="kernels.GreaterThan", torch="ge", ball="ge", result=_B, of_itself=True, exact="ge", sign="≥"),
    _row("eq(x, y)",               "x == y", aliases=("Eq", "Equality"),
         sympy="kernels.Equality", torch="eq", ball="eq", result=_B,
         commutes=True, of_itself=True, exact="eq", sign="="),
    _row("ne(x, y)",               "x != y", aliases=("Ne", "Unequality", "not_equal"),
         sympy="kernels.Unequality", torch="ne", ball="ne", result=_B,
         commutes=True, of_itself=False, exact="ne", sign="≠"),
    _row("and(p, q, ...)",         "both hold", aliases=("And", "logical_and"),
         sympy="And", torch="logical_and", ball="logical_and", sorts=(_B, _B), result=_B,
         branch=True, commutes=True, sign="∧"),
    _row("or(p, q, ...)",          "one of the two holds, or both", aliases=("Or", "logical_or"),
         sympy="Or", torch="logical_or", ball="logical_or", sorts=(_B, _B), result=_B,
         branch=True, commutes=True, sign="∨"),
    _row("not(p)",                 "the condition does not hold", aliases=("Not", "logical_not"),
         sympy="Not", torch="logical_not", ball="logical_not", sorts=(_B,), result=_B, sign="¬"),
    _row("where(condition, x, y)", "x where the condition holds, else y", aliases=("ITE",),
         sympy="kernels.where", torch="where", ball="where", sorts=(_B, _R, _R),
         jumps=True, linear="branches", branch=True, selects=True, one_rule=True, idle="choice",
         at_infinity="choice"),
)
# fmt: on
