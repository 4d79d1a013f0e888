"""A user's Function that an item of its check list found wrong where one run of it shows nothing."""

from __future__ import annotations

from derivcheck.explaining.blaming.blame_words import exactly, shortly
from derivcheck.explaining.blaming.numbers_of_tape import Tape
from derivcheck.model import Result, Severity, What
from derivcheck.model.explanation import Blame, BlameKind
from derivcheck.model.shaped_values import Index
from derivcheck.numbers import Enclosure

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
    if row.what is What.VALUE and row.elements is None and not row.wrt:
        kind, name = BlameKind.FORWARD, tensor.operation
    returned, exact, index = _numbers(row)
    sentence = f"`{name}` does not pass the item `{row.item}`"
    if returned is not None and exact is not None:
        where = f" at [{', '.join(map(str, index))}]" if index else ""
        sentence += f": it returned {shortly(returned)}{where}, exact is {exactly(exact, returned)}"
    elif row.verdict.reason:
        sentence += f": {row.verdict.reason}"
    return Blame(kind, own[0], sentence, tensor.place, index=index, returned=returned, exact=exact)


def _numbers(row: Result) -> Numbers:
    worst = None if row.elements is None else row.elements.worst
    if worst is not None:
        return worst.gradient, worst.truth.value, worst.index
    returned = None if row.gradient is None else row.gradient.value
    return returned, None if row.truth is None else row.truth.value, None
