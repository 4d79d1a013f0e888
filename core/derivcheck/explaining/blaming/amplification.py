"""The operation that makes honest rounding large: the errors of a number are followed back to where they grew most."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from derivcheck.explaining.blaming.blame_words import at_index, called, digits_lost, exactly, factor, placed, shortly
from derivcheck.explaining.blaming.numbers_of_tape import (
    LARGEST_ERROR,
    Tape,
    index_at,
    is_below,
    is_beyond,
    item,
    places_like,
    relative_error,
)
from derivcheck.explaining.blaming.operation_traits import ADDING, BORDERED
from derivcheck.explaining.blaming.wrong_passes import INSIDE, KERNEL_ULPS, blame_pass
from derivcheck.model.explanation import BesideExact, Blame, BlameKind, ReturnedGradient
from derivcheck.numbers import DType, Enclosure

LEAST_GROWTH = 8.0
"""An operation that makes an error larger by less than this is not to blame."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the run: an element of a tensor, of its adjoint, or of what a backward pass returned.

    Attributes:
        position: which tensor of the tape; of what was returned, the operation's.
        place: which element.
        part: "value", "adjoint" or "returned".
        returned: what the backward pass returned; None of the other two.
    """

    position: int
    place: int
    part: str
    returned: ReturnedGradient | None = None


@dataclass(frozen=True, slots=True)
class Growth:
    """By how much the error of a number is larger than those of the numbers it was made of."""

    number: Number
    times: float


def find_growth(tape: Tape, *, inputs: frozenset[str] | None, judged: float = 0.0) -> Growth | None:
    """Where an error grew most, on the way to the worst number.

    Args:
        tape: the tensors of the run.
        inputs: the inputs whose derivatives are wrong; None where the value is.
        judged: the relative error of the row, where the tape's own exact numbers are not exact enough to tell it.
    """
    starts = list(_starts(tape, inputs))
    if not starts:
        return None
    return grow_to(tape, max(starts, key=lambda number: error_of(tape, number)), judged)


def grow_to(tape: Tape, number: Number | None, judged: float = 0.0) -> Growth | None:
    """Where an error grew most, on the way to a number; None where it grew nowhere.

    Args:
        tape: the tensors of the run.
        number: the number.
        judged: its relative error, where the tape does not tell it.
    """
    best, seen = None, set()
    while number is not None and (number.position, number.place, number.part) not in seen:
        seen.add((number.position, number.place, number.part))
        known, unit = _known_error(tape, number), _unit(tape, number)
        error = judged if known is None else known
        if error <= unit * LEAST_GROWTH:
            break
        if known is None and len(seen) > 1 and number.part != "adjoint":
            break  # there is no exact number, or none that is known: nothing says where its error comes from
        causes = list(_causes(tape, number))
        errors = [_known_error(tape, cause) for cause, _ in causes]
        if _passes_on(tape, number, causes):
            judged = 0.0
        elif errors and None not in errors:
            times = error / max(unit, *[one for one in errors if one is not None])
            if best is None or times > best.times:
                best = Growth(number, times)
            judged = 0.0
        elif known is not None:
            judged = known
        number = max(causes, key=lambda cause: cause[1])[0] if causes else None
    return best if best is not None and best.times >= LEAST_GROWTH else None


def _passes_on(tape: Tape, number: Number, causes: list[tuple[Number, float]]) -> bool:
    """Whether a sum is wrong because a term of it is: it then makes no honest rounding large."""
    if not causes or not (number.part == "adjoint" or (number.part == "value" and _adds(tape, number))):
        return False
    worst = max(causes, key=lambda cause: cause[1])[0]
    return error_of(tape, worst) > math.sqrt(_unit(tape, number))


def _adds(tape: Tape, number: Number) -> bool:
    return tape[number.position].operation in ADDING


def blame_growth(tape: Tape, growth: Growth) -> Blame:
    """The blame on the operation where an error grew most: it left the range of its format, or it cancels."""
    number = growth.number
    tensor = tape[number.position]
    beside = _beside(tape, number)
    target = tensor if number.returned is None else tape[tensor.arguments[number.returned.argument]]
    index, computed = index_at(target.shape, number.place), beside.computed[number.place]
    due = item(beside.due, number.place) or beside.exact[number.place]
    exact = due if isinstance(due, Enclosure) else None
    argument = None if number.returned is None else number.returned.argument
    kind, words = BlameKind.AMPLIFIER, ""
    where = at_index(target.shape, number.place)
    what = called(tape, number.position)
    if number.part == "returned":
        what = f"the gradient that the backward pass of {what} returns"
    elif number.part == "adjoint":
        what = f"the gradient by {what}"
    if exact is not None and is_beyond(exact, target.dtype):
        kind, words = BlameKind.OVERFLOW, f"{what}{where} overflows {target.dtype}: it is {exact.decimal(4)}"
    elif exact is not None and is_below(exact, target.dtype):
        kind = BlameKind.UNDERFLOW
        words = (
            f"{what}{where} underflows {target.dtype}: it is {exact.decimal(4)}, torch's number is {shortly(computed)}"
        )
    elif number.part != "adjoint" and _is_made_inside(beside, number, target.dtype):
        if number.returned is not None and exact is not None:
            return blame_pass(tape, number.position, number.returned, number.place, computed, exact, INSIDE)
        kind = BlameKind.FORWARD
        words = f"{what}{where} returned {shortly(computed)}"
        words += f", exact is {exactly(exact, computed)}{INSIDE}" if exact is not None else ""
    else:
        words = _words_of_condition(tape, growth)
    words = words[:1].upper() + words[1:]
    return Blame(kind, number.position, words, tensor.place, argument, index, computed, exact)


def _is_made_inside(beside: BesideExact, number: Number, dtype: DType) -> bool:
    """Whether the operation itself loses digits that its exact result, for the numbers it was given, has."""
    due, exact = item(beside.due, number.place), beside.exact[number.place]
    if not isinstance(due, Enclosure):
        return False
    own = relative_error(beside.computed[number.place], due)
    all_of_it = relative_error(beside.computed[number.place], exact)
    return own is not None and own > KERNEL_ULPS * dtype.unit_roundoff and (all_of_it is None or 2 * own > all_of_it)


def error_of(tape: Tape, number: Number) -> float:
    """The relative error of a number; 0 where the exact one is unknown."""
    return _known_error(tape, number) or 0.0


def _known_error(tape: Tape, number: Number) -> float | None:
    """The relative error of a number; None where the exact one is unknown."""
    beside = _beside(tape, number)
    return relative_error(beside.computed[number.place], beside.exact[number.place])


# --- numbers and what they are made of ---------------------------------------------------------------------------


def _starts(tape: Tape, inputs: frozenset[str] | None) -> Iterator[Number]:
    for position, tensor in enumerate(tape.tensors):
        if inputs is None and tensor.is_output:
            yield from (Number(position, place, "value") for place in range(len(tensor.value.computed)))
        elif inputs is not None and tensor.operation is None and tensor.adjoint is not None and tensor.name in inputs:
            yield from (Number(position, place, "adjoint") for place in range(len(tensor.adjoint.computed)))


def _beside(tape: Tape, number: Number) -> BesideExact:
    if number.returned is not None:
        return number.returned.numbers
    tensor = tape[number.position]
    if number.part == "value":
        return tensor.value
    assert tensor.adjoint is not None
    return tensor.adjoint


def _unit(tape: Tape, number: Number) -> float:
    return tape[number.position].dtype.unit_roundoff


def _causes(tape: Tape, number: Number) -> Iterator[tuple[Number, float]]:
    """The numbers that a number was made of, each with how much its error counts."""
    if number.part == "value":
        yield from _read(tape, number.position, number.place, tape[number.position].shape)
    elif number.part == "adjoint":
        for use in tape.uses[number.position]:
            if use.returned is not None:
                cause = Number(use.user, number.place, "returned", use.returned)
                yield cause, _absolute(tape, cause)
    else:
        yield from _causes_of_returned(tape, number)


def _causes_of_returned(tape: Tape, number: Number) -> Iterator[tuple[Number, float]]:
    """The upstream gradient of a backward pass, and the values that it reads."""
    tensor = tape[number.position]
    assert number.returned is not None
    shape = tape[tensor.arguments[number.returned.argument]].shape
    if tensor.adjoint is not None:
        for place in places_like(number.place, shape, tensor.shape):
            cause = Number(number.position, place, "adjoint")
            yield cause, 2 * error_of(tape, cause)  # of equal errors the upstream gradient's: it counts as it is
    if tensor.operation not in ADDING:
        yield from _read(tape, number.position, number.place, shape)


def _read(tape: Tape, position: int, place: int, shape: tuple[int, ...]) -> Iterator[tuple[Number, float]]:
    for source in tape[position].arguments:
        for other in places_like(place, shape, tape[source].shape):
            cause = Number(source, other, "value")
            adds = tape[position].operation in ADDING
            yield cause, _absolute(tape, cause) if adds else error_of(tape, cause)


def _absolute(tape: Tape, number: Number) -> float:
    """The absolute error of a number."""
    beside = _beside(tape, number)
    computed = beside.computed[number.place]
    error = error_of(tape, number)
    return error * abs(computed) if math.isfinite(computed) and computed else error


# --- words -----------------------------------------------------------------------------------------------------------


def _words_of_condition(tape: Tape, growth: Growth) -> str:
    """How an operation makes the rounding of its arguments large."""
    number = growth.number
    tensor, name = tape[number.position], placed(tape, number.position)
    if number.part == "adjoint":
        arrived = [use.returned.numbers.computed[number.place] for use in tape.uses[number.position] if use.returned]
        condition = _cancelled(arrived, growth)
        shown = " and ".join(map(shortly, arrived)) if len(arrived) <= 3 else f"{len(arrived)} of them"
        return (
            f"the gradients that arrive at {name} cancel "
            f"{digits_lost(condition, tensor.dtype)} digits ({shown}): condition {factor(condition)}"
        )
    if number.part == "returned":
        return (
            f"the backward pass of {name} makes the rounding of what it reads "
            f"{factor(growth.times)} times larger: {digits_lost(growth.times, tensor.dtype)} digits are lost"
        )
    if tensor.operation in BORDERED:
        return f"{name} takes another branch than for the exact numbers: rounding decides its condition"
    if tensor.operation in ADDING:
        shape = tensor.shape
        terms = [
            tape[source].value.computed[place]
            for source in tensor.arguments
            for place in places_like(number.place, shape, tape[source].shape)
        ]
        condition = _cancelled(terms, growth, tensor.value.computed[number.place])
        return f"{name} cancels {digits_lost(condition, tensor.dtype)} digits: condition {factor(condition)}"
    condition = max(tensor.condition or 0.0, 1.0) if tensor.condition else growth.times
    return (
        f"{name} makes the rounding of its arguments {factor(condition)} times larger, "
        f"{digits_lost(condition, tensor.dtype)} digits are lost: condition {factor(condition)}"
    )


def _cancelled(terms: list[float], growth: Growth, result: float | None = None) -> float:
    """The condition number of a sum: that of the sizes of its terms to its own."""
    total = sum(terms) if result is None else result
    sizes = sum(map(abs, terms))  # no fsum, which raises where it overflows
    if total and math.isfinite(sizes) and math.isfinite(total):
        return max(1.0, sizes / abs(total))
    return min(growth.times, LARGEST_ERROR)
