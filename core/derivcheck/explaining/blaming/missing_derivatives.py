"""Where an operation has no derivative and torch chose one: a kink, a tie, a jump, or the border of a `where`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache

from derivcheck.explaining.blaming.blame_words import at_index, called, exactly, shortly
from derivcheck.explaining.blaming.numbers_of_tape import Tape, index_at, item, places_like, relative_error
from derivcheck.explaining.blaming.operation_traits import BORDERED, STEPPING
from derivcheck.explaining.blaming.wrong_passes import passes
from derivcheck.language.table import FUNCTIONS
from derivcheck.model import Kind, Result, Side, Truth
from derivcheck.model.explanation import Blame, BlameKind, ReturnedGradient
from derivcheck.numbers import Enclosure


def find_kink(tape: Tape, result: Result) -> Blame | None:
    """Blame the operation that has no derivative at the numbers it read, of which torch returned one all the same."""
    is_known = result.truth is not None and result.truth.kind is not Kind.UNDECIDED
    for position, returned, place, upstream in sorted(_chosen(tape), key=lambda one: _is_of_another(tape, one, result)):
        if not is_known and not may_kink(tape[position].operation or ""):
            continue  # its exact derivative is unknown, and nobody has shown that there is none
        return _blame(tape, position, returned, place, upstream, sides_of(result.truth))
    return _at_jump(tape, result.truth) or _at_border(tape, result) or _moved_off(tape)


def find_own_kink(tape: Tape) -> Blame | None:
    """Blame the first operation that has no derivative there, where the whole has one that torch misses.

    Every operation that has one returned what it should.
    """
    found = list(_chosen(tape))
    if not found:
        return None
    others = len({position for position, *_ in found}) - 1
    more = ", which is not what the whole has"
    if others:
        more = f"; {others} more of the operations have none, and torch's choices do not add up to what the whole has"
    return _blame(tape, *found[0], more)


def _chosen(tape: Tape) -> Iterator[tuple[int, ReturnedGradient, int, list[float]]]:
    """What backward passes returned although there is no derivative, with the place and the upstream gradients."""
    for position, tensor, returned in passes(tape):
        if tensor.adjoint is None or not returned.numbers.due:
            continue
        argument = tape[tensor.arguments[returned.argument]]
        for place, computed in enumerate(returned.numbers.computed):
            if item(returned.numbers.due, place) is not None or not math.isfinite(computed):
                continue
            upstream = [tensor.adjoint.computed[at] for at in places_like(place, argument.shape, tensor.shape)]
            if any(upstream) and all(map(math.isfinite, upstream)):
                yield position, returned, place, upstream


def _is_of_another(tape: Tape, chosen: tuple[int, ReturnedGradient, int, list[float]], result: Result) -> bool:
    """Whether what a backward pass returned goes to an input by which a row is not differentiated."""
    position, returned, *_ = chosen
    name = tape[tape[position].arguments[returned.argument]].name
    return bool(name and result.wrt) and name not in result.wrt


@cache
def may_kink(operation: str) -> bool:
    """Whether an operation may have a kink or a jump: of one that is not in the table nobody knows.

    Example:
        >>> may_kink("relu"), may_kink("gelu"), may_kink("amax")
        (True, False, True)
    """
    rows = {name: row for row in FUNCTIONS for name in (row.name, *row.aliases)}
    row = rows.get(operation)
    if row is None or row.kinks or row.jumps:
        return True
    parts = set(re.findall(r"\w+(?=\()", row.definition or ""))
    return any(rows[part].kinks or rows[part].jumps for part in parts if part in rows)


def _at_jump(tape: Tape, truth: Truth | None) -> Blame | None:
    """Blame an operation that is constant between its jumps, and stands at one."""
    for position, tensor in tape.operations:
        jumps = STEPPING.get(tensor.operation or "")
        for source in tensor.arguments if jumps is not None else ():
            for place, number in enumerate(tape[source].value.computed):
                if jumps is not None and jumps(number):
                    where = at_index(tape[source].shape, place)
                    sentence = f"{called(tape, position)} jumps where its argument{where} is {shortly(number)}"
                    return Blame(BlameKind.KINK, position, f"{sentence}{sides_of(truth)}", tensor.place)
    return None


def _moved_off(tape: Tape) -> Blame | None:
    """Blame the operation that has a derivative at the rounded numbers alone, and none at the exact ones."""
    for position, tensor, returned in passes(tape):
        argument = tape[tensor.arguments[returned.argument]]
        if tensor.adjoint is None or not returned.numbers.due or None in tensor.adjoint.exact:
            continue
        for place, exact in enumerate(returned.numbers.exact):
            known = argument.value.exact[place]
            if exact is not None or known is None or returned.numbers.due[place] is None:
                continue
            computed = argument.value.computed[place]
            if relative_error(computed, known) in {0.0, None}:
                continue
            sentence = (
                f"{called(tape, position)} has no derivative where its argument{at_index(argument.shape, place)} is "
                f"{exactly(known)}: rounding moves it to {shortly(computed)}"
            )
            return Blame(BlameKind.KINK, position, sentence, tensor.place, returned.argument)
    return None


def _blame(
    tape: Tape, position: int, returned: ReturnedGradient, place: int, upstream: list[float], more: str
) -> Blame:
    tensor = tape[position]
    argument = tape[tensor.arguments[returned.argument]]
    computed = returned.numbers.computed[place]
    chosen = (
        f"the slope {shortly(computed / upstream[0])}" if len(upstream) == 1 else f"the gradient {shortly(computed)}"
    )
    at = shortly(argument.value.computed[place])
    where = at_index(argument.shape, place)
    sentence = (
        f"{called(tape, position)} has no derivative where its argument{where} is {at}: torch chose {chosen}{more}"
    )
    index = index_at(argument.shape, place)
    return Blame(BlameKind.KINK, position, sentence, tensor.place, returned.argument, index, computed)


def _at_border(tape: Tape, result: Result) -> Blame | None:
    """Blame the only operation with a border, such as `where`: torch takes the derivative of one of its branches."""
    found = [position for position, tensor in tape.operations if tensor.operation in BORDERED]
    if len({called(tape, position) for position in found}) != 1:
        return None
    tensor = tape[found[0]]
    name, sides = called(tape, found[0]), sides_of(result.truth)
    sentence = f"{name} stands at its border: torch takes the derivative of one branch{sides}"
    return Blame(BlameKind.KINK, found[0], sentence, tensor.place)


def sides_of(truth: Truth | None) -> str:
    """The one-sided derivatives of the whole, in words, or where it jumps; "" where there is none on a side."""
    if truth is None:
        return ""
    if truth.kind is Kind.UNDEFINED:  # a jump has infinite slopes, which say nothing
        return f" ({truth.reason})" if truth.left is not None and truth.reason else ""
    sides = [_side(side) for side in (truth.left, truth.right)]
    return f" (the whole has the derivative {sides[0]} on the left, {sides[1]} on the right)" if all(sides) else ""


def _side(side: Enclosure | Side | None) -> str:
    if isinstance(side, Enclosure):
        return side.decimal(6)
    return str(side) if side in {Side.POSITIVE_INFINITY, Side.NEGATIVE_INFINITY} else ""
