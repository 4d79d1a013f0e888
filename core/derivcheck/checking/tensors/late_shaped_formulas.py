"""Formulas of rows with shapes, whose text is written when somebody looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derivcheck.model import ElementResults

if TYPE_CHECKING:
    from derivcheck.checking.tensors.shaped_formulas import ShapedRecipe


def write_shaped_formula(recipe: ShapedRecipe, elements: ElementResults) -> str | None:
    """What `shaped_formulas.formula_of_row` gives: a run's parent process holds formulas without SymPy and Arb."""
    from derivcheck.checking.tensors.shaped_formulas import formula_of_row  # with it come SymPy and Arb

    return formula_of_row(recipe, elements)
