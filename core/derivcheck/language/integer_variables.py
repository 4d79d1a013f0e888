"""Integer variables: those that stand where an integer is due, such as the labels of classes."""

from __future__ import annotations

from derivcheck.language import table
from derivcheck.language.table import Sort
from derivcheck.model.expression import CALL, VARIABLE, Expression


def integer_variables(expression: Expression) -> frozenset[str]:
    """The variables that an Expression uses as an index or as a label: nothing is differentiated by them.

    What is computed from integers where an integer is due is made of integers: `x[labels[0] + 1]`.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> sorted(integer_variables(parse("-log_softmax(z, dim=-1)[t] + z[0]*y")))
        ['t']
    """
    due: set[int] = set()
    found: set[str] = set()
    for position in range(len(expression) - 1, -1, -1):
        node = expression.nodes[position]
        if node.kind is VARIABLE and position in due:
            found.add(node.name)
        row = table.function(node.name) if node.kind is CALL else None
        if row is None:
            continue
        passes_on = position in due and row.result is Sort.REAL
        for index, arg in enumerate(node.args):
            sort = row.sort_of(index)
            if sort is Sort.INTEGER or (passes_on and sort in {Sort.REAL, Sort.TENSORS}):
                due.add(arg)
    return frozenset(found)
