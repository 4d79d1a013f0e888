"""Where nan or inf began: the first operation that made it of numbers, and through which branch it came."""

from __future__ import annotations

import math
from dataclasses import dataclass

from derivcheck.explaining.blaming.blame_words import at_index, beside, called, exactly, shortly
from derivcheck.explaining.blaming.numbers_of_tape import Tape, index_at, is_beyond, item, places_like, relative_error
from derivcheck.explaining.blaming.operation_traits import INFINITE_SLOPES, SELECTING
from derivcheck.explaining.blaming.wrong_passes import INSIDE, blame_pass, is_rounding, passes
from derivcheck.model.explanation import Blame, BlameKind, ReturnedGradient, TapeTensor
from derivcheck.numbers import Enclosure

WRONG_DIGITS = 1e-3
"""An argument that is wrong by this much, relatively, is the cause of what an operation makes of it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The operation that made nan or inf of numbers.

    Attributes:
        position: the position of its result on the tape.
        place: which element: of its result, or of the argument for which its backward pass returned it.
        returned: the gradient that is nan or inf; None where it is the value itself.
        wrong_argument: an argument that has lost its digits before, so that the operation is not the one to blame.
    """

    position: int
    place: int
    returned: ReturnedGradient | None = None
    wrong_argument: int | None = None


def find_origin(tape: Tape, *, in_values: bool, outside: bool = False) -> Origin | None:
    """The first operation that made nan or inf of numbers.

    Args:
        tape: the tensors of the run.
        in_values: whether the value itself is no number; else a gradient is.
        outside: whether the point is outside of the domain: an operation without a value comes before an overflow, and
            counts even if what it made does not show in the output.
    """
    if in_values:
        output = next((at for at, tensor in enumerate(tape.tensors) if tensor.is_output and _lost(tape, at)), None)
        if output is None and outside:
            output = next((at for at in range(len(tape)) if _lost(tape, at)), None)
        return None if output is None else _first_in_values(tape, output, outside=outside)
    for position, tensor, returned in passes(tape):
        place = next((at for at, number in enumerate(returned.numbers.computed) if not math.isfinite(number)), None)
        if place is None:
            continue
        if tensor.adjoint is not None and not all(map(math.isfinite, tensor.adjoint.computed)):
            shape = tape[tensor.arguments[returned.argument]].shape
            if not all(math.isfinite(tensor.adjoint.computed[at]) for at in places_like(place, shape, tensor.shape)):
                continue  # it was nan when it arrived
        earlier = _first_in_values(tape, position, outside=outside)
        return earlier if earlier is not None else _of_pass(tape, position, returned, place)
    return None


def blame_origin(tape: Tape, origin: Origin) -> Blame | None:
    """The blame on the operation that made nan or inf."""
    return _of_a_pass(tape, origin) if origin.returned is not None else _of_a_value(tape, origin)


# --- values ----------------------------------------------------------------------------------------------------------


def _lost(tape: Tape, position: int) -> int | None:
    """The first number of a tensor that is nan or infinite, counted from 1; the -inf that masks fill in is none."""
    for place, number in enumerate(tape[position].value.computed):
        if not math.isfinite(number) and not tape.takes_in_infinity(position, place):
            return place + 1
    return None


def _first_in_values(tape: Tape, last: int, *, outside: bool) -> Origin | None:
    """The first operation whose value is no number, among those from which that came to a tensor."""
    came_from, todo = set(), [last]
    while todo:
        position = todo.pop()
        if position not in came_from:
            came_from.add(position)
            todo += [source for source in tape[position].arguments if _lost(tape, source) is not None]
    found = [
        Origin(position, place - 1, wrong_argument=_wrong_argument(tape, position))
        for position in sorted(came_from)
        if tape[position].operation is not None
        and (place := _lost(tape, position)) is not None
        and not any(_is_made_and_lost(tape, source) for source in tape[position].arguments)
    ]
    if outside:  # stable: the first one without a value, else the first one
        found.sort(key=lambda origin: item(tape[origin.position].value.due, origin.place) is not None)
    return next(iter(found), None)


def _is_made_and_lost(tape: Tape, position: int) -> bool:
    return tape[position].operation is not None and _lost(tape, position) is not None


def _wrong_argument(tape: Tape, position: int) -> int | None:
    """An argument that has lost its digits before."""
    for source in tape[position].arguments:
        value = tape[source].value
        for computed, exact in zip(value.computed, value.exact, strict=True):
            error = relative_error(computed, exact)
            if math.isfinite(computed) and error is not None and error > WRONG_DIGITS:
                return source
    return None


