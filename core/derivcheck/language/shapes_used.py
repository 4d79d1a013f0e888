"""Whether an Expression speaks of shapes, whatever its variables hold: by a function of shapes, a list or a tuple."""

from __future__ import annotations

from collections.abc import Collection

from derivcheck.language import table
from derivcheck.model.expression import CALL, TUPLE, Expression


def first_of_shapes(expression: Expression, own: Collection[str] = ()) -> int | None:
    """The position of the first node that speaks of shapes; None where all are of numbers.

    Args:
        expression: the Expression.
        own: the names of the user's own functions that it calls, which may be those of functions of shapes.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> first_of_shapes(parse("x + sum(y)")), first_of_shapes(parse("sum*y", ["sum", "y"]))
        (4, None)
    """
    called = expression.called
    if TUPLE not in called and not table.speak_of_shapes(called):
        return None
    for position, node in enumerate(expression.nodes):
        if node.kind is CALL and (node.name == TUPLE or (table.is_of_shapes(node.name) and node.name not in own)):
            return position
    return None
