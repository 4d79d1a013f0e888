"""The first operation whose own result is wrong by more than rounding explains: its forward, or its backward pass."""

from __future__ import annotations

import math
from collections.abc import Iterator

from derivcheck.explaining.blaming.blame_words import at_index, called, capital, exactly, node_of, shortly
from derivcheck.explaining.blaming.numbers_of_tape import (
    Tape,
    index_at,
    is_below,
    is_beyond,
    item,
    places_like,
    relative_error,
)
from derivcheck.model.explanation import BesideExact, Blame, BlameKind, ReturnedGradient, TapeTensor
from derivcheck.numbers import DType, Enclosure

KERNEL_ULPS = 32.0
"""The ulps that an honest kernel may be off, where nobody asked what rounding inside of it explains.

Torch's special functions are off by up to some twenty ulps where they are well conditioned.
"""


INSIDE = ": rounding inside of it, or the range of the format, explains that"
"""What is added of an operation that is off by more than one rounding, honestly."""


def find_wrong_forward(tape: Tape, *, strictly: bool = False) -> Blame | None:
    """Blame the first operation that returned something else than its exact result.

    Args:
        tape: the tensors of the run.
        strictly: whether a few ulps more than rounding explains count, which spoil no more than a few digits.
    """
    for position, tensor in tape.operations:
        place = first_wrong(tensor.value, tensor.dtype, strictly=strictly)
        if place is None or not all(map(_are_finite, tape.values_read(position))):
            continue
        computed, due = tensor.value.computed[place], tensor.value.due[place]
        assert due is not None
        sentence = (
            f"{called(tape, position)} returned {shortly(computed)}{at_index(tensor.shape, place)}, "
            f"its exact value is {exactly(due, computed)}"
        )
        return Blame(
            BlameKind.FORWARD,
            position,
            sentence,
            tensor.place,
            index=index_at(tensor.shape, place),
            returned=computed,
            exact=due,
        )
    return None


def find_wrong_backward(tape: Tape, *, strictly: bool = False) -> Blame | None:
    """Blame the backward pass, the first in the order in which they ran, that returned no vector–Jacobian product."""
    for position, tensor, returned in passes(tape):
        argument = tape[tensor.arguments[returned.argument]]
        place = first_wrong(returned.numbers, argument.dtype, strictly=strictly)
        if place is None or not _reads_numbers(tape, position, returned, place):
            continue
        if not tensor.is_own and _sends_nan_for_nothing(tensor, returned, argument, place):
            continue  # 0 times infinity: why it was computed at all is what there is to say
        computed, due = returned.numbers.computed[place], returned.numbers.due[place]
        assert due is not None
        return blame_pass(tape, position, returned, place, computed, due)
    return None


def blame_pass(
    tape: Tape, position: int, returned: ReturnedGradient, place: int, computed: float, due: Enclosure, more: str = ""
) -> Blame:
    """The blame on a backward pass, with the numbers of one element."""
    tensor = tape[position]
    argument = tape[tensor.arguments[returned.argument]]
    which = _argument(tape, tensor, returned)
    told = shortly(computed) if argument.adjoint is not None or computed else "None"  # nothing arrived there
    sentence = capital(
        f"{node_of(tape, position)} returned {told}{which}{at_index(argument.shape, place)}, "
        f"its exact vector–Jacobian product is {exactly(due, computed)}{more}"
    )
    return Blame(
        BlameKind.BACKWARD,
        position,
        sentence,
        tensor.place,
        returned.argument,
        index_at(argument.shape, place),
        computed,
        due,
    )


def _argument(tape: Tape, tensor: TapeTensor, returned: ReturnedGradient) -> str:
    """For which argument a gradient is: by its name where it has one, else by its number; "" where that is clear."""
    name, count = tape[tensor.arguments[returned.argument]].name, len(tensor.arguments)
    if count == 1 and not (tensor.is_own and name):
        return ""
    return (
        f" for its argument `{name}`" if name else f" for tensor {returned.argument + 1} of the {count} that it takes"
    )


def passes(tape: Tape) -> Iterator[tuple[int, TapeTensor, ReturnedGradient]]:
    """What the backward passes returned, in the order in which they ran: the last operation is the first."""
    for position in reversed(range(len(tape))):
        tensor = tape[position]
        for returned in tensor.returned:
            yield position, tensor, returned


def first_wrong(numbers: BesideExact, dtype: DType, *, strictly: bool = False) -> int | None:
    """The place of the number that is most wrong by more than rounding inside of the operation explains."""
    worst, found = 0.0, None
    for place, (computed, due) in enumerate(zip(numbers.computed, numbers.due, strict=bool(numbers.due))):
        error = relative_error(computed, due)
        if error is None or due is None or not error > worst or is_rounding(numbers, place, dtype, strictly=strictly):
            continue
        worst, found = error, place
    return found


def is_rounding(numbers: BesideExact, place: int, dtype: DType, *, strictly: bool = False) -> bool:
    """Whether rounding, or the range of the format, explains the local error of a number."""
    computed, due = numbers.computed[place], numbers.due[place]
    if due is None or is_beyond(due, dtype):
        return True
    local, explained = numbers.local[place], item(numbers.explained, place)
    bound = explained if isinstance(explained, float) else None
    if not math.isfinite(computed):
        return bound == math.inf
    if (is_below(due, dtype) or due.is_exact_zero) and abs(computed) < 2.0**dtype.min_exponent:
        return True  # kernels may flush to 0 what is below the smallest normal number
    if local is None:
        return True
    return local <= bound if strictly and bound is not None else local <= max(KERNEL_ULPS, 2 * (bound or 0.0))


def _are_finite(numbers: BesideExact) -> bool:
    return all(map(math.isfinite, numbers.computed))


def _reads_numbers(tape: Tape, position: int, returned: ReturnedGradient, place: int) -> bool:
    """Whether all that a backward pass read for one element were numbers: what it makes of nan says nothing of it."""
    tensor = tape[position]
    shape = tape[tensor.arguments[returned.argument]].shape
    if tensor.adjoint is None:
        return False
    read = [(tensor.adjoint, tensor.shape), (tensor.value, tensor.shape)]
    read += [(tape[source].value, tape[source].shape) for source in tensor.arguments]
    return all(
        math.isfinite(numbers.computed[other])
        for numbers, its_shape in read
        for other in places_like(place, shape, its_shape)
    )


def _sends_nan_for_nothing(tensor: TapeTensor, returned: ReturnedGradient, argument: TapeTensor, place: int) -> bool:
    """Whether a backward pass made nan of an upstream gradient that is 0."""
    if math.isfinite(returned.numbers.computed[place]) or tensor.adjoint is None:
        return False
    upstream = [tensor.adjoint.computed[other] for other in places_like(place, argument.shape, tensor.shape)]
    return not any(upstream)
