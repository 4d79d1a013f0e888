"""The texts of a tape's tensors, and which of them matter where a tape is long."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derivcheck.model import Severity
from derivcheck.model.explanation import BesideExact, BlameKind, Explanation, TapeTensor
from derivcheck.model.shaped_values import Index
from derivcheck.numbers import DType, Enclosure
from derivcheck.reporting.presentation.cells import MOST_IN_A_CELL, NOTHING, in_format, nested
from derivcheck.reporting.presentation.numerals import shortest

MOST_ROWS = 14
"""So many tensors are shown; of a longer tape those that matter."""

_MOST_WORST = 5
"""Of a longer tape, so many of those with the largest errors."""

_LONGEST_SOURCE = 30
"""Longer pieces of an expression are not repeated."""

_MOST_THROUGH = 2
"""How many backward passes a row names."""

MARKS = {
    kind: Severity.WARN if kind in {BlameKind.AMPLIFIER, BlameKind.KINK, BlameKind.UNDERFLOW} else Severity.FAIL
    for kind in BlameKind
}
"""How the row that is to blame is marked."""

TAPE = ("#", "source", "data", "requires_grad", "is_leaf", "grad_fn", "grad")
FORWARD = ("#", "source", "at", "operation", "computed", "exact", "local", "inherited", "condition")
BACKWARD = ("#", "source", "at", "came through", "computed", "exact", "local", "inherited")
"""The titles of the three tables."""


@dataclass(frozen=True, slots=True)
class Row:
    """A tensor in one of the tables.

    Attributes:
        at: its position on the tape.
        texts: the cells, by the titles of the table.
        brief: the same cells with the tensor's shape in the place of its numbers.
    """

    at: int
    texts: tuple[str, ...]
    brief: tuple[str, ...]


def row_numbers(explanation: Explanation) -> dict[int, str]:
    """The numbers of the rows, by the positions of their tensors on the tape.

    Literals have none, since those who use them show them. Nor has what nobody uses, such as the copies that torch
    keeps for a backward pass.
    """
    used = {at for tensor in explanation.tape for at in tensor.arguments}
    kept = [
        at
        for at, tensor in enumerate(explanation.tape)
        if tensor.name or tensor.is_output or (at in used and not _is_literal(tensor))
    ]
    return {at: str(number) for number, at in enumerate(kept, 1)}


def _is_literal(tensor: TapeTensor) -> bool:
    return tensor.operation is None and not tensor.name and not tensor.shape


def tape_rows(explanation: Explanation) -> list[Row]:
    """A row for each tensor with what a learner meets: the attributes that torch gives it."""
    found = []
    for at, number in row_numbers(explanation).items():
        tensor = explanation.tape[at]
        attributes = (str(tensor.requires_grad), str(tensor.is_leaf), str(tensor.grad_fn))
        data, grad = numbers(tensor.value.computed, tensor), "None"
        brief_data, brief_grad = shape_of(tensor) if tensor.shape else data, grad
        if tensor.grad is not None:
            grad = numbers(tensor.grad, tensor)
            brief_grad = shape_of(tensor) if tensor.shape else grad
        begin = (number, source(explanation, at))
        found.append(Row(at, (*begin, data, *attributes, grad), (*begin, brief_data, *attributes, brief_grad)))
    return found


def forward_rows(explanation: Explanation) -> list[Row]:
    """A row for each tensor in the order of execution: its number beside the exact one."""
    found = []
    for at, number in row_numbers(explanation).items():
        tensor = explanation.tape[at]
        where = worst_element(tensor.value)
        condition = NOTHING if tensor.condition is None else figure(tensor.condition)
        begin = (number, source(explanation, at), address(tensor, where), called(explanation, at))
        texts = (*begin, *beside(tensor.value, where, tensor.dtype), condition)
        found.append(Row(at, texts, texts))
    return found


def backward_rows(explanation: Explanation) -> list[Row]:
    """A row for each tensor that an adjoint reached, the last one first."""
    found = []
    for at, number in reversed(row_numbers(explanation).items()):
        tensor = explanation.tape[at]
        if tensor.adjoint is None:
            continue
        where = worst_element(tensor.adjoint)
        begin = (number, source(explanation, at), address(tensor, where), came_through(explanation, at))
        texts = (*begin, *beside(tensor.adjoint, where, tensor.dtype))
        found.append(Row(at, texts, texts))
    return found


def what_matters(explanation: Explanation) -> frozenset[int]:
    """The positions that are shown of a tape: all of a short one; else inputs, outputs, the blamed one, the worst."""
    tape, blame, rows = explanation.tape, explanation.blame, row_numbers(explanation)
    if len(rows) <= MOST_ROWS:
        return frozenset(rows)
    blamed = () if blame is None or blame.tensor >= len(tape) else (blame.tensor, *tape[blame.tensor].arguments)
    results = [at for at in rows if tape[at].is_output]
    inputs = [at for at in rows if tape[at].name and tape[at].requires_grad]
    worst = sorted(rows, key=lambda at: -_largest_error(tape[at]))
    chosen = dict.fromkeys([*blamed, *results[:2], *worst[:_MOST_WORST], *inputs])
    return frozenset([at for at in chosen if at in rows][:MOST_ROWS])


def source(explanation: Explanation, at: int) -> str:
    """What is written where the tensor is made; of an input its name.

    A long piece of an expression holds those of the rows above: it is written with their numbers.
    """
    tensor = explanation.tape[at]
    if tensor.name:
        return tensor.name
    if tensor.place is None:
        return called(explanation, at)
    text = " ".join(tensor.place.text.split())
    return called(explanation, at) if tensor.place.span is not None and len(text) > _LONGEST_SOURCE else text


def address(tensor: TapeTensor, element: int) -> str:
    """The index of the element that is shown, where there are several."""
    return str(list(index_of(tensor, element))) if len(tensor.value.computed) > 1 else ""


def index_of(tensor: TapeTensor, element: int) -> Index:
    """The index of an element by its number."""
    found = []
    for size in reversed(tensor.shape):
        element, at = divmod(element, size)
        found.append(at)
    return tuple(reversed(found))


def called(explanation: Explanation, at: int) -> str:
    """The operation, applied to the numbers of the rows of its arguments; a literal stands for itself."""
    tensor = explanation.tape[at]
    if tensor.operation is None:
        return "input" if tensor.name else "constant"
    rows = row_numbers(explanation)
    return f"{tensor.operation}({', '.join(_argument(explanation, rows, each) for each in tensor.arguments)})"


def _argument(explanation: Explanation, rows: dict[int, str], at: int) -> str:
    tensor = explanation.tape[at]
    if at in rows:
        return f"#{rows[at]}"
    return shortest(tensor.value.computed[0], tensor.dtype).removesuffix(".0") if tensor.value.computed else "…"


def came_through(explanation: Explanation, at: int) -> str:
    """The backward passes through which an adjoint came: those of the operations that returned one for the tensor."""
    names = [tensor.grad_fn or tensor.operation or "" for tensor in explanation.tape if _returned_to(tensor, at)]
    if not names:
        return "the start"
    more = len(names) - _MOST_THROUGH
    return " + ".join(names[:_MOST_THROUGH]) + (f" + {more} more" if more > 0 else "")


def _returned_to(tensor: TapeTensor, at: int) -> bool:
    """Whether the backward pass of what made a tensor returned a gradient for the argument at a position."""
    if at not in tensor.arguments or tensor.adjoint is None:
        return False
    known = [tensor.arguments[each.argument] for each in tensor.returned if each.argument < len(tensor.arguments)]
    return at in known or not tensor.returned


def beside(given: BesideExact, element: int, dtype: DType) -> tuple[str, str, str, str]:
    """What torch returned of an element, what is exact, and the two errors."""
    if not given.computed:
        return (NOTHING,) * 4
    return (
        shortest(given.computed[element], dtype),
        exact_text(given.exact[element], dtype),
        figure(given.local[element]),
        figure(given.inherited[element]),
    )


def exact_text(exact: Enclosure | None, dtype: DType) -> str:
    """An exact number as the format would print it; a dash where there is none."""
    return NOTHING if exact is None else in_format(exact.mid, dtype)


def numbers(given: Sequence[float], tensor: TapeTensor) -> str:
    """The numbers of a tensor as nested lists; of many the shape."""
    if len(given) > MOST_IN_A_CELL or not given:
        return shape_of(tensor)
    return nested([shortest(each, tensor.dtype) for each in given], tensor.shape)


def shape_of(tensor: TapeTensor) -> str:
    """The shape, in the place of numbers for which there is no room."""
    return f"shape {tensor.shape}"


def figure(number: float | None) -> str:
    """A size to three figures.

    Example:
        >>> figure(0.0), figure(4.06e15), figure(None)
        ('0', '4.06e+15', '—')
    """
    return NOTHING if number is None or math.isnan(number) else f"{number:.3g}"


def worst_element(given: BesideExact) -> int:
    """The number of the element that a row shows: the one with the largest local error, else inherited error."""
    if len(given.computed) <= 1:
        return 0
    return max(range(len(given.computed)), key=lambda at: (_size(given, at, local=True), _size(given, at, local=False)))


def _size(given: BesideExact, at: int, *, local: bool) -> float:
    """How bad an element is: its error, and more than any number where torch has none and there is one."""
    error = (given.local if local else given.inherited)[at]
    if error is None:
        return math.inf if not math.isfinite(given.computed[at]) and given.exact[at] is not None else -1.0
    return error


def _largest_error(tensor: TapeTensor) -> float:
    sides: Iterator[BesideExact] = (each for each in (tensor.value, tensor.adjoint) if each is not None)
    return max((_size(each, worst_element(each), local=True) for each in sides if each.computed), default=-1.0)
