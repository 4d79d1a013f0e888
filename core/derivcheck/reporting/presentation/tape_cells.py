"""The texts of a tape's tensors, and which of them matter where a tape is long."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from derivcheck.model import Severity
from derivcheck.model.explanation import BesideExact, Blame, BlameKind, Explanation, TapeTensor
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

_IN_BACKWARD = frozenset({BlameKind.BACKWARD, BlameKind.BRANCH, BlameKind.KINK})

_NO_NUMBER = 32.0
"""As bad as so many ulps is nan where nobody knows the exact number: worse than rounding."""

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


@dataclass(frozen=True, slots=True)
class NumberedTape:
    """The tensors of a tape with what the tables need to know of all of them.

    Attributes:
        tensors: the tensors.
        numbers: the numbers of the rows, by the positions of their tensors. Literals have none, since those who use
            them show them. Nor has what nobody uses, such as the copies that torch keeps for a backward pass.
        users: the positions of those that a tensor is an argument of, by its position.
        lines: how many operations stand on each line of code.
    """

    tensors: tuple[TapeTensor, ...]
    numbers: dict[int, str]
    users: dict[int, list[int]]
    lines: Counter[tuple[str | None, int | None]]

    @classmethod
    def of(cls, explanation: Explanation) -> NumberedTape:
        """Number the rows of an explanation's tape."""
        users: dict[int, list[int]] = {}
        for position, tensor in enumerate(explanation.tape):
            for at in dict.fromkeys(tensor.arguments):
                users.setdefault(at, []).append(position)
        kept = [
            at
            for at, tensor in enumerate(explanation.tape)
            if tensor.name or tensor.is_output or (at in users and not _is_literal(tensor))
        ]
        lines = Counter((each.place.file, each.place.line) for each in explanation.tape if each.place is not None)
        return cls(explanation.tape, {at: str(number) for number, at in enumerate(kept, 1)}, users, lines)


def _is_literal(tensor: TapeTensor) -> bool:
    return tensor.operation is None and not tensor.name and not tensor.shape


def tape_rows(tape: NumberedTape, shown: Collection[int]) -> list[Row]:
    """A row for each tensor with what a learner meets: the attributes that torch gives it.

    Args:
        tape: the tape.
        shown: the positions of those that are shown; the rows of others are empty.
    """

    def row(at: int) -> Row:
        tensor = tape.tensors[at]
        attributes = (str(tensor.requires_grad), str(tensor.is_leaf), str(tensor.grad_fn))
        data, grad = numbers(tensor.value.computed, tensor), "None"
        brief_data, brief_grad = shape_of(tensor) if tensor.shape else data, grad
        if tensor.grad is not None:
            grad = numbers(tensor.grad, tensor)
            brief_grad = shape_of(tensor) if tensor.shape else grad
        begin = (tape.numbers[at], source(tape, at))
        return Row(at, (*begin, data, *attributes, grad), (*begin, brief_data, *attributes, brief_grad))

    return [row(at) if at in shown else Row(at, (), ()) for at in tape.numbers]


def forward_rows(tape: NumberedTape, shown: Collection[int], blame: Blame | None = None) -> list[Row]:
    """A row for each tensor in the order of execution: its number beside the exact one; as for `tape_rows`.

    Of the tensor that is to blame, it is the element that is.
    """

    def row(at: int) -> Row:
        tensor = tape.tensors[at]
        where = _element(
            tensor, tensor.value, blame.index if blame is not None and at == marked_forward(blame) else None
        )
        condition = NOTHING if tensor.condition is None else figure(tensor.condition)
        begin = (tape.numbers[at], source(tape, at), address(tensor, where), called(tape, at))
        texts = (*begin, *beside(tensor.value, where, tensor.dtype), condition)
        return Row(at, texts, texts)

    return [row(at) if at in shown else Row(at, (), ()) for at in tape.numbers]


def backward_rows(tape: NumberedTape, shown: Collection[int], blame: Blame | None = None) -> list[Row]:
    """A row for each tensor that an adjoint reached, the last one first; as for `forward_rows`."""

    def row(at: int, adjoint: BesideExact) -> Row:
        tensor = tape.tensors[at]
        is_blamed = blame is not None and at == marked_backward(tape.tensors, blame)
        where = _element(tensor, adjoint, blame.index if blame is not None and is_blamed else None)
        begin = (tape.numbers[at], source(tape, at), address(tensor, where), came_through(tape, at))
        texts = (*begin, *beside(adjoint, where, tensor.dtype))
        return Row(at, texts, texts)

    reached = [(at, adjoint) for at in reversed(tape.numbers) if (adjoint := tape.tensors[at].adjoint) is not None]
    return [row(at, adjoint) if at in shown else Row(at, (), ()) for at, adjoint in reached]


