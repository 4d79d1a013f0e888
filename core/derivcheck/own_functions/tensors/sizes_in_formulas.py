"""Whether a formula may be written for the shapes of one point alone: "sum(x)/6" for the mean of 2 rows of 3.

In other shapes such a formula is another function than the user's, which then is not to blame.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations

from derivcheck.language import table
from derivcheck.language.plain_values import PlainValue, Slice, plain_value
from derivcheck.language.static_sizes import INDEX, LIST
from derivcheck.language.table import Function
from derivcheck.model.expression import CALL, NUMBER, SETTING, TUPLE, Expression, Node
from derivcheck.model.shaped_values import Shape

_MEANS_NO_SIZE = {
    *("dim", "dims", "dim0", "dim1", "axis1", "axis2", "start_dim", "end_dim", "keepdim", "correction"),
    *("descending", "largest", "p", "stride", "padding", "dilation", "groups", "diagonal", "offset", "reduction"),
}
"""Settings whose numbers say nothing of how large something is."""

_CLOSE = 2e-3
"""How far a literal may be from what it is written for: 0.577 stands for 1/sqrt(3)."""

_MOST_SIZES = 12


def may_be_written_for(formulas: Iterable[Expression], shapes: Collection[Shape], others: Collection[object]) -> bool:
    """Whether one of some formulas has an index, a list, or a literal that may come from the sizes of a point.

    Args:
        formulas: the formulas.
        shapes: the shapes of the arguments and of the outputs at the point that the formulas are written for.
        others: the constants that the function takes: one of them may be a size as well.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> [may_be_written_for([parse(text, ["x"])], [(2, 3)], []) for text in ("sum(x)/6", "mean(x**2)/4", "x[0]")]
        [True, True, True]
        >>> [may_be_written_for([parse(text, ["x"])], [(2, 3)], []) for text in ("mean(x**2)", "11*sum(x, dim=1)")]
        [False, False]
    """
    related = _related(shapes)
    return any(_is_related(number, related) for number in _numbers_of(others)) or any(
        _may_be_written_for(formula, related) for formula in formulas
    )


def names_sizes(formulas: Iterable[Expression]) -> bool:
    """Whether one of some formulas has an index, a list, or a size as a setting: then it has a shape by itself.

    Example:
        >>> from derivcheck.language.parse import parse
        >>> [names_sizes([parse(text, ["x"])]) for text in ("reshape(x, (6,))", "sum(x, dim=1)/6")]
        [True, False]
    """
    return any(_may_be_written_for(formula, ()) for formula in formulas)


def _may_be_written_for(formula: Expression, related: Collection[float]) -> bool:
    for position, node in enumerate(formula.nodes):
        row = _row(node)
        if node.kind is CALL and node.name in {LIST, TUPLE} and position != formula.root:
            return True  # so many things: as many as the point has of them
        for place, arg in enumerate(node.args):
            below = formula.nodes[arg]
            if below.kind is SETTING and _sizes(node, row, place, plain_value(below.name)):
                return True
            if below.kind is NUMBER and below.value is not None:
                is_exponent = row is not None and place < len(row.params) and row.params[place] in row.plain_params
                if not is_exponent and _is_related(float(below.value), related):
                    return True
    return False


def _row(node: Node) -> Function | None:
    return None if node.kind is not CALL else table.function_of_shapes(node.name) or table.function(node.name)


def _sizes(node: Node, row: Function | None, place: int, value: PlainValue) -> bool:
    """Whether a setting may be a size or an index."""
    if isinstance(value, tuple):
        return any(_sizes(node, row, place, one) for one in value)
    if isinstance(value, Slice):
        return value != Slice()
    if value is None or isinstance(value, bool | str):
        return False
    if node.name == INDEX:
        return True
    if row is None or row.variadic or place >= len(row.params) + len(row.options):
        return value not in {-1, 1}
    names = [*row.params, *[option.name for option in row.options]]
    return names[place] not in _MEANS_NO_SIZE and value not in {-1, 1}


def _numbers_of(constants: Iterable[object]) -> Iterator[float]:
    for constant in constants:
        if isinstance(constant, tuple | list):
            yield from _numbers_of(constant)
        elif isinstance(constant, int | float) and not isinstance(constant, bool):
            yield float(constant)


def _is_related(number: float, related: Collection[float]) -> bool:
    size = abs(number)
    return any(abs(size - one) <= _CLOSE * one for one in related)


def _related(shapes: Collection[Shape]) -> set[float]:
    """What people write instead of a size, or a product of sizes: it, its root, its logarithm, their reciprocals."""
    sizes = sorted({size for shape in shapes for size in shape if size > 1})[:_MOST_SIZES]
    counts = {math.prod(some) for shape in shapes for many in range(1, 5) for some in combinations(shape, min(many, 4))}
    counts |= {*sizes, *[one * other for one in sizes for other in sizes]}
    found: set[float] = set()
    for count in counts:
        if count > 1:
            near = {count, count - 1, count + 1, count * (count - 1), count / 2, 2 * count, count**2}
            found |= {*near, math.sqrt(count), math.log(count), math.log2(count)}
    found |= {1 / one for one in found if one}
    return found - {0.0, 1.0}
