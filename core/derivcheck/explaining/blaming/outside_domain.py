"""The operation that has no value at the exact numbers: the point lies outside of the domain of the whole."""

from __future__ import annotations

from collections.abc import Iterator

from derivcheck.explaining.blaming.blame_words import at_index, called, shortly
from derivcheck.explaining.blaming.numbers_of_tape import Tape, index_at, places_like
from derivcheck.model.explanation import BesideExact, Blame, BlameKind


def find_outside(tape: Tape) -> Blame | None:
    """Blame the first operation, of those that make the output, that has no value where its arguments have one."""
    todo = [(at, place) for at, tensor in enumerate(tape.tensors) if tensor.is_output for place in _unknown(tape, at)]
    seen: set[tuple[int, int]] = set()
    found: list[tuple[int, int]] = []
    while todo:
        number = todo.pop()
        if number in seen:
            continue
        seen.add(number)
        read = list(_read(tape, *number))
        lost = [(at, place) for at, place in read if _is_unknown(tape, at, place)]
        todo += lost
        if not lost and tape[number[0]].operation is not None:
            found.append(number)
    if not found:
        return None
    position, place = min(found)
    tensor = tape[position]
    index, computed = index_at(tensor.shape, place), tensor.value.computed[place]
    shown = [_shown(tape[source].value, other) for source, other in _read(tape, position, place)]
    where = at_index(tensor.shape, place)
    sentence = f"{called(tape, position)} has no value{where}{_for(shown)}; torch's is {shortly(computed)}"
    return Blame(BlameKind.DOMAIN, position, sentence, tensor.place, index=index, returned=computed)


def _unknown(tape: Tape, position: int) -> Iterator[int]:
    return (place for place in range(len(tape[position].value.exact)) if _is_unknown(tape, position, place))


def _is_unknown(tape: Tape, position: int, place: int) -> bool:
    return tape[position].value.exact[place] is None and not tape.takes_in_infinity(position, place)


def _read(tape: Tape, position: int, place: int) -> Iterator[tuple[int, int]]:
    """The numbers that an operation reads for one element."""
    for source in tape[position].arguments:
        for other in places_like(place, tape[position].shape, tape[source].shape):
            yield source, other


def _shown(value: BesideExact, place: int) -> str:
    """A number as it exactly is; an infinite constant as torch has it."""
    exact = value.exact[place]
    return shortly(value.computed[place]) if exact is None else exact.decimal(6)


def _for(read: list[str]) -> str:
    """For which numbers, in words; "" where they are many."""
    return f" for {' and '.join(read)}" if 0 < len(read) <= _MOST_SHOWN else ""


_MOST_SHOWN = 2
