"""Formulas of rows with shapes, whose text is written when somebody looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derivcheck.model import ElementResults, ShapedPoint, Wrt
from derivcheck.model.deferred import Deferred

if TYPE_CHECKING:
    from derivcheck.checking.tensors.shaped_formulas import ShapedRecipe


def write_shaped_formula(recipe: ShapedRecipe, elements: ElementResults) -> str | None:
    """What `shaped_formulas.formula_of_row` gives: a run's parent process holds formulas without SymPy and Arb."""
    from derivcheck.checking.tensors.shaped_formulas import formula_of_row  # with it come SymPy and Arb

    return formula_of_row(recipe, elements)


def recall_of_tensor(expr: str, wrt: Wrt, point: ShapedPoint, elements: ElementResults) -> Deferred:
    """A formula that a record leaves out, from what its row holds; of a row without functions of the user's own."""
    return Deferred(write_shaped_formula, (expr, (), wrt, point), elements, left_out=True)
