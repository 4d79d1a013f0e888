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


def tape_rows(explanation: Explanation) -> list[Row]:
    """A row for each tensor with what a learner meets: the attributes that torch gives it."""
    found = []
    for at, tensor in enumerate(explanation.tape):
        attributes = (str(tensor.requires_grad), str(tensor.is_leaf), str(tensor.grad_fn))
        data, grad = numbers(tensor.value.computed, tensor), "None"
        brief_data, brief_grad = shape_of(tensor) if tensor.shape else data, grad
        if tensor.grad is not None:
            grad = numbers(tensor.grad, tensor)
            brief_grad = shape_of(tensor) if tensor.shape else grad
        begin = (number_of(at), source(tensor))
        found.append(Row(at, (*begin, data, *attributes, grad), (*begin, brief_data, *attributes, brief_grad)))
    return found


def forward_rows(explanation: Explanation) -> list[Row]:
    """A row for each tensor in the order of execution: its number beside the exact one."""
    found = []
    for at, tensor in enumerate(explanation.tape):
        where = worst_element(tensor.value)
        condition = NOTHING if tensor.condition is None else figure(tensor.condition)
        texts = (
            number_of(at),
            source(tensor),
            address(tensor, where),
            called(tensor),
            *beside(tensor.value, where, tensor.dtype),
        )
        found.append(Row(at, (*texts, condition), (*texts, condition)))
    return found


def backward_rows(explanation: Explanation) -> list[Row]:
    """A row for each tensor that an adjoint reached, the last one first."""
    found = []
    for at, tensor in reversed(list(enumerate(explanation.tape))):
        if tensor.adjoint is None:
            continue
        where = worst_element(tensor.adjoint)
        begin = (number_of(at), source(tensor), address(tensor, where), came_through(explanation, at))
        texts = (*begin, *beside(tensor.adjoint, where, tensor.dtype))
        found.append(Row(at, texts, texts))
    return found


def what_matters(explanation: Explanation) -> frozenset[int]:
    """The positions that are shown of a tape: all of a short one; else inputs, outputs, the blamed one, the worst."""
    tape, blame = explanation.tape, explanation.blame
    if len(tape) <= MOST_ROWS:
        return frozenset(range(len(tape)))
    blamed = () if blame is None or blame.tensor >= len(tape) else (blame.tensor, *tape[blame.tensor].arguments)
    results = [at for at, tensor in enumerate(tape) if tensor.is_output]
    inputs = [at for at, tensor in enumerate(tape) if tensor.name and tensor.requires_grad]
    worst = sorted(range(len(tape)), key=lambda at: -_largest_error(tape[at]))
    chosen = dict.fromkeys([*blamed, *results[:2], *worst[:_MOST_WORST], *inputs])
    return frozenset(list(chosen)[:MOST_ROWS])


def number_of(at: int) -> str:
    """How the tables call the tensor at a position."""
    return str(at + 1)


def source(tensor: TapeTensor) -> str:
    """What is written where the tensor is made; of an input its name.

    A long piece of an expression holds those of the rows above: it is written with their numbers.
    """
    if tensor.name:
        return tensor.name
    if tensor.place is None:
        return called(tensor)
    text = " ".join(tensor.place.text.split())
    return called(tensor) if tensor.place.span is not None and len(text) > _LONGEST_SOURCE else text


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


def called(tensor: TapeTensor) -> str:
    """The operation, applied to the numbers of its arguments."""
    if tensor.operation is None:
        return "input" if tensor.name else "constant"
    return f"{tensor.operation}({', '.join(f'#{number_of(at)}' for at in tensor.arguments)})"


def came_through(explanation: Explanation, at: int) -> str:
    """The backward passes through which an adjoint came: those of the operations that use the tensor."""
    users = [tensor for tensor in explanation.tape if at in tensor.arguments and tensor.adjoint is not None]
    names = [tensor.grad_fn or tensor.operation or "" for tensor in users]
    if not names:
        return "the start"
    more = len(names) - _MOST_THROUGH
    return " + ".join(names[:_MOST_THROUGH]) + (f" + {more} more" if more > 0 else "")


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