def what_matters(explanation: Explanation, rows: Collection[int]) -> frozenset[int]:
    """The positions that are shown of a tape: all of a short one; else inputs, outputs, the blamed one, the worst.

    Args:
        explanation: whose tape it is.
        rows: the positions that have a row.
    """
    tape, blame = explanation.tape, explanation.blame
    if len(rows) <= MOST_ROWS:
        return frozenset(rows)
    blamed = () if blame is None or blame.tensor >= len(tape) else (blame.tensor, *tape[blame.tensor].arguments)
    results = [at for at in rows if tape[at].is_output]
    inputs = [at for at in rows if tape[at].name and tape[at].requires_grad]
    worst = sorted(rows, key=lambda at: -_largest_error(tape[at]))
    chosen = dict.fromkeys([*blamed, *results[:2], *worst[:_MOST_WORST], *inputs])
    return frozenset([at for at in chosen if at in rows][:MOST_ROWS])


def source(tape: NumberedTape, at: int) -> str:
    """What is written where the tensor is made; of an input its name.

    A long piece of an expression holds those of the rows above: it is written with their numbers. A line of code on
    which several operations stand would tell none of them from the others.
    """
    tensor = tape.tensors[at]
    if tensor.name:
        return tensor.name
    place = tensor.place
    if place is None:
        return called(tape, at)
    text = " ".join(place.text.split())
    if place.span is not None:
        return called(tape, at) if len(text) > _LONGEST_SOURCE else text
    if tape.lines[place.file, place.line] > 1 and place.line is not None and tensor.operation is not None:
        return f"line {place.line}: {tensor.operation}"
    return text or called(tape, at)


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


def called(tape: NumberedTape, at: int) -> str:
    """The operation, applied to the numbers of the rows of its arguments; a literal stands for itself."""
    tensor = tape.tensors[at]
    if tensor.operation is None:
        return "input" if tensor.name else "constant"
    return f"{tensor.operation}({', '.join(_argument(tape, each) for each in tensor.arguments)})"


def _argument(tape: NumberedTape, at: int) -> str:
    if at in tape.numbers:
        return f"#{tape.numbers[at]}"
    tensor = tape.tensors[at]
    return shortest(tensor.value.computed[0], tensor.dtype).removesuffix(".0") if tensor.value.computed else "…"


def came_through(tape: NumberedTape, at: int) -> str:
    """The backward passes through which an adjoint came: those of the operations that returned one for the tensor."""
    users = [tape.tensors[user] for user in tape.users.get(at, ())]
    names = [user.grad_fn or user.operation or "" for user in users if _returned_to(user, at)]
    if not names:
        return "the start"
    more = len(names) - _MOST_THROUGH
    return " + ".join(names[:_MOST_THROUGH]) + (f" + {more} more" if more > 0 else "")


def _returned_to(user: TapeTensor, at: int) -> bool:
    """Whether the backward pass of what made a tensor returned a gradient for its argument at a position."""
    if user.adjoint is None:
        return False
    known = [user.arguments[each.argument] for each in user.returned if each.argument < len(user.arguments)]
    return at in known or not user.returned


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
    """A size to three figures; a dash where there is none, as of the error of nan.

    Example:
        >>> figure(0.0), figure(4.06e15), figure(None), figure(math.inf)
        ('0', '4.06e+15', '—', '—')
    """
    return NOTHING if number is None or not math.isfinite(number) else f"{number:.3g}"


def marked_forward(blame: Blame | None) -> int | None:
    """The position of the row to blame among the numbers of the forward pass; None where it is not there."""
    return None if blame is None or _is_backward(blame) else blame.tensor


def marked_backward(tape: Sequence[TapeTensor], blame: Blame | None) -> int | None:
    """The position of the row to blame among the adjoints: that of the argument whose derivative is meant."""
    if blame is None or not _is_backward(blame) or blame.tensor >= len(tape):
        return None
    arguments = tape[blame.tensor].arguments
    at = blame.argument or 0
    return arguments[at] if at < len(arguments) else blame.tensor


def _is_backward(blame: Blame) -> bool:
    return blame.argument is not None or blame.kind in _IN_BACKWARD


def _element(tensor: TapeTensor, given: BesideExact, index: Index | None) -> int:
    """The number of the element that a row shows: the one at an index, else the worst."""
    shape = tensor.shape
    if not index or len(index) != len(shape) or any(at >= size for at, size in zip(index, shape, strict=True)):
        return worst_element(given)
    number = 0
    for at, size in zip(index, shape, strict=True):
        number = number * size + at
    return number if number < len(given.computed) else worst_element(given)


def worst_element(given: BesideExact) -> int:
    """The number of the element that a row shows: the one with the largest local error, else inherited error."""
    if len(given.computed) <= 1:
        return 0
    return max(range(len(given.computed)), key=lambda at: (_size(given, at, local=True), _size(given, at, local=False)))


def _size(given: BesideExact, at: int, *, local: bool) -> float:
    """How bad an element is: its error, and more than any number where torch has none and there is one."""
    error = (given.local if local else given.inherited)[at]
    if error is None and not math.isfinite(given.computed[at]):
        is_filled_in = given.computed[at] == -math.inf  # as a mask does
        return math.inf if given.exact[at] is not None else -1.0 if is_filled_in else _NO_NUMBER
    return -1.0 if error is None else error


def _largest_error(tensor: TapeTensor) -> float:
    sides: Iterator[BesideExact] = (each for each in (tensor.value, tensor.adjoint) if each is not None)
    return max((_size(each, worst_element(each), local=True) for each in sides if each.computed), default=-1.0)
