"""Where nothing flows: a tensor that is detached, and an operation of which torch has no derivative."""

from __future__ import annotations

from derivcheck.explaining.blaming.blame_words import placed
from derivcheck.explaining.blaming.numbers_of_tape import Tape
from derivcheck.explaining.blaming.operation_traits import HOW_IT_CUTS, STEPPING
from derivcheck.model.explanation import Blame, BlameKind


def find_unsupported(tape: Tape, message: str = "") -> Blame | None:
    """Blame the first backward pass that returned nothing although the gradients came as far as its result.

    Args:
        tape: the tensors of the run.
        message: what torch said when it refused; "" where it said nothing.
    """
    for position in reversed(range(len(tape))):
        tensor = tape[position]
        if tensor.operation is None or tensor.returned or not tensor.requires_grad:
            continue
        if tensor.is_output or any(use.returned is not None for use in tape.uses[position]):
            said = f": {message}" if message else ""
            sentence = f"Torch has no derivative of {placed(tape, position)}{said}"
            return Blame(BlameKind.UNSUPPORTED, position, sentence, tensor.place)
    return None


def find_detached(tape: Tape) -> Blame | None:
    """Blame the first operation that cut the way from an input to the output."""
    depends = tape.depends_on_inputs()
    for position, tensor in tape.operations:
        if tensor.requires_grad or position not in depends:
            continue
        if not any(tape[source].requires_grad for source in tensor.arguments) or not _reaches_output(tape, position):
            continue
        how = HOW_IT_CUTS.get(tensor.operation or "", "its result does not require a gradient")
        sentence = f"{placed(tape, position)} cuts the way back: {how}, so nothing flows through it"
        return Blame(BlameKind.DETACHED, position, sentence, tensor.place)
    return _find_step(tape)


def _find_step(tape: Tape) -> Blame | None:
    for position, tensor in tape.operations:
        if tensor.operation in STEPPING and tensor.requires_grad and _reaches_output(tape, position):
            sentence = f"{placed(tape, position)} is constant between its jumps: torch sends 0 back through it"
            return Blame(BlameKind.DETACHED, position, sentence, tensor.place)
    return None


def _reaches_output(tape: Tape, position: int) -> bool:
    reached, todo = set(), [position]
    while todo:
        current = todo.pop()
        if tape[current].is_output:
            return True
        if current not in reached:
            reached.add(current)
            todo += [use.user for use in tape.uses[current]]
    return False