def _of_a_value(tape: Tape, origin: Origin) -> Blame:
    """The blame on an operation whose value is no number."""
    tensor = tape[origin.position]
    computed, due = tensor.value.computed[origin.place], item(tensor.value.due, origin.place)
    name, where = called(tape, origin.position), at_index(tensor.shape, origin.place)
    kind, words = BlameKind.DOMAIN, f"{name} is {shortly(computed)}{where}"
    numbers = _numbers_read(tape, origin.position, origin.place)
    if isinstance(due, Enclosure) and is_beyond(due, tensor.dtype):
        kind = BlameKind.OVERFLOW
        largest = exactly_largest(tensor)
        words = f"{name} overflows {tensor.dtype}{where}: it is {due.decimal(4)}, the largest number is {largest}"
    elif numbers:
        words += f", for {numbers}"
    known = tensor.value.exact[origin.place]
    if due is None and known is not None:
        kind = BlameKind.AMPLIFIER
        words += f": its argument is rounded, exactly it would be {exactly(known)}"
    branch = _selected_away(tape, origin.position)
    if branch is not None:
        kind = BlameKind.BRANCH
        words += (
            f"; {beside(tape, branch, origin.position)} leaves it out, yet the backward pass goes through it, "
            f"and 0 times {'nan' if math.isnan(computed) else 'infinity'} is nan"
        )
    index = index_at(tensor.shape, origin.place)
    exact = due if isinstance(due, Enclosure) else None
    return Blame(kind, origin.position, words, tensor.place, index=index, returned=computed, exact=exact)


def exactly_largest(tensor: TapeTensor) -> str:
    """The largest number of a tensor's format, to four digits."""
    return f"{float(tensor.dtype.largest):.4g}".replace("e+", "e")


def _numbers_read(tape: Tape, position: int, place: int) -> str:
    """The numbers that an operation read for one element, in words; "" where they are many."""
    shape, found = tape[position].shape, []
    for source in tape[position].arguments:
        places = places_like(place, shape, tape[source].shape)
        if len(places) != 1:
            return ""
        found.append(shortly(tape[source].value.computed[places[0]]))
    return " and ".join(found)


def _selected_away(tape: Tape, position: int) -> int | None:
    """The operation, downstream, that leaves nan out of its value; None where nothing does."""
    reached, todo = set(), [position]
    while todo:
        current = todo.pop(0)
        for use in tape.uses[current]:
            user = tape[use.user]
            if user.operation in SELECTING and _lost(tape, use.user) is None:
                return use.user
            if use.user not in reached:
                reached.add(use.user)
                todo.append(use.user)
    return None


# --- gradients -------------------------------------------------------------------------------------------------------


def _of_pass(tape: Tape, position: int, returned: ReturnedGradient, place: int) -> Origin:
    return Origin(position, place, returned, _wrong_argument(tape, position))


def _of_a_pass(tape: Tape, origin: Origin) -> Blame:
    """The blame on an operation whose backward pass made nan or inf of numbers."""
    tensor, returned = tape[origin.position], origin.returned
    assert returned is not None
    argument = tape[tensor.arguments[returned.argument]]
    computed, due = returned.numbers.computed[origin.place], item(returned.numbers.due, origin.place)
    places = places_like(origin.place, argument.shape, tensor.shape)
    upstream = [] if tensor.adjoint is None else [tensor.adjoint.computed[at] for at in places]
    branch = _selected_away(tape, origin.position) if upstream and not any(upstream) else None
    if branch is None and isinstance(due, Enclosure) and (any(upstream) or tensor.is_own):
        if not is_beyond(due, argument.dtype):
            is_honest = is_rounding(returned.numbers, origin.place, argument.dtype)
            more = INSIDE if is_honest else ""
            return blame_pass(tape, origin.position, returned, origin.place, computed, due, more)
        kind = BlameKind.OVERFLOW
        where = at_index(argument.shape, origin.place)
        words = (
            f"The gradient that the backward pass of {called(tape, origin.position)} returns{where} overflows "
            f"{argument.dtype}: it is {due.decimal(4)}, the largest number is {exactly_largest(argument)}"
        )
    else:
        kind = BlameKind.DOMAIN if branch is None else BlameKind.BRANCH
        words = _words_of_slope(tape, origin, computed)
        if branch is not None:
            words += (
                f"; {beside(tape, branch, origin.position)} leaves it out and sends 0 back, and 0 times infinity is nan"
            )
        elif upstream and not any(upstream):
            words += ", and torch multiplies that by the gradient 0 that arrives there, which gives nan"
    index = index_at(argument.shape, origin.place)
    exact = due if isinstance(due, Enclosure) else None
    return Blame(kind, origin.position, words, tensor.place, returned.argument, index, computed, exact)


def _words_of_slope(tape: Tape, origin: Origin, computed: float) -> str:
    """What is to say of an operation that has no finite derivative at the numbers that it read."""
    tensor, returned = tape[origin.position], origin.returned
    assert returned is not None
    argument = tape[tensor.arguments[returned.argument]]
    at = shortly(argument.value.computed[origin.place])
    where = at_index(argument.shape, origin.place)
    infinite = INFINITE_SLOPES.get(tensor.operation or "")
    if infinite is not None and infinite(argument.value.computed[origin.place]):
        return f"{called(tape, origin.position)} has an infinite derivative where its argument{where} is {at}"
    return (
        f"The backward pass of {called(tape, origin.position)} returned {shortly(computed)}{where}, "
        f"where its argument is {at}"
    )
