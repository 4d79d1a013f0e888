"""A user's Function that an item of its check list found wrong where one run of it shows nothing."""

from __future__ import annotations

from derivcheck.explaining.blaming.blame_words import exactly, shortly
from derivcheck.explaining.blaming.numbers_of_tape import Tape
from derivcheck.model import Result, Severity
from derivcheck.model.explanation import Blame, BlameKind
from derivcheck.model.shaped_values import Index
from derivcheck.numbers import Enclosure
from derivcheck.own_functions.checks.table import FORWARD

Numbers = tuple[float | None, Enclosure | None, Index | None]
"""What was returned, what is exact, and at which index."""


def find_failed_item(tape: Tape, row: Result) -> Blame | None:
    """Blame the only Function of the user's on a tape for an item of its check list that does not pass.

    Second derivatives, other upstream gradients, calls in a batch or under vmap: the item ran the Function so, and
    compared it with its formula. The numbers are those of the item.
    """
    own = [position for position, tensor in tape.operations if tensor.is_own]
    if row.item is None or len(own) != 1 or row.status.severity is Severity.PASS:
        return None
    tensor = tape[own[0]]
    kind, name = BlameKind.BACKWARD, tensor.grad_fn or tensor.operation
    if row.item == FORWARD:
        kind, name = BlameKind.FORWARD, tensor.operation
    returned, exact, index = _numbers(row)
    sentence = f"`{name}` does not pass the item `{row.item}`"
    if returned is not None and exact is not None:
        where = f" at [{', '.join(map(str, index))}]" if index else ""
        sentence += f": it returned {shortly(returned)}{where}, exact is {exactly(exact, returned)}"
    elif row.verdict.reason:
        sentence += f": {row.verdict.reason}"
    return Blame(kind, own[0], sentence, tensor.place, index=index, returned=returned, exact=exact)


def find_own_derivative(tape: Tape, row: Result) -> Blame | None:
    """Blame the only Function of the user's for a higher derivative, where each operation that ran returned its due.

    Its backward pass then computes a function of other numbers than the derivative of its formula: one that it saved as
    a constant, or that it left the graph with.
    """
    own = [position for position, tensor in tape.operations if tensor.is_own]
    if row.item is not None or len(row.wrt) < 2 or len(own) != 1 or row.status.severity is Severity.PASS:
        return None
    tensor = tape[own[0]]
    returned, exact, index = _numbers(row)
    if returned is None or exact is None:
        return None
    sentence = (
        f"What `{tensor.grad_fn or tensor.operation}` computes has another derivative than it should: "
        f"by {', '.join(row.wrt)} torch returned {shortly(returned)}, exact is {exactly(exact, returned)}"
    )
    return Blame(BlameKind.BACKWARD, own[0], sentence, tensor.place, index=index, returned=returned, exact=exact)


def find_missing_function(tape: Tape, row: Result) -> Blame | None:
    """Blame code that is meant to have a derivative of its own, and runs no Function that could have one.

    A method `backward` of an nn.Module is the usual reason: torch never calls it.
    """
    declared = [own for own in row.case.functions if own.surrogate is not None or own.gradients]
    outputs = [position for position, tensor in enumerate(tape.tensors) if tensor.is_output]
    if row.item is None or not declared or not outputs or any(tensor.is_own for _, tensor in tape.operations):
        return None
    sentence = (
        f"`{declared[0].name}` runs no torch.autograd.Function, so torch differentiates what its forward pass "
        f"computes: it calls a method `backward` of no other class"
    )
    return Blame(BlameKind.BACKWARD, outputs[0], sentence, tape[outputs[0]].place)


def _numbers(row: Result) -> Numbers:
    worst = None if row.elements is None else row.elements.worst
    if worst is not None:
        return worst.gradient, worst.truth.value, worst.index
    returned = None if row.gradient is None else row.gradient.value
    return returned, None if row.truth is None else row.truth.value, None
