"""Whether an Expression speaks of shapes, whatever its variables hold: by a function of shapes, a list or a tuple."""

from __future__ import annotations

from derivcheck.language import table
from derivcheck.language.shaped_builder import TUPLE
from derivcheck.model.expression import CALL, Expression


def first_of_shapes(expression: Expression) -> int | None:
    """The position of the first node that speaks of shapes; None where all are of numbers.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> first_of_shapes(parse("x + sum(y)")), first_of_shapes(parse("sum*y", ["sum", "y"]))
        (4, None)
    """
    for position, node in enumerate(expression.nodes):
        if node.kind is CALL and (node.name == TUPLE or table.is_of_shapes(node.name)):
            return position
    return None
