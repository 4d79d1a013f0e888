"""Integer variables: those that stand where an integer is due, such as the labels of classes, and masks."""

from __future__ import annotations

from derivcheck.language import table
from derivcheck.language.static_sizes import INDEX, LIST, UNPACKED
from derivcheck.language.table import Sort
from derivcheck.model.expression import CALL, NUMBER, VARIABLE, Expression


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


def mask_variables(expression: Expression) -> frozenset[str]:
    """The variables that stand in conditions alone: one that holds zeros and ones there is a mask.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> sorted(mask_variables(parse("sum(masked_fill(x, m == 0, 0)) + where(x > y, x, 1)")))
        ['m', 'y']
    """
    within: set[int] = set()
    outside = {expression.root}
    for position in range(len(expression) - 1, -1, -1):
        node = expression.nodes[position]
        row = table.function(node.name) if node.kind is CALL else None
        for index, arg in enumerate(node.args):
            is_condition = row is not None and row.sort_of(index) in {Sort.BOOL, Sort.MASK}
            if position in outside:
                (within if is_condition and _compares(expression, arg) else outside).add(arg)
            if position in within:
                within.add(arg)
    found = {name for place in within if (name := _variable(expression, place)) is not None}
    return frozenset(found - {_variable(expression, place) for place in outside})


def _compares(expression: Expression, position: int) -> bool:
    """Whether a node is a condition."""
    return expression.nodes[position].name in table.CONDITIONS


def _variable(expression: Expression, position: int) -> str | None:
    node = expression.nodes[position]
    return node.name if node.kind is VARIABLE else None


def label_variables(expression: Expression) -> frozenset[str]:
    """The variables that are labels where they hold integers, and probabilities else: the target of cross_entropy.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> sorted(label_variables(parse("cross_entropy(x, 1 - t) + cross_entropy(y, softmax(z))")))
        ['t']
    """
    found: set[str] = set()
    for node in expression.nodes:
        row = table.function(node.name) if node.kind is CALL else None
        if row is not None:
            for index, arg in enumerate(node.args):
                if row.sort_of(index) is Sort.LABELS:
                    found |= _labels(expression, arg) or set()
    return frozenset(found)


def may_be_labels(expression: Expression, position: int) -> bool:
    """Whether a node is made of variables and whole literals by what keeps integers: `t`, `1 - t`, `[0, 2]`."""
    return _labels(expression, position) is not None


def _labels(expression: Expression, position: int) -> set[str] | None:
    """The variables of such a node; None of any other."""
    found: set[str] = set()
    pending = [position]
    while pending:
        node = expression.nodes[pending.pop()]
        if node.kind is VARIABLE:
            found.add(node.name)
        elif node.kind is CALL:
            row = table.function(node.name)
            if row is None or (row.exact is None and row.name not in {INDEX, LIST, UNPACKED}):
                return None
            pending.extend(node.args)
        elif node.kind is NUMBER and node.value is not None and node.value.denominator != 1:
            return None
    return found
