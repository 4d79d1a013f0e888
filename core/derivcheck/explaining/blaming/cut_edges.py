"""Where nothing flows: a tensor that is detached, and an operation of which torch has no derivative."""

from __future__ import annotations

from derivcheck.explaining.blaming.blame_words import called, placed
from derivcheck.explaining.blaming.numbers_of_tape import Tape
from derivcheck.explaining.blaming.operation_traits import HOW_IT_CUTS, STEPPING
from derivcheck.model import Refusal, RefusalKind
from derivcheck.model.explanation import Blame, BlameKind, ReturnedGradient


def find_unsupported(tape: Tape, refusal: Refusal | None = None) -> Blame | None:
    """Blame the first backward pass that returned nothing although the gradients came as far as its result.

    Args:
        tape: the tensors of the run.
        refusal: what torch said when it refused; None where it said nothing.
    """
    for position in reversed(range(len(tape))):
        tensor = tape[position]
        if tensor.operation is None or tensor.returned or not tensor.requires_grad:
            continue
        if tensor.is_output or any(use.returned is not None for use in tape.uses[position]):
            has_none = refusal is not None and refusal.kind is RefusalKind.NO_DERIVATIVE
            what = "Torch has no derivative of" if has_none else "Torch's backward pass stops at"
            said = f": {refusal.message}" if refusal is not None and refusal.message else ""
            return Blame(BlameKind.UNSUPPORTED, position, f"{what} {placed(tape, position)}{said}", tensor.place)
    return None


def find_hidden_write(tape: Tape) -> Blame | None:
    """Blame an operation that wrote into a tensor without autograd's knowledge, by way of `.data` or `detach()`.

    The backward pass of what read the tensor then takes the new numbers for the old ones: it returns a gradient by a
    tensor on which its result does not depend.
    """
    depends = tape.depends_on_inputs()
    for position, tensor in tape.operations:
        hidden = [at for at in tensor.arguments if not tape[at].requires_grad and at in depends]
        if not hidden or not any(map(_is_for_nothing, tensor.returned)):
            continue
        sentence = (
            f"{placed(tape, hidden[0])} changes a tensor without autograd's knowledge: the backward pass of "
            f"{called(tape, position)} takes the new numbers for the old ones"
        )
        return Blame(BlameKind.DETACHED, hidden[0], sentence, tape[hidden[0]].place)
    return None


def _is_for_nothing(returned: ReturnedGradient) -> bool:
    """Whether a gradient came back by a tensor on which a result does not depend."""
    pairs = zip(returned.numbers.computed, returned.numbers.due, strict=bool(returned.numbers.due))
    return any(computed != 0 for computed in returned.numbers.computed) and all(
        due is not None and due.is_exact_zero for _, due in pairs
    )


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
