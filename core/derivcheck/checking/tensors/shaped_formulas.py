"""The formula of a row with a shape: in matrix notation where that is short and right, else that of one element."""

from __future__ import annotations

from derivcheck.balls.ball import to_ball
from derivcheck.balls.estimates import Estimates
from derivcheck.checking.tensors.shaped_numbers import numbers_at
from derivcheck.elements.lowering import Lowered, lower
from derivcheck.errors import DerivcheckError
from derivcheck.graph.inlining import at_point, released, with_released
from derivcheck.language.parse import parse
from derivcheck.model import ElementResults, OwnFunction, Wrt
from derivcheck.model.expression import Expression
from derivcheck.model.shaped_values import ShapedPoint, address, exact_elements
from derivcheck.readings import readings
from derivcheck.symbolic.derivatives import Symbolic
from derivcheck.symbolic.matrix_formula import matrix_gradient

ShapedRecipe = tuple[str, tuple[OwnFunction, ...], Wrt, ShapedPoint]
"""The expression's text, the user's own functions, the variables to differentiate by, and the point."""


def formula_of_row(recipe: ShapedRecipe, elements: ElementResults) -> str | None:
    """The derivative in matrix notation, or that of the worst element; None where neither is short."""
    text, own, wrt, point = recipe
    try:
        reading = readings(text, frozenset(point), own=own, has_shapes=True)
        expression = reading.expression if reading.slope is None else reading.slope.expression
        lowered = lower(expression, at_point(point), Estimates(at_point(exact_elements(point))))
        short = None
        if reading.slope is None and len(wrt) == 1 and len(lowered.elements.roots) == 1:
            short = _in_matrix_notation(expression, lowered, wrt[0], point, elements)
        return short or _of_worst(lowered, wrt, point, elements)
    except DerivcheckError:
        return None


def _in_matrix_notation(
    expression: Expression, lowered: Lowered, name: str, point: ShapedPoint, elements: ElementResults
) -> str | None:
    """The gradient in matrix notation, once each of its numbers is what is true at the point."""
    text = matrix_gradient(expression, name, lowered.shapes)
    if text is None:
        return None
    exact = exact_elements(point)
    try:
        shown = lower(parse(text, frozenset(point), has_shapes=True, strict=True), point, Estimates(exact))
    except DerivcheckError:  # one_hot(t, 3) has no labels below 0, from which an index is counted from the end
        return None
    if shown.outputs != (point[name].shape,):
        return None
    right = [
        value is not None and element.truth.value is not None and value.overlaps(to_ball(element.truth.value))
        for value, element in zip(numbers_at(shown.elements, exact), elements.elements, strict=True)
    ]
    return text if right and all(right) else None


def _of_worst(lowered: Lowered, wrt: Wrt, point: ShapedPoint, elements: ElementResults) -> str | None:
    """SymPy's derivative of the worst element."""
    worst = elements.worst
    if worst is None:
        return None
    per_output = len(elements.elements) // max(len(lowered.elements.roots), 1)
    index = worst.index[elements.output :]
    names = []
    for name in wrt:
        count = len(point[name].shape)
        names.append(address(name, index[:count]))
        index = index[count:]
    root = elements.elements.index(worst) // per_output
    formula = Symbolic(lowered.elements.expression(root)).derivative(tuple(names))
    if any(address != released(address) for address in lowered.elements.addresses):
        formula = Symbolic(with_released(formula.expression)).derivative(())
    text = formula.text
    return text if text is None or len(elements.elements) == 1 else f"at {list(worst.index)}: {text}"
